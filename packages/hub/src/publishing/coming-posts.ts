/** Jobs for posts whose time comes. One that is months away has none yet: the queue looks past every job that waits. */
import type { Clock } from '@tockwork/kernel'
import { comingPosts } from '../storage/coming-posts.ts'
import type { Database } from '../storage/database.ts'
import type { NewJob, Work } from '../storage/unit-of-work.ts'
import { ADVANCE_POST } from './step.ts'

/** A post that is due within this time has a job as soon as it is written down, in the same commit. */
const NEAR_MS = 10 * 60_000
/**
 * How far the look-out sees. The rest of the above is for what is being written while it looks: a post that got no job was
 * further than `NEAR_MS` away when its transaction began, and has five minutes to be committed before anyone looks there.
 */
const SEEN_MS = 5 * 60_000
const PAGE = 1_000

/** The post is to be brought on at `at`; `version` is that of the row, so that a change of it gets a job of its own. */
export interface Advance {
  id: string
  version: number
  at: number
  priority?: number
}

/** Puts the jobs of these posts in, in the transaction that wrote them down. Those far away get theirs from the look-out. */
export async function enqueueAdvances(
  work: Pick<Work, 'enqueueMany'>,
  posts: readonly Advance[],
  now: number,
): Promise<void> {
  const jobs = posts.filter(({ at }) => isNear(at, now)).map(jobOf)
  if (jobs.length > 0) await work.enqueueMany(ADVANCE_POST, jobs)
}

export function isNear(at: number, now: number): boolean {
  return at <= now + NEAR_MS
}

/**
 * Gives every post a job that comes due within the next minutes. Where it has one already, the second is dropped.
 * @param seen how far the look before this one saw, in milliseconds since the epoch; absent: nothing was seen yet
 * @returns how far this one saw, for the next
 */
export async function lookOutForPosts(
  { db, clock }: { db: Database; clock: Pick<Clock, 'now'> },
  jobs: { sendMany(name: string, jobs: readonly NewJob[]): Promise<void> },
  seen: number | undefined,
): Promise<number> {
  const until = clock.now() + SEEN_MS
  let after: { at: number; id: string } | undefined
  for (;;) {
    const posts = await comingPosts(db, { from: seen, until, after, limit: PAGE })
    if (posts.length > 0) await jobs.sendMany(ADVANCE_POST, posts.map(jobOf))
    after = posts.at(-1)
    if (posts.length < PAGE) return until
  }
}

function jobOf({ id, version, at, priority }: Advance): NewJob {
  return {
    data: { postId: id },
    at,
    key: `${id}:${version}`,
    ...(priority === undefined ? {} : { priority }),
  }
}
