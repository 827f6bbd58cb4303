/** Which contents are in the blob store, and whether anybody has them. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

/** A file that is about to be written down with a content. */
export interface BlobClaim {
  assetId: string
  hash: Uint8Array
  sizeBytes: number
  until: number
}

/**
 * Says that this content is about to be stored and used: until then nobody removes it. Waits for whoever is removing it at
 * this moment.
 */
export async function claimBlob(db: Database, { assetId, hash, sizeBytes, until }: BlobClaim): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const check_at = new Date(until)
    await tx
      .insertInto('blobs')
      .values({ hash, size_bytes: sizeBytes, check_at })
      .onConflict((conflict) => conflict.column('hash').doUpdateSet({ check_at }))
      .execute()
    await tx.insertInto('blob_claims').values({ asset_id: assetId, hash, until: check_at }).execute()
  })
}

/** The file is written down, in this transaction: somebody has the content. */
export async function settleBlob(
  tx: Transaction,
  { assetId, hash }: Pick<BlobClaim, 'assetId' | 'hash'>,
): Promise<void> {
  await tx.deleteFrom('blob_claims').where('asset_id', '=', assetId).execute()
  await tx.updateTable('blobs').set({ check_at: null }).where('hash', '=', hash).execute()
}

/**
 * Takes one content that may be unused, by index or by its hash, holding its row until `tx` ends. What is used after all
 * is not looked at again, or not before its last claim ends. Undefined when there is nothing to take.
 */
export async function takeUnusedBlob(
  tx: Transaction,
  { now, hash }: { now: number; hash?: Uint8Array | undefined },
): Promise<{ hash: Uint8Array; used: boolean; named: boolean } | undefined> {
  let query = tx.selectFrom('blobs').select('hash').where('check_at', '<=', new Date(now))
  if (hash !== undefined) query = query.where('hash', '=', hash)
  const found = await query.orderBy('check_at').limit(1).forUpdate().skipLocked().executeTakeFirst()
  if (found === undefined) return undefined
  // Asked only when the row is held: a file that is written down meanwhile waits for it.
  const { rows } = await sql<{ used: boolean; named: boolean; claimed: Date | null }>`
    select exists (select from assets where hash = ${found.hash} and released_at is null) as used,
      exists (select from assets where hash = ${found.hash}) as named,
      (select max(until) from blob_claims where hash = ${found.hash} and until > ${new Date(now)}) as claimed`.execute(
    tx,
  )
  const { used = true, named = true, claimed = null } = rows[0] ?? {}
  if (used || claimed !== null)
    await tx.updateTable('blobs').set({ check_at: claimed }).where('hash', '=', found.hash).execute()
  return { hash: found.hash, used: used || claimed !== null, named }
}

/** @param named whether a copy whose bytes were let go still says what they were: the row stays for it. */
export async function deleteBlob(
  tx: Transaction,
  { hash, named }: { hash: Uint8Array; named: boolean },
): Promise<void> {
  await tx.deleteFrom('blob_claims').where('hash', '=', hash).execute()
  if (named) await tx.updateTable('blobs').set({ check_at: null }).where('hash', '=', hash).execute()
  else await tx.deleteFrom('blobs').where('hash', '=', hash).execute()
}
