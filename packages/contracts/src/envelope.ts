import * as z from 'zod/mini'

/** `{data, error}` of the v2 API; `error.code` is `ok` on success. Reference tables say `logid`, the wire `log_id`. */
export const standardEnvelope = z.looseObject({
  data: z.optional(z.unknown()),
  error: z.looseObject({
    code: z.string(),
    message: z.optional(z.string()),
    log_id: z.optional(z.string()),
    logid: z.optional(z.string()),
    /** Data Portability repeats the HTTP status here. */
    http_status_code: z.optional(z.int()),
  }),
})

/** A failure of an OAuth endpoint. Its presence decides, never the HTTP status. */
export const flatError = z.looseObject({
  error: z.string(),
  error_description: z.optional(z.string()),
  log_id: z.optional(z.string()),
})
