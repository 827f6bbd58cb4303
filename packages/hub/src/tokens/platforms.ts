/** The platforms of a process: one for each app, made from its row and kept for a while. */
import type { Connector } from '@tockwork/connectors'
import type { Clock, Random } from '@tockwork/kernel'
import { UsageError } from '@tockwork/kernel'
import type { OnCall } from '../changes/call-log.ts'
import { newClientKey } from '../platforms/bluesky.ts'
import { ConnectorPlatform } from '../platforms/connector-platform.ts'
import { CONNECTORS, isConnectorName, type Place } from '../platforms/registry.ts'
import { type App, findApp } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import { TikTokPlatform } from '../tiktok/platform.ts'
import { ShopPlatform } from '../tiktok/shop/shop-platform.ts'
import type { SealPlace, Vault } from '../vault/sealing.ts'

/** How long a changed client secret may go unnoticed in another process. */
const KEPT_MS = 30_000

/** Whatever platform an app is of. */
export type AppPlatformCalls = TikTokPlatform | ShopPlatform | ConnectorPlatform

interface Kept {
  platform: AppPlatformCalls
  secretSealed: Uint8Array
  serviceId: string | null
  market: App['market']
  until: number
}

export type Network = Omit<Place, 'clock' | 'random'>

/** Of a process that has to do with TikTok alone. */
const NO_NETWORK: Network = {
  publicUrl: 'http://localhost',
  fetch: () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ADDRESS_REFUSED' } })),
  resolveTxt: async () => [],
}

export interface PlatformsParts {
  db: Database
  vault: Vault
  clock: Clock
  random: Random
  /** Sends every TikTok host to this origin, such as an emulator. */
  origin: string | undefined
  /** How platforms of many servers are reached, and how they reach us. */
  network?: Network | undefined
  /** Told of every request. */
  onCall?: OnCall | undefined
}

/** Where an app's client secret opens. */
export function appSecretPlace(workspaceId: string, appId: string): SealPlace {
  return { workspaceId, ownerId: appId, column: 'apps.secret_sealed' }
}

export class Platforms {
  readonly #parts: PlatformsParts
  readonly #kept = new Map<string, Kept>()

  constructor(parts: PlatformsParts) {
    this.#parts = parts
  }

  /** TikTok as this app sees it. @throws {UsageError} `app_not_found`, also when it is an app of another platform */
  async of(workspaceId: string, appId: string): Promise<TikTokPlatform> {
    const platform = await this.accountsOf(workspaceId, appId)
    if (platform instanceof TikTokPlatform) return platform
    throw new UsageError('It is no app of TikTok, but of another platform.', { code: 'app_not_found' })
  }

  /** TikTok Shop as this app sees it. @throws {UsageError} `app_not_found`, also when it is an app of another platform */
  async shopOf(workspaceId: string, appId: string): Promise<ShopPlatform> {
    const platform = await this.accountsOf(workspaceId, appId)
    if (platform instanceof ShopPlatform) return platform
    throw new UsageError('It is no app of TikTok Shop.', { code: 'app_not_found' })
  }

  /** A platform behind the port as this app sees it. @throws {UsageError} `app_not_found`, also when it is an app of TikTok */
  async connectorOf(workspaceId: string, appId: string): Promise<ConnectorPlatform> {
    const platform = await this.accountsOf(workspaceId, appId)
    if (platform instanceof ConnectorPlatform) return platform
    throw new UsageError('It is an app of TikTok.', { code: 'app_not_found' })
  }

  /** What the platforms behind the port are like; not for calls, which need an app. */
  connectors(): readonly Connector[] {
    const { clock, network = NO_NETWORK, random } = this.#parts
    const place = { ...network, clock, random }
    const nobody = { id: 'none', clientKey: 'none', secret: newClientKey(random) }
    return Object.values(CONNECTORS).map(({ make }) => make(place, nobody))
  }

  /** Whichever platform the app is of, for what accounts have in common: consent, renewal, revocation. */
  async accountsOf(workspaceId: string, appId: string): Promise<AppPlatformCalls> {
    const { clock, db } = this.#parts
    const key = `${workspaceId} ${appId}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && clock.now() < kept.until) return kept.platform
    const app = await findApp(db, workspaceId, appId)
    if (app === undefined) {
      this.#kept.delete(key)
      throw new UsageError('There is no such app.', { code: 'app_not_found' })
    }
    const same =
      kept !== undefined &&
      Buffer.compare(kept.secretSealed, app.secretSealed) === 0 &&
      kept.serviceId === app.serviceId &&
      kept.market === app.market
    const platform = same ? kept.platform : await this.#make(app)
    const { secretSealed, serviceId, market } = app
    this.#kept.set(key, { platform, secretSealed, serviceId, market, until: clock.now() + KEPT_MS })
    return platform
  }

  /** Forgets an app whose secret was changed here; other processes notice within half a minute. */
  forget(workspaceId: string, appId: string): void {
    this.#kept.delete(`${workspaceId} ${appId}`)
  }

  async #make(app: App): Promise<AppPlatformCalls> {
    const { clock, onCall, origin, random, vault } = this.#parts
    const clientSecret = await vault.open(app.secretSealed, appSecretPlace(app.workspaceId, app.id))
    if (isConnectorName(app.platform)) {
      const place = {
        ...(this.#parts.network ?? NO_NETWORK),
        tiktokOrigin: origin,
        onCall: (endpoint: string) => onCall?.(app.workspaceId, app.id, endpoint),
        clock,
        random,
      }
      const { make } = CONNECTORS[app.platform]
      const { id, clientKey } = app
      return new ConnectorPlatform(make(place, { id, clientKey, secret: clientSecret }))
    }
    if (app.platform === 'tiktok_shop')
      return new ShopPlatform({
        appKey: app.clientKey,
        appSecret: clientSecret,
        serviceId: app.serviceId ?? '',
        market: app.market ?? 'ROW',
        origin,
        clock,
        random,
        onCall: (endpoint) => onCall?.(app.workspaceId, app.id, endpoint),
      })
    return new TikTokPlatform({
      clientKey: app.clientKey,
      clientSecret,
      origin,
      clock,
      random,
      onCall: (endpoint) => onCall?.(app.workspaceId, app.id, endpoint),
    })
  }
}
