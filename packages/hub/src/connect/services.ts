/** Accounts and access, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { OnCall } from '../changes/call-log.ts'
import type { PlainRoute } from '../http/ports.ts'
import type { Log } from '../observability/log.ts'
import { clientRoutes } from '../platforms/client-routes.ts'
import { apiKeyHandlers } from '../routes/api-keys.ts'
import { appHandlers } from '../routes/apps.ts'
import { auditLogHandlers } from '../routes/audit-log.ts'
import { connectSessionHandlers } from '../routes/connect-sessions.ts'
import { connectedAccountHandlers } from '../routes/connected-accounts.ts'
import { workspaceHandlers } from '../routes/workspaces.ts'
import { deleteOldConnectSessions } from '../storage/connect-sessions.ts'
import type { Database } from '../storage/database.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { findBrand } from '../storage/workspaces.ts'
import { ApiKeys } from '../tenancy/api-keys.ts'
import { Apps } from '../tenancy/apps.ts'
import { IdempotencyKeys } from '../tenancy/idempotency.ts'
import { noAccountEvents, type OnAccountEvent } from '../tokens/account-events.ts'
import { type Network, Platforms } from '../tokens/platforms.ts'
import type { RefreshDueParts } from '../tokens/refresh-due.ts'
import { TokenRefresher } from '../tokens/token-refresher.ts'
import { TokenService } from '../tokens/token-service.ts'
import type { Vault } from '../vault/sealing.ts'
import { AccountEnd } from './account-end.ts'
import { ConnectFlow } from './connect-flow.ts'
import { HandleSignIn } from './handle-sign-in.ts'
import { connectRoutes } from './plain-routes.ts'
import { SdkConnect } from './sdk-connect.ts'
import { sdkRoutes } from './sdk-pages.ts'
import { ConnectPages } from './visit.ts'

export interface AccountServiceParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases; another one for every start. */
  holder: string
  /** Where callers and creators reach the hub, without a slash at the end. */
  publicUrl: string
  /** Sends every TikTok host to this origin, such as an emulator. */
  tiktokOrigin?: string | undefined
  /** How platforms of many servers are reached; absent: not at all. */
  network?: Network | undefined
  onAccountEvent?: OnAccountEvent | undefined
  /** Told of every request to TikTok. */
  onCall?: OnCall | undefined
  /** Removes the bytes of an asset whose last row was erased. */
  removeContent?: ((hash: Uint8Array) => Promise<void>) | undefined
}

/** Ended invitations stay a month, for whoever asks what became of one. */
const SESSIONS_KEPT_MS = 30 * 86_400_000

/** Everything about workspaces, keys, apps, consent and tokens; `handlers` and `plainRoutes` go to the HTTP server. */
export function createAccountServices(parts: AccountServiceParts) {
  const { db, clock, random, log, vault, holder, publicUrl, tiktokOrigin, unitOfWork } = parts
  const onAccountEvent = parts.onAccountEvent ?? noAccountEvents
  const platforms = new Platforms({
    db,
    vault,
    clock,
    random,
    origin: tiktokOrigin,
    network: parts.network,
    onCall: parts.onCall,
  })
  const tokenParts = {
    db,
    unitOfWork,
    vault,
    clock,
    random,
    log,
    onAccountEvent,
    portOf: (workspaceId: string, appId: string) => platforms.accountsOf(workspaceId, appId),
  }
  const refresher = new TokenRefresher(tokenParts)
  const tokens = new TokenService(tokenParts, refresher, holder)
  const apiKeys = new ApiKeys({ db, clock, random })
  const apps = new Apps({ db, clock, random, vault, platforms })
  const idempotency = new IdempotencyKeys({ db, clock, random, vault })
  const flow = new ConnectFlow({
    db,
    unitOfWork,
    vault,
    clock,
    random,
    log,
    platforms,
    onAccountEvent,
    publicUrl,
  })
  const removeContent = parts.removeContent ?? (async () => undefined)
  const accountEnd = new AccountEnd({
    db,
    unitOfWork,
    clock,
    log,
    platforms,
    tokens,
    onAccountEvent,
    removeContent,
  })
  const handles = new HandleSignIn({ db, flow, platforms })
  const sdk = new SdkConnect({ db, clock, flow, accountEnd })
  const plainRoutes: PlainRoute[] = [
    ...sdkRoutes({ sdk, brandOf: (workspaceId) => findBrand(db, workspaceId) }),
    ...connectRoutes(new ConnectPages({ flow, sdk, handles, tiktokOrigin, publicUrl })),
    ...clientRoutes({ db, vault, publicUrl }),
  ]
  const refreshDueParts: RefreshDueParts = { db, clock, log, refresher, holder }
  return {
    platforms,
    refresher,
    tokens,
    apiKeys,
    apps,
    idempotency,
    flow,
    accountEnd,
    plainRoutes,
    /** Forgets answers older than a day and invitations that ended a month ago; for an hourly job. */
    housekeeping: async () => ({
      idempotencyKeys: await idempotency.forgetExpired(),
      connectSessions: await deleteOldConnectSessions(db, clock.now() - SESSIONS_KEPT_MS),
    }),
    /** For `startRefreshLoop` and `refreshDue`. */
    refreshDueParts,
    handlers: {
      ...workspaceHandlers({ db, clock, random, apiKeys }),
      ...apiKeyHandlers({ db, apiKeys }),
      ...appHandlers({ db, apps, redirectUri: flow.redirectUri() }),
      ...connectSessionHandlers({ db, flow }),
      ...connectedAccountHandlers({ db, accountEnd }),
      ...auditLogHandlers({ db }),
    },
  }
}

export type AccountServices = ReturnType<typeof createAccountServices>
