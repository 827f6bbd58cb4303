import type { Generated } from 'kysely'

export type Role = 'owner' | 'approver' | 'publisher' | 'viewer'

export interface PeopleTables {
  people: PeopleTable
  passkeys: PasskeysTable
  passkey_challenges: PasskeyChallengesTable
  person_sessions: PersonSessionsTable
  person_invitations: PersonInvitationsTable
  sign_in_attempts: SignInAttemptsTable
}

export interface PeopleTable {
  id: string
  workspace_id: string
  login: string
  name: string
  role: Role
  runs_installation: Generated<boolean>
  password_hash: string | null
  created_at: Date
  changed_at: Date
}

export interface PasskeysTable {
  id: string
  person_id: string
  workspace_id: string
  name: string
  public_key: Uint8Array
  counter: number
  transports: string[]
  created_at: Date
  last_used_at: Date | null
}

export interface PasskeyChallengesTable {
  hash: Uint8Array
  person_id: string | null
  expires_at: Date
}

export interface PersonSessionsTable {
  id: string
  token_hash: Uint8Array
  person_id: string
  workspace_id: string
  created_at: Date
  seen_at: Date
  expires_at: Date
  user_agent: string | null
}

export interface PersonInvitationsTable {
  id: string
  token_hash: Uint8Array
  workspace_id: string
  kind: 'first' | 'invite' | 'reset'
  person_id: string | null
  role: Role
  runs_installation: Generated<boolean>
  created_by: string
  created_at: Date
  expires_at: Date
}

export interface SignInAttemptsTable {
  key_hash: Uint8Array
  count: number
  since: Date
}
