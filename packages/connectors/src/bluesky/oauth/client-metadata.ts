/** Who we are to the servers of the network: a document behind an address, which is our name. Source: atproto.com/specs/oauth. */
import type { Secret } from '@tockwork/kernel'
import { keyFrom } from './keys.ts'

export interface BlueskyClient {
  /** The address of the document; on one machine `http://localhost` with what would stand in it. */
  clientId: string
  /** Signs in our name. Without one the client is a public one, whose grants live for two weeks at most. */
  key?: Secret
}

export const SCOPES = ['atproto', 'transition:generic'] as const

/** The document that the server of `clientId` has to answer with. */
export function clientMetadata(
  { clientId, key }: BlueskyClient,
  about: { name: string; uri: string; redirectUri: string; logoUri?: string | undefined },
): Record<string, unknown> {
  const signer = key === undefined ? undefined : keyFrom(key)
  return {
    client_id: clientId,
    client_name: about.name,
    client_uri: about.uri,
    ...(about.logoUri === undefined ? {} : { logo_uri: about.logoUri }),
    redirect_uris: [about.redirectUri],
    application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: SCOPES.join(' '),
    dpop_bound_access_tokens: true,
    ...(signer === undefined
      ? { token_endpoint_auth_method: 'none' }
      : {
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'ES256',
          jwks: { keys: [{ ...signer.publicJwk, kid: signer.thumbprint, use: 'sig', alg: 'ES256' }] },
        }),
  }
}

/** The name of a client that runs on this machine, which no server could ask back. */
export function loopbackClientId(redirectUri: string): string {
  const query = new URLSearchParams({ redirect_uri: redirectUri, scope: SCOPES.join(' ') })
  return `http://localhost?${query}`
}
