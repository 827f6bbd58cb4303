import * as z from 'zod/mini'
import { commaList } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const WEB = 'https://developers.tiktok.com/doc/login-kit-web'

/** 43 to 128 of RFC 3986's unreserved characters. */
export const VERIFIER_PATTERN = /^[A-Za-z0-9\-._~]{43,128}$/

export const authorize = defineEndpoint({
  id: 'oauth.authorize',
  title: 'Ask a user for consent',
  host: 'www.tiktok.com',
  method: 'GET',
  path: '/v2/auth/authorize/',
  doc: { url: WEB },
  auth: 'session',
  encoding: 'query',
  envelope: 'page',
  query: z.looseObject({
    client_key: z.string(),
    response_type: z.literal('code'),
    /** Comma-separated. */
    scope: commaList(),
    redirect_uri: z.string(),
    state: z.optional(z.string()),
    /** Lowercase hex of the verifier's SHA-256, not base64url as in RFC 7636. */
    code_challenge: z.optional(z.string()),
    code_challenge_method: z.optional(z.literal('S256')),
    /** `1` always shows the consent page, `0` skips it while a session is valid. */
    disable_auto_auth: z.optional(z.enum(['0', '1'])),
  }),
  errors: [
    'access_denied',
    'invalid_client',
    'invalid_request',
    'unauthorized_client',
    'invalid_scope',
    'unsupported_response_type',
    'server_error',
    'temporarily_unavailable',
  ],
  repeat: 'safe',
})

/** Query parameters of the redirect back to the app. Note `scopes`, where the token answer says `scope`. */
export const callback = z.looseObject({
  code: z.optional(z.string()),
  scopes: z.optional(commaList()),
  state: z.optional(z.string()),
  error: z.optional(z.string()),
  error_description: z.optional(z.string()),
})
