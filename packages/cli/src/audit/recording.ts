/** Drives a browser through the login and every scope, and keeps what it saw as frames. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@tockwork/kernel'
import type { Browser, Page } from 'playwright-core'

export interface RecordedStep {
  /** The scope that it shows, or null for the login. */
  scope: string | null
  title: string
  /** First frame, counted from one, and how many. */
  from: number
  frames: number
  /** Lines of the posting checklist that were seen on the way, by id. */
  lines: string[]
}

export interface Recording {
  folder: string
  frames: number
  steps: RecordedStep[]
  /** The video, or null where ffmpeg was not there. */
  file: string | null
  gif: string | null
}

const SIZE = { width: 1280, height: 800 }
/** Frames a second; what moves slower than this is not lost. */
export const FRAME_RATE = 4
const STILL_FRAMES = 6

export class Recorder {
  readonly #folder: string
  readonly #clock: Clock
  readonly page: Page
  readonly steps: RecordedStep[] = []
  #frames = 0

  private constructor(folder: string, clock: Clock, page: Page) {
    this.#folder = folder
    this.#clock = clock
    this.page = page
  }

  static async open(browser: Browser, folder: string, clock: Clock): Promise<Recorder> {
    await mkdir(folder, { recursive: true })
    const context = await browser.newContext({ viewport: SIZE })
    return new Recorder(folder, clock, await context.newPage())
  }

  get frames(): number {
    return this.#frames
  }

  /** Records what `act` does, from the first frame to the last. `act` takes frames by {@link hold} and {@link until}. */
  async step(scope: string | null, title: string, act: () => Promise<void>): Promise<void> {
    const step: RecordedStep = { scope, title, from: this.#frames + 1, frames: 0, lines: [] }
    this.steps.push(step)
    try {
      await act()
    } finally {
      step.frames = this.#frames - step.from + 1
    }
  }

  /** Long enough to be read. */
  async hold(frames = STILL_FRAMES): Promise<void> {
    const shot = await this.#shot()
    for (let left = frames; left > 0; left -= 1) await this.#keep(shot)
  }

  /**
   * Frames until the page says that it is so.
   * @returns whether it came to be so within `seconds`.
   */
  async until(holds: () => Promise<boolean>, seconds: number): Promise<boolean> {
    const end = this.#clock.now() + seconds * 1000
    for (;;) {
      await this.#keep(await this.#shot())
      if (await holds()) return true
      if (this.#clock.now() > end) return false
      await this.#clock.sleep(1000 / FRAME_RATE)
    }
  }

  async #shot(): Promise<Buffer> {
    const step = this.steps.at(-1)
    if (step !== undefined) step.lines = [...new Set([...step.lines, ...(await this.#linesShown())])]
    return this.page.screenshot({ type: 'jpeg', quality: 80 })
  }

  /** The checklist's lines whose place is on the page and visible. */
  async #linesShown(): Promise<string[]> {
    const lists = await this.page
      .locator('[data-step]:visible')
      .evaluateAll((found) => found.map((each) => each.getAttribute('data-step') ?? ''))
      // The page may be on its way to another address.
      .catch(() => [])
    return lists.flatMap((list) => list.split(/\s+/)).filter(Boolean)
  }

  async #keep(shot: Buffer): Promise<void> {
    this.#frames += 1
    await writeFile(join(this.#folder, `frame-${String(this.#frames).padStart(5, '0')}.jpg`), shot)
  }
}
