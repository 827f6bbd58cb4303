import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from './post-world.ts'

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

const HOUR = 3_600_000
const body = (more: object = {}) => ({
  mode: 'direct',
  video: { asset_id: asset },
  options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
  ...more,
})
const next = { schedule: 'next_slot' }

/** Slots every day at these times, in UTC. */
async function setQueue(times: readonly string[], timeZone = 'UTC', account = mika) {
  const slots = [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => times.map((time) => ({ weekday, time })))
  return world.call(tenant, 'PUT', `/v1/connected-accounts/${account}/queue`, { time_zone: timeZone, slots })
}
const queue = (path = '', method: 'GET' | 'POST' = 'GET', account = mika) =>
  world.call(tenant, method, `/v1/connected-accounts/${account}/queue${path}`)

async function enqueue(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) ids.push(...(await world.post(tenant, [mika], body(next))))
  return ids
}

/** The queue's posts in order, by their place in `ids`, and their slots. */
async function order(ids: readonly string[]): Promise<{ places: number[]; slots: number[] }> {
  const { json } = await queue('/posts?limit=100')
  return {
    places: json.data.map(({ id }: { id: string }) => ids.indexOf(id)),
    slots: json.data.map(({ slot_at }: { slot_at: string }) => Date.parse(slot_at)),
  }
}

/** The hours of the day that slots are at. */
const hours = (slots: readonly number[]) => slots.map((at) => new Date(at).getUTCHours())

describe('the queue of an account', () => {
  it('is there once it has slots, and says what is free', async () => {
    expect(await queue()).toMatchObject({ status: 404 })
    const refused = await world.call(tenant, 'POST', '/v1/posts', { accounts: [mika], ...body(next) })
    expect(refused).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'schedule', rule: 'no_queue' }] },
    })
    expect(await setQueue(['09:00'], 'Atlantis/Center')).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'time_zone', rule: 'unknown_time_zone' }] },
    })
    expect(await setQueue(['9:00'])).toMatchObject({ status: 400 })
    const made = await setQueue(['09:00'])
    expect(made).toMatchObject({ status: 200, json: { time_zone: 'UTC', paused_at: null } })
    expect(Date.parse(made.json.next_free_slot)).toBeGreaterThan(world.now())
    await enqueue(1)
    const after = await queue()
    expect(Date.parse(after.json.next_free_slot) - Date.parse(made.json.next_free_slot)).toBe(24 * HOUR)
  })

  it('gives each post the next free slot, in order, and each goes out at its own', async () => {
    await setQueue(['06:00', '18:00'])
    const ids = await enqueue(3)
    await world.run()
    const { places, slots } = await order(ids)
    expect(places).toEqual([0, 1, 2])
    expect((slots[1] as number) - (slots[0] as number)).toBe(12 * HOUR)
    expect((slots[2] as number) - (slots[1] as number)).toBe(12 * HOUR)
    expect(await world.read(tenant, ids[0] as string)).toMatchObject({
      scheduled_at: new Date(slots[0] as number).toISOString(),
      slot_at: new Date(slots[0] as number).toISOString(),
      time_zone: 'UTC',
    })
    await world.emulator.advance(((slots[0] as number) - world.now()) / 1000)
    await world.runUntilState(tenant, ids[0] as string, 'published')
    expect((await order(ids)).places).toEqual([1, 2])
  })

  it('gives no slot twice to posts that come at once', async () => {
    await setQueue(['06:00', '12:00', '18:00'])
    const made = await Promise.all(
      Array.from({ length: 12 }, () =>
        world.call(tenant, 'POST', '/v1/posts', { accounts: [mika], ...body(next) }),
      ),
    )
    expect(made.map(({ status }) => status)).toEqual(Array(12).fill(201))
    const slots = made.map(({ json }) => json.posts[0].slot_at as string)
    expect(new Set(slots).size).toBe(12)
    const sorted = slots.map((at) => Date.parse(at)).sort((a, b) => a - b)
    expect((sorted[11] as number) - (sorted[0] as number)).toBeLessThanOrEqual(4 * 24 * HOUR)
    await expect(
      world.db
        .updateTable('posts')
        .set({ slot_at: new Date(sorted[0] as number) })
        .where('account_id', '=', mika)
        .execute(),
    ).rejects.toThrow(/posts_slot/)
  })

  it('of each account in one request gives a slot of its own, or no post is made', async () => {
    const lane = await world.accounts.connect(tenant, 'lane')
    await setQueue(['06:00'])
    const both = { accounts: [mika, lane], ...body(next) }
    expect(await world.call(tenant, 'POST', '/v1/posts', both)).toMatchObject({ status: 422 })
    expect((await order([])).places).toEqual([])
    await setQueue(['15:00'], 'Asia/Tokyo', lane)
    const { json } = await world.call(tenant, 'POST', '/v1/posts', both)
    expect(json.posts.map(({ time_zone }: { time_zone: string }) => time_zone)).toEqual(['UTC', 'Asia/Tokyo'])
  })

  it('has the slot of a post that was cancelled or moved elsewhere free again', async () => {
    await setQueue(['06:00', '18:00'])
    const ids = await enqueue(3)
    const { slots } = await order(ids)
    await world.call(tenant, 'POST', `/v1/posts/${ids[0]}/cancel`)
    const later = { scheduled_at: new Date(world.now() + HOUR).toISOString() }
    const moved = await world.call(tenant, 'POST', `/v1/posts/${ids[1]}/reschedule`, later)
    expect(moved.json).toMatchObject({ slot_at: null, ...later })
    const more = await enqueue(2)
    expect(await order([...more, ids[2] as string])).toEqual({ places: [0, 1, 2], slots })
    const back = await world.call(tenant, 'POST', `/v1/posts/${ids[1]}/reschedule`, next)
    expect(Date.parse(back.json.slot_at)).toBeGreaterThan(slots[2] as number)
  })

  it('refuses a time beside the next slot', async () => {
    await setQueue(['06:00'])
    const answer = await world.call(tenant, 'POST', '/v1/posts', {
      accounts: [mika],
      ...body({ ...next, scheduled_at: new Date(world.now() + HOUR).toISOString() }),
    })
    expect(answer.json.errors).toMatchObject([{ field: 'scheduled_at', rule: 'one_time' }])
  })

  it('is put in another order: to the top, the bottom, before another, swapped', async () => {
    await setQueue(['06:00', '18:00'])
    const ids = await enqueue(4)
    await world.run()
    const { slots } = await order(ids)
    const move = (place: number, to: object) => world.call(tenant, 'POST', `/v1/posts/${ids[place]}/move`, to)
    expect((await move(2, { to: 'top' })).json.slot_at).toBe(new Date(slots[0] as number).toISOString())
    expect(await order(ids)).toEqual({ places: [2, 0, 1, 3], slots })
    await move(2, { to: 'bottom' })
    expect(await order(ids)).toEqual({ places: [0, 1, 3, 2], slots })
    await move(3, { before: ids[1] })
    expect(await order(ids)).toEqual({ places: [0, 3, 1, 2], slots })
    await move(0, { swap_with: ids[2] })
    expect(await order(ids)).toEqual({ places: [2, 3, 1, 0], slots })
    expect(await move(0, {})).toMatchObject({ status: 400 })
    expect(await move(0, { to: 'top', before: ids[1] })).toMatchObject({ status: 400 })
    const [apart = ''] = await world.post(tenant, [mika], body())
    expect(await move(0, { before: apart })).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'before', rule: 'not_in_queue' }] },
    })
    expect(await world.call(tenant, 'POST', `/v1/posts/${apart}/move`, { to: 'top' })).toMatchObject({
      status: 409,
    })
    // What comes due is what stands first now.
    await world.emulator.advance(((slots[0] as number) - world.now()) / 1000)
    await world.runUntilState(tenant, ids[2] as string, 'published')
    expect((await world.read(tenant, ids[0] as string)).state).toBe('waiting_for_time')
  })

  it('keeps its order under another timetable', async () => {
    await setQueue(['06:00', '18:00'])
    const ids = await enqueue(3)
    await world.run()
    await setQueue(['07:00', '18:00', '21:00'])
    const { places, slots } = await order(ids)
    expect(places).toEqual([0, 1, 2])
    expect(hours(slots).every((hour) => [7, 18, 21].includes(hour))).toBe(true)
    expect((slots[2] as number) - (slots[0] as number)).toBeLessThan(24 * HOUR)
    expect(await setQueue([])).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'slots', rule: 'too_few_slots' }] },
    })
    expect(await order(ids)).toEqual({ places, slots })
  })

  it('holds everything back while it is paused, and goes on in order with the next slots', async () => {
    await setQueue(['06:00', '18:00'])
    const ids = await enqueue(3)
    const { slots } = await order(ids)
    const [apart = ''] = await world.post(
      tenant,
      [mika],
      body({ scheduled_at: new Date((slots[0] as number) + HOUR).toISOString() }),
    )
    await world.run()
    expect((await queue('/pause', 'POST')).json.paused_at).not.toBeNull()
    await world.emulator.advance(((slots[1] as number) + HOUR - world.now()) / 1000)
    await world.runUntilState(tenant, apart, 'published')
    expect(world.emulator.world.publishes.size).toBe(1)
    expect(await world.read(tenant, ids[0] as string)).toMatchObject({
      state: 'waiting_for_time',
      state_reason: 'queue_paused',
      next_step_at: null,
    })
    expect((await queue('/resume', 'POST')).json.paused_at).toBeNull()
    const after = await order(ids)
    expect(after.places).toEqual([0, 1, 2])
    expect(after.slots[0]).toBe(slots[2])
    expect(await world.read(tenant, ids[0] as string)).toMatchObject({ state_reason: null })
    await world.emulator.advance(((after.slots[0] as number) - world.now()) / 1000)
    await world.runUntilState(tenant, ids[0] as string, 'published')
  })

  it('lets a post that waits for approval keep its slot', async () => {
    await setQueue(['06:00', '18:00'])
    const [asked = ''] = await world.post(tenant, [mika], body({ ...next, approval: 'required' }))
    const [other = ''] = await enqueue(1)
    const { places, slots } = await order([asked, other])
    expect(places).toEqual([0, 1])
    await world.emulator.advance(((slots[0] as number) - world.now()) / 1000)
    await world.run()
    expect(world.emulator.world.publishes.size).toBe(0)
    expect((await world.read(tenant, asked)).state).toBe('waiting_for_approval')
  })

  it('is read in pages', async () => {
    await setQueue(['06:00', '18:00'])
    const ids = await enqueue(5)
    const seen: string[] = []
    let cursor = ''
    do {
      const { json } = await queue(`/posts?limit=2${cursor}`)
      seen.push(...json.data.map(({ id }: { id: string }) => id))
      cursor = json.next_cursor === null ? '' : `&cursor=${json.next_cursor}`
    } while (cursor !== '')
    expect(seen).toEqual(ids)
  })

  it('is nobody else’s', async () => {
    await setQueue(['06:00'])
    const [id] = await enqueue(1)
    const other = await world.accounts.tenant('Rivals')
    for (const path of ['', '/posts'])
      expect((await world.call(other, 'GET', `/v1/connected-accounts/${mika}/queue${path}`)).status).toBe(404)
    expect((await world.call(other, 'POST', `/v1/posts/${id}/move`, { to: 'top' })).status).toBe(404)
    expect((await world.call(other, 'POST', `/v1/connected-accounts/${mika}/queue/pause`)).status).toBe(404)
  })
})
