import type { Database } from './database.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

export type AppEnvironment = 'sandbox' | 'production'
export type AppPlatform = Row<'apps'>['platform']
/** Which consent page a seller of TikTok Shop sees: that of the United States, or of the rest of the world. */
export type ShopMarket = 'ROW' | 'US'

/** An app of a workspace, at TikTok or TikTok Shop. Its secret is sealed; `sealing/secretPlace` says to which place. */
export interface App {
  id: string
  workspaceId: string
  name: string
  environment: AppEnvironment
  clientKey: string
  secretSealed: Uint8Array
  audited: boolean
  createdAt: number
  platform: AppPlatform
  /** Of Shop apps. */
  serviceId: string | null
  market: ShopMarket | null
}

export async function insertApp(db: Database, app: App, keyVersion: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('apps')
    .values({
      id: app.id,
      workspace_id: app.workspaceId,
      name: app.name,
      environment: app.environment,
      client_key: app.clientKey,
      secret_sealed: app.secretSealed,
      key_version: keyVersion,
      audited: app.audited,
      created_at: new Date(app.createdAt),
      platform: app.platform,
      service_id: app.serviceId,
      market: app.market,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'client_key']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export async function findApp(db: Database, workspaceId: string, id: string): Promise<App | undefined> {
  const row = await db
    .selectFrom('apps')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toApp(row)
}

/** By its id alone: for who asks at the address of an app, which is public. */
export async function findAppByIdAlone(db: Database, id: string): Promise<App | undefined> {
  const row = await db.selectFrom('apps').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toApp(row)
}

/** The apps that a webhook of TikTok may be meant for: each workspace may have registered the same app. */
export async function findAppsByClientKey(db: Database, clientKey: string): Promise<App[]> {
  const rows = await db.selectFrom('apps').selectAll().where('client_key', '=', clientKey).execute()
  return rows.map(toApp)
}

export async function listApps(
  db: Database,
  workspaceId: string,
  { limit, before, environment }: Slice & { environment?: AppEnvironment | undefined },
): Promise<App[]> {
  let query = db
    .selectFrom('apps')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  return (await query.execute()).map(toApp)
}

export async function updateApp(
  db: Database,
  workspaceId: string,
  id: string,
  change: {
    name?: string | undefined
    audited?: boolean | undefined
    serviceId?: string | undefined
    market?: ShopMarket | undefined
    secret?: { sealed: Uint8Array; keyVersion: number } | undefined
  },
): Promise<App | undefined> {
  const row = await db
    .updateTable('apps')
    .set({
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.audited === undefined ? {} : { audited: change.audited }),
      ...(change.serviceId === undefined ? {} : { service_id: change.serviceId }),
      ...(change.market === undefined ? {} : { market: change.market }),
      ...(change.secret === undefined
        ? {}
        : { secret_sealed: change.secret.sealed, key_version: change.secret.keyVersion }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toApp(row)
}

/** Accounts, erased ones too, hang on their app: it goes only when there never were any. */
export async function deleteAppWithoutAccounts(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<'deleted' | 'has_accounts' | 'missing'> {
  const { numDeletedRows } = await db
    .deleteFrom('apps')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('accounts').select('accounts.id').whereRef('accounts.app_id', '=', 'apps.id'))),
    )
    .executeTakeFirst()
  if (numDeletedRows > 0n) return 'deleted'
  return (await findApp(db, workspaceId, id)) === undefined ? 'missing' : 'has_accounts'
}

export function toApp(row: Row<'apps'>): App {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    environment: row.environment,
    clientKey: row.client_key,
    secretSealed: row.secret_sealed,
    audited: row.audited,
    createdAt: row.created_at.getTime(),
    platform: row.platform,
    serviceId: row.service_id,
    market: row.market,
  }
}
