import { asciiAt, BudgetExceeded, MAX_TRACKS, MalformedMedia, viewOf } from '../byte-reader.ts'
import type { AudioTrackInfo } from '../media-info.ts'
import { type Box, children, childrenByType, printable } from './boxes.ts'
import { audioCodec, videoCodecName, videoCodecString } from './codec-strings.ts'
import { FrameTimes, readSampleTable } from './sample-table.ts'

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
  picture?: { codec: string; codecString?: string; width: number; height: number; rotation: number }
  sound?: AudioTrackInfo
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
  }
  const edited = editedSeconds(moov, parts.get('edts'), movieTimescale)
  if (edited !== undefined) track.editedSec = edited
  const minf = media.get('minf')
  const stbl = minf && childrenByType(moov, minf.body, minf.end).get('stbl')
  if (!stbl) return track
  const tables = childrenByType(moov, stbl.body, stbl.end)
  track.samplesEnd = readSampleTable(moov, tables, track.frames)
  const stsd = tables.get('stsd')
  const entry = stsd && [...children(moov, stsd.body + 8, stsd.end)][0]
  if (!entry) return track
  if (track.handler === 'vide') {
    const picture = parsePicture(moov, entry)
    if (picture) track.picture = { ...picture, rotation: hasMatrix ? rotationOf(view, matrixAt) : 0 }
  }
  if (track.handler === 'soun') {
    const sound = parseSound(moov, entry)
    if (sound) track.sound = sound
  }
  return track
}

/** Length of all edits; undefined when there are none or they leave the length open, as fragmented files do. */
function editedSeconds(moov: Uint8Array, edts: Box | undefined, movieTimescale: number): number | undefined {
  const elst = edts && childrenByType(moov, edts.body, edts.end).get('elst')
  if (!elst || elst.end - elst.body < 8) return undefined
  const view = viewOf(moov)
  const wide = moov[elst.body] === 1
  const step = wide ? 20 : 12
  const count = Math.min(view.getUint32(elst.body + 4), Math.floor((elst.end - elst.body - 8) / step))
  let ticks = 0
  for (let i = 0; i < count; i++) {
    const at = elst.body + 8 + i * step
    ticks += wide ? Number(view.getBigUint64(at)) : view.getUint32(at)
  }
  return ticks > 0 ? ticks / movieTimescale : undefined
}

/** Visual sample entry: ISO/IEC 14496-12 12.1.3. */
function parsePicture(
  moov: Uint8Array,
  entry: Box,
): Omit<NonNullable<Track['picture']>, 'rotation'> | undefined {
  if (entry.end - entry.body < 78) return undefined
  const view = viewOf(moov)
  let width = view.getUint16(entry.body + 24)
  let height = view.getUint16(entry.body + 26)
  const inner = moov.subarray(entry.body + 78, entry.end)
  const pasp = childrenByType(inner).get('pasp')
  if (pasp && pasp.end - pasp.body >= 8) {
    const horizontal = viewOf(inner).getUint32(pasp.body)
    const vertical = viewOf(inner).getUint32(pasp.body + 4)
    if (horizontal > 0 && vertical > 0) {
      if (horizontal > vertical) width = Math.round((width * horizontal) / vertical)
      else height = Math.round((height * vertical) / horizontal)
    }
  }
  const codecString = videoCodecString(printable(entry.type), inner)
  return { codec: videoCodecName(entry.type), ...(codecString && { codecString }), width, height }
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
