import { openFfmpeg } from './ffmpeg.ts'
import { DECODER_LIMITS, type DecoderLimits, type FrameSource } from './frame-source.ts'
import { openWebCodecs } from './webcodecs.ts'

export interface FrameSourceOptions {
  /**
   * `PATH` to find ffmpeg on; `TOCKWORK_FFMPEG`, a path to one, or `none` to leave ffmpeg out. A path that is set is
   * the operator's decision: when it does not work there is no second choice.
   */
  readonly env: NodeJS.ProcessEnv
  readonly limits?: Partial<DecoderLimits>
}

/** The reason, for a person, stands where the decoder would be. */
export type FrameSourceChoice =
  | { readonly source: FrameSource; readonly reason?: undefined }
  | { readonly source: undefined; readonly reason: string }

/**
 * The decoder to use on this machine: ffmpeg, which the operator keeps up to date, else the optional package
 * `@napi-rs/webcodecs`, else none, with what to do about it.
 */
export async function openFrameSource({ env, limits }: FrameSourceOptions): Promise<FrameSourceChoice> {
  const all = { ...DECODER_LIMITS, ...limits }
  const set = env.TOCKWORK_FFMPEG
  const reasons: string[] = []
  if (set !== 'none') {
    const ffmpeg = await openFfmpeg(set ?? 'ffmpeg', env, all)
    if (ffmpeg.source !== undefined) return ffmpeg
    if (set !== undefined && set !== '')
      return { source: undefined, reason: `TOCKWORK_FFMPEG: ${ffmpeg.reason}` }
    reasons.push(`${ffmpeg.reason} on the PATH`)
  }
  const shipped = await openWebCodecs(env, all)
  if (shipped.source !== undefined) return shipped
  reasons.push(shipped.reason)
  return {
    source: undefined,
    reason: `No decoder for pictures: ${reasons.join(', and ')}. Install ffmpeg 5 or newer, or set TOCKWORK_FFMPEG to its path.`,
  }
}
