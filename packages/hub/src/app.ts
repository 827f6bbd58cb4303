import { mkdir, readFile } from 'node:fs/promises'
import { createServer as createProbe } from 'node:net'
import { join } from 'node:path'
import { OPERATIONS, WEBHOOK_EVENTS } from '@tockwork/api'
import { type Clock, cryptoRandom, type Random, type Secret, systemClock } from '@tockwork/kernel'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { checkBlobStore, createBlobStore } from './assets/blob-settings.ts'
import { createAssetServices } from './assets/services.ts'
import { createChangeServices } from './changes/services.ts'
import type { Config } from './config.ts'
import { createAccountServices } from './connect/services.ts'
import { defaultPublicUrl } from './default-public-url.ts'
import { type DashboardFiles, dashboardPage, dashboardRoutes } from './http/dashboard-pages.ts'
import { callerOf } from './http/operation-route.ts'
import { createServer } from './http/server.ts'
import { JobQueue } from './jobs/queue.ts'
import { LiveEvents } from './live/live-events.ts'
import { liveRoute } from './live/route.ts'
import { createLogger } from './observability/logger.ts'
import { Metrics } from './observability/metrics.ts'
import { startTracing } from './observability/tracing.ts'
import { createMediaFetching, openOriginality } from './originality/services.ts'
import { createPeopleServices } from './owners/services.ts'
import { openNetwork } from './platforms/open-network.ts'
import { systemResolveTxt } from './platforms/resolve-txt.ts'
import { createPublishPageServices } from './publish-page/services.ts'
import { createPublishingServices } from './publishing/services.ts'
import { createShopServices, watchShops } from './shop/services.ts'
import { startShopLoop } from './shop/sync-due.ts'
import { checkServer, isConnectionLost, type OpenDatabase, openDatabase } from './storage/database.ts'
import { DatabaseClock } from './storage/database-clock.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './storage/embedded/index.ts'
import { migrate } from './storage/migrate.ts'
import { databaseNow } from './storage/rate-slots.ts'
import { createUnitOfWork } from './storage/unit-of-work.ts'
import { createSyncServices } from './sync/services.ts'
import { startSyncLoop } from './sync/sync-due.ts'
import { watchSync } from './sync/watch-sync.ts'
import { addDemoApp, isEmulator, makeFirstWorkspace } from './tenancy/first-start.ts'
import type { Network } from './tokens/platforms.ts'
import { startRefreshLoop } from './tokens/refresh-due.ts'
import { createUnifiedServices } from './unified/services.ts'
import { inTurn, tellOfCreators, tellOfPublications, tellOfReadings } from './unified/tell.ts'
import { openVault } from './vault/open-vault.ts'
import { beginRotation, defineRotation } from './vault/rotation.ts'
import { systemResolve } from './webhooks/addresses.ts'
import { createWebhookServices } from './webhooks/services.ts'
import { tellOfAccounts, tellOfPosts } from './webhooks/tell.ts'

/** What a program may put in place of the machine's own. */
export interface HubParts {
  clock?: Clock
  random?: Random
  fetch?: typeof fetch
  log?: Logger
  /** Where log lines go; standard output unless told. */
  logTo?: { write: (line: string) => void }
  /** Whose clock the rate windows go by; `clock` goes with a clock that is moved by hand. */
  rateTime?: 'database' | 'clock'
  /** Seconds that running jobs get at the end before they are handed back; 20 unless told. */
  graceSeconds?: number
  /** Times of the job queue, for tests. */
  jobs?: { heartbeatSeconds?: number; superviseSeconds?: number; pollSeconds?: number }
  /** How platforms of many servers are reached, for tests. */
  network?: Partial<Pick<Network, 'fetch' | 'resolveTxt'>>
  /** The built dashboard; without it the hub is an API alone. */
  dashboard?: DashboardFiles
  /** What a password costs, for tests. */
  passwordCost?: { logN: number; r: number; p: number }
  /** Settings of the embedded server, for tests. */
  embeddedSettings?: Readonly<Record<string, string>>
}

/** A running hub. */
export interface Hub {
  /** Where it listens: `http://localhost:4848`. */
  readonly url: string
  /** The first API key, when this start made it; it is also in the file `adminKeyFile`. */
  readonly adminKey: Secret | undefined
  readonly adminKeyFile: string
  /** Where the first person makes their account for the dashboard, while there is nobody yet. */
  readonly ownerLink: Secret | undefined
  /** The database that it is on; undefined for one of its own. */
  readonly embedded: EmbeddedPostgres | undefined
  /** Stops accepting, ends running requests and jobs or hands them back, and closes the database. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const VERSION = '0.1.0'
const HOUR = 3_600
/** How long a database that goes away during the start may take to come back: a restart of it, or its failover. */
const DATABASE_PATIENCE_MS = 60_000
const DATABASE_PAUSE_MS = 500

/**
 * Brings a hub up: database, schema, master key, jobs, HTTP. The one place where its parts are put together.
 * @throws {DatabaseError} or `UsageError`, with what to do; whatever was started by then is stopped again.
 */
export async function startHub(config: Config, parts: HubParts = {}): Promise<Hub> {
  const clock = parts.clock ?? systemClock
  const destination = parts.logTo === undefined ? {} : { destination: parts.logTo }
  const log = parts.log ?? createLogger({ level: config.logLevel, ...destination })
  let answered = false
  let until: number | undefined
  for (;;) {
    // Ends in the order opposite to the start, whether that got to its end or not.
    const closers: (() => Promise<unknown>)[] = []
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      closing ??= (async () => {
        for (const closer of closers.reverse()) await closer()
      })()
      return closing
    }
    const onAnswer = (): void => {
      answered = true
    }
    try {
      return await bringUp(config, { ...parts, clock, log }, closers, { close, onAnswer })
    } catch (error) {
      await close()
      until ??= clock.now() + DATABASE_PATIENCE_MS
      // One that never answered is most likely the wrong one, which is better said at once.
      if (!answered || !isConnectionLost(error) || clock.now() > until) throw error
      log.warn({ err: error }, 'The database went away during the start; starting again')
      await clock.sleep(DATABASE_PAUSE_MS)
    }
  }
}

async function bringUp(
  config: Config,
  parts: HubParts & { clock: Clock; log: Logger },
  closers: (() => Promise<unknown>)[],
  { close, onAnswer }: { close: () => Promise<void>; onAnswer: () => void },
): Promise<Hub> {
  const { log } = parts
  const random = parts.random ?? cryptoRandom
  if (config.tracing) {
    const tracing = await startTracing(log)
    closers.push(() => tracing.stop())
  }
  const metrics = new Metrics()
  // Root hands the embedded server to another user, who has to pass through the folder.
  await mkdir(config.dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })

  const { embedded, database } = await openStorage(config, parts, log, closers, onAnswer)
  onAnswer()
  const { db } = database
  // A clock that is moved by hand goes before the database's.
  const time =
    parts.rateTime === 'clock'
      ? undefined
      : await DatabaseClock.follow(parts.clock, () => databaseNow(db), log)
  closers.push(async () => time?.stop())
  const clock = time ?? parts.clock
  const url = embedded?.url ?? config.databaseUrl?.reveal() ?? ''
  const applied = await migrate(db)
  if (applied.length > 0) log.info({ migrations: applied }, 'The schema is up to date')

  const vault = await openVault(config, { db, clock, random, log, fetch: parts.fetch ?? fetch })
  const jobs = new JobQueue({ url, log, clock, random, ...parts.jobs })
  const unitOfWork = createUnitOfWork(db, jobs)
  const port = config.port === 0 ? await freePort(config.host) : config.port
  const publicUrl = config.publicUrl ?? defaultPublicUrl(port)
  const blobs = createBlobStore(config.blobs, {
    clock,
    random,
    fetch: parts.fetch ?? fetch,
    readFile: (path) => readFile(path, 'utf8'),
    localFolder: join(config.dataDir, 'assets'),
    scratchFolder: join(config.dataDir, 'scratch'),
  })
  await checkBlobStore(config.blobs, blobs, log)
  const { tiktokOrigin } = config
  const base = { db, unitOfWork, vault, clock, random, log, tiktokOrigin }
  const holder = `hub-${process.pid}-${Buffer.from(random.bytes(6)).toString('hex')}`
  const addressRules = { toLoopback: config.webhooksToLoopback }
  const originality =
    config.mediaChecks === 'full' ? openOriginality(config, { ...base, blobs, metrics }) : undefined
  const assets = createAssetServices({
    ...base,
    blobs,
    rules: addressRules,
    onNewAsset: originality?.onNewAsset(jobs),
  })
  const fetching =
    originality === undefined
      ? undefined
      : createMediaFetching({ ...base, copyAddress: assets.copyAddress, metrics })
  const changes = createChangeServices({ ...base, publicUrl })
  const network = openNetwork({ toLoopback: config.blueskyToLoopback, resolve: systemResolve })
  closers.push(async () => network.close())
  const accounts = createAccountServices({
    ...base,
    network: {
      publicUrl,
      plcDirectory: config.plcDirectory,
      resolveTxt: systemResolveTxt,
      fetch: network.fetch,
      ...parts.network,
    },
    holder,
    publicUrl,
    onCall: changes.calls.note,
    onAccountEvent: inTurn(tellOfAccounts({ clock, random }), tellOfCreators({ clock, random })),
    removeContent: (hash) => assets.removeContent(hash),
  })
  const publishing = createPublishingServices({
    ...base,
    addresses: addressRules,
    holder,
    tokens: accounts.tokens,
    platforms: accounts.platforms,
    blobs,
    gate: originality?.gate,
    rateTime: parts.rateTime,
    onPostMoved: inTurn(tellOfPosts({ clock, random }), tellOfPublications({ clock, random })),
  })
  const publishPage = createPublishPageServices({
    publishing: publishing.publishingParts,
    posts: publishing.posts,
    assets: assets.assetParts,
    publicUrl,
  })
  const webhooks = createWebhookServices({
    ...base,
    holder,
    metrics,
    rules: addressRules,
    onPublishEvent: publishing.onPublishEvent,
    onAuthorizationRemoved: (event) => accounts.accountEnd.authorizationRemoved(event),
  })

  const { platforms, tokens } = accounts
  const sync = createSyncServices({
    ...base,
    holder,
    tokens,
    platforms,
    governor: publishing.governor,
    readings: tellOfReadings({ unitOfWork, clock, random }),
  })

  const shop = createShopServices({
    ...base,
    holder,
    tokens,
    platforms,
    accountEnd: accounts.accountEnd,
    rateTime: parts.rateTime,
  })

  const unified = createUnifiedServices({
    ...base,
    access: accounts.apiKeys,
    idempotency: accounts.idempotency,
    accountEnd: accounts.accountEnd,
    posts: publishing.posts,
    assets: assets.assetParts,
    endpoints: webhooks.endpoints,
    rules: addressRules,
    publicUrl,
    version: VERSION,
  })

  const signedIn = createPeopleServices({
    ...base,
    publicUrl,
    apiKeys: accounts.apiKeys,
    passwordCost: parts.passwordCost,
  })
  const live = new LiveEvents({ url, clock: parts.clock, log })
  const watching = liveRoute({
    live,
    clock: parts.clock,
    authenticate: ({ headers }) => callerOf(signedIn.access, 'GET', headers),
  })

  watchSync({ db, clock }, metrics)
  watchShops({ db, clock }, metrics)

  const keyFile = join(config.dataDir, 'admin.key')
  const first = { db, clock, random, log, apiKeys: accounts.apiKeys, apps: accounts.apps, keyFile }
  const adminKey = await makeFirstWorkspace(first)
  if (tiktokOrigin !== undefined && (await isEmulator(tiktokOrigin, parts.fetch ?? fetch)))
    await addDemoApp(first)

  publishing.defineJobs(jobs)
  originality?.defineJobs(jobs)
  fetching?.defineJobs(jobs)
  webhooks.defineJobs(jobs)
  unified.defineJobs(jobs)
  changes.defineJobs(jobs)
  jobs.define('housekeeping', {
    everySeconds: HOUR,
    handler: async () => {
      await accounts.housekeeping()
      await webhooks.housekeeping()
      await unified.housekeeping()
      await assets.housekeeping()
      await publishPage.housekeeping()
      await signedIn.housekeeping()
    },
  })
  defineRotation({ db, vault, log }, jobs, metrics)
  closers.push(async () => originality?.close())
  closers.push(() => jobs.stop(parts.graceSeconds))
  const callsWrittenDown = changes.start()
  closers.push(() => callsWrittenDown.stop())
  await jobs.start({ work: config.work })
  await beginRotation({ vault }, jobs)
  if (config.work) {
    const refreshing = startRefreshLoop(accounts.refreshDueParts)
    closers.push(() => refreshing.stop())
    const reading = startSyncLoop(sync.syncDueParts)
    closers.push(() => reading.stop())
    const selling = startShopLoop(shop.shopDueParts)
    closers.push(() => selling.stop())
  }
  showNumbers(metrics, database, jobs)

  const server = await createServer({
    operations: OPERATIONS,
    handlers: {
      ...accounts.handlers,
      ...assets.handlers,
      ...changes.handlers,
      ...publishing.handlers,
      ...publishPage.handlers,
      ...signedIn.handlers,
      ...sync.handlers,
      ...shop.handlers,
      ...webhooks.handlers,
    },
    plainRoutes: [
      ...accounts.plainRoutes,
      ...publishPage.plainRoutes,
      ...webhooks.plainRoutes,
      ...shop.plainRoutes,
      ...unified.plainRoutes,
      ...changes.plainRoutes,
      ...signedIn.plainRoutes,
      watching,
      ...(parts.dashboard === undefined ? [] : dashboardRoutes(parts.dashboard)),
    ],
    pageFor: parts.dashboard === undefined ? undefined : dashboardPage(parts.dashboard, tiktokOrigin),
    access: signedIn.access,
    idempotency: accounts.idempotency,
    metrics,
    log,
    clock,
    random,
    checks: { database: () => sql`select 1`.execute(db) },
    publicUrl,
    version: VERSION,
    webhooks: WEBHOOK_EVENTS,
    trustProxy: config.trustProxy,
  })
  closers.push(() => server.close())
  // Before the server, which waits for whoever is connected.
  closers.push(() => live.close())
  live.start()
  await server.listen({ host: config.host, port })
  const ownerLink = parts.dashboard === undefined ? undefined : await signedIn.firstLink()
  // The name under which links to it are made, as long as that leads here: a browser keeps cookies by name.
  const named =
    config.publicUrl === undefined && config.host !== '::1' && hostInUrl(config.host) === 'localhost'
  const hubUrl = named ? publicUrl : `http://${hostInUrl(config.host)}:${port}`
  log.info({ url: hubUrl, publicUrl, worker: config.work }, 'The hub is up')
  return {
    url: hubUrl,
    adminKey,
    adminKeyFile: keyFile,
    ownerLink,
    embedded,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function openStorage(
  config: Config,
  parts: HubParts,
  log: Logger,
  closers: (() => Promise<unknown>)[],
  onAnswer: () => void,
): Promise<{ embedded: EmbeddedPostgres | undefined; database: OpenDatabase }> {
  let embedded: EmbeddedPostgres | undefined
  let url = config.databaseUrl?.reveal()
  if (url === undefined) {
    embedded = await startEmbeddedPostgres({
      dataDir: config.dataDir,
      log,
      binaries: { searchPath: config.searchPath },
      ...(parts.embeddedSettings === undefined ? {} : { settings: parts.embeddedSettings }),
    })
    const { stop } = embedded
    closers.push(() => stop.call(embedded))
    url = embedded.url
    onAnswer()
  }
  const database = openDatabase({
    url,
    max: config.databasePool,
    onError: (error) => log.warn({ err: error }, 'A database connection broke; another takes its place'),
  })
  closers.push(() => database.close())
  await checkServer(database.db)
  return { embedded, database }
}

function showNumbers(metrics: Metrics, { pool }: OpenDatabase, jobs: JobQueue): void {
  metrics.onScrape(async () => {
    for (const [job, counts] of Object.entries(await jobs.counts()))
      for (const [state, count] of Object.entries(counts)) metrics.jobs.set({ job, state }, count)
  })
  metrics.onScrape(() => {
    metrics.connections.set({ state: 'total' }, pool.totalCount)
    metrics.connections.set({ state: 'idle' }, pool.idleCount)
    metrics.connections.set({ state: 'waiting' }, pool.waitingCount)
  })
}

/** Known before anything listens, because addresses with it are handed to other parts. */
function freePort(host: string): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createProbe()
    probe.once('error', fail)
    probe.listen({ host, port: 0 }, () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** What to type in a browser for an address that is listened on. */
function hostInUrl(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
