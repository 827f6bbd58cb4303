/** Makes clips and photos with ffmpeg and keeps the pictures the fingerprints are made of, so that a second run is quick. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FrameSource } from '@tockwork/media'

const run = promisify(execFile)
const SIDE = 256
/** Raised when what is made of a recipe changes. */
const RECIPES = 4

/** A file that is made by ffmpeg alone: its arguments, without the output. */
export interface Recipe {
  readonly args: readonly string[]
  readonly kind: 'video' | 'photo'
  readonly encoder?: readonly string[]
}

export interface Pictures {
  readonly aspect: number
  readonly durationSec: number
  readonly times: readonly number[]
  readonly lumas: readonly Uint8Array[]
}

export class Workshop {
  readonly #folder: string
  readonly #frames: FrameSource

  constructor(folder: string, frames: FrameSource) {
    this.#folder = folder
    this.#frames = frames
    mkdirSync(folder, { recursive: true })
  }

  /** The file of a recipe, made when it is not there. */
  async file({ args, kind, encoder }: Recipe): Promise<string> {
    const coder =
      encoder ??
      (kind === 'video'
        ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '23']
        : ['-q:v', '3', '-frames:v', '1'])
    const all = [...args, ...coder, '-pix_fmt', kind === 'video' ? 'yuv420p' : 'yuvj420p', '-an']
    const name = createHash('sha256')
      .update(JSON.stringify([RECIPES, all]))
      .digest('hex')
      .slice(0, 24)
    const file = join(this.#folder, `${name}.${kind === 'video' ? 'mp4' : 'jpg'}`)
    if (existsSync(file)) return file
    const part = `${file}.part.${kind === 'video' ? 'mp4' : 'jpg'}`
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-threads', '1', ...all, '-threads', '1', part], {
      timeout: 120_000,
      maxBuffer: 2 ** 22,
    })
    renameSync(part, file)
    return file
  }

  /** What the fingerprint is made of. The file itself goes unless it is `kept` for edits. */
  async pictures(recipe: Recipe, at: { fps: number }, kept: boolean): Promise<Pictures> {
    const key = createHash('sha256')
      .update(JSON.stringify([RECIPES, recipe, at]))
      .digest('hex')
      .slice(0, 24)
    const stem = join(this.#folder, key)
    if (!existsSync(`${stem}.json`)) {
      const file = await this.file(recipe)
      await this.#decode(file, recipe.kind, at, stem)
      if (!kept) rmSync(file)
    }
    const { aspect, durationSec, times } = JSON.parse(readFileSync(`${stem}.json`, 'utf8')) as Omit<
      Pictures,
      'lumas'
    >
    const pixels = readFileSync(`${stem}.gray`)
    const lumas = times.map((_, i) => new Uint8Array(pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)))
    return { aspect, durationSec, times, lumas }
  }

  async #decode(file: string, kind: Recipe['kind'], at: { fps: number }, stem: string): Promise<void> {
    const { probe } = await import('@tockwork/media')
    const info = await probe({ kind: 'file', path: file })
    const shape = info.video ?? info.photo
    if (shape === undefined) throw new Error(`${file} has no picture`)
    const times: number[] = []
    const lumas: Uint8Array[] = []
    const wanted = kind === 'photo' ? { timesSec: [0] } : at
    for await (const { timeSec, pixels } of this.#frames.frames(file, {
      width: SIDE,
      height: SIDE,
      channels: 1,
      at: wanted,
    })) {
      times.push(timeSec)
      lumas.push(pixels)
    }
    writeFileSync(`${stem}.gray`, Buffer.concat(lumas))
    writeFileSync(
      `${stem}.json`,
      JSON.stringify({ aspect: shape.width / shape.height, durationSec: info.durationSec ?? 0, times }),
    )
  }
}

/** A font that distributions carry; text edits need one. */
export function findFont(): string | undefined {
  const fonts = globSync(
    '/usr/share/fonts/truetype/{dejavu,liberation,liberation2,noto}/*{DejaVuSans-Bold,LiberationSans-Bold,NotoSans-Bold}.ttf',
  )
  return fonts[0]
}
