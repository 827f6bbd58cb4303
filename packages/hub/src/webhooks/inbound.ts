/** Webhooks of TikTok: verified on the bytes as they came, stored, answered, and only then understood. */
import { createHash } from 'node:crypto'
import { Problem, problem } from '@tockwork/api'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import type { PlainAnswer, PlainRequest, PlainRoute } from '../http/ports.ts'
import { idPattern, newId } from '../ids.ts'
import type { Log } from '../observability/log.ts'
import { findAccountById } from '../storage/accounts.ts'
import { type App, findAppsByClientKey } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import {
  findInboundEvent,
  findReceivingApp,
  finishInboundEvent,
  type InboundEvent,
  insertInboundEvent,
} from '../storage/inbound-events.ts'
import { findPostByPublishId } from '../storage/posts.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import {
  readTikTokWebhook,
  SIGNATURE_HEADER,
  type TikTokNews,
  verifyTikTokWebhook,
} from '../tiktok/webhooks.ts'
import { appSecretPlace } from '../tokens/platforms.ts'
import type { Vault } from '../vault/sealing.ts'
import { noCounters, type WebhookCounters } from './counters.ts'

export interface InboundParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  /** A hint that something happened to a post; answers whether the post is ours. */
  onPublishEvent: (event: { publishId: string }) => Promise<boolean>
  /** The creator gave the grant up; acts on accounts of these apps only. */
  onAuthorizationRemoved: (event: {
    clientKey: string
    openId: string
    reason: number | undefined
    createTime: number
    appIds: readonly string[]
  }) => Promise<readonly unknown[]>
  counters?: WebhookCounters | undefined
}

/** The job that does what an event asks. */
export const PROCESS_TIKTOK_EVENT = 'process-tiktok-event'

const BODY_LIMIT = 2 ** 20
/** An event about a post can be here before the answer that names the post is written down. */
const STRANGER_WAITS_MS = 120_000
const STRANGER_PAUSE_MS = 3_000

export class InboundWebhooks {
  readonly #parts: InboundParts

  constructor(parts: InboundParts) {
    this.#parts = parts
  }

  /** Where TikTok sends the events of an app. */
  route(): PlainRoute {
    return {
      method: 'POST',
      path: '/webhooks/tiktok/{app_id}',
      bodyLimit: BODY_LIMIT,
      handle: (request) => this.receive(request),
    }
  }

  /** @throws {Problem} `not_found`, `webhook_signature_…` (401), `invalid_request` */
  async receive({
    params,
    headers,
    body,
    log,
  }: Pick<PlainRequest, 'params' | 'headers' | 'body' | 'log'>): Promise<PlainAnswer> {
    const { clock, counters = noCounters, db, random, unitOfWork } = this.#parts
    const appId = params.app_id ?? ''
    const app = idPattern('app').test(appId) ? await findReceivingApp(db, appId) : undefined
    if (app === undefined) throw problem('not_found', 'There is no such app.')
    const signature = headers[SIGNATURE_HEADER]
    const verified = await this.#verify(app, body, signature)
    if (!verified.ok) {
      counters.received('untrusted')
      log.warn({ app: appId, code: verified.code }, 'A webhook of TikTok was refused')
      if (verified.status === 400) throw problem('invalid_request', verified.message)
      const { code, message: detail } = verified
      throw new Problem({ status: 401, code, title: 'The webhook is not to be trusted', detail })
    }
    if (verified.clientKey !== app.clientKey)
      throw problem('invalid_request', 'The event is about another app.', { field: 'client_key' })
    // Other workspaces may have the same app. Only whoever knows its secret too is told: a client key alone is public,
    // and an app with a made-up secret must not end the grants of the real one.
    const appIds = [appId]
    for (const other of await findAppsByClientKey(db, app.clientKey))
      if (other.id !== appId && (await this.#verify(other, body, signature)).ok) appIds.push(other.id)
    const hash = createHash('sha256').update(body).digest()
    const isNew = await unitOfWork(async (work) => {
      const id = newId('inb', clock, random)
      const event = { id, appId, appIds, hash, body, receivedAt: clock.now() }
      if (!(await insertInboundEvent(work.tx, event))) return false
      await work.enqueue(PROCESS_TIKTOK_EVENT, { eventId: id }, { key: id })
      return true
    })
    counters.received(isNew ? 'stored' : 'repeated')
    return { status: 200 }
  }

  /**
   * Does what a stored event asks. Harmless to repeat.
   * @returns when to come again, when the event is about something that is not known yet
   */
  async process(eventId: string): Promise<number | undefined> {
    const { clock, db, log } = this.#parts
    const stored = await findInboundEvent(db, eventId)
    if (stored === undefined) return undefined
    const news = readTikTokWebhook(stored.body)
    const outcome = await this.#act(news, stored)
    const now = clock.now()
    if (outcome === 'unknown_post' && now < stored.receivedAt + STRANGER_WAITS_MS)
      return now + STRANGER_PAUSE_MS
    await finishInboundEvent(db, eventId, { event: news.event, outcome, now })
    log.info({ event: news.event, outcome }, 'A webhook of TikTok was processed')
    return undefined
  }

  async #act(news: TikTokNews, { appIds }: InboundEvent): Promise<string> {
    const { db, onAuthorizationRemoved, onPublishEvent } = this.#parts
    if (news.kind === 'other') return 'ignored'
    if (news.kind === 'removed') {
      const { clientKey, openId, reason, createTime } = news
      const ended = await onAuthorizationRemoved({ clientKey, openId, reason, createTime, appIds })
      return ended.length > 0 ? 'grant_ended' : 'nothing_to_end'
    }
    const post = await findPostByPublishId(db, news.publishId)
    if (post === undefined) return 'unknown_post'
    const account = await findAccountById(db, post.accountId)
    if (account === undefined || !appIds.includes(account.appId)) return 'not_of_this_app'
    await onPublishEvent({ publishId: news.publishId })
    return 'post_woken'
  }

  async #verify(app: App, body: Uint8Array, signature: string | undefined) {
    const { clock, vault } = this.#parts
    const secret: Secret = await vault.open(app.secretSealed, appSecretPlace(app.workspaceId, app.id))
    return verifyTikTokWebhook({ body, signature, secret, clock })
  }
}
