/** TikTok apps of a workspace: several side by side, in sandbox and production. */
import { problem } from '@tockwork/api'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import { newClientKey } from '../platforms/bluesky.ts'
import {
  type App,
  type AppEnvironment,
  type AppPlatform,
  deleteAppWithoutAccounts,
  insertApp,
  type ShopMarket,
  updateApp,
} from '../storage/apps.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { appSecretPlace, type Platforms } from '../tokens/platforms.ts'
import { keyVersionOf, type Vault } from '../vault/sealing.ts'

export interface NewApp {
  name: string
  environment: AppEnvironment
  /** Both absent for a platform that hands out none: the hub makes what stands for them. */
  clientKey?: string | undefined
  clientSecret?: Secret | undefined
  audited?: boolean | undefined
  /** `tiktok` unless told. */
  platform?: AppPlatform | undefined
  /** Of Shop apps. */
  serviceId?: string | undefined
  market?: ShopMarket | undefined
}

export interface AppChange {
  name?: string | undefined
  audited?: boolean | undefined
  clientSecret?: Secret | undefined
  serviceId?: string | undefined
  market?: ShopMarket | undefined
}

export class Apps {
  readonly #parts: { db: Database; clock: Clock; random: Random; vault: Vault; platforms: Platforms }

  constructor(parts: { db: Database; clock: Clock; random: Random; vault: Vault; platforms: Platforms }) {
    this.#parts = parts
  }

  /** @throws {Problem} `conflict` when the workspace has this client key already. */
  async create(workspaceId: string, wish: NewApp, actor: string): Promise<App> {
    const { clock, db, random, vault } = this.#parts
    const { platform = 'tiktok' } = wish
    const isShop = platform === 'tiktok_shop'
    const id = newId('app', clock, random)
    const { clientKey = `${platform}:${id}`, clientSecret = newClientKey(random) } = wish
    const secretSealed = await vault.seal(clientSecret, appSecretPlace(workspaceId, id))
    const app: App = {
      id,
      workspaceId,
      name: wish.name,
      environment: wish.environment,
      clientKey,
      secretSealed,
      audited: wish.audited ?? false,
      createdAt: clock.now(),
      platform,
      serviceId: isShop ? (wish.serviceId ?? null) : null,
      market: isShop ? (wish.market ?? 'ROW') : null,
    }
    await db.transaction().execute(async (tx) => {
      if (!(await insertApp(tx, app, keyVersionOf(secretSealed))))
        throw problem('conflict', 'The workspace has an app with this client_key already.', {
          field: 'client_key',
        })
      await appendAudit(tx, {
        workspaceId,
        at: app.createdAt,
        actor,
        action: 'app.create',
        subject: id,
        detail: { client_key: app.clientKey, environment: app.environment },
      })
    })
    return app
  }

  async update(workspaceId: string, id: string, change: AppChange, actor: string): Promise<App> {
    const { clock, db, platforms, vault } = this.#parts
    const { clientSecret, name, audited, serviceId, market } = change
    const sealed =
      clientSecret === undefined ? undefined : await vault.seal(clientSecret, appSecretPlace(workspaceId, id))
    const secret = sealed === undefined ? undefined : { sealed, keyVersion: keyVersionOf(sealed) }
    const app = await db.transaction().execute(async (tx) => {
      const updated = await updateApp(tx, workspaceId, id, { name, audited, serviceId, market, secret })
      if (updated === undefined) throw problem('not_found', 'There is no such app.')
      await appendAudit(tx, {
        workspaceId,
        at: clock.now(),
        actor,
        action: 'app.update',
        subject: id,
        detail: {
          changed: Object.keys(change).filter((key) => change[key as keyof AppChange] !== undefined),
        },
      })
      return updated
    })
    platforms.forget(workspaceId, id)
    return app
  }

  /** @throws {Problem} `conflict` while accounts, even erased ones, belong to it. */
  async delete(workspaceId: string, id: string, actor: string): Promise<void> {
    const { clock, db, platforms } = this.#parts
    await db.transaction().execute(async (tx) => {
      const outcome = await deleteAppWithoutAccounts(tx, workspaceId, id)
      if (outcome === 'missing') throw problem('not_found', 'There is no such app.')
      if (outcome === 'has_accounts')
        throw problem('conflict', 'Accounts were connected through this app; it cannot be removed.')
      await appendAudit(tx, {
        workspaceId,
        at: clock.now(),
        actor,
        action: 'app.delete',
        subject: id,
        detail: {},
      })
    })
    platforms.forget(workspaceId, id)
  }
}
