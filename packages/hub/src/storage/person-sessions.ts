import type { Database } from './database.ts'
import { type Person, toPerson } from './people.ts'

export interface PersonSession {
  id: string
  person: Person
  createdAt: number
  seenAt: number
  /** Whatever happens. */
  expiresAt: number
}

export async function insertPersonSession(
  db: Database,
  session: {
    id: string
    person: Pick<Person, 'id' | 'workspaceId'>
    createdAt: number
    expiresAt: number
    userAgent: string | null
  },
  tokenHash: Uint8Array,
): Promise<void> {
  await db
    .insertInto('person_sessions')
    .values({
      id: session.id,
      token_hash: tokenHash,
      person_id: session.person.id,
      workspace_id: session.person.workspaceId,
      created_at: new Date(session.createdAt),
      seen_at: new Date(session.createdAt),
      expires_at: new Date(session.expiresAt),
      user_agent: session.userAgent,
    })
    .execute()
}

/** By its cookie, before a workspace is known: it is what makes it known. */
export async function findPersonSession(
  db: Database,
  tokenHash: Uint8Array,
): Promise<PersonSession | undefined> {
  const row = await db
    .selectFrom('person_sessions as s')
    .innerJoin('people as p', 'p.id', 's.person_id')
    .selectAll('p')
    .select([
      's.id as session_id',
      's.created_at as began_at',
      's.seen_at as seen_at',
      's.expires_at as expires_at',
    ])
    .where('s.token_hash', '=', tokenHash)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    id: row.session_id,
    person: toPerson(row),
    createdAt: row.began_at.getTime(),
    seenAt: row.seen_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }
}

export async function touchPersonSession(
  db: Database,
  workspaceId: string,
  id: string,
  now: number,
): Promise<void> {
  await db
    .updateTable('person_sessions')
    .set({ seen_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function deletePersonSession(db: Database, workspaceId: string, id: string): Promise<void> {
  await db
    .deleteFrom('person_sessions')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

/** All of a person's, or all but one. */
export async function deleteSessionsOf(
  db: Database,
  person: Pick<Person, 'id' | 'workspaceId'>,
  except?: string,
): Promise<void> {
  let query = db
    .deleteFrom('person_sessions')
    .where('workspace_id', '=', person.workspaceId)
    .where('person_id', '=', person.id)
  if (except !== undefined) query = query.where('id', '!=', except)
  await query.execute()
}

/** Sessions that are over by either of their ends. */
export async function deleteEndedSessions(db: Database, now: number, seenBefore: number): Promise<void> {
  await db
    .deleteFrom('person_sessions')
    .where((row) =>
      row.or([row('expires_at', '<=', new Date(now)), row('seen_at', '<=', new Date(seenBefore))]),
    )
    .execute()
}
