import { sql } from 'kysely'
import { type Brand, brandOf } from '../connect/brand.ts'
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
  /** How it shows itself to creators; null: by its name alone. */
  brand: StoredBrand | null
}

export interface StoredBrand {
  name?: string | undefined
  color?: string | undefined
  logo_url?: string | undefined
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

/** How a workspace shows itself where no app is named. */
export async function findBrand(db: Database, id: string): Promise<Brand> {
  const row = await db
    .selectFrom('workspaces')
    .leftJoin('apps', 'apps.workspace_id', 'workspaces.id')
    .select(['workspaces.name', 'workspaces.settings', 'apps.name as app_name'])
    .where('workspaces.id', '=', id)
    .orderBy('apps.id')
    .executeTakeFirstOrThrow()
  return brandOf(row.name, row.settings, row.app_name ?? row.name)
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
    [K in 'name' | 'approvalRequired' | 'ownApprovalAllowed' | 'creatorConsentRequired' | 'brand']?:
      | Workspace[K]
      | undefined
  },
): Promise<Workspace | undefined> {
  const { name, approvalRequired, ownApprovalAllowed, creatorConsentRequired, brand } = change
  // `undefined` leaves no trace in JSON.
  const settings = JSON.stringify({
    approval_required: approvalRequired,
    own_approval_allowed: ownApprovalAllowed,
    creator_consent_required: creatorConsentRequired,
    brand,
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
    brand: typeof row.settings.brand === 'object' ? (row.settings.brand as StoredBrand | null) : null,
  }
}
