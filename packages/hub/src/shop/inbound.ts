/** Webhooks of TikTok Shop: verified on the bytes as they came, and acted on in the transaction that notes them. */
import { createHash } from 'node:crypto'
import { Problem, problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import type { AccountEnd } from '../connect/account-end.ts'
import type { PlainAnswer, PlainRequest, PlainRoute } from '../http/ports.ts'
import { idPattern, newId } from '../ids.ts'
import type { Log } from '../observability/log.ts'
import { findAccountById } from '../storage/accounts.ts'
import { type App, findAppsByClientKey } from '../storage/apps.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { findReceivingApp, finishInboundEvent, insertInboundEvent } from '../storage/inbound-events.ts'
import { setSellerEnd } from '../storage/shop-sellers.ts'
import { requestShopSync, wishFor } from '../storage/shop-syncs.ts'
import { SHOP_SYNC_KINDS } from '../storage/shop-tables.ts'
import { findShopsOfApps, findShopsWithProduct, type Shop } from '../storage/shops.ts'
import {
  readShopEvent,
  SHOP_SIGNATURE_HEADER,
  type ShopNews,
  type ShopVerification,
  verifyShopDelivery,
} from '../tiktok/shop/shop-webhooks.ts'
import { appSecretPlace } from '../tokens/platforms.ts'
import type { Vault } from '../vault/sealing.ts'

export interface ShopInboundParts {
  db: Database
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  accountEnd: AccountEnd
}

const BODY_LIMIT = 2 ** 20

export class ShopInbound {
  readonly #parts: ShopInboundParts

  constructor(parts: ShopInboundParts) {
    this.#parts = parts
  }

  /** Where TikTok sends the events of an app. */
  route(): PlainRoute {
    return {
      method: 'POST',
      path: '/webhooks/tiktok-shop/{app_id}',
      bodyLimit: BODY_LIMIT,
      handle: (request) => this.receive(request),
    }
  }

  /** @throws {Problem} `not_found`, `webhook_signature_…` (401), `invalid_request` */
  async receive({
    params,
    headers,
    body,
    log,
  }: Pick<PlainRequest, 'params' | 'headers' | 'body' | 'log'>): Promise<PlainAnswer> {
    const { clock, db, random } = this.#parts
    const appId = params.app_id ?? ''
    const app = idPattern('app').test(appId) ? await findReceivingApp(db, appId) : undefined
    if (app?.platform !== 'tiktok_shop') throw problem('not_found', 'There is no such app.')
    const signature = headers[SHOP_SIGNATURE_HEADER]
    const verified = await this.#verify(app, body, signature)
    if (!verified.ok) {
      log.warn({ app: appId, code: verified.code }, 'A webhook of TikTok Shop was refused')
      if (verified.status === 400) throw problem('invalid_request', verified.message)
      const { code, message: detail } = verified
      throw new Problem({ status: 401, code, title: 'The webhook is not to be trusted', detail })
    }
    const news = readShopEvent(verified.event)
    const appIds = await this.#appsOf(app, body, signature)
    const shops = await this.#shopsOf(news, appIds)
    // Before it is noted down: a repeat after a crash finds the work to do, or done.
    if (news.isDeauthorized) await this.#deauthorized(shops, news)
    // Each repeat of a delivery has the same id; bytes may differ.
    const hash = createHash('sha256').update(`shop:${verified.event.notificationId}`).digest()
    const outcome = outcomeOf(news, shops)
    const isNew = await db.transaction().execute(async (tx) => {
      const now = clock.now()
      const id = newId('inb', clock, random)
      const noted = { id, appId, appIds, hash, body: new Uint8Array(), receivedAt: now }
      if (!(await insertInboundEvent(tx, noted))) return false
      for (const shop of shops) await act(tx, shop, news, now)
      await finishInboundEvent(tx, id, { event: `shop.${news.topic}`, outcome, now })
      return true
    })
    if (isNew) log.info({ event: news.topic, outcome }, 'A webhook of TikTok Shop was processed')
    return { status: 200 }
  }

  /** Other workspaces may have the same app; whoever knows its secret too is told. */
  async #appsOf(app: App, body: Uint8Array, signature: string | undefined): Promise<string[]> {
    const ids = [app.id]
    for (const other of await findAppsByClientKey(this.#parts.db, app.clientKey))
      if (
        other.id !== app.id &&
        other.platform === 'tiktok_shop' &&
        (await this.#verify(other, body, signature)).ok
      )
        ids.push(other.id)
    return ids
  }

  /** The inventory topic names a seller in words that nothing else has; its product tells the shop. */
  async #shopsOf(news: ShopNews, appIds: readonly string[]): Promise<Shop[]> {
    const { db } = this.#parts
    if (news.shopId !== undefined) return findShopsOfApps(db, appIds, news.shopId)
    const product = news.wishes.find(({ kind }) => kind === 'stock')?.id
    return product === undefined ? [] : findShopsWithProduct(db, appIds, product)
  }

  async #deauthorized(shops: readonly Shop[], { at }: ShopNews): Promise<void> {
    const { accountEnd, clock, db } = this.#parts
    for (const accountId of new Set(shops.map((shop) => shop.accountId))) {
      const account = await findAccountById(db, accountId)
      if (account !== undefined)
        await accountEnd.grantRemoved(account, 'removed_by_seller', at ?? Math.floor(clock.now() / 1000))
    }
  }

  async #verify(app: App, body: Uint8Array, signature: string | undefined): Promise<ShopVerification> {
    const appSecret = await this.#parts.vault.open(app.secretSealed, appSecretPlace(app.workspaceId, app.id))
    return verifyShopDelivery({ appKey: app.clientKey, appSecret, body, signature })
  }
}

/** Stands with the event: why nothing happened, where nothing did. */
function outcomeOf(news: ShopNews, shops: readonly Shop[]): string {
  if (shops.length === 0) return news.shopId === undefined ? 'names_no_shop' : 'unknown_shop'
  if (news.isDeauthorized) return 'grant_ended'
  if (news.endsAt !== undefined) return 'end_noted'
  return news.wishes.length + news.walks.length > 0 ? 'reading_due' : 'ignored'
}

/** In the order of kinds, as every other transaction takes these rows. */
async function act(tx: Transaction, shop: Shop, news: ShopNews, now: number): Promise<void> {
  if (news.endsAt !== undefined) await setSellerEnd(tx, shop.accountId, news.endsAt)
  for (const kind of SHOP_SYNC_KINDS) {
    const ids = news.wishes.filter((wish) => wish.kind === kind).map(({ id }) => id)
    await wishFor(tx, shop.id, kind, ids, now)
    if (news.walks.includes(kind)) await requestShopSync(tx, shop.id, [kind], { now, at: now })
  }
}
