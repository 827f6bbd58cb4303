/** The gateway of TikTok Shop: what a business call meets before any work is done. Source: partner.tiktokshop.com/docv2. */
import { type ShopOperation, shopAge, shopRules } from '@tockwork/contracts/shop'
import { parseJson } from '@tockwork/kernel'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Platform } from '../platform.ts'
import { type ShopCall, ShopRefusal, type UploadedPart } from './call.ts'
import { exampleAnswer } from './example.ts'
import { Fields, isRecord } from './fields.ts'
import { handlerOf } from './handlers.ts'
import { assetCipher, cipherOf } from './ids.ts'
import { readParts } from './multipart.ts'
import { findOperation } from './operation-index.ts'
import { isSigned } from './signature.ts'
import type { ShopAccountRow, ShopAppRow, ShopGrantRow, ShopRow } from './state.ts'
import { validateBody } from './validate.ts'

/** Videos of products may have 100 MB. */
const MAX_UPLOAD_BYTES = 101 * 1024 * 1024
const MAX_JSON_BYTES = 4 * 1024 * 1024
const INVALID = 36009004

export async function callShop(platform: Platform, exchange: Exchange): Promise<Answer> {
  try {
    const data = await pass(platform, exchange)
    if (isAnswer(data)) return data
    return envelope(exchange, 200, 0, 'Success', data ?? {})
  } catch (error) {
    if (!(error instanceof ShopRefusal)) throw error
    exchange.request.resume()
    return refusal(exchange, error)
  }
}

export function refusal(exchange: Exchange, { code, message, status }: ShopRefusal): Answer {
  exchange.verdict = String(code)
  exchange.detail = message
  return envelope(exchange, status, code, message, null)
}

function envelope(
  exchange: Exchange,
  status: number,
  code: number,
  message: string,
  data: object | null,
): Answer {
  return jsonAnswer(
    status,
    { code, message, request_id: exchange.logId, data },
    { 'x-tt-logid': exchange.logId },
  )
}

function isAnswer(value: unknown): value is Answer {
  return isRecord(value) && typeof value.status === 'number' && 'headers' in value && 'body' in value
}

async function pass(platform: Platform, exchange: Exchange): Promise<object | undefined> {
  const { settings, clock } = platform
  if (settings.shopHttpsOnly && !isSecure(exchange))
    throw new ShopRefusal(INVALID, `Plain HTTP is refused since ${shopRules.httpsOnlySince}. Use HTTPS.`, 403)
  const found = findOperation(exchange.method === 'HEAD' ? 'GET' : exchange.method, exchange.path)
  if (found.kind === 'other-verb')
    throw new ShopRefusal(36009010, `This path takes ${found.verbs.join(', ')}, not ${exchange.method}.`, 405)
  if (found.kind === 'other-version')
    throw new ShopRefusal(36009014, 'The API version is unknown or retired.', 404)
  if (found.kind === 'none') throw new ShopRefusal(36009009, `There is no API at ${exchange.path}.`, 404)
  const { operation } = found
  exchange.endpoint = operation.id
  refuseRetired(operation, clock.now())
  const query = readQuery(exchange)
  const app = readApp(platform, query)
  exchange.clientKey = app.id
  refuseTimestamp(query, clock.seconds())
  const body = await readAll(exchange, operation)
  const given = query.get('sign') ?? ''
  const multipart = exchange.contentType === 'multipart/form-data'
  if (given === '') throw new ShopRefusal(INVALID, 'sign is missing.', 401)
  if (!isSigned(app.secret, { path: exchange.path, query, body, multipart }, given))
    throw new ShopRefusal(106001, 'The signature is wrong.', 401)
  const { grant, account } = readToken(platform, exchange, app)
  exchange.creator = account.id
  if (!KINDS[operation.entity].includes(account.kind))
    throw new ShopRefusal(101000, `A token of a ${account.kind} does not fit this API.`, 403)
  refuseScopes(operation, app, grant)
  const shop = readShop(platform, operation, app, account, query)
  refuseTooMany(platform, exchange, operation, app, shop)
  const values = Object.fromEntries([...query].filter(([name]) => !SYSTEM.has(name)))
  const parts = multipart
    ? readParts(body, exchange.header('content-type') ?? '')
    : new Map<string, UploadedPart>()
  const handler = handlerOf(operation)
  if (handler === undefined) return await notEmulated(exchange, operation)
  const sent = multipart ? formFields(parts) : readJson(body, exchange)
  if (!multipart) await validateBody(operation, sent, exchange, settings.strict)
  const call: ShopCall = {
    platform,
    world: platform.world.shop,
    exchange,
    operation,
    app,
    grant,
    account,
    shop,
    path: found.path,
    query: new Fields(values),
    body: new Fields(sent),
    parts,
    now: clock.seconds(),
  }
  return handler(call)
}

const SYSTEM = new Set([
  'app_key',
  'timestamp',
  'sign',
  'access_token',
  'shop_cipher',
  'category_asset_cipher',
])

/** The proxy hands over connections that were TLS towards the client; a reverse proxy says so in a header. */
function isSecure(exchange: Exchange): boolean {
  return 'encrypted' in exchange.request.socket || exchange.header('x-forwarded-proto') === 'https'
}

function refuseRetired(operation: ShopOperation, now: number): void {
  const age = shopAge(operation, now)
  if (age.state !== 'retired') return
  const successor = operation.lifecycle.successor
  throw new ShopRefusal(
    36009014,
    `Retired on ${age.on}.${successor === undefined ? '' : ` Use version ${successor}.`}`,
    404,
  )
}

/** Values that come several times count as one list. */
function readQuery({ query }: Exchange): Map<string, string> {
  return new Map([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]))
}

function readApp({ world }: Platform, query: ReadonlyMap<string, string>): ShopAppRow {
  const app = world.shop.apps.get(query.get('app_key') ?? '')
  if (app === undefined) throw new ShopRefusal(INVALID, 'app_key: is missing or unknown.', 401)
  return app
}

function refuseTimestamp(query: ReadonlyMap<string, string>, now: number): void {
  const text = query.get('timestamp') ?? ''
  const at = Number(text)
  if (!/^\d{1,12}$/.test(text))
    throw new ShopRefusal(INVALID, 'timestamp: must be whole seconds since 1970.', 401)
  if (at < now - shopRules.timestampBehindSeconds)
    throw new ShopRefusal(INVALID, 'timestamp: is more than five minutes old.', 401)
  if (at > now + shopRules.timestampAheadSeconds)
    throw new ShopRefusal(INVALID, 'timestamp: is more than 30 seconds ahead.', 401)
}

async function readAll(exchange: Exchange, operation: ShopOperation): Promise<Buffer> {
  if (exchange.method === 'GET' || exchange.method === 'HEAD') return Buffer.alloc(0)
  const limit = operation.encoding === 'multipart' ? MAX_UPLOAD_BYTES : MAX_JSON_BYTES
  if (Number(exchange.header('content-length') ?? 0) > limit)
    throw new ShopRefusal(36009021, 'The uploaded file is too large.', 413)
  const body = await exchange.body(limit)
  const type = exchange.contentType
  if (operation.encoding === 'multipart' && type !== 'multipart/form-data')
    throw new ShopRefusal(36009023, 'The body must be multipart/form-data.', 415)
  if (body.length > 0 && type !== 'application/json' && type !== 'multipart/form-data')
    throw new ShopRefusal(36009022, 'The body must be application/json or multipart/form-data.', 415)
  return body
}

/** The token travels in a header; older clients put it in the query. */
function readToken(
  { world, clock }: Platform,
  exchange: Exchange,
  app: ShopAppRow,
): { grant: ShopGrantRow; account: ShopAccountRow } {
  const given = exchange.header('x-tts-access-token') ?? exchange.query.get('access_token') ?? ''
  if (given === '') throw new ShopRefusal(INVALID, 'x-tts-access-token: is missing.', 401)
  const token = world.shop.tokens.get(given)
  const grant = token?.kind === 'access' ? world.shop.grants.get(token.grant) : undefined
  const account = grant === undefined ? undefined : world.shop.accounts.get(grant.account)
  if (token === undefined || grant === undefined || account === undefined || grant.app !== app.id)
    throw new ShopRefusal(105001, 'The access token is invalid.', 401)
  if (token.expiresAt <= clock.seconds()) throw new ShopRefusal(105002, 'The access token has expired.', 401)
  return { grant, account }
}

function refuseScopes(operation: ShopOperation, app: ShopAppRow, grant: ShopGrantRow): void {
  const { scopes } = operation
  if (scopes.length === 0 || operation.scopesInferred === true) return
  const has = (list: readonly string[]): boolean => scopes.some((scope) => list.includes(scope))
  if ((app.scopes.length > 0 && !has(app.scopes)) || !has(grant.scopes))
    throw new ShopRefusal(105005, `Access denied: one of ${scopes.join(', ')} is needed.`, 403)
}

const KINDS: Readonly<Record<ShopOperation['entity'], readonly string[]>> = {
  shop: ['seller'],
  seller: ['seller'],
  creator: ['creator'],
  account: ['partner'],
  asset: ['partner'],
  app: [],
}

const NO_SHOP: ShopRow = {
  id: '',
  seller: '',
  name: '',
  code: '',
  region: 'US',
  currency: 'USD',
  sellerType: 'LOCAL',
  sandbox: false,
  active: true,
  createdAt: 0,
  acceptsChat: false,
  noRestock: [],
  ordersPerHour: 0,
}

/** By the entity of the operation: which token it takes, and which cipher. */
function readShop(
  { world }: Platform,
  operation: ShopOperation,
  app: ShopAppRow,
  account: ShopAccountRow,
  query: ReadonlyMap<string, string>,
): ShopRow {
  const { entity, cipherUnknown } = operation
  const cipher = query.get('shop_cipher') ?? ''
  const shops = account.kind === 'seller' ? world.shop.shops.where('seller', account.id) : []
  if (entity === 'asset') {
    const asset = query.get('category_asset_cipher') ?? ''
    if (asset === '') throw new ShopRefusal(INVALID, 'category_asset_cipher: is missing.')
    if (asset !== assetCipher(app.id, account.id))
      throw new ShopRefusal(101000, 'category_asset_cipher: does not belong to this token.', 403)
    return NO_SHOP
  }
  if (entity !== 'shop' && cipherUnknown !== true) {
    if (cipher !== '') throw new ShopRefusal(INVALID, 'shop_cipher: this API takes none.')
    return shops[0] ?? NO_SHOP
  }
  if (cipher === '') {
    if (entity === 'shop' && cipherUnknown !== true) throw new ShopRefusal(106013, 'shop_cipher: is missing.')
    return shops[0] ?? NO_SHOP
  }
  const shop = shops.find((each) => cipherOf(app.id, each) === cipher)
  if (shop === undefined) throw new ShopRefusal(101000, 'shop_cipher: does not belong to this token.', 403)
  if (!shop.active) throw new ShopRefusal(105004, 'The shop is not active.', 403)
  return shop
}

/** 50 a second for each API and pair of app and shop; a sandbox shop has 1,000 an hour for all of them. */
function refuseTooMany(
  { limits, settings, clock }: Platform,
  exchange: Exchange,
  operation: ShopOperation,
  app: ShopAppRow,
  shop: ShopRow,
): void {
  if (!settings.rateLimits) return
  const none = { refusals: 0, seconds: 0 }
  const windows = [
    { key: `shop:${operation.id}:${app.id}:${shop.id}`, requests: shopRules.callsPerSecond, seconds: 1 },
    ...(shop.sandbox
      ? [{ key: `shop-sandbox:${shop.id}`, requests: shopRules.sandboxCallsPerHour, seconds: 3600 }]
      : []),
  ]
  for (const { key, requests, seconds } of windows) {
    const verdict = limits.take(key, { requests, seconds } as never, clock.now(), none)
    exchange.rate = { remaining: verdict.remaining, resetSeconds: verdict.resetSeconds }
    if (!verdict.allowed) throw new ShopRefusal(36009002, 'Too many requests.', 429)
  }
}

function readJson(body: Buffer, exchange: Exchange): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = parseJson(body.toString('utf8'))
  } catch (error) {
    throw new ShopRefusal(INVALID, `The body is not valid JSON: ${(error as Error).message}`)
  }
  // A client in wide use writes its empty body as a list.
  if (Array.isArray(value) && value.length === 0) {
    exchange.warn('an empty list as body where an object is documented')
    return {}
  }
  if (!isRecord(value)) throw new ShopRefusal(INVALID, 'The body must be a JSON object.')
  return value
}

function formFields(parts: ReadonlyMap<string, UploadedPart>): Record<string, string> {
  return Object.fromEntries(
    [...parts]
      .filter(([, part]) => part.filename === undefined)
      .map(([name, part]) => [name, part.bytes.toString('utf8')]),
  )
}

/** Looks like no answer of TikTok's; `x-emulator-example: 1` asks for an example with the right fields instead. */
async function notEmulated(exchange: Exchange, operation: ShopOperation): Promise<Answer> {
  exchange.verdict = 'not emulated'
  const example =
    exchange.header('x-emulator-example') === undefined ? undefined : await exampleAnswer(operation)
  if (example !== undefined) return envelope(exchange, 200, 0, 'Success', example)
  return jsonAnswer(501, {
    emulator: `${operation.id} is known but not emulated. Send the header x-emulator-example: 1 for an example of its answer.`,
  })
}
