import type { Database } from './database.ts'
import type { Row } from './tables.ts'

export interface Passkey {
  /** The credential's id in base64url, as the browser says it. */
  id: string
  personId: string
  workspaceId: string
  name: string
  publicKey: Uint8Array
  counter: number
  transports: string[]
  createdAt: number
  lastUsedAt: number | null
}

/** @returns false when the credential is known already */
export async function insertPasskey(db: Database, passkey: Passkey): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('passkeys')
    .values({
      id: passkey.id,
      person_id: passkey.personId,
      workspace_id: passkey.workspaceId,
      name: passkey.name,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports,
      created_at: new Date(passkey.createdAt),
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** By what the browser says, before the person is known. */
export async function findPasskey(db: Database, id: string): Promise<Passkey | undefined> {
  const row = await db.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toPasskey(row)
}

export async function listPasskeys(db: Database, workspaceId: string, personId: string): Promise<Passkey[]> {
  const rows = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('person_id', '=', personId)
    .orderBy('created_at')
    .execute()
  return rows.map(toPasskey)
}

/** Moves the counter forward; false when another use has moved it as far already: a copy of the key is at work. */
export async function usePasskey(
  db: Database,
  passkey: Passkey,
  counter: number,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('passkeys')
    .set({ counter, last_used_at: new Date(now) })
    .where('workspace_id', '=', passkey.workspaceId)
    .where('id', '=', passkey.id)
    .where('counter', '=', passkey.counter)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function deletePasskey(
  db: Database,
  workspaceId: string,
  personId: string,
  id: string,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('passkeys')
    .where('workspace_id', '=', workspaceId)
    .where('person_id', '=', personId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

export async function insertChallenge(
  db: Database,
  challenge: { hash: Uint8Array; personId: string | null; expiresAt: number },
): Promise<void> {
  await db
    .insertInto('passkey_challenges')
    .values({
      hash: challenge.hash,
      person_id: challenge.personId,
      expires_at: new Date(challenge.expiresAt),
    })
    .execute()
}

/** Uses a challenge up. `undefined`: there is none, it has expired, or it was used. */
export async function takeChallenge(
  db: Database,
  hash: Uint8Array,
  now: number,
): Promise<{ personId: string | null } | undefined> {
  const row = await db
    .deleteFrom('passkey_challenges')
    .where('hash', '=', hash)
    .returning(['person_id', 'expires_at'])
    .executeTakeFirst()
  if (row === undefined || row.expires_at.getTime() <= now) return undefined
  return { personId: row.person_id }
}

export async function deleteExpiredChallenges(db: Database, now: number): Promise<void> {
  await db.deleteFrom('passkey_challenges').where('expires_at', '<=', new Date(now)).execute()
}

function toPasskey(row: Row<'passkeys'>): Passkey {
  return {
    id: row.id,
    personId: row.person_id,
    workspaceId: row.workspace_id,
    name: row.name,
    publicKey: row.public_key,
    counter: Number(row.counter),
    transports: row.transports,
    createdAt: row.created_at.getTime(),
    lastUsedAt: row.last_used_at?.getTime() ?? null,
  }
}
