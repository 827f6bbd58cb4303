/** Publishing and limits, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { BlobStore } from '../assets/blob-store.ts'
import { RateGovernor } from '../governor/governor.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import { createOverruleMedia } from '../originality/overrule.ts'
import { ConnectorPosting } from '../platforms/connector-posting.ts'
import { grantAccess } from '../platforms/grant-access.ts'
import { accountQueueHandlers } from '../routes/account-queues.ts'
import { limitHandlers } from '../routes/limits.ts'
import { mediaHandlers } from '../routes/media.ts'
import { postHandlers } from '../routes/posts.ts'
import type { Database } from '../storage/database.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { type AccountAccess, TikTokPosting } from '../tiktok/posting.ts'
import { postingRules, postMediaRules, rateRules } from '../tiktok/posting-rules.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'
import type { Vault } from '../vault/sealing.ts'
import { type AddressRules, systemResolve } from '../webhooks/addresses.ts'
import { PostApproval } from './approval.ts'
import { definePublishingJobs } from './jobs.ts'
import { type MediaGate, rulesGate } from './media-gate.ts'
import { PublishPipeline } from './pipeline.ts'
import { noPostEvents, type OnPostMoved } from './post-events.ts'
import { PostService } from './post-service.ts'
import { onPublishEvent } from './publish-events.ts'
import { QueueService } from './queue-service.ts'
import type { PublishingParts } from './step.ts'
import type { WholePosting } from './whole-posting.ts'

export interface PublishingServiceParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases; another one for every start. */
  holder: string
  tokens: TokenService
  platforms: Platforms
  /** Where files are kept. */
  blobs: BlobStore
  /** Sends every TikTok host to this origin, such as an emulator. */
  tiktokOrigin?: string | undefined
  /** Which addresses pictures may be fetched from, for platforms that fetch nothing themselves. */
  addresses?: AddressRules | undefined
  /** Told of the changes that posts go through, where an endpoint of the workspace may want to hear of them. */
  onPostMoved?: OnPostMoved | undefined
  /** Judges media; the platform's own rules unless told. */
  gate?: MediaGate | undefined
  /** Whose clock the rate windows go by; `clock` is for tests. */
  rateTime?: 'database' | 'clock' | undefined
}

/** Everything about posts; `handlers` go to the HTTP server, and `defineJobs` is called before the queue starts. */
export function createPublishingServices(parts: PublishingServiceParts) {
  const { db, unitOfWork, vault, clock, random, log, holder, tokens, platforms, tiktokOrigin, blobs } = parts
  const governor = new RateGovernor({ db, clock, time: parts.rateTime ?? 'database' })
  const access: AccountAccess = {
    withAccess: ({ workspaceId, accountId }, call) =>
      tokens.withAccess(workspaceId, accountId, async ({ appId, token }) =>
        call(await platforms.of(workspaceId, appId), token),
      ),
  }
  const grants = grantAccess(tokens, platforms)
  const addresses = { ...(parts.addresses ?? { toLoopback: false }), resolve: systemResolve }
  const wholes = new Map(
    platforms.connectors().flatMap((connector): [string, WholePosting][] =>
      connector.publishing === undefined
        ? []
        : [
            [
              connector.platform,
              new ConnectorPosting(connector, connector.publishing, {
                db,
                blobs,
                access: grants,
                addresses,
              }),
            ],
          ],
    ),
  )
  const publishing: PublishingParts = {
    wholes: (platform) => wholes.get(platform),
    db,
    unitOfWork,
    governor,
    port: new TikTokPosting({ access, clock }),
    vault,
    blobs,
    gate: parts.gate ?? rulesGate(postMediaRules),
    rules: postingRules(tiktokOrigin),
    rates: rateRules,
    clock,
    random,
    log,
    owner: holder,
    onPostMoved: parts.onPostMoved ?? noPostEvents,
  }
  const pipeline = new PublishPipeline(publishing)
  const posts = new PostService(publishing)
  return {
    governor,
    pipeline,
    posts,
    /** For what posts in another way than by the API: the publish page. */
    publishingParts: publishing,
    /** For webhooks of the platform. */
    onPublishEvent: (event: { publishId: string }) => onPublishEvent({ db, unitOfWork, clock }, event),
    defineJobs: (jobs: JobQueue) => definePublishingJobs(jobs, pipeline, publishing),
    handlers: {
      ...postHandlers({ db, clock, posts, approval: new PostApproval(publishing) }),
      ...accountQueueHandlers({ db, clock, queues: new QueueService(publishing) }),
      ...limitHandlers({ db, governor }),
      ...mediaHandlers({ db, clock, overrule: createOverruleMedia(publishing) }),
    },
  }
}

export type PublishingServices = ReturnType<typeof createPublishingServices>
