/** The unified API for creators, put together from the parts that a program has. */
import type { OperationShape } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import type { AssetParts } from '../assets/asset-service.ts'
import type { AccountEnd } from '../connect/account-end.ts'
import type { Access, Idempotency } from '../http/ports.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import type { PostService } from '../publishing/post-service.ts'
import type { Database } from '../storage/database.ts'
import { deleteOldSdkTokens } from '../storage/unified-sdk-tokens.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import type { Vault } from '../vault/sealing.ts'
import { type AddressRules, type Resolve, systemResolve } from '../webhooks/addresses.ts'
import type { WebhookEndpoints } from '../webhooks/endpoints.ts'
import { accountHandlers, accountOperations } from './accounts.ts'
import { audienceHandlers, audienceOperations } from './audience.ts'
import { commentHandlers, commentOperations } from './comments.ts'
import { commerceHandlers, commerceOperations } from './commerce.ts'
import { contentHandlers, contentOperations } from './contents.ts'
import type { UnifiedHandler, UnifiedHandlers } from './context.ts'
import { notOffered } from './not-offered.ts'
import { documentRoute } from './openapi.ts'
import { logoRoute, platformHandlers, platformOperations } from './platforms.ts'
import { profileHandlers, profileOperations } from './profiles.ts'
import { publishHandlers, publishOperations } from './publish.ts'
import { definePublicationJob } from './publisher.ts'
import { unifiedRoutes } from './routes.ts'
import { sdkTokenHandlers, sdkTokenOperations } from './sdk-tokens.ts'
import { userHandlers, userOperations } from './users.ts'
import { webhookHandlers, webhookOperations } from './webhooks.ts'

export interface UnifiedServiceParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  access: Access
  idempotency: Idempotency
  accountEnd: AccountEnd
  posts: PostService
  assets: AssetParts
  endpoints: WebhookEndpoints
  /** Which addresses media is fetched from. */
  rules: AddressRules
  resolve?: Resolve | undefined
  /** Where callers reach the hub, without a slash at the end. */
  publicUrl: string
  version: string
}

const OPERATIONS = [
  ...userOperations,
  ...sdkTokenOperations,
  ...platformOperations,
  ...accountOperations,
  ...profileOperations,
  ...audienceOperations,
  ...contentOperations,
  ...commerceOperations,
  ...commentOperations,
  ...publishOperations,
  ...webhookOperations,
] as const

/** `plainRoutes` go to the HTTP server; `defineJobs` is called before the queue starts. */
export function createUnifiedServices(parts: UnifiedServiceParts) {
  const { clock, db, rules, resolve = systemResolve } = parts
  const handlers: UnifiedHandlers<typeof OPERATIONS> = {
    ...userHandlers(parts),
    ...sdkTokenHandlers(parts),
    ...platformHandlers(parts),
    ...accountHandlers(parts),
    ...profileHandlers(parts),
    ...audienceHandlers(parts),
    ...contentHandlers(parts),
    ...commerceHandlers(parts),
    ...commentHandlers(parts),
    ...publishHandlers(parts),
    ...webhookHandlers(parts),
  }
  const others = notOffered(db)
  const operations: readonly OperationShape[] = [...OPERATIONS, ...others.operations]
  const table = { ...(handlers as Record<string, UnifiedHandler<never>>), ...others.handlers }
  return {
    operations,
    plainRoutes: [...unifiedRoutes(operations, table, parts), logoRoute, documentRoute(operations, parts)],
    housekeeping: () => deleteOldSdkTokens(db, clock.now()),
    defineJobs: (jobs: JobQueue) =>
      definePublicationJob(jobs, { ...parts, addresses: { ...rules, resolve } }),
  }
}
