import type { Clock } from '@tockwork/kernel'
import { Batcher } from '../storage/batcher.ts'
import type { Database } from '../storage/database.ts'
import {
  blockSlots,
  databaseNow,
  dropTickets,
  giveSlotBack,
  moveSlots,
  type SlotAnswer,
  type SlotMove,
  type SlotRequest,
  takeSlots,
} from '../storage/rate-slots.ts'

/** At most `requests` calls of an endpoint in any `windowMs`, counted for each account or for the whole app. */
export interface RateRule {
  endpoint: string
  requests: number
  windowMs: number
  per: 'account' | 'app'
}

/** Who goes first when there is not room for all: a person who waits, then posts, then what runs by itself. */
export const LANES = { person: 2, post: 1, background: 0 } as const
export type Lane = keyof typeof LANES

/** A call that wants to be made. */
export interface RateCall {
  appId: string
  accountId: string
  rule: RateRule
  lane: Lane
  /** Names the piece of work, such as `post_…:init`: asking again with it keeps the place in the queue. */
  ticket: string
}

/** A slot of a window, taken. */
export interface Slot {
  granted: true
  key: string
  at: number
  /** When it was asked for, by this process's clock: `at` is not before. */
  askedAt: number
}

export type TakeResult = Slot | { granted: false; at: number }

/** What an answer says about the window, in milliseconds since the epoch by this process's clock. */
export interface RateNews {
  /** When the whole answer had come. */
  answeredAt: number
  /** When the call was sent. */
  sentAt: number
  /** Nobody may call before, as TikTok said by a 429 or by its headers. */
  blockedUntil?: number | undefined
}

export interface GovernorOptions {
  db: Database
  clock: Clock
  /**
   * Whose clock counts. In production the database's: it is the one clock that all processes share, it is read under
   * the lock of the window, and jobs start by it. A manual clock is for tests.
   */
  time?: 'database' | 'clock'
  /** Added to every window, for the ways of two calls that take unequally long. 1000 ms of 60 s cost 1.6 %. */
  marginMs?: number
  /** How long a ticket keeps its place when its holder does not come. */
  graceMs?: number
}

const MARGIN_MS = 1000
const GRACE_MS = 15_000
/**
 * Two calls are counted closer together than they were let go by at most what the first one took on its way. While that
 * is within the margin nothing is exceeded, and moving the entry would be a statement for nothing.
 */
const QUICK_SHARE = 0.9
/** The rest of the margin is for the call's own way. */
const FRESH_SHARE = 0.5
/** On a machine that is this slow each of them comes late as well. */
const MOST_FRESHENINGS = 3

/**
 * One budget for each window, shared by all processes in the database. `take` answers whether a call may go now, and
 * else when it is worth asking again; a job is sent for that time. The log is exact, so a window is never exceeded: an
 * entry is written before the call, moved to the answer when that took long, and counts for the window and a margin.
 */
export class RateGovernor {
  readonly #options: GovernorOptions
  readonly #marginMs: number
  readonly #graceMs: number
  /** Locks of windows are held until the statement is over, so it is short. */
  readonly #slots: Batcher<SlotRequest, SlotAnswer & { askedAt: number }>

  readonly #settlings: Batcher<SlotMove, undefined>

  constructor(options: GovernorOptions) {
    this.#options = options
    this.#marginMs = options.marginMs ?? MARGIN_MS
    this.#graceMs = options.graceMs ?? GRACE_MS
    this.#slots = new Batcher(
      async (requests) => {
        const askedAt = options.clock.now()
        return (await takeSlots(options.db, requests)).map((answer) => ({ ...answer, askedAt }))
      },
      { most: 50, lanes: 2 },
    )
    this.#settlings = new Batcher(
      async (moves) => {
        await moveSlots(options.db, moves)
        return moves.map(() => undefined)
      },
      { keyOf: ({ key }) => key },
    )
  }

  /** Takes a slot for a call that is made at once, or a place in the queue. */
  async take(call: RateCall): Promise<TakeResult> {
    const about = this.#about(call)
    const answer = await this.#slots.ask({
      ...about,
      ticket: call.ticket,
      lane: LANES[call.lane],
      holder: call.accountId,
      graceMs: this.#graceMs,
      now: this.#options.time === 'clock' ? this.#options.clock.now() : undefined,
    })
    return answer.granted
      ? this.freshened({ granted: true, key: about.key, at: answer.at, askedAt: answer.askedAt })
      : { granted: false, at: answer.at }
  }

  /**
   * A slot that took long to get here counts from now. `settle` would say so after the call, but a process that is killed
   * on the way says nothing, and the platform may have counted the call long after the slot. Ask it once more when
   * something is written down between the slot and the call.
   */
  async freshened(slot: Slot): Promise<Slot> {
    let fresh = slot
    for (let time = 0; time < MOST_FRESHENINGS; time += 1) {
      const now = this.#options.clock.now()
      const lateMs = now - fresh.askedAt
      if (lateMs <= this.#marginMs * FRESH_SHARE) break
      const at = fresh.at + Math.ceil(lateMs)
      await this.#settlings.ask({ key: fresh.key, from: fresh.at, to: at })
      fresh = { ...fresh, at, askedAt: now }
    }
    return fresh
  }

  /**
   * Waits for a slot in this process, for at most `maxWaitMs`: for a person who waits for the answer. Gives the
   * refusal, and leaves the queue, when it would take longer.
   */
  async wait(call: RateCall, maxWaitMs: number, signal?: AbortSignal): Promise<TakeResult> {
    const { clock } = this.#options
    const until = clock.now() + maxWaitMs
    for (;;) {
      const answer = await this.take(call)
      if (answer.granted) return answer
      const waitMs = Math.max(1, answer.at - (await this.now()))
      if (clock.now() + waitMs > until) {
        await this.leave([call.ticket])
        return answer
      }
      await clock.sleep(waitMs, signal)
    }
  }

  /** After the answer: the log is corrected, and what TikTok said of the window is kept for everyone. */
  async settle(call: RateCall, slot: Slot, news: RateNews): Promise<void> {
    // From the asking, not the sending: what the call waited for in this process counts too.
    const tookMs = news.answeredAt - Math.min(slot.askedAt, news.sentAt)
    if (tookMs > this.#marginMs * QUICK_SHARE)
      await this.#settlings.ask({ key: slot.key, from: slot.at, to: slot.at + Math.ceil(tookMs) })
    // A moment by this process's clock becomes a distance, and that a moment by the clock that counts.
    if (news.blockedUntil !== undefined && news.blockedUntil > news.answeredAt)
      await this.#blockFor(call, news.blockedUntil - news.answeredAt)
  }

  /** The call certainly never left: its slot is free again. */
  async giveBack(slot: Slot): Promise<void> {
    await giveSlotBack(this.#options.db, slot.key, slot.at)
  }

  /** Work that is no longer wanted leaves the queue. */
  async leave(tickets: readonly string[]): Promise<void> {
    await dropTickets(this.#options.db, tickets)
  }

  async #blockFor(call: RateCall, ms: number): Promise<void> {
    const now = await this.now()
    await blockSlots(this.#options.db, this.#about(call), now + ms, now)
  }

  /** By the clock that counts, in milliseconds since the epoch. */
  now(): Promise<number> {
    const { db, clock, time } = this.#options
    return time === 'clock' ? Promise.resolve(clock.now()) : databaseNow(db)
  }

  #about({ appId, accountId, rule }: RateCall) {
    const own = rule.per === 'account'
    return {
      key: own ? `${appId}/${rule.endpoint}/${accountId}` : `${appId}/${rule.endpoint}`,
      appId,
      accountId: own ? accountId : undefined,
      endpoint: rule.endpoint,
      requests: rule.requests,
      windowMs: rule.windowMs + this.#marginMs,
    }
  }
}
