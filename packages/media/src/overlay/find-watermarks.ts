import type { FrameSource } from '../frames/frame-source.ts'
import type { MediaInfo } from '../media-info.ts'
import type { WatermarkReport } from './watermark.ts'

export interface WatermarkOptions {
  /** What decodes the pictures; without it nothing can be looked at. */
  readonly frames: FrameSource | undefined
  /** The uploader's own accounts, with or without `@`: their handles are no watermarks. */
  readonly ownHandles?: readonly string[]
  /** Words of the uploader's own brand, which may be anywhere in the picture. */
  readonly brandWords?: readonly string[]
  /** Adds a crop to each watermark. */
  readonly evidence?: boolean
  readonly signal?: AbortSignal
}

/**
 * Looks for marks that a platform, an editor or another account left on the picture. Never throws for what is in the
 * file: what cannot be looked at stands in `skipped`.
 *
 * @param path a video or photo that `probe` found readable
 * @param info what `probe` said about it
 */
export async function findWatermarks(
  _path: string,
  _info: MediaInfo,
  { frames }: WatermarkOptions,
): Promise<WatermarkReport> {
  const skipped =
    frames === undefined
      ? 'Watermarks were not looked for: nothing here can decode pictures.'
      : 'Watermarks were not looked for: no text reader is installed.'
  return { watermarks: [], skipped: [skipped] }
}
