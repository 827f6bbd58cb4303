import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WEBHOOK_EVENTS, type WebhookEventData, type WebhookEventType } from '@tockwork/api'
import { cryptoRandom, ManualClock, type Secret } from '@tockwork/kernel'
import { newId } from '../../src/ids.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { insertApp } from '../../src/storage/apps.ts'
import { createUnitOfWork, type UnitOfWork, type Work } from '../../src/storage/unit-of-work.ts'
import { insertWorkspace } from '../../src/storage/workspaces.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'
import { systemResolve } from '../../src/webhooks/addresses.ts'
import { WebhookDeliverer } from '../../src/webhooks/deliverer.ts'
import { WebhookEndpoints } from '../../src/webhooks/endpoints.ts'
import { DELIVER_WEBHOOKS, type LaneJob, recordEvent } from '../../src/webhooks/record-event.ts'
import { type TestDatabase, testDatabase } from '../database.ts'

export interface Received {
  headers: Record<string, string>
  body: string
  json: {
    id: string
    type: WebhookEventType
    data: { external_user_id?: string | null } & Record<string, unknown>
  }
}

/** The receiving side: keeps what comes, and answers as it is told. */
export class Receiver {
  readonly got: Received[] = []
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => unknown = (
    _request,
    response,
  ) => response.writeHead(204).end()
  readonly #server: Server
  url = ''

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      const json: Received['json'] = JSON.parse(body)
      // Whatever is sent is of the catalogue: a field that is missing or not described there fails the test.
      json.data = WEBHOOK_EVENTS[json.type].data.strict().parse(json.data)
      this.got.push({ headers: request.headers as Record<string, string>, body, json })
      this.answer(request, response, body)
    })
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    receiver.url = `http://127.0.0.1:${(receiver.#server.address() as AddressInfo).port}/hooks`
    return receiver
  }

  status(code: number, headers: Record<string, string> = {}): void {
    this.answer = (_request, response) => response.writeHead(code, headers).end()
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** Webhooks out, on a real database, with a clock that is moved by hand and jobs that are run by the test. */
export class WebhookWorld {
  readonly clock = new ManualClock('2026-11-24T12:00:00Z')
  readonly vault = new Vault(parseMasterKeys(Buffer.alloc(32, 7).toString('base64')))
  readonly lines: string[] = []
  readonly jobs: LaneJob[] = []
  readonly database: TestDatabase
  readonly unitOfWork: UnitOfWork
  readonly endpoints: WebhookEndpoints
  readonly deliverer: WebhookDeliverer
  workspaceId = ''
  appId = ''

  private constructor(database: TestDatabase) {
    this.database = database
    this.unitOfWork = createUnitOfWork(database.db, {
      send: async (name, data) => {
        if (name === DELIVER_WEBHOOKS) this.jobs.push(data as LaneJob)
        return 'job'
      },
    })
    const { unitOfWork, vault, clock } = this
    const rules = { toLoopback: true }
    this.endpoints = new WebhookEndpoints({ unitOfWork, vault, clock, random: cryptoRandom, rules })
    this.deliverer = this.process('one')
  }

  static async start(): Promise<WebhookWorld> {
    const world = new WebhookWorld(await testDatabase({ max: 20 }))
    await world.freshWorkspace()
    return world
  }

  /** Everything that follows is about a workspace of its own. */
  async freshWorkspace(): Promise<void> {
    const { db } = this.database
    this.workspaceId = newId('ws', this.clock, cryptoRandom)
    this.appId = newId('app', this.clock, cryptoRandom)
    await insertWorkspace(db, { id: this.workspaceId, name: 'Soup', createdAt: this.clock.now() })
    const app = { id: this.appId, workspaceId: this.workspaceId, name: 'App', clientKey: 'k', audited: true }
    const secretSealed = new Uint8Array(93)
    const platform = { platform: 'tiktok', serviceId: null, market: null } as const
    const createdAt = this.clock.now()
    await insertApp(db, { ...app, ...platform, environment: 'production', secretSealed, createdAt }, 1)
    this.jobs.length = 0
  }

  /** Another process of the hub, as far as sending goes. */
  process(owner: string): WebhookDeliverer {
    const log = createLogger({
      level: 'info',
      destination: { write: (line: string) => this.lines.push(line) },
    })
    return new WebhookDeliverer({
      db: this.database.db,
      unitOfWork: this.unitOfWork,
      vault: this.vault,
      clock: this.clock,
      random: cryptoRandom,
      log,
      owner,
      rules: { toLoopback: true },
      resolve: systemResolve,
    })
  }

  endpoint(url: string, events: string[] = []) {
    const wish = { url, description: null, events, environment: null }
    return this.endpoints.create(this.workspaceId, wish, 'test', async () => undefined)
  }

  rotate(made: { endpoint: Parameters<WebhookEndpoints['rotate']>[0] }, overlapMs: number): Promise<Secret> {
    return this.endpoints
      .rotate(made.endpoint, overlapMs, 'test', async () => undefined)
      .then(({ secret }) => secret)
  }

  async account(externalUserId: string | null = null): Promise<string> {
    const id = newId('acc', this.clock, cryptoRandom)
    await this.database.pool.query(
      `insert into accounts (id, workspace_id, app_id, platform, external_id, external_user_id, status, scopes,
         connected_at, changed_at) values ($1, $2, $3, 'tiktok', $1, $4, 'connected', '{}', now(), now())`,
      [id, this.workspaceId, this.appId, externalUserId],
    )
    return id
  }

  /** Tells of an account, in a transaction of its own or in the given one. */
  async tell(accountId: string, note: string | null = null, work?: Work): Promise<void> {
    const data: WebhookEventData<'account.connected'> = {
      account_id: accountId,
      app_id: this.appId,
      external_user_id: note,
      status: 'connected',
      reason: null,
      scopes: [],
      missing_scopes: [],
    }
    const at = this.clock.now()
    const event = { type: 'account.connected', workspaceId: this.workspaceId, accountId, data, at } as const
    const parts = { clock: this.clock, random: cryptoRandom }
    if (work !== undefined) return recordEvent(work, event, parts)
    await this.unitOfWork((own) => recordEvent(own, event, parts))
  }

  async deliveries(endpointId: string) {
    const { rows } = await this.database.pool.query(
      'select * from webhook_deliveries where endpoint_id = $1 order by seq',
      [endpointId],
    )
    return rows
  }

  /** Runs a lane and moves the clock to each next try, until nothing waits or it would be later than `until`: answers when. */
  async runLane(lane: LaneJob, until: number): Promise<number | undefined> {
    const signal = new AbortController().signal
    for (;;) {
      const again = await this.deliverer.run(lane, signal)
      if (again === undefined || again > until) return again
      await this.clock.advance(Math.max(0, again - this.clock.now()))
    }
  }

  close(): Promise<void> {
    return this.database.close()
  }
}
