/** Where a workspace wants its events sent. */
import { Problem, problem } from '@tockwork/api'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import type { AppEnvironment } from '../storage/apps.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Transaction } from '../storage/database.ts'
import type { UnitOfWork, Work } from '../storage/unit-of-work.ts'
import {
  type Delivery,
  hastenDeliveries,
  killPending,
  reviveDeliveries,
} from '../storage/webhook-deliveries.ts'
import {
  countEndpoints,
  deleteEndpoint,
  insertEndpoint,
  insertSecret,
  nextGeneration,
  updateEndpoint,
  type WebhookEndpoint,
} from '../storage/webhook-endpoints.ts'
import { keyVersionOf, type Vault } from '../vault/sealing.ts'
import { type AddressRules, checkWebhookUrl, RefusedAddressError } from './addresses.ts'
import { DELIVER_WEBHOOKS } from './record-event.ts'
import { webhookSecretPlace } from './secrets.ts'
import { newWebhookSecret } from './signature.ts'

export interface EndpointParts {
  unitOfWork: UnitOfWork
  vault: Vault
  clock: Clock
  random: Random
  rules: AddressRules
}

export interface EndpointChange {
  url?: string | undefined
  description?: string | null | undefined
  events?: readonly string[] | undefined
  status?: 'enabled' | 'disabled' | undefined
}

type Made = { endpoint: WebhookEndpoint; secret: Secret }

const MOST_ENDPOINTS = 50
/** One transaction, with a job for each lane. */
const MOST_REPLAYED = 2_000

export class WebhookEndpoints {
  readonly #parts: EndpointParts

  constructor(parts: EndpointParts) {
    this.#parts = parts
  }

  /** @throws {Problem} `webhook_url_refused`, `conflict` when there are too many. */
  create(
    workspaceId: string,
    wish: { url: string; description: string | null; events: string[]; environment: AppEnvironment | null },
    actor: string,
    remember: (tx: Transaction, made: Made) => Promise<void>,
  ): Promise<Made> {
    const { clock, random, unitOfWork } = this.#parts
    const url = this.checkedUrl(wish.url)
    const now = clock.now()
    return unitOfWork(async ({ tx }) => {
      if ((await countEndpoints(tx, workspaceId)) >= MOST_ENDPOINTS)
        throw problem('conflict', `A workspace has ${MOST_ENDPOINTS} webhook endpoints at most.`)
      const endpoint: WebhookEndpoint = {
        ...wish,
        id: newId('whk', clock, random),
        workspaceId,
        url,
        status: 'enabled',
        disabledReason: null,
        failingSince: null,
        createdAt: now,
        changedAt: now,
        format: 'tockwork',
        unifiedId: null,
        name: null,
      }
      await insertEndpoint(tx, endpoint)
      const secret = await this.#newSecret(tx, endpoint, now)
      await audit(tx, endpoint, 'create', actor, now)
      await remember(tx, { endpoint, secret })
      return { endpoint, secret }
    })
  }

  /** What waits is tried at once; disabled by the caller, it becomes dead letters. @throws {Problem} */
  update(endpoint: WebhookEndpoint, change: EndpointChange, actor: string): Promise<WebhookEndpoint> {
    const { clock, unitOfWork } = this.#parts
    const url = change.url === undefined ? undefined : this.checkedUrl(change.url)
    const now = clock.now()
    const status =
      change.status === undefined || change.status === endpoint.status
        ? undefined
        : change.status === 'enabled'
          ? ({ to: 'enabled' } as const)
          : ({ to: 'disabled', reason: 'by_you' } as const)
    return unitOfWork(async (work) => {
      const { workspaceId, id } = endpoint
      const { description, events } = change
      const updated = await updateEndpoint(work.tx, workspaceId, id, {
        url,
        description,
        events,
        status,
        now,
      })
      if (updated === undefined) throw missing()
      if (status?.to === 'disabled') await killPending(work.tx, id)
      else await wake(work, id, await hastenDeliveries(work.tx, id, now))
      await audit(work.tx, endpoint, 'update', actor, now)
      return updated
    })
  }

  async delete(endpoint: WebhookEndpoint, actor: string): Promise<void> {
    const { clock, unitOfWork } = this.#parts
    await unitOfWork(async ({ tx }) => {
      if (!(await deleteEndpoint(tx, endpoint.workspaceId, endpoint.id))) throw missing()
      await audit(tx, endpoint, 'delete', actor, clock.now())
    })
  }

  /** A new secret; the old one signs too until the overlap is over. */
  rotate(
    endpoint: WebhookEndpoint,
    overlapMs: number,
    actor: string,
    remember: (tx: Transaction, made: Made) => Promise<void>,
  ): Promise<Made> {
    const { clock, unitOfWork } = this.#parts
    const now = clock.now()
    return unitOfWork(async ({ tx }) => {
      const secret = await this.#newSecret(tx, endpoint, now, overlapMs)
      await audit(tx, endpoint, 'rotate_secret', actor, now)
      await remember(tx, { endpoint, secret })
      return { endpoint, secret }
    })
  }

  /** Sends one delivery again. @throws {Problem} `endpoint_disabled` */
  async replay(endpoint: WebhookEndpoint, delivery: Delivery): Promise<void> {
    const { clock, unitOfWork } = this.#parts
    mustBeEnabled(endpoint)
    const { id: endpointId, workspaceId } = endpoint
    const now = clock.now()
    await unitOfWork(async (work) => {
      const { lanes } = await reviveDeliveries(work.tx, { workspaceId, endpointId, id: delivery.id }, now)
      if (delivery.state === 'pending') lanes.push(...(await hastenDeliveries(work.tx, endpointId, now)))
      await wake(work, endpointId, lanes)
    })
  }

  /**
   * Sends dead letters, or everything, of a stretch of time again, the oldest first, as many as go at once. `continueFrom`:
   * the time to go on from, when there may be more.
   * @throws {Problem} `endpoint_disabled`
   */
  replayMany(
    endpoint: WebhookEndpoint,
    { from, to, include }: { from?: number | undefined; to?: number | undefined; include: 'dead' | 'all' },
  ): Promise<{ replayed: number; continueFrom: number | undefined }> {
    const { clock, unitOfWork } = this.#parts
    mustBeEnabled(endpoint)
    const { id: endpointId, workspaceId } = endpoint
    const states = include === 'all' ? (['dead', 'delivered'] as const) : (['dead'] as const)
    return unitOfWork(async (work) => {
      const which = { workspaceId, endpointId, from, to, states, limit: MOST_REPLAYED }
      const { count, lanes, lastAt } = await reviveDeliveries(work.tx, which, clock.now())
      await wake(work, endpointId, lanes)
      return { replayed: count, continueFrom: count === MOST_REPLAYED ? lastAt : undefined }
    })
  }

  /** The address as it is kept. @throws {Problem} `webhook_url_refused` */
  checkedUrl(url: string): string {
    try {
      return checkWebhookUrl(url, this.#parts.rules).href
    } catch (error) {
      if (!(error instanceof RefusedAddressError)) throw error
      throw new Problem({
        status: 422,
        code: 'webhook_url_refused',
        title: 'Webhooks are not sent to this address',
        detail: error.message,
        field: 'url',
      })
    }
  }

  async #newSecret(
    tx: Transaction,
    { id: endpointId, workspaceId }: WebhookEndpoint,
    now: number,
    overlapMs = 0,
  ): Promise<Secret> {
    const { random, vault } = this.#parts
    const generation = await nextGeneration(tx, endpointId)
    const secret = newWebhookSecret(random)
    const sealed = await vault.seal(secret, webhookSecretPlace({ workspaceId, endpointId, generation }))
    const times = { keyVersion: keyVersionOf(sealed), now, othersEndAt: now + overlapMs }
    await insertSecret(tx, { endpointId, workspaceId, generation, sealed }, times)
    return secret
  }
}

/** Without a key: a job of the lane may wait for a later time already, and would swallow one with its own. */
async function wake(work: Work, endpointId: string, lanes: readonly string[]): Promise<void> {
  for (const lane of lanes) await work.enqueue(DELIVER_WEBHOOKS, { endpointId, lane })
}

function audit(tx: Transaction, endpoint: WebhookEndpoint, verb: string, actor: string, now: number) {
  return appendAudit(tx, {
    workspaceId: endpoint.workspaceId,
    at: now,
    actor,
    action: `webhook_endpoint.${verb}`,
    subject: endpoint.id,
    detail: {},
  })
}

function mustBeEnabled(endpoint: WebhookEndpoint): void {
  if (endpoint.status === 'disabled')
    throw new Problem({
      status: 409,
      code: 'endpoint_disabled',
      title: 'The webhook endpoint is disabled; enable it first',
    })
}

function missing(): Problem {
  return problem('not_found', 'There is no such webhook endpoint.')
}
