import { problem } from '@tockwork/api'

/** A cursor names the last item of a page. It is opaque to callers, and only ours are taken back. */
function cursorOf(id: string | number): string {
  return Buffer.from(`v1:${id}`).toString('base64url')
}

/** The id in a cursor of one kind of thing. @throws {Problem} `invalid_cursor` */
function idInCursor(cursor: string | undefined, pattern: RegExp): string | undefined {
  if (cursor === undefined) return undefined
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const id = text.startsWith('v1:') ? text.slice(3) : ''
  if (!pattern.test(id))
    throw problem('invalid_cursor', 'Use next_cursor of a page as it came.', { field: 'cursor' })
  return id
}

/**
 * One page of a list, newest first. One item more than asked for tells whether there is another page.
 * @param list reads up to `limit` items from before the id `before`.
 */
export async function pageOfItems<T extends { id: string | number }, J>(
  query: { limit: number; cursor?: string | undefined },
  pattern: RegExp,
  list: (slice: { limit: number; before: string | undefined }) => Promise<T[]>,
  toJson: (item: T) => J,
): Promise<{ data: J[]; next_cursor: string | null }> {
  const before = idInCursor(query.cursor, pattern)
  const items = await list({ limit: query.limit + 1, before })
  const page = items.slice(0, query.limit)
  const last = page.at(-1)
  const more = items.length > query.limit && last !== undefined
  return { data: page.map(toJson), next_cursor: more ? cursorOf(last.id) : null }
}
