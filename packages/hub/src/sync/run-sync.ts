/** One account's reading: its profile, then its videos page by page, each page a commit of its own. */
import type { Clock, Random } from '@tockwork/kernel'
import type { RateCall, RateGovernor } from '../governor/governor.ts'
import { type LeasedSync, moveSync, type SyncChange } from '../storage/account-syncs.ts'
import { updateAccountProfile } from '../storage/accounts.ts'
import { contentsWithNewComments, knownComments, storeComments } from '../storage/comments.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { ACCOUNT, storePoints, thinPoints } from '../storage/metrics.ts'
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
import type { AccountReading, ReadCall } from './account-reading.ts'
import { nextSyncAt, readSince, retrySyncAt, SYNC_LEASE_MS } from './sync-policy.ts'

export interface SyncParts {
  db: Database
  clock: Clock
  random: Random
  governor: RateGovernor
  /** By the platform's name in `accounts.platform`; undefined for one that is not read like this. */
  readingOf: (platform: string) => AccountReading | undefined
  /** Told of what a reading brings, within its commit; nobody is unless told. */
  readings?: ReadingObserver | undefined
}

/** What is read of an account, before it replaces what was read before. */
export interface ReadingObserver {
  /** The commit, with room for jobs in it. */
  unitOfWork: UnitOfWork
  profile(work: Work, about: ReadAbout, data: Fields): Promise<void>
  videos(work: Work, about: ReadAbout, videos: readonly ReadVideo[]): Promise<void>
  /** @param ids of contents whose comments are others than before */
  comments(work: Work, about: ReadAbout, news: { added: string[]; updated: string[] }): Promise<void>
}

export interface ReadAbout {
  accountId: string
  workspaceId: string
  readAt: number
}

/** `done`: read whole; `waiting`: it goes on later where it is; `lost`: another process or an erasure has it. */
export type SyncOutcome = 'done' | 'waiting' | 'lost'

/** Comments under what was posted longer ago are not read again. */
const COMMENTS_FOR_MS = 30 * 86_400_000
/** Most contents whose comments one run reads; the next one goes on with the others. */
const CONTENTS_WITH_COMMENTS = 50
const noComments = () => ({ ok: true as const, value: { comments: [], sourceCall: undefined } })

class LeaseLostError extends Error {}

/** Carries a leased sync on from where its row says, until it is whole or has to wait. */
export async function runSync(
  parts: SyncParts,
  leased: LeasedSync,
  signal?: AbortSignal,
): Promise<SyncOutcome> {
  const reading = parts.readingOf(leased.platform)
  if (reading === undefined) throw new Error(`${leased.platform} has no reading`)
  try {
    return await new SyncRun(parts, leased, reading).toTheEnd(signal)
  } catch (error) {
    if (error instanceof LeaseLostError) return 'lost'
    throw error
  }
}

class SyncRun {
  readonly #parts: SyncParts
  readonly #reading: AccountReading
  readonly #sync: LeasedSync

  constructor(parts: SyncParts, leased: LeasedSync, reading: AccountReading) {
    this.#parts = parts
    this.#reading = reading
    this.#sync = { ...leased }
  }

  async toTheEnd(signal: AbortSignal | undefined): Promise<SyncOutcome> {
    const { clock, db, random } = this.#parts
    const sync = this.#sync
    const readable = this.#reading.parts(sync.scopes)
    const startedAt = sync.runStartedAt ?? clock.now()
    if (sync.runStartedAt === null) {
      await this.#commit({
        runStartedAt: startedAt,
        runSince: readSince(startedAt, sync.wholeAt),
        skipped: readable.skipped,
      })
    }
    // Whatever another run asked for came before this one began; a wish after it is for the next.
    const since = this.#sync.runSince
    if (!sync.profileDone && readable.profile) {
      const waiting = await this.#readProfile(readable.counters)
      if (waiting) return 'waiting'
    }
    if (readable.videos) {
      const { calls } = this.#reading
      let cursor = sync.cursor ?? undefined
      for (;;) {
        if (signal?.aborted === true) return this.#wait({ dueAt: clock.now() })
        const page = await this.#ask(calls.videos, () => this.#reading.videos(sync, cursor))
        if (page === undefined) return 'waiting'
        const readAt = clock.now()
        const { next, reachedTo, videos, sourceCall = calls.videos.id } = page
        const enough = next === undefined || (since !== null && reachedTo !== undefined && reachedTo < since)
        await this.#commit({ cursor: next ?? null, failures: 0 }, async (tx, work) => {
          if (work !== undefined) await this.#parts.readings?.videos(work, { ...sync, readAt }, videos)
          await storeVideos(tx, { ...sync, sourceCall, readAt }, videos)
          const points = videos.map(({ videoId, data }) => ({
            videoId,
            counts: this.#reading.videoCounts(data),
          }))
          await storePoints(tx, sync.accountId, readAt, points)
          const after = next === undefined ? undefined : reachedTo
          if (enough) await markGoneVideos(tx, sync.accountId, { since: startedAt, now: readAt, after })
        })
        if (enough) break
        cursor = next
      }
      const waiting = await this.#readComments(signal)
      if (waiting) return 'waiting'
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
  async #readProfile(hasCounters: boolean): Promise<boolean> {
    const sync = this.#sync
    const { calls } = this.#reading
    const data = await this.#ask(calls.profile, () => this.#reading.profile(sync, sync.scopes))
    if (data === undefined) return true
    const { source, ...fields } = data
    const sourceCall = typeof source === 'string' ? source : calls.profile.id
    const readAt = this.#parts.clock.now()
    await this.#commit({ profileDone: true, failures: 0 }, async (tx, work) => {
      if (work !== undefined) await this.#parts.readings?.profile(work, { ...sync, readAt }, fields)
      await storeProfile(tx, { ...sync, data: fields, sourceCall, readAt })
      const names = this.#reading.names?.(fields)
      if (names !== undefined) await updateAccountProfile(tx, sync.workspaceId, sync.accountId, names, readAt)
      if (!hasCounters) return
      const counts = this.#reading.accountCounts(fields)
      await storePoints(tx, sync.accountId, readAt, [{ videoId: ACCOUNT, counts }])
    })
    return false
  }

  /** Of contents that have another number of them than when they were read. Answers true when it has to wait. */
  async #readComments(signal: AbortSignal | undefined): Promise<boolean> {
    const { clock, db } = this.#parts
    const sync = this.#sync
    const call = this.#reading.calls.comments
    if (call === undefined) return false
    const since = clock.now() - COMMENTS_FOR_MS
    const contents = await contentsWithNewComments(db, sync.accountId, {
      since,
      limit: CONTENTS_WITH_COMMENTS,
    })
    for (const { contentId, comments: counted } of contents) {
      if (signal?.aborted === true) {
        await this.#wait({ dueAt: clock.now() })
        return true
      }
      const read = await this.#ask(
        call,
        async () => (await this.#reading.comments?.(sync, contentId)) ?? noComments(),
      )
      if (read === undefined) return true
      const readAt = clock.now()
      const { comments, sourceCall = call.id } = read
      await this.#commit({ failures: 0 }, async (tx, work) => {
        const known = await knownComments(tx, sync.accountId, contentId)
        await storeComments(tx, { ...sync, contentId, counted, sourceCall, readAt }, comments)
        if (work === undefined) return
        const isNew = comments.some(({ commentId }) => !known.has(commentId))
        const news = { added: isNew ? [contentId] : [], updated: isNew ? [] : [contentId] }
        await this.#parts.readings?.comments(work, { ...sync, readAt }, news)
      })
    }
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
