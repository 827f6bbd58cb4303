import * as z from 'zod/mini'
import { commaList, count } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const userTokens = 'https://developers.tiktok.com/doc/oauth-user-access-token-management'
const clientTokens = 'https://developers.tiktok.com/doc/client-access-token-management'
const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'app',
  encoding: 'form',
  envelope: 'flat',
} as const

/** A user's tokens. `expires_in` of the answer decides: pages name 24 hours and, in November 2026, two. */
export const userToken = z.looseObject({
  access_token: z.string(),
  /** Seconds. */
  expires_in: count(),
  /** Id of the user for this app; not always a UUID. */
  open_id: z.string(),
  /** May differ from the one sent: then the new one must be used. */
  refresh_token: z.string(),
  /** Seconds. */
  refresh_expires_in: count(),
  /** Granted scopes. */
  scope: commaList(),
  token_type: z.string(),
})

export const exchangeCode = defineEndpoint({
  ...base,
  id: 'oauth.exchangeCode',
  title: 'Exchange an authorization code for tokens',
  path: '/v2/oauth/token/',
  when: { field: 'grant_type', equals: 'authorization_code' },
  doc: { url: userTokens },
  input: z.looseObject({
    client_key: z.string(),
    client_secret: z.string(),
    grant_type: z.literal('authorization_code'),
    /** URL-decoded. */
    code: z.string(),
    /** The same as in the authorize request. */
    redirect_uri: z.string(),
    /** Mobile and desktop apps, and wherever a challenge was sent. */
    code_verifier: z.optional(z.string()),
  }),
  output: userToken,
  errors: [
    'invalid_client',
    'invalid_grant',
    'invalid_request',
    'unauthorized_client',
    'unsupported_grant_type',
    'server_error',
    'temporarily_unavailable',
  ],
  // A code works once: when the answer is lost, so are the tokens, and a repeat is refused without harm.
  repeat: 'safe',
})

export const refreshToken = defineEndpoint({
  ...base,
  id: 'oauth.refreshToken',
  title: 'Renew an access token',
  path: '/v2/oauth/token/',
  when: { field: 'grant_type', equals: 'refresh_token' },
  doc: { url: userTokens },
  input: z.looseObject({
    client_key: z.string(),
    client_secret: z.string(),
    grant_type: z.literal('refresh_token'),
    refresh_token: z.string(),
  }),
  output: userToken,
  errors: [
    'invalid_client',
    'invalid_grant',
    'invalid_request',
    'unsupported_grant_type',
    'server_error',
    'temporarily_unavailable',
  ],
  repeat: 'safe',
})

export const clientToken = defineEndpoint({
  ...base,
  id: 'oauth.clientToken',
  title: 'Get a client token for Research and Commercial Content',
  path: '/v2/oauth/token/',
  when: { field: 'grant_type', equals: 'client_credentials' },
  doc: { url: clientTokens },
  input: z.looseObject({
    client_key: z.string(),
    client_secret: z.string(),
    grant_type: z.literal('client_credentials'),
  }),
  output: z.looseObject({ access_token: z.string(), expires_in: count(), token_type: z.string() }),
  errors: [
    'invalid_client',
    'invalid_request',
    'unsupported_grant_type',
    'server_error',
    'temporarily_unavailable',
  ],
  repeat: 'safe',
})

export const revoke = defineEndpoint({
  ...base,
  id: 'oauth.revoke',
  title: "Give up a user's grant",
  path: '/v2/oauth/revoke/',
  doc: { url: userTokens },
  envelope: 'empty',
  input: z.looseObject({
    client_key: z.string(),
    client_secret: z.string(),
    /** The access token; an expired one is refused, so refresh first. */
    token: z.string(),
  }),
  output: z.looseObject({}),
  errors: ['invalid_client', 'invalid_grant', 'invalid_request', 'server_error', 'temporarily_unavailable'],
  repeat: 'safe',
})
