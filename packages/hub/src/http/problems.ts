import { Problem, problem } from '@tockwork/api'
import type { Log } from '../observability/log.ts'
import { isConnectionLost } from '../storage/database.ts'

/** Fastify's own refusals, by its codes; whatever is not here and carries a 4xx is the caller's, the rest is ours. */
const FASTIFY: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    problem('body_too_large', 'A body of the API has 1 MiB at most; files go to /v1/assets as they are'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    problem('unsupported_media_type', 'Send the body as application/json', { field: 'content-type' }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    problem('invalid_request', 'The body is not as long as announced'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => problem('malformed_json'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => problem('malformed_json', 'The body is empty'),
  FST_ERR_BAD_URL: () => problem('invalid_request', 'The address is not well formed'),
  FST_ERR_REOPENED_CLOSE_SERVER: () =>
    problem('unavailable', 'The server is about to stop', { retryAfter: 1 }),
}

/**
 * The one place where errors become answers. What was thrown on purpose is told; anything else is written to the log
 * under the request's id and tells the outside nothing.
 */
export function toProblem(error: unknown, log: Log): Problem {
  if (error instanceof Problem) return error
  const code = String(Reflect.get(Object(error), 'code') ?? '')
  const known = FASTIFY[code]
  if (known !== undefined) return known()
  const status = Number(Reflect.get(Object(error), 'statusCode') ?? 500)
  if (status >= 400 && status < 500 && code.startsWith('FST_'))
    return problem('invalid_request', error instanceof Error ? error.message : undefined)
  if (isConnectionLost(error)) {
    log.warn({ err: error }, 'The database does not answer')
    return problem('unavailable', 'The database does not answer; try again', { retryAfter: 2 })
  }
  log.error({ err: error }, 'A request failed')
  return problem('internal', 'It is written to the log under this request id')
}

/** The body of a refusal. */
export function problemBody(refusal: Problem, requestId: string): string {
  return JSON.stringify({ ...refusal.toJSON(), request_id: requestId })
}
