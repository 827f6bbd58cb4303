import type { ColumnType, GeneratedAlways } from 'kysely'

type Json<T = unknown> = ColumnType<T, string, string>
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>

/** The tables of the media gate, beside the DDL in `migrations/0012-media-gate.ts` and `0019-media-behind-addresses.ts`. */
export interface MediaTables {
  media_policies: MediaPoliciesTable
  media_libraries: MediaLibrariesTable
  media_looks: MediaLooksTable
  media_fingerprints: MediaFingerprintsTable
  media_matches: MediaMatchesTable
  media_frames: MediaFramesTable
  media_verdicts: MediaVerdictsTable
  media_findings: MediaFindingsTable
  post_media: PostMediaTable
}

interface MediaPoliciesTable {
  workspace_id: string
  policy: Json
  changed_at: Date
}

interface MediaLibrariesTable {
  workspace_id: string
  last_seq: number
}

interface MediaLooksTable {
  asset_id: string
  workspace_id: string
  requested_at: Date
  looked_at: Date | null
  report: ColumnType<unknown, string | null | undefined, string | null>
}

interface MediaFingerprintsTable {
  asset_id: string
  workspace_id: string
  seq: number
  version: number
  data: Bytes
}

interface MediaMatchesTable {
  asset_id: string
  other_asset_id: string
  workspace_id: string
  verdict: 'duplicate' | 'review'
  score: number
  segments: Json
}

interface MediaFramesTable {
  id: GeneratedAlways<number>
  asset_id: string
  other_asset_id: string | null
  workspace_id: string
  kind: 'match' | 'watermark'
  at_sec: number
  other_at_sec: number | null
  png: Bytes
}

interface MediaVerdictsTable {
  post_id: string
  workspace_id: string
  /** Of a file of the library. */
  asset_id: string | null
  content_hash: Bytes
  source_sha256: ColumnType<Uint8Array | null, Uint8Array | null, Uint8Array | null>
  fetched_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  verdict: 'ok' | 'warn' | 'block' | 'overruled'
  is_aigc_suggested: boolean
  because: string[]
  skipped: string[]
  judged_at: Date
  overruled_rules: ColumnType<string[], string[] | undefined, string[]>
  overruled_by: string | null
  overruled_at: Date | null
  overrule_reason: string | null
}

interface MediaFindingsTable {
  post_id: string
  number: number
  workspace_id: string
  rule: string
  level: 'warn' | 'block'
  message: string
  other_post_id: string | null
  other_account_id: string | null
  other_asset_id: string | null
  score: number | null
  segments: Json
  positions: ColumnType<number[], number[] | undefined, number[]>
}

interface PostMediaTable {
  post_id: string
  position: number
  workspace_id: string
  address_sha256: Bytes
  state: 'wanted' | 'fetched' | 'failed'
  asset_id: string | null
  content_hash: ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>
  requested_at: Date
  settled_at: Date | null
  tries: ColumnType<number, number | undefined, number>
  failure: string | null
  failure_detail: string | null
}
