/** The platforms behind the port that this hub can connect. A new one is a line here. */
import type { Connector } from '@tockwork/connectors'
import type { Secret } from '@tockwork/kernel'
import { BUSINESS_SCOPES, BusinessConnector } from '../tiktok/business-connector.ts'
import { BLUESKY_SCOPES, type BlueskyPlace, makeBluesky } from './bluesky.ts'

/** How a process reaches platforms, and how they reach it. */
export interface Place extends BlueskyPlace {
  /** Sends every TikTok host to this origin, such as an emulator. */
  tiktokOrigin?: string | undefined
  /** Told of every request to TikTok. */
  onCall?: ((endpoint: string) => void) | undefined
}

interface ConnectorEntry {
  /** Of its apps: `client_secret` as it is sealed. */
  make(place: Place, app: { id: string; clientKey: string; secret: Secret }): Connector
  /** What is asked of a creator. */
  scopes: readonly string[]
  /** Scopes that let the hub post, whichever of them was granted. */
  publishing: readonly string[]
  /** Whether creators say who they are on a page of ours first; otherwise they are sent to the platform's at once. */
  byHandle: boolean
  /** Whether creators may leave scopes out, and apps ask for fewer. */
  choosable: boolean
}

export const CONNECTORS = {
  bluesky: {
    make: (place, { id, secret }) => makeBluesky(place, { id, key: secret }),
    scopes: BLUESKY_SCOPES,
    // Of a consent page, and of app passwords without and with messages.
    publishing: ['transition:generic', 'com.atproto.appPass', 'com.atproto.appPassPrivileged'],
    byHandle: true,
    choosable: false,
  },
  tiktok_business: {
    make: ({ tiktokOrigin, onCall, clock, random }, { clientKey, secret }) =>
      new BusinessConnector({
        appId: clientKey,
        appSecret: secret,
        origin: tiktokOrigin,
        clock,
        random,
        onCall,
      }),
    scopes: BUSINESS_SCOPES,
    publishing: [],
    byHandle: false,
    choosable: true,
  },
} as const satisfies Record<string, ConnectorEntry>

export type ConnectorName = keyof typeof CONNECTORS

export function isConnectorName(platform: string): platform is ConnectorName {
  return Object.hasOwn(CONNECTORS, platform)
}

/** Where a creator says who they are before anything else. */
export function usesHandles(platform: string | undefined): boolean {
  return platform !== undefined && isConnectorName(platform) && CONNECTORS[platform].byHandle
}

/** Whether these scopes let the hub post there. */
export function letsPost(platform: ConnectorName, scopes: readonly string[]): boolean {
  const needed: readonly string[] = CONNECTORS[platform].publishing
  return scopes.some((scope) => needed.includes(scope))
}
