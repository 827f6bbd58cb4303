/** Access tokens for whoever wants to call TikTok as an account: good now, renewed where needed. */
import type { Secret } from '@tockwork/kernel'
import { type AccountRef, type AccountTokens, findTokensOf } from '../storage/account-reads.ts'
import type { Account } from '../storage/accounts.ts'
import { Batcher } from '../storage/batcher.ts'
import { leaseTokens, type StoredTokens } from '../storage/token-vault.ts'
import { attempt, type PlatformFailure, type PlatformResult } from '../tiktok/outcome.ts'
import type { PlatformTokens } from '../tiktok/tokens.ts'
import { LEASE_MS, usableUntil } from './refresh-policy.ts'
import type { RefreshOutcome, TokenParts, TokenRefresher } from './token-refresher.ts'
import { openTokens, tokenPlace } from './token-seal.ts'

/** What is needed to call TikTok as an account. */
export interface Access {
  token: Secret
  accountId: string
  workspaceId: string
  appId: string
  /** The creator's id for the app. */
  openId: string
  scopes: readonly string[]
  expiresAt: number
  /** The whole of it, for platforms whose calls need more than the token. */
  tokens: PlatformTokens
}

export interface AccessOptions {
  /** A token that TikTok refused with `access_token_invalid`: another one is wanted. */
  rejected?: Secret
  signal?: AbortSignal | undefined
}

const LOOK_AGAIN_MS = 250
/** Longer than any lease: whoever held it is done, or dead. */
const PATIENCE_MS = LEASE_MS + 10_000

export class TokenService {
  readonly #parts: TokenParts
  readonly #refresher: TokenRefresher
  readonly #holder: string
  readonly #reads: Batcher<AccountRef, AccountTokens | undefined>

  /** @param holder names this process in leases. */
  constructor(parts: TokenParts, refresher: TokenRefresher, holder: string) {
    this.#parts = parts
    this.#refresher = refresher
    this.#holder = holder
    this.#reads = new Batcher((refs) => findTokensOf(parts.db, refs), { lanes: 2 })
  }

  /**
   * An access token that is good for at least a few seconds. Refreshes when the present one is over or was rejected;
   * one refresh runs for an account however many ask, in however many processes, and the others wait for it.
   * A failure tells what would help: `needs: 'reconnect'`, or `until` when to ask again.
   */
  async accessToken(
    workspaceId: string,
    accountId: string,
    options: AccessOptions = {},
  ): Promise<PlatformResult<Access>> {
    const { clock } = this.#parts
    const patience = clock.now() + PATIENCE_MS
    for (;;) {
      options.signal?.throwIfAborted()
      const found = await this.#reads.ask({ workspaceId, accountId })
      if (found === undefined) return no('account_not_found', 'There is no such account.')
      const { account, tokens: stored } = found
      if (stored === undefined) return notConnected(account)
      const { generation } = stored
      const place = tokenPlace(workspaceId, accountId, generation)
      const opened = await attempt(() => openTokens(this.#parts.vault, stored.sealed, place))
      if (!opened.ok) return opened
      const tokens = opened.value
      const rejected = options.rejected?.reveal() === tokens.accessToken.reveal()
      const now = clock.now()
      const usable = !rejected && now < usableUntil(tokens)
      const over = account.status !== 'connected'
      // When only the answer to a refresh was lost, the token from before it goes on until its end.
      if (usable && (!over || account.statusReason === 'refresh_answer_lost'))
        return { ok: true, value: accessOf(account, tokens) }
      if (over) return notConnected(account)
      if (isResting(stored, now)) {
        if (!rejected && now < tokens.expiresAt) return { ok: true, value: accessOf(account, tokens) }
        return { ok: false, failure: restingFailure(stored) }
      }
      const outcome = await this.#refreshOrWait(workspaceId, accountId, generation, options.signal)
      if (outcome?.kind === 'renewed') return { ok: true, value: accessOf(account, outcome.tokens) }
      if (outcome?.kind === 'failed') {
        if (!rejected && clock.now() < tokens.expiresAt) return { ok: true, value: accessOf(account, tokens) }
        return { ok: false, failure: soften(outcome.failure, outcome.until) }
      }
      if (clock.now() > patience) {
        const failure = temporary('refresh_slow', 'Another process has not finished the refresh.')
        return { ok: false, failure: soften(failure, clock.now() + LOOK_AGAIN_MS) }
      }
    }
  }

  /**
   * Calls TikTok as an account. When TikTok refuses the access token, it is renewed and the call made once more: a
   * refused call was not carried out, so that is harmless whatever the call does.
   */
  async withAccess<T>(
    workspaceId: string,
    accountId: string,
    call: (access: Access) => Promise<PlatformResult<T>>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<PlatformResult<T>> {
    const first = await this.accessToken(workspaceId, accountId, options)
    if (!first.ok) return first
    const result = await call(first.value)
    if (result.ok || result.failure.needs !== 'refresh') return result
    const second = await this.accessToken(workspaceId, accountId, {
      ...options,
      rejected: first.value.token,
    })
    return second.ok ? call(second.value) : second
  }

  /** Refreshes now, whether it is time or not. */
  async refreshNow(
    workspaceId: string,
    accountId: string,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<PlatformResult<Access>> {
    const current = await this.accessToken(workspaceId, accountId, options)
    if (!current.ok) return current
    return this.accessToken(workspaceId, accountId, { ...options, rejected: current.value.token })
  }

  /** `undefined` after waiting for somebody else: read again. */
  async #refreshOrWait(
    workspaceId: string,
    accountId: string,
    generation: number,
    signal: AbortSignal | undefined,
  ): Promise<RefreshOutcome | undefined> {
    const { clock, db } = this.#parts
    const underWay = this.#refresher.underWay(accountId)
    if (underWay !== undefined) return underWay
    const now = clock.now()
    const lease = { holder: this.#holder, now, until: now + LEASE_MS }
    const leased = await leaseTokens(db, workspaceId, accountId, generation, lease)
    if (leased !== undefined) return this.#refresher.refresh(leased)
    const begun = this.#refresher.underWay(accountId)
    if (begun !== undefined) return begun
    // Renewed between reading and leasing: nothing to wait for.
    const current = await this.#reads.ask({ workspaceId, accountId })
    if (current?.tokens?.generation === generation) await clock.sleep(LOOK_AGAIN_MS, signal)
    return undefined
  }
}

function accessOf(account: Account, tokens: PlatformTokens): Access {
  return {
    token: tokens.accessToken,
    accountId: account.id,
    workspaceId: account.workspaceId,
    appId: account.appId,
    openId: tokens.openId,
    scopes: tokens.scopes,
    expiresAt: tokens.expiresAt,
    tokens,
  }
}

/** After a failure nobody asks TikTok again before the pause is over, however urgent their own call. */
function isResting({ dueAt, failures, leaseUntil }: StoredTokens, now: number): boolean {
  return failures > 0 && dueAt !== null && dueAt > now && (leaseUntil === null || leaseUntil <= now)
}

function restingFailure({ dueAt, lastFailure }: StoredTokens): PlatformFailure {
  const code = lastFailure ?? 'refresh_failed'
  return soften(temporary(code, 'The last refresh failed; it is tried again.'), dueAt ?? undefined)
}

/** What TikTok said to one refresh is not the last word: the account says when it is. */
function soften(failure: PlatformFailure, until: number | undefined): PlatformFailure {
  const { needs: _, ...rest } = failure
  return { ...rest, retry: 'after', ...(until === undefined ? {} : { until }) }
}

function temporary(code: string, message: string): PlatformFailure {
  return { code, message, retry: 'after', sent: 'no' }
}

function no(code: string, message: string): PlatformResult<never> {
  return { ok: false, failure: { code, message, retry: 'never', sent: 'no' } }
}

function notConnected(account: Account): PlatformResult<never> {
  return {
    ok: false,
    failure: {
      code: account.status === 'connected' ? 'reauthorization_required' : account.status,
      message: 'The account is not connected.',
      needs: 'reconnect',
      retry: 'never',
      sent: 'no',
      action: 'Send the creator through a connect session again.',
    },
  }
}
