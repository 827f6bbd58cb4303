import { type App, toApp } from './apps.ts'
import type { Database, Transaction } from './database.ts'
import type { Row } from './tables.ts'

/** An event of TikTok's, verified and not yet processed. */
export interface InboundEvent {
  id: string
  /** Apps whose own secret fits its signature; it acts on no other. */
  appIds: string[]
  body: Uint8Array
  receivedAt: number
}

/** An app by its id alone: an address that TikTok calls names no workspace. */
export async function findReceivingApp(db: Database, appId: string): Promise<App | undefined> {
  const row = await db.selectFrom('apps').selectAll().where('id', '=', appId).executeTakeFirst()
  return row === undefined ? undefined : toApp(row)
}

/** Answers whether it is new: the same bytes for the same app are one event. */
export async function insertInboundEvent(
  tx: Transaction,
  event: InboundEvent & { appId: string; hash: Uint8Array },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('inbound_events')
    .values({
      id: event.id,
      app_id: event.appId,
      app_ids: event.appIds,
      hash: event.hash,
      body: event.body,
      received_at: new Date(event.receivedAt),
    })
    .onConflict((conflict) => conflict.columns(['app_id', 'hash']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** One that waits to be processed; `undefined` when it was, or is gone. */
export async function findInboundEvent(db: Database, id: string): Promise<InboundEvent | undefined> {
  const row = await db
    .selectFrom('inbound_events')
    .selectAll()
    .where('id', '=', id)
    .where('processed_at', 'is', null)
    .executeTakeFirst()
  return row === undefined ? undefined : toInbound(row)
}

/** Writes down what became of it and forgets its content, in which creators are named. */
export async function finishInboundEvent(
  db: Database,
  id: string,
  { event, outcome, now }: { event: string | undefined; outcome: string; now: number },
): Promise<void> {
  await db
    .updateTable('inbound_events')
    .set({ event: event ?? null, outcome, processed_at: new Date(now), body: null })
    .where('id', '=', id)
    .execute()
}

/** TikTok repeats for three days; after that a hash is of no use. */
export async function deleteOldInboundEvents(db: Database, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('inbound_events')
    .where('received_at', '<', new Date(before))
    .where('processed_at', 'is not', null)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

function toInbound(row: Row<'inbound_events'>): InboundEvent {
  return {
    id: row.id,
    appIds: row.app_ids,
    body: row.body ?? new Uint8Array(),
    receivedAt: row.received_at.getTime(),
  }
}
