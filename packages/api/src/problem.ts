import { z } from 'zod'

/** One thing that is wrong with a request; `field` is a path such as `options.title` or `accounts[1]`. */
export interface FieldError {
  field: string
  /** A stable word: `unknown_field`, `too_big`, `invalid_type`, or the rule that was broken. */
  rule: string
  message: string
}

/** What a refusal says besides its code. */
export interface ProblemDetails {
  status: number
  code: string
  /** A short sentence, the same for every occurrence of the code. */
  title: string
  /** What happened this time and what to do about it. Never holds a secret. */
  detail?: string
  field?: string
  errors?: readonly FieldError[]
  /** Seconds to wait; becomes the `retry-after` header. */
  retryAfter?: number
  cause?: unknown
}

/** A refusal as it travels: `application/problem+json` of RFC 9457 with a stable code and a link to its explanation. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Link to the explanation of this code' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; compare this, never the text' }),
    detail: z.string().optional(),
    field: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), rule: z.string(), message: z.string() })).optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: 'Problem' })

export type ProblemJson = z.infer<typeof problemSchema>

/** A refusal that is told to the caller: thrown by handlers, turned into problem+json by the server in one place. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | undefined
  readonly field: string | undefined
  readonly errors: readonly FieldError[] | undefined
  readonly retryAfter: number | undefined

  constructor(details: ProblemDetails) {
    super(details.detail ?? details.title, { cause: details.cause })
    this.name = 'Problem'
    this.status = details.status
    this.code = details.code
    this.title = details.title
    this.detail = details.detail
    this.field = details.field ?? (details.errors?.length === 1 ? details.errors[0]?.field : undefined)
    this.errors = details.errors
    this.retryAfter = details.retryAfter
  }

  /** The link to the explanation; pages are anchored by code. */
  get type(): string {
    return `/docs/errors#${this.code}`
  }

  toJSON(): ProblemJson {
    return {
      type: this.type,
      title: this.title,
      status: this.status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.errors === undefined ? {} : { errors: [...this.errors] }),
    }
  }
}

/** Codes that every operation may answer, with status and title; an operation's own stand in its `errors`. */
export const COMMON_PROBLEMS = {
  invalid_request: { status: 400, title: 'The request does not fit the schema' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  invalid_cursor: { status: 400, title: 'The cursor is not one that we gave' },
  unauthenticated: { status: 401, title: 'No valid API key' },
  scope_missing: { status: 403, title: 'The API key lacks a scope' },
  forbidden_origin: { status: 403, title: 'Not asked for by a page of this hub' },
  not_found: { status: 404, title: 'Nothing here' },
  method_not_allowed: { status: 405, title: 'Not with this method' },
  conflict: { status: 409, title: 'It changed meanwhile' },
  idempotency_key_required: { status: 400, title: 'This request needs an Idempotency-Key' },
  idempotency_key_reused: { status: 409, title: 'The Idempotency-Key was used for another request' },
  idempotency_in_progress: { status: 409, title: 'The first request with this key is still running' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Our mistake' },
  upstream_failed: { status: 502, title: 'TikTok did not answer as it should' },
  unavailable: { status: 503, title: 'Not ready' },
} as const satisfies Record<string, { status: number; title: string }>

export type CommonCode = keyof typeof COMMON_PROBLEMS

/** A refusal with one of the common codes. */
export function problem(
  code: CommonCode,
  detail?: string,
  more: Pick<ProblemDetails, 'field' | 'errors' | 'retryAfter' | 'cause'> = {},
): Problem {
  return new Problem({ code, ...COMMON_PROBLEMS[code], ...(detail === undefined ? {} : { detail }), ...more })
}
