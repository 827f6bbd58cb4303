/**
 * Tokens of a TikTok account (the second of three families; the first is an advertiser's, which never ends, the third
 * the app's own id and secret). Consent is asked for at www.tiktok.com/v2/auth/authorize with the app's id as
 * `client_key`; the callback brings `code`, good once and for ten minutes.
 */
import * as z from 'zod/mini'
import { commaList, count } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { asApp, BUSINESS_PREFIX } from './api.ts'

/** Lifetimes of the reference; an answer's own numbers always win. */
export const accountTokenRules = {
  codeSeconds: 600,
  accessSeconds: 86_400,
  refreshSeconds: 31_536_000,
} as const

/** What TikTok would not register as the redirect address of a business app; by one note that names the portal. */
export function accountRedirectProblems(uri: string): string[] {
  if (!URL.canParse(uri)) return ['must be an absolute URL']
  const { protocol, port, pathname } = new URL(uri)
  return [
    ...(protocol === 'https:' ? [] : ['must be https']),
    ...(port === '' ? [] : ['must have no port']),
    ...(pathname.endsWith('/') ? [] : ['must end in a slash']),
    ...(uri.includes('?') || uri.includes('#') ? ['must have no query or fragment'] : []),
    ...(uri.length >= 10 && uri.length <= 512 ? [] : ['must have 10 to 512 characters']),
  ]
}

/** `open_id` is the `business_id` of every later call. */
export const accountToken = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  /** Granted scopes. */
  scope: commaList(),
  /** Seconds; a day. */
  expires_in: count(),
  /** Keep the one that came last. Whether each refresh brings a new one is not promised. */
  refresh_token: z.string(),
  /** Seconds; a year from the first consent, and a refresh does not begin it anew. */
  refresh_token_expires_in: count(),
  open_id: z.string(),
})

const appErrors = ['40000', '40002', '40101', '40113', '50000', '50002', '60001'] as const

export const exchangeAccountCode = defineEndpoint({
  ...asApp,
  id: 'business.exchangeCode',
  title: 'Exchange the code of a TikTok account for tokens',
  path: `${BUSINESS_PREFIX}/tt_user/oauth2/token/`,
  input: z.looseObject({
    client_id: z.string(),
    client_secret: z.string(),
    grant_type: z.literal('authorization_code'),
    /** `code` of the callback, under another name. */
    auth_code: z.string(),
    redirect_uri: z.string(),
  }),
  output: accountToken,
  errors: [...appErrors, '40108', '40110', '40131'],
})

export const refreshAccountToken = defineEndpoint({
  ...asApp,
  id: 'business.refreshToken',
  title: 'Renew the access token of a TikTok account',
  path: `${BUSINESS_PREFIX}/tt_user/oauth2/refresh_token/`,
  input: z.looseObject({
    client_id: z.string(),
    client_secret: z.string(),
    grant_type: z.literal('refresh_token'),
    refresh_token: z.string(),
  }),
  output: accountToken,
  errors: [...appErrors, '40103', '40107', '40108'],
})

export const revokeAccountToken = defineEndpoint({
  ...asApp,
  id: 'business.revoke',
  title: 'Give up the grant of a TikTok account',
  path: `${BUSINESS_PREFIX}/tt_user/oauth2/revoke/`,
  input: z.looseObject({ client_id: z.string(), client_secret: z.string(), access_token: z.string() }),
  output: z.looseObject({}),
  errors: [...appErrors, '40102', '40105'],
})

export const accountTokenInfo = defineEndpoint({
  ...asApp,
  id: 'business.tokenInfo',
  title: 'Ask what a TikTok account’s token allows',
  path: `${BUSINESS_PREFIX}/tt_user/token_info/get/`,
  // The secret is not asked for.
  auth: 'none',
  input: z.looseObject({ app_id: z.string(), access_token: z.string() }),
  output: z.looseObject({
    app_id: z.string(),
    scope: commaList(),
    /** The `open_id`. */
    creator_id: z.string(),
  }),
  errors: ['40000', '40002', '40102', '40105', '40113', '50000', '50002', '60001'],
})
