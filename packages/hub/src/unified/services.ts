/** The unified API for creators, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { Access, Idempotency } from '../http/ports.ts'
import type { Database } from '../storage/database.ts'
import { deleteOldSdkTokens } from '../storage/unified-sdk-tokens.ts'
import type { UnifiedHandlers } from './context.ts'
import { unifiedRoutes } from './routes.ts'
import { sdkTokenHandlers, sdkTokenOperations } from './sdk-tokens.ts'
import { userHandlers, userOperations } from './users.ts'

export interface UnifiedServiceParts {
  db: Database
  clock: Clock
  random: Random
  access: Access
  idempotency: Idempotency
  /** Where callers reach the hub, without a slash at the end. */
  publicUrl: string
}

export const UNIFIED_OPERATIONS = [...userOperations, ...sdkTokenOperations] as const

/** `plainRoutes` go to the HTTP server. */
export function createUnifiedServices(parts: UnifiedServiceParts) {
  const { clock, db } = parts
  const handlers: UnifiedHandlers<typeof UNIFIED_OPERATIONS> = {
    ...userHandlers(parts),
    ...sdkTokenHandlers(parts),
  }
  return {
    plainRoutes: unifiedRoutes(UNIFIED_OPERATIONS, handlers, parts),
    housekeeping: () => deleteOldSdkTokens(db, clock.now()),
  }
}
