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

/**
 * Takes a slot, or a place in the queue, for each request, in one statement; answers in the order of the requests. The
 * windows are taken in the order of their keys, so that two processes never wait for each other in a circle.
 */
export async function takeSlots(
  db: Database | Transaction,
  requests: readonly SlotRequest[],
): Promise<SlotAnswer[]> {
  const given = requests.map(({ windowMs, graceMs, now, accountId, ...rest }, place) => ({
    ...rest,
    place,
    account: accountId ?? null,
    window_s: windowMs / 1000,
    grace_s: graceMs / 1000,
    at: now === undefined ? null : new Date(now),
  }))
  given.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : one.place - other.place))
  const { rows } = await sql<{ place: number; granted: boolean; at: Date }>`
    select wish.place, slot.granted, slot.at
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as wish(place integer, key text, "appId" text, account text,
      endpoint text, requests integer, window_s double precision, at timestamptz, ticket text, lane smallint, holder text,
      grace_s double precision)
    cross join lateral take_rate_slot(wish.key, wish."appId", wish.account, wish.endpoint, wish.requests,
      make_interval(secs => wish.window_s), wish.at, wish.ticket, wish.lane, wish.holder,
      make_interval(secs => wish.grace_s)) as slot`.execute(db)
  const answers: SlotAnswer[] = []
  for (const { place, granted, at } of rows) answers[place] = { granted, at: at.getTime() }
  if (rows.length !== requests.length) throw new Error('take_rate_slot gave too few rows')
  return answers
}

/** An entry of a window's log, and what takes its place, in milliseconds since the epoch. */
export interface SlotMove {
  key: string
  from: number
  to: number
}

/**
 * A slot counts from when the platform may have counted the call, which is at the latest its answer. Does nothing for an
 * entry that has left the window. One move for each window; windows are locked in the order of their keys, as elsewhere.
 */
export async function moveSlots(db: Database, moves: readonly SlotMove[]): Promise<void> {
  const given = moves.map(({ key, from, to }) => ({ key, was: new Date(from), becomes: new Date(to) }))
  await sql`
    update rate_slots set granted[array_position(granted, wish.was)] = wish.becomes
    from (select held.key, given.was, given.becomes
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given(key text, was timestamptz, becomes timestamptz)
      join rate_slots held on held.key = given.key order by held.key for update of held) wish
    where rate_slots.key = wish.key and array_position(granted, wish.was) is not null`.execute(db)
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

function moment(ms: number | undefined) {
  return sql`${ms === undefined ? null : new Date(ms)}::timestamptz`
}
