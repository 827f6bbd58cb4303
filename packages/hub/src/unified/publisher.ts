/** From a publication that was asked for to a post: its media is fetched, then it is a post like any other. */
import { Problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { type AssetParts, addAsset } from '../assets/asset-service.ts'
import { type AddressOptions, openAddress } from '../assets/open-address.ts'
import type { JobOutcome, JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import type { PostService } from '../publishing/post-service.ts'
import { findAccount } from '../storage/accounts.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { findUnifiedAccount } from '../storage/unified-accounts.ts'
import {
  findPublicationById,
  type Publication,
  setPost,
  setPublicationFailure,
} from '../storage/unified-publications.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { findWorkspace } from '../storage/workspaces.ts'
import { publishRequest, toPost } from './publish-request.ts'
import { recordNews } from './tell.ts'
import { naiveTime } from './times.ts'

export const MAKE_PUBLICATION = 'make-publication'

export interface PublisherParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  random: Random
  log: Log
  posts: PostService
  assets: AssetParts
  addresses: Pick<AddressOptions, 'resolve' | 'toLoopback'>
}

interface PublicationJob {
  publicationId: string
  /** Tries before this one. */
  tries?: number
}

/** Half a minute, doubling: a quarter of an hour in all. */
const FIRST_PAUSE_MS = 30_000
const MOST_TRIES = 6

/** Somebody else made the post, or the publication is gone: nothing of this try is kept. */
class NothingToMakeError extends Error {}

export function definePublicationJob(jobs: JobQueue, parts: PublisherParts): void {
  jobs.define<PublicationJob>(MAKE_PUBLICATION, {
    handler: (job, { signal, stopping }) => makePublication(parts, job, AbortSignal.any([signal, stopping])),
    concurrency: 2,
  })
}

async function makePublication(
  parts: PublisherParts,
  { publicationId, tries = 0 }: PublicationJob,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { clock, db } = parts
  const publication = await findPublicationById(db, publicationId)
  if (publication === undefined || publication.postId !== null || publication.failure !== null) return
  try {
    await makePost(parts, publication, signal)
  } catch (error) {
    if (error instanceof NothingToMakeError) return
    // The end of the process says nothing about the media: another one goes on.
    if (signal.aborted || !(error instanceof Problem)) throw error
    const passing = error.code === 'asset_url_failed' || error.status === 429 || error.status >= 500
    const most = publication.request.retry === true ? MOST_TRIES : 1
    if (passing && tries + 1 < most)
      return {
        again: clock.now() + FIRST_PAUSE_MS * 2 ** tries,
        data: { publicationId, tries: tries + 1 },
      }
    await fail(parts, publication, error)
  }
}

async function makePost(parts: PublisherParts, publication: Publication, signal: AbortSignal): Promise<void> {
  const { addresses, assets, clock, db, posts } = parts
  const { workspaceId, accountId, createdBy } = publication
  // It was written down by an older version, perhaps.
  const request = publishRequest.parse(publication.request)
  const [first] = request.media
  let assetId = first?.additional_info?.asset_id ?? undefined
  const address = first?.media_type === 'VIDEO' ? first.source_media_url : undefined
  if (assetId === undefined && address !== undefined) {
    const content = await openAddress(address, { ...addresses, maxBytes: assets.maxBytes, signal })
    assetId = (await addAsset(assets, { workspaceId, content, signal })).asset.id
  }
  const account = await findAccount(db, workspaceId, accountId)
  const workspace = await findWorkspace(db, workspaceId)
  await posts.create(
    {
      workspaceId,
      accounts: [account ?? { missing: accountId }],
      ...toPost(request, assetId),
      by: {
        actor: createdBy,
        approvalRequired: workspace?.approvalRequired === true && !publicationApproved(publication),
      },
    },
    async (tx, [post]) => {
      const now = clock.now()
      if (post === undefined || !(await setPost(tx, publication.id, post.id, now)))
        throw new NothingToMakeError()
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor: createdBy,
        action: 'post.created',
        subject: post.id,
        detail: { account_id: accountId },
      })
    },
  )
}

/** Whether whoever asked for it may approve posts, as it was when they asked. */
function publicationApproved({ request }: Publication): boolean {
  return request.approved === true
}

async function fail(parts: PublisherParts, publication: Publication, error: Problem): Promise<void> {
  const { clock, db, unitOfWork } = parts
  const { workspaceId, accountId, id } = publication
  const now = clock.now()
  const message = error.errors?.map((one) => `${one.field}: ${one.message}`).join('; ') ?? error.message
  const account = await findUnifiedAccount(db, { workspaceId, environment: undefined }, { accountId })
  await unitOfWork(async (work) => {
    if (!(await setPublicationFailure(work.tx, id, { code: error.code, message }, now))) return
    if (account === undefined) return
    const data = {
      account_id: account.id,
      user_id: account.userId,
      last_updated_time: naiveTime(now),
      publish_id: id,
    }
    const { environment } = account
    const type = 'CONTENTS.PUBLISH_FAILURE'
    await recordNews(work, { workspaceId, environment, accountId, type, data, at: now }, parts)
  })
}
