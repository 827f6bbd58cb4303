import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Role } from './people-tables.ts'
import type { Row } from './tables.ts'
import type { Slice } from './workspaces.ts'

/** Somebody who signs in to a workspace. */
export interface Person {
  id: string
  workspaceId: string
  /** What is typed to sign in: an address or a name, in lower case. */
  login: string
  name: string
  role: Role
  /** Whether an owner also has `workspaces:write`, which reaches beyond the workspace. */
  runsInstallation: boolean
  createdAt: number
}

/** As signing in needs it; the hash goes nowhere else. */
export interface PersonWithPassword extends Person {
  passwordHash: string | null
}

export async function insertPerson(db: Database, person: PersonWithPassword): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('people')
    .values({
      id: person.id,
      workspace_id: person.workspaceId,
      login: person.login,
      name: person.name,
      role: person.role,
      runs_installation: person.runsInstallation,
      password_hash: person.passwordHash,
      created_at: new Date(person.createdAt),
      changed_at: new Date(person.createdAt),
    })
    .onConflict((conflict) => conflict.column('login').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** Signing in comes before the workspace is known: it is what makes it known. */
export async function findPersonByLogin(
  db: Database,
  login: string,
): Promise<PersonWithPassword | undefined> {
  const row = await db.selectFrom('people').selectAll().where('login', '=', login).executeTakeFirst()
  return row === undefined ? undefined : withPassword(row)
}

export async function findPerson(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<PersonWithPassword | undefined> {
  const row = await db
    .selectFrom('people')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : withPassword(row)
}

export async function listPeople(
  db: Database,
  workspaceId: string,
  { limit, before }: Slice,
): Promise<Person[]> {
  let query = db
    .selectFrom('people')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map(toPerson)
}

/** Locks the owners of a workspace until the commit, so that two of them do not leave it without one at the same time. */
export async function lockOwners(db: Database, workspaceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('people')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', 'owner')
    .forUpdate()
    .execute()
  return rows.map(({ id }) => id)
}

export async function updatePerson(
  db: Database,
  workspaceId: string,
  id: string,
  change: { role?: Role | undefined; name?: string | undefined; passwordHash?: string | undefined },
  now: number,
): Promise<Person | undefined> {
  const row = await db
    .updateTable('people')
    .set({
      ...(change.role === undefined ? {} : { role: change.role }),
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
      changed_at: new Date(now),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toPerson(row)
}

/** With passkeys, sessions and whatever invites the person. */
export async function deletePerson(db: Database, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('people')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** Of every workspace, owners first: for whoever has the database. */
export async function listLogins(db: Database, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('people')
    .select('login')
    .orderBy(sql`role <> 'owner'`)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ login }) => login)
}

/** Whether anybody at all can sign in to this installation. */
export async function hasPeople(db: Database): Promise<boolean> {
  return (await db.selectFrom('people').select('id').limit(1).executeTakeFirst()) !== undefined
}

export function toPerson(row: Row<'people'>): Person {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    login: row.login,
    name: row.name,
    role: row.role,
    runsInstallation: row.runs_installation,
    createdAt: row.created_at.getTime(),
  }
}

function withPassword(row: Row<'people'>): PersonWithPassword {
  return { ...toPerson(row), passwordHash: row.password_hash }
}
