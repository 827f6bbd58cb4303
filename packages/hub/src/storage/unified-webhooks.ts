import { sql } from 'kysely'
import type { AppEnvironment } from './apps.ts'
import type { Database } from './database.ts'
import type { UnifiedPage, UserScope } from './unified-users.ts'
import { toEndpoint, type WebhookEndpoint } from './webhook-endpoints.ts'

/** Who wants to hear of an event of the unified API. `dead`: the hub gave up on it, and keeps what it misses. */
export async function listeningWebhooks(
  db: Database,
  event: { workspaceId: string; environment: AppEnvironment; type: string },
): Promise<{ id: string; dead: boolean }[]> {
  const rows = await db
    .selectFrom('webhook_endpoints')
    .select(['id', 'status'])
    .where('workspace_id', '=', event.workspaceId)
    .where('format', '=', 'unified')
    .where((where) => where.or([where('status', '=', 'enabled'), where('disabled_reason', '=', 'failing')]))
    .where(sql<boolean>`${event.type} = any(events)`)
    .where((where) =>
      where.or([where('environment', 'is', null), where('environment', '=', event.environment)]),
    )
    .orderBy('id')
    .execute()
  return rows.map(({ id, status }) => ({ id, dead: status === 'disabled' }))
}

/** Whether a workspace has any webhook of the unified API at all. */
export async function hasWebhooks(db: Database, workspaceId: string): Promise<boolean> {
  const row = await db
    .selectFrom('webhook_endpoints')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('format', '=', 'unified')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Newest first. */
export async function listWebhooks(
  db: Database,
  scope: UserScope,
  { limit, offset }: UnifiedPage,
): Promise<WebhookEndpoint[]> {
  const rows = await reachable(db, scope)
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  return rows.map(toEndpoint)
}

/** By the id that the unified API shows. */
export async function findWebhook(
  db: Database,
  scope: UserScope,
  unifiedId: string,
): Promise<WebhookEndpoint | undefined> {
  const row = await reachable(db, scope).selectAll().where('unified_id', '=', unifiedId).executeTakeFirst()
  return row === undefined ? undefined : toEndpoint(row)
}

export async function renameWebhook(db: Database, id: string, name: string | null): Promise<void> {
  await db.updateTable('webhook_endpoints').set({ name }).where('id', '=', id).execute()
}

function reachable(db: Database, { workspaceId, environment }: UserScope) {
  let query = db
    .selectFrom('webhook_endpoints')
    .where('workspace_id', '=', workspaceId)
    .where('format', '=', 'unified')
  if (environment !== undefined) query = query.where('environment', '=', environment)
  return query
}
