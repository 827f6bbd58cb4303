/** A creator's way from the link to a connected account. */
import { createHash } from 'node:crypto'
import { problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import type { Log } from '../observability/log.ts'
import { redirectUriOf } from '../platforms/bluesky.ts'
import { ConnectorPlatform } from '../platforms/connector-platform.ts'
import { CONNECTORS, isConnectorName, usesHandles } from '../platforms/registry.ts'
import { scheduleSync } from '../storage/account-syncs.ts'
import { findAccount, updateAccountProfile, upsertConnectedAccount } from '../storage/accounts.ts'
import { type AppPlatform, findApp } from '../storage/apps.ts'
import { appendAudit } from '../storage/audit-log.ts'
import {
  type ConnectSession,
  endConnectSession,
  findConnectSessionByLink,
  insertConnectSession,
  startConnectSession,
  useConnectState,
} from '../storage/connect-sessions.ts'
import { endConsent, insertConsent } from '../storage/consents.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { scheduleSeller } from '../storage/shop-sellers.ts'
import { putGrantedTokens } from '../storage/token-vault.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { DEFAULT_SCOPES, isUserScope } from '../tiktok/capabilities.ts'
import type { PlatformFailure } from '../tiktok/outcome.ts'
import { SHOP_SCOPES } from '../tiktok/shop/capabilities.ts'
import type { PlatformTokens } from '../tiktok/tokens.ts'
import type { OnAccountEvent } from '../tokens/account-events.ts'
import type { Platforms } from '../tokens/platforms.ts'
import { refreshDueAt } from '../tokens/refresh-policy.ts'
import { sealTokens, tokenPlace } from '../tokens/token-seal.ts'
import { bindAccount } from '../unified/bind-account.ts'
import type { SealPlace, Vault } from '../vault/sealing.ts'
import type { Brand } from './brand.ts'
import { returnUrlProblem } from './return-url.ts'

export interface ConnectParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  platforms: Platforms
  onAccountEvent: OnAccountEvent
  /** Where creators reach the hub: `https://hub.example.com`. */
  publicUrl: string
}

export interface NewConnectSession {
  appId: string
  scopes?: readonly string[] | undefined
  /** For an app of TikTok Shop: which consent page the seller sees. */
  market?: 'ROW' | 'US' | undefined
  returnUrl?: string | undefined
  externalUserId?: string | undefined
  /** Milliseconds; an hour unless told. */
  livesFor?: number | undefined
  /** A code such as `de`. */
  language?: string | undefined
  /** For connect.js: who is told how it goes, and whose account it becomes. */
  opened?: { origin: string; userId: string; products: readonly string[] } | undefined
}

/** From where a creator consents, for the consent's record. */
export interface Visitor {
  ip: string | null
  userAgent: string | null
}

export type CallbackEnd =
  | { kind: 'connected'; session: ConnectSession; name: string | null; missing: string[] }
  | { kind: 'not_connected'; session: ConnectSession }
  | { kind: 'running' }
  | { kind: 'unknown' }

const LIVES_FOR_MS = 3_600_000
/** A creator who went to TikTok in time may take this long there. */
const CONSENT_MS = 15 * 60_000
const STORE_TRIES = 4
const LONGEST_USER_AGENT = 500

export class ConnectFlow {
  readonly #parts: ConnectParts

  constructor(parts: ConnectParts) {
    this.#parts = parts
  }

  /** @throws {Problem} when the app is not the workspace's, or a scope or the return address cannot be. */
  async create(
    workspaceId: string,
    wish: NewConnectSession,
    actor: string,
    remember: (tx: Transaction, session: ConnectSession) => Promise<void> = async () => undefined,
  ): Promise<ConnectSession> {
    const { clock, db, random, unitOfWork } = this.#parts
    const app = await findApp(db, workspaceId, wish.appId)
    if (app === undefined) throw problem('not_found', 'There is no such app.', { field: 'app_id' })
    const scopes = scopesToAsk(app.platform, wish)
    const urlProblem = wish.returnUrl === undefined ? undefined : returnUrlProblem(wish.returnUrl)
    if (urlProblem !== undefined)
      throw problem('invalid_request', `return_url ${urlProblem}`, { field: 'return_url' })
    const now = clock.now()
    const session = {
      id: newId('cs', clock, random),
      workspaceId,
      appId: app.id,
      scopes,
      returnUrl: wish.returnUrl ?? null,
      externalUserId: wish.externalUserId ?? null,
      createdBy: actor,
      createdAt: now,
      expiresAt: now + (wish.livesFor ?? LIVES_FOR_MS),
      language: wish.language ?? null,
      openerOrigin: wish.opened?.origin ?? null,
      unifiedUserId: wish.opened?.userId ?? null,
      products: wish.opened === undefined ? null : [...wish.opened.products],
      market: app.platform === 'tiktok_shop' ? (wish.market ?? null) : null,
    }
    const made = { ...session, usedAt: null, accountId: null, outcome: null, outcomeCode: null, login: null }
    await unitOfWork(async ({ tx }) => {
      await insertConnectSession(tx, session)
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor,
        action: 'connect_session.create',
        subject: session.id,
        detail: { app_id: app.id, scopes },
      })
      await remember(tx, made)
    })
    return made
  }

  /** The link to give to the creator. */
  linkOf(sessionId: string): string {
    return `${this.#parts.publicUrl}/connect/${sessionId}`
  }

  /** What the page of a link shows. */
  async open(
    sessionId: string,
  ): Promise<
    | { session: ConnectSession; brand: Brand; appName: string; platform: AppPlatform; expired: boolean }
    | undefined
  > {
    const found = await findConnectSessionByLink(this.#parts.db, sessionId)
    if (found === undefined) return undefined
    return { ...found, expired: this.#parts.clock.now() >= found.session.expiresAt }
  }

  /**
   * The creator goes on: answers the platform's address, or why there is none; `undefined` when the link is over or used.
   * @param identifier whose account it is, where the platform has to know that first
   */
  async start(
    sessionId: string,
    identifier = '',
  ): Promise<{ url: string } | { failure: PlatformFailure } | undefined> {
    const { clock, db, platforms, publicUrl, random, vault } = this.#parts
    const opened = await this.open(sessionId)
    if (opened === undefined || opened.expired) return undefined
    const { session } = opened
    const platform = await platforms.accountsOf(session.workspaceId, session.appId)
    const state = Buffer.from(random.bytes(32)).toString('base64url')
    const isConnector = platform instanceof ConnectorPlatform
    const redirectUri =
      isConnector && usesHandles(platform.connector.platform) ? redirectUriOf(publicUrl) : this.redirectUri()
    const login = { scopes: session.scopes, redirectUri, state }
    const begun = isConnector
      ? await platform.begin({ ...login, identifier })
      : { ok: true as const, value: await platform.authorizeUrl({ ...login, market: session.market }) }
    if (!begun.ok) return { failure: begun.failure }
    const { url, codeVerifier } = begun.value
    const started = await startConnectSession(db, session.id, {
      stateHash: hashOf(state),
      verifierSealed: await vault.seal(codeVerifier, verifierPlace(session)),
      redirectUri: login.redirectUri,
      now: clock.now(),
    })
    return started ? { url } : undefined
  }

  /** Register this address with the app at TikTok. */
  redirectUri(): string {
    return `${this.#parts.publicUrl}/connect/callback`
  }

  /** The creator comes back. A state is good for one callback; a second one is told how the first went. */
  async callback(query: URLSearchParams, visitor: Visitor): Promise<CallbackEnd> {
    const { clock, db, log, platforms, vault } = this.#parts
    const state = query.get('state')
    if (state === null || state === '') return { kind: 'unknown' }
    const used = await useConnectState(db, hashOf(state), clock.now())
    if (used === undefined) return { kind: 'unknown' }
    const { session } = used
    if (!used.first) return this.#endOf(session)
    const { login } = session
    if (login === null) return { kind: 'unknown' }
    if (clock.now() >= session.expiresAt + CONSENT_MS) return this.#end(session, 'failed', 'session_expired')
    let tokens: PlatformTokens
    try {
      const platform = await platforms.accountsOf(session.workspaceId, session.appId)
      const codeVerifier = await vault.open(login.verifierSealed, verifierPlace(session))
      const result = await platform.finish(query, { state, redirectUri: login.redirectUri, codeVerifier })
      if (!result.ok) {
        const { code } = result.failure
        return await this.#end(session, code === 'access_denied' ? 'denied' : 'failed', code)
      }
      tokens = result.value
    } catch (error) {
      log.error({ err: error, session: session.id }, 'a connection could not be finished')
      return this.#end(session, 'failed', 'internal')
    }
    return this.#connect(session, tokens, visitor)
  }

  /** Signed in without a page of the platform's own, which would have asked for each scope by itself. */
  connectWhole(session: ConnectSession, tokens: PlatformTokens, visitor: Visitor): Promise<CallbackEnd> {
    return this.#connect(session, tokens, visitor, [])
  }

  /** The code has been spent: these tokens exist here only, so they are stored before anything else is asked. */
  async #connect(
    session: ConnectSession,
    tokens: PlatformTokens,
    visitor: Visitor,
    missing = session.scopes.filter((scope) => !tokens.scopes.includes(scope)),
  ): Promise<CallbackEnd> {
    const { clock, db, log, platforms } = this.#parts
    const accountId = await this.#storing(() => this.#store(session, tokens, missing, visitor))
    let name: string | null = null
    const platform = await platforms.accountsOf(session.workspaceId, session.appId)
    const profile =
      platform instanceof ConnectorPlatform
        ? await platform.profile(tokens)
        : await platform.profile(tokens.accessToken, tokens.scopes)
    if (profile.ok) {
      name = profile.value.username ?? profile.value.displayName ?? null
      await updateAccountProfile(db, session.workspaceId, accountId, profile.value, clock.now())
    } else {
      log.warn(
        { account: accountId, code: profile.failure.code },
        'connected, but the profile is not known yet',
      )
    }
    return { kind: 'connected', session: { ...session, accountId, outcome: 'connected' }, name, missing }
  }

  async #store(
    session: ConnectSession,
    tokens: PlatformTokens,
    missingScopes: string[],
    visitor: Visitor,
  ): Promise<string> {
    const { clock, onAccountEvent, random, unitOfWork, vault } = this.#parts
    const { workspaceId, appId, externalUserId } = session
    const now = clock.now()
    return unitOfWork(async (work) => {
      const { tx } = work
      const { platform } = (await findApp(tx, workspaceId, appId)) ?? { platform: 'tiktok' as const }
      const { account, isNew } = await upsertConnectedAccount(tx, {
        id: newId('acc', clock, random),
        workspaceId,
        appId,
        platform,
        externalId: tokens.openId,
        externalUserId,
        scopes: tokens.scopes,
        missingScopes,
        now,
      })
      if (platform === 'tiktok_shop')
        await scheduleSeller(tx, {
          accountId: account.id,
          workspaceId,
          appId,
          dueAt: now,
          endsAt: tokens.refreshExpiresAt,
        })
      else await scheduleSync(tx, { accountId: account.id, workspaceId, dueAt: now })
      const seal = async (generation: number) => ({
        workspaceId,
        ...(await sealTokens(vault, tokens, tokenPlace(workspaceId, account.id, generation))),
        accessExpiresAt: tokens.expiresAt,
        refreshExpiresAt: tokens.refreshExpiresAt,
        dueAt: refreshDueAt(tokens, random),
      })
      await putGrantedTokens(tx, { accountId: account.id, appId }, seal, now)
      const { unifiedUserId: userId, products } = session
      if (userId !== null && products !== null)
        await bindAccount(tx, { workspaceId, accountId: account.id, userId, products, now }, random)
      await endConsent(tx, account.id, 'replaced', now)
      await insertConsent(tx, {
        id: newId('con', clock, random),
        accountId: account.id,
        scopesAsked: session.scopes,
        scopesGranted: [...tokens.scopes],
        grantedAt: now,
        expiresAt: tokens.refreshExpiresAt,
        ip: visitor.ip,
        userAgent: visitor.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
      })
      const outcome = { outcome: 'connected', code: null, accountId: account.id } as const
      await endConnectSession(tx, workspaceId, session.id, outcome)
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor: 'creator',
        action: isNew ? 'account.connect' : 'account.reconnect',
        subject: account.id,
        detail: { session: session.id, scopes: tokens.scopes, missing_scopes: missingScopes },
      })
      const type = 'account.connected'
      await onAccountEvent(work, { type, workspaceId, accountId: account.id, reason: null, at: now })
      return account.id
    })
  }

  /** How an earlier callback with the same state went. */
  async #endOf(session: ConnectSession): Promise<CallbackEnd> {
    if (session.outcome === null) return { kind: 'running' }
    if (session.outcome !== 'connected') return { kind: 'not_connected', session }
    const { accountId, workspaceId } = session
    const account = accountId === null ? undefined : await findAccount(this.#parts.db, workspaceId, accountId)
    const missing = session.scopes.filter((scope) => account?.scopes.includes(scope) === false)
    return { kind: 'connected', session, name: account?.username ?? account?.displayName ?? null, missing }
  }

  async #storing<T>(store: () => Promise<T>): Promise<T> {
    const { clock, log } = this.#parts
    for (let tried = 1; ; tried += 1) {
      try {
        return await store()
      } catch (error) {
        if (tried >= STORE_TRIES) throw error
        log.warn({ err: error, tried }, 'a new grant could not be stored yet')
        await clock.sleep(200 * 2 ** tried)
      }
    }
  }

  async #end(session: ConnectSession, outcome: 'denied' | 'failed', code: string): Promise<CallbackEnd> {
    const { clock, db, unitOfWork } = this.#parts
    await unitOfWork(async ({ tx }) => {
      await endConnectSession(tx, session.workspaceId, session.id, { outcome, code, accountId: null })
      await appendAudit(tx, {
        workspaceId: session.workspaceId,
        at: clock.now(),
        actor: 'creator',
        action: `connect_session.${outcome}`,
        subject: session.id,
        detail: { code },
      })
    })
    const after = await findConnectSessionByLink(db, session.id)
    return { kind: 'not_connected', session: after?.session ?? { ...session, outcome, outcomeCode: code } }
  }
}

/** @throws {Problem} when a scope cannot be asked for */
function scopesToAsk(platform: AppPlatform, wish: NewConnectSession): string[] {
  if (platform === 'tiktok_shop') {
    if (wish.scopes !== undefined)
      throw problem('invalid_request', 'scopes: those of an app of TikTok Shop are fixed in Partner Center', {
        field: 'scopes',
      })
    return Object.values(SHOP_SCOPES)
  }
  if (isConnectorName(platform)) {
    const { scopes: all, choosable }: { scopes: readonly string[]; choosable: boolean } = CONNECTORS[platform]
    if (wish.scopes === undefined) return [...all]
    if (!choosable)
      throw problem('invalid_request', 'scopes: Bluesky grants all of an account or nothing', {
        field: 'scopes',
      })
    const wrong = wish.scopes.find((scope) => !all.includes(scope))
    if (wrong !== undefined)
      throw problem('invalid_request', `scopes: ${wrong} is none of ${all.join(', ')}`, { field: 'scopes' })
    return [...new Set(['user.info.basic', ...wish.scopes])]
  }
  if (wish.market !== undefined)
    throw problem('invalid_request', 'market: only an app of TikTok Shop has several consent pages', {
      field: 'market',
    })
  const scopes = [...new Set(wish.scopes ?? DEFAULT_SCOPES)]
  const wrong = scopes.find((scope) => !isUserScope(scope))
  if (wrong !== undefined)
    throw problem('invalid_request', `scopes: ${wrong} is no scope that a creator can grant`, {
      field: 'scopes',
    })
  // TikTok adds it anyway, and without it nobody knows whose account it is.
  if (!scopes.includes('user.info.basic')) scopes.unshift('user.info.basic')
  return scopes
}

/** Only a hash of the state is stored: whoever reads the table cannot answer for TikTok. */
function hashOf(state: string): Uint8Array {
  return createHash('sha256').update(state, 'utf8').digest()
}

function verifierPlace(session: ConnectSession): SealPlace {
  return {
    workspaceId: session.workspaceId,
    ownerId: session.id,
    column: 'connect_sessions.verifier_sealed',
  }
}
