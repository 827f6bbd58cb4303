import { createHash } from 'node:crypto'
import { asciiAt, BudgetExceeded, ByteReader, MalformedMedia, viewOf } from '../byte-reader.ts'
import { type Box, children, childrenByType, walkTopLevel } from '../isobmff/boxes.ts'
import { fragmentRuns, usualSampleSize } from '../isobmff/fragment-runs.ts'
import { sampleRuns } from '../isobmff/sample-runs.ts'
import { ID, MAX_HEADER_BYTES, readElement, uint } from '../matroska/ebml.ts'
import { parseTracks } from '../matroska/tracks.ts'
import type { MediaSource } from '../media-info.ts'

/** How much of the pictures is read at once. */
const PIECE_BYTES = 2 ** 20
/** Of a Matroska's list of tracks. */
const MAX_TRACKS_BYTES = 4 * 2 ** 20
/** Number of the track (up to 8 bytes), time (2), flags (1). */
const BLOCK_HEAD_BYTES = 11
const LACED = 0x06

/**
 * SHA-256 over the encoded pictures of a video's first video track, in the order of decoding: the same before and after a
 * file was put into another container or into fragments, got other tags or another sound, or had its header moved. Nothing
 * is decoded.
 *
 * @returns in hex; undefined where they are not simply listed: laced blocks, AVI, photos, damaged files
 */
export async function picturesSha256(
  source: MediaSource,
  container: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const walk = WALKS[container]
  if (walk === undefined) return undefined
  const reader = await ByteReader.open(source, signal)
  try {
    const pictures = new PictureHash(reader)
    return (await walk(reader, pictures)) ? pictures.digest() : undefined
  } catch (error) {
    if (error instanceof MalformedMedia || error instanceof BudgetExceeded || error instanceof RangeError)
      return undefined
    throw error
  } finally {
    await reader.close()
  }
}

/** Answers false when it did not see every picture. */
type Walk = (reader: ByteReader, pictures: PictureHash) => Promise<boolean>

const WALKS: Partial<Record<string, Walk>> = {
  mp4: walkMovie,
  mov: walkMovie,
  webm: walkMatroska,
  mkv: walkMatroska,
}

/** Sizes and bytes are hashed apart, so that neighbours in the file can be read in one go. */
class PictureHash {
  readonly #reader: ByteReader
  readonly #sizes = createHash('sha256')
  readonly #bytes = createHash('sha256')
  #count = 0
  #total = 0

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  /** @returns whether all of it is in the file */
  async add(offset: number, sizes: readonly number[]): Promise<boolean> {
    const length = sizes.reduce((sum, size) => sum + size, 0)
    this.#total += length
    // Tables may name the same bytes a million times; pictures of an honest file are not longer than the file.
    if (this.#total > this.#reader.size || offset < 0 || offset + length > this.#reader.size) return false
    this.#count += sizes.length
    this.#sizes.update(Uint32Array.from(sizes))
    for (let at = 0; at < length; at += PIECE_BYTES) {
      const wanted = Math.min(PIECE_BYTES, length - at)
      const piece = await this.#reader.read(offset + at, wanted)
      if (piece.length < wanted) return false
      this.#bytes.update(piece)
    }
    return true
  }

  digest(): string | undefined {
    if (this.#count === 0) return undefined
    return createHash('sha256').update(this.#sizes.digest()).update(this.#bytes.digest()).digest('hex')
  }
}

async function walkMovie(reader: ByteReader, pictures: PictureHash): Promise<boolean> {
  let track: PictureTrack | undefined
  for await (const step of walkTopLevel(reader)) {
    if (step.kind !== 'box') return false
    const { type, start, body, end } = step.box
    if (type === 'moof') {
      // What is shown before the header says what it is, nobody can play.
      if (track?.usualSize === undefined) return false
      const moof = (await reader.read(body, end - body)).slice()
      const { id, usualSize } = track
      const runs = fragmentRuns(moof, { id, usualSize }, { start, fileSize: reader.size })
      if (runs === undefined) return false
      for (const { offset, sizes } of runs) if (!(await pictures.add(offset, sizes))) return false
      continue
    }
    if (type !== 'moov' || track !== undefined) continue
    // The page that it lies in is given up as soon as something else is read.
    const moov = (await reader.read(body, end - body)).slice()
    track = pictureTrack(moov)
    if (track === undefined) return false
    for (const { offset, sizes } of sampleRuns(moov, track.tables))
      if (!(await pictures.add(offset, sizes))) return false
    if (track.usualSize === undefined) return true
  }
  return track !== undefined
}

interface PictureTrack {
  id: number
  tables: ReadonlyMap<string, Box>
  /** Of samples in fragments that do not say their own; absent where no fragments follow. */
  usualSize: number | undefined
}

/** The first video track; undefined when there is none. */
function pictureTrack(moov: Uint8Array): PictureTrack | undefined {
  const boxes = [...children(moov)]
  const mvex = boxes.find(({ type }) => type === 'mvex')
  for (const box of boxes) {
    if (box.type !== 'trak') continue
    const trak = childrenByType(moov, box.body, box.end)
    const [header, mdia] = [trak.get('tkhd'), trak.get('mdia')]
    const media = mdia && childrenByType(moov, mdia.body, mdia.end)
    const handler = media?.get('hdlr')
    const minf = media?.get('minf')
    if (header === undefined || handler === undefined || minf === undefined) continue
    if (asciiAt(moov, handler.body + 8, 4) !== 'vide') continue
    const stbl = childrenByType(moov, minf.body, minf.end).get('stbl')
    if (stbl === undefined) continue
    // Version 1 has times of 8 bytes before the number.
    const id = viewOf(moov).getUint32(header.body + (moov[header.body] === 1 ? 20 : 12))
    return {
      id,
      tables: childrenByType(moov, stbl.body, stbl.end),
      usualSize: mvex === undefined ? undefined : usualSampleSize(moov, mvex, id),
    }
  }
  return undefined
}

const ENTERED: ReadonlySet<number> = new Set([ID.Segment, ID.Cluster, ID.BlockGroup])

async function walkMatroska(reader: ByteReader, pictures: PictureHash): Promise<boolean> {
  let track: number | undefined
  let offset = 0
  while (offset < reader.size) {
    const element = readElement(await reader.read(offset, MAX_HEADER_BYTES), offset)
    if (element === undefined || element === 'short') return false
    const { id, body, end } = element
    if (ENTERED.has(id)) {
      offset = body
      continue
    }
    if (end === undefined || end > reader.size) return false
    if (id === ID.Tracks && track === undefined) {
      if (end - body > MAX_TRACKS_BYTES) return false
      track = parseTracks(await reader.read(body, end - body)).find(({ type }) => type === 'video')?.number
    }
    if (id === ID.SimpleBlock || id === ID.Block) {
      const head = await reader.read(body, Math.min(BLOCK_HEAD_BYTES, end - body))
      const numberBytes = Math.clz32(head[0] ?? 0) - 23
      const headBytes = numberBytes + 3
      if (numberBytes > 8 || head.length < headBytes) return false
      const number = uint(head, 0, numberBytes) - 2 ** (7 * numberBytes)
      if (number === track) {
        if (((head[headBytes - 1] ?? 0) & LACED) !== 0) return false
        if (!(await pictures.add(body + headBytes, [end - body - headBytes]))) return false
      }
    }
    offset = end
  }
  return true
}
