import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { API_SCOPES, type ApiScope, OPERATIONS, type OperationShape } from '@tockwork/api'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { cryptoRandom, systemClock } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import { z } from 'zod'
import { newId } from '../../src/ids.ts'
import { type Hub, parseConfig, startHub } from '../../src/index.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { scratchFolder, type TestDatabase, testDatabase } from '../database.ts'

export interface Answer {
  status: number
  text: string
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  json: any
}

/** A workspace with one of everything. */
export interface Tenant {
  workspaceId: string
  /** Every scope of a workspace. */
  key: string
  testKey: string
  /** By the name of the path parameter: `{account_id}`. */
  ids: Record<string, string>
}

const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')
const FAR = '2027-06-01T10:00:00Z'

/** A whole hub whose jobs stand still, so that whatever changes was changed by a request; and two tenants in it. */
export class TwoTenants {
  readonly hub: Hub
  readonly emulator: Emulator
  readonly database: TestDatabase
  readonly lines: string[]
  readonly #folder: string
  a: Tenant = { workspaceId: '', key: '', testKey: '', ids: {} }
  b: Tenant = { workspaceId: '', key: '', testKey: '', ids: {} }
  adminKey = ''

  private constructor(parts: {
    hub: Hub
    emulator: Emulator
    database: TestDatabase
    lines: string[]
    folder: string
  }) {
    this.hub = parts.hub
    this.emulator = parts.emulator
    this.database = parts.database
    this.lines = parts.lines
    this.#folder = parts.folder
  }

  static async start(): Promise<TwoTenants> {
    const folder = mkdtempSync(join(scratchFolder(), 'tockwork-security-'))
    const [database, emulator] = await Promise.all([
      testDatabase({ empty: true }),
      startEmulator({ port: 0 }),
    ])
    const lines: string[] = []
    const hub = await startHub(
      parseConfig({
        TOCKWORK_DATA_DIR: folder,
        TOCKWORK_HUB_PORT: '0',
        TOCKWORK_DATABASE_URL: database.url,
        TOCKWORK_SECRET_KEY: MASTER_KEY,
        TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
        TOCKWORK_HUB_WORKER: 'false',
      }),
      {
        log: createLogger({ level: 'debug', destination: { write: (line: string) => lines.push(line) } }),
        graceSeconds: 1,
        passwordCost: { logN: 4, r: 8, p: 1 },
      },
    )
    const made = new TwoTenants({ hub, emulator, database, lines, folder })
    made.adminKey = readFileSync(hub.adminKeyFile, 'utf8').trim()
    made.a = await made.#tenant('A', 'mika')
    made.b = await made.#tenant('B', 'noor')
    return made
  }

  async call(
    key: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.hub.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined || body instanceof Uint8Array ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      text,
      headers: response.headers,
      json: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }

  async must(
    key: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer['json']> {
    const answer = await this.call(key, method, path, body, headers)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.json
  }

  /** A key of the tenant with exactly these scopes. */
  async keyWith(tenant: Tenant, scopes: readonly ApiScope[]): Promise<string> {
    return (await this.must(tenant.key, 'POST', '/v1/api-keys', { name: 'some', scopes })).key
  }

  async #tenant(name: string, user: string): Promise<Tenant> {
    const { workspace, api_key } = await this.must(this.adminKey, 'POST', '/v1/workspaces', { name })
    const { key } = api_key
    const app = await this.must(key, 'POST', '/v1/apps', {
      name: `App of ${name}`,
      environment: 'production',
      client_key: 'tw-demo-app',
      client_secret: 'tw-demo-secret',
    })
    const endpoint = await this.must(key, 'POST', '/v1/webhook-endpoints', {
      url: 'https://example.com/hooks',
    })
    const session = await this.must(key, 'POST', '/v1/connect-sessions', {
      app_id: app.id,
      external_user_id: `user-of-${name}`,
    })
    const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
    await fetch(this.emulator.consent(gone.headers.get('location') ?? '', user, []))
    const { account_id } = await this.must(key, 'GET', `/v1/connect-sessions/${session.id}`)
    const video = Buffer.from(makeSampleVideo({ durationSec: 5, seed: name.charCodeAt(0) }))
    const asset = await this.must(key, 'POST', '/v1/assets?name=clip.mp4', video, {
      'content-type': 'application/octet-stream',
    })
    const post = await this.must(key, 'POST', '/v1/posts', {
      accounts: [account_id],
      mode: 'direct',
      video: { asset_id: asset.id },
      options: { privacy_level: 'SELF_ONLY', title: `of ${name}` },
      scheduled_at: FAR,
    })
    const page = await this.must(key, 'POST', '/v1/publish-sessions', { accounts: [account_id] })
    const scopes = API_SCOPES.filter((scope) => scope !== 'workspaces:write')
    const testKey = await this.must(key, 'POST', '/v1/api-keys', { name: 'test', mode: 'test', scopes })
    const other = await this.must(key, 'POST', '/v1/api-keys', { name: 'other', scopes: ['posts:read'] })
    const deliveries = await this.must(key, 'GET', '/v1/webhook-deliveries')
    for (const role of ['owner', 'viewer']) await this.#joins(key, role, `${role} of ${name}`)
    const people = await this.must(key, 'GET', '/v1/people')
    const shop = await this.#sells(name, workspace.id, app.id, account_id)
    return {
      workspaceId: workspace.id,
      key,
      testKey: testKey.key,
      ids: {
        workspace_id: workspace.id,
        app_id: app.id,
        endpoint_id: endpoint.id,
        session_id: session.id,
        account_id,
        asset_id: asset.id,
        post_id: post.posts[0].id,
        publish_session_id: page.id,
        key_id: other.id,
        delivery_id: deliveries.data[0].id,
        person_id: people.data[0].id,
        ...shop,
        video_id: '7000000000000000001',
        frame_id: '7000000000000042',
      },
    }
  }

  /** A shop with one of everything, as a reading would have written it: jobs stand still here. */
  async #sells(
    name: string,
    workspaceId: string,
    appId: string,
    accountId: string,
  ): Promise<Record<string, string>> {
    const { pool } = this.database
    const shopId = newId('shp', systemClock, cryptoRandom)
    await pool.query(
      `insert into shops (id, account_id, workspace_id, app_id, external_id, cipher, name, region, created_at, read_at)
       values ($1, $2, $3, $4, $5, 'cipher', $6, 'US', now(), now())`,
      [shopId, accountId, workspaceId, appId, `7495000000000000${name.charCodeAt(0)}`, `Shop of ${name}`],
    )
    const ids = {
      order_id: '576000000000000001',
      product_id: '1729000000000000001',
      statement_id: '7300000000000000001',
    }
    for (const [kind, id] of [
      ['orders', ids.order_id],
      ['products', ids.product_id],
      ['statements', ids.statement_id],
    ])
      await pool.query(
        `insert into shop_things (shop_id, kind, external_id, workspace_id, status, created_at, updated_at, data, source_call, read_at)
         values ($1, $2, $3, $4, 'X', now(), now(), $5, 'test', now())`,
        [shopId, kind, id, workspaceId, JSON.stringify({ id, of: name })],
      )
    return { shop_id: shopId, ...ids }
  }

  async #joins(key: string, role: string, name: string): Promise<void> {
    const { url } = await this.must(key, 'POST', '/v1/people/invitations', { role })
    const login = name.replaceAll(' ', '.')
    const body = { token: new URL(url).hash.slice(1), login, name, password: 'a long enough password' }
    await this.must(null, 'POST', '/session/accept', body, { origin: this.hub.url })
  }

  /** Everything that is stored, besides what any request may leave behind: the use of a key, and kept answers. */
  async stored(): Promise<Record<string, string[]>> {
    const { pool } = this.database
    const { rows: tables } = await pool.query(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('idempotency_keys', 'rate_slots', 'rate_tickets') order by 1",
    )
    const stored: Record<string, string[]> = {}
    for (const { name } of tables) {
      const { rows } = await pool.query(`select to_jsonb(t) - 'last_used_at' as row from ${name} t`)
      stored[name] = rows.map(({ row }) => JSON.stringify(row)).sort()
    }
    return stored
  }

  async close(): Promise<void> {
    await this.hub.close()
    await this.emulator.close()
    await this.database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Bodies that a handler accepts, for operations whose body cannot be empty. */
const BODIES: Record<string, (ids: Record<string, string>) => unknown> = {
  'accountQueues.set': () => ({ time_zone: 'Europe/Berlin', slots: [] }),
  'apiKeys.create': () => ({ name: 'x', scopes: ['keys:write'] }),
  'apps.create': () => ({ name: 'x', environment: 'sandbox', client_key: 'x', client_secret: 'x' }),
  'apps.update': () => ({ name: 'stolen' }),
  'assets.import': () => ({ url: 'https://10.0.0.1/clip.mp4' }),
  'assets.update': () => ({ name: 'stolen' }),
  'connectSessions.create': (ids) => ({ app_id: ids.app_id }),
  'mediaPolicy.set': () => ({ queued: 'block', own_handles: ['stolen'] }),
  'people.invite': () => ({ role: 'viewer' }),
  'people.update': () => ({ role: 'publisher' }),
  'posts.create': (ids) => ({ accounts: [ids.account_id], mode: 'draft', video: { asset_id: ids.asset_id } }),
  'posts.check': (ids) => ({ accounts: [ids.account_id], mode: 'draft', video: { asset_id: ids.asset_id } }),
  'publishSessions.create': (ids) => ({ accounts: [ids.account_id] }),
  'posts.update': () => ({ options: { title: 'stolen' } }),
  'posts.reschedule': () => ({ scheduled_at: '2027-07-01T10:00:00Z' }),
  'posts.resolve': () => ({ outcome: 'happened' }),
  'webhookEndpoints.create': () => ({ url: 'https://example.com/' }),
  'webhookEndpoints.update': () => ({ status: 'disabled' }),
  'workspaces.create': () => ({ name: 'x' }),
  'workspaces.update': () => ({ name: 'stolen' }),
}

export const operations: readonly OperationShape[] = OPERATIONS

/** A request for an operation about these things: what its schemas accept. Throws when an example is missing here. */
export function requestFor(
  operation: OperationShape,
  ids: Record<string, string>,
): { path: string; body: unknown } {
  const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const id = ids[name]
    if (id === undefined) throw new Error(`two-tenants.ts makes nothing for {${name}} of ${operation.id}`)
    return id
  })
  if (operation.body === undefined) return { path, body: undefined }
  if (operation.body === 'stream') return { path, body: new Uint8Array([0, 0, 0, 0]) }
  const body =
    BODIES[operation.id]?.(ids) ??
    sampleOf(z.toJSONSchema(operation.body, { io: 'input', unrepresentable: 'any' }))
  const read = operation.body.safeParse(body)
  if (!read.success) throw new Error(`two-tenants.ts needs a body for ${operation.id}: ${read.error.message}`)
  return { path, body }
}

/** The least that a schema asks for, as far as a schema says it: what a new operation is tried with. */
function sampleOf(schema: z.core.JSONSchema.BaseSchema): unknown {
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.type === 'object')
    return Object.fromEntries(
      (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] as typeof schema)]),
    )
  if (schema.type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items as typeof schema))
  if (schema.type === 'string')
    return /^\^\\d/.test(schema.pattern ?? '') ? '7000000000000000001' : 'x'.repeat(schema.minLength ?? 1)
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  return schema.type === 'boolean' ? true : null
}
