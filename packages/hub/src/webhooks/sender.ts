/** One webhook over the wire. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import {
  type AddressRules,
  checkWebhookUrl,
  guardedLookup,
  RefusedAddressError,
  type Resolve,
} from './addresses.ts'

export interface SendOptions extends AddressRules {
  resolve: Resolve
  signal: AbortSignal
}

/** What came of a try: an answer's status, or why there was none. */
export type SendResult =
  | {
      status: number
      /** Milliseconds that the receiver asks to be left alone (`Retry-After` of a 429 or 503). */
      pauseMs?: number
    }
  | { error: string }

/** The whole of a try, from the name to the answer's head. */
const ANSWER_WITHIN_MS = 15_000

/** Posts a body. Does not follow redirects, reads nothing of the answer but its status, and never throws. */
export function sendWebhook(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: SendOptions,
): Promise<SendResult> {
  let url: URL
  try {
    // Once more at every try: the rules may be stricter than when the endpoint was made.
    url = checkWebhookUrl(address, options)
  } catch (error) {
    return Promise.resolve({ error: (error as Error).message })
  }
  const bytes = Buffer.from(body, 'utf8')
  const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS)
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(
      url,
      {
        method: 'POST',
        agent: false,
        lookup: guardedLookup(options.resolve, options),
        signal: AbortSignal.any([timeout, options.signal]),
        headers: {
          'content-type': 'application/json',
          'content-length': bytes.length,
          'user-agent': 'Tockwork-Webhooks/1',
          ...headers,
        },
      },
      (response) => {
        resolve(resultOf(response.statusCode ?? 0, response.headers['retry-after']))
        // An answer without an end would hold the connection.
        response.destroy()
      },
    )
    request.on('error', (error) => resolve({ error: reasonOf(error, timeout) }))
    request.end(bytes)
  })
}

/** Seconds only: a date would have to be held against a clock that is not ours. */
function resultOf(status: number, retryAfter: string | undefined): SendResult {
  const wait = (status === 429 || status === 503) && /^\d{1,6}$/.test(retryAfter ?? '')
  return wait ? { status, pauseMs: Number(retryAfter) * 1000 } : { status }
}

function reasonOf(error: NodeJS.ErrnoException, timeout: AbortSignal): string {
  if (timeout.aborted) return `no answer within ${ANSWER_WITHIN_MS / 1000} seconds`
  if (error instanceof RefusedAddressError) return error.message
  return error.code ?? error.name
}
