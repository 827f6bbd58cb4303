/** The day's quota of a Research project, which all of its programs share. */
import { type ResearchQuota, researchQuotas } from '@tockwork/contracts/research'
import { type Clock, RateLimitError } from '@tockwork/kernel'

const DAY_MS = 86_400_000

/** A quota that is counted. None is documented for Commercial Content, so there only TikTok's own word ends a day. */
export type QuotaName = ResearchQuota | 'commercial'

/** What was spent of a quota on the present UTC day. */
export interface QuotaState {
  requests: number
  records: number
  limits: { requests: number; records: number }
  /** Milliseconds since the epoch: the next 00:00 UTC. */
  resetsAt: number
  /** TikTok itself has said so, and not longer ago than `REFUSAL_HOLDS_MS`. */
  refused: boolean
}

/**
 * How long TikTok's word that nothing is left is taken for granted. After 00:00 UTC it may go on being said for a while,
 * as one client reports, so it is not taken for the whole of the new day.
 */
export const REFUSAL_HOLDS_MS = 3_600_000

/** Keeps count of a quota. Implementations may share it between processes. */
export interface QuotaLedger {
  state(quota: QuotaName): Promise<QuotaState> | QuotaState
  /** Takes a request, or says that none is left. A request counts also when its answer is a failure of TikTok's. */
  take(quota: QuotaName): Promise<boolean> | boolean
  /** Notes the records that a request brought. */
  record(quota: QuotaName, records: number): Promise<void> | void
  /** TikTok said that nothing is left today. */
  refused(quota: QuotaName): Promise<void> | void
}

/** Fewer than TikTok grants, where a project shares its quota with others. */
export type QuotaLimits = Partial<Record<QuotaName, { requests?: number; records?: number }>>

export function limitsOf(quota: QuotaName, limits: QuotaLimits = {}): { requests: number; records: number } {
  const { requests, records } =
    quota === 'commercial'
      ? { requests: Number.POSITIVE_INFINITY, records: Number.POSITIVE_INFINITY }
      : researchQuotas[quota]
  return { requests: limits[quota]?.requests ?? requests, records: limits[quota]?.records ?? records }
}

/** The next 00:00 UTC after a time. */
export function nextReset(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS
}

/** Thrown when the day's quota is used up and the caller does not want to wait. */
export class QuotaError extends RateLimitError {
  readonly quota: QuotaName

  constructor(quota: QuotaName, until: number, told: boolean) {
    super(
      `The ${quota} quota of this UTC day is used up${told ? ', as TikTok says' : ''}; it is renewed at ${new Date(until).toISOString()}.`,
      {
        code: 'daily_quota_limit_exceeded',
        retry: 'after',
        until,
        action: 'Go on after the reset; what was collected is kept.',
      },
    )
    this.quota = quota
  }
}

/** Counts in memory, for one process. */
export class MemoryQuota implements QuotaLedger {
  readonly #clock: Clock
  readonly #limits: QuotaLimits
  readonly #spent = new Map<string, { requests: number; records: number; refusedAt: number }>()

  constructor(clock: Clock, limits: QuotaLimits = {}) {
    this.#clock = clock
    this.#limits = limits
  }

  state(quota: QuotaName): QuotaState {
    const { requests, records, refusedAt } = this.#today(quota)
    return {
      requests,
      records,
      refused: this.#clock.now() - refusedAt < REFUSAL_HOLDS_MS,
      limits: limitsOf(quota, this.#limits),
      resetsAt: nextReset(this.#clock.now()),
    }
  }

  take(quota: QuotaName): boolean {
    const today = this.#today(quota)
    const limits = limitsOf(quota, this.#limits)
    if (
      this.#clock.now() - today.refusedAt < REFUSAL_HOLDS_MS ||
      today.requests >= limits.requests ||
      today.records >= limits.records
    )
      return false
    today.requests += 1
    return true
  }

  record(quota: QuotaName, records: number): void {
    this.#today(quota).records += records
  }

  refused(quota: QuotaName): void {
    this.#today(quota).refusedAt = this.#clock.now()
  }

  #today(quota: QuotaName): { requests: number; records: number; refusedAt: number } {
    const day = Math.floor(this.#clock.now() / DAY_MS)
    const key = `${day}:${quota}`
    let today = this.#spent.get(key)
    if (today === undefined) {
      // Only the present day is of use.
      for (const old of this.#spent.keys()) if (!old.startsWith(`${day}:`)) this.#spent.delete(old)
      today = { requests: 0, records: 0, refusedAt: Number.NEGATIVE_INFINITY }
      this.#spent.set(key, today)
    }
    return today
  }
}
