/** The platforms behind the port that this hub can connect. A new one is a line here. */
import type { Connector } from '@tockwork/connectors'
import type { Secret } from '@tockwork/kernel'
import { BLUESKY_SCOPES, type BlueskyPlace, makeBluesky } from './bluesky.ts'

/** How a process reaches platforms, and how they reach it. */
export type Place = BlueskyPlace

interface ConnectorEntry {
  /** Of its apps: `client_secret` as it is sealed. */
  make(place: Place, app: { id: string; secret: Secret }): Connector
  /** What is asked of a creator. */
  scopes: readonly string[]
  /** Scopes that let the hub post, whichever of them was granted. */
  publishing: readonly string[]
}

export const CONNECTORS = {
  bluesky: {
    make: (place, { id, secret }) => makeBluesky(place, { id, key: secret }),
    scopes: BLUESKY_SCOPES,
    // Of a consent page, and of app passwords without and with messages.
    publishing: ['transition:generic', 'com.atproto.appPass', 'com.atproto.appPassPrivileged'],
  },
} as const satisfies Record<string, ConnectorEntry>

export type ConnectorName = keyof typeof CONNECTORS

export function isConnectorName(platform: string): platform is ConnectorName {
  return Object.hasOwn(CONNECTORS, platform)
}

/** Whether these scopes let the hub post there. */
export function letsPost(platform: ConnectorName, scopes: readonly string[]): boolean {
  const needed: readonly string[] = CONNECTORS[platform].publishing
  return scopes.some((scope) => needed.includes(scope))
}
