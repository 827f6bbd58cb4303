import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented } from './claim.ts'
import { type Connected, connect, DEMO, frozenEmulator, send } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const STARTED = 'data-portability-api-get-started'
const ALL_FIELDS = 'request_id,apply_time,collect_time,status,data_format,category_selection_list'

const add = (creator: Connected, categories: string[], format = 'json') =>
  creator.as('/v2/user/data/add/?fields=request_id', {
    data_format: format,
    category_selection_list: categories,
  })

/** Ids go out as JSON numbers, past what JavaScript holds. */
const about = async (creator: Connected, path: string, id: unknown) => {
  const response = await fetch(`${emulator.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${creator.tokens.access_token}`,
      'content-type': 'application/json',
    },
    body: `{"request_id":${id}}`,
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const json = response.headers.get('content-type')?.startsWith('application/json') === true
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    body: json ? JSON.parse(bytes.toString()) : {},
  }
}
const check = (creator: Connected, id: unknown) =>
  about(creator, `/v2/user/data/check/?fields=${ALL_FIELDS}`, id)
const cancel = (creator: Connected, id: unknown) => about(creator, '/v2/user/data/cancel/', id)
const download = (creator: Connected, id: unknown) => about(creator, '/v2/user/data/download/', id)

describe('an export', () => {
  test(
    'is asked for, becomes ready, is downloaded for four days, and expires',
    documented(STARTED),
    async () => {
      emulator.configure({ accessTokenSeconds: 864_000 })
      const mika = await connect(emulator, 'mika', { scope: 'portability.all.single' })
      const added = await add(mika, ['all_data'])
      expect(added.body.error.code).toBe('ok')
      const id = added.body.data.request_id
      expect(typeof id).toBe('bigint')
      const start = Date.parse('2026-11-24T12:00:00Z') / 1000
      const pending = await check(mika, id)
      expect(pending.body.data).toMatchObject({
        apply_time: start,
        status: 'pending',
        data_format: 'json',
        category_selection_list: ['all_data'],
      })
      expect((await download(mika, id)).body.error.code).toBe('invalid_params')

      await emulator.advance(30)
      expect((await check(mika, id)).body.data).toMatchObject({
        status: 'downloading',
        collect_time: start + 30,
      })
      const file = await download(mika, id)
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/zip'])
      expect(file.bytes.readUInt32LE(0)).toBe(0x04034b50)

      await emulator.advance(345_599)
      expect((await check(mika, id)).body.data.status).toBe('downloading')
      await emulator.advance(1)
      expect((await check(mika, id)).body.data.status).toBe('expired')
      expect((await download(mika, id)).status).toBe(400)
    },
  )

  test('of a wrong id is refused as in the sample of the page', documented(STARTED), async () => {
    const scope = 'portability.all.ongoing'
    const mika = await connect(emulator, 'mika', { scope })
    const noor = await connect(emulator, 'noor', { scope })
    const { body } = await add(noor, ['profile'])
    for (const id of [574834754834754834n, body.data.request_id]) {
      const { status, body } = await check(mika, id)
      expect(status).toBe(400)
      expect(body).toEqual({
        data: {},
        error: {
          code: 'invalid_params',
          http_status_code: 400,
          log_id: expect.any(String),
          message: 'Incorrect `request_id`. Please validate the request.',
        },
      })
    }
    expect((await check(mika, '"seven"')).body.error.message).toContain('request_id')
  })

  test(
    'is cancelled while it is pending, and only then',
    assumed('the page says no more than the name'),
    async () => {
      const mika = await connect(emulator, 'mika', { scope: 'portability.all.ongoing' })
      const first = (await add(mika, ['video'])).body.data.request_id
      const cancelled = await cancel(mika, first)
      expect([cancelled.status, cancelled.body]).toMatchObject([200, { error: { code: 'ok' } }])
      expect(cancelled.body).not.toHaveProperty('data')
      await emulator.advance(60)
      expect((await check(mika, first)).body.data.status).toBe('cancelled')
      const second = (await add(mika, ['video'])).body.data.request_id
      await emulator.advance(60)
      expect((await cancel(mika, second)).body.error.message).toBe(
        'request_id: the request is downloading, not pending',
      )
    },
  )

  test('all_data overrides other categories', documented(STARTED), async () => {
    const mika = await connect(emulator, 'mika', { scope: 'portability.all.ongoing' })
    const { body } = await add(mika, ['video', 'all_data'])
    expect((await check(mika, body.data.request_id)).body.data.category_selection_list).toEqual(['all_data'])
  })

  test('wrong input names its field', assumed('the message is ours'), async () => {
    const mika = await connect(emulator, 'mika', { scope: 'portability.all.ongoing' })
    const wrong = [
      [await add(mika, ['shoes']), 'category_selection_list'],
      [await add(mika, []), 'category_selection_list'],
      [await add(mika, ['video'], 'pdf'), 'data_format'],
      [
        await mika.as('/v2/user/data/add/', { data_format: 'json', category_selection_list: ['video'] }),
        'fields',
      ],
    ] as const
    for (const [{ status, body }, field] of wrong) {
      expect([status, body.error.code]).toEqual([400, 'invalid_params'])
      expect(body.error.message).toContain(field)
    }
  })
})

describe('scopes', () => {
  test('a single-use scope is good for one request, the broadest first', documented(STARTED), async () => {
    const scope = 'portability.activity.single,portability.all.single'
    const mika = await connect(emulator, 'mika', { scope })
    expect((await add(mika, ['activity'])).status).toBe(200)
    // all.single is gone, though activity.single would have done.
    const refused = await add(mika, ['profile'])
    expect([refused.status, refused.body.error.code]).toEqual([401, 'scope_not_authorized'])
    const last = await add(mika, ['activity'])
    expect(last.status).toBe(200)
    expect((await add(mika, ['activity'])).body.error.code).toBe('scope_not_authorized')
    // What was asked for can still be looked at, and consent makes the scope good again.
    expect((await check(mika, last.body.data.request_id)).body.data.status).toBe('pending')
    const again = await connect(emulator, 'mika', { scope })
    expect((await add(again, ['activity'])).status).toBe(200)
  })

  test('a lasting scope stays', documented(STARTED), async () => {
    const mika = await connect(emulator, 'mika', { scope: 'portability.postsandprofile.ongoing' })
    for (let n = 0; n < 3; n += 1) expect((await add(mika, ['video', 'profile'])).status).toBe(200)
    expect((await add(mika, ['direct_message'])).body.error.code).toBe('scope_not_authorized')
  })

  test('users elsewhere have no exports', documented(STARTED), async () => {
    const change = { json: { region: 'other' } }
    const { body } = await send(emulator, 'PATCH', '/_emulator/creators/mika', change)
    expect(body).toMatchObject({ region: 'other' })
    const mika = await connect(emulator, 'mika', { scope: 'portability.all.ongoing' })
    expect((await add(mika, ['video'])).body.error.code).toBe('scope_not_authorized')
  })
})

test(
  'the webhook says when it is ready, without user_openid, its id a number',
  documented('webhooks-events'),
  async () => {
    await emulator.close()
    const app = { ...DEMO, audited: true, webhook_url: 'http://127.0.0.1:9/hook' }
    emulator = await frozenEmulator({ world: { apps: [app], creators: [{ username: 'mika' }] } })
    const mika = await connect(emulator, 'mika', { scope: 'portability.all.single' })
    const { body } = await add(mika, ['all_data'])
    await emulator.advance(30)
    const [delivery] = [...emulator.world.deliveries.values()]
    const sent = JSON.parse(delivery?.body ?? '')
    expect(sent).toMatchObject({ client_key: DEMO.client_key, event: 'portability.download.ready' })
    expect(sent).not.toHaveProperty('user_openid')
    expect(sent.content).toBe(`{"request_id":${body.data.request_id}}`)
    const [, at, signature] = /t=(\d+),s=(\w+)/.exec(delivery?.attempts[0]?.signature ?? '') ?? []
    expect(signature).toBe(
      createHmac('sha256', DEMO.client_secret).update(`${at}.${delivery?.body}`).digest('hex'),
    )
  },
)

test('1,000 requests a minute for an app', documented('tiktok-api-v2-rate-limit'), async () => {
  const mika = await connect(emulator, 'mika', { scope: 'portability.all.ongoing' })
  const first = await check(mika, 1)
  expect(first.headers.get('x-ratelimit-remaining')).toBe('999')
})
