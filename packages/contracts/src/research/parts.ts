/** What Research calls have in common. */
import * as z from 'zod/mini'
import { count, int64 } from '../schema.ts'

export const page = (slug: string) => ({ url: `https://developers.tiktok.com/doc/${slug}` })

/** The reset of both is 00:00 UTC; a general quota and one for followers and following (`researchQuotas`). */
export const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'client',
  encoding: 'json',
  envelope: 'standard',
  scopes: ['research.data.basic'],
  errors: [
    'access_token_invalid',
    'scope_not_authorized',
    'invalid_params',
    'rate_limit_exceeded',
    'daily_quota_limit_exceeded',
    'internal_error',
  ],
  repeat: 'safe',
} as const

/** How many items a page may have. Samples also write it as text. */
export const pageSize = (max: number) =>
  z.optional(count().check(z.refine((n) => n >= 1 && n <= max, `1 to ${max}`)))

/** Absent, null and 0 all ask for the first page: clients in use send each of them. */
export const cursor = () => z.optional(z.nullable(int64()))

/** A handle, without `@`. */
export const username = () =>
  z.string().check(z.minLength(1, 'a handle without @'), z.regex(/^[^@\s]+$/, 'a handle without @'))
