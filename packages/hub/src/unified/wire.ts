/** Parts of shapes that all products share. Every key is there; what is not known is null. */
import { z } from 'zod'
import type { UnifiedContext } from './context.ts'

export const uuid = z.string().meta({ format: 'uuid' })
export const time = z.string().meta({
  description: 'UTC; without a zone unless `Tockwork-Extend: utc`',
  example: '2026-06-01T12:00:00.123456',
})
/** Ids are compared as they are written down; whatever is none names nothing, and is answered so. */
export const idParam = z.string().min(1).max(64).toLowerCase()
export const day = z.iso.date()

/** One page: 10 rows unless told, 100 at most. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(10),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  cursor: z.string().max(200).optional().meta({
    description: '`next_cursor` of the page before (`Tockwork-Extend: paging`); wins over `offset`',
  }),
})

const metadata = z.object({
  offset: z.int().nullable(),
  limit: z.int().nullable(),
  from_date: z.string().nullable(),
  to_date: z.string().nullable(),
  total: z.int().optional().meta({ description: 'With `Tockwork-Extend: paging`' }),
  next_cursor: z.string().nullable().optional().meta({ description: 'With `Tockwork-Extend: paging`' }),
})

/** A list as it is answered. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), metadata })
}

export const userRef = z.object({ id: uuid, name: z.string() }).meta({ id: 'UserReference' })
const accountRef = z
  .object({ id: uuid, platform_username: z.string().nullable(), username: z.string().nullable() })
  .meta({ id: 'AccountReference' })
export const workPlatformRef = z
  .object({ id: uuid, name: z.string(), logo_url: z.string() })
  .meta({ id: 'WorkPlatformReference' })

/** What every object of an account begins with. */
export const head = { id: uuid, created_at: time, updated_at: time, user: userRef } as const
export const ofAccount = { ...head, account: accountRef, work_platform: workPlatformRef } as const

/** Where something was read; only for those who ask. */
export const source = z
  .object({
    call: z.string().meta({ description: "The platform's endpoint", example: 'display.videoList' }),
    read_at: time,
  })
  .nullable()
  .optional()
  .meta({ description: 'With `Tockwork-Extend: source`' })

export const searchBody = z.object({ ids: z.array(idParam).min(1).max(100) })
export const refreshBody = z.object({ account_id: idParam })
export const historicBody = z.object({ account_id: idParam, from_date: day })

type PageRequest = z.output<typeof pageQuery>
type Place = { at: number; id: string }

/** Where a page begins, from its cursor or its offset. */
export function sliceOf(query: PageRequest): { limit: number; offset: number; after?: Place } {
  const after = placeOf(query.cursor)
  return after === undefined
    ? { limit: query.limit, offset: query.offset }
    : { limit: query.limit, offset: 0, after }
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const [, at, id] = /^(-?\d{1,15})\.(.{1,150})$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return at === undefined || id === undefined ? undefined : { at: Number(at), id }
}

/**
 * A page as it is answered. Whoever asks for more than the page gets the number of all rows and a cursor.
 * @param place where a row stands in the list's order
 */
export async function pageOf<Row, Item>(
  context: Pick<UnifiedContext, 'asks'>,
  query: PageRequest & { from_date?: string | undefined; to_date?: string | undefined },
  parts: {
    list: (slice: ReturnType<typeof sliceOf>) => Promise<readonly Row[]>
    count: () => Promise<number>
    place: (row: Row) => Place
    toItem: (row: Row) => Item
  },
) {
  const { from_date = null, to_date = null, limit, offset } = query
  const wide = context.asks('paging')
  const slice = sliceOf(query)
  const rows = await parts.list(wide ? { ...slice, limit: limit + 1 } : slice)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const extra = wide
    ? {
        total: await parts.count(),
        next_cursor: rows.length > limit && last !== undefined ? cursorOf(parts.place(last)) : null,
      }
    : {}
  return { data: shown.map(parts.toItem), metadata: { offset, limit, from_date, to_date, ...extra } }
}

function cursorOf({ at, id }: Place): string {
  return Buffer.from(`${at}.${id}`).toString('base64url')
}
