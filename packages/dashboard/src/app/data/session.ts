/** Who is signed in. */

import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ApiScope } from '@tockwork/api'
import { callSession, setCsrf } from './api.ts'

export interface SignedIn {
  person: { id: string; login: string; name: string; role: string; has_password: boolean }
  workspace: { id: string; name: string }
  scopes: ApiScope[]
  csrf: string
  expires_at: string
  passkeys: { id: string; name: string; created_at: string; last_used_at: string | null }[]
}

export type SessionState = SignedIn | { person: null; first_start: boolean }

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await callSession<SessionState>('GET', '/session')
    if (session.person !== null) setCsrf(session.csrf)
    return session
  },
  staleTime: 5 * 60_000,
})

/** Pages are shown to those who are signed in alone, so that there is a session wherever this is used. */
export function useSession(): SignedIn {
  const { data } = useQuery(sessionQuery)
  if (data === undefined || data.person === null) throw new Error('Nobody is signed in')
  return data
}

export function useMay(): (scope: ApiScope) => boolean {
  const { scopes } = useSession()
  return (scope) => scopes.includes(scope)
}
