/** TikTok Shop's side by hand: an `Http` whose answers a test writes, and a second, plain check of signatures. */
import { createHmac } from 'node:crypto'
import { ManualClock, Secret, seededRandom } from '@tockwork/kernel'
import type { TikTokEvent } from '../../src/events.ts'
import type { Http, HttpRequest } from '../../src/http.ts'
import {
  MemoryShopGrantStore,
  type ShopGrant,
  TikTokShop,
  type TikTokShopOptions,
} from '../../src/shop/index.ts'

export const APP_KEY = '6demo1app2key'
export const APP_SECRET = 's3cr3t0123456789abcdef0123456789abcdef01'
export const NOW = Date.parse('2026-11-28T12:00:00Z')

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** A string goes out as it is. */
  body: unknown
}

export interface Seen {
  method: string
  url: URL
  query: Record<string, string>
  headers: Record<string, string>
  body: string
  bytes: Uint8Array
}

export const ok = (data: unknown): Reply => ({
  body: { code: 0, message: 'Success', request_id: '2026112812000001', data },
})

export const no = (code: number, message = 'refused', status = 200): Reply => ({
  status,
  body: { code, message, request_id: '2026112812000002', data: null },
})

function fakeHttp(respond: (seen: Seen, at: number) => Reply | Error): Http & { seen: Seen[] } {
  const seen: Seen[] = []
  return {
    seen,
    async send(request: HttpRequest) {
      const url = new URL(request.url)
      const given = request.body ?? ''
      const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : (given as Uint8Array)
      const one: Seen = {
        method: request.method,
        url,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: new TextDecoder().decode(bytes),
        bytes,
      }
      seen.push(one)
      const reply = respond(one, seen.length - 1)
      if (reply instanceof Error) throw reply
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)
      const out = new TextEncoder().encode(text)
      return {
        status: reply.status ?? 200,
        headers: { 'content-type': 'application/json', ...reply.headers },
        text: async () => text,
        bytes: async () => out,
        async *stream() {
          yield out
        },
      }
    },
  }
}

export function grantOf(changes: Partial<ShopGrant> = {}): ShopGrant {
  return {
    openId: 'seller-1',
    accessToken: new Secret('ROW_token1'),
    refreshToken: new Secret('ROW_refresh1'),
    obtainedAt: NOW,
    expiresAt: NOW + 7 * 86_400_000,
    refreshExpiresAt: NOW + 365 * 86_400_000,
    userType: 'seller',
    scopes: [],
    sellerName: 'Demo',
    sellerBaseRegion: 'GB',
    ...changes,
  }
}

export async function shopWith(
  respond: (seen: Seen, at: number) => Reply | Error,
  options: Partial<TikTokShopOptions> & { grant?: ShopGrant } = {},
) {
  const http = fakeHttp(respond)
  const clock = new ManualClock(NOW)
  const grants = new MemoryShopGrantStore()
  const events: TikTokEvent[] = []
  const { grant = grantOf(), ...rest } = options
  await grants.put(grant)
  const shop = new TikTokShop({
    appKey: APP_KEY,
    appSecret: APP_SECRET,
    serviceId: '7000000000000000001',
    http,
    clock,
    random: seededRandom(1),
    grants,
    onEvent: (event) => events.push(event),
    ...rest,
  })
  return { shop, http, clock, grants, events, account: shop.as('seller-1') }
}

export const SHOPS = ok({
  shops: [
    {
      id: '7494049642642441621',
      name: 'One',
      region: 'GB',
      seller_type: 'LOCAL',
      cipher: 'GCP_one',
      code: 'A',
    },
    {
      id: '7494049642642441622',
      name: 'Two',
      region: 'US',
      seller_type: 'LOCAL',
      cipher: 'GCP_two',
      code: 'B',
    },
  ],
})

/** The documented steps, written down without a look at the client's own code. */
export function plainSign(url: URL, body: Uint8Array, contentType: string, secret: string): string {
  let text = secret + url.pathname
  const entries = [...url.searchParams].filter(([name]) => name !== 'sign' && name !== 'access_token')
  entries.sort((a, b) => Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])))
  for (const [name, value] of entries) text += name + value
  const hmac = createHmac('sha256', secret).update(text)
  if (!contentType.includes('multipart/form-data')) hmac.update(body)
  return hmac.update(secret).digest('hex')
}
