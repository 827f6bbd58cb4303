import type { Watermark } from '@tockwork/media'
import { makeSamplePhoto } from '@tockwork/media/sample'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/observability/log.ts'
import { MediaLooker } from '../../src/originality/media-looker.ts'
import { createMediaFetching } from '../../src/originality/services.ts'
import { eraseAccountData } from '../../src/storage/account-erasure.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from '../publishing/post-world.ts'
import { PaintedFrames } from './painted-frames.ts'
import { PhotoHost } from './photo-host.ts'

let world: PostWorld
let host: PhotoHost
let tenant: Tenant
let mika: string
let lane: string
const painted = new PaintedFrames()
let marks: Watermark[] = []
let scene = 0

const finder = {
  find: () => Promise.resolve({ watermarks: marks, skipped: [] }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

beforeAll(async () => {
  host = await PhotoHost.start()
  world = await PostWorld.start({
    looker: new MediaLooker({ frames: () => Promise.resolve({ source: painted }), finder }),
    // A name that is public to look at and leads inside.
    resolve: () => Promise.resolve([{ address: '10.0.0.7', family: 4 }]),
  })
})
afterAll(async () => {
  await world?.close()
  await host?.close()
})
beforeEach(async () => {
  await world.emulator.reset()
  tenant = await world.accounts.tenant()
  mika = await world.accounts.connect(tenant, 'mika')
  lane = await world.accounts.connect(tenant, 'lane')
  await world.db.updateTable('posts').set({ step_at: null }).execute()
  marks = []
  scene += 100
  host.asked.clear()
})

const HOUR_SEC = 3600
const MARK: Watermark = {
  kind: 'platform-text',
  platform: 'CapCut',
  text: 'capcut',
  box: { x: 0.7, y: 0.02, width: 0.2, height: 0.04 },
  fromSec: 0,
  toSec: 0,
  confidence: 0.97,
  verdict: 'block',
}

const photos = (urls: string[], more: object = {}) => ({
  mode: 'direct',
  photos: { urls, cover_index: 0 },
  options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
  ...more,
})
/** An address of a photo with bytes of its own; `light`: an edit of the same picture. */
const photo = (path: string, which: number, light = 0): string =>
  host.put(`/${scene}${path}`, painted.photo(scene + which, { light }))
const policy = (set: object) => world.call(tenant, 'PUT', '/v1/media-policy', set)
const reportOf = async (id: string) => (await world.call(tenant, 'GET', `/v1/posts/${id}/media-report`)).json
const stateOf = async (id: string) => {
  const { state, state_reason: reason } = await world.read(tenant, id)
  return [state, reason]
}
const signal = new AbortController().signal

/** What the job does, as often as it wants to be done again. No time passes while it fetches, however busy the machine. */
async function fetchMedia(postId: string, fetching = world.fetching): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    const again = await fetching.fetchMedia({ workspaceId: tenant.workspaceId, postId })
    if (again === undefined) return
    await world.emulator.advance((again - world.now()) / 1000)
  }
  throw new Error('it is fetched again and again')
}

async function lookAtMedia(postId: string): Promise<void> {
  const copies = await world.db
    .selectFrom('post_media')
    .select('asset_id')
    .where('post_id', '=', postId)
    .where('asset_id', 'is not', null)
    .execute()
  for (const { asset_id: assetId } of copies)
    await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId: assetId ?? '' })
}

/** Makes a post, fetches and looks, and stops before it is decided about. */
async function prepared(urls: string[], account = mika, more: object = {}): Promise<string> {
  const [id = ''] = await world.post(tenant, [account], photos(urls, more))
  await world.run()
  expect(await stateOf(id)).toEqual(['checking', 'media_fetch'])
  await fetchMedia(id)
  await lookAtMedia(id)
  return id
}
async function post(urls: string[], account = mika, more: object = {}): Promise<string> {
  const id = await prepared(urls, account, more)
  await world.run()
  return id
}
async function published(urls: string[], account = mika): Promise<string> {
  const id = await post(urls, account)
  await world.runUntilState(tenant, id, 'published')
  return id
}
const copiesOf = (postId: string) =>
  world.db
    .selectFrom('post_media')
    .innerJoin('assets', 'assets.id', 'post_media.asset_id')
    .select(['assets.id', 'assets.hash', 'assets.origin', 'assets.released_at', 'position'])
    .where('post_id', '=', postId)
    .orderBy('position')
    .execute()
const fingerprinted = async (ids: string[]) =>
  (await world.db.selectFrom('media_fingerprints').select('asset_id').where('asset_id', 'in', ids).execute())
    .length

describe('photos by address', () => {
  it('are fetched, looked at and shown, each with its position, before TikTok is asked', async () => {
    const urls = [photo('/a', 1), photo('/b', 2)]
    const [id = ''] = await world.post(tenant, [mika], photos(urls))
    await world.run()
    expect(await stateOf(id)).toEqual(['checking', 'media_fetch'])
    expect((await reportOf(id)).items.map(({ state }: { state: string }) => state)).toEqual([
      'waiting',
      'waiting',
    ])
    // The rows that say what is wanted and the job that fetches are one commit.
    expect(world.sentJobs.filter(({ name }) => name === 'fetch-post-media').at(-1)?.data).toEqual({
      workspaceId: tenant.workspaceId,
      postId: id,
    })
    await fetchMedia(id)
    await world.run()
    expect(await stateOf(id)).toEqual(['checking', 'media_look'])
    await lookAtMedia(id)
    await world.runUntilState(tenant, id, 'published')
    const report = await reportOf(id)
    const copies = await copiesOf(id)
    expect(report).toMatchObject({ verdict: 'ok', findings: [], skipped: [], watermarks: [] })
    expect(report.items).toEqual(
      copies.map(({ id: asset_id, hash }, position) => ({
        position,
        state: 'looked_at',
        url: urls[position],
        asset_id,
        sha256: Buffer.from(hash).toString('hex'),
        size_bytes: expect.any(Number),
        content_type: 'image/jpeg',
        fetched_at: report.fetched_at,
        failure: null,
      })),
    )
    expect(report.content_sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(Date.parse(report.fetched_at)).toBeLessThanOrEqual(Date.parse(report.judged_at))
    expect([...host.asked.values()]).toEqual([1, 1])

    // Copies are in no library, and no post is made with one.
    const [copy] = copies
    expect(copy?.origin).toBe('post')
    const listed = await world.call(tenant, 'GET', '/v1/assets')
    expect(listed.json.data).toEqual([])
    expect((await world.call(tenant, 'GET', `/v1/assets/${copy?.id}`)).json.origin).toBe('post')
    expect((await world.call(tenant, 'DELETE', `/v1/assets/${copy?.id}`)).status).toBe(404)
    const misused = await world.call(tenant, 'POST', '/v1/posts', {
      ...photos([]),
      accounts: [mika],
      photos: undefined,
      video: { asset_id: copy?.id },
    })
    expect(misused.json.errors).toContainEqual(expect.objectContaining({ rule: 'not_found' }))
  })

  it('that were posted before hold the post, also when they were edited and the copies are gone', async () => {
    const first = await published([photo('/a', 1), photo('/b', 2)])
    const before = await copiesOf(first)
    await world.assets.housekeeping()
    const after = await copiesOf(first)
    expect(after.every(({ released_at }) => released_at !== null)).toBe(true)
    const bytes = await world.db
      .selectFrom('blobs')
      .select('check_at')
      .where(
        'hash',
        'in',
        before.map(({ hash }) => hash),
      )
      .execute()
    expect(bytes).toEqual([{ check_at: null }, { check_at: null }])
    for (const { hash } of before) expect(await world.hasBytes(hash)).toBe(false)

    const again = await post([photo('/c', 2, 18), photo('/d', 1, 12)])
    expect(await stateOf(again)).toEqual(['media_blocked', 'repeat_same_account'])
    expect((await reportOf(again)).findings).toMatchObject([
      { rule: 'repeat_same_account', level: 'block', post_id: first, positions: [0, 1] },
    ])
  })

  it('that end every post of a brand are a warning, not a repetition', async () => {
    const last = photo('/brand', 9)
    const first = await published([photo('/a', 1), photo('/b', 2), last])
    const next = await published([photo('/c', 3), photo('/d', 4), last])
    const { verdict, findings } = await reportOf(next)
    expect(verdict).toBe('warn')
    expect(findings).toMatchObject([{ level: 'warn', post_id: first, positions: [2] }])
    expect(findings[0].message).toContain('1 of these 3 photos')
  })

  it('of two posts of one batch race: one goes out, in however many processes', async () => {
    const ids = [
      await prepared([photo('/a', 1), photo('/b', 2)]),
      await prepared([photo('/c', 1, 9), photo('/d', 2, 9)]),
    ]
    const processes = ids.map((_id, n) => world.another(`r${n}`))
    await world.settle(Promise.all(ids.map((id, n) => processes[n]?.pipeline.run(id, signal))))
    await world.run()
    const states = await Promise.all(ids.map(async (id) => (await world.read(tenant, id)).state))
    expect(states.filter((state) => state === 'media_blocked')).toHaveLength(1)
  })

  it('that several posts share are fetched once, and copied once when they come at the same moment', async () => {
    const urls = [photo('/a', 1), photo('/b', 2)]
    const ids = await world.post(tenant, [mika, lane], photos(urls))
    await world.run()
    await Promise.all(ids.map((id) => fetchMedia(id)))
    const [one, other] = await Promise.all(ids.map(async (id) => (await copiesOf(id)).map((copy) => copy.id)))
    expect(one).toEqual(other)
    const third = await post(urls, mika)
    expect((await copiesOf(third)).map(({ id }) => id)).toEqual(one)
    expect(Math.max(...host.asked.values())).toBeLessThanOrEqual(2)
  })

  it('are the same as a file of the library with the same bytes, which stays one', async () => {
    const bytes = painted.photo(scene + 1)
    const mine = await world.upload(tenant, bytes, 'mine.jpg')
    const id = await published([host.put(`/${scene}/a`, bytes)])
    expect(await copiesOf(id)).toMatchObject([{ id: mine, origin: 'library' }])
    const copied = painted.photo(scene + 2)
    const other = await published([host.put(`/${scene}/b`, copied)], lane)
    await world.assets.housekeeping()
    const [copy] = await copiesOf(other)
    expect(await world.upload(tenant, copied, 'now-mine.jpg')).toBe(copy?.id)
    expect((await world.call(tenant, 'GET', `/v1/assets/${copy?.id}`)).json).toMatchObject({
      origin: 'library',
      name: 'now-mine.jpg',
    })
    expect(await world.hasBytes(copy?.hash ?? new Uint8Array())).toBe(true)
  })

  it('are held against the rules for photos', async () => {
    const png = host.put(`/${scene}/p`, makeSamplePhoto({ container: 'png', width: 400, height: 500 }))
    const id = await post([photo('/a', 1), png])
    const read = await world.read(tenant, id)
    expect([read.state, read.failure.reason]).toEqual(['failed', 'media_container'])
    expect(read.transitions.at(-1).detail.errors).toMatchObject([{ field: 'photos.urls[1]' }])
  })

  it('that claim to be gigantic are refused by their headers', async () => {
    const urls = [
      host.put(`/${scene}/j`, jpegOf(65_000, 65_000)),
      host.put(`/${scene}/p`, pngOf(100_000, 100_000)),
      host.put(`/${scene}/w`, webpOf(16_000_000, 16_000_000)),
    ]
    const read = await world.read(tenant, await post(urls))
    expect(read.state).toBe('failed')
    const refused = read.transitions
      .at(-1)
      .detail.errors.map(({ field, rule }: Record<string, string>) => [field, rule])
    for (const position of [0, 1, 2])
      expect(refused).toContainEqual([
        `photos.urls[${position}]`,
        expect.stringMatching(/^media_(picture_size|readable|container)$/),
      ])
  })

  it('with a mark hold the post, and say which it is', async () => {
    const id = await prepared([photo('/a', 1)])
    marks = [MARK]
    const marked = await post([photo('/b', 2), photo('/c', 3)])
    expect(await stateOf(marked)).toEqual(['media_blocked', 'watermark'])
    const report = await reportOf(marked)
    expect(report.watermarks.map(({ position }: { position: number }) => position)).toEqual([0, 1])
    expect(report.findings[1]).toMatchObject({ rule: 'watermark', positions: [1] })
    await world.runUntilState(tenant, id, 'published')
  })
})

describe('what an address gives later', () => {
  it('is looked at anew after an hour; what was overruled counts for the same content alone', async () => {
    marks = [MARK]
    const url = photo('/a', 1)
    const id = await post([url])
    const held = await reportOf(id)
    photo('/a', 2)
    const say = () => world.call(tenant, 'POST', `/v1/posts/${id}/overrule-media`, { reason: 'A sign' })
    // Within the hour it is the look from before that was overruled, and counts.
    await world.emulator.advance(2 * HOUR_SEC)
    expect((await say()).status).toBe(200)
    await world.run()
    expect(await stateOf(id)).toEqual(['checking', 'media_fetch'])
    await fetchMedia(id)
    await lookAtMedia(id)
    await world.run()
    expect(await stateOf(id)).toEqual(['media_blocked', 'watermark'])
    const other = await reportOf(id)
    expect(other.content_sha256).not.toBe(held.content_sha256)
    expect(host.asked.get(new URL(url).pathname)).toBe(2)
    await say()
    await world.runUntilState(tenant, id, 'published')
    expect((await reportOf(id)).verdict).toBe('overruled')
  })

  it('is not what was said of the address that the post had before', async () => {
    marks = [MARK]
    const id = await post([photo('/a', 1)])
    marks = []
    const changed = await world.call(tenant, 'PATCH', `/v1/posts/${id}`, {
      photos: { urls: [photo('/b', 2)], cover_index: 0 },
    })
    expect([changed.json.state, changed.json.media_verdict]).toEqual(['accepted', null])
    expect((await reportOf(id)).items).toMatchObject([{ state: 'waiting', sha256: null }])
    await world.run()
    await fetchMedia(id)
    await lookAtMedia(id)
    await world.runUntilState(tenant, id, 'published')
    expect((await reportOf(id)).verdict).toBe('ok')
  })
})

describe('an address that does not give the photo', () => {
  const nothing = 'http://127.0.0.1:1/photo.jpg'

  it('is a warning, a hold or nothing, as the policy says; a person overrules it', async () => {
    expect((await reportOf(await post([nothing]))).findings).toMatchObject([
      { rule: 'unreachable', level: 'warn', positions: [0] },
    ])
    await policy({ unreachable: 'allow' })
    const let_go = await reportOf(await post([nothing], lane))
    expect([let_go.verdict, let_go.findings]).toEqual(['ok', []])
    expect(let_go.skipped[0]).toMatch(/not looked at: ECONNREFUSED/)
    await policy({ unreachable: 'block' })
    const id = await post([photo('/a', 1), nothing], lane)
    expect(await stateOf(id)).toEqual(['media_blocked', 'unreachable'])
    expect((await reportOf(id)).items[1]).toMatchObject({
      state: 'failed',
      failure: { code: 'unreachable' },
      asset_id: null,
    })
    await world.call(tenant, 'POST', `/v1/posts/${id}/overrule-media`, { reason: 'Open to TikTok alone' })
    await world.run()
    expect((await world.read(tenant, id)).state).not.toBe('media_blocked')
  })

  it('is asked once more when the post names it again', async () => {
    await policy({ unreachable: 'block' })
    const path = `/${scene}/late`
    const url = `${host.origin}${path}`
    const id = await post([url])
    expect(host.asked.get(path)).toBe(3)
    host.put(path, painted.photo(scene + 1))
    const named = await world.call(tenant, 'PATCH', `/v1/posts/${id}`, {
      photos: { urls: [url], cover_index: 0 },
    })
    expect(named.status).toBe(200)
    await world.run()
    await fetchMedia(id)
    await lookAtMedia(id)
    await world.runUntilState(tenant, id, 'published')
  })

  const wrongs: [string, string, string, (path: string) => string][] = [
    [
      'leads on, inside or anywhere',
      'redirects',
      'unfit_address',
      (path) =>
        host.answer(path, (response) =>
          response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
        ),
    ],
    ['is an internal one', 'refused', 'unreachable', () => 'https://10.0.0.7/photo.jpg'],
    ['has a name that points inside', 'refused', 'unreachable', () => 'https://photos.example.com/photo.jpg'],
    [
      'gives a page instead',
      'not_media',
      'unfit_address',
      (path) => host.put(path, Buffer.from('<!doctype html><title>Please log in</title>')),
    ],
    [
      'says that it is larger than any photo',
      'too_large',
      'unfit_address',
      (path) =>
        host.answer(path, (response) => {
          response.writeHead(200, { 'content-length': 2 ** 31 }).write('x')
        }),
    ],
    [
      'is larger than any photo without saying so',
      'too_large',
      'unfit_address',
      (path) =>
        host.answer(path, (response) => {
          const piece = Buffer.alloc(1 << 20)
          const more = (): void =>
            void (response.destroyed || response.write(piece, () => setImmediate(more)))
          response.writeHead(200)
          more()
        }),
    ],
    [
      'breaks off before the length that it promised',
      'unreachable',
      'unreachable',
      (path) =>
        host.answer(path, (response) => {
          response.writeHead(200, { 'content-length': 100_000 }).write('x')
          setImmediate(() => response.destroy())
        }),
    ],
  ]
  it.each(wrongs)('%s', async (_what, code, rule, at) => {
    const id = await post([at(`/${scene}/wrong`)])
    const { items, findings } = await reportOf(id)
    expect(items).toMatchObject([{ state: 'failed', failure: { code } }])
    expect(findings).toMatchObject([{ rule, level: rule === 'unreachable' ? 'warn' : 'block' }])
  })

  it('trickles', async () => {
    const url = host.answer(`/${scene}/trickle`, (response) => {
      response.writeHead(200).write('x')
    })
    const [id = ''] = await world.post(tenant, [mika], photos([url]))
    await world.run()
    // Here time does pass: nothing but the end of its patience brings the download to one.
    await world.settle(world.fetching.fetchMedia({ workspaceId: tenant.workspaceId, postId: id }))
    await world.run()
    expect((await reportOf(id)).items).toMatchObject([{ state: 'failed', failure: { code: 'too_slow' } }])
  })
})

describe('a process that dies', () => {
  /** The parts of the job, one of which fails once. */
  function dying(at: 'copy' | 'commit' | 'wake') {
    let alive = true
    const die = (): void => {
      if (!alive) return
      alive = false
      throw new Error('the process died')
    }
    const unitOfWork = createUnitOfWork(world.db, {
      send: () => {
        if (at === 'wake') die()
        return Promise.resolve('job')
      },
    })
    return createMediaFetching({
      db: world.db,
      unitOfWork,
      clock: world.emulator.clock,
      log: silentLog,
      copyAddress: (wish) => {
        if (at === 'copy') die()
        return world.assets.copyAddress({
          ...wish,
          within: async (tx, copy) => {
            await wish.within(tx, copy)
            if (at === 'commit') die()
          },
        })
      },
    })
  }

  it.each(['copy', 'commit', 'wake'] as const)(
    'at the %s loses nothing and copies nothing twice',
    async (step) => {
      const urls = [photo('/a', 1), photo('/b', 2)]
      const [id = ''] = await world.post(tenant, [mika], photos(urls))
      await world.run()
      const fetching = dying(step)
      await expect(fetchMedia(id, fetching)).rejects.toThrow('the process died')
      // As many as were committed, each with its row.
      const there = await world.db
        .selectFrom('assets')
        .select('id')
        .where('workspace_id', '=', tenant.workspaceId)
        .execute()
      expect(there.map((copy) => copy.id).sort()).toEqual((await copiesOf(id)).map((copy) => copy.id).sort())
      await fetchMedia(id, fetching)
      await lookAtMedia(id)
      await world.runUntilState(tenant, id, 'published')
      expect(await copiesOf(id)).toHaveLength(2)
      expect((await reportOf(id)).verdict).toBe('ok')
    },
  )

  it('before it has noted what is wanted leaves neither row nor job', async () => {
    const [id = ''] = await world.post(tenant, [mika], photos([photo('/a', 1)]))
    const jobs = world.sentJobs.length
    const { collectMedia } = await import('../../src/originality/collect-media.ts')
    const { findPost } = await import('../../src/storage/posts.ts')
    const read = await findPost(world.db, tenant.workspaceId, id)
    if (read === undefined) throw new Error('there is a post')
    const unitOfWork = createUnitOfWork(world.db, {
      send: () => Promise.reject(new Error('the process died')),
    })
    await expect(
      collectMedia({ db: world.db, unitOfWork, clock: world.emulator.clock }, read),
    ).rejects.toThrow('the process died')
    expect(await world.db.selectFrom('post_media').selectAll().where('post_id', '=', id).execute()).toEqual(
      [],
    )
    expect(world.sentJobs).toHaveLength(jobs)
    await world.run()
    await fetchMedia(id)
    await lookAtMedia(id)
    await world.runUntilState(tenant, id, 'published')
  })

  it('and never comes back does not hold the post for more than an hour', async () => {
    const [id = ''] = await world.post(tenant, [mika], photos([photo('/a', 1)]))
    await world.runUntil(async () => (await world.read(tenant, id)).publish_id !== null, 2 * 3_600_000)
    expect((await reportOf(id)).findings).toMatchObject([{ rule: 'unreachable', level: 'warn' }])
  })
})

describe('a video by address', () => {
  const video = (url: string) => ({
    mode: 'direct',
    video: { url },
    options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
  })
  async function sent(url: string): Promise<string> {
    const [id = ''] = await world.post(tenant, [mika], video(url))
    await world.run()
    await fetchMedia(id)
    await lookAtMedia(id)
    await world.run()
    return id
  }

  it('is compared with files of the library, and they with it', async () => {
    const first = await sent(host.put(`/${scene}/a`, painted.clip(scene)))
    await world.runUntilState(tenant, first, 'published')
    const file = await world.upload(tenant, painted.clip(scene, { light: 15 }))
    await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId: file })
    const [second = ''] = await world.post(tenant, [mika], { ...video(''), video: { asset_id: file } })
    await world.run()
    const { findings } = await reportOf(second)
    expect(findings).toMatchObject([{ rule: 'repeat_same_account', level: 'block', post_id: first }])
    expect(findings[0].segments).not.toEqual([])
    const third = await sent(host.put(`/${scene}/b`, painted.clip(scene, { light: 25 })))
    expect((await reportOf(third)).findings).toMatchObject([{ post_id: first, level: 'block' }])
  })

  it("is held against the creator's own limit", async () => {
    await world.emulator.advance(1)
    const id = await sent(host.put(`/${scene}/long`, (await import('../publishing/post-world.ts')).clip(601)))
    const { state, failure } = await world.read(tenant, id)
    expect([state, failure.reason]).toEqual(['failed', 'media_duration'])
  })
})

describe('erasure of an account', () => {
  it('takes the copies of its posts, and leaves what posts of others show', async () => {
    const shared = photo('/shared', 1)
    const first = await published([photo('/a', 2), shared], mika)
    const second = await published([shared], lane)
    const mine = (await copiesOf(first)).map(({ id }) => id)
    const [kept = ''] = (await copiesOf(second)).map(({ id }) => id)
    const own = mine.filter((id) => id !== kept)
    expect([own.length, await fingerprinted(mine)]).toEqual([1, 2])
    const erased = await world.db
      .transaction()
      .execute((tx) => eraseAccountData(tx, tenant.workspaceId, mika, world.now()))
    expect(erased.assets.map(({ id }) => id)).toEqual(own)
    expect([await fingerprinted(own), await fingerprinted([kept])]).toEqual([0, 1])
    const rows = await world.db.selectFrom('post_media').selectAll().where('post_id', '=', first).execute()
    expect(rows).toEqual([])
    expect((await reportOf(second)).findings).toEqual([])
  })
})

/** Headers of pictures that are not there. */
function jpegOf(width: number, height: number): Uint8Array {
  const size = Buffer.alloc(4)
  size.writeUInt16BE(height, 0)
  size.writeUInt16BE(width, 2)
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8]),
    size,
    Buffer.from([1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x5a, 0xff, 0xd9]),
  ])
}

function pngOf(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(makeSamplePhoto({ container: 'png', width: 8, height: 8 }))
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

function webpOf(width: number, height: number): Uint8Array {
  const body = Buffer.alloc(10)
  body.writeUIntLE(width - 1, 4, 3)
  body.writeUIntLE(height - 1, 7, 3)
  const head = Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0', 'latin1')
  head.writeUInt32LE(4 + 8 + body.length, 4)
  return Buffer.concat([head, body])
}
