/** How soon posts that are due at one second have been started: their init sent and answered. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectCreator } from './emulator-process.ts'
import { type HubWorld, startHubWorld } from './hub-world.ts'
import { type Measurements, measured } from './measurement.ts'

/** From when all are written down until they are due. */
const LEAD_MS = 4_000
const DAY_MS = 86_400_000
const PATIENCE_MS = 600_000
/** TikTok: 6 inits a minute of each user. Source: docs/ARCHITECTURE.md, and the contract of the endpoint. */
const INITS = 6
const WINDOW_S = 60

interface Size {
  posts: number
  accounts: number
}

/** Seconds from the moment that all are due until the last init was answered. */
async function startPosts(world: HubWorld, posts: number, processes: number): Promise<number> {
  const hubs = await Promise.all(Array.from({ length: processes }, () => world.startHub()))
  await world.seed({ posts: { count: posts, at: Date.now() + DAY_MS, videoUrl: world.videoUrl } })
  const at = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000
  await world.db.query('update posts set scheduled_at = $1, step_at = $1', [new Date(at)])
  await world.db.query("update pgboss.job set start_after = $1 where name = 'advance-post'", [new Date(at)])
  if (Date.now() > at) throw new Error('the posts were due before all were written down')
  await pause(at - Date.now())
  for (;;) {
    const { rows } = await world.db.query<{ started: number; ended: Date; failed: number }>(
      `select count(*) filter (where cause = 'init_answered')::int as started,
         max(at) filter (where cause = 'init_answered') as ended,
         count(*) filter (where to_state in ('failed', 'needs_attention'))::int as failed from post_transitions`,
    )
    const { started = 0, ended = new Date(), failed = 0 } = rows[0] ?? {}
    if (failed > 0) throw new Error(`${failed} posts failed`)
    if (started >= posts) {
      for (const hub of hubs) await hub.stop()
      return (ended.getTime() - at) / 1000
    }
    if (Date.now() > at + PATIENCE_MS) throw new Error(`${started} of ${posts} were started`)
    await pause(250)
  }
}

async function inWorld<T>({ accounts }: Size, body: (world: HubWorld) => Promise<T>): Promise<T> {
  const world = await startHubWorld({ creators: accounts, settings: { moderationSeconds: 3600 } })
  try {
    await world.seed({ tiktok: { origin: world.tiktok, creators: accounts } })
    return await body(world)
  } finally {
    await world.stop()
  }
}

/** As many jobs and as many inits, without a hub. */
async function bare(size: Size): Promise<number> {
  return inWorld(size, async (world) => {
    const { tiktok, databaseUrl, videoUrl } = world
    const tokens: string[] = []
    for (let n = 0; n < size.accounts; n += 1)
      tokens.push((await connectCreator(tiktok, `creator${n}`)).access_token)
    // Thousands of tokens are longer than an argument may be.
    const folder = mkdtempSync(join(tmpdir(), 'bare-posts-'))
    try {
      const file = join(folder, 'tokens.json')
      writeFileSync(file, JSON.stringify(tokens))
      const args = [databaseUrl, tiktok, String(size.posts), file, videoUrl]
      return (await world.run<{ seconds: number }>('bare-posts-process', args)).seconds
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

export async function measureHubPosts({
  quick,
  full,
}: {
  quick: boolean
  full: boolean
}): Promise<Measurements> {
  const size = full
    ? { posts: 10_000, accounts: 2_000 }
    : quick
      ? { posts: 100, accounts: 20 }
      : { posts: 2_000, accounts: 400 }
  const floor = size.posts / (await bare(size))
  const rate = async (processes: number): Promise<number> =>
    size.posts / (await inWorld(size, (world) => startPosts(world, size.posts, processes)))
  const all = `${size.posts.toLocaleString('en-US')} posts of ${size.accounts.toLocaleString('en-US')} accounts, due at one second`
  const against = 'as many pg-boss jobs and inits without a hub'
  const results: Measurements = {
    'hub-posts-started': measured({
      unit: 'posts/s',
      what: `${all}; ${against}`,
      values: [await rate(1)],
      against: [floor],
      note: `TikTok's ${INITS} inits a minute let all of them go at once: the machine decides`,
    }),
  }
  if (quick) return results
  if (full)
    results['hub-posts-started-2'] = measured({
      unit: 'posts/s',
      what: `the same by two processes; ${against}`,
      values: [await rate(2)],
      against: [floor],
    })
  // Where the windows decide: the last post of each account may go when so many windows are over.
  const each = full ? 30 : 12
  const tight = { posts: each * 20, accounts: 20 }
  const optimum = (Math.ceil(each / INITS) - 1) * WINDOW_S
  results['hub-posts-in-windows'] = measured({
    unit: 's',
    what: `${each} posts for each of ${tight.accounts} accounts at one second; the optimum of ${INITS} inits a minute`,
    values: [await inWorld(tight, (world) => startPosts(world, tight.posts, 1))],
    against: [optimum],
    aim: { of: 'ratio', limit: 'most', number: 1.05 },
  })
  return results
}
