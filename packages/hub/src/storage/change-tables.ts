/** Rows of the change watch, beside the DDL in `migrations/0020-change-feed.ts`. */
import type { ColumnType } from 'kysely'

export interface ChangeTables {
  called_endpoints: CalledEndpointsTable
  change_notices: ChangeNoticesTable
  change_calendars: ChangeCalendarsTable
}

interface CalledEndpointsTable {
  workspace_id: string
  app_id: string
  endpoint: string
  first_called_at: Date
  last_called_at: Date
}

interface ChangeNoticesTable {
  workspace_id: string
  change_id: string
  /** `YYYY-MM-DD`. */
  due: string
  days_before: number
  told_at: Date
}

interface ChangeCalendarsTable {
  workspace_id: string
  token_hash: ColumnType<Uint8Array, Uint8Array, Uint8Array>
  created_at: Date
}
