import type { PlainRequest, PlainRoute } from '../http/ports.ts'
import type { Browser, ConnectPages } from './visit.ts'

/** The pages that creators visit; they belong to no operation and need no key. */
export function connectRoutes(pages: ConnectPages): PlainRoute[] {
  return [
    {
      method: 'GET',
      path: '/connect/callback',
      handle: ({ query, ip, userAgent, headers }) =>
        pages.back(query, { ip, userAgent: userAgent ?? null }, browserOf(headers)),
    },
    {
      method: 'GET',
      path: '/connect/{session_id}',
      handle: ({ params, headers, query }) =>
        pages.show(params.session_id ?? '', browserOf(headers), query.get('lang')),
    },
    {
      method: 'POST',
      path: '/connect/{session_id}',
      bodyLimit: 4096,
      handle: ({ params, headers, body, ip, userAgent }) =>
        pages.go(
          params.session_id ?? '',
          browserOf(headers),
          new URLSearchParams(Buffer.from(body).toString('utf8')),
          { ip, userAgent: userAgent ?? null },
        ),
    },
  ]
}

function browserOf(headers: PlainRequest['headers']): Browser {
  return { languages: headers['accept-language'] }
}
