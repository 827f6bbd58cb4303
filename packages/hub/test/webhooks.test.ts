import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHubClient, type HubClient } from '@tockwork/api'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { Secret } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Hub, parseConfig, startHub } from '../src/index.ts'
import { createLogger } from '../src/observability/logger.ts'
import { guardedLookup, isPublicAddress } from '../src/webhooks/addresses.ts'
import { sendWebhook } from '../src/webhooks/sender.ts'
import { scratchFolder, testDatabase } from './database.ts'

const KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')
const quick = { timeout: 30_000, interval: 100 }

interface Got {
  headers: Record<string, string | string[] | undefined>
  body: string
}

let folder: string
let emulator: Emulator
let hub: Hub
let client: HubClient
let database: Awaited<ReturnType<typeof testDatabase>>
let receiver: Server
let address: string
let down = false
const got: Got[] = []
let refused = 0

beforeAll(async () => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-webhooks-'))
  database = await testDatabase({ empty: true })
  emulator = await startEmulator({ port: 0 })
  hub = await startHub(
    parseConfig({
      TOCKWORK_DATA_DIR: folder,
      TOCKWORK_HUB_PORT: '0',
      TOCKWORK_DATABASE_URL: database.url,
      TOCKWORK_SECRET_KEY: KEY,
      TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
      // How soon TikTok's webhooks act is measured here, without the time that looking at pictures takes.
      TOCKWORK_MEDIA_CHECKS: 'rules',
      TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'yes',
    }),
    { log: createLogger({ level: 'silent' }), graceSeconds: 2 },
  )
  const apiKey = new Secret(readFileSync(hub.adminKeyFile, 'utf8').trim())
  client = createHubClient({ origin: hub.url, apiKey })
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (down) refused += 1
      else got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(down ? 503 : 204).end()
    })
  })
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`
})
afterAll(async () => {
  await hub?.close()
  await emulator?.close()
  receiver?.close()
  await database?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function connect(user: string): Promise<string> {
  const app = (await client.apps.list()).data[0]
  const session = await client.connectSessions.create({ body: { app_id: app?.id ?? '' } })
  const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
  await fetch(emulator.consent(gone.headers.get('location') ?? '', user, []))
  const done = await client.connectSessions.get({ params: { session_id: session.id } })
  return done.account_id ?? ''
}

/** Standard Webhooks, written here from its specification. */
function fits({ headers, body }: Got, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(expected)
}

describe('webhooks of the hub', () => {
  it('are signed, lose nothing and keep their order while the receiver is down', async () => {
    const made = await client.webhookEndpoints.create({ body: { url: address } })
    const rotated = await client.webhookEndpoints.rotateSecret({
      params: { endpoint_id: made.id },
      body: { overlap_seconds: 600 },
    })
    down = true
    const account_id = await connect('mika')
    expect(account_id).toMatch(/^acc_/)
    await vi.waitFor(() => expect(refused).toBeGreaterThan(0), quick)
    await client.connectedAccounts.disconnect({ params: { account_id } })
    await connect('mika')
    down = false
    await vi.waitFor(() => expect(got).toHaveLength(3), quick)
    expect(got.map(({ body }) => JSON.parse(body).type)).toEqual([
      'account.connected',
      'account.disconnected',
      'account.connected',
    ])
    for (const one of got) {
      expect(fits(one, made.secret)).toBe(true)
      expect(fits(one, rotated.secret)).toBe(true)
      expect(fits(one, `whsec_${KEY}`)).toBe(false)
    }
    const { data } = await client.webhookDeliveries.list({ query: { endpoint_id: made.id } })
    expect(data.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered'])
    expect(data[2]?.attempts).toBeGreaterThan(1)
    await client.webhookDeliveries.replay({ params: { delivery_id: data[0]?.id ?? '' } })
    await vi.waitFor(() => expect(got).toHaveLength(4), quick)
    expect(got[3]?.headers['webhook-id']).toBe(got[2]?.headers['webhook-id'])
  }, 60_000)

  it('are not sent to internal addresses', async () => {
    for (const url of [
      'https://169.254.169.254/',
      'https://10.0.0.1/',
      'https://[fd00::1]/',
      'http://example.com/',
    ])
      await expect(client.webhookEndpoints.create({ body: { url } })).rejects.toMatchObject({
        code: 'webhook_url_refused',
      })
    for (const inside of [
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '::1',
      '2002:a00:1::',
      '100.64.0.1',
      'fe80::1%eth0',
    ])
      expect(isPublicAddress(inside), inside).toBe(false)
    for (const outside of ['1.1.1.1', '2606:4700::1111']) expect(isPublicAddress(outside), outside).toBe(true)
    const options = { toLoopback: false, signal: new AbortController().signal }
    const inside = async () => [{ address: '127.0.0.1', family: 4 }]
    expect(await sendWebhook('https://pretty.example/', '{}', {}, { ...options, resolve: inside })).toEqual({
      error: 'The name points to an internal address.',
    })
    expect(await sendWebhook('https://[::1]/', '{}', {}, { ...options, resolve: inside })).toEqual({
      error: 'The address is an internal one.',
    })
    const mixed = async () => [{ address: '1.1.1.1', family: 4 }, ...(await inside())]
    const answer = new Promise((done) =>
      guardedLookup(mixed, options)('pretty.example', { all: true }, (error) => done(error)),
    )
    expect(await answer).toBeInstanceOf(Error)
  })

  it('do not follow redirects', async () => {
    let followed = false
    const other = createServer((request, response) => {
      if (request.url === '/inside') followed = true
      response.writeHead(302, { location: '/inside' }).end()
    })
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
    const signal = new AbortController().signal
    const resolve = async () => []
    expect(await sendWebhook(url, '{}', {}, { toLoopback: true, signal, resolve })).toEqual({ status: 302 })
    expect(followed).toBe(false)
    other.close()
  })
})

describe('a post that needs approval', () => {
  it('is told of when it is asked for, rejected, asked for again and approved', async () => {
    const account_id = await connect('mika')
    const workspace_id = (await client.workspaces.list({ query: {} })).data[0]?.id ?? ''
    await client.workspaces.update({ params: { workspace_id }, body: { own_approval_allowed: true } })
    const slots = [1, 4].map((weekday) => ({ weekday, time: '09:00' }))
    const queue = await client.accountQueues.set({
      params: { account_id },
      body: { time_zone: 'Europe/Berlin', slots },
    })
    const made = await client.posts.create({
      body: {
        accounts: [account_id],
        mode: 'draft',
        video: { url: 'https://media.example.com/clip.mp4' },
        schedule: 'next_slot',
        approval: 'required',
      },
    })
    const post_id = made.posts[0]?.id ?? ''
    expect(made.posts[0]).toMatchObject({ state: 'waiting_for_approval', slot_at: queue.next_free_slot })
    await client.posts.reject({ params: { post_id }, body: { reason: 'Too salty' } })
    const video = { url: 'https://media.example.com/less-salt.mp4' }
    const { version } = await client.posts.update({ params: { post_id }, body: { video } })
    await client.posts.approve({ params: { post_id }, body: { version } })
    await vi.waitFor(
      async () => expect((await client.posts.get({ params: { post_id } })).state).toBe('waiting_for_time'),
      quick,
    )
    const queued = await client.accountQueues.listPosts({ params: { account_id }, query: {} })
    expect(queued.data).toMatchObject([{ id: post_id, slot_at: queue.next_free_slot }])
    await client.posts.cancel({ params: { post_id } })
    await vi.waitFor(() => {
      const told = got.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.post_id === post_id)
      const named = told.map(({ type }) => type).filter((type) => type !== 'post.state_changed')
      expect(named).toEqual([
        'post.approval_requested',
        'post.rejected',
        'post.approval_requested',
        'post.approved',
        'post.cancelled',
      ])
    }, quick)
  }, 60_000)
})

describe('webhooks of TikTok', () => {
  it('publish a post the moment TikTok says so', async () => {
    const app = (await client.apps.list()).data[0]
    const row = emulator.world.apps.get('tw-demo-app')
    if (row === undefined) throw new Error('the demo app is there')
    emulator.world.apps.patch(row, { webhookUrl: `${hub.url}/webhooks/tiktok/${app?.id}` })
    // By then polling asks every five seconds: at 10 and at 15, so that it is the webhook that publishes.
    emulator.configure({ processingSeconds: 12, moderationSeconds: 3 })
    const accountId = await connect('mika')
    const key = readFileSync(hub.adminKeyFile, 'utf8').trim()
    const uploaded = await fetch(`${hub.url}/v1/assets?name=clip.mp4`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
      body: Buffer.from(makeSampleVideo({ durationSec: 5 })),
    })
    const asset = (await uploaded.json()) as { id: string }
    const made = await client.posts.create({
      body: {
        accounts: [accountId],
        mode: 'direct',
        video: { asset_id: asset.id },
        options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
      },
    })
    const id = made.posts[0]?.id ?? ''
    await vi.waitFor(
      async () => expect((await client.posts.get({ params: { post_id: id } })).state).toBe('published'),
      quick,
    )
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query(
        "select outcome, received_at from inbound_events where event = 'post.publish.complete'",
      )
      expect(rows).toMatchObject([{ outcome: 'post_woken' }])
      const { published_at } = await client.posts.get({ params: { post_id: id } })
      const late = Date.parse(published_at ?? '') - rows[0].received_at.getTime()
      expect(late).toBeGreaterThanOrEqual(0)
      expect(late).toBeLessThan(4000)
    }, quick)
    await vi.waitFor(
      () => expect(got.map(({ body }) => JSON.parse(body).type)).toContain('post.published'),
      quick,
    )
    // The public id comes with moderation, after the publishing, and is told when it comes.
    await vi.waitFor(async () => {
      const { post_ids } = await client.posts.get({ params: { post_id: id } })
      expect(post_ids).toHaveLength(1)
      const told = got.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.post_id === id)
      expect(told.at(-1)).toMatchObject({ type: 'post.publicly_available', data: { post_ids } })
    }, quick)
    emulator.world.apps.patch(row, { webhookUrl: '' })
  }, 60_000)

  const sign = (body: string, secret: string, seconds: number) =>
    `t=${seconds},s=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`

  it('are refused when forged, old, or for nobody; acted on once; and end a grant', async () => {
    const app = (await client.apps.list()).data[0]
    const url = `${hub.url}/webhooks/tiktok/${app?.id}`
    const accountId = await connect('mika')
    const account = await client.connectedAccounts.get({ params: { account_id: accountId } })
    const now = Math.floor(Date.now() / 1000)
    const body = JSON.stringify({
      client_key: 'tw-demo-app',
      event: 'authorization.removed',
      create_time: now + 2,
      user_openid: account.external_id,
      content: '{"reason":1}',
    })
    const post = async (to: string, signature: string) =>
      (await fetch(to, { method: 'POST', body, headers: { 'tiktok-signature': signature } })).status
    expect(await post(url, sign(body, 'guess', now))).toBe(401)
    expect(await post(url, sign(body, 'tw-demo-secret', now - 3600))).toBe(401)
    expect(await post(url, sign(`${body} `, 'tw-demo-secret', now))).toBe(401)
    expect(await post(`${url.slice(0, -1)}_`, sign(body, 'tw-demo-secret', now))).toBe(404)

    // Someone with the same client key and a secret of their own must not end the grant.
    const thief = await client.workspaces.create({ body: { name: 'Thief' } })
    const theirs = createHubClient({ origin: hub.url, apiKey: new Secret(thief.api_key.key) })
    const stolen = await theirs.apps.create({
      body: { name: 'x', environment: 'production', client_key: 'tw-demo-app', client_secret: 'made-up' },
    })
    expect(await post(`${hub.url}/webhooks/tiktok/${stolen.id}`, sign(body, 'made-up', now))).toBe(200)
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query('select outcome from inbound_events where app_id = $1', [
        stolen.id,
      ])
      expect(rows).toEqual([{ outcome: 'nothing_to_end' }])
    }, quick)
    expect((await client.connectedAccounts.get({ params: { account_id: accountId } })).status).toBe(
      'connected',
    )

    const good = sign(body, 'tw-demo-secret', now)
    expect(await post(url, good)).toBe(200)
    expect(await post(url, good)).toBe(200)
    await vi.waitFor(async () => {
      const after = await client.connectedAccounts.get({ params: { account_id: accountId } })
      expect(after.status).toBe('reauthorization_required')
    }, quick)
    const { rows } = await database.pool.query(
      "select 1 from inbound_events where app_id = $1 and event = 'authorization.removed'",
      [app?.id],
    )
    expect(rows).toHaveLength(1)
  }, 60_000)

  it('are counted, ours as well, for whoever watches the hub', async () => {
    const text = await (await fetch(`${hub.url}/metrics`)).text()
    const figure = (line: string): number =>
      Number(
        text
          .split('\n')
          .find((one) => one.startsWith(`${line} `))
          ?.split(' ')[1],
      )
    expect(figure('tockwork_tiktok_webhooks_total{outcome="untrusted"}')).toBe(3)
    expect(figure('tockwork_tiktok_webhooks_total{outcome="repeated"}')).toBe(1)
    expect(figure('tockwork_tiktok_webhooks_total{outcome="stored"}')).toBeGreaterThanOrEqual(3)
    expect(figure('tockwork_webhook_tries_total{outcome="delivered"}')).toBeGreaterThanOrEqual(4)
    expect(figure('tockwork_webhook_tries_total{outcome="refused"}')).toBeGreaterThan(0)
    await vi.waitFor(async () => {
      const now = await (await fetch(`${hub.url}/metrics`)).text()
      expect(now).toMatch(/^tockwork_webhooks_waiting 0$/m)
      expect(now).toContain('# HELP tockwork_vault_old_envelopes')
    }, quick)
  })
})
