import type { LoggedRequest } from '../control/request-log.ts'

/** What of the requests is looked at. Empty fields take all; `inspector.js` filters what arrives live the same way. */
export interface RequestFilter {
  /** `ok`, `not ok`, or part of a verdict. */
  verdict: string
  /** Part of the endpoint's id or of the path. */
  endpoint: string
  user: string
  app: string
}

export function readFilter(query: URLSearchParams): RequestFilter {
  const get = (name: string): string => query.get(name)?.trim() ?? ''
  return { verdict: get('verdict'), endpoint: get('endpoint'), user: get('user'), app: get('app') }
}

export function fits(request: LoggedRequest, filter: RequestFilter): boolean {
  const { verdict, endpoint, user, app } = filter
  if (verdict === 'ok' && request.verdict !== 'ok') return false
  if (verdict === 'not ok' && request.verdict === 'ok') return false
  if (!['', 'ok', 'not ok'].includes(verdict) && !request.verdict.includes(verdict)) return false
  if (!(request.endpoint ?? '').includes(endpoint) && !request.path.includes(endpoint)) return false
  if (user !== '' && request.user !== user) return false
  return app === '' || request.client_key === app
}
