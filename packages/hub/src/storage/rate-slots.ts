import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

/** A call that wants a slot of a window. */
export interface SlotRequest {
  key: string
  appId: string
  accountId: string | undefined
  endpoint: string
  /** At most so many calls in any `windowMs`. */
  requests: number
  windowMs: number
  /** The place in the queue, kept from one asking to the next; unique for the piece of work. */
  ticket: string
  /** The higher goes first. */
  lane: number
  /** Among whom a shared window is divided fairly. */
  holder: string
  /** How long a ticket keeps its place after its time. */
  graceMs: number
  /** Milliseconds since the epoch; left out: the database's own clock, read under the lock of the window. */
  now?: number | undefined
}

/** Taken at `at`, or to be asked for again at `at` (milliseconds since the epoch by the clock that decided). */
export interface SlotAnswer {
  granted: boolean
  at: number
}

/** Takes a slot, or a place in the queue, in one statement. */
export async function takeSlot(db: Database | Transaction, request: SlotRequest): Promise<SlotAnswer> {
  const { key, appId, accountId, endpoint, requests, windowMs, ticket, lane, holder, graceMs, now } = request
  const { rows } = await sql<{ granted: boolean; at: Date }>`
    select granted, at from take_rate_slot(
      ${key}, ${appId}, ${accountId ?? null}, ${endpoint}, ${requests}::integer, ${interval(windowMs)},
      ${moment(now)}, ${ticket}, ${lane}::smallint, ${holder}, ${interval(graceMs)})`.execute(db)
  const row = rows[0]
  if (row === undefined) throw new Error('take_rate_slot gave no row')
  return { granted: row.granted, at: row.at.getTime() }
}

/**
 * A slot counts from when the platform may have counted the call, which is at the latest its answer: moves the entry
 * `from` of the log to `to`. Does nothing when the entry has left the window.
 */
export async function moveSlot(
  db: Database | Transaction,
  key: string,
  from: number,
  to: number,
): Promise<void> {
  await sql`
    update rate_slots set granted[array_position(granted, ${moment(from)})] = ${moment(to)}
    where key = ${key} and array_position(granted, ${moment(from)}) is not null`.execute(db)
}

/** Gives a slot back whose call certainly never left. */
export async function giveSlotBack(db: Database | Transaction, key: string, at: number): Promise<void> {
  const place = sql`array_position(granted, ${moment(at)})`
  await sql`
    update rate_slots set granted = granted[:${place} - 1] || granted[${place} + 1:],
      holders = holders[:${place} - 1] || holders[${place} + 1:]
    where key = ${key} and ${place} is not null`.execute(db)
}

/** Nobody calls before `until`: the platform said so. Never shortens a block. */
export async function blockSlots(
  db: Database | Transaction,
  about: Pick<SlotRequest, 'key' | 'appId' | 'accountId' | 'endpoint' | 'requests' | 'windowMs'>,
  until: number,
  now: number,
): Promise<void> {
  const { key, appId, accountId, endpoint, requests, windowMs } = about
  await sql`
    insert into rate_slots as s (key, app_id, account_id, endpoint, requests, window_ms, granted, blocked_until, changed_at)
    values (${key}, ${appId}, ${accountId ?? null}, ${endpoint}, ${requests}, ${windowMs}, '{}', ${moment(until)},
      ${moment(now)})
    on conflict (key) do update set blocked_until = greatest(s.blocked_until, excluded.blocked_until),
      changed_at = excluded.changed_at`.execute(db)
}

/** Leaves the queue, for work that is no longer wanted. */
export async function dropTickets(db: Database | Transaction, tickets: readonly string[]): Promise<void> {
  if (tickets.length > 0)
    await db
      .deleteFrom('rate_tickets')
      .where('ticket', 'in', [...tickets])
      .execute()
}

/** One window as it stands. */
export interface WindowRow {
  key: string
  appId: string
  accountId: string | undefined
  endpoint: string
  requests: number
  windowMs: number
  granted: number[]
  blockedUntil: number | undefined
  waiting: number
}

/** The windows of a workspace's apps, by key; `after` is the last key of the page before. */
export async function listWindows(
  db: Database,
  filter: { workspaceId: string; accountId?: string | undefined; after?: string | undefined; limit: number },
): Promise<WindowRow[]> {
  let query = db
    .selectFrom('rate_slots')
    .innerJoin('apps', 'apps.id', 'rate_slots.app_id')
    .where('apps.workspace_id', '=', filter.workspaceId)
    .selectAll('rate_slots')
    .select(
      sql<number>`(select count(*)::integer from rate_tickets r where r.key = rate_slots.key)`.as('waiting'),
    )
    .orderBy('rate_slots.key')
    .limit(filter.limit)
  if (filter.accountId !== undefined) query = query.where('rate_slots.account_id', '=', filter.accountId)
  if (filter.after !== undefined) query = query.where('rate_slots.key', '>', filter.after)
  return (await query.execute()).map((row) => ({
    key: row.key,
    appId: row.app_id,
    accountId: row.account_id ?? undefined,
    endpoint: row.endpoint,
    requests: row.requests,
    windowMs: row.window_ms,
    granted: row.granted.map((at) => at.getTime()),
    blockedUntil: row.blocked_until?.getTime(),
    waiting: row.waiting,
  }))
}

/** The database's clock in milliseconds since the epoch. */
export async function databaseNow(db: Database | Transaction): Promise<number> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
  return rows[0]?.now.getTime() ?? Number.NaN
}

function interval(ms: number) {
  return sql`make_interval(secs => ${ms / 1000}::double precision)`
}

function moment(ms: number | undefined) {
  return sql`${ms === undefined ? null : new Date(ms)}::timestamptz`
}
