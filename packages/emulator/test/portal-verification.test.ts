import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verification } from '@tockwork/contracts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import type { Platform } from '../src/platform.ts'
import { verifyUrlProperty } from '../src/portal/url-properties.ts'
import { assumed, documented, observed } from './claim.ts'
import { connect, frozenEmulator, send } from './client.ts'

let emulator: Emulator
let server: Server
/** What the developer's own server answers, by path. */
let files: Record<string, string>
let status: number
let received: { headers: IncomingMessage['headers']; body: string }[]
let site: string

beforeEach(async () => {
  files = {}
  received = []
  status = 200
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    if (request.method === 'POST')
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
    const file = files[request.url ?? '']
    response.writeHead(request.method === 'POST' ? status : file === undefined ? 404 : 200)
    response.end(file)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  emulator = await frozenEmulator()
})
afterEach(async () => {
  await emulator.close()
  server.close()
})

const api = (method: string, path: string, json?: unknown) =>
  send(emulator, method, `/_emulator/apps/tw-demo-app/${path}`, json === undefined ? {} : { json })
const add = (value: string) => api('POST', 'url-properties', { value })
const verify = (value: string, more = {}) => api('POST', 'url-properties/verify', { value, ...more })
const property = () => emulator.world.apps.get('tw-demo-app')!.urlProperties[0]!

describe('URL properties', () => {
  test('show the record and the file that prove them', observed('many public repositories'), async () => {
    const { body } = await add('https://media.example.com/clips/')
    const { token } = property()
    expect(token).toMatch(verification.tokenPattern)
    expect(body.url_properties).toEqual([
      {
        kind: 'prefix',
        value: 'https://media.example.com/clips/',
        verified: false,
        record: `tiktok-developers-site-verification=${token}`,
        file: `https://media.example.com/clips/tiktok${token}.txt`,
      },
    ])
  })

  test.each([
    ['https://media.example.com/clips', 'must end with a slash'],
    ['http://media.example.com/', 'scheme must be https'],
    ['https://10.0.0.1/', 'host must not be an IP address'],
    ['https://media.example.com/?a=/', 'must have no query string and no fragment'],
    ['nodots', 'must be a host name such as static.example.com'],
  ])(
    '%s is refused with the rule',
    documented('content-posting-api-media-transfer-guide'),
    async (value, rule) => {
      const { status: http, body } = await add(value)
      expect(http).toBe(400)
      expect(body.problems).toContainEqual({ field: 'value', rule })
    },
  )

  test('a prefix is verified by really fetching its file', observed('many public repositories'), async () => {
    const value = `${site}/clips/`
    await add(value)
    const { token } = property()
    expect((await verify(value)).body).toEqual({
      verified: false,
      found: `${value}tiktok${token}.txt could not be fetched: HTTP 404`,
    })
    files[`/clips/tiktok${token}.txt`] = 'something else'
    expect((await verify(value)).body.found).toContain('“something else”')
    files[`/clips/tiktok${token}.txt`] = `${verification.record(token)}\n`
    expect((await verify(value)).body.verified).toBe(true)
    expect(property().verified).toBe(true)
  })

  test('this machine is not fetched from when the setting says no', async () => {
    const value = `${site}/clips/`
    await add(value)
    files[`/clips/tiktok${property().token}.txt`] = verification.record(property().token)
    emulator.configure({ pullFromLocal: false })
    expect((await verify(value)).body).toMatchObject({
      verified: false,
      found: expect.stringContaining('internal address'),
    })
    expect((await add(`${site}/more/`)).body.problems[0].rule).toBe('scheme must be https')
  })

  test('a domain is verified by its TXT records', observed('many public repositories'), async () => {
    await add('static.example.com')
    const app = emulator.world.apps.get('tw-demo-app')!
    const { token } = property()
    const platform = { world: emulator.world } as Platform
    const asked: string[] = []
    const resolver = (records: string[][]) => async (name: string) => {
      asked.push(name)
      return records
    }
    const missing = await verifyUrlProperty(platform, app, 'static.example.com', resolver([['v=spf1']]))
    expect(missing).toMatchObject({
      verified: false,
      found: expect.stringContaining('none of the 1 TXT records'),
    })
    const failing = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    expect((await verifyUrlProperty(platform, app, 'static.example.com', failing)).found).toContain(
      'ENOTFOUND',
    )
    // Long records come in parts.
    const record = verification.record(token)
    const split = resolver([['v=spf1'], [record.slice(0, 20), record.slice(20)]])
    expect(await verifyUrlProperty(platform, app, 'static.example.com', split)).toMatchObject({
      verified: true,
    })
    expect(asked).toEqual(['static.example.com', 'static.example.com'])
  })

  test(
    'once verified, media is pulled from there',
    documented('content-posting-api-media-transfer-guide'),
    async () => {
      const mika = await connect(emulator)
      const pull = async () =>
        (
          await mika.as('/v2/post/publish/inbox/video/init/', {
            source_info: { source: 'PULL_FROM_URL', video_url: 'https://static.example.com/a.mp4' },
          })
        ).body.error.code
      await add('static.example.com')
      expect(await pull()).toBe('url_ownership_unverified')
      expect((await verify('static.example.com', { without_looking: true })).body.verified).toBe(true)
      expect(await pull()).toBe('ok')
      await api('DELETE', `url-properties?value=static.example.com`)
      expect(await pull()).toBe('url_ownership_unverified')
      expect((await verify('static.example.com')).body.problem).toContain('no URL property')
    },
  )
})

describe('the webhook test', () => {
  test('really sends a signed event, and says how it went', documented('webhooks-verification'), async () => {
    expect((await api('POST', 'webhook-test')).body.problem).toBe('webhook_url: the app has none')
    await send(emulator, 'PATCH', '/_emulator/apps/tw-demo-app', { json: { webhook_url: `${site}/hook` } })
    const { body } = await api('POST', 'webhook-test')
    expect(body).toMatchObject({
      delivered: true,
      delivery: { state: 'delivered', attempts: [{ status: 200 }] },
    })
    const [event] = received
    const [, seconds, signature] = /^t=(\d+),s=(\w+)$/.exec(String(event?.headers['tiktok-signature'])) ?? []
    const expected = createHmac('sha256', 'tw-demo-secret').update(`${seconds}.${event?.body}`).digest('hex')
    expect(signature).toBe(expected)
    expect(JSON.parse(event?.body ?? '')).toMatchObject({
      client_key: 'tw-demo-app',
      create_time: Number(seconds),
    })
    expect(body.delivery.attempts[0].signature).toBe(event?.headers['tiktok-signature'])
  })

  test('is not repeated when it fails', assumed('a test is one request'), async () => {
    status = 503
    await send(emulator, 'PATCH', '/_emulator/apps/tw-demo-app', { json: { webhook_url: `${site}/hook` } })
    const { body } = await api('POST', 'webhook-test')
    expect(body).toMatchObject({
      delivered: false,
      delivery: { state: 'dropped', attempts: [{ status: 503 }] },
    })
    await emulator.advance(86_400)
    expect(received).toHaveLength(1)
  })
})
