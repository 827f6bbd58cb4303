/** The media gate, put together from the parts that a program has. */
import type { Clock } from '@tockwork/kernel'
import { FINGERPRINT_VERSION } from '@tockwork/media/originality'
import type { BlobStore } from '../assets/blob-store.ts'
import type { CopyAddress } from '../assets/copy-address.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { PostMediaRules } from '../publishing/media-gate.ts'
import type { Asset } from '../storage/assets.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { requestLook, unseenAssets } from '../storage/media-looks.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { postMediaRules } from '../tiktok/posting-rules.ts'
import { defineFetching, type FetchJob, type FetchParts, fetchPostMedia } from './fetch-post-media.ts'
import type { Looker } from './look.ts'
import { type LookJob, lookAtAsset } from './look-at-asset.ts'
import { LOOK_AT_MEDIA, originalityGate } from './originality-gate.ts'
import { WorkerLooker } from './worker-looker.ts'

export interface OriginalityServiceParts {
  db: Database
  unitOfWork: UnitOfWork
  blobs: BlobStore
  clock: Clock
  log: Log
  rules: PostMediaRules
  looker: Looker
  metrics?: Metrics | undefined
}

/** Looks for files that nobody has looked at: what was there before, and jobs that were lost. */
const FIND_UNSEEN = 'find-unseen-media'
const FIND_SECONDS = 600
const FIND_LIMIT = 500
const DAY_MS = 86_400_000
/** A long 4K clip on a busy machine, with its text read and its matches shown. */
const LOOK_SECONDS = 900

export function createOriginalityServices(parts: OriginalityServiceParts) {
  const { db, unitOfWork, clock, rules, looker, metrics } = parts
  const verdicts = metrics?.counter(
    'media_verdicts_total',
    'Posts decided about by their media, by verdict',
    ['verdict'],
  )
  const looks = metrics?.counter('media_looks_total', 'Files looked at: seen, no_decoder, failed', [
    'outcome',
  ])
  const seconds = metrics?.counter('media_look_seconds_total', 'Time that looking at files took', [])
  const lookParts = {
    ...parts,
    onLook: (outcome: string, took: number): void => {
      looks?.inc({ outcome })
      seconds?.inc(took)
    },
  }
  return {
    gate: originalityGate({
      ...{ db, unitOfWork, clock, rules },
      onVerdict: (verdict) => verdicts?.inc({ verdict }),
    }),
    lookAt: (file: LookJob) => lookAtAsset(lookParts, file),
    close: () => looker[Symbol.asyncDispose](),
    /** For whoever stores a file: it is looked at soon after, in the commit that writes it down or not at all. */
    onNewAsset:
      (jobs: Pick<JobQueue, 'send'>) =>
      async (tx: Transaction, { id: assetId, workspaceId }: Asset): Promise<void> => {
        await requestLook(tx, { workspaceId, assetId, now: clock.now() })
        await jobs.send(LOOK_AT_MEDIA, { workspaceId, assetId }, { key: assetId, tx })
      },
    /** Call it before the queue starts. */
    defineJobs: (jobs: JobQueue): void => {
      jobs.define(LOOK_AT_MEDIA, {
        parse: fileOf,
        handler: async (file, { stopping }) => {
          const stop = (): void => void looker[Symbol.asyncDispose]()
          stopping.addEventListener('abort', stop, { once: true })
          try {
            await lookAtAsset(lookParts, file, stopping)
            return undefined
          } catch (error) {
            // Cut short by the end of this process: nothing failed, and another one looks at once.
            if (stopping.aborted) return { again: clock.now() }
            throw error
          } finally {
            stopping.removeEventListener('abort', stop)
          }
        },
        // One at a time: its decoders and networks use every core there is.
        concurrency: 1,
        timeoutSeconds: LOOK_SECONDS,
        retry: { delay: 5, maxDelay: 300 },
      })
      jobs.define(FIND_UNSEEN, {
        everySeconds: FIND_SECONDS,
        handler: async () => {
          const { name } = await looker.decoder()
          const retry = name === undefined ? undefined : clock.now() - DAY_MS
          const unseen = await unseenAssets(db, { version: FINGERPRINT_VERSION, retry, limit: FIND_LIMIT })
          for (const { id: assetId, workspaceId } of unseen)
            await jobs.send(LOOK_AT_MEDIA, { workspaceId, assetId, again: true }, { key: assetId })
        },
      })
    },
  }
}

/** Fetches what posts name by address, so that the gate can look at it; the gate only asks. */
export function createMediaFetching(
  parts: Pick<FetchParts, 'db' | 'unitOfWork' | 'clock' | 'log'> & {
    copyAddress: CopyAddress
    metrics?: Metrics | undefined
  },
) {
  const { metrics, ...rest } = parts
  const fetches = metrics?.counter(
    'media_fetches_total',
    'Media that posts name by address, by what came of fetching it: fetched, shared, or why not',
    ['outcome'],
  )
  const fetchParts: FetchParts = {
    ...rest,
    maxBytes: { video: postMediaRules.video.maxBytes, photo: postMediaRules.photo.maxBytes },
    onFetch: (outcome) => fetches?.inc({ outcome }),
  }
  return {
    fetchMedia: (job: FetchJob, signal = new AbortController().signal) =>
      fetchPostMedia(fetchParts, job, signal),
    /** Call it before the queue starts. */
    defineJobs: (jobs: JobQueue): void => defineFetching(jobs, fetchParts),
  }
}

export type OriginalityServices = ReturnType<typeof createOriginalityServices>

/** With pictures looked at in a thread of its own. */
export function openOriginality(
  config: { searchPath: string | undefined; ffmpeg: string | undefined },
  parts: Omit<OriginalityServiceParts, 'looker' | 'rules'>,
) {
  const env: Record<string, string> = {}
  if (config.searchPath !== undefined) env['PATH'] = config.searchPath
  if (config.ffmpeg !== undefined) env['TOCKWORK_FFMPEG'] = config.ffmpeg
  const looker = new WorkerLooker({ env, clock: parts.clock })
  return createOriginalityServices({ ...parts, rules: postMediaRules, looker })
}

function fileOf(data: unknown): LookJob {
  const { workspaceId, assetId, again } = (data ?? {}) as { [K in keyof LookJob]?: unknown }
  if (typeof workspaceId !== 'string' || typeof assetId !== 'string')
    throw new TypeError('a job about a file names it and its workspace')
  return { workspaceId, assetId, again: again === true }
}
