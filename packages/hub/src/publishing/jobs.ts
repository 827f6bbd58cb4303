import type { JobQueue, JobRun } from '../jobs/queue.ts'
import { overduePosts } from '../storage/posts.ts'
import { isNear, lookOutForPosts } from './coming-posts.ts'
import type { PublishPipeline } from './pipeline.ts'
import { ADVANCE_POST, type PublishingParts, UPLOAD_POST } from './step.ts'

/** Looks for posts whose job never came: belt and braces beside jobs that are committed with their rows. */
const SWEEP_POSTS = 'sweep-posts'
/** Gives posts that were written down long before their time a job when it comes near. */
const COMING_POSTS = 'look-out-for-posts'

const SWEEP_SECONDS = 60
const OVERDUE_MS = 60_000
const SWEEP_LIMIT = 500
const ADVANCE_FETCHERS = 6
const ADVANCE_BATCH = 50
const ADVANCE_SECONDS = 900
/** An upload of 4 GB over a slow line; the lease is renewed meanwhile, and a dead process is found by its heartbeat. */
const UPLOAD_SECONDS = 7200

/** Has the queue bring posts on. Call it before the queue starts. */
export function definePublishingJobs(
  jobs: JobQueue,
  pipeline: PublishPipeline,
  parts: Pick<PublishingParts, 'db' | 'clock'>,
): void {
  const bringOn = (uploads: boolean) => ({
    parse: (data: unknown) => {
      const postId = (data as { postId?: unknown } | null)?.postId
      if (typeof postId !== 'string') throw new TypeError('a job about a post names it')
      return { postId }
    },
    handler: async ({ postId }: { postId: string }, { signal, stopping }: JobRun) => {
      try {
        const again = await pipeline.run(postId, AbortSignal.any([signal, stopping]), { uploads })
        // What is far away gets its job when it comes near.
        return again === undefined || !isNear(again, parts.clock.now()) ? undefined : { again }
      } catch (error) {
        // Cut short by the end of this process: nothing failed, and another one goes on at once.
        if (stopping.aborted) return { again: parts.clock.now() }
        throw error
      }
    },
    retry: { delay: 1, maxDelay: 60 },
  })
  jobs.define<{ postId: string }>(ADVANCE_POST, {
    ...bringOn(false),
    // A few calls each, many at once: their statements and commits are shared.
    concurrency: ADVANCE_FETCHERS,
    batch: ADVANCE_BATCH,
    timeoutSeconds: ADVANCE_SECONDS,
  })
  jobs.define<{ postId: string }>(UPLOAD_POST, {
    ...bringOn(true),
    // Uploads are long and the next fetch waits for a batch's slowest, so each runs alone.
    concurrency: 10,
    timeoutSeconds: UPLOAD_SECONDS,
  })
  jobs.define<{ seen: number | undefined }>(COMING_POSTS, {
    parse: (data) => {
      const seen = (data as { seen?: unknown } | null)?.seen
      return { seen: typeof seen === 'number' ? seen : undefined }
    },
    handler: async ({ seen }) => {
      const now = parts.clock.now()
      const until = await lookOutForPosts(parts, jobs, seen)
      return { again: now + SWEEP_SECONDS * 1_000, data: { seen: until } }
    },
    everySeconds: SWEEP_SECONDS,
  })
  jobs.define(SWEEP_POSTS, {
    handler: async () => {
      const now = parts.clock.now()
      const overdue = await overduePosts(parts.db, { before: now - OVERDUE_MS, now, limit: SWEEP_LIMIT })
      for (const { id, version } of overdue)
        await jobs.send(ADVANCE_POST, { postId: id }, { key: `${id}:${version}:sweep` })
    },
    everySeconds: SWEEP_SECONDS,
  })
}
