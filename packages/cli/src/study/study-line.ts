/** What a person sees while a study is collected. */
import { researchQuotas } from '@tockwork/contracts/research'
import type { Clock } from '@tockwork/kernel'
import type { ResearchWait } from '@tockwork/sdk/research'
import type { Output } from '../output/output.ts'
import { ProgressLine } from '../output/progress.ts'
import type { StudyProgress } from './study.ts'

/** Where nobody sees a line that changes, one is written this often. */
const NOTE_MS = 60_000

export class StudyLine {
  readonly #out: Output
  readonly #clock: Clock
  readonly #line: ProgressLine
  #noted: number

  constructor(out: Output, clock: Clock) {
    this.#out = out
    this.#clock = clock
    this.#line = new ProgressLine(out, clock)
    this.#noted = clock.now()
  }

  progress({ days, pages, requests, videos }: StudyProgress): void {
    this.#say(
      `${days.done} of ${days.all} days, ${videos.toLocaleString('en')} videos, ${requests.toLocaleString('en')} requests${estimate(days, pages)}`,
      days.done / Math.max(1, days.all),
    )
  }

  writing(rows: number): void {
    if (rows % 5000 === 0) this.#say(`writing the files: ${rows.toLocaleString('en')} rows`)
  }

  checking(checked: number, all: number): void {
    this.#say(
      `${checked.toLocaleString('en')} of ${all.toLocaleString('en')} checked`,
      checked / Math.max(1, all),
    )
  }

  waiting(wait: ResearchWait): void {
    if (wait.reason === 'quota') {
      this.#line.end()
      this.#out.note(
        `The ${wait.quota} quota of the day is used up; waiting until ${new Date(wait.until).toISOString()}.`,
      )
    } else
      this.#out.detail(
        `${wait.code}: again in ${Math.round(wait.delayMs / 1000)} s (${wait.reason}, ${wait.attempt})`,
      )
  }

  end(): void {
    this.#line.end()
  }

  #say(text: string, share = 1): void {
    if (this.#out.animated) {
      this.#line.text(text, share)
      return
    }
    if (this.#clock.now() - this.#noted < NOTE_MS) return
    this.#noted = this.#clock.now()
    this.#out.note(text)
  }
}

/** By what the days so far have taken, once there is something to go by. */
function estimate(days: StudyProgress['days'], pages: number): string {
  if (days.done === 0 || days.done === days.all || pages < 3) return ''
  const left = Math.ceil((pages / days.done) * (days.all - days.done))
  const quotaDays = left / researchQuotas.general.requests
  return `; about ${left.toLocaleString('en')} more${quotaDays > 1 ? `, ${Math.ceil(quotaDays)} days of quota` : ''}`
}
