/** Calls of an AT Protocol server over HTTP. Source: atproto.com/specs/xrpc. */
import { type Clock, redact, type Secret } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { fail, type PlatformFailure, type PlatformResult, succeed } from '../outcome.ts'

export interface XrpcParts {
  /** Refuses addresses that are not public, where the server's name comes from a person. */
  fetch: typeof fetch
  clock: Clock
  /** Milliseconds until a call is given up. */
  timeoutMs: number
}

export interface XrpcCall<T> {
  /** An origin. */
  home: string
  /** A method id: `com.atproto.repo.putRecord`. */
  method: string
  /** Of a query; without them and with a `body` it is a procedure. */
  query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  body?: { json: unknown } | { bytes: Uint8Array; contentType: string } | 'none'
  token?: Secret
  answer: z.ZodMiniType<T>
  signal?: AbortSignal | undefined
}

/** Answers are lists of at most a hundred posts; what is longer than this is not one of them. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

const problem = z.object({ error: z.optional(z.string()), message: z.optional(z.string()) })

/** What an error of the protocol asks for; others go by their HTTP status. */
const NEEDS: Readonly<Record<string, PlatformFailure['needs']>> = {
  ExpiredToken: 'refresh',
  InvalidToken: 'reconnect',
  AuthenticationRequired: 'reconnect',
  AuthMissing: 'reconnect',
  AccountTakedown: 'reconnect',
  AccountDeactivated: 'reconnect',
  AuthFactorTokenRequired: 'credentials',
  InvalidScope: 'scope',
}

export class Xrpc {
  readonly #parts: XrpcParts

  constructor(parts: XrpcParts) {
    this.#parts = parts
  }

  async call<T>({
    home,
    method,
    query = {},
    body,
    token,
    answer,
    signal,
  }: XrpcCall<T>): Promise<PlatformResult<T>> {
    const url = new URL(`/xrpc/${method}`, home)
    for (const [name, value] of Object.entries(query))
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) url.searchParams.append(name, String(one))
    const timeout = AbortSignal.timeout(this.#parts.timeoutMs)
    let response: Response
    let text: string
    try {
      response = await this.#parts.fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        // A token goes to the server that it belongs to and nowhere else.
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
          ...(body === undefined || body === 'none'
            ? {}
            : { 'content-type': 'json' in body ? 'application/json' : body.contentType }),
        },
        ...(body === undefined || body === 'none'
          ? {}
          : { body: 'json' in body ? JSON.stringify(body.json) : new Uint8Array(body.bytes) }),
      })
      text = await readText(response)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      return fail(unreachable(error))
    }
    if (!response.ok) return fail(this.#refusal(response, text))
    const parsed = answer.safeParse(parseOrNothing(text))
    if (parsed.success) return succeed(parsed.data)
    return fail({
      code: 'answer_unreadable',
      message: `${method} was answered with something else than documented.`,
      retry: 'outcome-unknown',
      sent: 'maybe',
      httpStatus: response.status,
    })
  }

  #refusal({ status, headers }: Response, text: string): PlatformFailure {
    const read = problem.safeParse(parseOrNothing(text))
    const { error: code = `http_${status}`, message = `The server answered ${status}.` } = read.success
      ? read.data
      : {}
    const needs = NEEDS[code] ?? (status === 401 ? 'reconnect' : undefined)
    const failure = { code, message: redact(message), httpStatus: status }
    if (status === 429) {
      // Seconds since the epoch.
      const reset = Number(headers.get('ratelimit-reset'))
      return {
        ...failure,
        code: 'rate_limit_exceeded',
        retry: 'after',
        until: reset > 0 ? reset * 1000 : this.#parts.clock.now() + 60_000,
        sent: 'answered',
      }
    }
    if (status >= 500) return { ...failure, retry: 'outcome-unknown', sent: 'maybe' }
    return { ...failure, retry: 'never', sent: 'answered', ...(needs === undefined ? {} : { needs }) }
  }
}

const NEVER_LEFT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

function unreachable(error: unknown): PlatformFailure {
  const { cause, name } = error as { cause?: { code?: string }; name?: string }
  const code = cause?.code
  const sent = code !== undefined && NEVER_LEFT.has(code) ? 'no' : 'maybe'
  return {
    code: name === 'TimeoutError' ? 'timeout' : (code?.toLowerCase() ?? 'network_error'),
    message: 'The server did not answer.',
    retry: sent === 'no' ? 'after' : 'outcome-unknown',
    sent,
  }
}

async function readText(response: Response): Promise<string> {
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

function parseOrNothing(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}
