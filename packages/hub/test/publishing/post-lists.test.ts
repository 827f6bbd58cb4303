import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from './post-world.ts'

let world: PostWorld
let tenant: Tenant
let mika: string
let lane: string
let asset: string

beforeAll(async () => {
  world = await PostWorld.start()
})
afterAll(() => world?.close())
beforeEach(async () => {
  await world.emulator.reset()
  tenant = await world.accounts.tenant()
  mika = await world.accounts.connect(tenant, 'mika')
  lane = await world.accounts.connect(tenant, 'lane')
  asset = await world.upload(tenant)
  await world.db.updateTable('posts').set({ step_at: null }).execute()
})

const HOUR = 3_600_000
const at = (ms: number): string => new Date(ms).toISOString()
const draft = (more: object = {}) => ({ mode: 'draft', video: { asset_id: asset }, ...more })
const post = async (account: string, scheduledAt?: number): Promise<string> => {
  const time = scheduledAt === undefined ? {} : { scheduled_at: at(scheduledAt) }
  const [id = ''] = await world.post(tenant, [account], draft(time))
  return id
}

/** Every page of a list. */
async function all(query: string, by = tenant): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  do {
    const { status, json, text } = await world.call(by, 'GET', `/v1/posts?${query}${cursor}`)
    if (status !== 200) throw new Error(text)
    ids.push(...json.data.map(({ id }: { id: string }) => id))
    cursor = json.next_cursor === null ? '' : `&cursor=${json.next_cursor}`
  } while (cursor !== '')
  return ids
}

describe('the list of posts', () => {
  it('has each post once, in one order, however many came in one millisecond', async () => {
    const ids: string[] = []
    for (let n = 0; n < 11; n += 1) ids.push(await post(n % 2 === 0 ? mika : lane))
    // The clock stands still: all of them are of the same millisecond.
    const times = await world.db
      .selectFrom('posts')
      .select('created_at')
      .where('workspace_id', '=', tenant.workspaceId)
      .execute()
    expect(new Set(times.map(({ created_at }) => created_at.getTime())).size).toBe(1)
    const once = await all('limit=100')
    for (const limit of [1, 2, 3, 10, 11]) expect(await all(`limit=${limit}`)).toEqual(once)
    expect([...once].sort()).toEqual([...ids].sort())
    for (const limit of [1, 4]) {
      const range = `from=${at(world.now())}&limit=${limit}`
      expect(await all(range)).toEqual([...once].reverse())
    }
  })

  it('is a calendar of a range: by their times, whoever has none by when it was asked for', async () => {
    const now = world.now()
    const late = await post(mika, now + 30 * HOUR)
    const soon = await post(lane, now + 2 * HOUR)
    const unplanned = await post(mika)
    const same = [await post(mika, now + 5 * HOUR), await post(lane, now + 5 * HOUR)].sort()
    const range = (from: number, to: number) => `from=${at(from)}&to=${at(to)}`
    expect(await all(`${range(now, now + 31 * HOUR)}&limit=2`)).toEqual([unplanned, soon, ...same, late])
    // The beginning counts, the end does not, so that days beside each other show each post once.
    expect(await all(range(now + 2 * HOUR, now + 5 * HOUR))).toEqual([soon])
    expect(await all(range(now + 5 * HOUR, now + 30 * HOUR))).toEqual(same)
    expect(await all(`from=${at(now + 6 * HOUR)}`)).toEqual([late])
    expect(await all(`to=${at(now + 3 * HOUR)}`)).toEqual([unplanned, soon])
  })

  it('is narrowed by account, group and state, also within a range', async () => {
    const now = world.now()
    const [first = '', second = ''] = await world.post(
      tenant,
      [mika, lane],
      draft({ scheduled_at: at(now + HOUR) }),
    )
    const alone = await post(mika, now + 2 * HOUR)
    await world.call(tenant, 'POST', `/v1/posts/${alone}/cancel`)
    const range = `from=${at(now)}&to=${at(now + 3 * HOUR)}`
    const { group_id: group } = await world.read(tenant, first)
    for (const more of ['', `&${range}`]) {
      expect((await all(`account_id=${mika}${more}`)).sort()).toEqual([first, alone].sort())
      expect((await all(`group_id=${group}${more}`)).sort()).toEqual([first, second].sort())
      expect(await all(`state=cancelled${more}`)).toEqual([alone])
      expect(await all(`account_id=${lane}&state=cancelled${more}`)).toEqual([])
    }
    const rivals = await world.accounts.tenant('Rivals')
    expect(await all(range, rivals)).toEqual([])
  })

  it('refuses a cursor of the other order, and what is no time', async () => {
    await post(mika)
    await post(lane)
    const plain = (await world.call(tenant, 'GET', '/v1/posts?limit=1')).json.next_cursor
    const range = `from=${at(world.now())}&limit=1`
    const ranged = (await world.call(tenant, 'GET', `/v1/posts?${range}`)).json.next_cursor
    for (const query of [`limit=1&cursor=${ranged}`, `${range}&cursor=${plain}`])
      expect(await world.call(tenant, 'GET', `/v1/posts?${query}`)).toMatchObject({
        status: 400,
        json: { code: 'invalid_cursor' },
      })
    expect(await world.call(tenant, 'GET', '/v1/posts?from=yesterday')).toMatchObject({ status: 400 })
  })

  it('reads a range by its index', async () => {
    const plan = await world.db.connection().execute(async (db) => {
      await sql`set enable_seqscan = off`.execute(db)
      const { rows } = await sql<{ 'QUERY PLAN': string }>`
        explain select * from posts where workspace_id = ${tenant.workspaceId}
          and coalesce(scheduled_at, created_at) >= now() and coalesce(scheduled_at, created_at) < now()
        order by coalesce(scheduled_at, created_at), id limit 20`.execute(db)
      await sql`reset enable_seqscan`.execute(db)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    })
    expect(plan).toMatch(/posts_calendar/)
    expect(plan).not.toMatch(/Sort/)
  })
})

describe('a request for several accounts', () => {
  it('makes a post for each or for none, and says which account is wrong', async () => {
    const noor = await world.accounts.connect(tenant, 'noor', {}, ['video.upload'])
    const answer = await world.call(tenant, 'POST', '/v1/posts', {
      accounts: [mika, noor, lane],
      ...draft(),
    })
    expect(answer).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'accounts[1]', rule: 'scope_missing' }] },
    })
    expect(await all('')).toEqual([])
    const twice = await world.call(tenant, 'POST', '/v1/posts', { accounts: [mika, mika], ...draft() })
    expect(twice.json.errors).toMatchObject([{ field: 'accounts[1]', rule: 'duplicate' }])
  })

  it('is the same posts when it is repeated, and free to be corrected when it was refused', async () => {
    const key = { 'idempotency-key': `order-${tenant.workspaceId}` }
    const wrong = { accounts: [mika, lane], ...draft({ scheduled_at: '2020-01-01T00:00:00Z' }) }
    expect((await world.call(tenant, 'POST', '/v1/posts', wrong, key)).status).toBe(422)
    const right = { accounts: [mika, lane], ...draft() }
    const ask = () => world.call(tenant, 'POST', '/v1/posts', right, key)
    // The second finds the first under way and waits a moment for its answer.
    const answers = await world.settle(Promise.all([ask(), ask()]))
    expect([
      [201, 201],
      [201, 409],
    ]).toContainEqual(answers.map(({ status }) => status).sort())
    expect(await all('')).toHaveLength(2)
    const again = await world.call(tenant, 'POST', '/v1/posts', right, key)
    expect(again.status).toBe(201)
    expect(again.json.posts.map(({ id }: { id: string }) => id).sort()).toEqual((await all('')).sort())
  })

  it('lets each go its own way: one is cancelled, the other goes out', async () => {
    const ids = await world.post(tenant, [mika, lane], draft())
    const [first = '', second = ''] = ids
    await world.call(tenant, 'POST', `/v1/posts/${first}/cancel`)
    await world.runUntilState(tenant, second, 'in_inbox')
    expect((await world.read(tenant, first)).state).toBe('cancelled')
    expect((await world.call(tenant, 'POST', `/v1/posts/${first}/retry`)).status).toBe(409)
    expect((await world.call(tenant, 'POST', `/v1/posts/${second}/retry`)).status).toBe(409)
  })
})
