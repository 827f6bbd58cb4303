import type { ColumnType, Generated, GeneratedAlways, Selectable } from 'kysely'
import type { ChangeTables } from './change-tables.ts'
import type { CommentTables } from './comment-tables.ts'
import type { MediaTables } from './media-tables.ts'
import type { PeopleTables } from './people-tables.ts'
import type { ShopTables } from './shop-tables.ts'
import type { UnifiedTables } from './unified-tables.ts'

/**
 * Rows as they stand in the database, beside the DDL in `migrations/`. `timestamptz` is a `Date` here and milliseconds
 * in domain objects (`row.created_at.getTime()`); `bigint` is a number (all of ours fit 2^53); `bytea` is bytes;
 * `jsonb` is read parsed and written as text (`JSON.stringify`), because the driver would turn a bare array into an
 * SQL array.
 */
export type Json<T = unknown> = ColumnType<T, string, string>
/** `jsonb` with a default: may be left out of an insert. */
export type DefaultedJson<T = unknown> = ColumnType<T, string | undefined, string>
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>
type NullableBytes = ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>

export interface Tables
  extends ChangeTables,
    CommentTables,
    MediaTables,
    PeopleTables,
    ShopTables,
    UnifiedTables {
  workspaces: WorkspacesTable
  api_keys: ApiKeysTable
  apps: AppsTable
  accounts: AccountsTable
  consents: ConsentsTable
  token_vault: TokenVaultTable
  connect_sessions: ConnectSessionsTable
  vault_keys: VaultKeysTable
  idempotency_keys: IdempotencyKeysTable
  audit_log: AuditLogTable
  blobs: BlobsTable
  blob_claims: BlobClaimsTable
  assets: AssetsTable
  posts: PostsTable
  post_consents: PostConsentsTable
  publish_sessions: PublishSessionsTable
  publish_session_accounts: PublishSessionAccountsTable
  account_queues: AccountQueuesTable
  post_transitions: PostTransitionsTable
  rate_slots: RateSlotsTable
  rate_tickets: RateTicketsTable
  inbound_events: InboundEventsTable
  webhook_endpoints: WebhookEndpointsTable
  webhook_secrets: WebhookSecretsTable
  webhook_events: WebhookEventsTable
  webhook_deliveries: WebhookDeliveriesTable
  account_syncs: AccountSyncsTable
  profiles: ProfilesTable
  videos: VideosTable
  metric_points: MetricPointsTable
}

/** A row of a table as `select` returns it: `Row<'accounts'>`. */
export type Row<T extends keyof Tables> = Selectable<Tables[T]>

export interface WorkspacesTable {
  id: string
  name: string
  created_at: Date
  settings: DefaultedJson<Record<string, unknown>>
}

export interface ApiKeysTable {
  id: string
  workspace_id: string
  name: string
  prefix: string
  hash: Bytes
  scopes: string[]
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
  replaced_by: string | null
}

export interface AppsTable {
  id: string
  workspace_id: string
  name: string
  environment: 'sandbox' | 'production'
  client_key: string
  secret_sealed: Bytes
  key_version: number
  audited: Generated<boolean>
  created_at: Date
  platform: Generated<'tiktok' | 'tiktok_shop' | 'tiktok_business' | 'bluesky'>
  /** Of a Shop app: names it on the consent pages of sellers. */
  service_id: string | null
  /** Of a Shop app: which consent page its sellers see. */
  market: 'ROW' | 'US' | null
}

export interface AccountsTable {
  id: string
  workspace_id: string
  app_id: string
  platform: string
  external_id: string
  external_user_id: string | null
  username: string | null
  display_name: string | null
  avatar_url: string | null
  status: 'connected' | 'reauthorization_required' | 'disconnected' | 'erased'
  status_reason: string | null
  scopes: string[]
  missing_scopes: Generated<string[]>
  connected_at: Date
  changed_at: Date
}

export interface ConsentsTable {
  id: string
  account_id: string
  scopes_asked: string[]
  scopes_granted: string[]
  granted_at: Date
  expires_at: Date | null
  ip: string | null
  user_agent: string | null
  ended_at: Date | null
  end_reason: string | null
}

export interface TokenVaultTable {
  account_id: string
  workspace_id: string
  app_id: string
  sealed: Bytes
  key_version: number
  access_expires_at: Date
  refresh_expires_at: Date
  due_at: Date | null
  lease_until: Date | null
  lease_holder: string | null
  /** A refresh was sent and its answer is not written down: it may be lost. */
  refresh_sent_at: Date | null
  /** When TikTok first said that the grant is gone; it is asked once more before that is believed. */
  refused_at: Date | null
  failures: Generated<number>
  last_failure: string | null
  generation: Generated<number>
  changed_at: Date
}

export interface VaultKeysTable {
  version: number
  proof_sealed: Bytes
  first_used_at: Date
}

export interface ConnectSessionsTable {
  id: string
  workspace_id: string
  app_id: string
  scopes: string[]
  return_url: string | null
  external_user_id: string | null
  state_hash: NullableBytes
  verifier_sealed: NullableBytes
  redirect_uri: string | null
  created_by: string
  created_at: Date
  expires_at: Date
  used_at: Date | null
  account_id: string | null
  outcome: string | null
  outcome_code: string | null
  language: string | null
  opener_origin: string | null
  unified_user_id: string | null
  products: string[] | null
  market: 'ROW' | 'US' | null
  /** How often a password was tried behind the link. */
  sign_ins: Generated<number>
}

export interface PublishSessionsTable {
  id: string
  workspace_id: string
  token_hash: Bytes
  created_by: string
  approval_required: boolean
  is_demo: boolean
  mode: 'direct' | 'draft'
  kind: 'video' | 'photo'
  asset_id: string | null
  may_upload: boolean
  video_url: string | null
  photo_urls: string[]
  cover_index: number
  title: string | null
  description: string | null
  scheduled_at: string | null
  time_zone: string | null
  origins: string[]
  created_at: Date
  expires_at: Date
}

export interface PublishSessionAccountsTable {
  session_id: string
  account_id: string
  workspace_id: string
  position: number
  post_id: string | null
  submitted_at: Date | null
}

export interface PostConsentsTable {
  post_id: string
  workspace_id: string
  source: 'publish_page' | 'api'
  agreed: string[]
  given_at: Date
  ip: string | null
  user_agent: string | null
}

export interface IdempotencyKeysTable {
  workspace_id: string
  key: string
  operation: string
  body_hash: Bytes
  status: number | null
  answer_sealed: NullableBytes
  created_at: Date
  locked_until: Date | null
  claim_id: string | null
}

export interface AuditLogTable {
  id: GeneratedAlways<number>
  workspace_id: string | null
  at: Date
  actor: string
  action: string
  subject: string | null
  detail: DefaultedJson<Record<string, unknown>>
}

export interface BlobsTable {
  hash: Bytes
  size_bytes: number
  /** When to look whether anybody still has it; null while somebody does. */
  check_at: Date | null
}

export interface BlobClaimsTable {
  asset_id: string
  hash: Bytes
  until: Date
}

export interface AssetsTable {
  id: string
  workspace_id: string
  hash: Bytes
  size_bytes: number
  content_type: string
  name: string | null
  tags: Generated<string[]>
  info: DefaultedJson<Record<string, unknown>>
  /** `post`: a copy of what a post names by address. */
  origin: ColumnType<'library' | 'post', 'library' | 'post' | undefined, 'library' | 'post'>
  /** Its bytes are gone; what was seen in it is kept. */
  released_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  created_at: Date
}

export interface PostsTable {
  id: string
  workspace_id: string
  group_id: string
  account_id: string
  kind: 'video' | 'photo' | 'text'
  mode: 'direct' | 'draft'
  state: string
  state_reason: string | null
  options: Json
  source: Json
  asset_id: string | null
  scheduled_at: Date | null
  time_zone: string | null
  publish_id: string | null
  upload_sealed: NullableBytes
  upload: ColumnType<unknown, string | null | undefined, string | null>
  uploaded_bytes: Generated<number>
  init_attempt: Generated<number>
  init_sent_at: Date | null
  /** When its first attempt was sent; stays with later ones. */
  first_sent_at: Date | null
  post_ids: Generated<string[]>
  fail_reason: string | null
  attempt: Generated<number>
  step_at: Date | null
  version: Generated<number>
  created_at: Date
  changed_at: Date
  lease_owner: string | null
  lease_until: Date | null
  failures: Generated<number>
  processing_since: Date | null
  cancel_requested_at: Date | null
  published_at: Date | null
  /** What `fail_reason` means and what can be done, in words for a person. */
  fail_detail: string | null
  fail_action: string | null
  approval_required: Generated<boolean>
  made_by: string | null
  decision: 'approved' | 'rejected' | null
  decided_by: string | null
  decided_at: Date | null
  decision_reason: string | null
  /** The slot of its account's queue that it holds. */
  slot_at: Date | null
}

export interface AccountQueuesTable {
  account_id: string
  workspace_id: string
  time_zone: string
  slots: ColumnType<unknown, string, string>
  paused_at: Date | null
  changed_at: Date
}

export interface PostTransitionsTable {
  id: GeneratedAlways<number>
  post_id: string
  at: Date
  from_state: string | null
  to_state: string
  cause: string
  detail: DefaultedJson<Record<string, unknown>>
}

export interface RateSlotsTable {
  key: string
  app_id: string
  account_id: string | null
  endpoint: string
  requests: number
  window_ms: number
  granted: Date[]
  /** Who each entry of `granted` went to. */
  holders: Generated<string[]>
  blocked_until: Date | null
  changed_at: Date
}

export interface RateTicketsTable {
  ticket: string
  key: string
  lane: number
  holder: string
  seq: GeneratedAlways<number>
  ready_at: Date
}

export interface InboundEventsTable {
  id: string
  /** The app whose address it came to. */
  app_id: string
  /** Every app whose own secret fits the signature: what the event may act on. */
  app_ids: string[]
  hash: Bytes
  body: NullableBytes
  event: string | null
  received_at: Date
  processed_at: Date | null
  outcome: string | null
}

export interface WebhookEndpointsTable {
  id: string
  workspace_id: string
  url: string
  description: string | null
  /** Empty: all. */
  events: string[]
  /** The one environment whose accounts it hears of; null: all. */
  environment: 'sandbox' | 'production' | null
  status: 'enabled' | 'disabled'
  disabled_reason: string | null
  failing_since: Date | null
  created_at: Date
  changed_at: Date
  /** `unified`: told in the words of the unified API, under an id and a name of its own. */
  format: Generated<'tockwork' | 'unified'>
  unified_id: string | null
  name: string | null
}

export interface WebhookSecretsTable {
  endpoint_id: string
  generation: number
  workspace_id: string
  sealed: Bytes
  key_version: number
  created_at: Date
  expires_at: Date | null
}

export interface WebhookEventsTable {
  id: string
  workspace_id: string
  type: string
  account_id: string | null
  data: Json<Record<string, unknown>>
  created_at: Date
}

export interface WebhookDeliveriesTable {
  id: string
  seq: GeneratedAlways<number>
  workspace_id: string
  endpoint_id: string
  event_id: string
  lane: string
  state: 'pending' | 'delivered' | 'dead'
  dead_reason: string | null
  attempts: Generated<number>
  next_at: Date | null
  lease_until: Date | null
  lease_owner: string | null
  /** From when the days of trying count. */
  begun_at: Date
  /** The latest tries. */
  log: DefaultedJson<{ at: string; status: number | null; error: string | null; ms: number }[]>
  created_at: Date
  delivered_at: Date | null
}

export interface AccountSyncsTable {
  account_id: string
  workspace_id: string
  due_at: Date | null
  lease_until: Date | null
  lease_holder: string | null
  run_started_at: Date | null
  profile_done: Generated<boolean>
  cursor: string | null
  completed_at: Date | null
  whole_at: Date | null
  run_since: Date | null
  requested_at: Date | null
  failures: Generated<number>
  last_failure: string | null
  skipped: Generated<string[]>
  /** Read only when somebody asks for it. */
  on_demand: Generated<boolean>
}

export interface ProfilesTable {
  account_id: string
  workspace_id: string
  data: Json<Record<string, unknown>>
  source_call: string
  read_at: Date
}

export interface VideosTable {
  account_id: string
  video_id: string
  workspace_id: string
  posted_at: Date
  data: Json<Record<string, unknown>>
  source_call: string
  read_at: Date
  gone_at: Date | null
  first_read_at: Generated<Date>
  /** How many comments it had when they were last read. */
  comments_read: number | null
  comments_read_at: Date | null
}

export interface MetricPointsTable {
  account_id: string
  /** Empty: the account itself. */
  video_id: string
  day: string
  at: Date
  views: number | null
  likes: number | null
  comments: number | null
  shares: number | null
  followers: number | null
  following: number | null
  videos: number | null
}
