/** Research calls with what is peculiar to them: daily quotas, answers that are not ready yet, failures that cost. */
import type { Endpoint, InputOf, OutputOf, QueryOf } from '@tockwork/contracts'
import { type Clock, RateLimitError, TockworkError, TransportError } from '@tockwork/kernel'
import type { TikTok } from '../tiktok.ts'
import { nextReset, QuotaError, type QuotaLedger, type QuotaName, REFUSAL_HOLDS_MS } from './quota.ts'

/** What a call is waiting for, for a progress line. */
export type ResearchWait =
  | { reason: 'quota'; quota: QuotaName; until: number }
  | { reason: 'not-ready' | 'throttled' | 'failing'; delayMs: number; attempt: number; code: string }

export interface ResearchCallerOptions {
  ledger: QuotaLedger
  clock: Clock
  /** At the end of the day's quota: sleep until the reset, or throw `QuotaError`. */
  whenExhausted: 'wait' | 'throw'
  /** Most repeats while TikTok says that a result set is not ready. */
  maxNotReady: number
  /** Most repeats after failures of TikTok's own or of the network; each of them counts towards the quota. */
  maxFailures: number
  onWait: ((wait: ResearchWait) => void) | undefined
}

export interface ResearchCall<E extends Endpoint> {
  query?: QueryOf<E>
  input: InputOf<E>
  quota: QuotaName
  /** How many records the answer holds. */
  count?: (output: OutputOf<E>) => number
  signal?: AbortSignal | undefined
}

const SECOND = 1000
/** The longest sleep at once, so that a machine that slept or a clock that was set does not oversleep. */
const LONGEST_SLEEP_MS = 15 * 60 * SECOND
const THROTTLED_MS = 10 * SECOND
const LONGEST_PAUSE_MS = 120 * SECOND

export class ResearchCaller {
  readonly #tiktok: TikTok
  readonly #options: ResearchCallerOptions

  constructor(tiktok: TikTok, options: ResearchCallerOptions) {
    this.#tiktok = tiktok
    this.#options = options
  }

  get clock(): Clock {
    return this.#options.clock
  }

  async call<E extends Endpoint>(endpoint: E, call: ResearchCall<E>): Promise<OutputOf<E>> {
    const { ledger, clock, maxNotReady, maxFailures } = this.#options
    const { quota, signal } = call
    let notReady = 0
    let failures = 0
    let throttled = 0
    for (;;) {
      signal?.throwIfAborted()
      if (!(await ledger.take(quota))) {
        await this.#exhausted(quota, signal)
        continue
      }
      try {
        const output = await this.#tiktok.callAsApp(endpoint, {
          input: call.input,
          ...(call.query === undefined ? {} : { query: call.query }),
          ...(signal === undefined ? {} : { signal }),
          maxAttempts: 1,
        })
        if (call.count !== undefined) await ledger.record(quota, call.count(output))
        return output
      } catch (error) {
        if (!(error instanceof TockworkError)) throw error
        if (error.code === 'daily_quota_limit_exceeded') {
          await ledger.refused(quota)
          continue
        }
        let delayMs: number
        let reason: 'not-ready' | 'throttled' | 'failing'
        if (isNotReady(error)) {
          notReady += 1
          if (notReady > maxNotReady) throw error
          // Clients report that it takes seconds: 5, 10, 15, and so on.
          delayMs = Math.min(notReady * 5 * SECOND, 60 * SECOND)
          reason = 'not-ready'
        } else if (error instanceof RateLimitError) {
          throttled += 1
          delayMs = Math.max((error.until ?? 0) - clock.now(), THROTTLED_MS)
          reason = 'throttled'
          if (throttled > maxFailures + 4) throw error
        } else if (isPassing(error)) {
          failures += 1
          if (failures > maxFailures) throw error
          delayMs = Math.min(5 * SECOND * 3 ** (failures - 1), LONGEST_PAUSE_MS)
          reason = 'failing'
        } else throw error
        this.#options.onWait?.({
          reason,
          delayMs,
          attempt: Math.max(notReady, failures, throttled),
          code: error.code,
        })
        await clock.sleep(delayMs, signal)
      }
    }
  }

  async #exhausted(quota: QuotaName, signal: AbortSignal | undefined): Promise<void> {
    const { ledger, clock, whenExhausted, onWait } = this.#options
    const { refused } = await ledger.state(quota)
    const reset = nextReset(clock.now())
    if (whenExhausted === 'throw') throw new QuotaError(quota, reset, refused)
    // What was counted here ends with the day; TikTok's own word is asked for again before that.
    const until = refused ? Math.min(reset, clock.now() + REFUSAL_HOLDS_MS) : reset
    onWait?.({ reason: 'quota', quota, until })
    while (clock.now() < until) await clock.sleep(Math.min(until - clock.now(), LONGEST_SLEEP_MS), signal)
  }
}

/** TikTok refuses for some seconds what it will soon accept: a result set, or a cursor into it. */
function isNotReady(error: TockworkError): boolean {
  return (
    error.code === 'invalid_params' &&
    /search id \S* ?is invalid or expired|invalid count or cursor/i.test(error.message)
  )
}

function isPassing(error: TockworkError): boolean {
  return (
    error instanceof TransportError ||
    error.code === 'internal_error' ||
    error.code === 'timeout' ||
    (error.httpStatus ?? 0) >= 500
  )
}
