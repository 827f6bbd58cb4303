import { sql } from 'kysely'
import type { AppEnvironment } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'
import type { WebhookEvent } from './webhook-events.ts'
import type { Slice } from './workspaces.ts'

export type DeliveryState = Row<'webhook_deliveries'>['state']
export type DeliveryAttempt = Row<'webhook_deliveries'>['log'][number]

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string
  workspaceId: string
  endpointId: string
  lane: string
  event: WebhookEvent
  state: DeliveryState
  /** `given_up`, `endpoint_disabled` */
  deadReason: string | null
  attempts: number
  nextAt: number | null
  begunAt: number
  log: DeliveryAttempt[]
  createdAt: number
  deliveredAt: number | null
}

/** The tries that are kept. */
const LOG_LENGTH = 40

export async function insertDelivery(
  tx: Transaction,
  delivery: { id: string; endpointId: string; lane: string; event: WebhookEvent; dead: boolean; now: number },
): Promise<void> {
  const now = new Date(delivery.now)
  await tx
    .insertInto('webhook_deliveries')
    .values({
      id: delivery.id,
      workspace_id: delivery.event.workspaceId,
      endpoint_id: delivery.endpointId,
      event_id: delivery.event.id,
      lane: delivery.lane,
      state: delivery.dead ? 'dead' : 'pending',
      dead_reason: delivery.dead ? 'endpoint_disabled' : null,
      next_at: delivery.dead ? null : now,
      begun_at: now,
      created_at: now,
    })
    .execute()
}

/**
 * Takes the head of a lane, when it is due and nobody has it. Whoever comes second finds the lease, and nothing behind
 * the head is ever taken.
 */
export async function claimHead(
  db: Database,
  lane: { endpointId: string; lane: string },
  lease: { owner: string; now: number; until: number },
): Promise<Delivery | undefined> {
  const now = new Date(lease.now)
  const claimed = await db
    .updateTable('webhook_deliveries')
    .set({ lease_until: new Date(lease.until), lease_owner: lease.owner })
    .where('id', '=', (select) =>
      select
        .selectFrom('webhook_deliveries')
        .select('id')
        .where('endpoint_id', '=', lane.endpointId)
        .where('lane', '=', lane.lane)
        .where('state', '=', 'pending')
        .orderBy('seq')
        .limit(1),
    )
    .where('state', '=', 'pending')
    .where('next_at', '<=', now)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
    .returning('id')
    .executeTakeFirst()
  return claimed === undefined ? undefined : findDelivery(db, claimed.id)
}

/** When the head of a lane can be taken; `undefined` when the lane is empty. */
export async function whenHeadIsFree(
  db: Database,
  lane: { endpointId: string; lane: string },
): Promise<{ nextAt: number; leaseUntil: number | undefined } | undefined> {
  const row = await db
    .selectFrom('webhook_deliveries')
    .select(['next_at', 'lease_until'])
    .where('endpoint_id', '=', lane.endpointId)
    .where('lane', '=', lane.lane)
    .where('state', '=', 'pending')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { nextAt: row.next_at?.getTime() ?? 0, leaseUntil: row.lease_until?.getTime() }
}

/** Writes a try down, and what follows. Answers false when it is not ours any more. */
export async function settleDelivery(
  db: Database,
  id: string,
  owner: string,
  outcome: {
    attempt: DeliveryAttempt
    next: { state: 'delivered'; at: number } | { state: 'dead' } | { state: 'pending'; at: number }
  },
): Promise<boolean> {
  const { attempt, next } = outcome
  const { numUpdatedRows } = await db
    .updateTable('webhook_deliveries')
    .set({
      state: next.state,
      dead_reason: next.state === 'dead' ? 'given_up' : null,
      next_at: next.state === 'pending' ? new Date(next.at) : null,
      delivered_at: next.state === 'delivered' ? new Date(next.at) : null,
      attempts: sql<number>`attempts + 1`,
      lease_until: null,
      lease_owner: null,
      log: sql<string>`(case when jsonb_array_length(log) >= ${LOG_LENGTH} then log - 0 else log end)
        || ${JSON.stringify([attempt])}::jsonb`,
    })
    .where('id', '=', id)
    .where('lease_owner', '=', owner)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** What waits for an endpoint that is disabled waits as dead letters. */
export async function killPending(tx: Transaction, endpointId: string): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('webhook_deliveries')
    .set({
      state: 'dead',
      dead_reason: 'endpoint_disabled',
      next_at: null,
      lease_until: null,
      lease_owner: null,
    })
    .where('endpoint_id', '=', endpointId)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Which deliveries of an endpoint: one, or those of a stretch of time. */
export type ReviveWhich = { workspaceId: string; endpointId: string } & (
  | { id: string }
  | { from?: number | undefined; to?: number | undefined; states: readonly DeliveryState[]; limit: number }
)

/** Puts deliveries on the way again, the oldest first. Answers how many, up to when, and the lanes that have work now. */
export async function reviveDeliveries(
  tx: Transaction,
  which: ReviveWhich,
  now: number,
): Promise<{ count: number; lanes: string[]; lastAt: number | undefined }> {
  const at = new Date(now)
  let chosen = tx
    .selectFrom('webhook_deliveries')
    .select('id')
    .where('workspace_id', '=', which.workspaceId)
    .where('endpoint_id', '=', which.endpointId)
  if ('id' in which) chosen = chosen.where('id', '=', which.id).where('state', '<>', 'pending')
  else {
    chosen = chosen.where('state', 'in', which.states).orderBy('created_at').orderBy('seq').limit(which.limit)
    if (which.from !== undefined) chosen = chosen.where('created_at', '>=', new Date(which.from))
    if (which.to !== undefined) chosen = chosen.where('created_at', '<', new Date(which.to))
  }
  const rows = await tx
    .updateTable('webhook_deliveries')
    .set({ state: 'pending', dead_reason: null, next_at: at, begun_at: at, attempts: 0, delivered_at: null })
    .where('id', 'in', chosen)
    .returning(['lane', 'created_at'])
    .execute()
  const lastAt = rows.reduce<number | undefined>((last, row) => {
    const made = row.created_at.getTime()
    return last === undefined || made > last ? made : last
  }, undefined)
  return { count: rows.length, lanes: [...new Set(rows.map(({ lane }) => lane))], lastAt }
}

/** Lets everything that waits for its next try be tried now, such as after a change of the address. */
export async function hastenDeliveries(tx: Transaction, endpointId: string, now: number): Promise<string[]> {
  const at = new Date(now)
  const rows = await tx
    .updateTable('webhook_deliveries')
    .set({ next_at: at })
    .where('endpoint_id', '=', endpointId)
    .where('state', '=', 'pending')
    .where('next_at', '>', at)
    .returning('lane')
    .execute()
  return [...new Set(rows.map(({ lane }) => lane))]
}

/** Lanes whose head should have gone out before `before`: their job was lost or is late. */
export async function overdueLanes(
  db: Database,
  { before, now, limit }: { before: number; now: number; limit: number },
): Promise<{ endpointId: string; lane: string }[]> {
  const rows = await db
    .selectFrom('webhook_deliveries as head')
    .select(['head.endpoint_id', 'head.lane'])
    .where('head.state', '=', 'pending')
    .where('head.next_at', '<=', new Date(before))
    .where((where) =>
      where.or([where('head.lease_until', 'is', null), where('head.lease_until', '<=', new Date(now))]),
    )
    .where(
      sql<boolean>`not exists (select from webhook_deliveries earlier where earlier.endpoint_id = head.endpoint_id
        and earlier.lane = head.lane and earlier.state = 'pending' and earlier.seq < head.seq)`,
    )
    .orderBy('head.next_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ endpointId: row.endpoint_id, lane: row.lane }))
}

/** How many are on their way, of all workspaces. */
export async function countWaiting(db: Database): Promise<number> {
  const { count } = await db
    .selectFrom('webhook_deliveries')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export interface DeliveryFilter extends Slice {
  endpointId?: string | undefined
  state?: DeliveryState | undefined
  type?: string | undefined
  environment?: AppEnvironment | undefined
  /** Those of the hub's own webhooks unless told. */
  format?: 'tockwork' | 'unified' | undefined
}

/** Newest first. */
export async function listDeliveries(
  db: Database,
  workspaceId: string,
  filter: DeliveryFilter,
): Promise<Delivery[]> {
  let query = joined(db)
    .where('webhook_deliveries.workspace_id', '=', workspaceId)
    .orderBy('webhook_deliveries.id', 'desc')
    .limit(filter.limit)
  query = query.where(({ exists, selectFrom }) =>
    exists(
      selectFrom('webhook_endpoints')
        .select('webhook_endpoints.id')
        .whereRef('webhook_endpoints.id', '=', 'webhook_deliveries.endpoint_id')
        .where('webhook_endpoints.format', '=', filter.format ?? 'tockwork'),
    ),
  )
  if (filter.before !== undefined) query = query.where('webhook_deliveries.id', '<', filter.before)
  if (filter.endpointId !== undefined)
    query = query.where('webhook_deliveries.endpoint_id', '=', filter.endpointId)
  if (filter.state !== undefined) query = query.where('webhook_deliveries.state', '=', filter.state)
  if (filter.type !== undefined) query = query.where('webhook_events.type', '=', filter.type)
  const { environment } = filter
  if (environment !== undefined)
    query = query.where('webhook_deliveries.endpoint_id', 'in', (select) =>
      select
        .selectFrom('webhook_endpoints')
        .select('webhook_endpoints.id')
        .where('webhook_endpoints.environment', '=', environment),
    )
  return (await query.execute()).map(toDelivery)
}

export async function findDelivery(
  db: Database,
  id: string,
  workspaceId?: string,
): Promise<Delivery | undefined> {
  let query = joined(db).where('webhook_deliveries.id', '=', id)
  if (workspaceId !== undefined) query = query.where('webhook_deliveries.workspace_id', '=', workspaceId)
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toDelivery(row)
}

function joined(db: Database) {
  return db
    .selectFrom('webhook_deliveries')
    .innerJoin('webhook_events', 'webhook_events.id', 'webhook_deliveries.event_id')
    .selectAll('webhook_deliveries')
    .select([
      'webhook_events.type',
      'webhook_events.data',
      'webhook_events.account_id',
      'webhook_events.created_at as event_at',
    ])
}

function toDelivery(
  row: Row<'webhook_deliveries'> & {
    type: string
    data: Record<string, unknown>
    account_id: string | null
    event_at: Date
  },
): Delivery {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    endpointId: row.endpoint_id,
    lane: row.lane,
    event: {
      id: row.event_id,
      workspaceId: row.workspace_id,
      type: row.type,
      accountId: row.account_id,
      data: row.data,
      createdAt: row.event_at.getTime(),
    },
    state: row.state,
    deadReason: row.dead_reason,
    attempts: row.attempts,
    nextAt: row.next_at?.getTime() ?? null,
    begunAt: row.begun_at.getTime(),
    log: row.log,
    createdAt: row.created_at.getTime(),
    deliveredAt: row.delivered_at?.getTime() ?? null,
  }
}
