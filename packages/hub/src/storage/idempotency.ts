import { sql } from 'kysely'
import type { Database } from './database.ts'

/** The first request of a key, as far as it has come. */
export interface IdempotencyRecord {
  operation: string
  bodyHash: Uint8Array
  createdAt: number
  status: number | null
  answerSealed: Uint8Array | null
}

export interface IdempotencyClaim {
  workspaceId: string
  key: string
  operation: string
  bodyHash: Uint8Array
  now: number
  /** Tells this claim from a later one of the same key. */
  claimId: string
  /** How long it holds, by the database's clock, unless it is renewed. */
  leaseMs: number
  /** Records from before this time have expired. */
  expiredBefore: number
}

/**
 * Claims a key for a request. Answers `claimed` to one caller at a time: the first one, one that takes over from a
 * request that never ended (crashed) with the same content, or one that comes after the record has expired.
 */
export async function claimIdempotencyKey(
  db: Database,
  claim: IdempotencyClaim,
): Promise<'claimed' | IdempotencyRecord> {
  const { workspaceId, key, operation, bodyHash, now, claimId, leaseMs, expiredBefore } = claim
  const values = {
    operation,
    body_hash: bodyHash,
    created_at: new Date(now),
    claim_id: claimId,
    locked_until: leaseEnd(leaseMs),
    status: null,
    answer_sealed: null,
  }
  for (;;) {
    const claimed = await db
      .insertInto('idempotency_keys')
      .values({ workspace_id: workspaceId, key, ...values })
      .onConflict((conflict) =>
        conflict
          .columns(['workspace_id', 'key'])
          .doUpdateSet(values)
          .where((is) =>
            is.or([
              is('idempotency_keys.created_at', '<', new Date(expiredBefore)),
              is.and([
                is('idempotency_keys.status', 'is', null),
                is('idempotency_keys.locked_until', '<=', sql<Date>`clock_timestamp()`),
                is('idempotency_keys.operation', '=', operation),
                is('idempotency_keys.body_hash', '=', bodyHash),
              ]),
            ]),
          ),
      )
      .returning('key')
      .executeTakeFirst()
    if (claimed !== undefined) return 'claimed'
    const row = await db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('key', '=', key)
      .executeTakeFirst()
    // Released or expired between the two statements: it can be claimed again.
    if (row === undefined) continue
    return {
      operation: row.operation,
      bodyHash: row.body_hash,
      createdAt: row.created_at.getTime(),
      status: row.status,
      answerSealed: row.answer_sealed,
    }
  }
}

/** A claim as it was given to one request. */
export interface HeldKey {
  workspaceId: string
  key: string
  claimId: string
}

/** Makes a claim hold for another `leaseMs` from now. False when it is no longer this request's, or has its answer. */
export async function renewIdempotencyClaim(db: Database, held: HeldKey, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('idempotency_keys')
    .set({ locked_until: leaseEnd(leaseMs) })
    .where('workspace_id', '=', held.workspaceId)
    .where('key', '=', held.key)
    .where('claim_id', '=', held.claimId)
    .where('status', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/**
 * Keeps the answer of the request that claimed the key. False when the claim has passed to another request: what was done
 * in this transaction must then not be committed.
 */
export async function storeIdempotentAnswer(
  db: Database,
  held: HeldKey,
  answer: { status: number; sealed: Uint8Array },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('idempotency_keys')
    .set({ status: answer.status, answer_sealed: answer.sealed, locked_until: null, claim_id: null })
    .where('workspace_id', '=', held.workspaceId)
    .where('key', '=', held.key)
    .where('claim_id', '=', held.claimId)
    .where('status', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Gives a key back whose request did nothing, so that it can be sent again. A later claim of it stays. */
export async function releaseIdempotencyKey(db: Database, held: HeldKey): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('workspace_id', '=', held.workspaceId)
    .where('key', '=', held.key)
    .where('claim_id', '=', held.claimId)
    .where('status', 'is', null)
    .execute()
}

/** Removes records from before a time, across all workspaces. Returns how many. */
export async function deleteExpiredIdempotencyKeys(db: Database, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', new Date(before))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** By the clock that all processes share: theirs may differ by more than a lease. */
function leaseEnd(leaseMs: number) {
  return sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`
}
