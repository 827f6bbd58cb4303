/** The content library, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { assetHandlers } from '../routes/assets.ts'
import type { Database } from '../storage/database.ts'
import { videoRules } from '../tiktok/posting-rules.ts'
import type { BlobStore } from './blob-store.ts'

export interface AssetServiceParts {
  db: Database
  blobs: BlobStore
  clock: Clock
  random: Random
  log: Log
}

/** Everything about files; `handlers` go to the HTTP server. */
export function createAssetServices(parts: AssetServiceParts) {
  return { handlers: assetHandlers({ ...parts, maxBytes: videoRules.maxBytes }) }
}
