import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { JobLostError, JobQueue, type JobQueueOptions } from '../src/jobs/queue.ts'
import { createUnitOfWork } from '../src/storage/unit-of-work.ts'
import { type TestDatabase, testDatabase } from './database.ts'

let database: TestDatabase
const queues: JobQueue[] = []
const children: ChildProcess[] = []

beforeAll(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await Promise.all(queues.splice(0).map((queue) => queue.stop(2)))
})
afterAll(() => database.close())

function newQueue(options: Partial<JobQueueOptions> = {}): JobQueue {
  const queue = new JobQueue({ url: database.url, superviseSeconds: 1, ...options })
  queues.push(queue)
  return queue
}

const soon = { timeout: 60_000, interval: 20 }

async function addWorkspace(id: string): Promise<void> {
  await database.db.insertInto('workspaces').values({ id, name: id, created_at: new Date() }).execute()
}

describe('a job and the row that it is about', () => {
  it('are committed together, and not at all when the transaction rolls back', async () => {
    const ran: string[] = []
    const queue = newQueue()
    queue.define<{ id: string }>('greet-workspace', {
      handler: async ({ id }) => {
        ran.push(id)
      },
    })
    await queue.start()
    const unitOfWork = createUnitOfWork(database.db, queue)

    const insert = (id: string, fail: boolean): Promise<void> =>
      unitOfWork(async ({ tx, enqueue }) => {
        await tx.insertInto('workspaces').values({ id, name: id, created_at: new Date() }).execute()
        await enqueue('greet-workspace', { id })
        if (fail) throw new Error('changed our mind')
      })
    await expect(insert('ws_back', true)).rejects.toThrow('changed our mind')
    await insert('ws_kept', false)

    await vi.waitFor(() => expect(ran).toEqual(['ws_kept']), soon)
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pgboss.job where name = 'greet-workspace'`.execute(database.db)
    expect(rows[0]?.count).toBe(1)
    expect(await database.db.selectFrom('workspaces').select('id').execute()).toEqual([{ id: 'ws_kept' }])
  })

  it('are done together: what a job wrote and its completion are one commit', async () => {
    let tries = 0
    const queue = newQueue()
    queue.define<{ id: string }>('create-workspace', {
      retry: { delay: 0 },
      handler: async ({ id }, run) => {
        tries += 1
        await database.db.transaction().execute(async (tx) => {
          await tx.insertInto('workspaces').values({ id, name: id, created_at: new Date() }).execute()
          await run.complete(tx)
          if (tries === 1) throw new Error('lost at the last moment')
        })
      },
    })
    await queue.start()
    await queue.send('create-workspace', { id: 'ws_once' })
    await vi.waitFor(async () => expect((await stateOf('create-workspace'))[0]).toBe('completed'), soon)
    expect(tries).toBe(2)
    const rows = await database.db.selectFrom('workspaces').select('id').where('id', '=', 'ws_once').execute()
    expect(rows).toHaveLength(1)
  })

  it('are not written by a process that lost the job meanwhile', async () => {
    let lost: unknown
    let released = false
    const queue = newQueue()
    queue.define('lose-job', {
      handler: async (_data, run) => {
        if (released) return
        released = true
        // As if this process had been taken for dead and the job been given to another.
        await sql`update pgboss.job set state = 'retry', retry_count = retry_count + 1 where id = ${run.id}`.execute(
          database.db,
        )
        await database.db
          .transaction()
          .execute(async (tx) => {
            await tx
              .insertInto('workspaces')
              .values({ id: 'ws_lost', name: '', created_at: new Date() })
              .execute()
            await run.complete(tx)
          })
          .catch((error: unknown) => {
            lost = error
            throw error
          })
      },
    })
    await queue.start()
    await queue.send('lose-job', {})
    await vi.waitFor(() => expect(lost).toBeInstanceOf(JobLostError), soon)
    const rows = await database.db.selectFrom('workspaces').select('id').where('id', '=', 'ws_lost').execute()
    expect(rows).toEqual([])
  })
})

describe('when a job runs', () => {
  it('is at once, or not before its time and soon after it', async () => {
    const ran = new Map<string, number>()
    const queue = newQueue()
    queue.define<{ name: string }>('note-time', {
      handler: async ({ name }) => {
        ran.set(name, Date.now())
      },
    })
    await queue.start()
    const sent = Date.now()
    const at = sent + 1_500
    await queue.send('note-time', { name: 'later' }, { at })
    await queue.send('note-time', { name: 'now' })
    await vi.waitFor(() => expect(ran.size).toBe(2), soon)
    expect(ran.get('now')! - sent).toBeLessThan(10_000)
    expect(ran.get('later')!).toBeGreaterThanOrEqual(at)
    expect(ran.get('later')! - at).toBeLessThan(10_000)
  })

  it('is once for jobs that wait with the same key, and the waiting one can be moved or taken out', async () => {
    const ran: number[] = []
    const queue = newQueue()
    queue.define<{ n: number }>('keep-one', {
      handler: async ({ n }) => {
        ran.push(n)
      },
    })
    await queue.start()
    const far = Date.now() + 3_600_000
    expect(await queue.send('keep-one', { n: 1 }, { key: 'a', at: far })).toEqual(expect.any(String))
    expect(await queue.send('keep-one', { n: 2 }, { key: 'a' })).toBeNull()
    expect(await queue.send('keep-one', { n: 3 }, { key: 'b', at: far })).toEqual(expect.any(String))
    await queue.replace('keep-one', { n: 4 }, { key: 'a', at: Date.now() - 1 })
    expect(await queue.cancel('keep-one', 'b')).toBe(1)
    expect(await queue.cancel('keep-one', 'b')).toBe(0)
    await queue.replace('keep-one', { n: 5 }, { key: 'c' })
    await vi.waitFor(() => expect(ran.toSorted()).toEqual([4, 5]), soon)
    expect((await stateOf('keep-one')).filter((state) => state === 'created')).toEqual([])
  })

  it('a backlog is worked off one after the other without waiting between', async () => {
    let ran = 0
    const queue = newQueue()
    queue.define('count-up', {
      handler: async () => {
        ran += 1
      },
    })
    await queue.start({ work: false })
    for (let n = 0; n < 20; n += 1) await queue.send('count-up', {})
    const worker = newQueue()
    worker.define('count-up', {
      handler: async () => {
        ran += 1
      },
    })
    await worker.start()
    await vi.waitFor(() => expect(ran).toBe(20), { timeout: 20_000, interval: 20 })
  })

  it('it may ask to run again, and one that is done over and over keeps exactly one waiting', async () => {
    const ran: unknown[] = []
    let ticks = 0
    const queue = newQueue()
    queue.define<{ n: number }>('go-on', {
      handler: async ({ n }) => {
        ran.push(n)
        return n < 3 ? { again: Date.now(), data: { n: n + 1 } } : undefined
      },
    })
    queue.define('tick-over', {
      everySeconds: 1,
      handler: async () => {
        ticks += 1
      },
    })
    await queue.start()
    await queue.send('go-on', { n: 1 }, { key: 'x' })
    await vi.waitFor(() => expect(ran).toEqual([1, 2, 3]), soon)
    await vi.waitFor(() => expect(ticks).toBeGreaterThanOrEqual(2), soon)
    const waiting = (await stateOf('tick-over')).filter((state) => state === 'created' || state === 'active')
    expect(waiting).toHaveLength(1)
  })

  it('data that does not fit fails the job without its handler, and no secret is kept with the failure', async () => {
    const queue = newQueue()
    const handler = vi.fn(() => Promise.resolve())
    queue.define<{ id: string }>('read-data', {
      retry: { limit: 0 },
      parse: (data) => {
        throw new Error(`access_token=act.hidden does not fit ${JSON.stringify(data)}`)
      },
      handler,
    })
    await queue.start()
    await queue.send('read-data', { n: 1 })
    await vi.waitFor(async () => expect((await stateOf('read-data'))[0]).toBe('failed'), soon)
    expect(handler).not.toHaveBeenCalled()
    const { rows } = await sql`select output from pgboss.job where name = 'read-data'`.execute(database.db)
    expect(JSON.stringify(rows)).toContain('does not fit')
    expect(JSON.stringify(rows)).not.toContain('hidden')
  })
})

describe('when processes end', () => {
  it('four that start at the same time agree about the queues', async () => {
    const starters = Array.from({ length: 4 }, () => {
      const queue = newQueue({ max: 2 })
      queue.define('start-together', { handler: () => Promise.resolve() })
      return queue
    })
    await Promise.all(starters.map((queue) => queue.start()))
    await starters[0]!.send('start-together', {})
    await vi.waitFor(async () => expect(await stateOf('start-together')).toEqual(['completed']), soon)
  })

  it('a killed one has its job taken over by another', async () => {
    await addWorkspace('ws_takeover')
    const survivor = newQueue()
    const taken: { attempt: number; at: number }[] = []
    survivor.define('hold-on', {
      handler: async (_data, run) => {
        taken.push({ attempt: run.attempt, at: Date.now() })
      },
    })
    const child = spawn(
      process.execPath,
      [new URL('./job-holder.ts', import.meta.url).pathname, database.url],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    children.push(child)
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    expect(line.toString()).toBe('holding 1\n')
    child.kill('SIGKILL')
    const killed = Date.now()
    await survivor.start()
    await vi.waitFor(() => expect(taken).toHaveLength(1), soon)
    expect(taken[0]?.attempt).toBe(2)
    expect(taken[0]!.at - killed).toBeLessThan(30_000)
  })

  it('one that stops waits for a short job, and hands a long one back to another', async () => {
    let shortDone = false
    const leaving = newQueue()
    const started: string[] = []
    leaving.define('leave-short', {
      handler: async (_data, run) => {
        started.push('short')
        await new Promise((resolve) => run.stopping.addEventListener('abort', resolve))
        shortDone = true
      },
    })
    leaving.define('leave-long', {
      handler: async () => {
        started.push('long')
        await new Promise(() => undefined)
      },
    })
    await leaving.start()
    await leaving.send('leave-short', {})
    await leaving.send('leave-long', {})
    await vi.waitFor(() => expect(started.toSorted()).toEqual(['long', 'short']), soon)
    await leaving.stop(1)
    expect(shortDone).toBe(true)
    expect(await stateOf('leave-short')).toEqual(['completed'])
    expect(await stateOf('leave-long')).toEqual(['retry'])

    const next = newQueue()
    let attempt = 0
    next.define('leave-long', {
      handler: async (_data, run) => {
        attempt = run.attempt
      },
    })
    await next.start()
    await vi.waitFor(() => expect(attempt).toBe(2), soon)
  })
})

async function stateOf(name: string): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    select state::text from pgboss.job where name = ${name} order by created_on`.execute(database.db)
  return rows.map(({ state }) => state)
}
