import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Row } from './tables.ts'

export interface Workspace {
  id: string
  name: string
  createdAt: number
  /** Posts of keys that may not approve wait for somebody who may. */
  approvalRequired: boolean
  /** A key may approve what it asked for itself. */
  ownApprovalAllowed: boolean
  /** Direct posts need somebody's word that the creator agreed to TikTok's texts. */
  creatorConsentRequired: boolean
}

/** A slice of a list, newest first: at most `limit`, those before the id `before`. */
export interface Slice {
  limit: number
  before?: string | undefined
}

export async function insertWorkspace(
  db: Database,
  workspace: Pick<Workspace, 'id' | 'name' | 'createdAt'>,
): Promise<void> {
  const { id, name, createdAt } = workspace
  await db
    .insertInto('workspaces')
    .values({ id, name, created_at: new Date(createdAt) })
    .execute()
}

export async function findWorkspace(db: Database, id: string): Promise<Workspace | undefined> {
  const row = await db.selectFrom('workspaces').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toWorkspace(row)
}

/** Of each, in their order, whether a direct post needs the creator's consent. */
export async function requireConsent(db: Database, ids: readonly string[]): Promise<boolean[]> {
  const rows = await db
    .selectFrom('workspaces')
    .select(['id', 'settings'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  const required = new Set(
    rows.filter(({ settings }) => settings.creator_consent_required === true).map(({ id }) => id),
  )
  return ids.map((id) => required.has(id))
}

/** All workspaces of the installation: only for keys that may manage them. */
export async function listWorkspaces(db: Database, { limit, before }: Slice): Promise<Workspace[]> {
  let query = db.selectFrom('workspaces').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map(toWorkspace)
}

/** What is absent stays as it is. */
export async function updateWorkspace(
  db: Database,
  id: string,
  change: {
    [K in 'name' | 'approvalRequired' | 'ownApprovalAllowed' | 'creatorConsentRequired']?:
      | Workspace[K]
      | undefined
  },
): Promise<Workspace | undefined> {
  const { name, approvalRequired, ownApprovalAllowed, creatorConsentRequired } = change
  // `undefined` leaves no trace in JSON.
  const settings = JSON.stringify({
    approval_required: approvalRequired,
    own_approval_allowed: ownApprovalAllowed,
    creator_consent_required: creatorConsentRequired,
  })
  const row = await db
    .updateTable('workspaces')
    .set({ ...(name === undefined ? {} : { name }), settings: sql`settings || ${settings}::jsonb` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : toWorkspace(row)
}

function toWorkspace(row: Row<'workspaces'>): Workspace {
  const { approval_required, own_approval_allowed, creator_consent_required } = row.settings
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at.getTime(),
    approvalRequired: approval_required === true,
    ownApprovalAllowed: own_approval_allowed === true,
    creatorConsentRequired: creator_consent_required === true,
  }
}
