import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SmallServer } from '@tockwork/connectors/small-server'
import { type Hub, parseConfig, startHub } from '../../src/index.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { scratchFolder, type TestDatabase, testDatabase } from '../database.ts'
import { basic, type Reply } from '../unified/unified-world.ts'

/** A hub as it is run, on a database of its own, with the small network of Bluesky behind it. */
export class BlueskyWorld {
  readonly database: TestDatabase
  readonly hub: Hub
  readonly server: SmallServer
  readonly key: string
  readonly clientId: string
  /** The app of Bluesky. */
  readonly appId: string
  readonly #folder: string

  private constructor(parts: {
    database: TestDatabase
    hub: Hub
    server: SmallServer
    key: string
    clientId: string
    appId: string
    folder: string
  }) {
    this.database = parts.database
    this.hub = parts.hub
    this.server = parts.server
    this.key = parts.key
    this.clientId = parts.clientId
    this.appId = parts.appId
    this.#folder = parts.folder
  }

  static async start({ publicUrl = 'https://hub.example.com' }: { publicUrl?: string } = {}) {
    const folder = mkdtempSync(join(scratchFolder(), 'tockwork-bluesky-'))
    const database = await testDatabase()
    let hubUrl = ''
    const server = new SmallServer({
      appView: true,
      // As a server of the network would: at the address that the client is named by.
      clientMetadata: async (clientId) => {
        const answer = await fetch(clientId.replace(publicUrl, hubUrl))
        return answer.ok ? answer.json() : undefined
      },
    })
    const hub = await startHub(
      parseConfig({
        TOCKWORK_DATA_DIR: folder,
        TOCKWORK_HUB_PORT: '0',
        TOCKWORK_PUBLIC_URL: publicUrl,
        TOCKWORK_DATABASE_URL: database.url,
        TOCKWORK_SECRET_KEY: Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64'),
        TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'true',
        TOCKWORK_MEDIA_CHECKS: 'rules',
      }),
      {
        log: createLogger({ level: 'warn', destination: { write: (line: string) => console.error(line) } }),
        graceSeconds: 2,
        jobs: { pollSeconds: 0.5 },
        network: { fetch: server.fetch, resolveTxt: async () => [] },
      },
    )
    hubUrl = hub.url
    const key = hub.adminKey?.reveal() ?? ''
    const own = async (method: string, path: string, body?: object) => {
      const answer = await fetch(hub.url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      // biome-ignore lint/suspicious/noExplicitAny: read by what is expected to be in it
      return (await answer.json()) as any
    }
    const app = await own('POST', '/v1/apps', {
      name: 'Soup on Bluesky',
      environment: 'production',
      platform: 'bluesky',
    })
    const keys = await own('GET', '/v1/api-keys')
    const [appId, clientId] = [app.id, keys.data[0].id]
    return new BlueskyWorld({ database, hub, server, key, clientId, appId, folder })
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
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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

  /** Over the hub's own API. */
  own(method: string, path: string, body?: object): Promise<Reply> {
    return this.call(method, path, body, { authorization: `Bearer ${this.key}` })
  }

  /** A browser without a key, at an address of the hub's. */
  async visit(
    address: string,
    form?: Record<string, string>,
  ): Promise<{ status: number; location: string; text: string; headers: Headers }> {
    const { pathname, search } = new URL(address, this.hub.url)
    const answer = await fetch(this.hub.url + pathname + search, {
      redirect: 'manual',
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    const { status, headers } = answer
    return { status, headers, location: headers.get('location') ?? '', text: await answer.text() }
  }

  async invite(wish: object = {}): Promise<{ id: string; url: string }> {
    const session = await this.own('POST', '/v1/connect-sessions', { app_id: this.appId, ...wish })
    if (session.status !== 201) throw new Error(session.text)
    return session.json
  }

  /** The whole way of a creator by the page of their own server; answers the hub's id of the account. */
  async connect(wish: object = {}): Promise<string> {
    const { id, url } = await this.invite(wish)
    const gone = await this.visit(url, { identifier: this.server.handle })
    await this.visit(this.server.signIn.consent(gone.location))
    const after = await this.own('GET', `/v1/connect-sessions/${id}`)
    if (after.json.outcome !== 'connected') throw new Error(after.text)
    return after.json.account_id
  }

  /** The account as the unified API knows it, once it was read. */
  async read(accountId: string): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      const { json } = await this.call('GET', '/v1/accounts', undefined, { 'tockwork-extend': 'source' })
      const found = json.data.find(
        (one: { connected_account_id: string }) => one.connected_account_id === accountId,
      )
      if (found?.data.engagement.status === 'SYNCED') return found.id
      if (tries > 100) throw new Error(JSON.stringify(found))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  async close(): Promise<void> {
    await this.hub.close()
    await this.database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
