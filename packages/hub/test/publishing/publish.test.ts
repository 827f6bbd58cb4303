import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSamplePhoto } from '@tockwork/media/sample'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tenant } from '../account-world.ts'
import { clip, PostWorld } from './post-world.ts'

let world: PostWorld
let tenant: Tenant
let mika: string
let asset: string

beforeAll(async () => {
  world = await PostWorld.start()
})
afterAll(() => world?.close())
beforeEach(async () => {
  await world.emulator.reset()
  tenant = await world.accounts.tenant()
  mika = await world.accounts.connect(tenant, 'mika')
  asset = await world.upload(tenant)
  // Each test has posts of its own.
  await world.db.updateTable('posts').set({ step_at: null }).execute()
})

const DAY = 86_400_000
const direct = (more: object = {}) => ({
  mode: 'direct',
  video: { asset_id: asset },
  options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup #mika', ...more },
})

/** The emulator's own books, against the hub's rows: every publish has its post, every finished post its publish. */
async function compareBooks(): Promise<void> {
  const rows = await world.db
    .selectFrom('posts')
    .selectAll()
    .where('workspace_id', '=', tenant.workspaceId)
    .execute()
  const done = [...world.emulator.world.publishes.values()].filter(({ state }) => state !== 'FAILED')
  const alive = done.filter(({ state, uploadedBytes, source }) => {
    const begun = state === 'PROCESSING_UPLOAD' && source === 'FILE_UPLOAD'
    return !(begun && uploadedBytes === 0)
  })
  const known = new Set(rows.map(({ publish_id }) => publish_id))
  for (const publish of alive) expect(known, `${publish.id} belongs to a post`).toContain(publish.id)
  const published = rows.filter(({ state }) => state === 'published' || state === 'in_inbox')
  expect(new Set(published.map(({ publish_id }) => publish_id)).size).toBe(published.length)
  for (const row of published)
    expect(world.emulator.world.publishes.get(row.publish_id ?? '')?.state, row.id).toMatch(
      /PUBLISH_COMPLETE|SEND_TO_USER_INBOX/,
    )
}

/** Publishes that became, or may become, a post. */
function publishes() {
  return [...world.emulator.world.publishes.values()]
}

describe('a post', () => {
  it('goes out now, and gets its public id after moderation', async () => {
    const [id = ''] = await world.post(tenant, [mika], direct())
    await world.runUntil(async () => (await world.read(tenant, id)).post_ids.length > 0)
    const post = await world.read(tenant, id)
    expect(post).toMatchObject({ state: 'published', attempt: 1, failure: null, next_step_at: null })
    const [video] = [...world.emulator.world.videos.values()].filter(
      ({ publishId }) => publishId === post.publish_id,
    )
    expect(video).toMatchObject({ title: 'soup #mika', id: post.post_ids[0] })
    expect(await world.story(tenant, id)).toEqual([
      'accepted: created',
      'checking: due',
      'initialising: checked',
      'uploading: init_answered',
      'processing: upload_done',
      'published: publish_complete',
    ])
    await compareBooks()
  })

  it('goes to several accounts, each on its own', async () => {
    const lane = await world.accounts.connect(tenant, 'lane')
    const ids = await world.post(tenant, [mika, lane], direct())
    for (const id of ids) await world.runUntilState(tenant, id, 'published')
    expect(
      publishes()
        .map(({ creator, state }) => `${creator} ${state}`)
        .sort(),
    ).toEqual(['lane PUBLISH_COMPLETE', 'mika PUBLISH_COMPLETE'])
    await compareBooks()
  })

  it('goes to the inbox as a draft, and is published when the creator does it', async () => {
    world.emulator.configure({ inboxPostsAfterSeconds: 3600 })
    const [id = ''] = await world.post(tenant, [mika], { mode: 'draft', video: { asset_id: asset } })
    await world.runUntilState(tenant, id, 'in_inbox')
    await world.runUntilState(tenant, id, 'published')
    expect(world.emulator.world.publishes.size).toBe(1)
    world.emulator.configure({ inboxPostsAfterSeconds: 0 })
    await compareBooks()
  })

  it('waits for its time, in its zone, and not a second less', async () => {
    const [id = ''] = await world.post(tenant, [mika], {
      ...direct(),
      scheduled_at: new Date(world.now() + DAY + 3_600_000).toISOString().slice(0, 19),
      time_zone: 'Europe/Berlin',
    })
    await world.run()
    const waiting = await world.read(tenant, id)
    expect(waiting.state).toBe('waiting_for_time')
    expect(Date.parse(waiting.scheduled_at)).toBe(Math.floor((world.now() + DAY) / 1000) * 1000)
    await world.emulator.advance((Date.parse(waiting.scheduled_at) - world.now()) / 1000 - 1)
    await world.run()
    expect(world.emulator.world.publishes.size).toBe(0)
    await world.emulator.advance(1)
    await world.run()
    expect(world.emulator.world.publishes.size).toBe(1)
    await world.runUntilState(tenant, id, 'published')
  })

  it('can be changed, moved and cancelled before it runs', async () => {
    const later = { scheduled_at: new Date(world.now() + DAY).toISOString() }
    const [moved = '', gone = ''] = [
      ...(await world.post(tenant, [mika], { ...direct(), ...later })),
      ...(await world.post(tenant, [mika], { ...direct(), ...later })),
    ]
    await world.run()
    const options = { privacy_level: 'SELF_ONLY', title: 'quiet soup' }
    expect(await world.call(tenant, 'PATCH', `/v1/posts/${moved}`, { options })).toMatchObject({
      status: 200,
    })
    const wrong = await world.call(tenant, 'PATCH', `/v1/posts/${moved}`, {
      options: { privacy_level: 'FOLLOWER_OF_CREATOR', description: 'no' },
    })
    expect(wrong.status).toBe(422)
    expect(wrong.json.errors.map(({ rule }: { rule: string }) => rule)).toEqual([
      'not_applicable',
      'privacy_level_option_mismatch',
    ])
    const sooner = new Date(world.now() + 3_600_000).toISOString()
    await world.call(tenant, 'POST', `/v1/posts/${moved}/reschedule`, { scheduled_at: sooner })
    expect((await world.call(tenant, 'POST', `/v1/posts/${gone}/cancel`)).json.state).toBe('cancelled')
    await world.emulator.advance(3600)
    await world.runUntilState(tenant, moved, 'published')
    await world.emulator.advance(DAY / 1000)
    await world.run()
    expect(publishes().map(({ postInfo }) => postInfo.title)).toEqual(['quiet soup'])
    expect((await world.call(tenant, 'POST', `/v1/posts/${moved}/cancel`)).json).toMatchObject({
      status: 409,
      code: 'post_wrong_state',
    })
  })

  it('that is refused names everything that is wrong, and makes nothing', async () => {
    const noor = await world.accounts.connect(tenant, 'noor', {}, ['video.publish'])
    const short = await world.upload(tenant, clip(5).subarray(0, 3000), 'cut.mp4')
    const wish = {
      accounts: [mika, noor, 'acc_00000000000000000000000000'],
      mode: 'direct',
      video: { asset_id: short },
      options: { privacy_level: 'FOLLOWER_OF_CREATOR', title: 'x'.repeat(2201), auto_add_music: true },
      scheduled_at: '2020-01-01T00:00:00Z',
    }
    const answer = await world.call(tenant, 'POST', '/v1/posts', wish)
    const checked = await world.call(tenant, 'POST', '/v1/posts/check', wish)
    expect(checked).toMatchObject({ status: 200, json: { ok: false, errors: answer.json.errors } })
    const fine = { accounts: [mika], mode: 'draft', video: { asset_id: await world.upload(tenant, clip(5)) } }
    expect((await world.call(tenant, 'POST', '/v1/posts/check', fine)).json).toEqual({ ok: true, errors: [] })
    expect(answer).toMatchObject({ status: 422, json: { code: 'post_invalid' } })
    const found = answer.json.errors.map(
      ({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`,
    )
    expect(found).toEqual(
      expect.arrayContaining([
        'scheduled_at in_the_past',
        'options.auto_add_music not_applicable',
        'options.title too_long',
        'accounts[1] scope_missing',
        'accounts[2] not_found',
        'options.privacy_level privacy_level_option_mismatch',
        'video.asset_id media_readable',
      ]),
    )
    const { json } = await world.call(tenant, 'GET', '/v1/posts')
    expect(json.data).toEqual([])
  })

  it('that failed at TikTok says why, and can be retried', async () => {
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 1,
      action: { code: 'spam_risk_user_banned_from_posting', status: 403 },
    })
    const [id = ''] = await world.post(tenant, [mika], direct())
    await world.runUntilState(tenant, id, 'failed')
    const failed = await world.read(tenant, id)
    expect(failed.failure).toMatchObject({ reason: 'spam_risk_user_banned_from_posting' })
    const retried = await world.call(tenant, 'POST', `/v1/posts/${id}/retry`)
    expect(retried.json).toMatchObject({ state: 'accepted', attempt: 2, failure: null })
    await world.runUntilState(tenant, id, 'published')
    expect(world.emulator.world.publishes.size).toBe(1)
    await compareBooks()
  })

  it('of photos is downloaded by TikTok, directly and as a draft', async () => {
    const photo = makeSamplePhoto({ container: 'jpeg' })
    const server = createServer((_request, response) => response.end(photo))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const photos = { urls: [1, 2].map((n) => `http://127.0.0.1:${port}/${n}.jpg`), cover_index: 1 }
    try {
      const options = { privacy_level: 'SELF_ONLY', title: 'two soups', description: 'both hot' }
      const [posted = ''] = await world.post(tenant, [mika], { mode: 'direct', photos, options })
      const [draft = ''] = await world.post(tenant, [mika], {
        mode: 'draft',
        photos,
        options: { title: 'for later' },
      })
      await world.runUntilState(tenant, posted, 'published')
      await world.runUntilState(tenant, draft, 'in_inbox')
      expect(publishes().map(({ media, mode, postInfo }) => [media, mode, postInfo.title])).toEqual(
        expect.arrayContaining([
          ['photo', 'direct', 'two soups'],
          ['photo', 'inbox', 'for later'],
        ]),
      )
      await compareBooks()
    } finally {
      server.close()
    }
    const wrong = await world.call(tenant, 'POST', '/v1/posts', {
      accounts: [mika],
      mode: 'direct',
      photos: { urls: ['http://example.com/a.jpg', 'nonsense'], cover_index: 2 },
      options: { privacy_level: 'SELF_ONLY', disable_duet: true, title: 'x'.repeat(91) },
    })
    expect(
      wrong.json.errors.map(({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`),
    ).toEqual([
      'options.disable_duet not_applicable',
      'options.title too_long',
      'photos.urls[0] https_needed',
      'photos.urls[1] not_a_url',
      'photos.cover_index cover_index',
    ])
  })

  it('is looked at at once when a webhook says that something happened to it', async () => {
    world.emulator.configure({ processingSeconds: 7000 })
    const [id = ''] = await world.post(tenant, [mika], direct({ privacy_level: 'SELF_ONLY' }))
    await world.run()
    await world.emulator.advance(7000)
    // Long after the processing began it is asked every five minutes.
    await world.run()
    await world.emulator.advance(1)
    const { publish_id: publishId } = await world.read(tenant, id)
    expect(await world.publisher.onPublishEvent({ publishId })).toBe(true)
    expect(await world.publisher.onPublishEvent({ publishId: 'v_pub_file~v2-1.0' })).toBe(false)
    await world.run()
    expect((await world.read(tenant, id)).state).toBe('published')
    world.emulator.configure({ processingSeconds: 2 })
  })

  it('is one post when its creation is repeated with the same key', async () => {
    const body = { accounts: [mika], ...direct() }
    const key = { 'idempotency-key': 'order-1' }
    const first = await world.call(tenant, 'POST', '/v1/posts', body, key)
    const second = await world.call(tenant, 'POST', '/v1/posts', body, key)
    expect(second.json).toEqual(first.json)
    expect((await world.call(tenant, 'GET', '/v1/posts')).json.data).toHaveLength(1)
  })

  it('of another workspace is not there', async () => {
    const [id = ''] = await world.post(tenant, [mika], direct())
    const other = await world.accounts.tenant('Others')
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['POST', '/retry'],
    ] as const)
      expect((await world.call(other, method, `/v1/posts/${id}${path}`)).status).toBe(404)
    expect((await world.call(other, 'GET', `/v1/assets/${asset}`)).status).toBe(404)
    const stolen = await world.call(other, 'POST', '/v1/posts', { accounts: [mika], ...direct() })
    expect(stolen.status).toBe(422)
    expect((await world.call(other, 'GET', '/v1/limits')).json.data).toEqual([])
  })
})
