import type { Frame, FrameSource } from '../frames/frame-source.ts'
import type { MediaInfo } from '../media-info.ts'
import type { TimedPicture } from './overlay-analysis.ts'
import { planSampling, WINDOW_FPS } from './sampling.ts'

export interface Window {
  readonly frames: readonly TimedPicture[]
  /** The clip ends with it. */
  readonly isLast: boolean
}

/** Decodes what the sampling plan asks for, a window after the other. A photo is one window of one picture. */
export async function* sampledWindows(
  path: string,
  info: MediaInfo,
  source: FrameSource,
  size: { readonly width: number; readonly height: number },
  signal: AbortSignal,
): AsyncGenerator<Window> {
  const request = { ...size, channels: 1, signal } as const
  if (info.kind === 'photo') {
    for await (const frame of source.frames(path, { ...request, at: { timesSec: [0] } })) {
      yield { frames: [toPicture(frame)], isLast: true }
      return
    }
    return
  }
  const at = { fps: WINDOW_FPS } as const
  const { windows, onePass } = planSampling(info.durationSec ?? 0)
  if (!onePass) {
    for (const [index, { fromSec, toSec }] of windows.entries()) {
      const frames: TimedPicture[] = []
      for await (const frame of source.frames(path, { ...request, at, fromSec, toSec }))
        frames.push(toPicture(frame))
      yield { frames, isLast: index === windows.length - 1 }
    }
    return
  }
  let frames: TimedPicture[] = []
  let index = 0
  for await (const frame of source.frames(path, { ...request, at })) {
    if (index < windows.length - 1 && frame.timeSec >= (windows[index]?.toSec ?? 0)) {
      yield { frames, isLast: false }
      frames = []
      index += 1
    }
    frames.push(toPicture(frame))
  }
  yield { frames, isLast: true }
}

/** A copy of its own, because a decoder may hand out parts of one large buffer, and what is sent away is gone. */
const toPicture = ({ timeSec, width, height, pixels }: Frame): TimedPicture => ({
  timeSec,
  width,
  height,
  pixels: new Uint8Array(pixels),
})
