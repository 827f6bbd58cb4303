/** Which TikTok Shop a command talks to, as which app, and by whose clock. */
import { join } from 'node:path'
import { type Clock, Secret, UsageError } from '@tockwork/kernel'
import { FileShopGrantStore } from '@tockwork/sdk/node'
import { TikTokShop } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { findEmulator } from '../state/running-emulator.ts'
import { folderOf, isLocal } from '../target.ts'

/** The shop app of the emulator's default world; none of it is a secret. */
const demo = { key: 'tw-shop-app', secret: 'tw-shop-secret', service: 'tw-shop-service' }

export interface ShopTarget {
  /** Absent: the real TikTok Shop. */
  origin: string | undefined
  /** For a person. */
  name: string
  /** Where sellers and their grants are kept. */
  folder: string
  app: { key: string; secret: Secret; service: string | undefined }
}

/**
 * `TOCKWORK_TIKTOK_ORIGIN`, else the real TikTok Shop when there is an app for it, else the emulator that runs here.
 * @throws {UsageError} when there is none, or the app's secret is missing
 */
export async function chooseShopTarget(context: Context): Promise<ShopTarget> {
  const { config } = context
  const read = (part: string): string | undefined => {
    const value = config.environment[`TIKTOK_SHOP_${part}`]?.trim()
    return value === '' ? undefined : value
  }
  const [key, secret, service] = [read('APP_KEY'), read('APP_SECRET'), read('SERVICE_ID')]
  const origin = config.tiktokOrigin ?? (key === undefined ? await findEmulator(context) : undefined)
  if (origin === undefined && key === undefined)
    throw new UsageError(
      'There is no TikTok Shop to talk to: no emulator answers here, and TIKTOK_SHOP_APP_KEY is not set.',
      {
        code: 'no_target',
        action:
          'Start the emulator with `npx tockwork dev` in another terminal, or set TIKTOK_SHOP_APP_KEY, TIKTOK_SHOP_APP_SECRET and TIKTOK_SHOP_SERVICE_ID for the real TikTok Shop.',
      },
    )
  const isDemo = origin !== undefined && (key === undefined || key === demo.key)
  const known = secret ?? (isDemo ? demo.secret : undefined)
  if (known === undefined)
    throw new UsageError(`The secret of the shop app ${key} is not known.`, {
      code: 'no_app_secret',
      field: 'TIKTOK_SHOP_APP_SECRET',
      action: "Set TIKTOK_SHOP_APP_SECRET; it is on the app's page in Partner Center.",
    })
  return {
    origin,
    name: origin === undefined ? 'TikTok Shop' : `emulator at ${origin}`,
    folder: join(folderOf(context, origin), 'shop'),
    app: {
      key: key ?? demo.key,
      secret: new Secret(known),
      service: service ?? (isDemo ? demo.service : undefined),
    },
  }
}

export async function openClient(
  context: Context,
  target: ShopTarget,
): Promise<{ client: TikTokShop; clock: ShopClock }> {
  const clock = await ShopClock.of(context, target.origin)
  const client = new TikTokShop({
    appKey: target.app.key,
    appSecret: target.app.secret,
    serviceId: target.app.service,
    origin: target.origin,
    grants: new FileShopGrantStore(join(target.folder, 'grants')),
    clock,
    random: context.random,
    onEvent: (event) => {
      if (event.type === 'warning') context.out.note(event.message)
      else context.out.detail(JSON.stringify(event))
    },
  })
  return { client, clock }
}

type ReadClock = () => Promise<{ now: number; frozen: boolean } | undefined>

/**
 * A signature holds for five minutes of the other side's time, and an emulator's clock may have been moved: against one
 * of this machine, its time counts.
 */
export class ShopClock implements Clock {
  readonly #own: Clock
  readonly #read: ReadClock
  #at: { now: number; own: number; frozen: boolean } | undefined

  private constructor(own: Clock, read: ReadClock) {
    this.#own = own
    this.#read = read
  }

  static async of({ clock, fetch, signal }: Context, origin: string | undefined): Promise<ShopClock> {
    const made = new ShopClock(clock, async () => {
      if (!isLocal(origin)) return undefined
      try {
        const answer = await fetch(`${origin}/_emulator/clock`, { signal })
        const { now, frozen } = (await answer.json()) as { now?: string; frozen?: boolean }
        const time = Date.parse(now ?? '')
        return Number.isNaN(time) ? undefined : { now: time, frozen: frozen === true }
      } catch {
        // The call itself says better what is wrong.
        return undefined
      }
    })
    await made.synchronize()
    return made
  }

  /** To be called now and then by what goes on for long. */
  async synchronize(): Promise<void> {
    const read = await this.#read()
    this.#at = read === undefined ? undefined : { ...read, own: this.#own.now() }
  }

  now(): number {
    if (this.#at === undefined) return this.#own.now()
    return this.#at.now + (this.#at.frozen ? 0 : this.#own.now() - this.#at.own)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#own.sleep(ms, signal)
  }
}
