/** The shops that sellers' authorizations cover. */
import type { AccountStatus } from './accounts.ts'
import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import { SHOP_SYNC_KINDS } from './shop-tables.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

export interface Shop {
  id: string
  accountId: string
  workspaceId: string
  appId: string
  /** TikTok's id of the shop. */
  externalId: string
  /** Names the shop in calls of this app. */
  cipher: string
  name: string | null
  /** Country code. */
  region: string | null
  /** `LOCAL` or `CROSS_BORDER`. */
  sellerType: string | null
  code: string | null
  createdAt: number
  readAt: number
  /** Since when the authorization does not cover it any more. */
  goneAt: number | null
}

/** With what its account says of it. */
export interface ShopWithAccount extends Shop {
  accountStatus: AccountStatus
  /** What the seller granted. */
  scopes: string[]
  environment: AppEnvironment
  endsAt: number | null
}

export interface ReadShop {
  id: string
  externalId: string
  cipher: string
  name: string | null
  region: string | null
  sellerType: string | null
  code: string | null
}

/**
 * The list as TikTok tells it now. Shops that came are read from `now` on; those that went are kept, marked, and read no
 * more. `id` of a shop is used when it is new.
 */
export async function storeShops(
  tx: Transaction,
  seller: { accountId: string; workspaceId: string; appId: string },
  shops: readonly ReadShop[],
  now: number,
): Promise<void> {
  const at = new Date(now)
  for (const { id, externalId, ...rest } of shops) {
    const told = {
      cipher: rest.cipher,
      name: rest.name,
      region: rest.region,
      seller_type: rest.sellerType,
      code: rest.code,
      read_at: at,
      gone_at: null,
    }
    const row = await tx
      .insertInto('shops')
      .values({
        id,
        account_id: seller.accountId,
        workspace_id: seller.workspaceId,
        app_id: seller.appId,
        external_id: externalId,
        created_at: at,
        ...told,
      })
      .onConflict((conflict) => conflict.columns(['account_id', 'external_id']).doUpdateSet(told))
      .returning('id')
      .executeTakeFirstOrThrow()
    await tx
      .insertInto('shop_syncs')
      .values(
        SHOP_SYNC_KINDS.map((kind) => ({
          shop_id: row.id,
          kind,
          workspace_id: seller.workspaceId,
          account_id: seller.accountId,
          due_at: at,
        })),
      )
      // One that rested, because its account was not connected or the shop was not covered, goes on.
      .onConflict((conflict) =>
        conflict
          .columns(['shop_id', 'kind'])
          .doUpdateSet({ due_at: at, failures: 0, last_failure: null })
          .where('shop_syncs.due_at', 'is', null),
      )
      .execute()
  }
  let gone = tx
    .updateTable('shops')
    .set({ gone_at: at })
    .where('account_id', '=', seller.accountId)
    .where('gone_at', 'is', null)
  const here = shops.map(({ externalId }) => externalId)
  if (here.length > 0) gone = gone.where('external_id', 'not in', here)
  for (const { id } of await gone.returning('id').execute())
    await tx.updateTable('shop_syncs').set({ due_at: null }).where('shop_id', '=', id).execute()
}

/** Of the workspace; `environment` where the key reaches one alone. */
export async function findShop(
  db: Database,
  scope: { workspaceId: string; environment: AppEnvironment | undefined },
  id: string,
): Promise<ShopWithAccount | undefined> {
  let query = withAccount(db).where('shops.workspace_id', '=', scope.workspaceId).where('shops.id', '=', id)
  if (scope.environment !== undefined) query = query.where('apps.environment', '=', scope.environment)
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toShopWithAccount(row)
}

export async function listShops(
  db: Database,
  workspaceId: string,
  filter: Slice & { environment?: AppEnvironment | undefined; accountId?: string | undefined },
): Promise<ShopWithAccount[]> {
  let query = withAccount(db)
    .where('shops.workspace_id', '=', workspaceId)
    .orderBy('shops.id', 'desc')
    .limit(filter.limit)
  if (filter.before !== undefined) query = query.where('shops.id', '<', filter.before)
  if (filter.environment !== undefined) query = query.where('apps.environment', '=', filter.environment)
  if (filter.accountId !== undefined) query = query.where('shops.account_id', '=', filter.accountId)
  return (await query.execute()).map(toShopWithAccount)
}

/** Shops that a webhook may be about: TikTok's id, in these apps. */
export async function findShopsOfApps(
  db: Database,
  appIds: readonly string[],
  externalId: string,
): Promise<Shop[]> {
  if (appIds.length === 0) return []
  const rows = await db
    .selectFrom('shops')
    .selectAll()
    .where('app_id', 'in', [...appIds])
    .where('external_id', '=', externalId)
    .execute()
  return rows.map(toShop)
}

/** Shops of these apps that have a product, for webhooks that name no shop. */
export async function findShopsWithProduct(
  db: Database,
  appIds: readonly string[],
  productId: string,
): Promise<Shop[]> {
  if (appIds.length === 0) return []
  const rows = await db
    .selectFrom('shops')
    .selectAll()
    .where('app_id', 'in', [...appIds])
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('shop_things')
          .select('external_id')
          .whereRef('shop_id', '=', 'shops.id')
          .where('kind', '=', 'products')
          .where('external_id', '=', productId),
      ),
    )
    .execute()
  return rows.map(toShop)
}

/** A seller's shops with everything that was read of them. The sellers' row goes first, so that a reading finds its lease gone. */
export async function eraseShops(tx: Transaction, accountId: string): Promise<number> {
  await tx.deleteFrom('shop_sellers').where('account_id', '=', accountId).execute()
  const shops = tx.selectFrom('shops').select('id').where('account_id', '=', accountId)
  await tx.deleteFrom('shop_syncs').where('shop_id', 'in', shops).execute()
  const { numDeletedRows } = await tx
    .deleteFrom('shop_things')
    .where('shop_id', 'in', shops)
    .executeTakeFirst()
  await tx.deleteFrom('shops').where('account_id', '=', accountId).execute()
  return Number(numDeletedRows)
}

function withAccount(db: Database) {
  return db
    .selectFrom('shops')
    .innerJoin('accounts', 'accounts.id', 'shops.account_id')
    .innerJoin('apps', 'apps.id', 'shops.app_id')
    .leftJoin('shop_sellers', 'shop_sellers.account_id', 'shops.account_id')
    .selectAll('shops')
    .select(['accounts.status', 'accounts.scopes', 'apps.environment', 'shop_sellers.ends_at'])
}

function toShopWithAccount(
  row: Row<'shops'> & {
    status: AccountStatus
    scopes: string[]
    environment: AppEnvironment
    ends_at: Date | null
  },
): ShopWithAccount {
  return {
    ...toShop(row),
    accountStatus: row.status,
    scopes: row.scopes,
    environment: row.environment,
    endsAt: row.ends_at?.getTime() ?? null,
  }
}

function toShop(row: Row<'shops'>): Shop {
  return {
    id: row.id,
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    appId: row.app_id,
    externalId: row.external_id,
    cipher: row.cipher,
    name: row.name,
    region: row.region,
    sellerType: row.seller_type,
    code: row.code,
    createdAt: row.created_at.getTime(),
    readAt: row.read_at.getTime(),
    goneAt: row.gone_at?.getTime() ?? null,
  }
}
