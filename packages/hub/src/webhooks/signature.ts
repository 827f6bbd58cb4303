/** Signatures of Standard Webhooks. Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. */
import { createHmac } from 'node:crypto'
import { type Random, Secret } from '@tockwork/kernel'

const PREFIX = 'whsec_'
/** 24 to 64 by the specification. */
const SECRET_BYTES = 32

/** `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(random: Random): Secret {
  return new Secret(PREFIX + Buffer.from(random.bytes(SECRET_BYTES)).toString('base64'))
}

/**
 * The three headers of a webhook. Several secrets give several signatures, of which a receiver needs to know one.
 * @param message.seconds when it is sent, in epoch seconds
 */
export function signatureHeaders(
  message: { id: string; seconds: number; body: string },
  secrets: readonly Secret[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const signed = `${message.id}.${message.seconds}.${message.body}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`
  })
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.seconds),
    'webhook-signature': signatures.join(' '),
  }
}
