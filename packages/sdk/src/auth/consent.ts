/** The way to a user's consent and back: the address to send them to, and the callback they return with. */
import { oauthErrors } from '@tockwork/contracts'
import { authorize, callback } from '@tockwork/contracts/oauth'
import { AuthError, type Random, redact, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { base64url, challengeOf, makeVerifier, sameText } from './pkce.ts'

export interface StartOptions {
  scopes: readonly string[]
  /** One of those registered in the portal; the client's own by default. */
  redirectUri?: string | undefined
  /** Echoed in the callback; random by default. Whatever it is, it must be unguessable. */
  state?: string | undefined
  /** TikTok wants `hex` of desktop and mobile apps and takes it from web apps. `false` leaves PKCE out. */
  pkce?: 'hex' | 'base64url' | false | undefined
  /** Shows the consent page even while the user's earlier consent holds. */
  forceConsent?: boolean | undefined
}

/** Keep it (in the user's session) until the callback comes. `codeVerifier` is a secret of this one login. */
export interface StartedLogin {
  url: string
  state: string
  codeVerifier?: string
  redirectUri: string
  scopes: readonly string[]
}

/** Builds the address of the consent page. */
export async function startConsent(
  app: { clientKey: string; origin: string | undefined; random: Random },
  options: StartOptions & { redirectUri: string },
): Promise<StartedLogin> {
  const { scopes, redirectUri, pkce = 'hex' } = options
  if (scopes.length === 0) {
    throw new UsageError('scopes: at least one scope is needed', {
      field: 'scopes',
      action: 'Ask for user.info.basic.',
    })
  }
  const state = options.state ?? base64url(app.random.bytes(24))
  const codeVerifier = pkce === false ? undefined : makeVerifier(app.random)
  const query = z.encode(authorize.query, {
    client_key: app.clientKey,
    response_type: 'code',
    scope: [...scopes],
    redirect_uri: redirectUri,
    state,
    ...(codeVerifier === undefined
      ? {}
      : {
          code_challenge: await challengeOf(codeVerifier, pkce || 'hex'),
          code_challenge_method: 'S256' as const,
        }),
    ...(options.forceConsent === undefined
      ? {}
      : { disable_auto_auth: options.forceConsent ? ('1' as const) : ('0' as const) }),
  })
  const search = new URLSearchParams(query as Record<string, string>)
  return {
    url: `${app.origin ?? `https://${authorize.host}`}${authorize.path}?${search}`,
    state,
    ...(codeVerifier === undefined ? {} : { codeVerifier }),
    redirectUri,
    scopes: [...scopes],
  }
}

export interface Callback {
  /** Decoded, ready for `exchange`. */
  code: string
  scopes: readonly string[]
}

/**
 * Reads the callback that ends a consent.
 * @throws {AuthError} `state_mismatch` when it is not the answer to this login; TikTok's own code (`access_denied` …)
 *   when the user or TikTok refused.
 * @throws {UsageError} when it is no callback at all.
 */
export function parseCallback(from: string | URL | URLSearchParams, expected: { state: string }): Callback {
  const params = searchOf(from)
  const { code, scopes, state, error, error_description } = z.decode(
    callback,
    Object.fromEntries(params) as never,
  )
  // TikTok does not promise a state on failure, so a refusal without one is believed: it grants nothing.
  if (state === undefined ? error === undefined : !sameText(state, expected.state)) {
    throw new AuthError('The callback does not belong to this login: its state differs.', {
      code: 'state_mismatch',
      needs: 'reconnect',
      retry: 'never',
      action:
        'Do not use its code. Start the login again; if it happens again, somebody may be trying to slip in a login of theirs.',
    })
  }
  if (error !== undefined) {
    const entry = Object.hasOwn(oauthErrors, error)
      ? oauthErrors[error as keyof typeof oauthErrors]
      : undefined
    const said = redact((error_description ?? '').slice(0, 300))
    throw new AuthError(
      `${entry?.meaning ?? 'TikTok refused the login.'}${said === '' ? '' : ` TikTok says: ${said}`} (${error})`,
      {
        code: error,
        needs: error === 'invalid_scope' ? 'scope' : error.includes('client') ? 'credentials' : 'reconnect',
        retry: entry?.retry ?? 'never',
        action: entry?.action ?? 'Offer to connect again.',
      },
    )
  }
  if (code === undefined || code === '') {
    throw new UsageError('code: the callback has neither a code nor an error', {
      field: 'code',
      action: 'Hand over the whole address that TikTok redirected to, with its query.',
    })
  }
  return { code, scopes: scopes ?? [] }
}

function searchOf(from: string | URL | URLSearchParams): URLSearchParams {
  if (from instanceof URLSearchParams) return from
  if (from instanceof URL) return from.searchParams
  const question = from.indexOf('?')
  // `req.url`, a whole address, and a bare query string all come here.
  return new URLSearchParams((question === -1 ? from : from.slice(question + 1)).split('#')[0])
}
