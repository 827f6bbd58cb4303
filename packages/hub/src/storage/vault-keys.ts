/** Proofs of the master keys that this database was sealed with. */
import type { Database } from './database.ts'

export async function findKeyProof(db: Database, version: number): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('vault_keys')
    .select('proof_sealed')
    .where('version', '=', version)
    .executeTakeFirst()
  return row?.proof_sealed
}

/** The first proof of a version stays, whoever comes with another one at the same moment. */
export async function insertKeyProof(
  db: Database,
  proof: { version: number; sealed: Uint8Array; now: number },
): Promise<void> {
  await db
    .insertInto('vault_keys')
    .values({ version: proof.version, proof_sealed: proof.sealed, first_used_at: new Date(proof.now) })
    .onConflict((conflict) => conflict.column('version').doNothing())
    .execute()
}
