import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { JobDefinition, JobQueue, JobRun, RunAgain } from '../../src/jobs/queue.ts'
import { definePublishingJobs } from '../../src/publishing/jobs.ts'
import type { NewJob } from '../../src/storage/unit-of-work.ts'
import type { Tenant } from '../account-world.ts'
import { PostWorld } from './post-world.ts'

const MINUTE = 60_000

let world: PostWorld
let tenant: Tenant
let mika: string

beforeAll(async () => {
  world = await PostWorld.start()
  tenant = await world.accounts.tenant()
  mika = await world.accounts.connect(tenant, 'mika')
}, 60_000)

afterAll(() => world.close())

beforeEach(async () => {
  await sql`delete from posts`.execute(world.db)
  world.sentJobs.length = 0
})

/** The jobs of the queue that the hub defines, and what they put in. */
function definedJobs() {
  const definitions = new Map<string, JobDefinition<object>>()
  const sent: NewJob[] = []
  const queue = {
    define: (name: string, definition: JobDefinition<object>) => definitions.set(name, definition),
    send: () => Promise.resolve('job'),
    sendMany: (_name: string, jobs: readonly NewJob[]) => {
      sent.push(...jobs)
      return Promise.resolve()
    },
  }
  definePublishingJobs(queue as unknown as JobQueue, world.publisher.pipeline, {
    db: world.db,
    clock: world.emulator.clock,
  })
  /** Runs one as it was left the last time, and gives what is stored for the next. */
  const run = async (name: string, stored: object = {}): Promise<RunAgain> => {
    const definition = definitions.get(name)
    if (definition === undefined) throw new Error(`no job ${name}`)
    const data = definition.parse?.(stored) ?? stored
    const { signal } = new AbortController()
    return (await definition.handler(data, { signal, stopping: signal } as JobRun)) as RunAgain
  }
  return { run, sent }
}

function draft(inMs?: number): object {
  const at = inMs === undefined ? {} : { scheduled_at: new Date(world.now() + inMs).toISOString() }
  return { mode: 'draft', video: { url: 'https://example.com/clip.mp4' }, ...at }
}

it('a post has its job in its own commit when it is near, and none while it is months away', async () => {
  const [near = ''] = await world.post(tenant, [mika], draft(5 * MINUTE))
  const [now = ''] = await world.post(tenant, [mika], draft())
  const far = await world.call(tenant, 'POST', '/v1/posts', {
    accounts: [mika],
    ...draft(90 * 1_440 * MINUTE),
  })
  expect(far.json.posts[0]).toMatchObject({
    state: 'waiting_for_time',
    next_step_at: far.json.posts[0].scheduled_at,
  })
  expect(world.sentJobs.map(({ data }) => data)).toEqual([{ postId: near }, { postId: now }])
  expect(world.sentJobs[0]?.at).toBe(world.now() + 5 * MINUTE)
})

it('what comes near gets its job, once, also when a look is repeated after a crash', async () => {
  const [id = ''] = await world.post(tenant, [mika], draft(60 * MINUTE))
  const { version } = await world.read(tenant, id)
  const at = world.now() + 60 * MINUTE
  const { run, sent } = definedJobs()
  const first = await run('look-out-for-posts')
  expect(sent).toEqual([])
  expect(first.again).toBe(world.now() + MINUTE)
  await world.emulator.advance(56 * 60)
  const second = await run('look-out-for-posts', first.data)
  // The key is the one that the post's own commit would have given: a second job of it is dropped by the queue.
  const job = { data: { postId: id }, at, key: `${id}:${version}` }
  expect(sent).toEqual([job])
  await run('look-out-for-posts', second.data)
  expect(sent).toEqual([job])
  await run('look-out-for-posts', first.data)
  expect(sent).toEqual([job, job])
})

it('a post that is moved near gets its job at once, and one that is moved away none', async () => {
  const [id = ''] = await world.post(tenant, [mika], draft(60 * MINUTE))
  const move = async (inMs: number): Promise<void> => {
    const to = { scheduled_at: new Date(world.now() + inMs).toISOString() }
    expect((await world.call(tenant, 'POST', `/v1/posts/${id}/reschedule`, to)).status).toBe(200)
  }
  await move(3 * MINUTE)
  expect(world.sentJobs).toMatchObject([{ data: { postId: id }, at: world.now() + 3 * MINUTE }])
  await move(60 * MINUTE)
  expect(world.sentJobs).toHaveLength(1)
  // The job of the time before finds that it came too early, and does not wait in the queue for months.
  await world.emulator.advance(3 * 60)
  const { run } = definedJobs()
  expect(await run('advance-post', { postId: id })).toBeUndefined()
})

it('a thousand posts of one second come in pages, each once', async () => {
  const [id = ''] = await world.post(tenant, [mika], draft(60 * MINUTE))
  await sql`insert into posts (id, workspace_id, group_id, account_id, kind, mode, state, options, source, step_at, created_at, changed_at)
    select id || n, workspace_id, group_id, account_id, kind, mode, state, options, source, step_at, created_at, changed_at
    from posts, generate_series(1, 2000) n where id = ${id}`.execute(world.db)
  await world.emulator.advance(58 * 60)
  const { run, sent } = definedJobs()
  await run('look-out-for-posts')
  expect(sent).toHaveLength(2001)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(2001)
})
