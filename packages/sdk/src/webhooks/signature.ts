/** The signature of a webhook. Source: developers.tiktok.com/doc/webhooks-verification. */
import { signature as rules } from '@tockwork/contracts/webhooks'
import { type Clock, type Secret, systemClock, TockworkError } from '@tockwork/kernel'

export type SignatureProblem = 'missing' | 'malformed' | 'mismatch' | 'too_old' | 'too_new'

const ACTIONS: Readonly<Record<SignatureProblem, string>> = {
  missing: `Pass on the ${rules.header} header; a request without it does not come from TikTok.`,
  malformed: `Pass on the ${rules.header} header as it came: t=<epoch seconds>,s=<64 hex digits>.`,
  mismatch:
    'Check that the body is the raw bytes as received, not parsed and written anew, and that the secret is the client secret of this app (a sandbox has its own).',
  too_old:
    'Answer 401; an old delivery may be a replay. Check the clock of this machine, or raise toleranceSeconds.',
  too_new: 'Answer 401. Check the clock of this machine: it is behind.',
}

/** A webhook that cannot be trusted. `reason` says why; answer 401 and do nothing else. */
export class WebhookSignatureError extends TockworkError {
  readonly reason: SignatureProblem

  constructor(message: string, reason: SignatureProblem) {
    super(message, { code: `webhook_signature_${reason}`, retry: 'never', action: ACTIONS[reason] })
    this.reason = reason
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason }
  }
}

export interface SignedWebhook {
  /** The body exactly as received: bytes, or text that was never parsed. */
  body: string | Uint8Array
  /** Value of the `TikTok-Signature` header. */
  signature: string | null | undefined
  /** The app's client secret; several while it is being changed. */
  secret: string | Secret | readonly (string | Secret)[]
  /** How far the signature's time may be from now, in seconds; 300 when left out. */
  toleranceSeconds?: number | undefined
  clock?: Clock | undefined
}

/**
 * Checks a signature; the comparison is WebCrypto's own, which takes the same time wherever the difference lies.
 * @throws {WebhookSignatureError}
 */
export async function checkSignature(webhook: SignedWebhook): Promise<void> {
  const { toleranceSeconds = rules.defaultToleranceSeconds, clock = systemClock } = webhook
  const { timestamp, digest } = readHeader(webhook.signature)
  const message = signedMessage(timestamp, webhook.body)
  let matches = false
  for (const secret of [webhook.secret].flat()) {
    const key = await hmacKey(secret, 'verify')
    if (await crypto.subtle.verify('HMAC', key, digest, message)) matches = true
  }
  if (!matches)
    throw new WebhookSignatureError('The signature does not fit the body and the secret.', 'mismatch')
  // After the comparison: only then is the time TikTok's.
  const age = clock.now() / 1000 - Number(timestamp)
  if (age > toleranceSeconds) {
    throw new WebhookSignatureError(
      `The signature is ${Math.round(age)} s old; ${toleranceSeconds} s are allowed.`,
      'too_old',
    )
  }
  if (age < -toleranceSeconds) {
    throw new WebhookSignatureError(
      `The signature is ${Math.round(-age)} s ahead; ${toleranceSeconds} s are allowed.`,
      'too_new',
    )
  }
}

/**
 * Signs a body as TikTok does, for tests of a webhook receiver.
 * @param webhook.timestamp epoch seconds; now when left out.
 * @returns the value of the `TikTok-Signature` header.
 */
export async function signWebhook(webhook: {
  body: string | Uint8Array
  secret: string | Secret
  timestamp?: number | undefined
  clock?: Clock | undefined
}): Promise<string> {
  const { clock = systemClock, timestamp = Math.floor(clock.now() / 1000) } = webhook
  const key = await hmacKey(webhook.secret, 'sign')
  const digest = await crypto.subtle.sign('HMAC', key, signedMessage(String(timestamp), webhook.body))
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `t=${timestamp},s=${hex}`
}

/** Blanks, another order and further parts are put up with; the two parts themselves are not. */
function readHeader(header: string | null | undefined): {
  timestamp: string
  digest: Uint8Array<ArrayBuffer>
} {
  if (header === null || header === undefined || header.trim() === '') {
    throw new WebhookSignatureError(`There is no ${rules.header} header.`, 'missing')
  }
  const parts = new Map(
    header.split(',').map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, Math.max(at, 0)).trim(), part.slice(at + 1).trim()] as const
    }),
  )
  const normal = `t=${parts.get('t')},s=${parts.get('s')?.toLowerCase()}`
  const match = rules.pattern.exec(normal)
  const [, timestamp, hex] = match ?? []
  if (timestamp === undefined || hex === undefined) {
    throw new WebhookSignatureError(
      `The ${rules.header} header is not t=<epoch seconds>,s=<64 hex digits>.`,
      'malformed',
    )
  }
  const digest = Uint8Array.from({ length: 32 }, (_byte, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  )
  return { timestamp, digest }
}

function signedMessage(timestamp: string, body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const head = encoder.encode(`${timestamp}.`)
  const tail = typeof body === 'string' ? encoder.encode(body) : body
  const message = new Uint8Array(head.byteLength + tail.byteLength)
  message.set(head)
  message.set(tail, head.byteLength)
  return message
}

function hmacKey(secret: string | Secret, use: 'sign' | 'verify'): Promise<CryptoKey> {
  const text = typeof secret === 'string' ? secret : secret.reveal()
  return crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(text),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    [use],
  )
}
