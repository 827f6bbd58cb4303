/** Sends what waits, each account's events in their order. */
import type { Clock, Random, Secret } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import {
  claimHead,
  type Delivery,
  killPending,
  settleDelivery,
  whenHeadIsFree,
} from '../storage/webhook-deliveries.ts'
import {
  findEndpoint,
  listSecrets,
  setFailing,
  updateEndpoint,
  type WebhookEndpoint,
} from '../storage/webhook-endpoints.ts'
import type { Vault } from '../vault/sealing.ts'
import type { AddressRules, Resolve } from './addresses.ts'
import { GIVE_UP_AFTER_MS, pauseAfter } from './backoff.ts'
import { noCounters, type WebhookCounters } from './counters.ts'
import { messageOf } from './message.ts'
import { type LaneJob, recordEvent } from './record-event.ts'
import { webhookSecretPlace } from './secrets.ts'
import { type SendResult, sendWebhook } from './sender.ts'

export interface DelivererParts {
  db: Database
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  log: Log
  /** Names this process in leases. */
  owner: string
  rules: AddressRules
  resolve: Resolve
  counters?: WebhookCounters | undefined
}

/** Longer than a try may take. */
const LEASE_MS = 60_000
/** One lane does not keep a worker for ever; the rest comes with the next job. */
const MOST_AT_ONCE = 50

export class WebhookDeliverer {
  readonly #parts: DelivererParts
  #runs = 0

  constructor(parts: DelivererParts) {
    this.#parts = parts
  }

  /**
   * Sends the events of a lane one after the other, until one does not get through or none is left.
   * @returns when to come again; `undefined` when nothing waits, or another run sees to it.
   */
  async run(lane: LaneJob, signal: AbortSignal): Promise<number | undefined> {
    const { clock, db } = this.#parts
    // Each run holds its own leases: two jobs of one process for one lane are two.
    this.#runs += 1
    const owner = `${this.#parts.owner}:${this.#runs}`
    for (let sent = 0; sent < MOST_AT_ONCE && !signal.aborted; sent += 1) {
      const now = clock.now()
      const delivery = await claimHead(db, lane, { owner, now, until: now + LEASE_MS })
      // Another run has the head, or has seen to its next try: only when it died is there anything to do.
      if (delivery === undefined) return (await whenHeadIsFree(db, lane))?.leaseUntil
      if (!(await this.#deliver(delivery, owner, signal))) break
    }
    const head = await whenHeadIsFree(db, lane)
    return head === undefined ? undefined : Math.max(head.nextAt, head.leaseUntil ?? 0, clock.now())
  }

  /** Answers whether it got through, so that the next one may go. */
  async #deliver(delivery: Delivery, owner: string, signal: AbortSignal): Promise<boolean> {
    const { clock, db, random, resolve, rules } = this.#parts
    const endpoint = await findEndpoint(db, delivery.workspaceId, delivery.endpointId)
    if (endpoint === undefined) return false
    const at = clock.now()
    const secrets = await this.#secrets(delivery.endpointId, at)
    const { body, headers } = messageOf(endpoint.format, delivery.event, secrets, Math.floor(at / 1000))
    const result = await sendWebhook(endpoint.url, body, headers, { ...rules, resolve, signal })
    const now = clock.now()
    const ok = 'status' in result && result.status >= 200 && result.status < 300
    const tries = delivery.attempts + 1
    const asked = 'status' in result ? result.pauseMs : undefined
    const next = now + pauseAfter(tries, random, asked)
    const gone = 'status' in result && result.status === GONE
    const tooLate = gone || (next > delivery.begunAt + GIVE_UP_AFTER_MS && tries >= LEAST_TRIES)
    const attempt = attemptOf(result, at, now)
    const { counters = noCounters } = this.#parts
    if (ok || !signal.aborted)
      counters.tried(ok ? 'delivered' : 'status' in result ? 'refused' : 'unanswered')
    if (ok) {
      const settled = await settleDelivery(db, delivery.id, owner, {
        attempt,
        next: { state: 'delivered', at: now },
      })
      if (endpoint.failingSince !== null) await setFailing(db, endpoint.id, null)
      return settled
    }
    // Cut off by the end of this process: that says nothing about the endpoint, and another process goes on at once.
    if (signal.aborted) {
      await settleDelivery(db, delivery.id, owner, { attempt, next: { state: 'pending', at: now } })
      return false
    }
    const settled = await settleDelivery(db, delivery.id, owner, {
      attempt,
      next: tooLate ? { state: 'dead' } : { state: 'pending', at: next },
    })
    if (!settled) return false
    const since = endpoint.failingSince ?? at
    if (endpoint.failingSince === null) await setFailing(db, endpoint.id, at)
    if (!tooLate) return false
    if (gone) await this.#disable(endpoint, 'gone', null)
    else if (now - since >= DISABLE_AFTER_MS) await this.#disable(endpoint, 'failing', since)
    return true
  }

  async #secrets(endpointId: string, now: number): Promise<Secret[]> {
    const { db, vault } = this.#parts
    const rows = await listSecrets(db, endpointId, now)
    return Promise.all(rows.map((row) => vault.open(row.sealed, webhookSecretPlace(row))))
  }

  async #disable(endpoint: WebhookEndpoint, reason: 'failing' | 'gone', since: number | null): Promise<void> {
    const { clock, log, unitOfWork } = this.#parts
    const { id: endpointId, workspaceId, url } = endpoint
    const now = clock.now()
    const failingSince = since === null ? null : new Date(since).toISOString()
    const waiting = await unitOfWork(async (work) => {
      const status = { to: 'disabled', reason } as const
      await updateEndpoint(work.tx, workspaceId, endpointId, { status, now })
      const count = await killPending(work.tx, endpointId)
      await appendAudit(work.tx, {
        workspaceId,
        at: now,
        actor: 'hub',
        action: 'webhook_endpoint.disable',
        subject: endpointId,
        detail: { reason, since: failingSince, dead_letters: count },
      })
      const data = { endpoint_id: endpointId, url, reason, failing_since: failingSince, dead_letters: count }
      const type = 'webhook_endpoint.disabled'
      await recordEvent(work, { type, workspaceId, accountId: null, endpointId, data, at: now }, this.#parts)
      return count
    })
    log.warn({ endpoint: endpointId, reason, deadLetters: waiting }, 'A webhook endpoint was disabled')
  }
}

/** The receiver wants nothing any more, says the specification of Standard Webhooks. */
const GONE = 410
/** One that waited days behind another is not given up with its first try. */
const LEAST_TRIES = 5
/** A little less than a webhook is tried, or the try that gives up would come too early to disable. */
const DISABLE_AFTER_MS = GIVE_UP_AFTER_MS - 7 * 3_600_000

function attemptOf(result: SendResult, at: number, now: number) {
  return {
    at: new Date(at).toISOString(),
    status: 'status' in result ? result.status : null,
    error: 'error' in result ? result.error : null,
    ms: Math.max(0, now - at),
  }
}
