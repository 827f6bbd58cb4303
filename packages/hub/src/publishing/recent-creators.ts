import type { Clock } from '@tockwork/kernel'
import type { PlatformResult } from '../tiktok/outcome.ts'
import type { CreatorInfo } from './posting-port.ts'

/** An answer about a creator, or when it may be asked. */
export type CreatorAnswer = { waitUntil: number } | { result: PlatformResult<CreatorInfo> }

/** Posts of one account that are due together ask once; a creator who changes a setting is heard this much later. */
const KEPT_MS = 10_000
const MOST = 5_000

/** What was asked a moment ago, or is being asked, is not asked again. Only a good answer is kept. */
export class RecentCreators<Answer> {
  readonly #clock: Clock
  readonly #isGood: (answer: Answer) => boolean
  readonly #kept = new Map<string, { answer: Promise<Answer>; until: number }>()

  constructor(clock: Clock, isGood: (answer: Answer) => boolean) {
    this.#clock = clock
    this.#isGood = isGood
  }

  of(accountId: string, ask: () => Promise<Answer>): Promise<Answer> {
    const now = this.#clock.now()
    const kept = this.#kept.get(accountId)
    if (kept !== undefined && now < kept.until) return kept.answer
    if (this.#kept.size >= MOST) this.#sweep(now)
    const entry = { answer: ask(), until: now + KEPT_MS }
    this.#kept.set(accountId, entry)
    const forget = (): void => {
      if (this.#kept.get(accountId) === entry) this.#kept.delete(accountId)
    }
    entry.answer.then((answer) => {
      if (!this.#isGood(answer)) forget()
    }, forget)
    return entry.answer
  }

  #sweep(now: number): void {
    for (const [accountId, { until }] of this.#kept) if (now >= until) this.#kept.delete(accountId)
    if (this.#kept.size >= MOST) this.#kept.clear()
  }
}
