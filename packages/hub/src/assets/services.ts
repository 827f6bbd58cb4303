/** The content library, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { assetHandlers } from '../routes/assets.ts'
import type { Database } from '../storage/database.ts'
import { videoRules } from '../tiktok/posting-rules.ts'
import { type AddressRules, type Resolve, systemResolve } from '../webhooks/addresses.ts'
import type { AssetParts } from './asset-service.ts'
import { cleanBlobs, letUnneededCopiesGo, removeUnused } from './blob-cleaning.ts'
import type { BlobStore } from './blob-store.ts'
import { copyAddress } from './copy-address.ts'
import { ImportGate } from './import-gate.ts'

export interface AssetServiceParts {
  db: Database
  blobs: BlobStore
  clock: Clock
  random: Random
  log: Log
  /** Which addresses files are downloaded from; those of the open internet unless told. */
  rules?: AddressRules | undefined
  resolve?: Resolve | undefined
  /** Told of a file that was not there before, in the transaction that writes it down. */
  onNewAsset?: AssetParts['onNewAsset']
}

/** Everything about files; `handlers` go to the HTTP server. */
export function createAssetServices(parts: AssetServiceParts) {
  const { rules = { toLoopback: false }, resolve = systemResolve, ...rest } = parts
  const assetParts: AssetParts = { ...rest, maxBytes: videoRules.maxBytes }
  const addresses = { ...rules, resolve }
  // One gate for whoever asks: a process has so many connections for downloads and no more.
  const imports = new ImportGate()
  return {
    /** For what takes files in besides the API. */
    assetParts,
    handlers: assetHandlers(assetParts, { addresses, imports }),
    /** Makes a copy of what a post names by address. */
    copyAddress: copyAddress(assetParts, { addresses, imports }),
    /** Removes a content that an erasure left without a file. */
    removeContent: async (hash: Uint8Array): Promise<void> => {
      await removeUnused(rest, hash)
    },
    /** Lets go of copies that no post needs, and removes bytes that nobody has; for an hourly job. */
    housekeeping: async (signal?: AbortSignal) => {
      await letUnneededCopiesGo(rest, signal)
      return cleanBlobs(rest, signal)
    },
  }
}

export type AssetServices = ReturnType<typeof createAssetServices>
