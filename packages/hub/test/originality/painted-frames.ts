/** A decoder for tests: what a file shows is painted, by the file's name in the blob store. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { seededRandom } from '@tockwork/kernel'
import { DecodeError, type Frame, type FrameRequest, type FrameSource } from '@tockwork/media'
import { makeSamplePhoto, makeSampleVideo } from '@tockwork/media/sample'

interface Showing {
  /** Which scene; the same number shows the same. */
  scene: number
  light: number
}

const WORLD = 340

/** Clips with pictures of their own. The bytes are a real video; what the decoder says of it is painted. */
export class PaintedFrames implements FrameSource {
  readonly name = 'painted'
  readonly #showing = new Map<string, Showing>()
  readonly #scenes = new Map<number, Uint8Array>()
  #made = 0

  /** Other bytes every time. `light`: an edit of the same scene. */
  clip(scene: number, { light = 0 }: { light?: number } = {}): Uint8Array {
    this.#made += 1
    const bytes = makeSampleVideo({ durationSec: 5, seed: this.#made })
    this.#showing.set(sha256(bytes), { scene, light })
    return bytes
  }

  /** The same for a photo. */
  photo(scene: number, { light = 0 }: { light?: number } = {}): Uint8Array {
    this.#made += 1
    const bytes = makeSamplePhoto({ width: 360 + this.#made, height: 480 })
    this.#showing.set(sha256(bytes), { scene, light })
    return bytes
  }

  async *frames(path: string, request: FrameRequest): AsyncGenerator<Frame> {
    const shown = this.#showing.get(sha256(readFileSync(path)))
    if (shown === undefined) throw new DecodeError('undecodable', 'nothing is painted for it')
    const { at, width, height, channels } = request
    const times =
      at === 'keyframes'
        ? [0, 1, 2, 3, 4]
        : 'fps' in at
          ? Array.from({ length: Math.floor(5 * at.fps) }, (_value, n) => n / at.fps)
          : at.timesSec
    for (const timeSec of times) {
      const pixels = new Uint8Array(width * height * channels)
      const world = this.#worldOf(shown.scene)
      for (let y = 0, n = 0; y < height; y += 1) {
        const row = Math.floor((y * 256) / height + 32 + 20 * Math.sin(timeSec)) * WORLD
        for (let x = 0; x < width; x += 1) {
          const luma = (world[row + Math.floor((x * 256) / width + 12 * timeSec)] ?? 0) + shown.light
          for (let channel = 0; channel < channels; channel += 1, n += 1)
            pixels[n] = Math.max(0, Math.min(255, luma))
        }
      }
      yield { timeSec, width, height, channels, pixels }
    }
  }

  #worldOf(scene: number): Uint8Array {
    const world = this.#scenes.get(scene) ?? paint(scene)
    this.#scenes.set(scene, world)
    return world
  }
}

function paint(seed: number): Uint8Array {
  const random = seededRandom(seed)
  const world = new Uint8Array(WORLD * WORLD).fill(110)
  for (let box = 0; box < 90; box += 1) {
    const [left, top] = [random.next() * WORLD, random.next() * WORLD]
    const [right, bottom] = [left + 10 + random.next() * 60, top + 10 + random.next() * 60]
    const luma = random.next() * 255
    for (let y = Math.floor(top); y < Math.min(WORLD, bottom); y += 1)
      for (let x = Math.floor(left); x < Math.min(WORLD, right); x += 1) world[y * WORLD + x] = luma
  }
  return world
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
