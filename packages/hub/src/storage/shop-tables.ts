/** Rows of TikTok Shop, beside the DDL in `migrations/0017-shop.ts`. */
import type { Generated } from 'kysely'
import type { Json } from './tables.ts'

export interface ShopTables {
  shop_sellers: ShopSellersTable
  shops: ShopsTable
  shop_syncs: ShopSyncsTable
  shop_wishes: ShopWishesTable
  shop_things: ShopThingsTable
}

/** What is read of a shop by a walk of its own. */
export const SHOP_SYNC_KINDS = ['orders', 'products', 'stock', 'returns', 'statements'] as const
export type ShopSyncKind = (typeof SHOP_SYNC_KINDS)[number]
/** What there are rows of; transactions come with their statements. */
export type ShopThingKind = ShopSyncKind | 'transactions'

interface ShopSellersTable {
  account_id: string
  workspace_id: string
  app_id: string
  due_at: Date | null
  lease_until: Date | null
  lease_holder: string | null
  failures: Generated<number>
  last_failure: string | null
  read_at: Date | null
  ends_at: Date | null
  ends_told: Date | null
}

interface ShopsTable {
  id: string
  account_id: string
  workspace_id: string
  app_id: string
  external_id: string
  cipher: string
  name: string | null
  region: string | null
  seller_type: string | null
  code: string | null
  created_at: Date
  read_at: Date
  gone_at: Date | null
}

interface ShopSyncsTable {
  shop_id: string
  kind: ShopSyncKind
  workspace_id: string
  account_id: string
  due_at: Date | null
  lease_until: Date | null
  lease_holder: string | null
  position: number | null
  run_from: number | null
  run_started_at: Date | null
  completed_at: Date | null
  whole_at: Date | null
  requested_at: Date | null
  wished_at: Date | null
  failures: Generated<number>
  last_failure: string | null
}

interface ShopWishesTable {
  shop_id: string
  kind: ShopSyncKind
  external_id: string
  asked_at: Date
}

interface ShopThingsTable {
  shop_id: string
  kind: ShopThingKind
  external_id: string
  workspace_id: string
  parent_id: string | null
  status: string | null
  created_at: Date
  updated_at: Date
  amount: string | null
  currency: string | null
  data: Json<Record<string, unknown>>
  source_call: string
  read_at: Date
  gone_at: Date | null
}
