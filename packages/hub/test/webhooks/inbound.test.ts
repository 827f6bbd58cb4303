import { createHmac } from 'node:crypto'
import { cryptoRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { InboundWebhooks } from '../../src/webhooks/inbound.ts'
import { AccountWorld, type Tenant } from '../account-world.ts'

let world: AccountWorld
let tenant: Tenant
let inbound: InboundWebhooks
/** Ids of events whose job was committed. */
const jobs: string[] = []
const woken: string[] = []
let databaseUp = true

beforeAll(async () => {
  world = await AccountWorld.start()
  tenant = await world.tenant()
  const { db } = world.database
  const real = createUnitOfWork(db, {
    send: async (_name, data) => {
      jobs.push((data as { eventId: string }).eventId)
      return 'job'
    },
  })
  inbound = new InboundWebhooks({
    db,
    unitOfWork: (body) => (databaseUp ? real(body) : Promise.reject(new Error('Connection terminated'))),
    vault: world.vault,
    clock: world.emulator.clock,
    random: cryptoRandom,
    log: silentLog,
    onPublishEvent: async ({ publishId }) => {
      woken.push(publishId)
      return true
    },
    onAuthorizationRemoved: (event) => world.services.accountEnd.authorizationRemoved(event),
  })
})
afterAll(() => world.close())
beforeEach(() => {
  jobs.length = 0
  woken.length = 0
})

const seconds = () => Math.floor(world.emulator.clock.now() / 1000)

function sign(body: string | Buffer, at = seconds(), secret = 'tw-demo-secret'): string {
  const mac = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')
  return `t=${at},s=${mac}`
}

function receive(body: string | Buffer, signature: string | undefined, appId = tenant.appId) {
  return inbound.receive({
    params: { app_id: appId },
    headers: { 'tiktok-signature': signature },
    body: Buffer.from(body),
    log: silentLog,
  })
}

const stored = async () => {
  const { rows } = await world.database.pool.query('select * from inbound_events order by id')
  return rows
}

const news = (event: string, content: object, more: object = {}) =>
  JSON.stringify({
    client_key: 'tw-demo-app',
    event,
    create_time: seconds(),
    user_openid: 'someone',
    content: JSON.stringify(content),
    ...more,
  })

/** A post of this account that waits for TikTok. */
async function postOf(accountId: string, publishId: string): Promise<string> {
  const id = newId('post', world.emulator.clock, cryptoRandom)
  await world.database.pool.query(
    `insert into posts (id, workspace_id, group_id, account_id, kind, mode, state, options, source, publish_id,
       created_at, changed_at) values ($1, $2, 'g', $3, 'video', 'direct', 'processing', '{}', '{}', $4, now(), now())`,
    [id, tenant.workspaceId, accountId, publishId],
  )
  return id
}

describe('a webhook of TikTok', () => {
  test('is verified on the bytes as they came, however odd they are', async () => {
    const before = (await stored()).length
    const odd = [
      '{ "client_key" : "tw-demo-app",\n\t"event":"odd.one", "create_time": 1700000000 , "user_openid":"u","content":"{}" }',
      '{"client_key":"tw-demo-app","event":"odd.\\u0074wo","create_time":1700000000,"user_openid":"ü€😀","content":"{}"}',
    ]
    for (const body of odd) expect(await receive(body, sign(body))).toEqual({ status: 200 })
    // The same event written anew is other bytes, and a signature of those does not fit.
    const anew = JSON.stringify(JSON.parse(odd[0]!))
    await expect(receive(anew, sign(odd[0]!))).rejects.toMatchObject({ status: 401 })
    expect(await stored()).toHaveLength(before + 2)
  })

  test('is refused when it is forged, in every way that a header can be wrong', async () => {
    const before = (await stored()).length
    const body = news('video.upload.failed', {})
    const good = sign(body)
    const [, t, s] = /^t=(\d+),s=([0-9a-f]+)$/.exec(good)!
    for (const [what, signature] of [
      ['none', undefined],
      ['empty', ''],
      ['another secret', sign(body, seconds(), 'guess')],
      ['an empty secret', sign(body, seconds(), '')],
      ['the time alone', `t=${t}`],
      ['the signature alone', `s=${s}`],
      ['another time', `t=${Number(t) + 1},s=${s}`],
      ['a cut signature', good.slice(0, -2)],
      ['nothing signed', `t=${t},s=`],
      ['words', 'valid'],
      ['a signature that is no hex', `t=${t},s=${'z'.repeat(64)}`],
      ['a time that is no number', `t=now,s=${s}`],
      ['a very long one', `t=${t},s=${s}${'0'.repeat(10_000)}`],
    ] as const)
      await expect(receive(body, signature), what).rejects.toMatchObject({ status: 401 })
    await expect(receive(`${body} `, good)).rejects.toMatchObject({ status: 401 })
    await expect(receive('', good)).rejects.toMatchObject({ status: 401 })
    // Signed, and still no event of this app.
    for (const signed of [
      '',
      'null',
      '[]',
      '{}',
      'not json',
      news('x', {}).replace('tw-demo-app', 'tw-unaudited-app'),
    ])
      await expect(receive(signed, sign(signed)), signed).rejects.toMatchObject({ status: 400 })
    for (const appId of ['', '..', 'app_00000000000000000000000000', `${tenant.appId}\0`, tenant.workspaceId])
      await expect(receive(body, good, appId), appId).rejects.toMatchObject({ status: 404 })
    expect(await stored()).toHaveLength(before)
    expect(jobs).toEqual([])
  })

  test('is taken within five minutes of its signature and no later, nor from the future', async () => {
    for (const [drift, taken] of [
      [0, true],
      [-299, true],
      [-301, false],
      [-3_600, false],
      [299, true],
      [301, false],
      [10 * 365 * 86_400, false],
    ] as const) {
      const body = news('drift', { drift })
      const outcome = receive(body, sign(body, seconds() + drift))
      if (taken) expect(await outcome, String(drift)).toEqual({ status: 200 })
      else await expect(outcome, String(drift)).rejects.toMatchObject({ status: 401 })
    }
  })

  test('is stored, with the job that acts on it, before it is answered; when it cannot be, it is not answered', async () => {
    const body = news('video.publish.completed', { share_id: 's' })
    databaseUp = false
    await expect(receive(body, sign(body))).rejects.toThrow('Connection terminated')
    expect(jobs).toEqual([])
    databaseUp = true
    // TikTok sends it again with a later signature.
    await world.emulator.advance(60)
    expect(await receive(body, sign(body))).toEqual({ status: 200 })
    const row = (await stored()).at(-1)
    expect(jobs).toEqual([row.id])
    expect(Buffer.from(row.body).toString()).toBe(body)
    // Its content, in which a creator is named, goes when it was acted on.
    await inbound.process(row.id)
    const after = (await stored()).at(-1)
    expect(after).toMatchObject({ body: null, outcome: 'ignored' })
    expect(after.processed_at).not.toBeNull()
  })

  test('is acted on once, however often and at however many doors at once it is delivered', async () => {
    const accountId = await world.connect(tenant, 'mika')
    await postOf(accountId, 'p.once')
    const body = news('post.publish.complete', { publish_id: 'p.once', publish_type: 'DIRECT_PUBLISH' })
    const answers = await Promise.all(Array.from({ length: 8 }, () => receive(body, sign(body))))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    await world.emulator.advance(3_600)
    expect(await receive(body, sign(body))).toEqual({ status: 200 })
    expect(jobs).toHaveLength(1)
    await inbound.process(jobs[0]!)
    await inbound.process(jobs[0]!)
    expect(woken).toEqual(['p.once'])
  })

  test('may come before its post is written down, and in any order', async () => {
    const accountId = await world.connect(tenant, 'noor')
    const late = news('post.publish.publicly_available', {
      publish_id: 'p.late',
      post_id: '7',
      publish_type: 'DIRECT_PUBLISH',
    })
    const early = news('post.publish.complete', { publish_id: 'p.late', publish_type: 'DIRECT_PUBLISH' })
    for (const body of [late, early]) await receive(body, sign(body))
    const again = await inbound.process(jobs[0]!)
    expect(again).toBe(world.emulator.clock.now() + 3_000)
    await postOf(accountId, 'p.late')
    await world.emulator.advance(3)
    for (const job of jobs) expect(await inbound.process(job)).toBeUndefined()
    expect(woken).toEqual(['p.late', 'p.late'])
    // One that never finds its post is let go after two minutes.
    jobs.length = 0
    const stranger = news('post.publish.failed', {
      publish_id: 'p.nobody',
      reason: 'x',
      publish_type: 'DIRECT_PUBLISH',
    })
    await receive(stranger, sign(stranger))
    await world.emulator.advance(121)
    expect(await inbound.process(jobs[0]!)).toBeUndefined()
    expect((await stored()).find(({ id }) => id === jobs[0])).toMatchObject({ outcome: 'unknown_post' })
  })

  test('of an earlier grant does not end the one that came after it', async () => {
    const accountId = await world.connect(tenant, 'lane')
    const { json: account } = await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}`)
    const removed = (at: number) =>
      news('authorization.removed', { reason: 1 }, { user_openid: account.external_id, create_time: at })
    const old = removed(seconds() + 1)
    await world.emulator.advance(10)
    await world.connect(tenant, 'lane')
    await receive(old, sign(old))
    await inbound.process(jobs.at(-1)!)
    const status = async () =>
      (await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}`)).json.status
    expect(await status()).toBe('connected')
    await world.emulator.advance(10)
    const fresh = removed(seconds())
    await receive(fresh, sign(fresh))
    await inbound.process(jobs.at(-1)!)
    expect(await status()).toBe('reauthorization_required')
  })

  test('wakes no post of another workspace that has registered the same client key with a secret of its own', async () => {
    const thief = await world.tenant('Thief')
    await world.call(thief, 'PATCH', `/v1/apps/${thief.appId}`, { client_secret: 'made-up' })
    const accountId = await world.connect(tenant, 'mika')
    await postOf(accountId, 'p.victim')
    const body = news('post.publish.failed', {
      publish_id: 'p.victim',
      reason: 'x',
      publish_type: 'DIRECT_PUBLISH',
    })
    await receive(body, sign(body, seconds(), 'made-up'), thief.appId)
    await inbound.process(jobs[0]!)
    expect(woken).toEqual([])
    expect((await stored()).find(({ id }) => id === jobs[0])).toMatchObject({ outcome: 'not_of_this_app' })
  })
})
