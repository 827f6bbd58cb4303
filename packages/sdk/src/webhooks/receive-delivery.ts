import { type Clock, ContractError, type Secret, systemClock, UsageError } from '@tockwork/kernel'
import { WebhookSignatureError } from './signature.ts'
import { verifyWebhook, type WebhookEvent } from './webhook-event.ts'

export interface WebhookOptions {
  /** The app's client secret; several while it is being changed. */
  secret: string | Secret | readonly (string | Secret)[]
  /**
   * Keep it short, such as one insert: TikTok wants its 200 at once. A rejection is answered 500, so that TikTok
   * delivers again.
   */
  onEvent: (event: WebhookEvent) => void | Promise<void>
  /** Told of every delivery that was not answered 200, and of an `onEvent` that failed after the 200. */
  onError?: ((error: unknown) => void) | undefined
  /** Seconds that the signature's time may be off; 300 when left out. */
  toleranceSeconds?: number | undefined
  /** Bytes of a body at most; 1 MiB when left out. */
  maxBytes?: number | undefined
  /** Milliseconds after which an unfinished `onEvent` no longer holds up the 200; 3,000 when left out. */
  answerAfterMs?: number | undefined
  clock?: Clock | undefined
}

/** What a delivery is answered with. */
export interface DeliveryAnswer {
  status: number
  /** For the log of whoever sent it; says nothing that is secret. */
  text: string
}

export const MAX_BODY_BYTES = 1024 * 1024
const ANSWER_AFTER_MS = 3000

/** Verifies one delivery, hands the event on and says what to answer. Never throws. */
export async function receiveDelivery(
  delivery: { body: string | Uint8Array; signature: string | null | undefined },
  options: WebhookOptions,
): Promise<DeliveryAnswer> {
  const { secret, toleranceSeconds, clock = systemClock } = options
  try {
    const event = await verifyWebhook({ ...delivery, secret, toleranceSeconds, clock })
    await finishOrGoOn(event, options, clock)
    return { status: 200, text: 'ok' }
  } catch (error) {
    return answerFailure(error, options)
  }
}

/** The answer to a delivery that failed, told to `onError` as well. */
export function answerFailure(error: unknown, options: WebhookOptions): DeliveryAnswer {
  options.onError?.(error)
  if (error instanceof WebhookSignatureError) return { status: 401, text: error.message }
  if (error instanceof BodyTooLargeError) return { status: 413, text: error.message }
  // A mistake in how the receiver is mounted: whoever tries it out should see what to change.
  if (error instanceof UsageError)
    return { status: 500, text: `${error.message} ${error.action ?? ''}`.trim() }
  if (error instanceof ContractError) return { status: 400, text: error.message }
  return { status: 500, text: 'The webhook could not be handled; deliver it again.' }
}

export class BodyTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`The body is larger than ${maxBytes} bytes.`)
    this.name = 'BodyTooLargeError'
  }
}

/** Reads a body whole, and not a byte more than allowed. */
export async function readBody(
  pieces: AsyncIterable<Uint8Array | string>,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<Uint8Array> {
  const kept: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece
    length += bytes.byteLength
    if (length > maxBytes) throw new BodyTooLargeError(maxBytes)
    kept.push(bytes)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const bytes of kept) {
    whole.set(bytes, at)
    at += bytes.byteLength
  }
  return whole
}

async function finishOrGoOn(event: WebhookEvent, options: WebhookOptions, clock: Clock): Promise<void> {
  const done = new AbortController()
  let answered = false
  const work = (async () => options.onEvent(event))()
  // Nobody awaits it once the answer has gone; its failure must still reach someone.
  work.catch((error: unknown) => {
    if (answered) options.onError?.(error)
  })
  const enough = clock.sleep(options.answerAfterMs ?? ANSWER_AFTER_MS, done.signal).catch(() => undefined)
  try {
    await Promise.race([work, enough])
  } finally {
    answered = true
    done.abort()
  }
}
