import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { type Hub, parseConfig, startHub } from '../../src/index.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { scratchFolder, type TestDatabase, testDatabase } from '../database.ts'

export interface Reply {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  json: any
}

/** A hub as it is run, on a database of its own against the emulator, spoken to over HTTP. */
export class UnifiedWorld {
  readonly database: TestDatabase
  readonly emulator: Emulator
  readonly hub: Hub
  /** The client secret; `clientId` is the id of the same key. */
  readonly key: string
  readonly clientId: string
  readonly #folder: string

  private constructor(parts: {
    database: TestDatabase
    emulator: Emulator
    hub: Hub
    key: string
    clientId: string
    folder: string
  }) {
    this.database = parts.database
    this.emulator = parts.emulator
    this.hub = parts.hub
    this.key = parts.key
    this.clientId = parts.clientId
    this.#folder = parts.folder
  }

  static async start(): Promise<UnifiedWorld> {
    const folder = mkdtempSync(join(scratchFolder(), 'tockwork-unified-'))
    const [database, emulator] = await Promise.all([testDatabase(), startEmulator({ port: 0 })])
    const hub = await startHub(
      parseConfig({
        TOCKWORK_DATA_DIR: folder,
        TOCKWORK_HUB_PORT: '0',
        TOCKWORK_DATABASE_URL: database.url,
        TOCKWORK_SECRET_KEY: Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64'),
        TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
        TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'true',
        TOCKWORK_MEDIA_CHECKS: 'rules',
      }),
      {
        log: createLogger({ level: 'warn', destination: { write: (line: string) => console.error(line) } }),
        graceSeconds: 2,
        jobs: { pollSeconds: 0.5 },
      },
    )
    const key = hub.adminKey?.reveal() ?? ''
    const answer = await fetch(`${hub.url}/v1/api-keys`, { headers: { authorization: `Bearer ${key}` } })
    const { data } = (await answer.json()) as { data: { id: string }[] }
    return new UnifiedWorld({ database, emulator, hub, key, clientId: data[0]?.id ?? '', folder })
  }

  /** Over the unified API. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const answer = await fetch(this.hub.url + path, {
      method,
      headers: {
        authorization: basic(this.clientId, this.key),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.call('GET', path, undefined, headers)
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.call('POST', path, body, headers)
  }

  /** Over the hub's own API. */
  async own(method: string, path: string, body?: object): Promise<Reply> {
    return this.call(method, path, body, { authorization: `Bearer ${this.key}` })
  }

  /** A creator goes through the hub's consent; answers the hub's id of the account. */
  async connect(user: string, wish: object = {}): Promise<string> {
    const apps = await this.own('GET', '/v1/apps')
    const session = await this.own('POST', '/v1/connect-sessions', { app_id: apps.json.data[0].id, ...wish })
    if (session.status !== 201) throw new Error(session.text)
    const gone = await fetch(session.json.url, { method: 'POST', redirect: 'manual' })
    const back = this.emulator.consent(gone.headers.get('location') ?? '', user, [])
    await fetch(back, { redirect: 'manual' })
    const after = await this.own('GET', `/v1/connect-sessions/${session.json.id}`)
    if (after.json.outcome !== 'connected') throw new Error(after.text)
    return after.json.account_id
  }

  async close(): Promise<void> {
    await this.hub.close()
    await this.emulator.close()
    await this.database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}
