import { type AccountStatus, CAPABILITY_SCOPES, type CapabilityName } from '../tiktok/capabilities.ts'
import { CONNECTORS, type ConnectorName, letsPost } from './registry.ts'

/** What can be done with an account of a platform behind the port, under the names that all accounts have. */
export function connectorCapabilities(
  platform: ConnectorName,
  status: AccountStatus,
  scopes: readonly string[],
): Record<
  CapabilityName,
  {
    available: boolean
    reason: 'scope_missing' | 'not_supported' | Exclude<AccountStatus, 'connected'> | null
    scope: string
  }
> {
  const { scopes: asked, publishing } = CONNECTORS[platform]
  const [basic = '', writing = basic]: readonly string[] = asked
  const told = (name: CapabilityName) => {
    const reason =
      name === 'drafts' || (name === 'direct_post' && publishing.length === 0)
        ? ('not_supported' as const)
        : status !== 'connected'
          ? status
          : name === 'direct_post' && !letsPost(platform, scopes)
            ? ('scope_missing' as const)
            : null
    return { available: reason === null, reason, scope: name === 'direct_post' ? writing : basic }
  }
  const names = Object.keys(CAPABILITY_SCOPES) as CapabilityName[]
  // Its keys are the table's own.
  return Object.fromEntries(names.map((name) => [name, told(name)])) as ReturnType<
    typeof connectorCapabilities
  >
}
