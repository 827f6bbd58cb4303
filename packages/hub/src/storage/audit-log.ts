import type { Database } from './database.ts'
import type { Row } from './tables.ts'

/** One consequential act. */
export interface AuditEntry {
  /** Counts up. */
  id: number
  workspaceId: string | null
  at: number
  /** `key:<id>` for an API key, `creator` for a person on the connect page, `tiktok`, or `hub`. */
  actor: string
  /** `app.create`, `account.erase` … */
  action: string
  /** What it was done to. */
  subject: string | null
  /** Facts beside it; never a secret, and no personal data. */
  detail: Record<string, unknown>
}

export function appendAudit(db: Database, entry: Omit<AuditEntry, 'id'>): Promise<void> {
  return appendAudits(db, [entry])
}

/** Several in one statement. */
export async function appendAudits(db: Database, entries: readonly Omit<AuditEntry, 'id'>[]): Promise<void> {
  if (entries.length === 0) return
  await db
    .insertInto('audit_log')
    .values(
      entries.map((entry) => ({
        workspace_id: entry.workspaceId,
        at: new Date(entry.at),
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        detail: JSON.stringify(entry.detail),
      })),
    )
    .execute()
}

export interface AuditFilter {
  limit: number
  /** Entries older than this one. */
  before?: number | undefined
  action?: string | undefined
  subject?: string | undefined
}

/** Newest first. */
export async function listAudit(
  db: Database,
  workspaceId: string,
  { limit, before, action, subject }: AuditFilter,
): Promise<AuditEntry[]> {
  let query = db
    .selectFrom('audit_log')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  if (action !== undefined) query = query.where('action', '=', action)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  return (await query.execute()).map(toEntry)
}

function toEntry(row: Row<'audit_log'>): AuditEntry {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    at: row.at.getTime(),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    detail: row.detail,
  }
}
