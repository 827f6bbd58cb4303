import type { OutputOf } from '@tockwork/contracts'
import { type BusinessVideoField, listBusinessVideos } from '@tockwork/contracts/business'
import { UsageError } from '@tockwork/kernel'
import type { Picked } from '../display/user.ts'
import { CursorList } from '../paging/cursor-list.ts'
import type { BusinessCaller } from './business-caller.ts'

/** A post with every field that exists; a call gives those that were asked for. */
export type BusinessVideo = OutputOf<typeof listBusinessVideos>['videos'][number]

export interface BusinessVideoListOptions<F extends BusinessVideoField> {
  /** `item_id` comes in any case. */
  fields: readonly F[]
  /** Only these posts. */
  ids?: readonly string[]
  /** Only posts that are ads. */
  adsOnly?: boolean
  /** Only posts before: a date, milliseconds since the epoch, or the cursor of an earlier page. */
  before?: Date | number | string
  /** Posts a request, 1 to 20. 20. */
  pageSize?: number
  signal?: AbortSignal | undefined
}

/** `account.videos` */
export class BusinessVideos {
  readonly #caller: BusinessCaller

  constructor(caller: BusinessCaller) {
    this.#caller = caller
  }

  /** The account's posts, newest first. Nothing is sent before the iteration starts. */
  list<const F extends BusinessVideoField>(
    options: BusinessVideoListOptions<F>,
  ): CursorList<Picked<BusinessVideo, F | 'item_id'>> {
    const { fields, ids, adsOnly, before, pageSize = 20, signal } = options
    const filters = {
      ...(ids === undefined ? {} : { video_ids: [...ids] }),
      ...(adsOnly === undefined ? {} : { ad_post_only: adsOnly }),
    }
    const wanted = [...new Set<BusinessVideoField>(['item_id', ...fields])]
    const start = before === undefined ? undefined : cursorOf(before)
    return new CursorList(listBusinessVideos.id, start, async (cursor) => {
      const answer = await this.#caller.call(listBusinessVideos, {
        query: {
          fields: wanted,
          max_count: pageSize,
          ...(Object.keys(filters).length === 0 ? {} : { filters }),
          ...(cursor === undefined ? {} : { cursor: Number(cursor) }),
        },
        signal,
      })
      // Narrowed to what was asked for.
      const items = answer.videos as Picked<BusinessVideo, F | 'item_id'>[]
      return { items, cursor: answer.cursor, hasMore: answer.has_more ?? false }
    })
  }
}

function cursorOf(before: Date | number | string): string {
  const text = String(before instanceof Date ? before.getTime() : before)
  if (/^\d{1,15}$/.test(text)) return text
  throw new UsageError('before: expected a date or whole milliseconds since the epoch', { field: 'before' })
}
