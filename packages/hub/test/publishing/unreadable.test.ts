import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from './post-world.ts'

const HOUR = 3_600_000
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

const direct = (more: object = {}) => ({
  mode: 'direct',
  video: { asset_id: asset },
  options: { privacy_level: 'SELF_ONLY', title: 'soup' },
  ...more,
})
const page = { status: 200, body: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } }

describe('a yes that cannot be read', () => {
  it('about the state of a post leaves it to a person within hours, and what is asked then tells', async () => {
    world.emulator.addFault({ match: { endpoint: 'posting.publishStatus' }, action: page })
    const [id = ''] = await world.post(tenant, [mika], direct())
    const begun = world.now()
    await world.runUntilState(tenant, id, 'needs_attention')
    expect(world.now() - begun).toBeGreaterThan(HOUR)
    expect(world.now() - begun).toBeLessThan(6 * HOUR)
    expect(await world.read(tenant, id)).toMatchObject({
      state_reason: 'answer_unreadable',
      next_step_at: null,
    })
    expect(await world.story(tenant, id)).toContain('needs_attention: answer_unreadable')
    expect(world.emulator.world.publishes.size).toBe(1)
  }, 60_000)

  it('about a creator fails the post within hours, with what to do; nothing was posted', async () => {
    const at = new Date(world.now() + HOUR).toISOString()
    const [id = ''] = await world.post(tenant, [mika], direct({ scheduled_at: at }))
    world.emulator.addFault({ match: { endpoint: 'posting.creatorInfo' }, action: page })
    const begun = Date.parse(at)
    await world.runUntilState(tenant, id, 'failed')
    expect(world.now() - begun).toBeLessThan(6 * HOUR)
    const { failure } = await world.read(tenant, id)
    expect(failure).toMatchObject({ reason: 'answer_unreadable' })
    expect(failure.action).toContain('newer Tockwork')
    expect(world.emulator.world.publishes.size).toBe(0)
  }, 60_000)

  it('because it was cut short is asked for again within seconds', async () => {
    const at = new Date(world.now() + HOUR).toISOString()
    const [id = ''] = await world.post(tenant, [mika], direct({ scheduled_at: at }))
    world.emulator.addFault({
      match: { endpoint: 'posting.creatorInfo' },
      times: 2,
      action: { truncate_to_bytes: 40 },
    })
    await world.runUntilState(tenant, id, 'published')
    expect(world.now() - Date.parse(at)).toBeLessThan(30_000)
    expect(world.emulator.world.publishes.size).toBe(1)
  })
})
