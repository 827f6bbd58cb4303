import type { FrameBox } from './watermark.ts'

/** Luma, rows top to bottom without padding. */
export interface GrayImage {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** Whole pixels; `right` and `bottom` are the first ones outside. */
export interface PixelBox {
  left: number
  top: number
  right: number
  bottom: number
}

export const toFractions = (
  box: PixelBox,
  { width, height }: { width: number; height: number },
): FrameBox => ({
  x: round(box.left / width),
  y: round(box.top / height),
  width: round((box.right - box.left) / width),
  height: round((box.bottom - box.top) / height),
})

const round = (fraction: number): number => Math.round(fraction * 10_000) / 10_000

/** The part both share over the smaller of them, 0 to 1: one inside the other is 1. */
export function overlap(a: FrameBox, b: FrameBox): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  if (width <= 0 || height <= 0) return 0
  return (width * height) / Math.min(a.width * a.height, b.width * b.height)
}

export function union(a: FrameBox, b: FrameBox): FrameBox {
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  }
}

/** Mean absolute difference inside a box, in steps of 0 to 255. Both images are of one size. */
export function difference(a: GrayImage, b: GrayImage, box: PixelBox): number {
  let sum = 0
  for (let y = box.top; y < box.bottom; y += 1)
    for (let x = box.left, at = y * a.width + box.left; x < box.right; x += 1, at += 1)
      sum += Math.abs((a.pixels[at] as number) - (b.pixels[at] as number))
  return sum / Math.max(1, (box.right - box.left) * (box.bottom - box.top))
}

/** A part of a picture with a margin around it, as a binary PGM file (Netpbm's `P5`). */
export function cropAsPgm(image: GrayImage, box: FrameBox): Uint8Array {
  const margin = 0.02
  const left = Math.max(0, Math.floor((box.x - margin) * image.width))
  const top = Math.max(0, Math.floor((box.y - margin) * image.height))
  const right = Math.min(image.width, Math.ceil((box.x + box.width + margin) * image.width))
  const bottom = Math.min(image.height, Math.ceil((box.y + box.height + margin) * image.height))
  const header = new TextEncoder().encode(`P5\n${right - left} ${bottom - top}\n255\n`)
  const file = new Uint8Array(header.length + (right - left) * (bottom - top))
  file.set(header)
  for (let y = top, at = header.length; y < bottom; y += 1, at += right - left)
    file.set(image.pixels.subarray(y * image.width + left, y * image.width + right), at)
  return file
}
