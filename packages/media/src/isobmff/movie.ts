import { asciiAt, BudgetExceeded, MAX_TRACKS, MalformedMedia, viewOf } from '../byte-reader.ts'
import type { AudioTrackInfo, VideoTrackInfo } from '../media-info.ts'
import { type Box, children, childrenByType, printable } from './boxes.ts'
import { audioCodec, videoCodecName, videoCodecString } from './codec-strings.ts'
import { FrameTimes, readSampleTable, type SampleSpot } from './sample-table.ts'
import { videoDetails } from './video-details.ts'

export interface Track {
  id: number
  enabled: boolean
  handler: string
  timescale: number
  /** What the player shows of it, from its edit list; undefined without one. */
  editedSec?: number
  frames: FrameTimes
  /** End of the last sample in the file; 0 if there is none. */
  samplesEnd: number
  /** Some samples, spread evenly over the track. */
  spots: SampleSpot[]
  /** What its sample entry calls itself. */
  entry: string
  /** Protection scheme of its samples (`cenc`, `cbcs`); only where they are encrypted. */
  protection?: string
  /** Entries of its edit list. */
  edits: number
  picture?: Picture
  sound?: AudioTrackInfo
}

/** Before rotation: `width` and `height` with square pixels. */
type Picture = Pick<
  VideoTrackInfo,
  | 'codec'
  | 'codecString'
  | 'profile'
  | 'level'
  | 'bitDepth'
  | 'hdr'
  | 'width'
  | 'height'
  | 'stored'
  | 'rotation'
> & {
  /** Bytes of the length that stands before each unit of H.264 and H.265. */
  unitLengthBytes?: number
}

export interface Movie {
  tracks: Track[]
  /** Per track id: the duration a sample has unless its fragment says otherwise. Empty unless fragmented. */
  fragmentDefaults: Map<number, number>
}

/** Reads a whole `moov` box's content. */
export function parseMovie(moov: Uint8Array): Movie {
  const movie: Movie = { tracks: [], fragmentDefaults: new Map() }
  const view = viewOf(moov)
  let movieTimescale = 1000
  for (const box of children(moov)) {
    if (box.type === 'mvhd') {
      const at = box.body + (moov[box.body] === 1 ? 20 : 12)
      movieTimescale = at + 4 <= box.end ? view.getUint32(at) || 1000 : 1000
    }
    if (box.type === 'trak') {
      if (movie.tracks.length === MAX_TRACKS) throw new BudgetExceeded(`more than ${MAX_TRACKS} tracks`)
      movie.tracks.push(parseTrack(moov, box, movieTimescale))
    }
    if (box.type === 'mvex') {
      for (const trex of children(moov, box.body, box.end)) {
        if (trex.type !== 'trex' || trex.end - trex.body < 16) continue
        movie.fragmentDefaults.set(view.getUint32(trex.body + 4), view.getUint32(trex.body + 12))
      }
    }
    if (box.type === 'cmov')
      throw new MalformedMedia('its movie header is compressed, which no current writer does')
  }
  return movie
}

function parseTrack(moov: Uint8Array, trak: Box, movieTimescale: number): Track {
  const view = viewOf(moov)
  const parts = childrenByType(moov, trak.body, trak.end)
  const header = parts.get('tkhd')
  const wide = header && moov[header.body] === 1
  const matrixAt = header ? header.body + (wide ? 52 : 40) : 0
  const hasMatrix = header !== undefined && matrixAt + 36 <= header.end
  const mdia = parts.get('mdia')
  const media = mdia ? childrenByType(moov, mdia.body, mdia.end) : new Map<string, Box>()
  const mdhd = media.get('mdhd')
  const timescaleAt = mdhd ? mdhd.body + (moov[mdhd.body] === 1 ? 20 : 12) : 0
  const hdlr = media.get('hdlr')
  const track: Track = {
    id: hasMatrix ? view.getUint32(header.body + (wide ? 20 : 12)) : 0,
    enabled: header ? (moov[header.body + 3]! & 1) === 1 : true,
    handler: hdlr ? asciiAt(moov, hdlr.body + 8, 4) : '',
    timescale: mdhd && timescaleAt + 4 <= mdhd.end ? view.getUint32(timescaleAt) : 0,
    frames: new FrameTimes(),
    samplesEnd: 0,
    spots: [],
    entry: '',
    edits: 0,
  }
  const edits = readEdits(moov, parts.get('edts'), movieTimescale)
  track.edits = edits.count
  if (edits.seconds > 0) track.editedSec = edits.seconds
  const minf = media.get('minf')
  const stbl = minf && childrenByType(moov, minf.body, minf.end).get('stbl')
  if (!stbl) return track
  const tables = childrenByType(moov, stbl.body, stbl.end)
  Object.assign(track, readSampleTable(moov, tables, track.frames))
  const stsd = tables.get('stsd')
  const entry = stsd && [...children(moov, stsd.body + 8, stsd.end)][0]
  if (!entry) return track
  track.entry = entry.type
  if (track.handler === 'vide') {
    const picture = parsePicture(moov, entry)
    if (picture) {
      const { protection, ...rest } = picture
      track.picture = { ...rest, rotation: hasMatrix ? rotationOf(view, matrixAt) : 0 }
      if (protection !== undefined) track.protection = protection
    }
  }
  if (track.handler === 'soun') {
    const sound = parseSound(moov, entry)
    if (sound) track.sound = sound
    // Where the fixed fields end depends on QuickTime's versions; the name is enough to know that it is encrypted.
    if (entry.type === 'enca') track.protection = 'cenc'
  }
  return track
}

/** Count and length of all edits; the length is 0 where they leave it open, as fragmented files do. */
function readEdits(
  moov: Uint8Array,
  edts: Box | undefined,
  movieTimescale: number,
): { count: number; seconds: number } {
  const elst = edts && childrenByType(moov, edts.body, edts.end).get('elst')
  if (!elst || elst.end - elst.body < 8) return { count: 0, seconds: 0 }
  const view = viewOf(moov)
  const wide = moov[elst.body] === 1
  const step = wide ? 20 : 12
  const count = Math.min(view.getUint32(elst.body + 4), Math.floor((elst.end - elst.body - 8) / step))
  let ticks = 0
  for (let i = 0; i < count; i++) {
    const at = elst.body + 8 + i * step
    ticks += wide ? Number(view.getBigUint64(at)) : view.getUint32(at)
  }
  return { count, seconds: ticks / movieTimescale }
}

/** Visual sample entry: ISO/IEC 14496-12 12.1.3. */
function parsePicture(
  moov: Uint8Array,
  entry: Box,
): (Omit<Picture, 'rotation'> & { protection?: string }) | undefined {
  if (entry.end - entry.body < 78) return undefined
  const view = viewOf(moov)
  const stored = { width: view.getUint16(entry.body + 24), height: view.getUint16(entry.body + 26) }
  let { width, height } = stored
  const inner = moov.subarray(entry.body + 78, entry.end)
  const boxes = childrenByType(inner)
  const pasp = boxes.get('pasp')
  if (pasp && pasp.end - pasp.body >= 8) {
    const horizontal = viewOf(inner).getUint32(pasp.body)
    const vertical = viewOf(inner).getUint32(pasp.body + 4)
    if (horizontal > 0 && vertical > 0) {
      if (horizontal > vertical) width = Math.round((width * horizontal) / vertical)
      else height = Math.round((height * vertical) / horizontal)
    }
  }
  const sinf = boxes.get('sinf')
  const hidden = sinf && protectionOf(inner.subarray(sinf.body, sinf.end))
  const format = hidden?.format ?? entry.type
  const codecString = videoCodecString(printable(format), inner)
  const unitLengthBytes = lengthBytes(inner, boxes)
  return {
    codec: videoCodecName(format),
    ...(codecString && { codecString }),
    ...videoDetails(inner),
    width,
    height,
    ...((stored.width !== width || stored.height !== height) && { stored }),
    ...(unitLengthBytes && { unitLengthBytes }),
    ...((hidden ?? entry.type === 'encv') && { protection: hidden?.scheme ?? 'unknown' }),
  }
}

/** Protection scheme information: ISO/IEC 14496-12 8.12. */
function protectionOf(sinf: Uint8Array): { format?: string; scheme: string } {
  const boxes = childrenByType(sinf)
  const frma = boxes.get('frma')
  const schm = boxes.get('schm')
  return {
    ...(frma && frma.end - frma.body >= 4 && { format: asciiAt(sinf, frma.body, 4) }),
    scheme: schm ? printable(asciiAt(sinf, schm.body + 4, 4)) : 'unknown',
  }
}

function lengthBytes(inner: Uint8Array, boxes: Map<string, Box>): number | undefined {
  const avc = boxes.get('avcC')
  if (avc && avc.end - avc.body >= 5) return (inner[avc.body + 4]! & 3) + 1
  const hevc = boxes.get('hvcC')
  if (hevc && hevc.end - hevc.body >= 22) return (inner[hevc.body + 21]! & 3) + 1
  return undefined
}

/** Clockwise turn of a track header's matrix, to the nearest quarter. */
function rotationOf(view: DataView, at: number): number {
  const a = view.getInt32(at)
  const b = view.getInt32(at + 4)
  const quarters = Math.round(Math.atan2(b, a) / (Math.PI / 2))
  return ((quarters + 4) % 4) * 90
}

/** Audio sample entry: ISO/IEC 14496-12 12.2.3, and QuickTime's versions 1 and 2 of it. */
function parseSound(moov: Uint8Array, entry: Box): AudioTrackInfo | undefined {
  if (entry.end - entry.body < 28) return undefined
  const view = viewOf(moov)
  const version = view.getUint16(entry.body + 8)
  let channels = view.getUint16(entry.body + 16)
  let sampleRate = view.getUint32(entry.body + 24) / 65536
  let fixed = 28
  if (version === 1) fixed = 44
  if (version === 2 && entry.end - entry.body >= 64) {
    sampleRate = view.getFloat64(entry.body + 32)
    channels = view.getUint32(entry.body + 40)
    fixed = 64
  }
  let known: ReturnType<typeof audioCodec>
  try {
    known = audioCodec(entry.type, moov.subarray(entry.body + fixed, entry.end))
  } catch {
    // ISO files with QuickTime's version number but without its extra fields exist; the name is enough then.
    known = audioCodec(entry.type, new Uint8Array(0))
  }
  return { codec: known.codec, sampleRate: Math.round(sampleRate), channels: known.channels ?? channels }
}
