import { type Clock, systemClock } from '@tockwork/kernel'
import type { CallOptions, Capabilities, Connector, Grant, Limit } from '../connector.ts'
import type { PlatformResult } from '../outcome.ts'
import { BlueskyPublishing } from './publishing.ts'
import { BlueskyReading, IDS_AT_ONCE } from './reading.ts'
import { Sessions } from './session.ts'
import { Xrpc } from './xrpc.ts'

const TIMEOUT_MS = 30_000
const HOUR = 3_600_000
const LIMITS = 'https://docs.bsky.app/docs/advanced-guides/rate-limits'

/** Bluesky, on its own servers or on anybody's. */
export class BlueskyConnector implements Connector {
  readonly platform = 'bluesky'
  readonly name = 'Bluesky'
  readonly idsAtOnce = IDS_AT_ONCE
  readonly capabilities: Capabilities = {
    refresh: 'rotating',
    publish: { text: true, images: true, video: true },
    read: { comments: false, audience: false, income: false },
    webhooks: false,
    // Nobody on the network counts views.
    counts: {
      account: ['followers', 'following', 'contents'],
      content: ['likes', 'comments', 'shares', 'quotes'],
    },
  }
  /** Writing costs points: 3 to create, 2 to change, 1 to delete. */
  readonly limits: readonly Limit[] = [
    { of: 'points', requests: 5_000, windowMs: HOUR, per: 'account', source: LIMITS },
    { of: 'points', requests: 35_000, windowMs: 24 * HOUR, per: 'account', source: LIMITS },
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
  readonly authorization: Sessions
  readonly reading: BlueskyReading
  readonly publishing: BlueskyPublishing

  /** @param parts.fetch refuses addresses that are not public: the name of a server comes from a person */
  constructor({
    fetch,
    clock = systemClock,
    timeoutMs = TIMEOUT_MS,
  }: { fetch: typeof globalThis.fetch; clock?: Clock; timeoutMs?: number }) {
    const xrpc = new Xrpc({ fetch, clock, timeoutMs })
    this.authorization = new Sessions({ xrpc, clock })
    this.reading = new BlueskyReading(xrpc)
    this.publishing = new BlueskyPublishing(xrpc)
  }

  refresh(grant: Grant, options?: CallOptions): Promise<PlatformResult<Grant>> {
    return this.authorization.refresh(grant, options)
  }

  revoke(grant: Grant, options?: CallOptions): Promise<PlatformResult<void>> {
    return this.authorization.revoke(grant, options)
  }
}
