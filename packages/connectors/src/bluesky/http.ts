/** What all requests to servers of the network share. */
import type { PlatformFailure } from '../outcome.ts'

/** Answers are lists of at most a hundred posts; what is longer than this is not one of them. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

const NEVER_LEFT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

export function unreachable(error: unknown): PlatformFailure {
  const { cause, name } = error as { cause?: { code?: string }; name?: string }
  const code = cause?.code
  // By a network that lets nobody reach what is inside.
  if (code === 'ADDRESS_REFUSED')
    return {
      code: 'address_refused',
      message: 'The server has an internal address.',
      retry: 'never',
      sent: 'no',
    }
  const sent = code !== undefined && NEVER_LEFT.has(code) ? 'no' : 'maybe'
  return {
    code: name === 'TimeoutError' ? 'timeout' : (code?.toLowerCase() ?? 'network_error'),
    message: 'The server did not answer.',
    retry: sent === 'no' ? 'after' : 'outcome-unknown',
    sent,
  }
}

export async function readText(response: Response): Promise<string> {
  let text = ''
  let size = 0
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) throw new Error('The answer is too long.')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** The JSON in a text, `{}` of an empty one, `undefined` of anything else. */
export function parseOrNothing(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Gives up after so long, or when the caller does. */
export function withTimeout(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs)
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}
