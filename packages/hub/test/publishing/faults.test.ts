import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tenant } from '../account-world.ts'
import { clip, PostWorld, type Publisher } from './post-world.ts'

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
  await world.db.updateTable('posts').set({ step_at: null }).execute()
})

const DAY = 86_400_000
const direct = (more: object = {}) => ({
  mode: 'direct',
  video: { asset_id: asset },
  options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup #mika', ...more },
})
const pulled = (title: string, privacy = 'SELF_ONLY') => ({
  mode: 'direct',
  video: { url: `${world.emulator.origin}/missing.mp4` },
  options: { privacy_level: privacy, title },
})

const publishes = () => [...world.emulator.world.publishes.values()]
/** What is or may become visible: an upload without bytes is nothing. */
const real = () =>
  publishes().filter(
    ({ state, uploadedBytes, source }) =>
      state !== 'FAILED' && (source === 'PULL_FROM_URL' || uploadedBytes > 0),
  )

/** Runs a post in a process that is killed the way a process is: what it holds in memory is gone, its leases stay. */
async function runUntilKilled(publisher: Publisher, id: string, when: () => boolean | Promise<boolean>) {
  const kill = new AbortController()
  const run = publisher.pipeline.run(id, kill.signal).then(
    () => 'finished',
    () => 'killed',
  )
  let over = false
  const done = (): void => {
    over = true
  }
  run.then(done, done)
  while (!over && !(await when())) await new Promise((resolve) => setTimeout(resolve, 1))
  kill.abort(new Error('killed'))
  return world.settle(run)
}

describe('a lost answer to an init', () => {
  it('of an upload becomes one post', async () => {
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 2,
      action: { drop: 'after' },
    })
    const [id = ''] = await world.post(tenant, [mika], direct())
    await world.runUntilState(tenant, id, 'published')
    expect(publishes()).toHaveLength(3)
    expect(real()).toHaveLength(1)
    expect(real()[0]?.id).toBe((await world.read(tenant, id)).publish_id)
    const story = await world.story(tenant, id)
    expect(story.filter((entry) => entry === 'initialising: init_answer_lost')).toHaveLength(2)
  })

  it('of a download waits for a person and is never asked for twice', async () => {
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 1,
      action: { drop: 'after' },
    })
    const [id = ''] = await world.post(tenant, [mika], pulled('doubt'))
    await world.run()
    const post = await world.read(tenant, id)
    expect(post).toMatchObject({ state: 'needs_attention', state_reason: 'init_outcome_unknown' })
    await world.emulator.advance(DAY / 1000)
    await world.run()
    expect(publishes()).toHaveLength(1)
    expect((await world.call(tenant, 'POST', `/v1/posts/${id}/retry`)).status).toBe(409)
    const resolved = await world.call(tenant, 'POST', `/v1/posts/${id}/resolve`, {
      outcome: 'happened',
      post_id: '7300000000000000001',
    })
    expect(resolved.json).toMatchObject({ state: 'published', post_ids: ['7300000000000000001'] })
    await world.run()
    expect(publishes()).toHaveLength(1)
  })

  it('of a download is found among the creator’s videos where they show it', async () => {
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 1,
      action: { drop: 'after' },
    })
    const { server, url } = await serve(clip())
    try {
      const [id = ''] = await world.post(tenant, [mika], {
        ...pulled('found again #soup', 'PUBLIC_TO_EVERYONE'),
        video: { url },
      })
      await world.run()
      expect((await world.read(tenant, id)).state).toBe('needs_attention')
      await world.runUntilState(tenant, id, 'published')
      const [publish] = publishes()
      expect(publishes()).toHaveLength(1)
      const [video] = [...world.emulator.world.videos.values()].filter(
        ({ publishId }) => publishId === publish?.id,
      )
      expect((await world.read(tenant, id)).post_ids).toEqual([video?.id])
    } finally {
      server.close()
    }
  })

  it('that a person says did not happen can be retried', async () => {
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 1,
      action: { drop: 'before' },
    })
    const { server, url } = await serve(clip())
    try {
      const [id = ''] = await world.post(tenant, [mika], { ...pulled('again'), video: { url } })
      await world.run()
      // Whether it arrived cannot be told from here.
      expect((await world.read(tenant, id)).state).toBe('needs_attention')
      await world.call(tenant, 'POST', `/v1/posts/${id}/resolve`, { outcome: 'did_not_happen' })
      await world.call(tenant, 'POST', `/v1/posts/${id}/retry`)
      await world.runUntilState(tenant, id, 'published')
      expect(real()).toHaveLength(1)
    } finally {
      server.close()
    }
  })
})

describe('a process that dies', () => {
  it('in the middle of an upload: another goes on at the byte it reached', async () => {
    // Chunks of 10 MB: 10, 10 and the rest.
    asset = await world.upload(tenant, clip(5, 35_000_000))
    const [id = ''] = await world.post(tenant, [mika], direct())
    const dying = world.another('dying')
    world.emulator.addFault({
      match: { endpoint: 'posting.uploadMedia', nth: 2 },
      action: { delay_ms: 400 },
    })
    const end = await runUntilKilled(dying, id, () => (publishes()[0]?.uploadedBytes ?? 0) >= 10_000_000)
    expect(end).toBe('killed')
    const kept = publishes()[0]?.uploadedBytes ?? 0
    expect(kept).toBeGreaterThanOrEqual(10_000_000)
    expect(kept).toBeLessThan(35_000_000)
    await world.emulator.advance(60)
    await world.runUntilState(tenant, id, 'published')
    expect(publishes()).toHaveLength(1)
    // Three chunks in all, whoever sent them; one that began at another byte would have been refused with 416.
    expect(chunkStatuses()).toEqual([206, 206, 201])
  })

  it('between sending an init and writing its answer down: an upload is begun again, a download is not', async () => {
    const [upload = ''] = await world.post(tenant, [mika], direct())
    const [download = ''] = await world.post(tenant, [mika], pulled('dead'))
    for (const id of [upload, download]) {
      world.emulator.addFault({
        match: { endpoint: 'posting.initVideo' },
        times: 1,
        action: { delay_ms: 300 },
      })
      const dying = world.another(`dying-${id}`)
      // The row says that the init is sent, and the process is gone: its lease is left behind, and nothing else.
      await runToInit(dying, id)
    }
    await world.emulator.advance(60)
    await world.run()
    await world.runUntilState(tenant, upload, 'published')
    expect(await world.read(tenant, download)).toMatchObject({ state: 'needs_attention' })
    expect(real().filter(({ source }) => source === 'FILE_UPLOAD')).toHaveLength(1)
    expect(publishes().filter(({ source }) => source === 'PULL_FROM_URL')).toHaveLength(1)
  })

  it('leaves a post that two processes never work on at once', async () => {
    const ids: string[] = []
    for (let n = 0; n < 4; n += 1)
      ids.push(...(await world.post(tenant, [mika], direct({ title: `n ${n}` }))))
    const publishers = [world.publisher, world.another('b'), world.another('c')]
    await world.settle(
      Promise.all(
        ids.flatMap((id) => publishers.map((one) => one.pipeline.run(id, new AbortController().signal))),
      ),
    )
    for (const id of ids) await world.runUntilState(tenant, id, 'published')
    expect(publishes()).toHaveLength(4)
  })
})

describe('limits', () => {
  it('six inits a minute: the seventh waits for the window, and nothing is refused', async () => {
    const ids: string[] = []
    for (let n = 0; n < 13; n += 1)
      ids.push(...(await world.post(tenant, [mika], direct({ title: `n ${n}` }))))
    const from = world.now()
    for (const id of ids) await world.runUntilState(tenant, id, 'published')
    const times = publishes().map(({ createdAt }) => createdAt)
    expect(times).toHaveLength(13)
    expect(Math.max(...times) - from).toBeLessThanOrEqual(2 * 61_000 + 5000)
    const refused = world.emulator.requests().filter(({ status }) => status === 429)
    expect(refused).toEqual([])
    const { json } = await world.call(tenant, 'GET', `/v1/limits?account_id=${mika}`)
    const window = json.data.find(({ endpoint }: { endpoint: string }) => endpoint === 'posting.initVideo')
    expect(window).toMatchObject({ limit: 6, waiting: 0 })
  })

  it('a 429 is waited out, by all posts of the account', async () => {
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 1,
      action: { status: 429, code: 'rate_limit_exceeded', headers: { 'retry-after': '30' } },
    })
    const [first = '', second = ''] = [
      ...(await world.post(tenant, [mika], direct({ title: 'one' }))),
      ...(await world.post(tenant, [mika], direct({ title: 'two' }))),
    ]
    const from = world.now()
    await world.run()
    for (const id of [first, second])
      expect(await world.read(tenant, id)).toMatchObject({
        state: 'waiting_for_rate',
        state_reason: 'window:posting.initVideo',
      })
    expect(publishes()).toHaveLength(0)
    await world.runUntilState(tenant, first, 'published')
    await world.runUntilState(tenant, second, 'published')
    for (const { createdAt } of publishes()) expect(createdAt - from).toBeGreaterThanOrEqual(30_000)
  })

  it('a daily cap is waited for, visibly, until it has room', async () => {
    world.emulator.plant({ creators: [{ username: 'mika', daily_post_cap: 2 }] })
    const ids = await postOneByOne(3, (n) => direct({ title: `n ${n}` }))
    const from = world.now()
    const [one = '', two = '', three = ''] = ids
    await world.runUntilState(tenant, one, 'published')
    await world.runUntilState(tenant, two, 'published')
    await world.runUntilState(tenant, three, 'waiting_for_rate')
    const waiting = await world.read(tenant, three)
    expect(waiting.state_reason).toBe('spam_risk_too_many_posts')
    expect(Date.parse(waiting.next_step_at) - from).toBeGreaterThan(DAY)
    expect(Date.parse(waiting.next_step_at) - from).toBeLessThan(DAY + 120_000)
    await world.runUntilState(tenant, three, 'published')
    expect(publishes()).toHaveLength(3)
  })

  it('five drafts in the inbox: the sixth waits', async () => {
    const ids = await postOneByOne(6, () => ({ mode: 'draft', video: { asset_id: asset } }))
    await world.runUntilState(tenant, ids[5] ?? '', 'waiting_for_rate')
    expect((await world.read(tenant, ids[5] ?? '')).state_reason).toBe('spam_risk_too_many_pending_share')
    await world.runUntilState(tenant, ids[5] ?? '', 'in_inbox')
    expect(publishes()).toHaveLength(6)
  })
})

describe('what goes wrong on the way', () => {
  it('a token that TikTok refuses is renewed once, and the post goes out', async () => {
    const [id = ''] = await world.post(tenant, [mika], direct())
    world.emulator.addFault({
      match: { endpoint: 'posting.initVideo' },
      times: 1,
      action: { code: 'access_token_invalid', status: 401 },
    })
    await world.runUntilState(tenant, id, 'published')
    expect(publishes()).toHaveLength(1)
  })

  it('a grant that was withdrawn fails the post with what to do', async () => {
    const [id = ''] = await world.post(tenant, [mika], {
      ...direct(),
      scheduled_at: new Date(world.now() + 3_600_000).toISOString(),
    })
    await world.db
      .updateTable('accounts')
      .set({ status: 'reauthorization_required' })
      .where('id', '=', mika)
      .execute()
    await world.runUntilState(tenant, id, 'failed')
    expect((await world.read(tenant, id)).failure).toMatchObject({ reason: 'reauthorization_required' })
    expect(publishes()).toHaveLength(0)
  })

  it('an upload address that is over is replaced, and there is one post', async () => {
    asset = await world.upload(tenant, clip(5, 35_000_000))
    const [id = ''] = await world.post(tenant, [mika], direct())
    const dying = world.another('slow')
    world.emulator.addFault({ match: { endpoint: 'posting.uploadMedia', nth: 2 }, action: { delay_ms: 300 } })
    await runUntilKilled(dying, id, () => (publishes()[0]?.uploadedBytes ?? 0) >= 10_000_000)
    await world.emulator.advance(3700)
    await world.runUntilState(tenant, id, 'published')
    expect(await world.story(tenant, id)).toContain('initialising: upload_url_expired')
    expect(
      publishes()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['FAILED', 'PUBLISH_COMPLETE'])
  })

  it('a cancel in the middle of an upload stops it, and nothing is posted', async () => {
    asset = await world.upload(tenant, clip(5, 65_000_000))
    const [id = ''] = await world.post(tenant, [mika], direct())
    world.emulator.addFault({ match: { endpoint: 'posting.uploadMedia' }, action: { delay_ms: 250 } })
    const run = world.publisher.pipeline.run(id, new AbortController().signal)
    while ((publishes()[0]?.uploadedBytes ?? 0) < 10_000_000)
      await new Promise((resolve) => setTimeout(resolve, 2))
    const asked = await world.call(tenant, 'POST', `/v1/posts/${id}/cancel`)
    expect(asked.json).toMatchObject({ cancel_requested: true })
    await world.settle(run)
    await world.runUntil(async () => (await world.read(tenant, id)).state !== 'uploading')
    expect((await world.read(tenant, id)).state).toBe('cancelled')
    await world.emulator.advance(7200)
    await world.run()
    expect(publishes().map(({ state }) => state)).toEqual(['FAILED'])
  })

  it('a cancel of a download is asked of TikTok, and believed when TikTok confirms it', async () => {
    const { server, url } = await serve(clip())
    try {
      const [early = '', late = ''] = [
        ...(await world.post(tenant, [mika], { ...pulled('early'), video: { url } })),
        ...(await world.post(tenant, [mika], { ...pulled('late'), video: { url } })),
      ]
      await world.run()
      await world.call(tenant, 'POST', `/v1/posts/${early}/cancel`)
      await world.runUntilState(tenant, early, 'cancelled')
      world.emulator.configure({ processingSeconds: 60 })
      await world.runUntil(async () => publishes().some(({ processing }) => processing))
      const asked = await world.call(tenant, 'POST', `/v1/posts/${late}/cancel`)
      expect(asked.json.cancel_requested).toBe(true)
      await world.run()
      expect(await world.read(tenant, late)).toMatchObject({ state: 'processing', cancel_requested: false })
      await world.runUntilState(tenant, late, 'published')
      expect(real()).toHaveLength(1)
    } finally {
      server.close()
      world.emulator.configure({ processingSeconds: 2 })
    }
  })

  it('a post that TikTok never finishes is left to a person after a day', async () => {
    world.emulator.configure({ processingSeconds: 10 * 86_400 })
    const [id = ''] = await world.post(tenant, [mika], direct())
    await world.runUntilState(tenant, id, 'needs_attention')
    expect(await world.read(tenant, id)).toMatchObject({ state_reason: 'never_finished', next_step_at: null })
    world.emulator.configure({ processingSeconds: 2 })
  })

  it('what TikTok finds wrong later is the reason of the failure', async () => {
    const [id = ''] = await world.post(tenant, [mika], pulled('gone'))
    await world.runUntilState(tenant, id, 'failed')
    expect((await world.read(tenant, id)).failure.reason).toBe('video_pull_failed')
    expect(publishes()).toHaveLength(1)
  })
})

/** Posts in a known order: ids made in the same millisecond have none. */
async function postOneByOne(count: number, body: (n: number) => object): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    ids.push(...(await world.post(tenant, [mika], body(n))))
    await world.emulator.advance(0.001)
  }
  return ids
}

/** What TikTok answered to the chunks that came whole. */
function chunkStatuses(): number[] {
  return world.emulator
    .requests()
    .filter(({ endpoint, status }) => endpoint === 'posting.uploadMedia' && status > 0)
    .map(({ status }) => status)
}

/** Takes a post to the moment when its init is sent, and leaves it there as a killed process would. */
async function runToInit(publisher: Publisher, id: string): Promise<void> {
  const before = publishes().length
  const run = publisher.pipeline.run(id, new AbortController().signal).catch(() => undefined)
  for (;;) {
    const { init_sent_at } = await world.db
      .selectFrom('posts')
      .select('init_sent_at')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (init_sent_at !== null) break
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  // What the dead process would still write does not count: another version stands in the row.
  await world.db
    .updateTable('posts')
    .set((set) => ({ version: set('version', '+', 1), init_attempt: set('init_attempt', '+', 1) }))
    .where('id', '=', id)
    .execute()
  await world.settle(run)
  expect(publishes().length).toBe(before + 1)
  await world.db
    .updateTable('posts')
    .set({ lease_owner: 'dead', lease_until: new Date(world.now() + 20_000) })
    .where('id', '=', id)
    .execute()
}

async function serve(bytes: Uint8Array) {
  const { createServer } = await import('node:http')
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes.byteLength })
    response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { server, url: `http://127.0.0.1:${port}/clip.mp4` }
}
