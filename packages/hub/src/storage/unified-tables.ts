import type { ColumnType, Generated } from 'kysely'

type Json<T = unknown> = ColumnType<T, string, string>
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>

/** The tables of the unified API, beside the DDL in `migrations/0013-unified-api.ts`. */
export interface UnifiedTables {
  unified_users: UnifiedUsersTable
  unified_sdk_tokens: UnifiedSdkTokensTable
  unified_accounts: UnifiedAccountsTable
  unified_publications: UnifiedPublicationsTable
}

interface UnifiedUsersTable {
  id: string
  workspace_id: string
  environment: 'sandbox' | 'production'
  name: string
  external_id: string
  status: Generated<'ACTIVE' | 'INACTIVE'>
  implicit: Generated<boolean>
  created_at: Date
  updated_at: Date
}

interface UnifiedSdkTokensTable {
  hash: Bytes
  workspace_id: string
  user_id: string
  api_key_id: string
  products: string[]
  created_at: Date
  expires_at: Date
}

interface UnifiedAccountsTable {
  account_id: string
  id: string
  profile_id: string
  workspace_id: string
  user_id: string
  products: string[]
  monitoring: ColumnType<Record<string, unknown>, string | undefined, string>
  disconnection_source: string | null
  created_at: Date
  updated_at: Date
}

interface UnifiedPublicationsTable {
  id: string
  workspace_id: string
  account_id: string
  post_id: string | null
  request: Json<Record<string, unknown>>
  failure: ColumnType<{ code: string; message: string } | null, string | null | undefined, string | null>
  created_by: string
  created_at: Date
  updated_at: Date
}
