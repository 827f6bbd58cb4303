/** Data sync, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { RateGovernor } from '../governor/governor.ts'
import type { Log } from '../observability/log.ts'
import { ConnectorReading } from '../platforms/connector-reading.ts'
import { grantAccess } from '../platforms/grant-access.ts'
import { accountDataHandlers } from '../routes/account-data.ts'
import type { Database } from '../storage/database.ts'
import type { AccountAccess } from '../tiktok/posting.ts'
import { TikTokReading } from '../tiktok/sync.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'
import type { AccountReading } from './account-reading.ts'
import type { ReadingObserver } from './run-sync.ts'
import type { SyncDueParts } from './sync-due.ts'

export interface SyncServiceParts {
  db: Database
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases; another one for every start. */
  holder: string
  tokens: TokenService
  platforms: Platforms
  governor: RateGovernor
  /** Told of what readings bring. */
  readings?: ReadingObserver | undefined
}

/** Everything about reading accounts; `handlers` go to the HTTP server, `syncDueParts` to `startSyncLoop`. */
export function createSyncServices({ tokens, platforms, ...parts }: SyncServiceParts) {
  const access: AccountAccess = {
    withAccess: ({ workspaceId, accountId }, call) =>
      tokens.withAccess(workspaceId, accountId, async ({ appId, token }) =>
        call(await platforms.of(workspaceId, appId), token),
      ),
  }
  const readings = new Map<string, AccountReading>([['tiktok', new TikTokReading(access)]])
  const grants = grantAccess(tokens, platforms)
  for (const connector of platforms.connectors())
    readings.set(connector.platform, new ConnectorReading(connector, grants))
  const syncDueParts: SyncDueParts = { ...parts, readingOf: (platform) => readings.get(platform) }
  return { syncDueParts, handlers: accountDataHandlers(syncDueParts) }
}
