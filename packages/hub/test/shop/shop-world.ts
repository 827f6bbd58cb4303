import { shopOperations } from '@tockwork/api'
import { cryptoRandom } from '@tockwork/kernel'
import { signShopWebhook } from '@tockwork/sdk/shop'
import type { FastifyInstance } from 'fastify'
import { createServer } from '../../src/http/server.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { createShopServices } from '../../src/shop/services.ts'
import { type ShopSyncReport, shopSyncDue } from '../../src/shop/sync-due.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { commerceHandlers, commerceOperations } from '../../src/unified/commerce.ts'
import { unifiedRoutes } from '../../src/unified/routes.ts'
import { AccountWorld, type Process, type Tenant } from '../account-world.ts'

export type ShopServices = ReturnType<typeof createShopServices>

export interface Ending {
  accountId: string
  endsAt: number
}

const SHOP_APP = { key: 'tw-shop-app', secret: 'tw-shop-secret', service: 'tw-shop-service' }

/** The hub's Shop on a real database against the emulator's, on one clock that is moved by hand. */
export class ShopWorld {
  readonly accounts: AccountWorld
  readonly tenant: Tenant
  readonly shop: ShopServices
  /** What was told of authorizations. */
  readonly endings: Ending[]
  readonly #server: FastifyInstance

  private constructor(parts: {
    accounts: AccountWorld
    tenant: Tenant
    shop: ShopServices
    endings: Ending[]
    server: FastifyInstance
  }) {
    this.accounts = parts.accounts
    this.tenant = parts.tenant
    this.shop = parts.shop
    this.endings = parts.endings
    this.#server = parts.server
  }

  static async start(): Promise<ShopWorld> {
    const accounts = await AccountWorld.start()
    const tenant = await accounts.tenant()
    const endings: Ending[] = []
    const shop = servicesOf(accounts, accounts.process, 'one', endings)
    const server = await createServer({
      operations: shopOperations,
      handlers: shop.handlers,
      plainRoutes: [
        ...shop.plainRoutes,
        ...unifiedRoutes(
          commerceOperations,
          commerceHandlers({
            db: accounts.database.db,
            clock: accounts.emulator.clock,
            publicUrl: accounts.origin,
          }) as never,
          { access: accounts.services.apiKeys, idempotency: accounts.services.idempotency },
        ),
      ],
      access: accounts.services.apiKeys,
      idempotency: accounts.services.idempotency,
      metrics: new Metrics({ process: false }),
      log: createLogger({ level: 'error', destination: { write: (line: string) => console.error(line) } }),
      clock: accounts.emulator.clock,
      random: cryptoRandom,
      checks: {},
      version: '0.0.0',
    })
    const app = await accounts.call(tenant, 'POST', '/v1/apps', {
      name: 'Shop app',
      environment: 'production',
      platform: 'tiktok_shop',
      client_key: SHOP_APP.key,
      client_secret: SHOP_APP.secret,
      service_id: SHOP_APP.service,
    })
    if (app.status !== 201) throw new Error(app.text)
    const world = new ShopWorld({
      accounts,
      tenant: { ...tenant, appId: app.json.id },
      shop,
      endings,
      server,
    })
    await world.control('PATCH', `/apps/${SHOP_APP.key}`, {
      redirect_url: `${accounts.origin}/connect/callback`,
    })
    return world
  }

  get emulator() {
    return this.accounts.emulator
  }

  get db() {
    return this.accounts.database.db
  }

  now(): number {
    return this.emulator.clock.now()
  }

  /** Another process of the hub on the same database. */
  another(holder: string): ShopServices {
    return servicesOf(this.accounts, this.accounts.anotherProcess(holder), holder, this.endings)
  }

  /** The whole way of a seller; answers the account's id. */
  async connect(user = 'Pinecart'): Promise<string> {
    const { id, authorizeUrl } = await this.accounts.invite(this.tenant)
    await this.accounts.visit('GET', await this.consent(authorizeUrl, user))
    const session = await this.accounts.call(this.tenant, 'GET', `/v1/connect-sessions/${id}`)
    if (session.json.outcome !== 'connected') throw new Error(session.text)
    return session.json.account_id
  }

  /** The seller says yes; answers where they are led back to. */
  async consent(authorizeUrl: string, user: string): Promise<string> {
    const answer = await fetch(`${this.emulator.origin}/_emulator/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ authorize_url: authorizeUrl, user }),
    })
    const json = (await answer.json()) as { redirect_url?: string }
    if (json.redirect_url === undefined) throw new Error(JSON.stringify(json))
    return json.redirect_url
  }

  /** Reads what is due now, and what becomes due by that. */
  async run(shop: ShopServices = this.shop): Promise<ShopSyncReport> {
    const all: ShopSyncReport = { claimed: 0, done: 0, waiting: 0, lost: 0, failed: 0 }
    for (let round = 0; round < 10; round += 1) {
      const report = await this.accounts.whileMoving(shopSyncDue(shop.shopDueParts))
      for (const key of Object.keys(all) as (keyof ShopSyncReport)[]) all[key] += report[key]
      if (report.claimed === 0) break
    }
    return all
  }

  async call(method: 'GET' | 'POST', url: string, body?: object, headers: Record<string, string> = {}) {
    // Calls to TikTok wait for room in a window of a second, by the clock that is moved by hand.
    const asking = this.#server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${this.tenant.key}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    const answer = await this.accounts.whileMoving(asking.then((reply) => reply))
    return {
      status: answer.statusCode,
      headers: answer.headers,
      json: answer.body === '' ? undefined : answer.json(),
    }
  }

  /** The shop of a seller as the hub shows it, by its region. */
  async shopOf(accountId: string, region?: string) {
    const { json } = await this.call('GET', `/v1/shops?account_id=${accountId}`)
    const found = json.data.find((shop: { region: string }) => region === undefined || shop.region === region)
    if (found === undefined) throw new Error(`${accountId} has no such shop`)
    return found
  }

  /** Everything of a list, page by page. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  async all(path: string): Promise<any[]> {
    const found = []
    let cursor = ''
    for (;;) {
      const { json, status } = await this.call(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=100${cursor}`,
      )
      if (status !== 200) throw new Error(JSON.stringify(json))
      found.push(...json.data)
      if (json.next_cursor === null) return found
      cursor = `&cursor=${json.next_cursor}`
    }
  }

  /** The emulator's hands: `/_emulator/shop/…`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  async control(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<any> {
    const answer = await fetch(`${this.emulator.origin}/_emulator/shop${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const json = await answer.json()
    if (!answer.ok) throw new Error(JSON.stringify(json))
    return json
  }

  /** Moves time on, with everything that comes due in the emulated shops. */
  advance(seconds: number): Promise<void> {
    return this.emulator.advance(seconds)
  }

  /** Ids of orders, with their states, in the emulator's own books. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of the emulator's world
  books(externalId: string): any[] {
    return this.emulator.world.shop.orders.where('shop', externalId)
  }

  /**
   * What differs once the reading is as far as the shop: waiting for room in a window moves the clock, and with it what
   * happens to orders after they were read.
   */
  async lag(shop: { id: string; external_id: string }): Promise<string[]> {
    for (let look = 0; ; look += 1) {
      const found = await this.differences(shop)
      if (found.length === 0 || look === 3) return found
      await this.call('POST', `/v1/shops/${shop.id}/sync`, { kinds: ['orders'] })
      await this.run()
    }
  }

  /** What differs between the hub's orders of a shop and the emulator's books. */
  async differences(shop: { id: string; external_id: string }): Promise<string[]> {
    const here = new Map((await this.all(`/v1/shops/${shop.id}/orders`)).map((order) => [order.id, order]))
    const books = this.books(shop.external_id)
    const wrong = books
      .filter((row) => {
        const order = here.get(row.id)
        return order?.status !== row.status || Date.parse(order.updated_at) !== row.updatedAt * 1000
      })
      .map(({ id }) => id)
    for (const { id } of books) here.delete(id)
    return [...wrong, ...[...here.keys()].map((id) => `${id} is not in the books`)]
  }

  /** Has the emulator send its webhooks here. */
  async listen(): Promise<void> {
    const address = await this.#server.listen({ host: '127.0.0.1', port: 0 })
    await this.control('PATCH', `/apps/${SHOP_APP.key}`, {
      webhook_url: `${address}/webhooks/tiktok-shop/${this.tenant.appId}`,
    })
  }

  /** A delivery as TikTok would make it, signed with a secret. */
  async deliver(event: object, { secret = SHOP_APP.secret, appId = this.tenant.appId } = {}) {
    const body = JSON.stringify(event)
    const signature = await signShopWebhook({ appKey: SHOP_APP.key, appSecret: secret, body })
    const answer = await this.#server.inject({
      method: 'POST',
      url: `/webhooks/tiktok-shop/${appId}`,
      headers: { authorization: signature, 'content-type': 'application/json' },
      payload: body,
    })
    return { status: answer.statusCode, text: answer.body }
  }

  /** Calls of the Shop's API that were asked of the emulator so far, by a part of their name. */
  calls(name: string): number {
    return this.emulator.requests().filter(({ endpoint }) => endpoint?.includes(name) === true).length
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.accounts.close()
  }
}

function servicesOf(accounts: AccountWorld, { services }: Process, holder: string, endings: Ending[]) {
  const { db } = accounts.database
  const { tokens, platforms, accountEnd } = services
  return createShopServices({
    db,
    unitOfWork: createUnitOfWork(db, { send: async () => null }),
    vault: accounts.vault,
    clock: accounts.emulator.clock,
    random: cryptoRandom,
    log: silentLog,
    holder,
    tokens,
    platforms,
    accountEnd,
    rateTime: 'clock',
    onAuthorizationEnding: async (_work, { accountId, endsAt }) => {
      endings.push({ accountId, endsAt })
    },
  })
}
