import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

/** Where a workspace wants to be told of events. */
export interface WebhookEndpoint {
  id: string
  workspaceId: string
  url: string
  description: string | null
  /** Empty: all. */
  events: string[]
  environment: AppEnvironment | null
  status: 'enabled' | 'disabled'
  /** `by_you`; `failing` when the hub gave up on it; `gone` when it said that it wants nothing any more. */
  disabledReason: string | null
  failingSince: number | null
  createdAt: number
  changedAt: number
  /** In whose words it is told: the hub's own, or those of the unified API. */
  format: 'tockwork' | 'unified'
  /** The id and the name that it has in the unified API. */
  unifiedId: string | null
  name: string | null
}

export interface SealedWebhookSecret {
  endpointId: string
  workspaceId: string
  generation: number
  sealed: Uint8Array
}

/** How an endpoint is told; in the hub's own words unless said. */
type Told = Pick<WebhookEndpoint, 'format' | 'unifiedId' | 'name'>

export async function insertEndpoint(
  tx: Transaction,
  endpoint: Omit<WebhookEndpoint, keyof Told> & Partial<Told>,
): Promise<void> {
  await tx
    .insertInto('webhook_endpoints')
    .values({
      id: endpoint.id,
      workspace_id: endpoint.workspaceId,
      url: endpoint.url,
      description: endpoint.description,
      events: endpoint.events,
      environment: endpoint.environment,
      status: endpoint.status,
      created_at: new Date(endpoint.createdAt),
      changed_at: new Date(endpoint.changedAt),
      format: endpoint.format ?? 'tockwork',
      unified_id: endpoint.unifiedId ?? null,
      name: endpoint.name ?? null,
    })
    .execute()
}

export async function countEndpoints(db: Database, workspaceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('webhook_endpoints')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function findEndpoint(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<WebhookEndpoint | undefined> {
  const row = await db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : toEndpoint(row)
}

export async function listEndpoints(
  db: Database,
  workspaceId: string,
  { limit, before, environment }: Slice & { environment?: AppEnvironment | undefined },
): Promise<WebhookEndpoint[]> {
  let query = db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('format', '=', 'tockwork')
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  return (await query.execute()).map(toEndpoint)
}

export async function updateEndpoint(
  tx: Transaction,
  workspaceId: string,
  id: string,
  change: {
    url?: string | undefined
    description?: string | null | undefined
    events?: readonly string[] | undefined
    status?: { to: 'enabled' } | { to: 'disabled'; reason: 'by_you' | 'failing' | 'gone' } | undefined
    now: number
  },
): Promise<WebhookEndpoint | undefined> {
  const { url, description, events, status } = change
  const row = await tx
    .updateTable('webhook_endpoints')
    .set({
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(events === undefined ? {} : { events: [...events] }),
      ...(status === undefined
        ? {}
        : {
            status: status.to,
            disabled_reason: status.to === 'disabled' ? status.reason : null,
            failing_since: null,
          }),
      changed_at: new Date(change.now),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toEndpoint(row)
}

/** With its secrets, deliveries and their log. */
export async function deleteEndpoint(tx: Transaction, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('webhook_endpoints')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** Since when nothing gets through; `null` once something did. */
export async function setFailing(db: Database, id: string, since: number | null): Promise<void> {
  const query = db
    .updateTable('webhook_endpoints')
    .set({ failing_since: since === null ? null : new Date(since) })
    .where('id', '=', id)
  // Nothing is written when it stands already, which is nearly always.
  await query.where('failing_since', since === null ? 'is not' : 'is', null).execute()
}

/** The newest generation is the one that was shown last. */
export async function listSecrets(
  db: Database,
  endpointId: string,
  now: number,
): Promise<SealedWebhookSecret[]> {
  const rows = await db
    .selectFrom('webhook_secrets')
    .selectAll()
    .where('endpoint_id', '=', endpointId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', new Date(now))]))
    .orderBy('generation', 'desc')
    .execute()
  return rows.map(toSecret)
}

/** The generation that a new secret gets; holds the endpoint until the transaction ends. */
export async function nextGeneration(tx: Transaction, endpointId: string): Promise<number> {
  await tx
    .selectFrom('webhook_endpoints')
    .select('id')
    .where('id', '=', endpointId)
    .forUpdate()
    .executeTakeFirst()
  const row = await tx
    .selectFrom('webhook_secrets')
    .select((select) => select.fn.max('generation').as('generation'))
    .where('endpoint_id', '=', endpointId)
    .executeTakeFirst()
  return (row?.generation ?? 0) + 1
}

/** Puts a secret in; those before it end at `othersEndAt` at the latest, and those that have ended go. */
export async function insertSecret(
  tx: Transaction,
  secret: SealedWebhookSecret,
  { keyVersion, now, othersEndAt }: { keyVersion: number; now: number; othersEndAt: number },
): Promise<void> {
  const { endpointId } = secret
  const end = new Date(othersEndAt)
  await tx
    .updateTable('webhook_secrets')
    .set({ expires_at: end })
    .where('endpoint_id', '=', endpointId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', end)]))
    .execute()
  await tx
    .deleteFrom('webhook_secrets')
    .where('endpoint_id', '=', endpointId)
    .where('expires_at', '<=', new Date(now))
    .execute()
  await tx
    .insertInto('webhook_secrets')
    .values({
      endpoint_id: endpointId,
      workspace_id: secret.workspaceId,
      generation: secret.generation,
      sealed: secret.sealed,
      key_version: keyVersion,
      created_at: new Date(now),
    })
    .execute()
}

function toSecret(row: Row<'webhook_secrets'>): SealedWebhookSecret {
  return {
    endpointId: row.endpoint_id,
    workspaceId: row.workspace_id,
    generation: row.generation,
    sealed: row.sealed,
  }
}

export function toEndpoint(row: Row<'webhook_endpoints'>): WebhookEndpoint {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    url: row.url,
    description: row.description,
    events: row.events,
    environment: row.environment,
    status: row.status,
    disabledReason: row.disabled_reason,
    failingSince: row.failing_since?.getTime() ?? null,
    createdAt: row.created_at.getTime(),
    changedAt: row.changed_at.getTime(),
    format: row.format,
    unifiedId: row.unified_id,
    name: row.name,
  }
}
