import type { PlainRoute } from '../http/ports.ts'
import type { ConnectPages } from './visit.ts'

/** The pages that creators visit; they belong to no operation and need no key. */
export function connectRoutes(pages: ConnectPages): PlainRoute[] {
  return [
    {
      method: 'GET',
      path: '/connect/callback',
      handle: ({ query, ip, userAgent }) => pages.back(query, { ip, userAgent: userAgent ?? null }),
    },
    {
      method: 'GET',
      path: '/connect/{session_id}',
      handle: ({ params }) => pages.show(params.session_id ?? ''),
    },
    {
      method: 'POST',
      path: '/connect/{session_id}',
      bodyLimit: 1024,
      handle: ({ params }) => pages.go(params.session_id ?? ''),
    },
  ]
}
