/**
 * What a caller does next decides the class of an error, not the HTTP number.
 *
 * | class | meaning | next step |
 * |---|---|---|
 * | UsageError | the caller's mistake; nothing was sent | fix the call |
 * | AuthError | credentials: refresh, reconnect or ask for a scope | renew the grant |
 * | RateLimitError | a cap was reached, until a time | wait or reschedule |
 * | PlatformError | the platform answered no | show the reason |
 * | TransportError | no answer came; it may have been sent | ask for the status first |
 * | ContractError | the answer does not fit what is documented | report it |
 */

/** Whether the same call can succeed if it is made again. */
export type RetryVerdict = 'never' | 'now' | 'after' | 'outcome-unknown'

export interface TockworkErrorDetails {
  /** Stable, searchable name of what went wrong. */
  code: string
  retry: RetryVerdict
  /** What the person in charge can do about it. */
  action?: string
  httpStatus?: number
  /** TikTok's id of the call, for its support. */
  logId?: string
  /** Id of the endpoint that was called. */
  endpoint?: string
  cause?: unknown
}

export abstract class TockworkError extends Error {
  readonly code: string
  readonly retry: RetryVerdict
  readonly action: string | undefined
  readonly httpStatus: number | undefined
  readonly logId: string | undefined
  readonly endpoint: string | undefined

  constructor(message: string, details: TockworkErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = details.code
    this.retry = details.retry
    this.action = details.action
    this.httpStatus = details.httpStatus
    this.logId = details.logId
    this.endpoint = details.endpoint
  }

  toJSON(): Record<string, unknown> {
    const { name, message, code, retry, action, httpStatus, logId, endpoint } = this
    return { name, message, code, retry, action, httpStatus, logId, endpoint }
  }
}

/** The caller's mistake, found before anything was sent. `field` names the offending input. */
export class UsageError extends TockworkError {
  readonly field: string | undefined

  constructor(message: string, details: Partial<TockworkErrorDetails> & { field?: string } = {}) {
    super(message, { code: 'usage', retry: 'never', ...details })
    this.field = details.field
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), field: this.field }
  }
}

/** Credentials do not do. `needs` says what would help. */
export class AuthError extends TockworkError {
  readonly needs: 'refresh' | 'reconnect' | 'scope' | 'credentials'

  constructor(message: string, details: TockworkErrorDetails & { needs: AuthError['needs'] }) {
    super(message, details)
    this.needs = details.needs
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), needs: this.needs }
  }
}

/** A cap was reached. `until` is the time (ms since the epoch) when a call can succeed again, where it is known. */
export class RateLimitError extends TockworkError {
  readonly until: number | undefined

  constructor(message: string, details: TockworkErrorDetails & { until?: number }) {
    super(message, details)
    this.until = details.until
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), until: this.until }
  }
}

/** The platform understood and said no. */
export class PlatformError extends TockworkError {}

/** No complete answer came. `sent: 'maybe'` means that the platform may have acted on the request. */
export class TransportError extends TockworkError {
  readonly sent: 'no' | 'maybe'

  constructor(message: string, details: TockworkErrorDetails & { sent: TransportError['sent'] }) {
    super(message, details)
    this.sent = details.sent
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), sent: this.sent }
  }
}

/** The answer does not fit the contract: what we know about the platform is wrong or out of date. */
export class ContractError extends TockworkError {
  /** The beginning of the answer, redacted. */
  readonly answer: string | undefined

  constructor(message: string, details: TockworkErrorDetails & { answer?: string }) {
    super(message, details)
    this.answer = details.answer
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), answer: this.answer }
  }
}
