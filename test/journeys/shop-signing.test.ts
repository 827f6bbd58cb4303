/**
 * Whatever the SDK signs, the emulator takes, and so does a third implementation: the one below follows the words of the
 * documentation (partner.tiktokshop.com/docv2, sign-your-api-request) over the raw request line, and shares no code with
 * either. A request of which anything signed is changed on the way is refused.
 */
import { createHmac } from 'node:crypto'
import { Agent, request as sendRaw } from 'node:http'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import type { Http, HttpRequest } from '@tockwork/sdk'
import { TikTokShop } from '@tockwork/sdk/shop'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

const APP = { appKey: 'tw-shop-app', appSecret: 'tw-shop-secret', serviceId: 'tw-shop-service' }

let emulator: Emulator
let token: string
let shopId: string
const agent = new Agent({ keepAlive: true })

beforeAll(async () => {
  emulator = await startEmulator({ seed: 'signing', settings: { rateLimits: false } })
  const client = new TikTokShop({ ...APP, origin: emulator.origin, clock: emulator.clock })
  const { url, state } = client.auth.consentUrl()
  const answer = await fetch(`${emulator.origin}/_emulator/authorize`, {
    method: 'POST',
    body: JSON.stringify({ authorize_url: url, user: 'Pinecart' }),
  })
  const { redirect_url } = (await answer.json()) as { redirect_url: string }
  const grant = await client.auth.exchange(client.auth.parseCallback(redirect_url, { state }))
  token = grant.accessToken.reveal()
  shopId = (await client.as(grant.openId).shops())[0]?.id as string
})
afterAll(async () => {
  agent.destroy()
  await emulator.close()
})

interface Sent {
  line: string
  headers: Record<string, string>
  body: Buffer
}

/** The documented recipe, on what goes over the wire. */
function documentedSign({ line, headers, body }: Sent, secret: string): string {
  const [path = '', search = ''] = line.split('?')
  const parameters = search
    .split('&')
    .map((pair) => pair.split('=') as [string, string])
    .map(([name, value]) => [decodeURIComponent(name), decodeURIComponent(value)] as const)
    .filter(([name]) => name !== 'sign' && name !== 'access_token')
    .sort(([a], [b]) => Buffer.from(a).compare(Buffer.from(b)))
  const hashed = Buffer.concat([
    Buffer.from(secret + path + parameters.map(([name, value]) => name + value).join('')),
    headers['content-type']?.startsWith('multipart/form-data') === true ? Buffer.alloc(0) : body,
    Buffer.from(secret),
  ])
  return createHmac('sha256', secret).update(hashed).digest('hex')
}

function signOf({ line }: Sent): string {
  return new URLSearchParams(line.split('?')[1]).get('sign') ?? ''
}

/** Sends the bytes as they are: `fetch` would tidy the address up. */
function send(method: string, { line, headers, body }: Sent): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(emulator.origin)
  return new Promise((resolve, reject) => {
    const started = sendRaw(
      { agent, hostname, port, method, path: line, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
        )
        response.on('error', reject)
      },
    )
    started.on('error', reject)
    started.end(body)
  })
}

/** What a call of the SDK sends, with the emulator's answer to it. */
class Recorder implements Http {
  readonly calls: { method: string; sent: Sent; code: number }[] = []

  async send({ method, url, headers, body }: HttpRequest) {
    const bytes =
      body === undefined || typeof body === 'string'
        ? Buffer.from(body ?? '')
        : Buffer.from(body as Uint8Array)
    const sent = { line: url.slice(emulator.origin.length), headers, body: bytes }
    const { status, text } = await send(method, sent)
    this.calls.push({ method, sent, code: (JSON.parse(text) as { code?: number }).code ?? 0 })
    return {
      status,
      headers: { 'content-type': 'application/json' },
      text: async () => text,
      bytes: async () => new TextEncoder().encode(text),
      stream: async function* () {
        yield new TextEncoder().encode(text)
      },
    }
  }
}

/** Reserved characters, percent signs, spaces, letters of other scripts, and pictures beyond the Basic Plane. */
const text = (maxLength: number) =>
  fc.string({
    maxLength,
    minLength: 1,
    unit: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'aZ09-._~') },
      { weight: 3, arbitrary: fc.constantFrom(...'!*\'()&=+%/?#;:@,$[]{}"\\ \t\n<>|^`') },
      {
        weight: 2,
        arbitrary: fc.constantFrom('é', 'ß', 'я', '語', '\u0301', '～', '😀', '𐀀', '\u200d', '\u0000'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    ),
  })
// The client sets these itself and refuses them; ciphers are put in by it, too.
const OWN = ['app_key', 'timestamp', 'sign', 'access_token', 'shop_cipher']
const query = fc.dictionary(
  text(12).filter((name) => !OWN.includes(name)),
  fc.oneof(text(40), fc.integer(), fc.boolean(), fc.array(text(6), { minLength: 1, maxLength: 3 })),
  { maxKeys: 6, noNullPrototype: true },
)
/** The client refuses whole numbers that may have lost digits. */
const keptNumber = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? 7 : value
const body = fc
  .dictionary(text(10), fc.jsonValue({ stringUnit: 'binary', maxDepth: 2 }), {
    maxKeys: 5,
    noNullPrototype: true,
  })
  .map((value) => JSON.parse(JSON.stringify(value), keptNumber) as object)

const calls = fc.oneof(
  fc.record({ id: fc.constant('shop.order.GetOrderList.202309' as const), query, body }),
  fc.record({ id: fc.constant('shop.event.UpdateShopWebhook.202309' as const), query, body }),
  fc.record({ id: fc.constant('shop.product.DeleteProducts.202309' as const), query, body }),
  fc.record({ id: fc.constant('shop.order.GetOrderDetail.202309' as const), query }),
  fc.record({
    id: fc.constant('shop.product.GetProduct.202309' as const),
    path: fc.record({ product_id: text(20).filter((part) => part !== '.' && part !== '..') }),
    query,
  }),
  fc.record({
    id: fc.constant('shop.product.UploadProductImage.202309' as const),
    query,
    form: fc.record({
      data: fc.record({
        bytes: fc.uint8Array({ maxLength: 200 }),
        filename: fc.constantFrom('a.jpg', 'é 語.png'),
      }),
      use_case: text(10),
    }),
  }),
)

/** SDKs refuse lone surrogates, which have no bytes. */
const isWellFormed = (value: unknown): boolean =>
  JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(value))

const WRONG_SIGNATURE = 106_001

test('random requests: three implementations agree on every signature, and no changed request passes', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(calls.filter(isWellFormed), fc.nat(), async ({ id, ...parts }, at) => {
      const recorder = new Recorder()
      // A client for each request: none waits for the 50 calls a second of another.
      const client = new TikTokShop({
        ...APP,
        origin: emulator.origin,
        clock: emulator.clock,
        http: recorder,
        limits: { maxAttempts: 1 },
      })
      const account = client.withToken(token)
      const shop = id === 'shop.product.UploadProductImage.202309' ? {} : { shopId }
      // What the emulator makes of made-up values is not the question; only what it says of the signature.
      await account.call(id, { ...parts, ...shop } as never).catch(() => {})
      const last = recorder.calls.at(-1)
      if (last === undefined) throw new Error(`${id} sent nothing`)
      const { method, sent, code } = last
      expect(signOf(sent)).toBe(documentedSign(sent, APP.appSecret))
      expect(code, sent.line).not.toBe(WRONG_SIGNATURE)
      seen.set(id, (seen.get(id) ?? 0) + 1)

      const changed = spoil(sent, at)
      const answer = await send(method, changed)
      expect(JSON.parse(answer.text).code, changed.line).toBe(WRONG_SIGNATURE)
    }),
    { numRuns: 150 },
  )
  expect([...seen.keys()]).toHaveLength(6)
})

/** One thing that is signed, changed: a parameter, the path, or a byte of the body. */
function spoil(sent: Sent, at: number): Sent {
  const signed = sent.body.length > 2 && sent.headers['content-type'] === 'application/json'
  if (signed && at % 3 === 0) {
    const body = Buffer.from(sent.body)
    const place = at % body.length
    body[place] = (body[place] as number) ^ 1
    return { ...sent, body }
  }
  if (at % 3 === 1) return { ...sent, line: sent.line.replace('timestamp=1', 'extra=1&timestamp=1') }
  return {
    ...sent,
    line: sent.line.replace(
      /(&app_key=|\?app_key=)/,
      `${sent.line.includes('?app_key') ? '?' : '&'}p=%F0%9F%98%80&app_key=`,
    ),
  }
}
