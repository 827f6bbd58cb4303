import { z } from 'zod'

/** `?limit&cursor` of every list. */
export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .meta({ description: 'How many at most, 1 to 100' }),
  cursor: z.string().max(512).optional().meta({ description: '`next_cursor` of the page before' }),
})

/** `{ data, next_cursor }`; `next_cursor` is null on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() })
}
