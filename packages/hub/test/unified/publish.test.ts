import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Receiver } from './receiver.ts'
import { UnifiedWorld } from './unified-world.ts'

const SLOW = { timeout: 60_000, interval: 200 }

let world: UnifiedWorld
let receiver: Receiver
let account: string
/** Where the product keeps its media. */
let files: Server
let place: string

beforeAll(async () => {
  world = await UnifiedWorld.start()
  receiver = await Receiver.start()
  const clip = makeSampleVideo({ durationSec: 5 })
  files = createServer((request, response) => {
    if (request.url !== '/clip.mp4') return response.writeHead(404).end()
    return response.writeHead(200, { 'content-type': 'video/mp4' }).end(clip)
  }).listen(0, '127.0.0.1')
  await once(files, 'listening')
  place = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
  await world.post('/v1/webhooks', {
    url: receiver.url,
    events: ['CONTENTS.PUBLISH_SUCCESS', 'CONTENTS.PUBLISH_READY', 'CONTENTS.PUBLISH_FAILURE'],
  })
  await world.connect('mika')
  account = (await world.get('/v1/accounts')).json.data[0].id
}, 90_000)
afterAll(async () => {
  await world?.close()
  await receiver?.close()
  files?.close()
})

const wish = (more: object = {}) => ({
  account_id: account,
  title: 'Title',
  description: 'Soup #mika',
  type: 'VIDEO',
  visibility: 'PUBLIC',
  media: [{ media_type: 'VIDEO', source_media_url: `${place}/clip.mp4` }],
  ...more,
})

async function ended(id: string) {
  return vi.waitFor(async () => {
    const { json } = await world.get(`/v1/social/contents/publish/${id}`)
    expect(json.data.status).not.toBe('IN_PROGRESS')
    return json
  }, SLOW)
}

describe('a video behind an address', () => {
  test('is fetched and published, told, and a repeat of the request publishes nothing more', async () => {
    const headers = { 'idempotency-key': 'first' }
    const made = await world.post('/v1/social/contents/publish', wish(), headers)
    expect([made.status, made.json.data.status, made.json.platform_error]).toEqual([201, 'IN_PROGRESS', null])
    expect(Object.keys(made.json.data).join(' ')).toBe(
      'id created_at updated_at user account work_platform status format published_info account_id title ' +
        'description type visibility retry additional_info media',
    )
    expect(made.json.data).toMatchObject({
      ...wish(),
      retry: false,
      additional_info: null,
      published_info: null,
    })
    expect((await world.post('/v1/social/contents/publish', wish(), headers)).json).toEqual(made.json)

    const { id } = made.json.data
    const json = await ended(id)
    expect([json.data.status, json.platform_error]).toEqual(['SUCCESS', null])
    const told = await receiver.event('CONTENTS.PUBLISH_SUCCESS')
    expect(told.json.data).toMatchObject({ account_id: account, publish_id: id })
    const publishes = [...world.emulator.world.publishes.values()]
    expect(publishes.map(({ state }) => state)).toEqual(['PUBLISH_COMPLETE'])

    // TikTok tells the id of a public post when it is through moderation; the content is read under the id foretold.
    const found = await vi.waitFor(async () => {
      const { published_info } = (await world.get(`/v1/social/contents/publish/${id}`)).json.data
      expect(published_info).not.toBeNull()
      return published_info
    }, SLOW)
    expect(found.platform_content_id).toMatch(/^\d{19}$/)
    const { rows } = await world.database.pool.query('select account_id, video_id from videos limit 1')
    const ids = await world.database.pool.query('select unified_content_id($1, $2) as id', [
      rows[0].account_id,
      found.platform_content_id,
    ])
    expect(found.content_id).toBe(ids.rows[0].id)
  })

  test('goes to the inbox as a draft: READY', async () => {
    const { json } = await world.post(
      '/v1/social/contents/publish',
      wish({ additional_info: { mode: 'draft' } }),
    )
    expect((await ended(json.data.id)).data.status).toBe('READY')
    const told = await receiver.event('CONTENTS.PUBLISH_READY')
    expect(told.json.data.publish_id).toBe(json.data.id)
  })

  test('that is not there is a failure that says why', async () => {
    const media = [{ media_type: 'VIDEO', source_media_url: `${place}/none.mp4` }]
    const { json } = await world.post('/v1/social/contents/publish', wish({ media }))
    const failed = await ended(json.data.id)
    expect(failed.data.status).toBe('FAILURE')
    expect(failed.platform_error).toMatchObject({ type: 'REQUEST_ERROR', error_code: 'asset_url_failed' })
    const told = await receiver.event('CONTENTS.PUBLISH_FAILURE')
    expect(told.json.data.publish_id).toBe(json.data.id)
  })

  test('that the platform would refuse is a failure before it is asked', async () => {
    const { json } = await world.post(
      '/v1/social/contents/publish',
      wish({ visibility: 'PRIVATE', additional_info: { brand_content: true } }),
    )
    const failed = await ended(json.data.id)
    expect([failed.data.status, failed.platform_error.error_code]).toEqual(['FAILURE', 'post_invalid'])
    expect(failed.platform_error.message).toMatch(/options\./)
  })
})

test.each([
  ['no account', { account_id: undefined }],
  ['no media', { media: [] }],
  [
    'two videos',
    { media: [1, 2].map(() => ({ media_type: 'VIDEO', source_media_url: 'https://x.test/a' })) },
  ],
  ['media without an address', { media: [{ media_type: 'VIDEO' }] }],
  ['what the platform has not', { visibility: 'UNLISTED' }],
])('a request with %s is refused at once', async (_what, more) => {
  const { status, json } = await world.post('/v1/social/contents/publish', wish(more))
  expect([status, json.error.type]).toEqual([400, 'INVALID_REQUEST'])
})

test('one that does not exist is not found', async () => {
  const { status, json } = await world.get('/v1/social/contents/publish/00000000-0000-4000-8000-000000000000')
  expect([status, json.error.error_code]).toEqual([404, 'incorrect_publish_id'])
})
