import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { shopWebhook } from '@tockwork/contracts/shop'
import { delivery as rules, signature } from '@tockwork/contracts/webhooks'
import { stringifyJson } from '@tockwork/kernel'
import { request as httpRequest, https } from '../http/node-http.ts'
import type { Platform } from '../platform.ts'
import { addressKind, guardedLookup } from '../posting/pull.ts'
import type { AppRow, DeliveryRow } from '../state/model.ts'

const DELIVER = 'webhook.deliver'
/** What TikTok's test sends is not documented; receivers must live with events they do not know anyway. */
const TEST_EVENT = 'emulator.test'

/** Pauses grow fourfold from ten seconds to six hours; TikTok says exponential and 72 hours, not the steps. */
const FIRST_PAUSE_SECONDS = 10
const MAX_PAUSE_SECONDS = 6 * 3600
const ANSWER_WITHIN_MS = 10_000

/** Writes an event down and sends it to the app's callback URL. */
export function notify(
  platform: Platform,
  clientKey: string,
  event: string,
  openId: string | undefined,
  content: unknown,
): void {
  const app = platform.world.apps.get(clientKey)
  if (app?.webhookUrl === undefined || app.webhookUrl === '') return
  const delivery = writeDown(platform, app.id, app.webhookUrl, event, openId, content)
  platform.timers.after(0, DELIVER, delivery.id)
}

/** The portal's "Test URL": one signed event at once, with no further attempt, and how it went. */
export async function sendTestEvent(platform: Platform, app: AppRow, url: string): Promise<DeliveryRow> {
  const content = { message: 'A test of the callback URL.' }
  const delivery = writeDown(platform, app.id, url, TEST_EVENT, undefined, content)
  await attempt(platform, delivery)
  platform.timers.drop(DELIVER, delivery.id)
  if (delivery.state === 'pending') platform.world.deliveries.patch(delivery, { state: 'dropped' })
  return delivery
}

function writeDown(
  platform: Platform,
  clientKey: string,
  url: string,
  event: string,
  openId: string | undefined,
  content: unknown,
): DeliveryRow {
  const { world, clock, ids } = platform
  const body = JSON.stringify({
    client_key: clientKey,
    event,
    create_time: clock.seconds(),
    ...(openId === undefined ? {} : { user_openid: openId }),
    content: stringifyJson(content),
  })
  return world.deliveries.put({
    id: ids.hex(16),
    clientKey,
    url,
    event,
    body,
    createdAt: clock.now(),
    attempts: [],
    state: 'pending',
  })
}

/** Writes down an event whose body is ready and sends it soon. */
export function deliverLater(
  platform: Platform,
  event: Pick<DeliveryRow, 'clientKey' | 'url' | 'event' | 'body' | 'api'>,
): void {
  const { world, clock, ids, timers } = platform
  const row = world.deliveries.put({
    ...event,
    id: ids.hex(16),
    createdAt: clock.now(),
    attempts: [],
    state: 'pending',
  })
  timers.after(0, DELIVER, row.id)
}

export function registerDelivery(platform: Platform): void {
  platform.timers.on(DELIVER, async (id) => {
    const delivery = platform.world.deliveries.get(id)
    if (delivery?.state === 'pending') await attempt(platform, delivery)
  })
}

/** Sends once more, whatever its state: for the inspector. */
export function resend(platform: Platform, delivery: DeliveryRow): void {
  platform.world.deliveries.patch(delivery, { state: 'pending' })
  platform.timers.after(0, DELIVER, delivery.id)
}

function sign(secret: string, seconds: number, body: string): string {
  return `t=${seconds},s=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

async function attempt(platform: Platform, delivery: DeliveryRow): Promise<void> {
  const { world, clock, timers } = platform
  const isShop = delivery.api === 'shop'
  const secret = (isShop ? world.shop.apps : world.apps).get(delivery.clientKey)?.secret
  if (secret === undefined) return void world.deliveries.patch(delivery, { state: 'dropped' })
  const at = clock.now()
  const signed = isShop
    ? createHmac('sha256', secret).update(delivery.clientKey).update(delivery.body).digest('hex')
    : sign(secret, clock.seconds(), delivery.body)
  const result = await post(delivery.url, delivery.body, signed, platform.settings.webhooksToLocal, isShop)
  const attempts = [...delivery.attempts, { at, ...result, signature: signed }]
  if (result.status === rules.successStatus)
    return void world.deliveries.patch(delivery, { attempts, state: 'delivered' })
  const pause = isShop
    ? shopWebhook.retrySeconds[attempts.length - 1]
    : nextPause(platform, delivery, attempts)
  world.deliveries.patch(delivery, { attempts, state: pause === undefined ? 'dropped' : 'pending' })
  if (pause !== undefined) timers.after(pause, DELIVER, delivery.id)
}

/** Undefined when it would be too late. */
function nextPause(
  { clock }: Platform,
  delivery: DeliveryRow,
  attempts: readonly unknown[],
): number | undefined {
  const pause = Math.min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 4 ** (attempts.length - 1))
  return clock.now() + pause * 1000 > delivery.createdAt + rules.retryForSeconds * 1000 ? undefined : pause
}

function post(
  address: string,
  body: string,
  signed: string,
  local: boolean,
  isShop: boolean,
): Promise<{ status?: number; error?: string }> {
  if (!URL.canParse(address)) return Promise.resolve({ error: 'the callback URL is not a URL' })
  const url = new URL(address)
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:'))
    return Promise.resolve({ error: 'the callback URL must be https' })
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (
    isIP(literal) !== 0 &&
    addressKind(literal) !== 'public' &&
    !(local && addressKind(literal) === 'loopback')
  )
    return Promise.resolve({ error: 'an internal address' })
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? https().request : httpRequest
    const request = send(
      url,
      {
        method: 'POST',
        timeout: isShop ? shopWebhook.answerSeconds * 1000 : ANSWER_WITHIN_MS,
        lookup: guardedLookup(local),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          [isShop ? shopWebhook.header : signature.header]: signed,
        },
      },
      (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0 })
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) => resolve({ error: error.message }))
    request.end(body)
  })
}
