/** The Connect flow as products open it with connect.js: an SDK token says for which user, and for what. */
import { problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { type App, type AppPlatform, findApp, listApps } from '../storage/apps.ts'
import { type ConnectSession, findConnectSessionByLink } from '../storage/connect-sessions.ts'
import type { Database } from '../storage/database.ts'
import { findBond, findUnifiedAccount, listUnifiedAccounts } from '../storage/unified-accounts.ts'
import { type VerifiedSdkToken, verifySdkToken } from '../unified/sdk-tokens.ts'
import { hubNameOf, workPlatformById, workPlatformOf } from '../unified/work-platforms.ts'
import type { AccountEnd } from './account-end.ts'
import type { ConnectFlow } from './connect-flow.ts'

export interface SdkConnectParts {
  db: Database
  clock: Clock
  flow: ConnectFlow
  accountEnd: AccountEnd
}

/** What connect.js asks for. Everything in it comes from a page that somebody else wrote. */
export interface SdkWish {
  /** The page that opened it. */
  origin: string
  /** Where the creator is sent afterwards, instead of a window that closes. */
  returnUrl: string | undefined
  /** The id of the one platform that is to be connected. */
  workPlatformId: string | undefined
  language: string | undefined
}

/** How a session ended, in the words of connect.js. */
export type SdkOutcome =
  | { type: 'connected'; account_id: string; work_platform_id: string; user_id: string; missing: string[] }
  | { type: 'denied' | 'failed'; reason: string; work_platform_id: string; user_id: string | null }
  | { type: 'open' | 'started' }

/** What can be connected this way; sellers of TikTok Shop come by links. */
const OFFERED: readonly AppPlatform[] = ['tiktok', 'bluesky']
/** TikTok's scopes that a product of a token stands for. Others are not to be had from TikTok. */
const PRODUCT_SCOPES: Readonly<Record<string, readonly string[]>> = {
  IDENTITY: ['user.info.basic', 'user.info.profile', 'user.info.stats'],
  ENGAGEMENT: ['user.info.basic', 'video.list'],
  'PUBLISH.CONTENT': ['user.info.basic', 'video.publish', 'video.upload'],
}
const MOST_ACCOUNTS = 50
/** A creator has the page open in front of them. */
const LIVES_FOR_MS = 30 * 60_000

export class SdkConnect {
  readonly #parts: SdkConnectParts

  constructor(parts: SdkConnectParts) {
    this.#parts = parts
  }

  verify(token: string): Promise<VerifiedSdkToken | undefined> {
    return verifySdkToken(this.#parts, token)
  }

  /** What the user has connected and not ended. */
  async accounts(token: VerifiedSdkToken): Promise<{ id: string; name: string; platform: string }[]> {
    const { db } = this.#parts
    const page = { limit: MOST_ACCOUNTS, offset: 0, after: undefined }
    const found = await listUnifiedAccounts(db, token, { userId: token.userId }, page)
    return found
      .filter(({ status, platform }) => status === 'connected' && OFFERED.some((one) => one === platform))
      .map(({ id, username, displayName, platform }) => ({
        id,
        name: displayName ?? username ?? id,
        platform: workPlatformOf(platform).name,
      }))
  }

  /** The platforms that the workspace has apps of. */
  async platforms(token: VerifiedSdkToken): Promise<{ id: string; name: string }[]> {
    const apps = await this.#apps(token)
    return OFFERED.filter((platform) => apps.some((app) => app.platform === platform)).map((platform) => {
      const { id, name } = workPlatformOf(platform)
      return { id, name }
    })
  }

  #apps({ workspaceId, environment }: VerifiedSdkToken): Promise<App[]> {
    return listApps(this.#parts.db, workspaceId, { limit: 100, before: undefined, environment })
  }

  /**
   * @param wish names a platform unless there is one alone
   * @returns the session that the creator goes on with; `undefined` when the platform cannot be connected.
   */
  async begin(token: VerifiedSdkToken, wish: SdkWish): Promise<ConnectSession | undefined> {
    const { flow } = this.#parts
    const { workspaceId, userId, products } = token
    const [first] = await this.platforms(token)
    const wished = workPlatformById(wish.workPlatformId ?? first?.id ?? '')
    if (wished === undefined) return undefined
    // The oldest one, so that a second app does not take over by being registered.
    const offered = (await this.#apps(token)).filter(({ platform }) => OFFERED.includes(platform))
    const app = offered.filter(({ platform }) => platform === hubNameOf(wished)).at(-1)
    if (app === undefined) return undefined
    const named = [...new Set(products.flatMap((product) => PRODUCT_SCOPES[product] ?? []))]
    // Bluesky grants all of an account or nothing.
    const scopes = app.platform !== 'tiktok' ? undefined : named.length === 0 ? ['user.info.basic'] : named
    return flow.create(
      workspaceId,
      {
        appId: app.id,
        scopes,
        returnUrl: wish.returnUrl,
        livesFor: LIVES_FOR_MS,
        language: wish.language,
        opened: { origin: wish.origin, userId, products },
      },
      `sdk:${userId}`,
    )
  }

  /** Ends the grant of one of the user's accounts, and answers its platform's id. @throws {Problem} `not_found`, `upstream_failed` */
  async disconnect(token: VerifiedSdkToken, id: string): Promise<string> {
    const { db, accountEnd } = this.#parts
    const account = await findUnifiedAccount(db, token, { id })
    if (account === undefined || account.userId !== token.userId)
      throw problem('not_found', 'There is no such account.')
    await accountEnd.disconnect(token.workspaceId, account.accountId, `sdk:${token.userId}`)
    return workPlatformOf(account.platform).id
  }

  /** For a window that lost sight of the page: how a session of this user is getting on. */
  async status(token: VerifiedSdkToken, sessionId: string): Promise<SdkOutcome | undefined> {
    const found = await findConnectSessionByLink(this.#parts.db, sessionId)
    const { session } = found ?? {}
    if (session === undefined || session.workspaceId !== token.workspaceId) return undefined
    if (session.unifiedUserId !== token.userId) return undefined
    return this.outcomeOf(session)
  }

  async outcomeOf(session: ConnectSession): Promise<SdkOutcome> {
    const { db, clock } = this.#parts
    const app = await findApp(db, session.workspaceId, session.appId)
    const work_platform_id = workPlatformOf(app?.platform ?? 'tiktok').id
    const user_id = session.unifiedUserId
    if (session.outcome === 'connected' && session.accountId !== null) {
      const bond = await findBond(db, session.accountId)
      const account =
        bond === undefined
          ? undefined
          : await findUnifiedAccount(
              db,
              { workspaceId: session.workspaceId, environment: undefined },
              { accountId: session.accountId },
            )
      return {
        type: 'connected',
        account_id: bond?.id ?? session.accountId,
        work_platform_id,
        user_id: bond?.userId ?? user_id ?? '',
        missing: session.scopes.filter((scope) => account?.scopes.includes(scope) === false),
      }
    }
    if (session.outcome === 'denied' || session.outcome === 'failed')
      return { type: session.outcome, reason: session.outcomeCode ?? 'unknown', work_platform_id, user_id }
    if (clock.now() >= session.expiresAt)
      return { type: 'failed', reason: 'expired', work_platform_id, user_id }
    return { type: session.login === null ? 'open' : 'started' }
  }
}
