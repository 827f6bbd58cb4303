import { type ScopeEntry, scopes as scopeTable } from '@tockwork/contracts'
import { accountScopes } from '@tockwork/contracts/business'

/** What an account can be used for, and the scope that carries it. Source: developers.tiktok.com/doc/tiktok-api-scopes. */
export const CAPABILITY_SCOPES = {
  direct_post: 'video.publish',
  drafts: 'video.upload',
  display: 'video.list',
  profile: 'user.info.profile',
  stats: 'user.info.stats',
} as const

export type CapabilityName = keyof typeof CAPABILITY_SCOPES

export type AccountStatus = 'connected' | 'reauthorization_required' | 'disconnected' | 'erased'

/** Whether something can be done with an account now and, when not, why. */
export interface Capability {
  available: boolean
  reason: 'scope_missing' | Exclude<AccountStatus, 'connected'> | null
  /** The scope it needs. */
  scope: string
}

/** Every capability of an account in its present state. */
export function capabilitiesOf(
  status: AccountStatus,
  grantedScopes: readonly string[],
): Record<CapabilityName, Capability> {
  const entries = Object.entries(CAPABILITY_SCOPES).map(([name, scope]) => {
    const reason =
      status !== 'connected' ? status : grantedScopes.includes(scope) ? null : ('scope_missing' as const)
    return [name, { available: reason === null, reason, scope }]
  })
  // Its keys are the table's own.
  return Object.fromEntries(entries) as Record<CapabilityName, Capability>
}

/** Whether creators can grant it; scopes of client tokens, and words that are no scope, cannot be asked for. */
export function isUserScope(scope: string): boolean {
  return Object.hasOwn(scopeTable, scope) && scopeTable[scope as keyof typeof scopeTable].token === 'user'
}

/** A scope in the words of TikTok's consent page. */
export function consentWords(scope: string): string {
  const tables: Readonly<Record<string, ScopeEntry>>[] = [scopeTable, accountScopes]
  return tables.find((table) => Object.hasOwn(table, scope))?.[scope]?.consent ?? scope
}

/** What is asked for when the caller names nothing: all that the hub can do for an account. */
export const DEFAULT_SCOPES: readonly string[] = ['user.info.basic', ...Object.values(CAPABILITY_SCOPES)]
