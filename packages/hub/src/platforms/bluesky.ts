/** Bluesky as this hub is known there: one client for each app of a workspace. */
import {
  type BlueskyClient,
  BlueskyConnector,
  blueskyClientMetadata,
  blueskyLoopbackClientId,
  newSigningKey,
} from '@tockwork/connectors'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import type { ResolveTxt } from './resolve-txt.ts'

export interface BlueskyPlace {
  /** Where creators reach the hub, without a slash at the end. */
  publicUrl: string
  /** Reaches public addresses only. */
  fetch: typeof fetch
  resolveTxt: ResolveTxt
  /** The directory of accounts; plc.directory unless told. */
  plcDirectory?: string | undefined
  clock: Clock
  random: Random
}

/** What an app of Bluesky has for a client secret: the key that it signs with. */
export function newClientKey(random: Random): Secret {
  return newSigningKey(random).text
}

/** All of an account that an app can have: reading and writing, without messages. */
export const BLUESKY_SCOPES = ['atproto', 'transition:generic'] as const

/** A refresh makes three requests at most, and its account is leased for 30 seconds. */
const TIMEOUT_MS = 5_000

export function makeBluesky(place: BlueskyPlace, app: { id: string; key: Secret }): BlueskyConnector {
  const { fetch, resolveTxt, plcDirectory, clock, random } = place
  const client = clientOf(place.publicUrl, app)
  return new BlueskyConnector({
    fetch,
    resolveTxt,
    plcDirectory,
    clock,
    random,
    client,
    timeoutMs: TIMEOUT_MS,
  })
}

/**
 * Servers read who a client is at its address, so it needs https; on this machine they take our word. Elsewhere there is
 * no consent page, and the app password remains.
 */
function clientOf(publicUrl: string, app: { id: string; key: Secret }): BlueskyClient | undefined {
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol === 'https:') return { clientId: clientIdOf(publicUrl, app.id), key: app.key }
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
    ? { clientId: blueskyLoopbackClientId(redirectUriOf(publicUrl)) }
    : undefined
}

/** By the rules for clients of this machine, the address is a number. */
export function redirectUriOf(publicUrl: string): string {
  const url = new URL(`${publicUrl}/connect/callback`)
  if (url.protocol === 'http:' && url.hostname === 'localhost') url.hostname = '127.0.0.1'
  return url.href
}

function clientIdOf(publicUrl: string, appId: string): string {
  return `${publicUrl}/connect/clients/${appId}.json`
}

/** The document that servers read about a client. */
export function clientDocument(
  publicUrl: string,
  app: { id: string; key: Secret; name: string; logoUri: string | undefined },
): Record<string, unknown> {
  const client = { clientId: clientIdOf(publicUrl, app.id), key: app.key }
  const { name, logoUri } = app
  return blueskyClientMetadata(client, {
    name,
    uri: publicUrl,
    redirectUri: redirectUriOf(publicUrl),
    logoUri,
  })
}
