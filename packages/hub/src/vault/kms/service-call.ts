/** One JSON call to a key management service, repeated while the service is only unwell. */
import { type Clock, type RetryVerdict, TockworkError } from '@tockwork/kernel'

/** A key management service did not do what was asked. Never holds what was sent or answered besides its own error. */
export class KmsError extends TockworkError {
  constructor(
    message: string,
    options: {
      code: 'kms_unreachable' | 'kms_refused' | 'kms_answer'
      retry: RetryVerdict
      action?: string
      cause?: unknown
    },
  ) {
    super(message, options)
  }
}

export interface ServiceParts {
  fetch: typeof fetch
  clock: Clock
}

export interface ServiceRequest {
  /** For people: `AWS KMS`. */
  service: string
  url: string
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Readonly<Record<string, string>>
  body?: string
  /** What is wrong, out of an answer that is no success; `undefined` when it does not say. */
  problemOf?: (answer: unknown) => string | undefined
}

const ANSWER_WITHIN_MS = 10_000
const TRIES = 4
const FIRST_PAUSE_MS = 250
const LONGEST_ANSWER = 65_536
const LONGEST_PROBLEM = 300

/** Answers the body's text. @throws {KmsError} `kms_unreachable` after some tries, `kms_refused` at once. */
export async function callService(request: ServiceRequest, { fetch, clock }: ServiceParts): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await once(request, fetch)
    if ('text' in outcome) return outcome.text
    if (!outcome.passing || tries === TRIES) throw outcome.error
    await clock.sleep(FIRST_PAUSE_MS * 2 ** (tries - 1))
  }
}

/** The same, for an answer that is a JSON object. */
export async function callJsonService(
  request: ServiceRequest,
  parts: ServiceParts,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = parsed(await callService(request, parts))
  if (typeof answer !== 'object' || answer === null)
    throw new KmsError(`${request.service} answered something that is no JSON object.`, {
      code: 'kms_answer',
      retry: 'never',
    })
  return answer as Record<string, unknown>
}

/** A text of an answer. @throws {KmsError} when it is not there. */
export function textOf(service: string, answer: Readonly<Record<string, unknown>>, field: string): string {
  const value = answer[field]
  if (typeof value === 'string' && value !== '') return value
  throw new KmsError(`${service} answered without ${field}.`, { code: 'kms_answer', retry: 'never' })
}

async function once(
  { service, url, method = 'POST', headers, body, problemOf }: ServiceRequest,
  fetch: ServiceParts['fetch'],
): Promise<{ text: string } | { error: KmsError; passing: boolean }> {
  let status: number
  let text: string
  try {
    const response = await fetch(url, {
      method,
      // A redirect would carry the credentials elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    })
    status = response.status
    text = (await response.text()).slice(0, LONGEST_ANSWER)
  } catch (cause) {
    const { origin } = new URL(url)
    const error = new KmsError(`${service} does not answer at ${origin}.`, {
      code: 'kms_unreachable',
      retry: 'after',
      cause,
    })
    return { error, passing: true }
  }
  if (status >= 200 && status < 300) return { text }
  const passing = status === 429 || status >= 500
  const problem = problemOf?.(parsed(text))?.slice(0, LONGEST_PROBLEM)
  const error = new KmsError(`${service} answered ${status}${problem === undefined ? '' : `: ${problem}`}`, {
    code: passing ? 'kms_unreachable' : 'kms_refused',
    retry: passing ? 'after' : 'never',
  })
  return { error, passing }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
