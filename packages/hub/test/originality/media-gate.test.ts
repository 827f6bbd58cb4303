import { API_SCOPES } from '@tockwork/api'
import type { Watermark } from '@tockwork/media'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MediaLooker } from '../../src/originality/media-looker.ts'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from '../publishing/post-world.ts'
import { PaintedFrames } from './painted-frames.ts'

let world: PostWorld
let tenant: Tenant
let mika: string
let lane: string
const painted = new PaintedFrames()
/** What the next files are said to carry. */
let marks: Watermark[] = []
let scene = 0

const finder = {
  find: () => Promise.resolve({ watermarks: marks, skipped: [] }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}
const newLooker = () => new MediaLooker({ frames: () => Promise.resolve({ source: painted }), finder })

beforeAll(async () => {
  world = await PostWorld.start({ looker: newLooker() })
})
afterAll(() => world?.close())
beforeEach(async () => {
  await world.emulator.reset()
  tenant = await world.accounts.tenant()
  mika = await world.accounts.connect(tenant, 'mika')
  lane = await world.accounts.connect(tenant, 'lane')
  await world.db.updateTable('posts').set({ step_at: null }).execute()
  marks = []
  scene += 1
})

const HOUR = 3_600_000
const MARK: Watermark = {
  kind: 'platform-text',
  platform: 'CapCut',
  text: 'capcut',
  box: { x: 0.7, y: 0.02, width: 0.2, height: 0.04 },
  fromSec: 0,
  toSec: 4,
  confidence: 0.97,
  verdict: 'block',
  evidence: new Uint8Array([...Buffer.from('P5\n4 2\n255\n'), 1, 2, 3, 4, 5, 6, 7, 8]),
}

/** Uploads a clip and looks at it, as the job does. */
async function upload(light = 0, which = scene, by = tenant): Promise<string> {
  const id = await world.upload(by, painted.clip(which, { light }))
  await world.originality?.lookAt({ workspaceId: by.workspaceId, assetId: id })
  return id
}
const body = (asset_id: string, more: object = {}) => ({
  mode: 'direct',
  video: { asset_id },
  options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
  ...more,
})
async function post(asset: string, account = mika, by = tenant): Promise<string> {
  const [id = ''] = await world.post(by, [account], body(asset))
  await world.run()
  return id
}
async function published(asset: string, account = mika): Promise<string> {
  const id = await post(asset, account)
  await world.runUntilState(tenant, id, 'published')
  return id
}
const policy = (set: object) => world.call(tenant, 'PUT', '/v1/media-policy', set)
const reportOf = async (id: string) => (await world.call(tenant, 'GET', `/v1/posts/${id}/media-report`)).json

describe('a clip that was posted before', () => {
  it('is held on the same account within a day, also when it was edited; nothing is sent of it', async () => {
    const first = await published(await upload())
    const again = await post(await upload(18))
    const read = await world.read(tenant, again)
    expect([read.state, read.state_reason, read.media_verdict]).toEqual([
      'media_blocked',
      'repeat_same_account',
      'block',
    ])
    const list = async (by: string) =>
      (await world.call(tenant, 'GET', `/v1/posts?media_verdict=${by}`)).json.data.map(
        (shown: { id: string; media_verdict: string }) => [shown.id, shown.media_verdict],
      )
    expect(await list('block')).toEqual([[again, 'block']])
    expect(await list('ok')).toEqual([[first, 'ok']])
    expect((await world.call(tenant, 'GET', '/v1/posts?media_verdict=fine')).status).toBe(400)
    const report = await reportOf(again)
    expect(report).toMatchObject({ verdict: 'block', skipped: [] })
    expect(report.findings).toEqual([
      expect.objectContaining({
        rule: 'repeat_same_account',
        level: 'block',
        post_id: first,
        account_id: mika,
      }),
    ])
    const [{ score, segments }] = report.findings
    expect(score).toBeGreaterThan(0.7)
    expect(score).toBeLessThan(1)
    expect(segments[0].this.to_s - segments[0].this.from_s).toBeGreaterThan(3)
    // Both clips side by side, at three moments.
    expect(report.frames).toHaveLength(3)
    const shown = await world.call(
      tenant,
      'GET',
      `/v1/posts/${again}/media-report/frames/${report.frames[1].id}`,
    )
    expect(Buffer.from(shown.json.base64, 'base64').subarray(1, 4).toString()).toBe('PNG')
    expect(
      await world.db.selectFrom('posts').select('init_attempt').where('id', '=', again).execute(),
    ).toEqual([{ init_attempt: 0 }])
    // Another file, about which nothing was decided: what was said of the one before is not shown as its own.
    const changed = await world.call(tenant, 'PATCH', `/v1/posts/${again}`, {
      video: { asset_id: await upload(0, scene + 5000) },
    })
    expect([changed.status, changed.json.media_verdict]).toEqual([200, null])
  })

  it('goes out with a warning when the cool-down is over, and when another account had it', async () => {
    const first = await published(await upload())
    await world.emulator.advance((25 * HOUR) / 1000)
    const later = await published(await upload(18))
    expect((await reportOf(later)).findings).toMatchObject([
      { rule: 'repeat_same_account', level: 'warn', post_id: first },
    ])
    const elsewhere = await published(await upload(9), lane)
    const { verdict, findings } = await reportOf(elsewhere)
    expect(verdict).toBe('warn')
    expect(findings.map(({ rule }: { rule: string }) => rule)).toEqual([
      'repeat_other_account',
      'repeat_other_account',
    ])
    const { transitions } = await world.read(tenant, elsewhere)
    expect(transitions.find(({ cause }: { cause: string }) => cause === 'checked').detail.media.verdict).toBe(
      'warn',
    )
  })

  it('waits for the hours that the policy sets between accounts', async () => {
    await policy({ other_account: { verdict: 'allow', cooldown_hours: 3 } })
    await published(await upload())
    expect((await world.read(tenant, await post(await upload(18), lane))).state).toBe('media_blocked')
    await world.emulator.advance((4 * HOUR) / 1000)
    expect((await reportOf(await published(await upload(25), lane))).verdict).toBe('ok')
  })

  it('is known by its bytes, also when the library no longer has the first file', async () => {
    const bytes = painted.clip(scene)
    const asset = await world.upload(tenant, bytes)
    await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId: asset })
    const first = await published(asset)
    expect((await world.call(tenant, 'DELETE', `/v1/assets/${asset}`)).status).toBe(204)
    const again = await world.upload(tenant, bytes)
    await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId: again })
    const held = await post(again)
    expect((await reportOf(held)).findings).toMatchObject([{ level: 'block', post_id: first, score: 1 }])
  })

  it('is no repetition when it shows something else, failed, or was cancelled', async () => {
    await published(await upload(0, 1000 + scene))
    const cancelled = await world.post(tenant, [mika], body(await upload(), { scheduled_at: at(HOUR) }))
    await world.call(tenant, 'POST', `/v1/posts/${cancelled[0]}/cancel`)
    expect((await reportOf(await published(await upload(18)))).verdict).toBe('ok')
  })

  it('of another workspace is never compared', async () => {
    await published(await upload())
    const other = await world.accounts.tenant('Another')
    const noor = await world.accounts.connect(other, 'noor')
    const asset = await upload(18, scene, other)
    const hidden = { options: { privacy_level: 'SELF_ONLY', title: 'soup' } }
    const [id = ''] = await world.post(other, [noor], body(asset, hidden))
    await world.runUntilState(other, id, 'published')
    const { json } = await world.call(other, 'GET', `/v1/posts/${id}/media-report`)
    expect([json.verdict, json.findings, json.frames]).toEqual(['ok', [], []])
    const matches = await world.db
      .selectFrom('media_matches')
      .selectAll()
      .where('asset_id', '=', asset)
      .execute()
    expect(matches).toEqual([])
  })
})

const at = (ms: number) => new Date(world.now() + ms).toISOString()

describe('posts at the same moment', () => {
  it('with the same pictures on one account: one goes out, in however many processes', async () => {
    for (let round = 0; round < 3; round += 1) {
      const which = 5000 + scene * 10 + round
      const assets = [
        await upload(0, which),
        await upload(10, which),
        await upload(20, which),
        await upload(30, which),
      ]
      const posts = []
      for (const asset of assets) posts.push((await world.post(tenant, [mika], body(asset)))[0] ?? '')
      const processes = posts.map((_post, n) => world.another(`p${n}`))
      await world.settle(
        Promise.all(posts.map((id, n) => processes[n]?.pipeline.run(id, new AbortController().signal))),
      )
      await world.run()
      const states = await Promise.all(posts.map(async (id) => (await world.read(tenant, id)).state))
      expect(states.filter((state) => state === 'media_blocked')).toHaveLength(3)
      await world.emulator.advance(120)
    }
  })

  it('on several accounts: one goes out where the policy says so, and all with a warning where it does not', async () => {
    await policy({ queued: 'block' })
    const blocked = await raceOn([mika, lane])
    expect(blocked.sort()).toEqual(['block', 'ok'])
    await policy({})
    scene += 1000
    expect((await raceOn([mika, lane])).sort()).toEqual(['ok', 'warn'])
  })

  async function raceOn(accounts: string[]): Promise<string[]> {
    const posts = await world.post(tenant, accounts, body(await upload()))
    const processes = posts.map((_post, n) => world.another(`q${n}`))
    await world.settle(
      Promise.all(posts.map((id, n) => processes[n]?.pipeline.run(id, new AbortController().signal))),
    )
    return Promise.all(posts.map(async (id) => (await reportOf(id)).verdict))
  }

  it('files that come in two processes at once find each other', async () => {
    const two = world.anotherGate(newLooker())
    for (let round = 0; round < 3; round += 1) {
      const which = 8000 + scene * 10 + round
      const one = await world.upload(tenant, painted.clip(which))
      const other = await world.upload(tenant, painted.clip(which, { light: 15 }))
      const of = (assetId: string) => ({ workspaceId: tenant.workspaceId, assetId })
      await Promise.all([world.originality?.lookAt(of(one)), two.lookAt(of(other))])
      const found = await world.db
        .selectFrom('media_matches')
        .select(['asset_id', 'other_asset_id'])
        .where('asset_id', 'in', [one, other])
        .execute()
      expect(found.map((row) => [row.asset_id, row.other_asset_id].sort())).toEqual([[one, other].sort()])
    }
  })
})

describe('a foreign mark', () => {
  it('holds a post, is shown, and can be overruled on the record', async () => {
    marks = [MARK]
    const id = await post(await upload())
    expect((await world.read(tenant, id)).state).toBe('media_blocked')
    const report = await reportOf(id)
    expect(report.watermarks).toMatchObject([{ platform: 'CapCut', certain: true, box: { x: 0.7 } }])
    expect(report.frames).toMatchObject([{ kind: 'watermark', at_s: 0 }])

    const { apiKeys } = world.accounts.services
    const scopes = API_SCOPES.filter((scope) => scope !== 'posts:overrule')
    const { secret } = await world.db
      .transaction()
      .execute((tx) => apiKeys.create(tx, tenant.workspaceId, { name: 'other', mode: 'live', scopes }, 'hub'))
    const say = (by: Tenant, said: object) => world.call(by, 'POST', `/v1/posts/${id}/overrule-media`, said)
    expect((await say({ ...tenant, key: secret.reveal() }, { reason: 'Ours' })).status).toBe(403)
    expect((await say(tenant, {})).status).toBe(400)
    expect((await say(tenant, { reason: 'A sign in our shop' })).json).toMatchObject({
      state: 'accepted',
      media_verdict: 'overruled',
    })
    await world.runUntilState(tenant, id, 'published')
    expect(await reportOf(id)).toMatchObject({
      verdict: 'overruled',
      overruled: { rules: ['watermark'], reason: 'A sign in our shop', by: expect.stringMatching(/^key:/) },
    })
    const audit = await world.db
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'post.media_overruled')
      .where('subject', '=', id)
      .execute()
    expect(audit).toMatchObject([{ detail: { reason: 'A sign in our shop', rules: ['watermark'] } }])
    expect((await say(tenant, { reason: 'Again' })).json.code).toBe('post_wrong_state')
  })

  it('that is a brand word or handle of ours is none, also when that was said after the look', async () => {
    marks = [MARK, { ...MARK, kind: 'handle', text: '@Soup.Sons', platform: undefined as never }]
    const asset = await upload()
    await policy({ brand_words: ['CapCut'], own_handles: ['@soup.sons'] })
    expect((await reportOf(await published(asset))).verdict).toBe('ok')
  })

  it('is gone with another video: the post is decided about anew, and goes out', async () => {
    marks = [MARK]
    const id = await post(await upload())
    marks = []
    const clean = await upload(0, scene + 6000)
    const changed = await world.call(tenant, 'PATCH', `/v1/posts/${id}`, { video: { asset_id: clean } })
    expect([changed.status, changed.json.state]).toEqual([200, 'accepted'])
    await world.runUntilState(tenant, id, 'published')
    expect(await reportOf(id)).toMatchObject({ verdict: 'ok', findings: [], watermarks: [] })
  })

  it('does not go out by another time alone, and can be cancelled', async () => {
    marks = [MARK]
    const id = await post(await upload())
    await world.call(tenant, 'POST', `/v1/posts/${id}/reschedule`, { scheduled_at: at(HOUR) })
    await world.emulator.advance(7200)
    await world.run()
    expect((await world.read(tenant, id)).state).toBe('media_blocked')
    expect((await world.call(tenant, 'POST', `/v1/posts/${id}/cancel`)).json.state).toBe('cancelled')
  })

  it('that is doubtful is a warning; what the policy allows is not looked for', async () => {
    marks = [{ ...MARK, verdict: 'review' }]
    expect((await reportOf(await published(await upload()))).verdict).toBe('warn')
    await policy({ watermarks: 'allow' })
    expect((await reportOf(await published(await upload(0, scene + 4000)))).verdict).toBe('ok')
  })
})

describe('what was not looked at', () => {
  it('is waited for, and the look lets the post go on', async () => {
    const asset = await world.upload(tenant, painted.clip(scene))
    const id = await post(asset)
    const waiting = await world.read(tenant, id)
    expect([waiting.state, waiting.state_reason]).toEqual(['checking', 'media_look'])
    expect(world.sentJobs.filter(({ name }) => name === 'look-at-media').length).toBeGreaterThan(0)
    await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId: asset })
    expect(world.sentJobs.at(-1)).toMatchObject({ name: 'advance-post', data: { postId: id } })
    await world.runUntilState(tenant, id, 'published')
  })

  it('for a quarter of an hour; then the post goes and says so', async () => {
    const id = await post(await world.upload(tenant, painted.clip(scene)))
    await world.runUntilState(tenant, id, 'published')
    expect((await reportOf(id)).skipped[0]).toMatch(/Nobody looked at it within 15 minutes/)
  })

  it('is said where nothing decodes, and of an address until its post is due', async () => {
    const blind = new MediaLooker({
      frames: () => Promise.resolve({ source: undefined, reason: 'Install ffmpeg.' }),
      finder,
    })
    const gate = world.anotherGate(blind)
    const asset = await world.upload(tenant, painted.clip(scene))
    await gate.lookAt({ workspaceId: tenant.workspaceId, assetId: asset })
    const id = await published(asset)
    const report = await reportOf(id)
    expect(report.verdict).toBe('ok')
    expect(report.skipped).toEqual([
      'It was not compared with earlier uploads: Install ffmpeg.',
      'Watermarks were not looked for: Install ffmpeg.',
    ])
    const [pulled = ''] = await world.post(tenant, [mika], {
      ...body(asset, { scheduled_at: at(HOUR) }),
      video: { url: 'https://cdn.example.com/clip.mp4' },
    })
    expect((await reportOf(pulled)).skipped[0]).toMatch(/behind the address was not looked at/)
  })

  it('a file that nothing decodes goes out as not compared', async () => {
    const id = await published(
      await world
        .upload(tenant, (await import('../publishing/post-world.ts')).clip(6))
        .then(async (asset) => {
          await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId: asset })
          return asset
        }),
    )
    expect((await reportOf(id)).skipped[0]).toMatch(/not compared with earlier uploads: nothing is painted/)
  })
})

describe('erasure', () => {
  it('takes fingerprints, evidence and findings with the account and with the file', async () => {
    const asset = await upload()
    const first = await published(asset)
    const copy = await upload(18)
    const second = await published(copy, lane)
    expect((await reportOf(second)).findings).toHaveLength(1)
    expect((await reportOf(second)).frames).toHaveLength(3)
    await world.call(tenant, 'GET', `/v1/posts/${first}`)
    const { eraseAccountData } = await import('../../src/storage/account-erasure.ts')
    await world.db.transaction().execute((tx) => eraseAccountData(tx, tenant.workspaceId, mika, world.now()))
    const left = await reportOf(second)
    expect([left.findings, left.frames]).toEqual([[], []])
    for (const table of ['media_fingerprints', 'media_looks', 'media_frames', 'media_matches'] as const) {
      const rows = await world.db.selectFrom(table).select('asset_id').where('asset_id', '=', asset).execute()
      expect([table, rows]).toEqual([table, []])
    }
    expect(
      await world.db.selectFrom('media_verdicts').selectAll().where('post_id', '=', first).execute(),
    ).toEqual([])
  })
})
