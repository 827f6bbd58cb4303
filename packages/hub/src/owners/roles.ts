/** What people may do: each role is a set of the scopes that API keys have. */
import { API_SCOPES, type ApiScope } from '@tockwork/api'
import type { Person } from '../storage/people.ts'
import type { Role } from '../storage/people-tables.ts'

const VIEWER: readonly ApiScope[] = [
  'workspaces:read',
  'apps:read',
  'accounts:read',
  'posts:read',
  'assets:read',
  'limits:read',
  'webhooks:read',
]
const PUBLISHER: readonly ApiScope[] = [
  ...VIEWER,
  'posts:write',
  'assets:write',
  'accounts:write',
  'shop:read',
  'shop:write',
]

const SCOPES: Readonly<Record<Role, readonly ApiScope[]>> = {
  viewer: VIEWER,
  publisher: PUBLISHER,
  approver: [...PUBLISHER, 'posts:approve', 'posts:overrule'],
  owner: API_SCOPES.filter((scope) => scope !== 'workspaces:write'),
}

/** As a request of theirs is judged. Who runs the installation also reaches all of its workspaces. */
export function scopesOf({
  role,
  runsInstallation,
}: Pick<Person, 'role' | 'runsInstallation'>): readonly ApiScope[] {
  return runsInstallation && role === 'owner' ? API_SCOPES : SCOPES[role]
}
