/** A second, plain implementation of a Shop client for the tests: fetch and an HMAC, and nothing of the SDK. */
import { createHmac } from 'node:crypto'
import { findShopOperations } from '@tockwork/contracts/shop/operations'
import { checkShopValue, shopSchema } from '@tockwork/contracts/shop/schemas'
import type { Emulator } from '../../src/index.ts'
import { type Answered, frozenEmulator, send } from '../client.ts'

const SHOP_APP = { key: 'tw-shop-app', secret: 'tw-shop-secret', service: 'tw-shop-service' }

export { frozenEmulator }

export interface ShopSession {
  token: string
  refresh: string
  openId: string
  shops: { id: string; cipher: string; region: string; name: string; code: string; seller_type: string }[]
}

export interface PlainCall {
  query?: Record<string, string>
  body?: unknown
  form?: FormData
  cipher?: string | undefined
  token?: string
  headers?: Record<string, string>
  /** Changes the signed query before it is sent. */
  spoil?: (query: URLSearchParams) => void
}

export function consentUrl(emulator: Emulator, path = '/open/authorize'): string {
  const query = path.startsWith('/open') ? `service_id=${SHOP_APP.service}` : `app_key=${SHOP_APP.key}`
  return `${emulator.origin}${path}?${query}&state=s1`
}

export async function consent(emulator: Emulator, user: string, path?: string): Promise<string> {
  const { body } = await send(emulator, 'POST', '/_emulator/authorize', {
    json: { authorize_url: consentUrl(emulator, path), user },
  })
  return new URL(body.redirect_url).searchParams.get('code') as string
}

export async function token(
  emulator: Emulator,
  query: Record<string, string>,
  path = 'get',
): Promise<Answered> {
  const all = new URLSearchParams({ app_key: SHOP_APP.key, app_secret: SHOP_APP.secret, ...query })
  return send(emulator, 'GET', `/api/v2/token/${path}?${all}`)
}

/** Consents as a seller and reads its shops. */
export async function connect(emulator: Emulator, seller = 'Pinecart'): Promise<ShopSession> {
  const code = await consent(emulator, seller)
  const { body } = await token(emulator, { auth_code: code, grant_type: 'authorized_code' })
  const session = {
    token: body.data.access_token,
    refresh: body.data.refresh_token,
    openId: body.data.open_id,
    shops: [],
  }
  const { body: listed } = await call(emulator, session, 'GET', '/authorization/202309/shops', {
    cipher: undefined,
  })
  return { ...session, shops: listed.data.shops }
}

export async function call(
  emulator: Emulator,
  session: ShopSession,
  method: string,
  path: string,
  options: PlainCall = {},
): Promise<Answered> {
  const cipher = 'cipher' in options ? options.cipher : session.shops[0]?.cipher
  const query = new URLSearchParams({
    ...options.query,
    ...(cipher === undefined ? {} : { shop_cipher: cipher }),
    app_key: SHOP_APP.key,
    timestamp: String(emulator.clock.seconds()),
  })
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  const signed = [...query.keys()].sort().map((name) => `${name}${query.get(name)}`)
  const text = [SHOP_APP.secret, path, ...signed, body ?? '', SHOP_APP.secret].join('')
  query.set('sign', createHmac('sha256', SHOP_APP.secret).update(text).digest('hex'))
  options.spoil?.(query)
  const response = await fetch(`${emulator.origin}${path}?${query}`, {
    method,
    headers: {
      'x-tts-access-token': options.token ?? session.token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(options.form === undefined ? {} : { body: options.form }),
  })
  const answer = await response.text()
  return { status: response.status, headers: response.headers, text: answer, body: JSON.parse(answer) }
}

/** `data` of a call that must succeed and fit the model that TikTok publishes. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
export async function data(...parameters: Parameters<typeof call>): Promise<any> {
  const { body, status } = await call(...parameters)
  if (status !== 200 || body.code !== 0)
    throw new Error(
      `${parameters[2]} ${parameters[3]}: ${status} ${body.code} ${body.message ?? JSON.stringify(body)}`,
    )
  const operation = findShopOperations(`${parameters[2]} ${parameters[3]}`).find(
    ({ path, version }) => path.includes(version) && parameters[3].includes(`/${version}/`),
  )
  const schema = operation === undefined ? undefined : await shopSchema(operation.id)
  const problems = schema === undefined ? [] : checkShopValue(schema.response, body.data, { coming: true })
  if (problems.length > 0)
    throw new Error(`${operation?.id}: ${problems.map(({ field, rule }) => `${field} ${rule}`).join(', ')}`)
  return body.data
}

/** The emulator's hands: `/_emulator/shop/…`. */
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
export async function byHand(emulator: Emulator, method: string, path: string, json?: unknown): Promise<any> {
  const { body, status } = await send(
    emulator,
    method,
    `/_emulator/shop${path}`,
    json === undefined ? {} : { json },
  )
  if (status !== 200) throw new Error(`${path}: ${body.problem}`)
  return body
}
