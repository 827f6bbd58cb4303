import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  accountQueueOperations,
  assetOperations,
  limitOperations,
  mediaOperations,
  postOperations,
} from '@tockwork/api'
import { cryptoRandom, seededRandom } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import type { FastifyInstance } from 'fastify'
import type { BlobStore } from '../../src/assets/blob-store.ts'
import { LocalBlobStore } from '../../src/assets/local-blob-store.ts'
import { type AssetServices, createAssetServices } from '../../src/assets/services.ts'
import { createServer } from '../../src/http/server.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import type { Looker } from '../../src/originality/look.ts'
import {
  createMediaFetching,
  createOriginalityServices,
  type OriginalityServices,
} from '../../src/originality/services.ts'
import { createPublishingServices, type PublishingServices } from '../../src/publishing/services.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { postMediaRules } from '../../src/tiktok/posting-rules.ts'
import type { Resolve } from '../../src/webhooks/addresses.ts'
import { AccountWorld, type Reply, type Tenant } from '../account-world.ts'

const operations = [
  ...postOperations,
  ...accountQueueOperations,
  ...assetOperations,
  ...limitOperations,
  ...mediaOperations,
] as const

interface SentJob {
  name: string
  data: object
  at: number | undefined
}

/** One process of the hub, as far as publishing goes. */
export interface Publisher extends PublishingServices {
  name: string
}

/**
 * The hub's publishing on a real database against the emulator, on one clock that is moved by hand. Jobs are run by
 * `run`, from what the rows say is due: what the queue would do, without waiting for it.
 */
export class PostWorld {
  readonly accounts: AccountWorld
  readonly publisher: Publisher
  readonly assets: AssetServices
  readonly originality: OriginalityServices | undefined
  /** Where files are kept. */
  readonly folder: string
  readonly #blobs: BlobStore
  readonly #server: FastifyInstance
  readonly #sent: SentJob[]

  private constructor(parts: {
    accounts: AccountWorld
    publisher: Publisher
    assets: AssetServices
    originality: OriginalityServices | undefined
    blobs: BlobStore
    server: FastifyInstance
    folder: string
    sent: SentJob[]
  }) {
    this.accounts = parts.accounts
    this.publisher = parts.publisher
    this.assets = parts.assets
    this.originality = parts.originality
    this.folder = parts.folder
    this.#blobs = parts.blobs
    this.#server = parts.server
    this.#sent = parts.sent
  }

  /**
   * @param options `blobs`: where files are kept instead of a folder; `looker`: what looks at pictures, else nothing does;
   * `resolve`: what names point to where files are downloaded from.
   */
  static async start(
    options: { blobs?: BlobStore; looker?: Looker; resolve?: Resolve } = {},
  ): Promise<PostWorld> {
    const accounts = await AccountWorld.start()
    const folder = await mkdtemp(join(tmpdir(), 'tockwork-hub-assets-'))
    const sent: SentJob[] = []
    const blobs = options.blobs ?? new LocalBlobStore(folder)
    const { looker } = options
    const originality = looker === undefined ? undefined : makeOriginality(accounts, blobs, sent, looker)
    const publisher = makePublisher(accounts, blobs, 'one', sent, originality)
    const assets = createAssetServices({
      db: accounts.database.db,
      blobs,
      clock: accounts.emulator.clock,
      random: cryptoRandom,
      log: silentLog,
      // Files come from this machine, which is where tests have their servers.
      rules: { toLoopback: true },
      resolve: options.resolve,
      onNewAsset: originality?.onNewAsset({ send: sender(sent) }),
    })
    const server = await createServer({
      operations,
      handlers: {
        ...publisher.handlers,
        ...assets.handlers,
      },
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
    return new PostWorld({ accounts, publisher, assets, originality, blobs, server, folder, sent })
  }

  get emulator() {
    return this.accounts.emulator
  }

  /** Fetches what a post names by address, as the job does: `fetchMedia`. */
  get fetching() {
    return createMediaFetching({
      db: this.db,
      unitOfWork: createUnitOfWork(this.db, { send: sender(this.#sent) }),
      clock: this.emulator.clock,
      log: silentLog,
      copyAddress: this.assets.copyAddress,
    })
  }

  get db() {
    return this.accounts.database.db
  }

  now(): number {
    return this.emulator.clock.now()
  }

  /** Jobs that were committed with their rows. */
  get sentJobs() {
    return this.#sent
  }

  hasBytes(hash: Uint8Array): Promise<boolean> {
    return this.#blobs.has(hash)
  }

  /** Another process of the hub on the same database and files. */
  another(name: string): Publisher {
    return makePublisher(this.accounts, this.#blobs, name, this.#sent, this.originality)
  }

  /** Another process's media gate, with what looks at pictures there. */
  anotherGate(looker: Looker): OriginalityServices {
    return makeOriginality(this.accounts, this.#blobs, this.#sent, looker)
  }

  async call(
    tenant: Tenant,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const answer = await this.#server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${tenant.key}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    const text = answer.body
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      json: /json/.test(String(answer.headers['content-type'])) ? JSON.parse(text) : undefined,
    }
  }

  /** Opens a port too, for what only a real connection does; answers the origin. */
  listen(): Promise<string> {
    return this.#server.listen({ host: '127.0.0.1', port: 0 })
  }

  async upload(tenant: Tenant, bytes: Uint8Array = clip(), name = 'clip.mp4'): Promise<string> {
    const answer = await this.#server.inject({
      method: 'POST',
      url: `/v1/assets?name=${name}`,
      headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/octet-stream' },
      payload: Buffer.from(bytes),
    })
    if (answer.statusCode !== 201) throw new Error(answer.body)
    return JSON.parse(answer.body).id
  }

  /** Posts, and gives the ids. */
  async post(tenant: Tenant, accounts: string[], body: object): Promise<string[]> {
    const made = await this.call(tenant, 'POST', '/v1/posts', { accounts, ...body })
    if (made.status !== 201) throw new Error(made.text)
    return made.json.posts.map(({ id }: { id: string }) => id)
  }

  async read(tenant: Tenant, id: string) {
    const { json } = await this.call(tenant, 'GET', `/v1/posts/${id}`)
    return json
  }

  /** The states a post went through, with their causes. */
  async story(tenant: Tenant, id: string): Promise<string[]> {
    const { transitions } = await this.read(tenant, id)
    return transitions.map(({ to, cause }: { to: string; cause: string }) => `${to}: ${cause}`)
  }

  /** Does everything that is due now, and what comes due by it. */
  async run(publisher: Publisher = this.publisher): Promise<void> {
    for (;;) {
      const due = await this.db
        .selectFrom('posts')
        .select('id')
        .where('step_at', '<=', new Date(this.now()))
        .where((where) =>
          where.or([where('lease_until', 'is', null), where('lease_until', '<=', new Date(this.now()))]),
        )
        .orderBy('id')
        .execute()
      if (due.length === 0) return
      for (const { id } of due) await this.settle(publisher.pipeline.run(id, new AbortController().signal))
    }
  }

  /** Moves the clock from one thing that comes due to the next, doing each, until `until` or nothing is left. */
  async runUntil(done: () => Promise<boolean>, limitMs = 48 * 3_600_000): Promise<void> {
    const end = this.now() + limitMs
    for (;;) {
      await this.run()
      if (await done()) return
      const next = await this.db
        .selectFrom('posts')
        .select((select) => select.fn.min('step_at').as('at'))
        .executeTakeFirst()
      const times = [next?.at?.getTime(), this.emulator.nextDue].filter((at) => at !== undefined)
      const at = Math.min(...times.map((time) => Math.max(time, this.now() + 1)))
      if (times.length === 0 || at > end) throw new Error('nothing more happens')
      await this.emulator.advance((at - this.now()) / 1000)
    }
  }

  async runUntilState(tenant: Tenant, id: string, state: string): Promise<void> {
    await this.runUntil(async () => (await this.read(tenant, id)).state === state)
  }

  /** Waits for a promise, moving the clock when everyone waits for time. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let over = false
    const done = (): void => {
      over = true
    }
    promise.then(done, done)
    for (let quiet = 0; !over; ) {
      await pause(2)
      const { nextWake } = this.emulator.clock
      quiet = this.emulator.activeRequests > 0 ? 0 : quiet + 1
      if (quiet < 40 || nextWake === undefined) continue
      await this.emulator.advance(Math.max(0, nextWake - this.now()) / 1000)
      quiet = 0
    }
    return promise
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.accounts.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A real clip; with `bytes`, padded to that size. */
export function clip(seconds = 5, bytes?: number): Uint8Array {
  return makeSampleVideo({ durationSec: seconds, ...(bytes === undefined ? {} : { padToBytes: bytes }) })
}

function sender(sent: SentJob[]) {
  return (job: string, data: object, { at }: { at?: number }) => {
    sent.push({ name: job, data, at })
    return Promise.resolve('job')
  }
}

function makeOriginality(
  accounts: AccountWorld,
  blobs: BlobStore,
  sent: SentJob[],
  looker: Looker,
): OriginalityServices {
  const { db } = accounts.database
  return createOriginalityServices({
    db,
    unitOfWork: createUnitOfWork(db, { send: sender(sent) }),
    blobs,
    clock: accounts.emulator.clock,
    log: silentLog,
    rules: postMediaRules,
    looker,
  })
}

function makePublisher(
  accounts: AccountWorld,
  blobs: BlobStore,
  name: string,
  sent: SentJob[],
  originality: OriginalityServices | undefined,
): Publisher {
  const { tokens, platforms } = accounts.services
  const { db } = accounts.database
  const services = createPublishingServices({
    db,
    unitOfWork: createUnitOfWork(db, { send: sender(sent) }),
    gate: originality?.gate,
    vault: accounts.vault,
    clock: accounts.emulator.clock,
    random: seededRandom(3),
    log: silentLog,
    holder: name,
    tokens,
    platforms,
    blobs,
    tiktokOrigin: accounts.emulator.origin,
    rateTime: 'clock',
  })
  return { ...services, name }
}
