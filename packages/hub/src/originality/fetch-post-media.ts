import { Problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { CopyAddress } from '../assets/copy-address.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import type { Post } from '../publishing/post.ts'
import { ADVANCE_POST } from '../publishing/step.ts'
import type { Database } from '../storage/database.ts'
import {
  addressesOf,
  type FetchFailure,
  findPostMedia,
  hashOfAddress,
  type MediaPlace,
  settleFailed,
  settleFetched,
  shareCopy,
  wakeWhenFetched,
} from '../storage/post-media.ts'
import { findPost } from '../storage/posts.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { FETCH_POST_MEDIA, WAITS_FOR_FETCH } from './collect-media.ts'

export interface FetchParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  log: Log
  copyAddress: CopyAddress
  /** Largest file of each kind, in bytes. */
  maxBytes: { video: number; photo: number }
  onFetch?: (outcome: 'fetched' | 'shared' | FetchFailure) => void
}

export interface FetchJob {
  workspaceId: string
  postId: string
}

/** Photos of one post that are fetched side by side. */
const AT_ONCE = 4
const POSTS_AT_ONCE = 4
/** One that does not come may come in a moment; TikTok would not wait for longer either. */
const PAUSES_MS = [2_000, 10_000] as const
/** Other downloads run; see `ImportGate`. */
const GATE_PAUSE_MS = 5_000
/** Posts of one batch have the same photos; within this time one copy is the same for all of them. */
const SHARED_MS = 600_000
const JOB_SECONDS = 4_200

const FAILURES: Readonly<Record<string, FetchFailure>> = {
  asset_url_failed: 'unreachable',
  asset_url_refused: 'refused',
  asset_url_slow: 'too_slow',
  asset_url_redirects: 'redirects',
  asset_too_large: 'too_large',
  asset_not_media: 'not_media',
}

/**
 * Makes copies of what a post names by address and was asked for, then lets the post go on. Done again after a crash it
 * goes on with what is still wanted.
 * @returns when to come again; nothing when all is settled
 */
export async function fetchPostMedia(
  parts: FetchParts,
  { workspaceId, postId }: FetchJob,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { db, unitOfWork, clock } = parts
  const post = await findPost(db, workspaceId, postId)
  if (post === undefined) return undefined
  const addresses = addressesOf(post.source)
  const wanted = (await findPostMedia(db, workspaceId, postId)).flatMap(
    ({ state, position, addressSha256, tries }) => {
      const url = addresses[position]
      // One that the post has changed since: whoever decides about the post asks for the new one.
      const stands = url !== undefined && Buffer.compare(hashOfAddress(url), addressSha256) === 0
      return state === 'wanted' && stands ? [{ position, addressSha256, tries, url }] : []
    },
  )
  const next = [...wanted]
  let again: number | undefined
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let media = next.shift(); media !== undefined; media = next.shift()) {
      const at = await fetchOne(parts, post, media, signal)
      if (at !== undefined) again = Math.min(again ?? at, at)
    }
  })
  const ended = await Promise.allSettled(lanes)
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason
  await unitOfWork(async (work) => {
    const now = clock.now()
    if (await wakeWhenFetched(work.tx, { postId, reason: WAITS_FOR_FETCH, now }))
      await work.enqueue(ADVANCE_POST, { postId }, { at: now, key: `${postId}:fetched` })
  })
  return again
}

/** @returns when to try it again */
async function fetchOne(
  parts: FetchParts,
  { id: postId, workspaceId, source }: Post,
  { position, addressSha256, tries, url }: MediaPlaceToFetch,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { db, clock, copyAddress, maxBytes, log, onFetch } = parts
  const place: MediaPlace = { workspaceId, postId, position, addressSha256 }
  const since = clock.now() - SHARED_MS
  if (await db.transaction().execute((tx) => shareCopy(tx, place, { since }))) {
    onFetch?.('shared')
    return undefined
  }
  try {
    await copyAddress({
      ...{ workspaceId, url, signal },
      maxBytes: source.type === 'photos' ? maxBytes.photo : maxBytes.video,
      within: async (tx, copy) => {
        // The post is gone, or names something else: then nothing of this is written down either.
        if (!(await settleFetched(tx, place, copy, clock.now()))) throw new MediaUnwantedError()
      },
    })
    onFetch?.('fetched')
    return undefined
  } catch (error) {
    if (error instanceof MediaUnwantedError) return undefined
    if (signal.aborted || !(error instanceof Problem)) throw error
    if (error.code === 'too_many_requests') return clock.now() + GATE_PAUSE_MS
    const code = FAILURES[error.code]
    if (code === undefined) throw error
    const pause = code === 'unreachable' ? PAUSES_MS[tries] : undefined
    const detail = error.detail ?? error.message
    await settleFailed(db, place, { code, detail, final: pause === undefined }, clock.now())
    if (pause !== undefined) return clock.now() + pause
    log.debug({ post: postId, position, code }, 'Media of a post could not be fetched')
    onFetch?.(code)
    return undefined
  }
}

type MediaPlaceToFetch = Pick<MediaPlace, 'position' | 'addressSha256'> & { tries: number; url: string }

/** Nobody waits for it any more. */
class MediaUnwantedError extends Error {
  constructor() {
    super('the post has no place for it any more')
    this.name = 'MediaUnwantedError'
  }
}

/** Call it before the queue starts. */
export function defineFetching(jobs: JobQueue, parts: FetchParts): void {
  jobs.define<FetchJob>(FETCH_POST_MEDIA, {
    parse: (data) => {
      const { workspaceId, postId } = (data ?? {}) as { [K in keyof FetchJob]?: unknown }
      if (typeof workspaceId !== 'string' || typeof postId !== 'string')
        throw new TypeError('a job about the media of a post names it and its workspace')
      return { workspaceId, postId }
    },
    handler: async (job, { signal, stopping }) => {
      try {
        const again = await fetchPostMedia(parts, job, AbortSignal.any([signal, stopping]))
        return again === undefined ? undefined : { again }
      } catch (error) {
        // Cut short by the end of this process: nothing failed, and another one goes on at once.
        if (stopping.aborted) return { again: parts.clock.now() }
        throw error
      }
    },
    concurrency: POSTS_AT_ONCE,
    timeoutSeconds: JOB_SECONDS,
    retry: { delay: 2, maxDelay: 60 },
  })
}
