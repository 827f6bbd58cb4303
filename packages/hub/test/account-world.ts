import { once } from 'node:events'
import { type AddressInfo, createServer as createProbe } from 'node:net'
import {
  API_SCOPES,
  apiKeyOperations,
  appOperations,
  auditLogOperations,
  connectedAccountOperations,
  connectSessionOperations,
  workspaceOperations,
} from '@tockwork/api'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { cryptoRandom, Secret } from '@tockwork/kernel'
import type { FastifyInstance } from 'fastify'
import { type AccountServices, createAccountServices } from '../src/connect/services.ts'
import { createServer } from '../src/http/server.ts'
import { newId } from '../src/ids.ts'
import { type Log, silentLog } from '../src/observability/log.ts'
import { createLogger } from '../src/observability/logger.ts'
import { Metrics } from '../src/observability/metrics.ts'
import { createUnitOfWork } from '../src/storage/unit-of-work.ts'
import { insertWorkspace } from '../src/storage/workspaces.ts'
import type { AccountEvent } from '../src/tokens/account-events.ts'
import { parseMasterKeys } from '../src/vault/master-keys.ts'
import { Vault } from '../src/vault/sealing.ts'
import { type TestDatabase, testDatabase } from './database.ts'

export const TEST_MASTER_KEY = Buffer.alloc(32, 7).toString('base64')

const operations = [
  ...workspaceOperations,
  ...apiKeyOperations,
  ...appOperations,
  ...connectSessionOperations,
  ...connectedAccountOperations,
  ...auditLogOperations,
] as const

export interface Reply {
  status: number
  headers: Record<string, unknown>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  json: any
}

/** One process of the hub, as far as accounts go: services on a database, with or without its HTTP side. */
export interface Process {
  services: AccountServices
  events: AccountEvent[]
}

/** A workspace with a key and the emulator's demo app. */
export interface Tenant {
  workspaceId: string
  key: string
  appId: string
}

/** The hub's account side on a real database against the emulator, on one clock that is moved by hand. */
export class AccountWorld {
  readonly database: TestDatabase
  readonly emulator: Emulator
  readonly vault: Vault
  readonly process: Process
  readonly server: FastifyInstance
  /** Every line that was logged. */
  readonly lines: string[]
  /** Hashes of contents whose bytes were to be removed. */
  readonly removed: Uint8Array[]
  readonly origin: string

  private constructor(parts: {
    database: TestDatabase
    emulator: Emulator
    vault: Vault
    process: Process
    server: FastifyInstance
    lines: string[]
    removed: Uint8Array[]
    origin: string
  }) {
    this.database = parts.database
    this.emulator = parts.emulator
    this.vault = parts.vault
    this.process = parts.process
    this.server = parts.server
    this.lines = parts.lines
    this.removed = parts.removed
    this.origin = parts.origin
  }

  /** @param options `listen`: also on a port, for a browser; `origin` says where. */
  static async start(options: { listen?: boolean } = {}): Promise<AccountWorld> {
    const port = options.listen === true ? await freePort() : 4848
    const origin = options.listen === true ? `http://127.0.0.1:${port}` : 'http://localhost:4848'
    const [database, emulator] = await Promise.all([
      testDatabase({ max: 10 }),
      startEmulator({ frozen: true, now: '2026-11-24T12:00:00Z', seed: 'hub' }),
    ])
    const vault = new Vault(parseMasterKeys(TEST_MASTER_KEY))
    const lines: string[] = []
    const log = createLogger({ level: 'trace', destination: { write: (line: string) => lines.push(line) } })
    const removed: Uint8Array[] = []
    const process = makeProcess({ database, emulator, vault, log, holder: 'one', removed, origin })
    const { services } = process
    const server = await createServer({
      operations,
      handlers: services.handlers,
      plainRoutes: services.plainRoutes,
      access: services.apiKeys,
      idempotency: services.idempotency,
      metrics: new Metrics({ process: false }),
      log,
      clock: emulator.clock,
      random: cryptoRandom,
      checks: {},
      version: '0.0.0',
    })
    if (options.listen === true) await server.listen({ host: '127.0.0.1', port })
    return new AccountWorld({ database, emulator, vault, process, server, lines, removed, origin })
  }

  get services(): AccountServices {
    return this.process.services
  }

  /** Another process of the hub on the same database. */
  anotherProcess(holder: string, vault = this.vault): Process {
    return makeProcess({ ...this, vault, log: silentLog, holder })
  }

  async tenant(name = 'Soup & Sons'): Promise<Tenant> {
    const { clock } = this.emulator
    const workspaceId = newId('ws', clock, cryptoRandom)
    await insertWorkspace(this.database.db, { id: workspaceId, name, createdAt: clock.now() })
    const { secret } = await this.database.db
      .transaction()
      .execute((tx) =>
        this.services.apiKeys.create(
          tx,
          workspaceId,
          { name: 'test', mode: 'live', scopes: API_SCOPES },
          'hub',
        ),
      )
    const app = await this.services.apps.create(
      workspaceId,
      {
        name: 'Demo app',
        environment: 'production',
        clientKey: 'tw-demo-app',
        clientSecret: new Secret('tw-demo-secret'),
        audited: true,
      },
      'hub',
    )
    return { workspaceId, key: secret.reveal(), appId: app.id }
  }

  async call(
    tenant: Pick<Tenant, 'key'>,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const answer = await this.server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${tenant.key}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    return replyOf(answer)
  }

  /** A browser without a key. */
  async visit(method: 'GET' | 'POST', address: string, headers: Record<string, string> = {}): Promise<Reply> {
    const { pathname, search } = new URL(address, 'http://localhost:4848')
    return replyOf(await this.server.inject({ method, url: pathname + search, headers }))
  }

  /** From the API call to TikTok's consent page: its address. */
  async invite(
    tenant: Tenant,
    wish: object = {},
  ): Promise<{ id: string; url: string; authorizeUrl: string }> {
    const made = await this.call(tenant, 'POST', '/v1/connect-sessions', { app_id: tenant.appId, ...wish })
    if (made.status !== 201) throw new Error(made.text)
    const gone = await this.visit('POST', made.json.url)
    return { id: made.json.id, url: made.json.url, authorizeUrl: String(gone.headers.location) }
  }

  /** The whole way of a creator; answers the account's id. */
  async connect(tenant: Tenant, user = 'mika', wish: object = {}, deny: string[] = []): Promise<string> {
    const { id, authorizeUrl } = await this.invite(tenant, wish)
    await this.visit('GET', this.emulator.consent(authorizeUrl, user, deny))
    const session = await this.call(tenant, 'GET', `/v1/connect-sessions/${id}`)
    if (session.json.outcome !== 'connected') throw new Error(session.text)
    return session.json.account_id
  }

  /** Waits for something, moving time on for those who sleep. */
  async whileMoving<T>(work: Promise<T>): Promise<T> {
    let over = false
    const end = (): void => {
      over = true
    }
    work.then(end, end)
    const { clock } = this.emulator
    while (!over) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (clock.nextWake !== undefined) clock.advance(Math.max(0, clock.nextWake - clock.now()))
    }
    return work
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.emulator.close()
    await this.database.close()
  }
}

function makeProcess(parts: {
  database: TestDatabase
  emulator: Emulator
  vault: Vault
  log: Log
  holder: string
  removed: Uint8Array[]
  origin: string
}): Process {
  const { database, emulator, vault, log, holder, removed } = parts
  const events: AccountEvent[] = []
  const services = createAccountServices({
    db: database.db,
    unitOfWork: createUnitOfWork(database.db, { send: async () => null }),
    vault,
    clock: emulator.clock,
    random: cryptoRandom,
    log,
    holder,
    publicUrl: parts.origin,
    tiktokOrigin: emulator.origin,
    onAccountEvent: async (_work, event) => {
      events.push(event)
    },
    removeContent: async (hash) => {
      removed.push(hash)
    },
  })
  return { services, events }
}

async function freePort(): Promise<number> {
  const probe = createProbe().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

function replyOf(answer: { statusCode: number; headers: object; body: string }): Reply {
  const headers = answer.headers as Record<string, unknown>
  const isJson = /json/.test(String(headers['content-type']))
  return {
    status: answer.statusCode,
    headers,
    text: answer.body,
    json: isJson ? JSON.parse(answer.body) : undefined,
  }
}
