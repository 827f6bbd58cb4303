import type { PhotoRules } from '../judge.ts'
import type { MediaInfo } from '../media-info.ts'

export interface PhotoPlan {
  /** Size of the result as a viewer sees it. */
  width: number
  height: number
  lossless: false
  steps: string[]
  left: string[]
}

/**
 * Decoding takes three or four bytes a pixel, whatever the file weighs: a few kilobytes can claim gigabytes. No camera
 * reaches 400 megapixels.
 */
const MAX_PIXELS = 400_000_000

const JPEG_INSTEAD: Partial<Record<MediaInfo['container'], string>> = {
  gif: 'save its first picture as JPEG',
}

/**
 * @param orientation Exif's number, 1 to 8; from 5 on the picture lies on its side
 * @returns undefined when there is nothing to do; a plan without steps when nothing that is wrong can be mended
 */
export function planPhoto(info: MediaInfo, rules: PhotoRules, orientation: number): PhotoPlan | undefined {
  const { photo } = info
  if (!photo || info.kind !== 'photo') return undefined
  const [width, height] = orientation >= 5 ? [photo.height, photo.width] : [photo.width, photo.height]
  const short = Math.min(width, height)
  const long = Math.max(width, height)
  const factor = Math.min(1, rules.shortSideMax / short, rules.longSideMax / long)
  const scaled = { width: shrink(width, factor), height: shrink(height, factor) }
  const steps: string[] = []
  if (!rules.containers.includes(info.container))
    steps.push(JPEG_INSTEAD[info.container] ?? `save it as JPEG instead of ${info.container}`)
  if (factor < 1) steps.push(`scale ${width}x${height} to ${scaled.width}x${scaled.height}`)
  if (info.sizeBytes > rules.maxBytes) steps.push(`save it with fewer bytes than ${info.sizeBytes}`)
  if (steps.length === 0) return undefined
  const plan: PhotoPlan = { ...scaled, lossless: false, steps, left: [] }
  if (short < 1 || width * height > MAX_PIXELS) {
    const left = [`its ${width}x${height} pixels are more than is safe to decode`]
    return { ...plan, steps: [], left }
  }
  return plan
}

/** Never larger than the exact size, so that rounding cannot end above the limit. */
function shrink(pixels: number, factor: number): number {
  return factor === 1 ? pixels : Math.max(1, Math.floor(pixels * factor + 1e-6))
}
