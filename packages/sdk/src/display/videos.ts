import type { OutputOf } from '@tockwork/contracts'
import { type VideoField, videoFields, videoList, videoQuery } from '@tockwork/contracts/display'
import { ContractError, UsageError } from '@tockwork/kernel'
import type { Caller } from '../caller.ts'
import { fieldNames } from './field-names.ts'
import type { Picked } from './user.ts'

/** A video with every field that exists; a call gives those that were asked for. */
export type Video = OutputOf<typeof videoList>['videos'][number]
export type { VideoField }
export { videoFields }

const MOST_IDS = 20
const MOST_VIDEOS = 20

export interface VideoListOptions<F extends VideoField> {
  fields: readonly F[]
  /** Only videos posted before: a date, or milliseconds since the epoch (a cursor of an earlier page). */
  before?: Date | number | string
  /** Videos a request, 1 to 20. 20. */
  pageSize?: number
  signal?: AbortSignal | undefined
}

export interface VideoPage<F extends VideoField> {
  videos: Picked<Video, F>[]
  /** Where the next page starts: hand it over as `before` to go on later. */
  cursor: string
  hasMore: boolean
}

/** The user's public videos, newest first: iterate it for videos, or its `pages()`. Each iteration starts anew. */
export class VideoList<F extends VideoField> implements AsyncIterable<Picked<Video, F>> {
  readonly #caller: Caller
  readonly #options: VideoListOptions<F>

  constructor(caller: Caller, options: VideoListOptions<F>) {
    this.#caller = caller
    this.#options = options
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Picked<Video, F>, void, undefined> {
    for await (const page of this.pages()) yield* page.videos
  }

  async *pages(): AsyncGenerator<VideoPage<F>, void, undefined> {
    const { fields, before, pageSize = MOST_VIDEOS, signal } = this.#options
    let cursor = before === undefined ? undefined : cursorOf(before)
    for (;;) {
      const answer = await this.#caller.call(videoList, {
        query: { fields: fieldNames(fields) },
        input: { max_count: pageSize, ...(cursor === undefined ? {} : { cursor }) },
        ...(signal === undefined ? {} : { signal }),
      })
      // Narrowed to what was asked for.
      const videos = answer.videos as Picked<Video, F>[]
      yield { videos, cursor: answer.cursor, hasMore: answer.has_more }
      if (!answer.has_more) return
      if (answer.cursor === cursor) {
        throw new ContractError(
          `${videoList.id}: TikTok says there are more videos, but the cursor does not move.`,
          {
            code: 'cursor_stuck',
            retry: 'never',
            endpoint: videoList.id,
            action: 'Go on later with `before`; report it if it stays so.',
          },
        )
      }
      cursor = answer.cursor
    }
  }
}

/** `creator.videos` */
export class VideosApi {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** The user's public videos, newest first. Nothing is sent before the iteration starts. */
  list<const F extends VideoField>(options: VideoListOptions<F>): VideoList<F> {
    return new VideoList(this.#caller, options)
  }

  /** Videos by id, however many; ids that are not the user's may be missing from the answer. Asks for 20 at a time. */
  async query<const F extends VideoField>(
    ids: readonly string[],
    fields: readonly F[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Picked<Video, F>[]> {
    const wanted = [...new Set(ids)]
    const found: Picked<Video, F>[] = []
    for (let start = 0; start < wanted.length; start += MOST_IDS) {
      const answer = await this.#caller.call(videoQuery, {
        query: { fields: fieldNames(fields) },
        input: { filters: { video_ids: wanted.slice(start, start + MOST_IDS) } },
        ...options,
      })
      found.push(...(answer.videos as Picked<Video, F>[]))
    }
    return found
  }
}

function cursorOf(before: Date | number | string): string {
  const text = String(before instanceof Date ? before.getTime() : before)
  if (/^\d{1,16}$/.test(text)) return text
  throw new UsageError('before: expected a date or whole milliseconds since the epoch', {
    field: 'before',
    action: 'Hand over a Date, milliseconds, or the cursor of an earlier page.',
  })
}
