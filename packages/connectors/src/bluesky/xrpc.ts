/** Calls of an AT Protocol server over HTTP. Source: atproto.com/specs/xrpc. */
import { type Clock, redact, type Secret } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Grant } from '../connector.ts'
import { fail, type PlatformFailure, type PlatformResult, succeed } from '../outcome.ts'
import { parseOrNothing, readText, unreachable, withTimeout } from './http.ts'
import { keyOf } from './oauth/binding.ts'
import type { Dpop } from './oauth/dpop.ts'

export interface XrpcParts {
  /** Refuses addresses that are not public, where the server's name comes from a person. */
  fetch: typeof fetch
  clock: Clock
  dpop: Dpop
  /** Milliseconds until a call is given up. */
  timeoutMs: number
}

export interface XrpcCall<T> {
  /** An origin; that of the grant where there is one. */
  home?: string
  /** A method id: `com.atproto.repo.putRecord`. */
  method: string
  /** Of a query; without them and with a `body` it is a procedure. */
  query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  body?: { json: unknown } | { bytes: Uint8Array; contentType: string } | 'none'
  /** As whom. */
  grant?: Grant
  /** A token that goes as it is. */
  token?: Secret
  answer: z.ZodMiniType<T>
  signal?: AbortSignal | undefined
}

/** A video over a slow line. */
const UPLOAD_MS = 10 * 60_000

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
  ScopeMissingError: 'scope',
  // Of tokens that are bound to a key.
  invalid_token: 'refresh',
}

export class Xrpc {
  readonly #parts: XrpcParts

  constructor(parts: XrpcParts) {
    this.#parts = parts
  }

  async call<T>({
    grant,
    home = grant?.home ?? '',
    method,
    query = {},
    body,
    token = grant?.access,
    answer,
    signal,
  }: XrpcCall<T>): Promise<PlatformResult<T>> {
    const url = new URL(`/xrpc/${method}`, home)
    for (const [name, value] of Object.entries(query))
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) url.searchParams.append(name, String(one))
    const init = {
      method: body === undefined ? 'GET' : 'POST',
      // A token goes to the server that it belongs to and nowhere else.
      redirect: 'error' as const,
      signal: withTimeout(
        typeof body === 'object' && 'bytes' in body ? UPLOAD_MS : this.#parts.timeoutMs,
        signal,
      ),
      headers: new Headers({ accept: 'application/json' }),
      ...(body === undefined || body === 'none'
        ? {}
        : { body: 'json' in body ? JSON.stringify(body.json) : new Uint8Array(body.bytes) }),
    }
    if (body !== undefined && body !== 'none')
      init.headers.set('content-type', 'json' in body ? 'application/json' : body.contentType)
    let response: Response
    let text: string
    try {
      if (grant?.binding !== undefined)
        response = await this.#parts.dpop.fetch(url, init, keyOf(grant.binding), grant.access.reveal())
      else {
        if (token !== undefined) init.headers.set('authorization', `Bearer ${token.reveal()}`)
        response = await this.#parts.fetch(url, init)
      }
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
