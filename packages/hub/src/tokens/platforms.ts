/** The platforms of a process: one for each app, made from its row and kept for a while. */
import type { Clock, Random } from '@tockwork/kernel'
import { UsageError } from '@tockwork/kernel'
import type { OnCall } from '../changes/call-log.ts'
import { type App, findApp } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import { TikTokPlatform } from '../tiktok/platform.ts'
import type { SealPlace, Vault } from '../vault/sealing.ts'

/** How long a changed client secret may go unnoticed in another process. */
const KEPT_MS = 30_000

interface Kept {
  platform: TikTokPlatform
  secretSealed: Uint8Array
  until: number
}

export interface PlatformsParts {
  db: Database
  vault: Vault
  clock: Clock
  random: Random
  /** Sends every TikTok host to this origin, such as an emulator. */
  origin: string | undefined
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

  /** TikTok as this app sees it. @throws {UsageError} `app_not_found` when the workspace has no such app. */
  async of(workspaceId: string, appId: string): Promise<TikTokPlatform> {
    const { clock, db } = this.#parts
    const key = `${workspaceId} ${appId}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && clock.now() < kept.until) return kept.platform
    const app = await findApp(db, workspaceId, appId)
    if (app === undefined) {
      this.#kept.delete(key)
      throw new UsageError('There is no such app.', { code: 'app_not_found' })
    }
    const same = kept !== undefined && Buffer.compare(kept.secretSealed, app.secretSealed) === 0
    const platform = same ? kept.platform : await this.#make(app)
    this.#kept.set(key, { platform, secretSealed: app.secretSealed, until: clock.now() + KEPT_MS })
    return platform
  }

  /** Forgets an app whose secret was changed here; other processes notice within half a minute. */
  forget(workspaceId: string, appId: string): void {
    this.#kept.delete(`${workspaceId} ${appId}`)
  }

  async #make(app: App): Promise<TikTokPlatform> {
    const { clock, onCall, origin, random, vault } = this.#parts
    const clientSecret = await vault.open(app.secretSealed, appSecretPlace(app.workspaceId, app.id))
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
