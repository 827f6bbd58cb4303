/** One account's reading: its profile, then its videos page by page, each page a commit of its own. */
import type { Clock, Random } from '@tockwork/kernel'
import type { RateCall, RateGovernor } from '../governor/governor.ts'
import { type LeasedSync, moveSync, type SyncChange } from '../storage/account-syncs.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { ACCOUNT, type Counts, storePoints, thinPoints } from '../storage/metrics.ts'
import type { UnitOfWork, Work } from '../storage/unit-of-work.ts'
import {
  type Fields,
  markGoneVideos,
  newestVideoAt,
  type ReadVideo,
  storeProfile,
  storeVideos,
} from '../storage/videos.ts'
import type { PlatformFailure, PlatformResult } from '../tiktok/outcome.ts'
import {
  PART_SCOPES,
  profileCall,
  type ReadCall,
  readsProfile,
  type TikTokReading,
  videosCall,
} from '../tiktok/sync.ts'
import { nextSyncAt, readSince, retrySyncAt, SYNC_LEASE_MS } from './sync-policy.ts'

export interface SyncParts {
  db: Database
  clock: Clock
  random: Random
  governor: RateGovernor
  reading: TikTokReading
  /** Told of what a reading brings, within its commit; nobody is unless told. */
  readings?: ReadingObserver | undefined
}

/** What is read of an account, before it replaces what was read before. */
export interface ReadingObserver {
  /** The commit, with room for jobs in it. */
  unitOfWork: UnitOfWork
  profile(work: Work, about: ReadAbout, data: Fields): Promise<void>
  videos(work: Work, about: ReadAbout, videos: readonly ReadVideo[]): Promise<void>
}

export interface ReadAbout {
  accountId: string
  workspaceId: string
  readAt: number
}

/** `done`: read whole; `waiting`: it goes on later where it is; `lost`: another process or an erasure has it. */
export type SyncOutcome = 'done' | 'waiting' | 'lost'

class LeaseLostError extends Error {}

/** Carries a leased sync on from where its row says, until it is whole or has to wait. */
export async function runSync(
  parts: SyncParts,
  leased: LeasedSync,
  signal?: AbortSignal,
): Promise<SyncOutcome> {
  try {
    return await new SyncRun(parts, leased).toTheEnd(signal)
  } catch (error) {
    if (error instanceof LeaseLostError) return 'lost'
    throw error
  }
}

class SyncRun {
  readonly #parts: SyncParts
  readonly #sync: LeasedSync

  constructor(parts: SyncParts, leased: LeasedSync) {
    this.#parts = parts
    this.#sync = { ...leased }
  }

  async toTheEnd(signal: AbortSignal | undefined): Promise<SyncOutcome> {
    const { clock, db, random } = this.#parts
    const sync = this.#sync
    const { scopes } = sync
    const startedAt = sync.runStartedAt ?? clock.now()
    if (sync.runStartedAt === null) {
      const missing = Object.entries(PART_SCOPES).filter(([, scope]) => !scopes.includes(scope))
      await this.#commit({
        runStartedAt: startedAt,
        runSince: readSince(startedAt, sync.wholeAt),
        skipped: missing.map(([part]) => part),
      })
    }
    // Whatever another run asked for came before this one began; a wish after it is for the next.
    const since = this.#sync.runSince
    if (!sync.profileDone && readsProfile(scopes)) {
      const waiting = await this.#readProfile()
      if (waiting) return 'waiting'
    }
    if (scopes.includes(PART_SCOPES.videos)) {
      let cursor = sync.cursor ?? undefined
      for (;;) {
        if (signal?.aborted === true) return this.#wait({ dueAt: clock.now() })
        const page = await this.#ask(videosCall, () => this.#parts.reading.videos(sync, cursor))
        if (page === undefined) return 'waiting'
        const readAt = clock.now()
        const { next, videos } = page
        // A cursor is the time of the last video of its page: what follows was posted before. The order is trusted, not
        // the oldest video seen, since a pinned one may stand out of it.
        const enough = next === undefined || (since !== null && Number(next) < since)
        await this.#commit({ cursor: next ?? null, failures: 0 }, async (tx, work) => {
          if (work !== undefined) await this.#parts.readings?.videos(work, { ...sync, readAt }, videos)
          await storeVideos(tx, { ...sync, sourceCall: videosCall.id, readAt }, videos)
          const points = videos.map(({ videoId, data }) => ({ videoId, counts: videoCounts(data) }))
          await storePoints(tx, sync.accountId, readAt, points)
          if (enough) await markGoneVideos(tx, sync.accountId, { since: startedAt, now: readAt, after: next })
        })
        if (enough) break
        cursor = next
      }
    }
    const now = clock.now()
    const newestAt = await newestVideoAt(db, sync.accountId)
    await this.#commit({
      completedAt: now,
      ...(since === null ? { wholeAt: now } : {}),
      runStartedAt: null,
      runSince: null,
      profileDone: false,
      cursor: null,
      failures: 0,
      lastFailure: null,
      dueAt: sync.onDemand ? null : nextSyncAt(now, newestAt, random),
      leaseUntil: null,
    })
    if (since === null) await thinPoints(db, sync.accountId, now)
    return 'done'
  }

  /** Answers true when it has to wait. */
  async #readProfile(): Promise<boolean> {
    const sync = this.#sync
    const data = await this.#ask(profileCall, () => this.#parts.reading.profile(sync, sync.scopes))
    if (data === undefined) return true
    const readAt = this.#parts.clock.now()
    await this.#commit({ profileDone: true, failures: 0 }, async (tx, work) => {
      if (work !== undefined) await this.#parts.readings?.profile(work, { ...sync, readAt }, data)
      await storeProfile(tx, { ...sync, data, sourceCall: profileCall.id, readAt })
      if (sync.scopes.includes(PART_SCOPES.stats))
        await storePoints(tx, sync.accountId, readAt, [{ videoId: ACCOUNT, counts: accountCounts(data) }])
    })
    return false
  }

  /** Makes a call within its window; undefined when the sync waits for it and the lease is given back. */
  async #ask<T>({ rule }: ReadCall, call: () => Promise<PlatformResult<T>>): Promise<T | undefined> {
    const { clock, governor } = this.#parts
    const { accountId, appId } = this.#sync
    const wish: RateCall = {
      appId,
      accountId,
      rule,
      lane: this.#isWished() ? 'person' : 'background',
      ticket: `${accountId}:sync`,
    }
    const slot = await governor.take(wish)
    if (!slot.granted) {
      await this.#wait({ dueAt: clock.now() + Math.max(1, slot.at - (await governor.now())) })
      return undefined
    }
    const sentAt = clock.now()
    const result = await call()
    const blockedUntil = result.ok ? undefined : result.failure.until
    const answered = result.ok || result.failure.sent !== 'no'
    if (answered) await governor.settle(wish, slot, { sentAt, answeredAt: clock.now(), blockedUntil })
    else await governor.giveBack(slot)
    if (result.ok) return result.value
    await this.#fail(result.failure)
    return undefined
  }

  /** Whether somebody asked for it since the last time that it was whole, and waits. */
  #isWished(): boolean {
    const { requestedAt, completedAt } = this.#sync
    return requestedAt !== null && requestedAt > (completedAt ?? 0)
  }

  /** Nothing is asked of an account that is not connected; connecting it again makes it due. */
  async #fail(failure: PlatformFailure): Promise<void> {
    const { clock, random } = this.#parts
    const failures = this.#sync.failures + 1
    const dueAt =
      failure.needs === 'reconnect' ? null : retrySyncAt(clock.now(), failures, failure.until, random)
    await this.#wait({ dueAt, failures, lastFailure: failure.code })
  }

  async #wait(change: SyncChange): Promise<'waiting'> {
    await this.#commit({ ...change, leaseUntil: null })
    return 'waiting'
  }

  /** Progress and what was read are one commit, and the lease goes on from there. */
  async #commit(
    change: SyncChange,
    write: (tx: Transaction, work?: Work) => Promise<void> = async () => undefined,
  ) {
    const { clock, db, readings } = this.#parts
    const sync = this.#sync
    const until = clock.now() + SYNC_LEASE_MS
    const full = { leaseUntil: until, dueAt: until, ...change }
    const commit = async (tx: Transaction, work?: Work): Promise<void> => {
      // Locks the row first: an erasure, or whoever has the lease now, goes before or after, never between.
      if (!(await moveSync(tx, sync, full))) throw new LeaseLostError('The lease is over')
      await write(tx, work)
    }
    if (readings === undefined) await db.transaction().execute((tx) => commit(tx))
    else await readings.unitOfWork((work) => commit(work.tx, work))
    sync.leaseUntil = full.leaseUntil ?? 0
    if (change.runSince !== undefined) sync.runSince = change.runSince
  }
}

export function videoCounts(data: Fields): Counts {
  return {
    views: countOf(data.view_count),
    likes: countOf(data.like_count),
    comments: countOf(data.comment_count),
    shares: countOf(data.share_count),
  }
}

function accountCounts(data: Fields): Counts {
  return {
    followers: countOf(data.follower_count),
    following: countOf(data.following_count),
    likes: countOf(data.likes_count),
    videos: countOf(data.video_count),
  }
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
