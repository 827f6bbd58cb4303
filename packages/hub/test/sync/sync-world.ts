import { accountDataOperations } from '@tockwork/api'
import { cryptoRandom } from '@tockwork/kernel'
import type { FastifyInstance } from 'fastify'
import { RateGovernor } from '../../src/governor/governor.ts'
import { createServer } from '../../src/http/server.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { createSyncServices } from '../../src/sync/services.ts'
import { syncDue } from '../../src/sync/sync-due.ts'
import { AccountWorld, type Process, type Tenant } from '../account-world.ts'

export type SyncServices = ReturnType<typeof createSyncServices>

/** The hub's data sync on a real database against the emulator, on one clock that is moved by hand. */
export class SyncWorld {
  readonly accounts: AccountWorld
  readonly tenant: Tenant
  readonly sync: SyncServices
  readonly governor: RateGovernor
  readonly #server: FastifyInstance

  private constructor(parts: {
    accounts: AccountWorld
    tenant: Tenant
    sync: SyncServices
    governor: RateGovernor
    server: FastifyInstance
  }) {
    this.accounts = parts.accounts
    this.tenant = parts.tenant
    this.sync = parts.sync
    this.governor = parts.governor
    this.#server = parts.server
  }

  static async start(): Promise<SyncWorld> {
    const accounts = await AccountWorld.start()
    const tenant = await accounts.tenant()
    const { sync, governor } = syncOf(accounts, accounts.process, 'one')
    const server = await createServer({
      operations: accountDataOperations,
      handlers: sync.handlers,
      plainRoutes: [],
      access: accounts.services.apiKeys,
      idempotency: accounts.services.idempotency,
      metrics: new Metrics({ process: false }),
      log: createLogger({ level: 'error', destination: { write: (line: string) => console.error(line) } }),
      clock: accounts.emulator.clock,
      random: cryptoRandom,
      checks: {},
      version: '0.0.0',
    })
    return new SyncWorld({ accounts, tenant, sync, governor, server })
  }

  get emulator() {
    return this.accounts.emulator
  }

  get db() {
    return this.accounts.database.db
  }

  now(): number {
    return this.emulator.clock.now()
  }

  /** Another process of the hub on the same database. */
  another(holder: string): SyncServices {
    return syncOf(this.accounts, this.accounts.anotherProcess(holder), holder).sync
  }

  /** Reads what is due now. */
  run(sync: SyncServices = this.sync): ReturnType<typeof syncDue> {
    return this.accounts.whileMoving(syncDue(sync.syncDueParts))
  }

  async call(method: 'GET' | 'POST', url: string, body?: object) {
    const headers = { authorization: `Bearer ${this.tenant.key}` }
    const answer = await this.#server.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: answer.statusCode, headers: answer.headers, json: answer.json() }
  }

  /** Pages of videos that were asked of TikTok so far. */
  listCalls(): number {
    return this.emulator.requests().filter(({ endpoint }) => endpoint === 'display.videoList').length
  }

  async allVideos(id: string) {
    const found = []
    let cursor = ''
    for (;;) {
      const { json } = await this.call('GET', of(id, `videos?limit=20${cursor}`))
      found.push(...json.data)
      if (json.next_cursor === null) return found
      cursor = `&cursor=${json.next_cursor}`
    }
  }

  /** Gives a creator these videos and no others, by age in days; answers their ids in this order. */
  give(creator: string, agesInDays: readonly number[]): string[] {
    const rows = this.emulator.world.videos
    const mine = [...rows.values()].filter((row) => row.creator === creator)
    const [model] = mine
    if (model === undefined) throw new Error(`${creator} has no video to go by`)
    for (const row of mine) rows.put({ ...row, public: false })
    return agesInDays.map((age, index) => {
      const id = String(7_300_000_000_000_000_000n + BigInt(index))
      rows.put({ ...model, id, createdAt: Math.round(this.now() - age * DAY_MS), public: true })
      return id
    })
  }

  hide(id: string): void {
    const row = this.emulator.world.videos.get(id)
    if (row === undefined) throw new Error(`no video ${id}`)
    this.emulator.world.videos.put({ ...row, public: false })
  }

  /** The creator takes the grant back at TikTok. */
  withdraw(user: string): void {
    const { world } = this.emulator
    const grant = world.grants.get(`tw-demo-app:${user}`)
    if (grant === undefined) throw new Error(`${user} granted nothing`)
    world.grants.patch(grant, { endedAt: this.now(), endReason: 1 })
    for (const kind of ['accessTokens', 'refreshTokens'] as const)
      for (const token of world[kind].where('grant', grant.id)) world[kind].delete(token.id)
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.accounts.close()
  }
}

const DAY_MS = 86_400_000

export const of = (id: string, what: string): string => `/v1/connected-accounts/${id}/${what}`

function syncOf(accounts: AccountWorld, { services }: Process, holder: string) {
  const { clock } = accounts.emulator
  const { db } = accounts.database
  const governor = new RateGovernor({ db, clock, time: 'clock' })
  const { platforms, tokens } = services
  const parts = { db, clock, random: cryptoRandom, log: silentLog, holder, governor, platforms, tokens }
  return { sync: createSyncServices(parts), governor }
}
