import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BlueskyWorld } from './bluesky-world.ts'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let world: BlueskyWorld
let accountId: string
let pictures: Server
let pictureUrl: string

beforeAll(async () => {
  pictures = createServer((_request, response) => response.end(PIXEL))
  await new Promise<void>((done) => pictures.listen(0, '127.0.0.1', done))
  pictureUrl = `http://localhost:${(pictures.address() as AddressInfo).port}/one.png`
  world = await BlueskyWorld.start()
  accountId = await world.connect()
}, 120_000)
afterAll(async () => {
  await world.close()
  pictures.close()
})

async function settled(id: string, last = ['published', 'failed', 'cancelled']) {
  for (let tries = 0; ; tries += 1) {
    const { json } = await world.own('GET', `/v1/posts/${id}`)
    if (last.includes(json.state)) return json
    if (tries > 150) throw new Error(JSON.stringify(json))
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function post(body: object) {
  const made = await world.own('POST', '/v1/posts', { accounts: [accountId], mode: 'direct', ...body })
  if (made.status !== 201) throw new Error(made.text)
  return made.json.posts[0]
}

const records = () =>
  [...world.server.records.values()] as { text: string; embed?: object; langs?: string[] }[]

describe('posting', () => {
  test('a text alone goes out, to the end, with its languages', async () => {
    const made = await post({ options: { title: 'Soup is ready', languages: ['en'] } })
    expect(made).toMatchObject({ kind: 'text', video: null, photos: null })
    const done = await settled(made.id)
    expect(done).toMatchObject({ state: 'published', failure: null })
    expect(done.post_ids[0]).toMatch(/^at:\/\/did:plc:\w+\/app\.bsky\.feed\.post\/\w{13}$/)
    expect(done.transitions.map(({ to }: { to: string }) => to)).toEqual(
      expect.arrayContaining(['accepted', 'checking', 'uploading', 'processing', 'published']),
    )
    expect(records()).toMatchObject([{ text: 'Soup is ready', langs: ['en'] }])
  })

  test('pictures behind addresses, with what they show; title and description are one text', async () => {
    const made = await post({
      photos: { urls: [pictureUrl, pictureUrl] },
      options: { title: 'Two pots', description: 'of soup', alt_texts: ['a pot', 'another'] },
    })
    expect(await settled(made.id)).toMatchObject({ state: 'published' })
    expect(records().at(-1)).toMatchObject({
      text: 'Two pots\n\nof soup',
      embed: {
        $type: 'app.bsky.embed.images',
        images: [{ alt: 'a pot', image: { mimeType: 'image/png', size: PIXEL.length } }, { alt: 'another' }],
      },
    })
  })

  test('a video of the library, through the unified API', async () => {
    const upload = await fetch(`${world.hub.url}/v1/assets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/octet-stream' },
      body: makeSampleVideo(),
    })
    const asset = (await upload.json()) as { id: string }
    const account = await world.read(accountId)
    const made = await world.call('POST', '/v1/social/contents/publish', {
      account_id: account,
      title: 'A clip',
      type: 'VIDEO',
      media: [{ media_type: 'VIDEO', additional_info: { asset_id: asset.id } }],
    })
    expect(made.json.data).toMatchObject({ status: 'IN_PROGRESS', work_platform: { name: 'Bluesky' } })
    for (let tries = 0; ; tries += 1) {
      const { json } = await world.call('GET', `/v1/social/contents/publish/${made.json.data.id}`)
      if (json.data.status === 'SUCCESS') {
        expect(json.data.published_info.platform_content_id).toMatch(/^at:/)
        break
      }
      if (tries > 100 || json.data.status === 'FAILURE') throw new Error(JSON.stringify(json))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(records().at(-1)).toMatchObject({ text: 'A clip', embed: { $type: 'app.bsky.embed.video' } })
  })

  test('an answer that is lost, over and over, makes one post', async () => {
    const before = records().length
    world.server.losesAnswers = true
    const made = await post({ options: { title: 'Only once' } })
    for (let tries = 0; records().length === before && tries < 100; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100))
    world.server.losesAnswers = false
    expect(await settled(made.id)).toMatchObject({ state: 'published' })
    expect(records().filter(({ text }) => text === 'Only once')).toHaveLength(1)
  })

  test.each([
    // A process died between what it sent and what it wrote down; whoever looks next goes on.
    { what: 'a crash right after it was sent', state: 'uploading', wake: 'cancel' },
    // Somebody does not believe that it went out.
    { what: 'a person who tries again', state: 'failed', wake: 'retry' },
  ])('$what makes no second post', async ({ state, wake }) => {
    const made = await post({ options: { title: `Not twice: ${wake}` } })
    const before = await settled(made.id)
    const upload = { totalBytes: 0, chunkSize: 0, contentType: '', urlExpiresAt: 0, begun: true, whole: true }
    await world.database.pool.query(
      `update posts set state = $2, publish_id = null, post_ids = '{}', upload = $3, version = version + 1,
        step_at = case when $2 = 'uploading' then now() end where id = $1`,
      [made.id, state, state === 'uploading' ? JSON.stringify(upload) : null],
    )
    await world.own('POST', `/v1/posts/${made.id}/${wake}`)
    expect(await settled(made.id, ['published'])).toMatchObject({ post_ids: before.post_ids })
    expect(records().filter(({ text }) => text === `Not twice: ${wake}`)).toHaveLength(1)
  })

  test('everything that the platform would refuse is said at once, and nothing is made', async () => {
    const refused = await world.own('POST', '/v1/posts', {
      accounts: [accountId],
      mode: 'draft',
      options: { title: 'x'.repeat(301), privacy_level: 'SELF_ONLY' },
    })
    expect(refused.status).toBe(422)
    expect(
      refused.json.errors.map(({ field, rule }: { field: string; rule: string }) => [field, rule]),
    ).toEqual(
      expect.arrayContaining([
        ['mode', 'not_applicable'],
        ['options.privacy_level', 'not_applicable'],
        ['options.title', 'text_too_long'],
      ]),
    )
    const empty = await world.own('POST', '/v1/posts', { accounts: [accountId], mode: 'direct', options: {} })
    expect(empty.json.errors).toMatchObject([{ field: 'options.title', rule: 'text_missing' }])
  })

  test('it waits for its time, and can be called off until then', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString()
    const made = await post({ options: { title: 'Later' }, scheduled_at: at })
    expect(await settled(made.id, ['waiting_for_time'])).toMatchObject({ scheduled_at: at })
    const changed = await world.own('PATCH', `/v1/posts/${made.id}`, { options: { title: 'Later, perhaps' } })
    expect(changed.json.options.title).toBe('Later, perhaps')
    expect((await world.own('POST', `/v1/posts/${made.id}/cancel`)).json.state).toBe('cancelled')
    expect(records().some(({ text }) => text.startsWith('Later'))).toBe(false)
  })
})
