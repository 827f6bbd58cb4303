/** How soon posts that are due at one second have been started: their init sent and answered. */
import { setTimeout as pause } from 'node:timers/promises'
import { startHubWorld } from './hub-world.ts'
import { type Measurements, measured } from './measurement.ts'

/** Long enough to write them all down before their time comes. */
const SEED_MS_A_POST = 3
const PATIENCE_MS = 600_000

export interface Started {
  seconds: number
  posts: number
  failed: number
}

/** Posts for `accounts` in turn, all due at one moment; the time from that moment to the last init's answer. */
export async function startPosts(options: {
  posts: number
  accounts: number
  processes: number
}): Promise<Started> {
  const { posts, accounts, processes } = options
  const world = await startHubWorld({ creators: accounts, settings: { moderationSeconds: 3600 } })
  try {
    await world.seed({ tiktok: { origin: world.tiktok, creators: accounts } })
    const hubs = await Promise.all(Array.from({ length: processes }, () => world.startHub()))
    const at = Math.ceil((Date.now() + 3000 + posts * SEED_MS_A_POST) / 1000) * 1000
    await world.seed({ posts: { count: posts, at, videoUrl: world.videoUrl } })
    if (Date.now() > at) throw new Error('the posts were due before all were written down')
    await pause(at - Date.now())
    const until = at + PATIENCE_MS
    for (;;) {
      const { rows } = await world.db.query<{ started: number; ended: Date | null; failed: number }>(
        `select count(*) filter (where cause = 'init_answered')::int as started,
           max(at) filter (where cause = 'init_answered') as ended,
           count(*) filter (where to_state in ('failed', 'needs_attention'))::int as failed from post_transitions`,
      )
      const { started = 0, ended = null, failed = 0 } = rows[0] ?? {}
      if (started + failed >= posts || Date.now() > until) {
        for (const hub of hubs) await hub.stop()
        return { seconds: ((ended?.getTime() ?? until) - at) / 1000, posts: started, failed }
      }
      await pause(250)
    }
  } finally {
    await world.stop()
  }
}

export async function measureHubPosts({ quick }: { quick: boolean }): Promise<Measurements> {
  const size = quick ? { posts: 200, accounts: 40 } : { posts: 2_000, accounts: 400 }
  const one = await startPosts({ ...size, processes: 1 })
  return {
    'hub-posts-started': measured({
      unit: 'posts/s',
      what: 'posts due at one second',
      values: [one.posts / one.seconds],
      against: [1],
    }),
  }
}
