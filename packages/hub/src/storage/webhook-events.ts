import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

/** Something that happened, as it is told: `data` holds ids and states, and nothing personal. */
export interface WebhookEvent {
  id: string
  workspaceId: string
  type: string
  /** Events of one account are told in their order. */
  accountId: string | null
  data: Record<string, unknown>
  createdAt: number
}

/**
 * Who wants to hear of it. `dead`: the hub gave up on it, and keeps for it what it misses.
 * @param event.about the endpoint that the event is about, which does not hear of itself
 */
export async function listeningEndpoints(
  db: Database,
  event: Pick<WebhookEvent, 'workspaceId' | 'type' | 'accountId'> & { about?: string | undefined },
): Promise<{ id: string; dead: boolean }[]> {
  const rows = await db
    .selectFrom('webhook_endpoints')
    .select(['id', 'status'])
    .where('workspace_id', '=', event.workspaceId)
    .where('format', '=', 'tockwork')
    .where((where) => where.or([where('status', '=', 'enabled'), where('disabled_reason', '=', 'failing')]))
    .where(sql<boolean>`(events = '{}' or ${event.type} = any(events))`)
    .where(
      sql<boolean>`(environment is null or environment = (
        select apps.environment from accounts join apps on apps.id = accounts.app_id
        where accounts.id = ${event.accountId}))`,
    )
    .where('id', '<>', event.about ?? '')
    .orderBy('id')
    .execute()
  return rows.map(({ id, status }) => ({ id, dead: status === 'disabled' }))
}

/**
 * Holds the order of an account's events until the transaction ends: numbers are given out before the commit, and two
 * transactions beside each other could commit the other way round.
 */
export async function lockOrder(tx: Transaction, lane: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks ${lane}`}, 0))`.execute(tx)
}

export async function insertWebhookEvent(tx: Transaction, event: WebhookEvent): Promise<void> {
  await tx
    .insertInto('webhook_events')
    .values({
      id: event.id,
      workspace_id: event.workspaceId,
      type: event.type,
      account_id: event.accountId,
      data: JSON.stringify(event.data),
      created_at: new Date(event.createdAt),
    })
    .execute()
}

/**
 * Forgets what was told of an account, with the log of its deliveries. What is still to be told is told without what names
 * the person: your own id of them, and TikTok's ids of their posts.
 */
export async function forgetAccountEvents(tx: Transaction, accountId: string): Promise<void> {
  await tx.deleteFrom('webhook_events').where('account_id', '=', accountId).where(noPending).execute()
  await tx
    .updateTable('webhook_events')
    .set({
      data: sql<string>`data
        || case when data ? 'external_user_id' then '{"external_user_id": null}'::jsonb else '{}' end
        || case when data ? 'post_ids' then '{"post_ids": []}'::jsonb else '{}' end`,
    })
    .where('account_id', '=', accountId)
    .execute()
}

/** What was still to be told of accounts when they were erased goes once it was told; only the erasure itself stays. */
export async function deleteEventsOfErased(db: Database): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('webhook_events')
    .where('type', '<>', 'account.erased')
    .where('account_id', 'in', ({ selectFrom }) =>
      selectFrom('accounts').select('accounts.id').where('accounts.status', '=', 'erased'),
    )
    .where(noPending)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Old events go with the log of their deliveries, once nothing of them is on its way. */
export async function deleteOldWebhookEvents(db: Database, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('webhook_events')
    .where('created_at', '<', new Date(before))
    .where(noPending)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

const noPending = sql<boolean>`not exists (
  select from webhook_deliveries d where d.event_id = webhook_events.id and d.state = 'pending')`
