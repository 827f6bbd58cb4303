import {
  queryVideos,
  type ResearchVideo,
  type ResearchVideoField,
  researchRules,
  researchVideoFields,
  type VideoQuery,
} from '@tockwork/contracts/research'
import { type TockworkError, UsageError } from '@tockwork/kernel'
import { askedDates, type DateWindow, dayFrom, halve, inWindow, splitRange } from './date-windows.ts'
import { QuotaError } from './quota.ts'
import type { ResearchCaller } from './research-caller.ts'

export interface VideoSearchOptions {
  query: VideoQuery
  /** First and last UTC day that count: `YYYY-MM-DD` or `YYYYMMDD`. However far apart. */
  from: string
  to: string
  /** By default all of them. `id` and `create_time` come in any case. */
  fields?: readonly ResearchVideoField[]
  /** Candidates a request, 1 to 100. 100. */
  pageSize?: number
  /** Days that are asked for at once, 1 to 30. 30. */
  windowDays?: number
  /** Where an earlier search was; `from` and `to` do not count then. */
  resume?: SearchPosition
  /** A part of the range that TikTok keeps failing on: end with the error, or go on without it. `throw`. */
  whenFailing?: 'throw' | 'skip'
  signal?: AbortSignal
}

/** Where a search stands, as plain data that may be kept. */
export interface SearchPosition {
  /** What is still to be read; the first is being read. */
  windows: DateWindow[]
  cursor?: string
  searchId?: string
  /** Times that the first window was begun anew, because its result set was gone. */
  restarts?: number
}

export interface VideoPage {
  videos: ResearchVideo[]
  window: DateWindow
  /** Where to go on behind this page. No windows: the search is complete. */
  next: SearchPosition
  /** Videos that TikTok delivered, which may be fewer than candidates looked at. */
  delivered: number
}

/** A part of the range that could not be read. */
export interface MissedWindow {
  window: DateWindow
  /** The candidates before this one were read. */
  cursor: string | undefined
  code: string
  message: string
}

/**
 * A search over any range of days: windows of at most 30 days, newest part of each first, page by page. A window whose
 * result set is lost is begun anew once, then halved; a single day that stays lost is reported. Videos are not
 * repeated within a window, whatever was begun anew.
 */
export class VideoSearch implements AsyncIterable<ResearchVideo> {
  readonly #caller: ResearchCaller
  readonly #options: VideoSearchOptions
  readonly #fields: ResearchVideoField[]
  readonly #pageSize: number
  /** What could not be read, in `skip`. */
  readonly missed: MissedWindow[] = []

  constructor(caller: ResearchCaller, options: VideoSearchOptions) {
    const { fields = researchVideoFields, pageSize = researchRules.maxPageSize.value } = options
    if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > researchRules.maxPageSize.value)
      throw new UsageError(`pageSize: 1 to ${researchRules.maxPageSize.value}`, { field: 'pageSize' })
    for (const field of fields)
      if (!(researchVideoFields as readonly string[]).includes(field))
        throw new UsageError(`fields: there is no field ${JSON.stringify(field)}`, {
          field: 'fields',
          action: `Fields are ${researchVideoFields.join(', ')}.`,
        })
    this.#caller = caller
    this.#options = options
    this.#fields = [...new Set<ResearchVideoField>(['id', 'create_time', ...fields])]
    this.#pageSize = pageSize
    // A range that cannot be is told before anything is sent.
    this.#begin()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResearchVideo, void, undefined> {
    for await (const page of this.pages()) yield* page.videos
  }

  async *pages(): AsyncGenerator<VideoPage, void, undefined> {
    let position = this.#begin()
    let seen = new Set<string>()
    while (position.windows.length > 0) {
      const [window, ...later] = position.windows as [DateWindow, ...DateWindow[]]
      let read: Awaited<ReturnType<VideoSearch['_read']>>
      try {
        read = await this._read(window, position)
      } catch (error) {
        position = this.#without(window, later, position, error)
        continue
      }
      const { videos, cursor, hasMore, searchId } = read
      const stuck = hasMore && (cursor === undefined || cursor === position.cursor)
      const next: SearchPosition =
        hasMore && !stuck
          ? {
              windows: position.windows,
              ...(cursor === undefined ? {} : { cursor }),
              ...(searchId === undefined ? {} : { searchId }),
              ...(position.restarts === undefined ? {} : { restarts: position.restarts }),
            }
          : { windows: later }
      const fresh = videos.filter(({ id, create_time }) => {
        if (create_time !== undefined && !inWindow(window, create_time)) return false
        if (id === undefined || seen.has(id)) return false
        seen.add(id)
        return true
      })
      yield { videos: fresh, window, next, delivered: videos.length }
      if (next.windows !== position.windows) seen = new Set()
      position = next
    }
  }

  #begin(): SearchPosition {
    const { resume, from, to, windowDays } = this.#options
    return resume ?? { windows: splitRange({ from, to }, windowDays) }
  }

  /** @internal One page, under the id that recorded answers use. */
  async _read(window: DateWindow, { cursor, searchId }: SearchPosition) {
    const { query, signal } = this.#options
    const output = await this.#caller.call(queryVideos, {
      quota: 'general',
      query: { fields: this.#fields },
      input: {
        query,
        ...askedDates(window, dayFrom(this.#caller.clock.now())),
        max_count: this.#pageSize,
        ...(cursor === undefined ? {} : { cursor }),
        ...(searchId === undefined ? {} : { search_id: searchId }),
      },
      count: ({ videos }) => videos.length,
      signal,
    })
    return {
      videos: output.videos.map((video) =>
        video.id === undefined && video.video_id !== undefined ? { ...video, id: video.video_id } : video,
      ),
      cursor: output.cursor,
      hasMore: output.has_more ?? false,
      searchId: output.search_id ?? searchId,
    }
  }

  /** What to do about a window that failed: anew, in halves, or without it. */
  #without(
    window: DateWindow,
    later: DateWindow[],
    position: SearchPosition,
    error: unknown,
  ): SearchPosition {
    if (!isTockwork(error) || error instanceof QuotaError || !mayHelp(error)) throw error
    const { restarts = 0, cursor } = position
    if (cursor !== undefined && restarts === 0) return { windows: position.windows, restarts: 1 }
    const halves = halve(window)
    if (halves !== undefined) return { windows: [...halves, ...later] }
    if (this.#options.whenFailing !== 'skip') throw error
    this.missed.push({ window, cursor, code: error.code, message: error.message })
    return { windows: later }
  }
}

function isTockwork(error: unknown): error is TockworkError {
  return error instanceof Error && 'code' in error && 'retry' in error
}

/** Whether a smaller window may fare better: TikTok failed, or lost the result set. */
function mayHelp({ code, httpStatus, message }: TockworkError): boolean {
  return (
    code === 'internal_error' ||
    (httpStatus ?? 0) >= 500 ||
    (code === 'invalid_params' && /search id|count or cursor/i.test(message))
  )
}
