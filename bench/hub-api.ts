/** Requests a second of the hub's API, and what a hub and its database hold in memory when nothing happens. */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { LoadAnswer } from './children/load.ts'
import { startHubWorld } from './hub-world.ts'
import { type Measurement, type Measurements, measured } from './measurement.ts'
import { residentBytes, startBareServer, startWorker } from './worker.ts'

const CONNECTIONS = 20
const POSTS = 2_000
const CREATORS = 20
const DAY = 86_400_000
const MB = 1e6

interface Case {
  what: string
  request: string
  statements: { sql: string; params: unknown[] }[]
}

export async function measureHubApi({ quick }: { quick: boolean }): Promise<Measurements> {
  const seconds = quick ? 0.5 : 4
  const rounds = quick ? 1 : 3
  const world = await startHubWorld({ creators: CREATORS })
  const load = await startWorker('load')
  const sqlLoad = await startWorker('sql-load')
  const bareNode = await startBareServer()
  try {
    const databaseAlone = processBytes(world.postmaster)
    const hub = await world.startHub()
    await pause(quick ? 500 : 5_000)
    const results: Measurements = {
      ...memory('hub-memory', 'hub process, started, nothing to do; bare node:http server', [
        residentBytes(hub.pid)?.now,
        residentBytes(bareNode.pid)?.now,
      ]),
      ...memory('hub-memory-database', 'its PostgreSQL with it, shared pages once; without it', [
        processBytes(world.postmaster),
        databaseAlone,
      ]),
    }
    await world.seed({
      tiktok: { origin: world.tiktok, creators: CREATORS },
      posts: { count: POSTS, at: Date.now() + 30 * DAY, videoUrl: world.videoUrl },
    })
    const { rows } = await world.db.query<{ id: string; workspace_id: string }>(
      'select id, workspace_id from accounts order by id limit 1',
    )
    const account = rows[0] ?? { id: '', workspace_id: '' }
    for (const [name, one] of Object.entries(cases(world.apiKey, account, world.videoUrl))) {
      const hubRounds: { perSecond: number; p99Ms: number }[] = []
      const sqlRounds: typeof hubRounds = []
      for (let round = 0; round <= rounds; round += 1) {
        const whole = { connections: CONNECTIONS, seconds: round === 0 ? Math.min(1, seconds) : seconds }
        const a = await load.ask<LoadAnswer>('load', { ...whole, port: hub.port, request: one.request })
        const b = await sqlLoad.ask<(typeof hubRounds)[0]>('load', {
          ...whole,
          url: world.databaseUrl,
          statements: one.statements,
        })
        // The first round warms both up.
        if (round > 0) {
          hubRounds.push(a)
          sqlRounds.push(b)
        }
      }
      Object.assign(results, lines(name, one.what, hubRounds, sqlRounds))
    }
    await hub.stop()
    return results
  } finally {
    await Promise.all([load.stop(), sqlLoad.stop(), bareNode.stop()])
    await world.stop()
  }
}

function lines(
  name: string,
  what: string,
  hub: { perSecond: number; p99Ms: number }[],
  alone: { perSecond: number; p99Ms: number }[],
): Record<string, Measurement> {
  return {
    [name]: measured({
      unit: 'requests/s',
      what: `${what} at ${CONNECTIONS} connections; PostgreSQL alone, the same rows`,
      values: hub.map(({ perSecond }) => perSecond),
      against: alone.map(({ perSecond }) => perSecond),
    }),
    [`${name}-p99`]: measured({
      unit: 'ms',
      what: 'slowest hundredth of the above',
      values: hub.map(({ p99Ms }) => p99Ms),
      against: alone.map(({ p99Ms }) => p99Ms),
    }),
  }
}

function cases(
  key: string,
  account: { id: string; workspace_id: string },
  videoUrl: string,
): Record<string, Case> {
  const head = (line: string): string =>
    `${line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\naccept: application/json\r\n`
  const body = JSON.stringify({
    accounts: [account.id],
    mode: 'draft',
    video: { url: videoUrl },
    options: {},
    scheduled_at: new Date(Date.now() + 60 * DAY).toISOString(),
  })
  const { workspace_id: workspace } = account
  return {
    'hub-get-posts': {
      what: `GET /v1/posts (20 of ${POSTS.toLocaleString('en-US')})`,
      request: `${head('GET /v1/posts?limit=20')}\r\n`,
      statements: [
        { sql: 'select * from posts where workspace_id = $1 order by id desc limit 21', params: [workspace] },
      ],
    },
    'hub-get-accounts': {
      what: `GET /v1/connected-accounts (${CREATORS})`,
      request: `${head('GET /v1/connected-accounts?limit=20')}\r\n`,
      statements: [
        { sql: 'select * from accounts where workspace_id = $1 order by id limit 21', params: [workspace] },
      ],
    },
    'hub-post-posts': {
      what: 'POST /v1/posts (a scheduled draft of one account)',
      request: `${head('POST /v1/posts')}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      statements: [
        {
          sql: `with made as (insert into posts (id, workspace_id, group_id, account_id, kind, mode, state, options, source,
              step_at, created_at, changed_at)
            values (gen_random_uuid()::text, $1, 'g', $2, 'video', 'draft', 'accepted', '{}', '{"type":"url"}', null, now(), now())
            returning id)
            insert into post_transitions (post_id, at, to_state, cause) select id, now(), 'accepted', 'created' from made`,
          params: [workspace, account.id],
        },
      ],
    },
  }
}

function memory(name: string, what: string, [bytes, against]: (number | undefined)[]): Measurements {
  if (bytes === undefined || against === undefined) return {}
  return { [name]: measured({ unit: 'MB', what, values: [bytes / MB], against: [against / MB] }) }
}

/** A server and its children, pages that they share counted once. Linux only. */
function processBytes(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
    return [String(pid), ...children].reduce((sum, one) => {
      const share = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1]
      return sum + Number(share) * 1024
    }, 0)
  } catch {
    return undefined
  }
}
