import type { VideoShape } from './h264-encoder.ts'

/** One track of H.264 as an MP4 or MOV. */
export interface MovieToWrite {
  container: 'mp4' | 'mov'
  shape: VideoShape
  sps: Uint8Array
  pps: Uint8Array
  frames: readonly { bytes: Uint8Array; key: boolean; ticks: number }[]
  /** Clockwise degrees: 0, 90, 180 or 270. */
  rotation: number
  /** Shape of a pixel, horizontal to vertical. */
  pixelAspect?: readonly [number, number]
  moovLast: boolean
}

const MOVIE_TIMESCALE = 1000
const UNITY = 0x10000

/** Writes a progressive file: `ftyp`, then movie header and media data in the order asked for. */
export function writeMovie(movie: MovieToWrite): Uint8Array<ArrayBuffer> {
  const ftyp = box(
    'ftyp',
    movie.container === 'mov' ? brands('qt  ', 'qt  ') : brands('isom', 'isom', 'iso2', 'avc1', 'mp41'),
  )
  const samples = movie.frames.map((frame) => concat(u32(frame.bytes.length), frame.bytes))
  const mdat = box('mdat', ...samples)
  const sizes = samples.map((sample) => sample.length)
  // The header's length does not depend on the offset in it, so it is measured with a first guess.
  const moovLength = movie.moovLast ? 0 : movieHeader(movie, sizes, 0).length
  const moov = movieHeader(movie, sizes, ftyp.length + moovLength + 8)
  return movie.moovLast ? concat(ftyp, mdat, moov) : concat(ftyp, moov, mdat)
}

function movieHeader(movie: MovieToWrite, sizes: number[], firstSampleAt: number): Uint8Array<ArrayBuffer> {
  const { timescale } = movie.shape
  const mediaTicks = movie.frames.reduce((sum, frame) => sum + frame.ticks, 0)
  const movieTicks = Math.round((mediaTicks * MOVIE_TIMESCALE) / timescale)
  const { width, height } = displaySize(movie)
  const mvhd = full(
    'mvhd',
    0,
    0,
    zeros(8),
    u32(MOVIE_TIMESCALE),
    u32(movieTicks),
    u32(UNITY),
    u16(0x100),
    zeros(10),
    matrix(0, 0, 0),
    zeros(24),
    u32(2),
  )
  const tkhd = full(
    'tkhd',
    0,
    3,
    zeros(8),
    u32(1),
    zeros(4),
    u32(movieTicks),
    zeros(16),
    matrix(movie.rotation, width, height),
    u32(width * UNITY),
    u32(height * UNITY),
  )
  const mdhd = full('mdhd', 0, 0, zeros(8), u32(timescale), u32(mediaTicks), u16(0x55c4), u16(0))
  const handler = movie.container === 'mov' ? ['mhlr', 'vide'] : ['\0\0\0\0', 'vide']
  const hdlr = full('hdlr', 0, 0, ascii(handler[0]!), ascii(handler[1]!), zeros(12), ascii('Video\0'))
  const vmhd = full('vmhd', 0, 1, zeros(8))
  const dref = full('dref', 0, 0, u32(1), full('url ', 0, 1))
  const stbl = box(
    'stbl',
    full('stsd', 0, 0, u32(1), sampleEntry(movie)),
    full('stts', 0, 0, ...timeRuns(movie.frames.map((frame) => frame.ticks))),
    full('stss', 0, 0, ...keyFrames(movie)),
    full('stsc', 0, 0, u32(1), u32(1), u32(sizes.length), u32(1)),
    full('stsz', 0, 0, u32(0), u32(sizes.length), ...sizes.map(u32)),
    full('stco', 0, 0, u32(1), u32(firstSampleAt)),
  )
  const mdia = box('mdia', mdhd, hdlr, box('minf', vmhd, box('dinf', dref), stbl))
  return box('moov', mvhd, box('trak', tkhd, mdia))
}

function sampleEntry(movie: MovieToWrite): Uint8Array<ArrayBuffer> {
  const { sps, pps, shape, pixelAspect } = movie
  const avcC = box(
    'avcC',
    bytes(1, sps[1]!, sps[2]!, sps[3]!, 0xff, 0xe1),
    u16(sps.length),
    sps,
    bytes(1),
    u16(pps.length),
    pps,
  )
  const pasp = pixelAspect ? [box('pasp', u32(pixelAspect[0]), u32(pixelAspect[1]))] : []
  return box(
    'avc1',
    zeros(6),
    u16(1), // data reference
    zeros(16),
    u16(shape.width),
    u16(shape.height),
    u32(72 * UNITY),
    u32(72 * UNITY),
    zeros(4),
    u16(1), // frames a sample
    zeros(32), // compressor name
    u16(24),
    u16(0xffff),
    avcC,
    ...pasp,
  )
}

/** Size before rotation, with square pixels. */
function displaySize({ shape, pixelAspect = [1, 1] }: MovieToWrite): { width: number; height: number } {
  return { width: Math.round((shape.width * pixelAspect[0]) / pixelAspect[1]), height: shape.height }
}

/** The translation keeps a turned picture in the positive quadrant. */
function matrix(rotation: number, width: number, height: number): Uint8Array<ArrayBuffer> {
  const [a, b, c, d, x, y] = {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, 1, -1, 0, height, 0],
    180: [-1, 0, 0, -1, width, height],
    270: [0, -1, 1, 0, 0, width],
  }[rotation] ?? [1, 0, 0, 1, 0, 0]
  const fixed = [a, b, 0, c, d, 0, x, y].map((value) => u32((value! * UNITY) >>> 0))
  return concat(...fixed, u32(0x40000000))
}

function timeRuns(ticks: number[]): Uint8Array<ArrayBuffer>[] {
  const runs: { count: number; ticks: number }[] = []
  for (const value of ticks) {
    const last = runs.at(-1)
    if (last?.ticks === value) last.count += 1
    else runs.push({ count: 1, ticks: value })
  }
  return [u32(runs.length), ...runs.flatMap((run) => [u32(run.count), u32(run.ticks)])]
}

function keyFrames(movie: MovieToWrite): Uint8Array<ArrayBuffer>[] {
  const numbers = movie.frames.flatMap((frame, index) => (frame.key ? [index + 1] : []))
  return [u32(numbers.length), ...numbers.map(u32)]
}

/** Major brand, its version, compatible brands. */
function brands(major: string, ...compatible: string[]): Uint8Array<ArrayBuffer> {
  return concat(ascii(major), u32(0x200), ...compatible.map(ascii))
}

export function box(type: string, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concat(...content)
  return concat(u32(body.length + 8), ascii(type), body)
}

function full(
  type: string,
  version: number,
  flags: number,
  ...content: Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return box(type, u32(version * 2 ** 24 + flags), ...content)
}

/**
 * The header of a box that nobody reads, to make a file `total` bytes larger, itself included; undefined if no box is
 * that small.
 */
export function freeBoxHeader(total: number): Uint8Array<ArrayBuffer> | undefined {
  if (total < 8) return undefined
  if (total < 2 ** 32) return concat(u32(total), ascii('free'))
  return concat(u32(1), ascii('free'), u32(Math.floor(total / 2 ** 32)), u32(total % 2 ** 32))
}

export function u32(value: number): Uint8Array<ArrayBuffer> {
  return bytes(value >>> 24, value >>> 16, value >>> 8, value)
}

export function u16(value: number): Uint8Array<ArrayBuffer> {
  return bytes(value >>> 8, value)
}

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function bytes(...values: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values)
}

function zeros(count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(count)
}

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
