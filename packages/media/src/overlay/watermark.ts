/** Fractions of the frame, 0 to 1, from its top left corner. */
export interface FrameBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * A mark that somebody laid over the picture.
 *
 * - `platform-text`: the name of a platform, an editor or a stock library, written out
 * - `handle`: an account's name with its `@`, other than the uploader's own
 * - `unknown-mark`: something without words that stays in a corner while the picture moves
 */
export interface Watermark {
  readonly kind: 'platform-text' | 'handle' | 'unknown-mark'
  /** Whose mark it is: `TikTok`, `CapCut`. */
  readonly platform?: string
  /** As it was read, misread letters included. */
  readonly text?: string
  /** Where it was seen first; a mark that jumps or drifts is reported once for each place it stays in. */
  readonly box: FrameBox
  /** Seconds: the first and the last sampled picture that shows it. It may be there longer. */
  readonly fromSec: number
  readonly toSec: number
  /** 0 to 1 */
  readonly confidence: number
  /** `block` only on strong evidence: a name that was read more than once. Everything else is for a person to look at. */
  readonly verdict: 'block' | 'review'
  /** The place with a margin, as a binary PGM picture (`P5`), when it was asked for. */
  readonly evidence?: Uint8Array
}

export interface WatermarkReport {
  readonly watermarks: readonly Watermark[]
  /** What could not be looked at, and what would make it possible; one sentence each. */
  readonly skipped: readonly string[]
}
