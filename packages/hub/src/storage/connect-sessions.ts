import { type Brand, brandOf } from '../connect/brand.ts'
import type { AppEnvironment, AppPlatform, ShopMarket } from './apps.ts'
import type { Database } from './database.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

export type ConnectOutcome = 'connected' | 'denied' | 'failed'

/** One invitation to connect an account, from the API call to the way back from TikTok. */
export interface ConnectSession {
  id: string
  workspaceId: string
  appId: string
  scopes: string[]
  returnUrl: string | null
  externalUserId: string | null
  createdBy: string
  createdAt: number
  expiresAt: number
  /** When the callback of the last start came. */
  usedAt: number | null
  accountId: string | null
  outcome: ConnectOutcome | null
  /** TikTok's or our code of a denial or failure. */
  outcomeCode: string | null
  /** A code such as `de`; what the browser wants where there is none. */
  language: string | null
  /** The page that opened the link with connect.js, and is told how it goes. */
  openerOrigin: string | null
  /** The user of the unified API whose account it becomes, and what the token allows of it. */
  unifiedUserId: string | null
  products: string[] | null
  /** Which consent page a seller of TikTok Shop sees; null: what the app says. */
  market: ShopMarket | null
  /** What the last start sent along, for the callback to repeat. */
  login: { verifierSealed: Uint8Array; redirectUri: string } | null
}

export async function insertConnectSession(
  db: Database,
  session: Pick<
    ConnectSession,
    | 'id'
    | 'workspaceId'
    | 'appId'
    | 'scopes'
    | 'returnUrl'
    | 'externalUserId'
    | 'createdBy'
    | 'createdAt'
    | 'expiresAt'
    | 'language'
    | 'openerOrigin'
    | 'unifiedUserId'
    | 'products'
    | 'market'
  >,
): Promise<void> {
  await db
    .insertInto('connect_sessions')
    .values({
      id: session.id,
      workspace_id: session.workspaceId,
      app_id: session.appId,
      scopes: session.scopes,
      return_url: session.returnUrl,
      external_user_id: session.externalUserId,
      created_by: session.createdBy,
      created_at: new Date(session.createdAt),
      expires_at: new Date(session.expiresAt),
      language: session.language,
      opener_origin: session.openerOrigin,
      unified_user_id: session.unifiedUserId,
      products: session.products,
      market: session.market,
    })
    .execute()
}

export async function findConnectSession(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<ConnectSession | undefined> {
  const row = await db
    .selectFrom('connect_sessions')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toSession(row)
}

/** By its address alone: whoever has the link may open the page. It shows nothing that the link's owner may not see. */
export async function findConnectSessionByLink(
  db: Database,
  id: string,
): Promise<{ session: ConnectSession; brand: Brand; appName: string; platform: AppPlatform } | undefined> {
  const row = await db
    .selectFrom('connect_sessions')
    .innerJoin('workspaces', 'workspaces.id', 'connect_sessions.workspace_id')
    .innerJoin('apps', 'apps.id', 'connect_sessions.app_id')
    .selectAll('connect_sessions')
    .select([
      'workspaces.name as workspace_name',
      'workspaces.settings',
      'apps.name as app_name',
      'apps.platform',
    ])
    .where('connect_sessions.id', '=', id)
    .executeTakeFirst()
  return row === undefined
    ? undefined
    : {
        session: toSession(row),
        brand: brandOf(row.workspace_name, row.settings, row.app_name),
        appName: row.app_name,
        platform: row.platform,
      }
}

/** Newest first. */
export async function listConnectSessions(
  db: Database,
  workspaceId: string,
  { limit, before, environment }: Slice & { environment?: AppEnvironment | undefined },
): Promise<ConnectSession[]> {
  let query = db
    .selectFrom('connect_sessions')
    .selectAll('connect_sessions')
    .where('connect_sessions.workspace_id', '=', workspaceId)
    .orderBy('connect_sessions.id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('connect_sessions.id', '<', before)
  if (environment !== undefined)
    query = query
      .innerJoin('apps', 'apps.id', 'connect_sessions.app_id')
      .where('apps.environment', '=', environment)
  return (await query.execute()).map(toSession)
}

/**
 * The creator goes to TikTok: from here on the newest state is the one that counts. Answers false when the session is
 * over or has connected an account already.
 */
export async function startConnectSession(
  db: Database,
  id: string,
  login: { stateHash: Uint8Array; verifierSealed: Uint8Array; redirectUri: string; now: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('connect_sessions')
    .set({
      state_hash: login.stateHash,
      verifier_sealed: login.verifierSealed,
      redirect_uri: login.redirectUri,
      used_at: null,
      outcome: null,
      outcome_code: null,
    })
    .where('id', '=', id)
    .where('expires_at', '>', new Date(login.now))
    .where((is) => is.or([is('outcome', 'is', null), is('outcome', '<>', 'connected')]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Counts a try to sign in behind a link; false when there were too many. */
export async function countSignIn(db: Database, id: string, most: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('connect_sessions')
    .set(({ eb }) => ({ sign_ins: eb('sign_ins', '+', 1) }))
    .where('id', '=', id)
    .where('sign_ins', '<', most)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The session of a state. `first` to one caller only: a state is used once, whatever comes of it. */
export async function useConnectState(
  db: Database,
  stateHash: Uint8Array,
  now: number,
): Promise<{ session: ConnectSession; first: boolean } | undefined> {
  const used = await db
    .updateTable('connect_sessions')
    .set({ used_at: new Date(now) })
    .where('state_hash', '=', stateHash)
    .where('used_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (used !== undefined) return { session: toSession(used), first: true }
  const row = await db
    .selectFrom('connect_sessions')
    .selectAll()
    .where('state_hash', '=', stateHash)
    .executeTakeFirst()
  return row === undefined ? undefined : { session: toSession(row), first: false }
}

/** How it ended. The verifier is of no more use and goes. */
export async function endConnectSession(
  db: Database,
  workspaceId: string,
  id: string,
  end: { outcome: ConnectOutcome; code: string | null; accountId: string | null },
): Promise<void> {
  await db
    .updateTable('connect_sessions')
    .set({
      outcome: end.outcome,
      outcome_code: end.code,
      verifier_sealed: null,
      ...(end.accountId === null ? {} : { account_id: end.accountId }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

/** Removes sessions that ended long ago, across all workspaces. Returns how many. */
export async function deleteOldConnectSessions(db: Database, expiredBefore: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('connect_sessions')
    .where('expires_at', '<', new Date(expiredBefore))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

function toSession(row: Row<'connect_sessions'>): ConnectSession {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    appId: row.app_id,
    scopes: row.scopes,
    returnUrl: row.return_url,
    externalUserId: row.external_user_id,
    createdBy: row.created_by,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
    usedAt: row.used_at?.getTime() ?? null,
    accountId: row.account_id,
    outcome: row.outcome as ConnectOutcome | null,
    outcomeCode: row.outcome_code,
    language: row.language,
    openerOrigin: row.opener_origin,
    unifiedUserId: row.unified_user_id,
    products: row.products,
    market: row.market,
    login:
      row.verifier_sealed === null || row.redirect_uri === null
        ? null
        : { verifierSealed: row.verifier_sealed, redirectUri: row.redirect_uri },
  }
}
