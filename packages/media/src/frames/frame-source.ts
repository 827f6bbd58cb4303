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
  /** Pictures in order of time. Ends with an error that says why when the file cannot be decoded or takes too long. */
  frames(path: string, request: FrameRequest): AsyncIterable<Frame>
}
