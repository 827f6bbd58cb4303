/** One decoded picture, rotation applied, rows top to bottom without padding. */
export interface Frame {
  /** Seconds from the first picture. */
  readonly timeSec: number
  readonly width: number
  readonly height: number
  /** 1: luma; 3: red, green, blue. */
  readonly channels: 1 | 3
  /** `width * height * channels` bytes. */
  readonly pixels: Uint8Array
}

/** Which pictures of a video are wanted, and how large. */
export interface FrameRequest {
  /** Every picture is scaled to exactly this size by averaging areas; its own aspect is not kept. */
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** Evenly spaced, the pictures nearest to given times, or only those that decode by themselves (quick). */
  readonly at: { readonly fps: number } | { readonly timesSec: readonly number[] } | 'keyframes'
  readonly fromSec?: number
  readonly toSec?: number
  readonly signal?: AbortSignal
}

/** A decoder, behind one port: a separate ffmpeg process, or a decoder that came with the installation. */
export interface FrameSource {
  /** For reports: `ffmpeg 5.1.6`. */
  readonly name: string
  /**
   * Pictures in order of time; a photo is a video of one picture, at 0 s, and its orientation tag is not applied. Ends
   * with a DecodeError that says why when the file cannot be decoded or takes too long, and with the signal's reason
   * when it is aborted. The decoder is gone when the loop over the pictures is left, however it is left.
   */
  frames(path: string, request: FrameRequest): AsyncIterable<Frame>
}

/**
 * - `undecodable`: the decoder gave up on what is in the file, or does not know it
 * - `timeout`: it took longer than the limit
 * - `memory`: it wanted more memory than the limit
 * - `no-decoder`: the decoder itself did not start
 */
export type DecodeErrorCode = 'undecodable' | 'timeout' | 'memory' | 'no-decoder'

/** Why there are no pictures. The file is the cause unless the code says otherwise; trying again changes nothing. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  readonly code: DecodeErrorCode

  constructor(code: DecodeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** What one decoding may cost. The content never decides it. */
export interface DecoderLimits {
  /** Milliseconds from start to last picture. */
  readonly timeMs: number
  /** Bytes of memory of the decoder's process. Not enforced for ffmpeg on Windows and macOS. */
  readonly memoryBytes: number
  /** Width times height of what is stored; larger pictures are refused before they are decoded. */
  readonly pixels: number
  readonly threads: number
}

export const DECODER_LIMITS: DecoderLimits = {
  timeMs: 180_000,
  // An hour of 4K with four threads stays under 1 GB; the rest is for what the libraries reserve and never touch.
  memoryBytes: 3 * 2 ** 30,
  pixels: 8192 * 8192,
  threads: 4,
}

/** Largest picture that is handed out: beyond it nothing here looks closer. */
const MAX_SIDE = 4096

/** @throws RangeError for a request that no caller means */
export function checkRequest(request: FrameRequest): void {
  const side = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= MAX_SIDE
  if (!side(request.width) || !side(request.height))
    throw new RangeError(`width and height of pictures are whole numbers from 1 to ${MAX_SIDE}`)
  const seconds = (value: number | undefined): boolean => value === undefined || (value >= 0 && value < 1e6)
  if (!seconds(request.fromSec) || !seconds(request.toSec))
    throw new RangeError('fromSec and toSec are seconds from 0 on')
  if (request.at === 'keyframes') return
  if ('fps' in request.at) {
    if (!(request.at.fps > 0 && request.at.fps <= 120)) throw new RangeError('fps is above 0 and at most 120')
  } else if (request.at.timesSec.length > 1000 || !request.at.timesSec.every(seconds))
    throw new RangeError('timesSec are at most 1000 times in seconds from 0 on')
}
