/** A call's whole life: check, encode, wait for a slot, send, read, and decide what a failure means. */
import { decide, type Endpoint } from '@tockwork/contracts'
import { type Clock, type Random, redact, TransportError, UsageError } from '@tockwork/kernel'
import { checkScopes } from '../auth/scope-check.ts'
import type { OnEvent, TikTokEvent } from '../events.ts'
import type { Http, HttpRequest, HttpResponse } from '../http.ts'
import type { Answer } from './answer.ts'
import { type Dialect, openDialect } from './dialect.ts'
import { type EncodedRequest, encodeRequest } from './encode-request.ts'
import { outcomeUnknown } from './outcome.ts'
import { bothPermits, type Permit, RateGovernor } from './rate-window.ts'
import { errorOf, type Refusal, reconnectError, wantsFreshToken } from './refusal.ts'
import { backoffMs, RetryBudget } from './retry.ts'

/** What limits and repeats a client allows itself. */
export interface LimitOptions {
  /** Longest wait for a free slot in milliseconds, then `RateLimitError`. One hour. */
  maxWaitMs?: number
  /** Most attempts for one call, the first included. 4. */
  maxAttempts?: number
  /** Largest JSON answer read into memory. 32 MB. */
  maxAnswerBytes?: number
  /** Whether the documented windows are kept locally; the answers' own headers are obeyed in any case. True. */
  keepWindows?: boolean
}

/** Who calls. */
export interface Credential {
  /** Whose windows count. */
  readonly key: string
  readonly user: string | undefined
  /** A token that is good now, and what its user granted where that is known. */
  pass(signal: AbortSignal | undefined): Promise<Pass> | Pass
  /** A newer token than the one that was refused; absent when there is no way to get one. */
  renew?(rejected: Pass, signal: AbortSignal | undefined): Promise<Pass>
}

export interface Pass {
  token: string | undefined
  scopes: readonly string[] | undefined
}

export interface DispatchOptions {
  query?: unknown
  input?: unknown
  signal?: AbortSignal | undefined
  maxAttempts?: number
}

export interface DispatcherParts {
  http: Http
  clock: Clock
  random: Random
  /** Where TikTok's hosts are, when it is not TikTok. */
  origin: string | undefined
  onEvent: OnEvent | undefined
  limits: LimitOptions
  /** How this API speaks where it is not TikTok for Developers. */
  dialect?: Dialect
}

const DEFAULT_ATTEMPTS = 4
const DEFAULT_WAIT_MS = 3_600_000
const DEFAULT_ANSWER_BYTES = 32 * 1024 ** 2

export class Dispatcher {
  readonly governor: RateGovernor
  readonly #parts: DispatcherParts
  readonly #dialect: Dialect
  readonly #budget = new RetryBudget()
  readonly #warned = new Set<string>()

  constructor(parts: DispatcherParts) {
    this.#parts = parts
    this.#dialect = parts.dialect ?? openDialect
    this.governor = new RateGovernor(parts.clock, parts.limits.keepWindows ?? true)
  }

  async call(endpoint: Endpoint, options: DispatchOptions, credential: Credential): Promise<unknown> {
    const { signal } = options
    signal?.throwIfAborted()
    this.#warnOfAge(endpoint)
    const request = encodeRequest(endpoint, options.query, options.input)
    const mayRepeat = decide(endpoint.repeat, options.input) === 'safe'
    const maxAttempts = options.maxAttempts ?? this.#parts.limits.maxAttempts ?? DEFAULT_ATTEMPTS
    let pass = await credential.pass(signal)
    checkScopes(endpoint, options, pass.scopes)
    let renewed = false

    for (let attempt = 1; ; attempt += 1) {
      const acquired = this.#acquire(endpoint, credential, signal)
      let permit: Permit
      if (acquired instanceof Promise) {
        permit = await acquired
        // The wait may have outlived the token.
        try {
          pass = await credential.pass(signal)
        } catch (error) {
          permit.giveBack()
          throw error
        }
      } else permit = acquired

      let answer: Answer
      try {
        answer = await this.#attempt(endpoint, request, pass, permit, attempt, credential, signal)
      } catch (error) {
        if (!(error instanceof TransportError)) throw error
        if (error.sent === 'maybe' && !mayRepeat) {
          throw outcomeUnknown(endpoint, error.message, { code: error.code, cause: error.cause })
        }
        if (error.retry === 'never' || attempt >= maxAttempts || !this.#budget.take())
          throw named(error, endpoint)
        await this.#pause(endpoint, attempt, error.code, signal)
        continue
      }
      if (answer.ok) {
        this.#budget.succeeded()
        if (answer.warning !== undefined) this.emit({ type: 'warning', ...answer.warning })
        return answer.output
      }

      const { refusal } = answer
      if (wantsFreshToken(refusal) && credential.renew !== undefined && !renewed) {
        renewed = true
        pass = await credential.renew(pass, signal)
        continue
      }
      // A token fresh from TikTok was refused too: the grant itself is gone.
      if (renewed && wantsFreshToken(refusal)) throw reconnectError(refusal)
      await this.#afterRefusal(refusal, { mayRepeat, attempt, maxAttempts, credential, signal })
    }
  }

  /** Sends a request that is no endpoint call, such as a media PUT. */
  send(request: HttpRequest): Promise<HttpResponse> {
    return this.#parts.http.send(request)
  }

  emit(event: TikTokEvent): void {
    try {
      this.#parts.onEvent?.(event)
    } catch {
      // A broken logger must not break the call it logs.
    }
  }

  /** Returns when the call may be made again, throws when it may not. */
  async #afterRefusal(
    refusal: Refusal,
    how: {
      mayRepeat: boolean
      attempt: number
      maxAttempts: number
      credential: Credential
      signal: AbortSignal | undefined
    },
  ): Promise<void> {
    const { clock } = this.#parts
    const { endpoint } = refusal
    const { key } = how.credential
    if (refusal.hint === 'window') {
      // Refused before anything was done, so even a call that must not run twice can go again.
      const window = endpoint.limits?.[0]?.seconds
      const now = clock.now()
      const { shared } = this.#dialect
      const wide = shared?.codes.has(refusal.code) === true ? shared.limited : undefined
      const [limited, whose] = wide === undefined ? [endpoint, key] : [wide, 'app']
      let until = this.governor.freeAt(limited, whose)
      if (until <= now || until === Number.POSITIVE_INFINITY) {
        until = now + (refusal.afterSeconds ?? window ?? 60) * 1000
        this.governor.block(limited, whose, until)
      }
      if (how.attempt >= how.maxAttempts) throw errorOf(refusal, now, until)
      this.emit({
        type: 'retry',
        endpoint: endpoint.id,
        attempt: how.attempt,
        delayMs: until - now,
        reason: refusal.code,
      })
      return
    }
    if (refusal.hint === 'backoff') {
      if (!how.mayRepeat) {
        throw outcomeUnknown(endpoint, refusal.message, {
          code: refusal.code,
          httpStatus: refusal.status,
          logId: refusal.logId,
        })
      }
      if (how.attempt < how.maxAttempts && this.#budget.take()) {
        await this.#pause(endpoint, how.attempt, refusal.code, how.signal)
        return
      }
    }
    throw errorOf(refusal, clock.now())
  }

  #acquire(
    endpoint: Endpoint,
    { key, user }: Credential,
    signal: AbortSignal | undefined,
  ): Permit | Promise<Permit> {
    const options = {
      signal,
      maxWaitMs: this.#parts.limits.maxWaitMs ?? DEFAULT_WAIT_MS,
      onWait: (ms: number | undefined) => this.emit({ type: 'wait', endpoint: endpoint.id, user, ms }),
    }
    const own = this.governor.acquire(endpoint, key, options)
    const shared = this.#dialect.shared?.limited
    return shared === undefined ? own : bothPermits(own, () => this.governor.acquire(shared, 'app', options))
  }

  async #attempt(
    endpoint: Endpoint,
    request: EncodedRequest,
    pass: Pass,
    permit: Permit,
    attempt: number,
    credential: Credential,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { http, clock, origin, limits } = this.#parts
    const headers: Record<string, string> = { accept: 'application/json' }
    if (request.contentType !== undefined) headers['content-type'] = request.contentType
    if (pass.token !== undefined) Object.assign(headers, this.#dialect.tokenHeader(pass.token))
    const url = `${origin ?? `https://${endpoint.host}`}${request.target}`
    if (this.#parts.onEvent !== undefined) {
      const { method } = request
      this.emit({
        type: 'request',
        endpoint: endpoint.id,
        attempt,
        method,
        url: redact(url),
        user: credential.user,
      })
    }
    const started = clock.now()
    let response: HttpResponse
    try {
      response = await http.send({
        method: request.method,
        url,
        headers,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (error) {
      if (error instanceof TransportError && error.sent === 'no') permit.giveBack()
      else permit.settle()
      throw error
    }
    permit.settle(response.headers)
    const answer = await this.#dialect.read(endpoint, response, limits.maxAnswerBytes ?? DEFAULT_ANSWER_BYTES)
    if (this.#parts.onEvent !== undefined) {
      this.emit({
        type: 'response',
        endpoint: endpoint.id,
        attempt,
        status: response.status,
        code: answer.ok ? 'ok' : answer.refusal.code,
        logId: answer.ok ? answer.logId : answer.refusal.logId,
        ms: clock.now() - started,
      })
    }
    return answer
  }

  async #pause(
    endpoint: Endpoint,
    attempt: number,
    reason: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const delayMs = backoffMs(attempt, this.#parts.random)
    this.emit({ type: 'retry', endpoint: endpoint.id, attempt, delayMs, reason })
    await this.#parts.clock.sleep(delayMs, signal)
  }

  #warnOfAge(endpoint: Endpoint): void {
    const { lifecycle } = endpoint
    if (lifecycle === undefined || this.#warned.has(endpoint.id)) return
    const today = new Date(this.#parts.clock.now()).toISOString().slice(0, 10)
    const successor = lifecycle.successor === undefined ? '' : ` Use ${lifecycle.successor} instead.`
    if (lifecycle.retired !== undefined && lifecycle.retired <= today) {
      throw new UsageError(`${endpoint.id} was retired on ${lifecycle.retired}.${successor}`, {
        code: 'endpoint_retired',
        endpoint: endpoint.id,
        action: successor === '' ? 'Stop using it.' : successor.trim(),
      })
    }
    if (lifecycle.deprecated === undefined || lifecycle.deprecated > today) return
    this.#warned.add(endpoint.id)
    const end = lifecycle.retired === undefined ? '' : ` It ends on ${lifecycle.retired}.`
    const message = `${endpoint.id} is deprecated since ${lifecycle.deprecated}.${end}${successor}`
    this.emit({ type: 'warning', code: 'endpoint_deprecated', message })
  }
}

function named(error: TransportError, endpoint: Endpoint): TransportError {
  return new TransportError(`${endpoint.id}: ${error.message}`, {
    code: error.code,
    retry: error.retry,
    sent: error.sent,
    endpoint: endpoint.id,
    ...(error.action === undefined ? {} : { action: error.action }),
    cause: error.cause,
  })
}
