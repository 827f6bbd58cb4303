/** The end of a grant: by us (disconnect), by erasure, or by the creator at TikTok. */
import { problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { ConnectorPlatform } from '../platforms/connector-platform.ts'
import { eraseAccountData, unreferencedContents } from '../storage/account-erasure.ts'
import { type Account, findAccount, findAccountByExternalId, setAccountStatus } from '../storage/accounts.ts'
import { findAppsByClientKey } from '../storage/apps.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { endConsent } from '../storage/consents.ts'
import type { Database } from '../storage/database.ts'
import { deleteTokens, makeDue } from '../storage/token-vault.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import type { PlatformFailure } from '../tiktok/outcome.ts'
import type { OnAccountEvent } from '../tokens/account-events.ts'
import { markGrantGone } from '../tokens/grant-gone.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'

export interface AccountEndParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  log: Log
  platforms: Platforms
  tokens: TokenService
  onAccountEvent: OnAccountEvent
  /** Removes the bytes of an asset from the store; called after the rows are gone. */
  removeContent: (hash: Uint8Array) => Promise<void>
}

export interface ErasureReport {
  accountId: string
  erasedAt: number
  /** What became of the grant at TikTok: `none` when there was nothing left to revoke. */
  grantAtTikTok: 'revoked' | 'already_gone' | 'none' | 'not_revoked'
  /** Why it could not be revoked. The tokens are gone here all the same. */
  revocationFailure: string | null
  erased: {
    tokenPairs: number
    profileFields: number
    consentsAnonymised: number
    connectSessions: number
    posts: number
    videos: number
    metricPoints: number
    shopRecords: number
    assets: number
    assetBytes: number
  }
}

/** TikTok's reasons for `authorization.removed`. Source: developers.tiktok.com/doc/webhooks-events. */
const REMOVAL_REASONS: Readonly<Record<number, string>> = {
  0: 'removed_at_tiktok',
  1: 'removed_by_creator',
  2: 'tiktok_account_deleted',
  3: 'tiktok_age_changed',
  4: 'tiktok_account_banned',
  5: 'revoked_by_app',
}

type Revocation = { ended: 'revoked' | 'already_gone' | 'none' } | { ended: false; failure: PlatformFailure }

export class AccountEnd {
  readonly #parts: AccountEndParts

  constructor(parts: AccountEndParts) {
    this.#parts = parts
  }

  /**
   * Revokes the grant at TikTok and forgets the tokens. Harmless to repeat. When TikTok cannot be reached nothing
   * changes, so that the grant is never thought gone while it is not.
   * @throws {Problem} `not_found`, `conflict` (erased, or connected anew meanwhile), `upstream_failed`.
   */
  async disconnect(workspaceId: string, accountId: string, actor: string): Promise<Account> {
    const { clock, db, onAccountEvent, unitOfWork } = this.#parts
    const account = await this.#find(workspaceId, accountId)
    if (account.status === 'erased') throw problem('conflict', 'The account was erased.')
    if (account.status === 'disconnected') return account
    const revocation = await this.#revoke(account)
    if (revocation.ended === false) throw upstream(revocation.failure, clock.now())
    const now = clock.now()
    const done = await unitOfWork(async (work) => {
      const { tx } = work
      const changed = await setAccountStatus(tx, workspaceId, accountId, {
        from: ['connected', 'reauthorization_required'],
        to: 'disconnected',
        reason: 'disconnected_by_us',
        now,
        connectedAt: account.connectedAt,
      })
      if (!changed) return false
      await deleteTokens(tx, workspaceId, accountId)
      await endConsent(tx, accountId, 'disconnected', now)
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor,
        action: 'account.disconnect',
        subject: accountId,
        detail: { grant: revocation.ended },
      })
      const type = 'account.disconnected'
      await onAccountEvent(work, { type, workspaceId, accountId, reason: null, at: now })
      return true
    })
    const after = (await findAccount(db, workspaceId, accountId)) ?? account
    if (!done && after.status !== 'disconnected')
      throw problem('conflict', 'The creator connected the account anew meanwhile.')
    return after
  }

  /**
   * Erases tokens, personal data and media, whether or not TikTok can be reached, and leaves a tombstone. Erasing
   * again answers an empty report.
   */
  async erase(workspaceId: string, accountId: string, actor: string): Promise<ErasureReport> {
    const { clock, db, log, onAccountEvent, removeContent, unitOfWork } = this.#parts
    const account = await this.#find(workspaceId, accountId)
    const revocation = await this.#revoke(account)
    const now = clock.now()
    const data = await unitOfWork(async (work) => {
      const { tx } = work
      const erased = await eraseAccountData(tx, workspaceId, accountId, now)
      await endConsent(tx, accountId, 'erased', now)
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor,
        action: 'account.erase',
        subject: accountId,
        detail: {
          grant: revocation.ended === false ? 'not_revoked' : revocation.ended,
          posts: erased.posts,
          assets: erased.assets.length,
        },
      })
      const type = 'account.erased'
      await onAccountEvent(work, { type, workspaceId, accountId, reason: null, at: now })
      return erased
    })
    const contents = await unreferencedContents(
      db,
      data.assets.map(({ hash }) => hash),
    )
    for (const hash of contents) {
      // The rows are gone; bytes that stay behind are found by the store's own cleaning.
      await removeContent(hash).catch((error) =>
        log.error({ err: error }, 'bytes of an asset were not removed'),
      )
    }
    return {
      accountId,
      erasedAt: now,
      grantAtTikTok: revocation.ended === false ? 'not_revoked' : revocation.ended,
      revocationFailure: revocation.ended === false ? revocation.failure.code : null,
      erased: {
        tokenPairs: data.tokenPairs,
        profileFields: data.profileFields,
        consentsAnonymised: data.consentsAnonymised,
        connectSessions: data.connectSessions,
        posts: data.posts,
        videos: data.videos,
        metricPoints: data.metricPoints,
        shopRecords: data.shopRecords,
        assets: data.assets.length,
        assetBytes: data.assets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      },
    }
  }

  /**
   * TikTok's webhook `authorization.removed`, already verified. Repeated and late deliveries do no harm: one that is
   * older than the present grant is about an earlier one. Answers the accounts that it ended.
   * @param event `clientKey` and `openId` as TikTok names them, its `reason` number, and `createTime` in epoch seconds.
   */
  async authorizationRemoved(event: {
    clientKey: string
    openId: string
    reason: number | undefined
    createTime: number
    /** Only accounts of these apps, whose secret fits the event's signature; all with the client key unless told. */
    appIds?: readonly string[]
  }): Promise<Account[]> {
    const { db } = this.#parts
    const reason = REMOVAL_REASONS[event.reason ?? 0] ?? 'removed_at_tiktok'
    const ended: Account[] = []
    for (const app of await findAppsByClientKey(db, event.clientKey)) {
      if (event.appIds?.includes(app.id) === false) continue
      const account = await findAccountByExternalId(db, app.id, event.openId)
      if (account !== undefined && (await this.grantRemoved(account, reason, event.createTime)))
        ended.push(account)
    }
    return ended
  }

  /**
   * The platform says that a grant was removed at `createTime` (epoch seconds). One that is older than the present grant
   * was about an earlier one. Answers whether it ended the account's grant.
   */
  async grantRemoved(account: Account, reason: string, createTime: number): Promise<boolean> {
    const { clock, db, onAccountEvent, unitOfWork } = this.#parts
    if (account.status !== 'connected') return false
    const grantedInSecond = Math.floor(account.connectedAt / 1000)
    if (createTime < grantedInSecond) return false
    const now = clock.now()
    if (createTime === grantedInSecond) {
      // Before or after the grant of that very second? A refresh tells.
      await makeDue(db, account.workspaceId, account.id, now)
      return false
    }
    const { workspaceId, id: accountId, connectedAt } = account
    const grant = { workspaceId, accountId, reason, now, connectedAt }
    return unitOfWork((work) => markGrantGone(work, grant, onAccountEvent))
  }

  async #find(workspaceId: string, accountId: string): Promise<Account> {
    const account = await findAccount(this.#parts.db, workspaceId, accountId)
    if (account === undefined) throw problem('not_found', 'There is no such account.')
    return account
  }

  /** TikTok refuses an expired access token, so it is refreshed first. */
  async #revoke(account: Account): Promise<Revocation> {
    const { platforms, tokens } = this.#parts
    if (account.status === 'disconnected' || account.status === 'erased') return { ended: 'none' }
    const platform = await platforms.accountsOf(account.workspaceId, account.appId)
    const result = await tokens.withAccess(account.workspaceId, account.id, ({ token, tokens: pair }) =>
      platform instanceof ConnectorPlatform ? platform.revoke(pair) : platform.revoke(token),
    )
    if (result.ok) return { ended: 'revoked' }
    const { failure } = result
    if (failure.needs === 'reconnect') return { ended: 'already_gone' }
    return { ended: false, failure }
  }
}

function upstream(failure: PlatformFailure, now: number) {
  return problem(
    'upstream_failed',
    `The platform did not revoke the grant (${failure.code}); nothing was changed. Try again.`,
    failure.until === undefined ? {} : { retryAfter: Math.max(1, Math.ceil((failure.until - now) / 1000)) },
  )
}
