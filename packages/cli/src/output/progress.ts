/** One line on stderr that changes in place; nothing where nobody sees it. */
import type { Clock } from '@tockwork/kernel'
import type { Output } from './output.ts'

const REDRAW_MS = 100
const BAR_CELLS = 24

export class ProgressLine {
  readonly #out: Output
  readonly #clock: Clock
  readonly #started: number
  #drawn = 0
  #ticker: NodeJS.Timeout | undefined

  constructor(out: Output, clock: Clock) {
    this.#out = out
    this.#clock = clock
    this.#started = clock.now()
  }

  /** @param done bytes, at most `total`. */
  bytes(done: number, total: number, note = ''): void {
    const now = this.#clock.now()
    if (!this.#out.animated || (now - this.#drawn < REDRAW_MS && done < total)) return
    this.#drawn = now
    const share = total === 0 ? 1 : done / total
    const filled = Math.round(share * BAR_CELLS)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`
    const speed = now > this.#started ? `  ${size((done * 1000) / (now - this.#started))}/s` : ''
    this.#draw(
      `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${size(done)} of ${size(total)}${speed}${note}`,
    )
  }

  /** @param share from 0 to 1, of what there is to do. */
  text(what: string, share: number): void {
    const now = this.#clock.now()
    if (!this.#out.animated || (now - this.#drawn < REDRAW_MS && share < 1)) return
    this.#drawn = now
    const filled = Math.round(Math.min(1, share) * BAR_CELLS)
    this.#draw(`${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ${what}`)
  }

  /** Says what is waited for and since when, until `end`. */
  wait(what: string): void {
    if (!this.#out.animated) return
    const since = this.#clock.now()
    const draw = (): void => this.#draw(`${what} … ${Math.round((this.#clock.now() - since) / 1000)} s`)
    draw()
    this.#ticker = setInterval(draw, 500)
  }

  /** Takes the line away. */
  end(): void {
    clearInterval(this.#ticker)
    this.#ticker = undefined
    if (this.#out.animated) this.#out.stderr.write('\r\x1b[2K')
  }

  #draw(text: string): void {
    this.#out.stderr.write(`\r\x1b[2K  ${text.slice(0, (this.#out.stderr.columns ?? 100) - 3)}`)
  }
}

/** Bytes for a person. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}
