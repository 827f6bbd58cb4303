import { SIDE_MULTIPLE } from './text-detection.ts'

/** Two seconds are enough for a moving picture to blur in the mean, and short beside the turns of a mark that jumps. */
const WINDOW_SEC = 2
/** Pictures a second inside a window. */
export const WINDOW_FPS = 4
/** Up to here one pass over the whole clip costs less than jumping about in it. */
const ONE_PASS_SEC = 15
/** Pixels of a picture: 480 lines of a wide video, where the smallest marks are about 10 pixels high. */
const PICTURE_AREA = 864 * 480
const MAX_SIDE = 1_344

export interface SampledWindow {
  readonly fromSec: number
  readonly toSec: number
}

export interface SamplingPlan {
  readonly windows: readonly SampledWindow[]
  /** All windows touch, so that the clip can be decoded in one pass. */
  readonly onePass: boolean
}

/** Which parts of a clip are looked at: its first and last seconds always, the rest evenly. */
export function planSampling(durationSec: number): SamplingPlan {
  if (durationSec <= ONE_PASS_SEC) {
    const count = Math.max(1, Math.round(durationSec / (WINDOW_SEC + 0.5)))
    const length = durationSec / count
    return {
      onePass: true,
      windows: Array.from({ length: count }, (_, at) => ({ fromSec: at * length, toSec: (at + 1) * length })),
    }
  }
  const count = durationSec <= 90 ? 6 : 8
  return {
    onePass: false,
    windows: Array.from({ length: count }, (_, at) => {
      const fromSec = (at * (durationSec - WINDOW_SEC)) / (count - 1)
      return { fromSec, toSec: fromSec + WINDOW_SEC }
    }),
  }
}

/** The size pictures are looked at: about the area of 480 lines, near the video's own aspect, never enlarged. */
export function pictureSize({ width, height }: { width: number; height: number }): {
  width: number
  height: number
} {
  const scale = Math.min(1, Math.sqrt(PICTURE_AREA / (width * height)))
  const toMultiple = (side: number): number =>
    Math.min(MAX_SIDE, Math.max(2, Math.round((side * scale) / SIDE_MULTIPLE)) * SIDE_MULTIPLE)
  return { width: toMultiple(width), height: toMultiple(height) }
}
