/** One leased sync of a shop: calls within their windows, and progress that is committed with what was read. */
import type { Clock, Random } from '@tockwork/kernel'
import type { RateCall, RateGovernor, RateRule, Slot } from '../governor/governor.ts'
import { findAccount } from '../storage/accounts.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { makeSellerDue } from '../storage/shop-sellers.ts'
import { type LeasedShopSync, moveShopSync, type ShopSyncChange } from '../storage/shop-syncs.ts'
import { makeDue } from '../storage/token-vault.ts'
import { retrySyncAt } from '../sync/sync-policy.ts'
import type { PlatformFailure, PlatformResult } from '../tiktok/outcome.ts'
import {
  SANDBOX_RULE,
  type ShopReadCall,
  type ShopReading,
  type ShopRef,
} from '../tiktok/shop/shop-reading.ts'
import { SHOP_LEASE_MS, SLOT_PATIENCE_MS } from './policy.ts'

export interface ShopSyncParts {
  db: Database
  clock: Clock
  random: Random
  governor: RateGovernor
  reading: ShopReading
}

/** What a call came to. Nothing of it is written down yet. */
export type Asked<T> =
  | { ok: true; value: T; readAt: number }
  | { ok: false; failure: PlatformFailure }
  /** There is no room in its window before. */
  | { ok: false; waitUntil: number }

interface Taken {
  wish: RateCall
  slot: Slot
}

/** Room in every window that a call counts in, or when there will be. */
export type Reservation = { slots: readonly Taken[] } | { waitUntil: number }

/** Thrown to end a run that goes on later; the row says when. */
export class RunWaitsError extends Error {}
/** Thrown when another process or an erasure has the row by now. */
export class RunLostError extends Error {}

const RETRY_TRIES = 5
const RETRY_PAUSE_MS = 200
/** Well within the lease. */
const RETRY_WITHIN_MS = 20_000

const NOT_CONNECTED = new Set(['reauthorization_required', 'disconnected', 'erased', 'account_not_found'])

/** Of calls that only read: whatever became of the first one, another does no harm. */
export function isPassing({ needs, sent, retry }: PlatformFailure): boolean {
  return needs === undefined && (sent === 'maybe' || retry !== 'never')
}

export class ShopRun {
  readonly parts: ShopSyncParts
  readonly sync: LeasedShopSync
  readonly shop: ShopRef
  readonly startedAt: number
  readonly #signal: AbortSignal | undefined

  constructor(parts: ShopSyncParts, leased: LeasedShopSync, signal?: AbortSignal) {
    this.parts = parts
    this.sync = { ...leased }
    this.#signal = signal
    this.startedAt = parts.clock.now()
    const { workspaceId, accountId, appId, externalId, cipher } = leased
    this.shop = { workspaceId, accountId, appId, id: externalId, cipher }
  }

  /**
   * Makes a call within its windows; what passes in a moment is tried again at once, since a run that is put off begins a
   * second of many changes anew. Never throws for what TikTok does, so that it can run beside a commit.
   */
  async ask<T>(
    call: ShopReadCall,
    make: () => Promise<PlatformResult<T>>,
    reserved: Promise<Reservation> = this.reserve(call),
  ): Promise<Asked<T>> {
    const { clock, random } = this.parts
    const until = clock.now() + RETRY_WITHIN_MS
    for (let tried = 1; ; tried += 1) {
      const asked = await this.#askOnce(tried === 1 ? reserved : this.reserve(call), make)
      if (asked.ok || 'waitUntil' in asked || !isPassing(asked.failure)) return asked
      const pause = RETRY_PAUSE_MS * 2 ** tried * (0.5 + 0.5 * random.next())
      const at = Math.max(clock.now() + pause, asked.failure.until ?? 0)
      if (tried >= RETRY_TRIES || at > until || this.#signal?.aborted === true) return asked
      await clock.sleep(at - clock.now())
    }
  }

  /** Room for one call, taken ahead: while a page is on its way, the next one's is waited for. */
  async reserve(call: ShopReadCall): Promise<Reservation> {
    const { clock, governor } = this.parts
    const rules: RateRule[] = this.sync.environment === 'sandbox' ? [SANDBOX_RULE, call.rule] : [call.rule]
    const slots: Taken[] = []
    for (const rule of rules) {
      const wish = this.#wish(rule)
      const slot = await governor.wait(wish, SLOT_PATIENCE_MS)
      if (!slot.granted) {
        await this.giveBack({ slots })
        return { waitUntil: clock.now() + Math.max(1, slot.at - (await governor.now())) }
      }
      slots.push({ wish, slot })
    }
    return { slots }
  }

  /** The call is not made after all. */
  async giveBack(reservation: Reservation): Promise<void> {
    if ('waitUntil' in reservation) return
    for (const { slot } of reservation.slots) await this.parts.governor.giveBack(slot)
  }

  async #askOnce<T>(
    reserved: Promise<Reservation>,
    make: () => Promise<PlatformResult<T>>,
  ): Promise<Asked<T>> {
    const { clock, governor } = this.parts
    const reservation = await reserved
    if ('waitUntil' in reservation) return { ok: false, waitUntil: reservation.waitUntil }
    const slots: Taken[] = []
    for (const { wish, slot } of reservation.slots) slots.push({ wish, slot: await governor.freshened(slot) })
    const sentAt = clock.now()
    const result = await make()
    const answeredAt = clock.now()
    const blockedUntil = result.ok ? undefined : result.failure.until
    for (const { wish, slot } of slots) {
      if (result.ok || result.failure.sent !== 'no')
        await governor.settle(wish, slot, { sentAt, answeredAt, blockedUntil })
      else await governor.giveBack(slot)
    }
    return result.ok ? { ok: true, value: result.value, readAt: answeredAt } : result
  }

  /** The value of a call, or the end of this run. */
  async need<T>(asked: Asked<T>): Promise<{ value: T; readAt: number }> {
    if (asked.ok) return asked
    if ('waitUntil' in asked) return this.#wait({ dueAt: asked.waitUntil })
    return this.fail(asked.failure)
  }

  get stopping(): boolean {
    return this.#signal?.aborted === true
  }

  /** Between two commits: ends the run here when the process stops. */
  async checkStop(): Promise<void> {
    if (this.stopping) await this.#wait({ dueAt: this.parts.clock.now() })
  }

  /** Writes a failure down and ends the run. */
  async fail(failure: PlatformFailure): Promise<never> {
    const { clock, db, random } = this.parts
    const { workspaceId, accountId } = this.sync
    const failures = this.sync.failures + 1
    const now = clock.now()
    let dueAt: number | null = retrySyncAt(now, failures, failure.until, random)
    if (failure.needs === 'reconnect') {
      // An account that is not connected is left alone: reading its shops again begins with the next consent. When
      // TikTok alone says so, a refresh finds out whether it is true.
      const status = NOT_CONNECTED.has(failure.code)
        ? failure.code
        : (await findAccount(db, workspaceId, accountId))?.status
      if (status !== 'connected') dueAt = null
      else await makeDue(db, workspaceId, accountId, now)
    }
    // The cipher does not fit any more: a new consent may have brought another.
    if (failure.code === '101000') await makeSellerDue(db, accountId, now)
    return this.#wait({ dueAt, failures, lastFailure: failure.code })
  }

  /** Progress and what was read are one commit, and the lease goes on from there. */
  async commit(
    change: ShopSyncChange,
    write: (tx: Transaction) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { clock, db } = this.parts
    const until = clock.now() + SHOP_LEASE_MS
    const full = { leaseUntil: until, dueAt: until, ...change }
    await db.transaction().execute(async (tx) => {
      // Locks the row first: an erasure, or whoever has the lease now, goes before or after, never between.
      if (!(await moveShopSync(tx, this.sync, full))) throw new RunLostError('The lease is over')
      await write(tx)
    })
    this.sync.leaseUntil = full.leaseUntil ?? 0
    if (change.runFrom !== undefined) this.sync.runFrom = change.runFrom
    if (change.position !== undefined) this.sync.position = change.position
    if (change.failures !== undefined) this.sync.failures = change.failures
  }

  async #wait(change: ShopSyncChange): Promise<never> {
    await this.commit({ ...change, leaseUntil: null })
    throw new RunWaitsError('It goes on later')
  }

  #wish(rule: RateRule) {
    const { appId, shopId, kind, requestedAt, completedAt } = this.sync
    // A window is a shop's, so the shop stands where an account does.
    return {
      appId,
      accountId: shopId,
      rule,
      lane: (requestedAt ?? 0) > (completedAt ?? 0) ? ('person' as const) : ('background' as const),
      ticket: `${shopId}:${kind}:${rule.endpoint}`,
    }
  }
}
