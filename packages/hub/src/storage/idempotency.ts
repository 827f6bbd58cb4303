import type { Database } from './database.ts'

/** The first request of a key, as far as it has come. */
export interface IdempotencyRecord {
  operation: string
  bodyHash: Uint8Array
  createdAt: number
  /** Until when the first request is taken to be running, while there is no answer. */
  lockedUntil: number | null
  status: number | null
  answerSealed: Uint8Array | null
}

export interface IdempotencyClaim {
  workspaceId: string
  key: string
  operation: string
  bodyHash: Uint8Array
  now: number
  lockedUntil: number
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
  const { workspaceId, key, operation, bodyHash, now, lockedUntil, expiredBefore } = claim
  const values = {
    operation,
    body_hash: bodyHash,
    created_at: new Date(now),
    locked_until: new Date(lockedUntil),
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
                is('idempotency_keys.locked_until', '<=', new Date(now)),
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
      lockedUntil: row.locked_until?.getTime() ?? null,
      status: row.status,
      answerSealed: row.answer_sealed,
    }
  }
}

/** Keeps the answer of the request that claimed the key. */
export async function storeIdempotentAnswer(
  db: Database,
  workspaceId: string,
  key: string,
  answer: { status: number; sealed: Uint8Array },
): Promise<void> {
  await db
    .updateTable('idempotency_keys')
    .set({ status: answer.status, answer_sealed: answer.sealed, locked_until: null })
    .where('workspace_id', '=', workspaceId)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute()
}

/** Gives a key back whose request did nothing, so that it can be sent again. */
export async function releaseIdempotencyKey(db: Database, workspaceId: string, key: string): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('workspace_id', '=', workspaceId)
    .where('key', '=', key)
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
