import { type Clock, cryptoRandom, type Random, systemClock } from '@tockwork/kernel'
import type { Authorization, CallOptions, Capabilities, Connector, Grant, Limit } from '../connector.ts'
import type { PlatformResult } from '../outcome.ts'
import type { BlueskyClient } from './oauth/client-metadata.ts'
import { BlueskyConsentPage } from './oauth/consent-page.ts'
import { Dpop } from './oauth/dpop.ts'
import { BlueskyPublishing } from './publishing.ts'
import { BlueskyReading, IDS_AT_ONCE } from './reading.ts'
import { Sessions } from './session.ts'
import { Xrpc } from './xrpc.ts'

const TIMEOUT_MS = 30_000
const HOUR = 3_600_000
const LIMITS = 'https://docs.bsky.app/docs/advanced-guides/rate-limits'

const PLC_DIRECTORY = 'https://plc.directory'

export interface BlueskyParts {
  /** Refuses addresses that are not public: the names of servers come from persons. */
  fetch: typeof globalThis.fetch
  clock?: Clock
  random?: Random
  /** Of one request. */
  timeoutMs?: number
  /** Who we are on the consent pages of servers; without it an app password is the one way in. */
  client?: BlueskyClient | undefined
  /** TXT records of a name, where a handle may say whose it is; without it handles are asked over HTTPS alone. */
  resolveTxt?: (name: string) => Promise<readonly (readonly string[])[]>
  /** An origin; plc.directory unless told. */
  plcDirectory?: string | undefined
}

/** Bluesky, on its own servers or on anybody's. */
export class BlueskyConnector implements Connector {
  readonly platform = 'bluesky'
  readonly name = 'Bluesky'
  readonly idsAtOnce = IDS_AT_ONCE
  readonly capabilities: Capabilities = {
    refresh: 'rotating',
    publish: { text: true, images: true, video: true },
    read: { comments: true, audience: false, income: false },
    webhooks: false,
    // Nobody on the network counts views.
    counts: {
      account: ['followers', 'following', 'contents'],
      content: ['likes', 'comments', 'shares', 'quotes'],
    },
  }
  /** Writing costs points: 3 to create, 2 to change, 1 to delete. */
  readonly limits: readonly Limit[] = [
    { of: 'points', requests: 5_000, windowMs: HOUR, per: 'account', publishTakes: 3, source: LIMITS },
    { of: 'points', requests: 35_000, windowMs: 24 * HOUR, per: 'account', publishTakes: 3, source: LIMITS },
    { of: 'requests', requests: 3_000, windowMs: 5 * 60_000, per: 'address', source: LIMITS },
    {
      of: 'com.atproto.server.createSession',
      requests: 30,
      windowMs: 5 * 60_000,
      per: 'account',
      source: LIMITS,
    },
    {
      of: 'com.atproto.server.createSession',
      requests: 300,
      windowMs: 24 * HOUR,
      per: 'account',
      source: LIMITS,
    },
  ]
  readonly authorization: readonly Authorization[]
  readonly appPassword: Sessions
  readonly consentPage: BlueskyConsentPage | undefined
  readonly reading: BlueskyReading
  readonly publishing: BlueskyPublishing

  constructor({
    fetch,
    clock = systemClock,
    random = cryptoRandom,
    timeoutMs = TIMEOUT_MS,
    client,
    resolveTxt = async () => [],
    plcDirectory = PLC_DIRECTORY,
  }: BlueskyParts) {
    const dpop = new Dpop({ fetch, clock, random })
    const xrpc = new Xrpc({ fetch, clock, timeoutMs, dpop })
    const identity = { fetch, timeoutMs, resolveTxt, plcDirectory }
    this.appPassword = new Sessions({ xrpc, clock, identity })
    this.consentPage =
      client === undefined ? undefined : new BlueskyConsentPage({ ...identity, dpop, clock, random, client })
    this.authorization =
      this.consentPage === undefined ? [this.appPassword] : [this.consentPage, this.appPassword]
    this.reading = new BlueskyReading(xrpc)
    this.publishing = new BlueskyPublishing(xrpc)
  }

  refresh(grant: Grant, options?: CallOptions): Promise<PlatformResult<Grant>> {
    return this.#of(grant).refresh(grant, options)
  }

  revoke(grant: Grant, options?: CallOptions): Promise<PlatformResult<void>> {
    return this.#of(grant).revoke(grant, options)
  }

  /** Tokens that are bound to a key came by a consent page. */
  #of({ binding }: Grant): Sessions | BlueskyConsentPage {
    if (binding === undefined) return this.appPassword
    if (this.consentPage === undefined) throw new TypeError('a grant of a consent page needs a client')
    return this.consentPage
  }
}
