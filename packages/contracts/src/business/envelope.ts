import * as z from 'zod/mini'

/** `code` decides: 0 is success, 20001 success in part. HTTP is 200 for nearly everything; on a failure `data` is `{}`. */
export const businessEnvelope = z.looseObject({
  code: z.number(),
  message: z.optional(z.string()),
  request_id: z.optional(z.string()),
  /** One endpoint of another family answers with a list, so that its form is left open. */
  data: z.optional(z.unknown()),
})

export const BUSINESS_OK = 0
/** Some of several things were done: `data` says which. */
export const BUSINESS_PARTLY = 20_001
