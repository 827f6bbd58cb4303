import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { authorize } from '@tockwork/contracts/oauth'
import { type Clock, cryptoRandom, seededRandom, systemClock } from '@tockwork/kernel'
import { addBusinessRoutes } from './business/routes.ts'
import { commercialEndpoints, commercialHandlers } from './commercial/handlers.ts'
import { type Fault, type FaultSpec, Faults } from './control/faults.ts'
import { type LoggedRequest, RequestLog } from './control/request-log.ts'
import { addControlRoutes, applySettings, type Control } from './control/routes.ts'
import { displayEndpoints, displayHandlers } from './display/handlers.ts'
import { embedEndpoints, embedHandlers } from './embed/oembed.ts'
import { addPostPages } from './embed/post-page.ts'
import { type BoundEndpoint, bind } from './endpoint/handlers.ts'
import { Router } from './http/router.ts'
import { createEmulatorServer } from './http/server.ts'
import { SlidingWindows } from './limits.ts'
import { answerConsent, showConsent } from './oauth/authorize-page.ts'
import { consentAs } from './oauth/consent.ts'
import { addQrCodeRoutes, qrCodeEndpoints, qrCodeHandlers } from './oauth/qrcode.ts'
import { tokenEndpoints, tokenHandlers } from './oauth/tokens.ts'
import { addScreens } from './pages/screens.ts'
import type { Platform } from './platform.ts'
import { portabilityEndpoints, portabilityHandlers, registerExports } from './portability/handlers.ts'
import { postingEndpoints, postingHandlers } from './posting/handlers.ts'
import { registerLifeCycle, sweepMedia } from './posting/life-cycle.ts'
import { receiveChunk } from './posting/receive.ts'
import { type EmulatorProxy, startProxy } from './proxy/proxy.ts'
import { researchEndpoints, researchHandlers } from './research/handlers.ts'
import { defaultSettings, type Settings } from './settings.ts'
import { registerShop } from './shop/register.ts'
import { addShopRoutes } from './shop/routes.ts'
import { Ids } from './state/ids.ts'
import { openWorld, type World } from './state/model.ts'
import { defaultSeed, plant, type SeedSpec } from './state/seed.ts'
import { isContents, Store, type StoreContents } from './state/store.ts'
import { Timers } from './time/timers.ts'
import { LATEST, VirtualClock } from './time/virtual-clock.ts'
import { notify, registerDelivery } from './webhooks/delivery.ts'

export interface EmulatorOptions {
  /** 0 picks a free one. */
  port?: number
  host?: string
  /** Further names under which the control API and the pages may be reached; loopback, addresses and TikTok's hosts always may. */
  allowedHosts?: readonly string[]
  /** Where state and received media live; absent: memory and a temporary folder. */
  dataDir?: string
  /** Time stands still until it is moved. */
  frozen?: boolean
  /** Start of the emulated time. */
  now?: string
  /** Makes ids, tokens and chances repeatable. */
  seed?: string
  /** What lives in a new world; absent: the demo apps and creators. */
  world?: SeedSpec
  /** Also starts the forward proxy that answers for TikTok's host names; 0 picks a free port. */
  proxyPort?: number
  settings?: Partial<Settings>
  clock?: Clock
  onBug?: (error: unknown) => void
}

interface Snapshot {
  version: 1
  now: string
  settings: Settings
  contents: StoreContents
}

/** TikTok's developer platform in this process. Made by `startEmulator`. */
export class Emulator {
  readonly clock: VirtualClock
  readonly world: World
  readonly settings: Settings
  readonly #platform: Platform
  readonly #store: Store
  readonly #faults: Faults
  readonly #log = new RequestLog()
  readonly #router = new Router()
  readonly #server: Server
  readonly #options: EmulatorOptions
  readonly #temporary: string | undefined
  #origin = ''
  #active = 0
  #proxy: EmulatorProxy | undefined

  constructor(options: EmulatorOptions = {}) {
    this.#options = options
    const real = options.clock ?? systemClock
    this.#temporary =
      options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'tockwork-emulator-')) : undefined
    const mediaFolder = join(options.dataDir ?? (this.#temporary as string), 'media')
    mkdirSync(mediaFolder, { recursive: true, mode: 0o700 })
    this.#store = new Store(options.dataDir)
    this.world = openWorld(this.#store)
    this.#store.load()
    this.settings = { ...defaultSettings }
    this.configure(options.settings ?? {})
    const kept = this.world.meta.get('clock')?.value as { now: number } | undefined
    const start = options.now === undefined ? undefined : Date.parse(options.now)
    if (Number.isNaN(start)) throw new TypeError(`now: ${options.now} is no date and time`)
    this.clock = new VirtualClock(real, { frozen: options.frozen ?? false, ...startTime(start, kept, real) })
    const ids = new Ids(this.world, options.seed, cryptoRandom)
    this.#faults = new Faults(
      options.seed === undefined
        ? cryptoRandom
        : seededRandom([...options.seed].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7)),
    )
    const onBug = options.onBug ?? ((error: unknown) => console.error('emulator bug:', error))
    const timers = new Timers(this.world, this.clock, real, ids, () => this.#store.flush(), onBug)
    this.#platform = {
      world: this.world,
      clock: this.clock,
      real,
      ids,
      settings: this.settings,
      timers,
      limits: new SlidingWindows(),
      mediaFolder,
      origin: () => this.#origin,
      uploadOrigin: () => this.#origin,
      notify: (...event) => notify(this.#platform, ...event),
    }
    registerLifeCycle(this.#platform)
    registerExports(this.#platform)
    registerDelivery(this.#platform)
    registerShop(this.#platform)
    this.clock.onMove(() => this.#keepClock())
    if (this.world.apps.size === 0 && this.world.creators.size === 0)
      plant(this.#platform, options.world ?? defaultSeed)
    this.#server = createEmulatorServer({
      platform: this.#platform,
      router: this.#router,
      bound: this.#route(),
      faults: this.#faults,
      log: this.#log,
      allowedHosts: new Set([options.host ?? '127.0.0.1', ...(options.allowedHosts ?? [])]),
      flush: () => this.#store.flush(),
      onBug,
    })
    this.#server.on('request', (_request, response) => {
      this.#active += 1
      response.once('close', () => {
        this.#active -= 1
      })
    })
  }

  /** `http://127.0.0.1:<port>`, once it listens. */
  get origin(): string {
    return this.#origin
  }

  /** The forward proxy, when `proxyPort` asked for one. */
  get proxy(): EmulatorProxy | undefined {
    return this.#proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** When the next thing comes due in the emulated world, in epoch milliseconds. */
  get nextDue(): number | undefined {
    return this.#platform.timers.nextDue()
  }

  /** Requests that are being answered now. */
  get activeRequests(): number {
    return this.#active
  }

  async listen(): Promise<void> {
    const host = this.#options.host ?? '127.0.0.1'
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#options.port ?? 0, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    this.#origin = `http://${host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host}:${this.port}`
    if (this.#options.proxyPort !== undefined)
      this.#proxy = await startProxy({
        emulator: this,
        port: this.#options.proxyPort,
        caFolder: join(this.#options.dataDir ?? (this.#temporary as string), 'ca'),
      })
    this.#store.flush()
    this.#platform.timers.arm()
  }

  /** Takes a connection as if the server had accepted it: how the proxy hands over what came for TikTok. */
  serve(connection: Duplex): void {
    this.#server.emit('connection', connection)
  }

  /** Moves time forward, from one thing that comes due to the next, each at its own time. */
  async advance(seconds: number): Promise<void> {
    const target = this.clock.now() + seconds * 1000
    if (!(seconds >= 0 && target <= LATEST))
      throw new RangeError(`time moves forward, to ${new Date(LATEST).toISOString()} at the latest`)
    await this.settle()
    for (;;) {
      const due = this.#platform.timers.nextDue()
      if (due === undefined || due > target) break
      this.clock.advance(Math.max(0, due - this.clock.now()))
      await this.settle()
    }
    this.clock.advance(Math.max(0, target - this.clock.now()))
    await this.settle()
  }

  /** Does what is due now. */
  async settle(): Promise<void> {
    await this.#platform.timers.run()
    this.#store.flush()
  }

  /** Consents as a user, and gives the address that they are sent back to. @throws when the request is wrong. */
  consent(authorizeUrl: string, user: string, denyScopes: readonly string[] = []): string {
    const outcome = consentAs(this.#platform, authorizeUrl, user, { deny: false, denyScopes })
    if ('problem' in outcome) throw new TypeError(outcome.problem)
    this.#store.flush()
    return outcome.redirectUrl
  }

  addFault(spec: FaultSpec): Fault {
    return this.#faults.add(spec)
  }

  clearFaults(): void {
    this.#faults.remove()
  }

  requests(): LoggedRequest[] {
    return this.#log.list()
  }

  /** Changes settings; throws with the name of a wrong one. */
  configure(change: Partial<Settings>): void {
    const problem = applySettings(this.settings, change as Record<string, unknown>)
    if (problem !== undefined) throw new TypeError(problem)
  }

  /** Adds apps and creators. */
  plant(seed: SeedSpec): void {
    plant(this.#platform, seed)
    this.#store.flush()
  }

  snapshot(): Snapshot {
    return {
      version: 1,
      now: new Date(this.clock.now()).toISOString(),
      settings: { ...this.settings },
      contents: structuredClone(this.#store.contents()),
    }
  }

  async restore(snapshot: unknown): Promise<void> {
    const read = snapshot as Partial<Snapshot> | null
    if (read?.version !== 1 || !isContents(read.contents))
      throw new TypeError('not a snapshot of this emulator')
    const problem = applySettings(this.settings, { ...read.settings })
    if (problem !== undefined) throw new TypeError(`settings.${problem}`)
    this.#store.restore(read.contents)
    this.#platform.timers.reload()
    // The snapshot's time comes with it; where it is later here, it stays so, since time never runs backwards.
    const then = Date.parse(read.now ?? '')
    if (then > this.clock.now() && then <= LATEST) this.clock.advance(then - this.clock.now())
    else this.#keepClock()
    this.#platform.limits.clear()
    await this.settle()
  }

  /** An empty world with the first seed again; time goes on. */
  async reset(): Promise<void> {
    this.#store.restore({})
    this.#platform.timers.reload()
    this.#keepClock()
    this.#faults.remove()
    this.#log.clear()
    this.#platform.limits.clear()
    plant(this.#platform, this.#options.world ?? defaultSeed)
    await sweepMedia(this.#platform)
    this.#store.flush()
  }

  async close(): Promise<void> {
    this.#platform.timers.stop()
    await this.#proxy?.close()
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#store.close()
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Everything that answers, in one place. */
  #route(): Map<string, BoundEndpoint> {
    const bound = [
      ...bind(tokenEndpoints, tokenHandlers),
      ...bind(qrCodeEndpoints, qrCodeHandlers),
      ...bind(displayEndpoints, displayHandlers),
      ...bind(embedEndpoints, embedHandlers),
      ...bind(postingEndpoints, postingHandlers),
      ...bind(portabilityEndpoints, portabilityHandlers),
      ...bind(researchEndpoints, researchHandlers),
      ...bind(commercialEndpoints, commercialHandlers),
    ]
    for (const { endpoint } of bound) this.#router.addEndpoint(endpoint)
    const platform = this.#platform
    this.#router.add('GET', authorize.path.slice(0, -1), (exchange) => showConsent(platform, exchange))
    this.#router.add('POST', authorize.path.slice(0, -1), (exchange) => answerConsent(platform, exchange))
    addQrCodeRoutes(this.#router, platform)
    addPostPages(this.#router, platform)
    addShopRoutes(this.#router, platform)
    addBusinessRoutes(this.#router, platform)
    this.#router.add('PUT', '/video', (exchange) => receiveChunk(platform, exchange))
    this.#router.add('PUT', '/upload', (exchange) => receiveChunk(platform, exchange))
    const control: Control = {
      platform,
      faults: this.#faults,
      log: this.#log,
      reset: () => this.reset(),
      snapshot: () => this.snapshot(),
      restore: (snapshot) => this.restore(snapshot),
      advance: (seconds) => this.advance(seconds),
    }
    addControlRoutes(this.#router, control)
    addScreens(this.#router, control)
    return new Map(bound.map((one) => [one.endpoint.id, one]))
  }

  #keepClock(): void {
    this.world.meta.put({ id: 'clock', value: { now: this.clock.now(), offset: this.clock.offset } })
    this.#platform.timers.arm()
  }
}

/** A restarted world goes on at the offset it had; it never goes back before what it has lived. */
function startTime(start: number | undefined, kept: unknown, real: Clock): { now?: number } {
  if (start !== undefined) return { now: start }
  const offset = (kept as { offset?: number } | undefined)?.offset
  const now = real.now() + (offset ?? 0)
  return offset === undefined || !(now <= LATEST) ? {} : { now }
}

/** Starts an emulator on a port of its own. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = new Emulator(options)
  await emulator.listen()
  return emulator
}
