import { decide, type Endpoint } from '@tockwork/contracts'
import { AuthError } from '@tockwork/kernel'

/**
 * Refuses a call that the grant cannot carry, before it is sent.
 * @throws {AuthError} with `needs: 'scope'`, naming the scope.
 */
export function checkScopes(
  endpoint: Endpoint,
  call: { query?: unknown; input?: unknown },
  granted: readonly string[] | undefined,
): void {
  if (granted === undefined) return
  const accepted = endpoint.scopes === undefined ? [] : decide(endpoint.scopes, call.input)
  if (accepted.length > 0 && !accepted.some((scope) => granted.includes(scope))) {
    throw new AuthError(
      `${endpoint.id} needs the scope ${accepted.join(' or ')}, which this user has not granted.`,
      {
        code: 'scope_not_authorized',
        needs: 'scope',
        retry: 'never',
        endpoint: endpoint.id,
        action: `Send the user through consent again with ${accepted[0]}; they may have unticked it.`,
      },
    )
  }
  if (endpoint.fieldScopes === undefined) return
  const missing = new Map<string, string[]>()
  for (const field of fieldsOf(call.query)) {
    const scope = endpoint.fieldScopes[field]
    if (scope !== undefined && !granted.includes(scope))
      missing.set(scope, [...(missing.get(scope) ?? []), field])
  }
  if (missing.size === 0) return
  const each = [...missing].map(([scope, fields]) => `${fields.join(', ')} (${scope})`)
  throw new AuthError(`${endpoint.id}: not granted by this user: ${each.join('; ')}.`, {
    code: 'scope_permission_missed',
    needs: 'scope',
    retry: 'never',
    endpoint: endpoint.id,
    action: `Leave the fields out, or send the user through consent again with ${[...missing.keys()].join(', ')}.`,
  })
}

function fieldsOf(query: unknown): readonly string[] {
  const fields = query !== null && typeof query === 'object' && 'fields' in query ? query.fields : undefined
  return Array.isArray(fields) ? (fields as string[]) : []
}
