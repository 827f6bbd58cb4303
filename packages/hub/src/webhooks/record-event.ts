/** Events are written down in the transaction that makes them true: there is none without the change, and no change without it. */
import type { WebhookEventData, WebhookEventType } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import type { Work } from '../storage/unit-of-work.ts'
import { insertDelivery } from '../storage/webhook-deliveries.ts'
import { insertWebhookEvent, listeningEndpoints, lockOrder } from '../storage/webhook-events.ts'

/** The job that sends what waits in a lane. */
export const DELIVER_WEBHOOKS = 'deliver-webhooks'

export interface LaneJob {
  endpointId: string
  lane: string
}

export type NewEvent = {
  [T in WebhookEventType]: {
    type: T
    workspaceId: string
    /** Whose it is: events of one account are told in their order. */
    accountId: string | null
    /** The endpoint that it is about, for events of no account. */
    endpointId?: string
    data: WebhookEventData<T>
    at: number
  }
}[WebhookEventType]

/**
 * Writes an event down for every endpoint that wants it, and the jobs that send it. Nothing is written when nobody
 * listens. Call it late in the transaction: the order of the account's events is held from here to the commit.
 */
export async function recordEvent(
  work: Work,
  event: NewEvent,
  { clock, random }: { clock: Clock; random: Random },
): Promise<void> {
  const endpoints = await listeningEndpoints(work.tx, { ...event, about: event.endpointId })
  if (endpoints.length === 0) return
  const lane = event.accountId ?? event.endpointId ?? event.workspaceId
  await lockOrder(work.tx, lane)
  const stored = {
    id: newId('evt', clock, random),
    workspaceId: event.workspaceId,
    type: event.type,
    accountId: event.accountId,
    data: event.data,
    createdAt: event.at,
  }
  await insertWebhookEvent(work.tx, stored)
  const now = clock.now()
  for (const { id: endpointId, dead } of endpoints) {
    const id = newId('dlv', clock, random)
    await insertDelivery(work.tx, { id, endpointId, lane, event: stored, dead, now })
    // A job of its own for each: one that waits for a later try must not stand for those that could go now.
    if (!dead) await work.enqueue(DELIVER_WEBHOOKS, { endpointId, lane }, { key: id })
  }
}
