/** What goes over the wire to an endpoint, in the words that it was made for. */
import type { Secret } from '@tockwork/kernel'
import type { WebhookEvent } from '../storage/webhook-events.ts'
import { bodyOf } from './body.ts'
import { signatureHeaders } from './signature.ts'
import { unifiedBodyOf, unifiedSignatureHeaders } from './unified-format.ts'

/** @param seconds when it is sent, in epoch seconds */
export function messageOf(
  format: 'tockwork' | 'unified',
  event: WebhookEvent,
  secrets: readonly Secret[],
  seconds: number,
): { body: string; headers: Record<string, string> } {
  if (format === 'unified') {
    const body = JSON.stringify(unifiedBodyOf(event))
    return { body, headers: unifiedSignatureHeaders({ id: unifiedBodyOf(event).id, seconds, body }, secrets) }
  }
  const body = JSON.stringify(bodyOf(event))
  return { body, headers: signatureHeaders({ id: event.id, seconds, body }, secrets) }
}
