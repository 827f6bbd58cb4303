import type { Database } from './database.ts'
import type { Role } from './people-tables.ts'

/** A link by which somebody becomes a person of a workspace, or gets another password. */
export interface Invitation {
  id: string
  workspaceId: string
  kind: 'first' | 'invite' | 'reset'
  /** Of a reset: whose password. */
  personId: string | null
  role: Role
  runsInstallation: boolean
  createdBy: string
  createdAt: number
  expiresAt: number
}

export async function insertInvitation(
  db: Database,
  invitation: Invitation,
  tokenHash: Uint8Array,
): Promise<void> {
  await db
    .insertInto('person_invitations')
    .values({
      id: invitation.id,
      token_hash: tokenHash,
      workspace_id: invitation.workspaceId,
      kind: invitation.kind,
      person_id: invitation.personId,
      role: invitation.role,
      runs_installation: invitation.runsInstallation,
      created_by: invitation.createdBy,
      created_at: new Date(invitation.createdAt),
      expires_at: new Date(invitation.expiresAt),
    })
    .execute()
}

/** By its link, before a workspace is known. Locked where it is about to be used up. */
export async function findInvitation(
  db: Database,
  tokenHash: Uint8Array,
  options: { lock?: boolean } = {},
): Promise<Invitation | undefined> {
  let query = db.selectFrom('person_invitations').selectAll().where('token_hash', '=', tokenHash)
  if (options.lock === true) query = query.forUpdate()
  const row = await query.executeTakeFirst()
  if (row === undefined) return undefined
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    kind: row.kind,
    personId: row.person_id,
    role: row.role,
    runsInstallation: row.runs_installation,
    createdBy: row.created_by,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }
}

export async function deleteInvitation(db: Database, workspaceId: string, id: string): Promise<void> {
  await db
    .deleteFrom('person_invitations')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

/** Once there is a first person, no link of a first start is good any more. */
export async function deleteFirstInvitations(db: Database): Promise<void> {
  await db.deleteFrom('person_invitations').where('kind', '=', 'first').execute()
}

export async function deleteExpiredInvitations(db: Database, now: number): Promise<void> {
  await db.deleteFrom('person_invitations').where('expires_at', '<=', new Date(now)).execute()
}
