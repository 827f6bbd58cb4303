/**
 * Refreshes one account under its lease. docs/hub.md tells what happens at each point where a process can die here.
 */
import type { Clock, Random } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { reviveAccount, updateAccountScopes } from '../storage/accounts.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { reviveConsent } from '../storage/consents.ts'
import type { Database } from '../storage/database.ts'
import { endLease, type LeasedTokens } from '../storage/token-vault.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import type { PlatformFailure, PlatformResult } from '../tiktok/outcome.ts'
import type { PlatformTokens } from '../tiktok/tokens.ts'
import type { Vault } from '../vault/sealing.ts'
import type { OnAccountEvent } from './account-events.ts'
import { markGrantGone } from './grant-gone.ts'
import { confirmAt, refreshDueAt, retryAt, SENDABLE_MS } from './refresh-policy.ts'
import { RotationWriter } from './rotation-writer.ts'
import { openTokens, sealTokens, tokenPlace } from './token-seal.ts'

/** What a refresh needs of TikTok. */
export interface RefreshPort {
  refresh(tokens: PlatformTokens): Promise<PlatformResult<PlatformTokens>>
}

export interface TokenParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  onAccountEvent: OnAccountEvent
  /** TikTok as the app of an account sees it. */
  portOf: (workspaceId: string, appId: string) => Promise<RefreshPort>
}

export type RefreshOutcome =
  | { kind: 'renewed'; tokens: PlatformTokens }
  /** Another pair has taken the place of the one that was to be renewed: read again. */
  | { kind: 'superseded' }
  | { kind: 'failed'; failure: PlatformFailure; until: number }
  /** TikTok says, twice, that the grant is gone. */
  | { kind: 'gone'; reason: GoneReason }

export type GoneReason = 'grant_gone' | 'refresh_answer_lost' | 'refresh_token_expired'

export class TokenRefresher {
  readonly #writer: RotationWriter
  readonly #parts: TokenParts
  readonly #flights = new Map<string, Promise<RefreshOutcome>>()

  constructor(parts: TokenParts) {
    this.#parts = parts
    this.#writer = new RotationWriter(parts.db, parts.clock, parts.log)
  }

  /** The refresh of an account that this process has under way. */
  underWay(accountId: string): Promise<RefreshOutcome> | undefined {
    return this.#flights.get(accountId)
  }

  /** Uses up a lease: when this resolves it has ended, one way or another. */
  refresh(leased: LeasedTokens): Promise<RefreshOutcome> {
    const flight = this.#refresh(leased).finally(() => this.#flights.delete(leased.accountId))
    this.#flights.set(leased.accountId, flight)
    return flight
  }

  /** Writes renewed pairs that the database did not take before. Throws when it still does not. */
  async retryUnsaved(): Promise<void> {
    for (const { workspaceId, accountId } of await this.#writer.retryUnsaved())
      await this.#revive(workspaceId, accountId)
  }

  async #refresh(leased: LeasedTokens): Promise<RefreshOutcome> {
    const { clock, vault, portOf } = this.#parts
    const { workspaceId, accountId, generation } = leased
    if (this.#writer.holds(accountId)) {
      await this.retryUnsaved()
      return { kind: 'superseded' }
    }
    let tokens: PlatformTokens
    let port: RefreshPort
    try {
      tokens = await openTokens(vault, leased.sealed, tokenPlace(workspaceId, accountId, generation))
      port = await portOf(workspaceId, leased.appId)
    } catch (error) {
      return this.#fail(leased, ownFailure(error), leased.lostSince)
    }
    // Too long in the queue of this process: sent now, it could still be under way when the lease ends.
    if (clock.now() > leased.leaseUntil - SENDABLE_MS) {
      const failure = notSent('lease_short', 'There was not enough time left to refresh; it is tried again.')
      return this.#release(leased, failure)
    }
    const result = await port.refresh(tokens)
    if (result.ok) return this.#keep(leased, tokens, result.value)
    const { failure } = result
    if (isOver(failure)) return this.#refused(leased, failure)
    return this.#fail(leased, failure, failure.sent === 'maybe' ? leased.refreshSentAt : leased.lostSince)
  }

  /** TikTok has given a new pair: until it is durable nobody gets its access token. */
  async #keep(leased: LeasedTokens, old: PlatformTokens, renewed: PlatformTokens): Promise<RefreshOutcome> {
    const { clock, db, log, random, vault } = this.#parts
    const { workspaceId, accountId, generation } = leased
    const place = tokenPlace(workspaceId, accountId, generation + 1)
    try {
      const written = await this.#writer.store({
        accountId,
        workspaceId,
        replaces: generation,
        ...(await sealTokens(vault, renewed, place)),
        accessExpiresAt: renewed.expiresAt,
        refreshExpiresAt: renewed.refreshExpiresAt,
        dueAt: refreshDueAt(renewed, random),
      })
      if (!written) return { kind: 'superseded' }
    } catch (error) {
      log.error({ err: error, account: accountId }, 'a renewed token pair is in memory only')
      const failure = notSent('storage_unavailable', 'The database did not take the renewed tokens yet.')
      return { kind: 'failed', failure, until: clock.now() + 1_000 }
    }
    if (clock.now() >= leased.leaseUntil) await this.#revive(workspaceId, accountId)
    if (old.scopes.join() !== renewed.scopes.join())
      await updateAccountScopes(db, workspaceId, accountId, renewed.scopes, clock.now())
    return { kind: 'renewed', tokens: renewed }
  }

  /**
   * A pair that was written late, after another process had found its predecessor refused and given the grant up: the
   * answer that seemed lost has come after all.
   */
  async #revive(workspaceId: string, accountId: string): Promise<void> {
    const { clock, unitOfWork } = this.#parts
    const now = clock.now()
    await unitOfWork(async ({ tx }) => {
      if (!(await reviveAccount(tx, workspaceId, accountId, 'refresh_answer_lost', now))) return
      await reviveConsent(tx, accountId, 'refresh_answer_lost')
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor: 'hub',
        action: 'account.revived',
        subject: accountId,
        detail: {},
      })
    })
  }

  /** The first time it is not believed: the pair may have been replaced under us, and TikTok errs too. */
  async #refused(leased: LeasedTokens, failure: PlatformFailure): Promise<RefreshOutcome> {
    const { clock, db, random } = this.#parts
    if (leased.refusedAt !== null) return this.#gone(leased)
    const now = clock.now()
    const dueAt = confirmAt(now, random)
    const ended = await endLease(db, {
      ...leased,
      dueAt,
      refreshSentAt: leased.lostSince,
      refusedAt: now,
      failures: leased.failures + 1,
      lastFailure: failure.code,
    })
    return ended ? { kind: 'failed', failure, until: dueAt } : { kind: 'superseded' }
  }

  async #gone(leased: LeasedTokens): Promise<RefreshOutcome> {
    const { clock, log, onAccountEvent, unitOfWork } = this.#parts
    const { workspaceId, accountId } = leased
    const now = clock.now()
    const reason: GoneReason =
      leased.lostSince !== null
        ? 'refresh_answer_lost'
        : now >= leased.refreshExpiresAt
          ? 'refresh_token_expired'
          : 'grant_gone'
    const done = await unitOfWork(async (work) => {
      const ended = await endLease(work.tx, {
        ...leased,
        dueAt: null,
        refreshSentAt: leased.lostSince,
        lastFailure: 'invalid_grant',
        failures: leased.failures + 1,
      })
      if (!ended) return false
      const keepTokens = reason === 'refresh_answer_lost'
      await markGrantGone(work, { workspaceId, accountId, reason, now, keepTokens }, onAccountEvent)
      return true
    })
    if (!done) return { kind: 'superseded' }
    log.warn({ account: accountId, reason }, 'the grant of an account is gone')
    return { kind: 'gone', reason }
  }

  async #fail(
    leased: LeasedTokens,
    failure: PlatformFailure,
    refreshSentAt: number | null,
  ): Promise<RefreshOutcome> {
    const { clock, db, log, random } = this.#parts
    const failures = leased.failures + 1
    const until = retryAt(clock.now(), failures, failure.until, random)
    const ended = await endLease(db, {
      ...leased,
      dueAt: until,
      refreshSentAt,
      failures,
      lastFailure: failure.code,
    })
    log.warn(
      { account: leased.accountId, code: failure.code, failures },
      'a refresh failed; it is tried again',
    )
    return ended ? { kind: 'failed', failure, until } : { kind: 'superseded' }
  }

  async #release(leased: LeasedTokens, failure: PlatformFailure): Promise<RefreshOutcome> {
    const now = this.#parts.clock.now()
    const ended = await endLease(this.#parts.db, { ...leased, dueAt: now, refreshSentAt: leased.lostSince })
    return ended ? { kind: 'failed', failure, until: now } : { kind: 'superseded' }
  }
}

/** Whether the platform said that the grant is over: in OAuth's word, or in its own. */
function isOver({ code, needs, sent }: PlatformFailure): boolean {
  return code === 'invalid_grant' || (needs === 'reconnect' && sent === 'answered')
}

function notSent(code: string, message: string): PlatformFailure {
  return { code, message, retry: 'after', sent: 'no' }
}

/** Our own trouble, such as a row that does not open. Its text may hold anything, so only its code goes on. */
function ownFailure(error: unknown): PlatformFailure {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'internal'
  return notSent(code, 'The tokens of this account could not be used; the log says why.')
}
