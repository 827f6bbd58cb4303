import { open } from 'node:fs/promises'
import { UsageError } from '@tockwork/kernel'
import { keyPicture, parameterSets, repeatPicture, type VideoShape, type Ycc } from './h264-encoder.ts'
import { concat, freeBoxHeader, writeMovie } from './mp4-writer.ts'

export interface SampleVideoOptions {
  /** Even number of pixels; default 720. */
  width?: number
  /** Even number of pixels; default 1280. */
  height?: number
  /** Frames a second, kept to a thousandth; default 30. */
  frameRate?: number
  /** Default 5. Rounded to whole frames. */
  durationSec?: number
  /** Default `mp4`. */
  container?: 'mp4' | 'mov'
  /** Exact size of the file in bytes, reached with a trailing `free` box that players skip. */
  padToBytes?: number
  /** Other seeds give other colours; the same seed gives the same bytes. Default 1. */
  seed?: number
  /** Clockwise degrees a player turns the picture by; default 0. */
  rotation?: 0 | 90 | 180 | 270
  /** Shape of a pixel, horizontal to vertical; default square. */
  pixelAspect?: readonly [number, number]
  /** Puts the movie header behind the media data, as cameras do; default false. */
  moovLast?: boolean
}

const FREE_CHUNK_BYTES = 2 ** 20

/**
 * A real H.264 video (constrained baseline, no sound) that any player decodes: coloured gradient blocks with a bright
 * square that moves once a second. About 15 kB a second at the default size; needs no other program.
 *
 * With `padToBytes` everything is held in memory; use `writeSampleVideo` or `sampleVideoStream` for gigabytes.
 * @throws UsageError when a size is odd or out of range, or `padToBytes` cannot be met
 */
export function makeSampleVideo(options: SampleVideoOptions = {}): Uint8Array<ArrayBuffer> {
  const { movie, padding } = plan(options)
  const out = new Uint8Array(movie.length + padding)
  out.set(movie)
  const header = padding > 0 ? freeBoxHeader(padding) : undefined
  if (header) out.set(header, movie.length)
  return out
}

/** The same bytes as `makeSampleVideo` in pieces of at most 1 MiB behind the movie itself, made as they are asked for. */
export function* sampleVideoChunks(options: SampleVideoOptions = {}): Generator<Uint8Array<ArrayBuffer>> {
  const { movie, padding } = plan(options)
  yield movie
  const header = padding > 0 ? freeBoxHeader(padding) : undefined
  if (!header) return
  yield header
  for (let left = padding - header.length; left > 0; left -= FREE_CHUNK_BYTES) {
    // Fresh each time: a reader of a stream may keep or transfer what it got.
    yield new Uint8Array(Math.min(left, FREE_CHUNK_BYTES))
  }
}

/** `sampleVideoChunks` as a stream, and its length for a Content-Length header. */
export function sampleVideoStream(options: SampleVideoOptions = {}): {
  stream: ReadableStream<Uint8Array<ArrayBuffer>>
  sizeBytes: number
} {
  const { movie, padding } = plan(options)
  const chunks = sampleVideoChunks(options)
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const next = chunks.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, sizeBytes: movie.length + padding }
}

/**
 * Writes the video to a file. Padding becomes a hole where the file system can, so that 4 GiB take an instant and no
 * disk; it reads as zeros.
 * @returns the file's size in bytes
 */
export async function writeSampleVideo(path: string, options: SampleVideoOptions = {}): Promise<number> {
  const { movie, padding } = plan(options)
  const file = await open(path, 'w')
  try {
    const header = padding > 0 ? freeBoxHeader(padding) : undefined
    await file.writeFile(header ? concat(movie, header) : movie)
    if (padding > 0) await file.truncate(movie.length + padding)
  } finally {
    await file.close()
  }
  return movie.length + padding
}

function plan(options: SampleVideoOptions): { movie: Uint8Array<ArrayBuffer>; padding: number } {
  const width = inRange('width', options.width ?? 720, 16, 16_384, true)
  const height = inRange('height', options.height ?? 1280, 16, 16_384, true)
  const frameRate = inRange('frameRate', options.frameRate ?? 30, 1, 1000)
  const durationSec = inRange('durationSec', options.durationSec ?? 5, 1 / frameRate, 36_000)
  const shape: VideoShape = { width, height, timescale: Math.round(frameRate * 1000), ticksPerFrame: 1000 }
  const movie = writeMovie({
    container: options.container ?? 'mp4',
    shape,
    ...parameterSets(shape),
    frames: encodeFrames(shape, Math.max(1, Math.round(durationSec * frameRate)), options.seed ?? 1),
    rotation: options.rotation ?? 0,
    ...(options.pixelAspect && { pixelAspect: options.pixelAspect }),
    moovLast: options.moovLast ?? false,
  })
  const padding = options.padToBytes === undefined ? 0 : options.padToBytes - movie.length
  if (!Number.isSafeInteger(padding) || padding < 0 || (padding > 0 && padding < 8)) {
    throw new UsageError(
      `padToBytes is ${options.padToBytes}; this video takes ${movie.length} bytes, or ${movie.length + 8} and more with padding`,
      { field: 'padToBytes' },
    )
  }
  return { movie, padding }
}

function inRange(field: string, value: number, min: number, max: number, even = false): number {
  if (!(value >= min && value <= max) || (even && value % 2 !== 0)) {
    throw new UsageError(
      `${field} is ${value}; allowed is ${even ? 'an even number ' : ''}from ${min} to ${max}`,
      {
        field,
      },
    )
  }
  return value
}

/** A key picture a second, in between repetitions of it. Long clips use the same few pictures again. */
function encodeFrames(shape: VideoShape, count: number, seed: number) {
  const perSecond = Math.max(1, Math.round(shape.timescale / shape.ticksPerFrame))
  const looks = new Map<number, Uint8Array<ArrayBuffer>>()
  const repeats: Uint8Array<ArrayBuffer>[] = []
  return Array.from({ length: count }, (_, index) => {
    const second = Math.floor(index / perSecond)
    const within = index % perSecond
    let bytes: Uint8Array<ArrayBuffer>
    if (within === 0) {
      const look = second % LOOKS
      bytes = looks.get(look) ?? keyPicture(shape, look % 2, painter(shape, look, seed))
      looks.set(look, bytes)
    } else {
      repeats[within] ??= repeatPicture(shape, within)
      bytes = repeats[within]
    }
    return { bytes, key: within === 0, ticks: shape.ticksPerFrame }
  })
}

/** Even, so that the alternating picture ids also differ where the round begins again. */
const LOOKS = 8

/** A gradient in brightness and colour, and a bright square whose place tells the second. */
function painter(shape: VideoShape, look: number, seed: number): (column: number, row: number) => Ycc {
  const columns = Math.ceil(shape.width / 16)
  const rows = Math.ceil(shape.height / 16)
  const hue = (Math.imul(seed, 0x9e3779b1) >>> 16) + look * 23
  const side = Math.max(1, Math.floor(Math.min(columns, rows) / 4))
  const squareColumn = Math.floor(((columns - side) * look) / (LOOKS - 1))
  const squareRow = Math.floor((rows - side) / 2)
  return (column, row) => {
    const inSquare =
      column >= squareColumn && column < squareColumn + side && row >= squareRow && row < squareRow + side
    if (inSquare) return [225, 128, 128]
    return [
      48 + Math.floor((row * 128) / rows),
      wave(hue + Math.floor((column * 256) / columns)),
      wave(hue + 80 + Math.floor((row * 256) / rows)),
    ]
  }
}

/** Up and down between 64 and 192, with a period of 256. */
function wave(position: number): number {
  const within = position % 256
  return 64 + (within < 128 ? within : 255 - within)
}
