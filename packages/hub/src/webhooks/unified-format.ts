/** Webhooks in the words of the unified API: thin events, signed with the client secret. */
import { createHmac } from 'node:crypto'
import type { Secret } from '@tockwork/kernel'
import type { WebhookEvent } from '../storage/webhook-events.ts'
import { eventUuid } from '../unified/uuid.ts'

/**
 * Every event with the text that goes with it. Dots, underscores and hyphens stand as other services have them, since
 * receivers compare names. Those of jobs that search in public are taken when a webhook is made, and never sent.
 */
export const UNIFIED_EVENTS = {
  'ACCOUNTS.CONNECTED': 'account is connected',
  'ACCOUNTS.DISCONNECTED': 'account is disconnected',
  'ACCOUNTS.REMOVED': 'account is removed',
  'SESSION.EXPIRED': 'session is expired',
  'PROFILES.ADDED': 'profile added',
  'PROFILES.UPDATED': 'profile updated',
  'PROFILES_AUDIENCE.ADDED': 'profile audience added',
  'PROFILES_AUDIENCE.UPDATED': 'profile audience updated',
  'CONTENTS.ADDED': 'contents added',
  'CONTENTS.UPDATED': 'contents updated',
  'CONTENTS_COMMENTS.ADDED': 'contents comments added',
  'CONTENTS_COMMENTS.UPDATED': 'contents comments updated',
  'CONTENT-GROUPS.ADDED': 'content groups added',
  'CONTENT-GROUPS.UPDATED': 'content groups updated',
  'TRANSACTIONS.ADDED': 'transactions added',
  'TRANSACTIONS.UPDATED': 'transactions updated',
  'PAYOUTS.ADDED': 'payouts added',
  'PAYOUTS.UPDATED': 'payouts updated',
  'BALANCES.ADDED': 'balances added',
  'BALANCES.UPDATED': 'balances updated',
  'ACTIVITY-ARTISTS.ADDED': 'artists added',
  'ACTIVITY-ARTISTS.UPDATED': 'artists updated',
  'ACTIVITY-CONTENTS.ADDED': 'contents added',
  'ACTIVITY-CONTENTS.UPDATED': 'contents updated',
  'CONTENTS.PUBLISH_SUCCESS': 'content publish success',
  'CONTENTS.PUBLISH_READY': 'content publish ready',
  'CONTENTS.PUBLISH_FAILURE': 'content publish failure',
} as const

export type UnifiedEvent = keyof typeof UNIFIED_EVENTS

/** The body of a webhook: the same for every try. */
export function unifiedBodyOf(event: WebhookEvent) {
  const { mock_name: mockName, ...data } = event.data
  return {
    event: event.type,
    name:
      typeof mockName === 'string' ? mockName : (UNIFIED_EVENTS[event.type as UnifiedEvent] ?? event.type),
    id: eventUuid(event.id),
    data,
  }
}

/**
 * `Webhook-Signatures`: HMAC-SHA256 of the body under each client secret that counts, in hexadecimal, with commas between.
 * It says nothing of time, so that whoever has an old webhook could send it again; the three headers of Standard Webhooks
 * beside it do, under the same secrets.
 */
export function unifiedSignatureHeaders(
  message: { id: string; seconds: number; body: string },
  secrets: readonly Secret[],
): Record<string, string> {
  const sign = (text: string, as: 'hex' | 'base64') =>
    secrets.map((secret) => createHmac('sha256', secret.reveal()).update(text, 'utf8').digest(as))
  const stamped = sign(`${message.id}.${message.seconds}.${message.body}`, 'base64')
  return {
    'webhook-signatures': sign(message.body, 'hex').join(','),
    'webhook-id': message.id,
    'webhook-timestamp': String(message.seconds),
    'webhook-signature': stamped.map((signature) => `v1,${signature}`).join(' '),
  }
}
