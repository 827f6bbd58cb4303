/** Refusals in the words of the unified API. */
import { Problem } from '@tockwork/api'
import { z } from 'zod'

/**
 * `code` and `status_code` say the same as `error_code` and `http_status_code`: the documentation has these, live answers
 * have both. `errors` is ours.
 */
export const errorEnvelope = z
  .object({
    error: z.object({
      type: z.string().meta({ description: 'What kind of refusal it is', example: 'RECORD_NOT_FOUND' }),
      code: z.string(),
      error_code: z.string().meta({ description: 'A stable word', example: 'incorrect_account_id' }),
      message: z.string(),
      status_code: z.int(),
      http_status_code: z.int(),
      request_id: z.string(),
      errors: z
        .array(z.object({ field: z.string(), rule: z.string(), message: z.string() }))
        .optional()
        .meta({ description: 'Everything that is wrong with the request' }),
    }),
  })
  .meta({ id: 'Error' })

/** What `incorrect_<thing>_id` is about. */
export type Thing =
  | 'user'
  | 'account'
  | 'profile'
  | 'content'
  | 'work_platform'
  | 'webhook'
  | 'publish'
  | 'delivery'
  | 'transaction'
  | 'payout'

/** An id that names nothing, or nothing that the caller may see: 404 `incorrect_account_id`. */
export function notFound(thing: Thing, message = `There is no such ${thing.replace('_', ' ')}.`): Problem {
  return new Problem({
    status: 404,
    code: `incorrect_${thing}_id`,
    title: 'Nothing has this id',
    detail: message,
  })
}

/** A platform that has not what is asked for. */
export function unsupported(platform: string, product: string): Problem {
  return new Problem({
    status: 400,
    code: 'product_not_supported',
    title: 'The platform does not have this product',
    detail: `${platform} has no ${product}.`,
  })
}

/** By the code of a refusal; whatever is not here goes by its status. */
const TYPES: Readonly<Record<string, string>> = {
  product_not_supported: 'UNSUPPORTED',
  account_not_connected: 'SESSION_EXPIRED',
  duplicate_external_id: 'DUPLICATE_RECORD',
}

const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'RECORD_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'INVALID_REQUEST',
  415: 'INVALID_REQUEST',
  422: 'INVALID_REQUEST',
  429: 'TOO_MANY_REQUESTS',
  502: 'PLATFORM_ERROR',
  503: 'UNAVAILABLE',
}

/** The hub's own words where the unified API has others. */
const CODES: Readonly<Record<string, string>> = {
  unauthenticated: 'incorrect_client_credentials',
  internal: 'internal_error',
}

/** The body of a refusal. */
export function errorBody(refusal: Problem, requestId: string): z.input<typeof errorEnvelope> {
  const { status, errors } = refusal
  const code = CODES[refusal.code] ?? refusal.code
  return {
    error: {
      type: TYPES[refusal.code] ?? TYPE_OF_STATUS[status] ?? 'INTERNAL_ERROR',
      code,
      error_code: code,
      message: refusal.detail ?? refusal.title,
      status_code: status,
      http_status_code: status,
      request_id: requestId,
      ...(errors === undefined ? {} : { errors: [...errors] }),
    },
  }
}
