import type { InputOf, OutputOf } from '@tockwork/contracts'
import {
  type ComplianceCategory,
  complianceTaskStatus,
  createComplianceTask,
  downloadComplianceTask,
  followers,
  following,
  type ListedVideoField,
  likedVideos,
  listComments,
  listedVideoFields,
  pinnedVideos,
  playlistInfo,
  productReviews,
  queryVideos,
  type ResearchComment,
  type ResearchCommentField,
  type ResearchRelation,
  type ResearchUser,
  type ResearchUserField,
  type ResearchVideo,
  type ResearchVideoField,
  repostedVideos,
  researchCommentFields,
  researchProductFields,
  researchReviewFields,
  researchRules,
  researchShopFields,
  researchUserFields,
  researchVideoFields,
  shopInfo,
  shopProducts,
  userInfo,
  type VideoQuery,
} from '@tockwork/contracts/research'
import { type Clock, PlatformError, systemClock, UsageError } from '@tockwork/kernel'
import { CursorList } from '../paging/cursor-list.ts'
import type { TikTok } from '../tiktok.ts'
import { dayOf } from './date-windows.ts'
import { MemoryQuota, type QuotaLedger, type QuotaState } from './quota.ts'
import { ResearchCaller, type ResearchWait } from './research-caller.ts'
import { VideoSearch, type VideoSearchOptions } from './video-search.ts'

export interface ResearchOptions {
  /** Where the day's quota is counted; in memory by default, so for this process alone. */
  quota?: QuotaLedger
  /** At the end of the day's quota: sleep until 00:00 UTC, or throw `QuotaError`. `throw`. */
  whenExhausted?: 'wait' | 'throw'
  /** Most repeats while TikTok says that a result set is not ready. 8. */
  maxNotReady?: number
  /** Most repeats after failures of TikTok's own; each of them costs a request of the quota. 3. */
  maxFailures?: number
  onWait?: (wait: ResearchWait) => void
  clock?: Clock
}

interface ListOptions {
  /** Items a request. 100. */
  pageSize?: number
  /** Where an earlier reading was. */
  cursor?: string
  signal?: AbortSignal
}

type Product = OutputOf<typeof shopProducts>['product_data'][number]
type Review = OutputOf<typeof productReviews>['review_data'][number]

/** How long a compliance task is waited for in all, and between two looks. */
const TASK_POLL_MS = 5_000
const TASK_LONGEST_POLL_MS = 60_000
const TASK_WAIT_MS = 24 * 3_600_000

/**
 * TikTok's Research API for an approved project: `new Research(tiktok)` with the project's client key and secret.
 * Its token is fetched, kept and renewed by itself. Every request counts towards the quota of the UTC day.
 */
export class Research {
  readonly #caller: ResearchCaller
  readonly #ledger: QuotaLedger

  constructor(tiktok: TikTok, options: ResearchOptions = {}) {
    const clock = options.clock ?? systemClock
    this.#ledger = options.quota ?? new MemoryQuota(clock)
    this.#caller = new ResearchCaller(tiktok, {
      ledger: this.#ledger,
      clock,
      whenExhausted: options.whenExhausted ?? 'throw',
      maxNotReady: options.maxNotReady ?? 8,
      maxFailures: options.maxFailures ?? 3,
      onWait: options.onWait,
    })
  }

  /** What is left of the day's quotas, as far as the ledger knows. */
  async quota(): Promise<{ general: QuotaState; relations: QuotaState }> {
    return { general: await this.#ledger.state('general'), relations: await this.#ledger.state('relations') }
  }

  /** A search over any range of days. Nothing is sent before the iteration starts. */
  videos(options: VideoSearchOptions): VideoSearch {
    return new VideoSearch(this.#caller, options)
  }

  /** 1 to 100 matching videos of at most 30 days in random order. There are no further pages. */
  async randomVideos(options: {
    query: VideoQuery
    from: string
    to: string
    fields?: readonly ResearchVideoField[]
    count?: number
    signal?: AbortSignal
  }): Promise<ResearchVideo[]> {
    const { query, fields = researchVideoFields, count = 100, signal } = options
    const output = await this.#caller.call(queryVideos, {
      quota: 'general',
      query: { fields: [...fields] },
      input: {
        query,
        start_date: dayOf(options.from, 'from'),
        end_date: dayOf(options.to, 'to'),
        max_count: count,
        is_random: true,
      },
      count: ({ videos }) => videos.length,
      signal,
    })
    return output.videos
  }

  /** Comments of a video; only the first 1000 can be read. */
  comments(
    videoId: string,
    options: ListOptions & { fields?: readonly ResearchCommentField[] } = {},
  ): CursorList<ResearchComment> {
    return this.#comments({ video_id: videoId }, options)
  }

  /** Replies to a comment. */
  replies(
    commentId: string,
    options: ListOptions & { fields?: readonly ResearchCommentField[] } = {},
  ): CursorList<ResearchComment> {
    return this.#comments({ comment_id: commentId }, options)
  }

  #comments(
    of: { video_id: string } | { comment_id: string },
    options: ListOptions & { fields?: readonly ResearchCommentField[] },
  ): CursorList<ResearchComment> {
    const { fields = researchCommentFields, pageSize = 100, signal } = options
    return new CursorList(listComments.id, options.cursor, async (cursor) => {
      const output = await this.#caller.call(listComments, {
        quota: 'general',
        query: { fields: [...fields] },
        input: { ...of, max_count: pageSize, ...(cursor === undefined ? {} : { cursor }) },
        count: ({ comments }) => comments.length,
        signal,
      })
      const within = output.cursor === undefined || Number(output.cursor) < researchRules.maxComments.value
      return { items: output.comments, cursor: output.cursor, hasMore: (output.has_more ?? false) && within }
    })
  }

  /** A public profile, live. */
  async user(
    username: string,
    options: { fields?: readonly ResearchUserField[]; signal?: AbortSignal } = {},
  ): Promise<ResearchUser> {
    return this.#caller.call(userInfo, {
      quota: 'general',
      query: { fields: [...(options.fields ?? researchUserFields)] },
      input: { username },
      count: () => 1,
      signal: options.signal,
    })
  }

  /** Public followers, newest first; TikTok ends at about 5,000. Has a quota of its own. */
  followers(username: string, options: ListOptions = {}): CursorList<ResearchRelation> {
    return this.#list(followers, username, options, 'relations', (output) => output.user_followers)
  }

  /** Whom a user follows, where the list is public. Has a quota of its own. */
  following(username: string, options: ListOptions = {}): CursorList<ResearchRelation> {
    return this.#list(following, username, options, 'relations', (output) => output.user_following)
  }

  /** Liked videos, where the list is public; seldom. */
  likedVideos(
    username: string,
    options: ListOptions & { fields?: readonly ListedVideoField[] } = {},
  ): CursorList<ResearchVideo> {
    return this.#list(likedVideos, username, options, 'general', (output) => output.user_liked_videos)
  }

  repostedVideos(
    username: string,
    options: ListOptions & { fields?: readonly ListedVideoField[] } = {},
  ): CursorList<ResearchVideo> {
    return this.#list(
      repostedVideos,
      username,
      options,
      'general',
      (output) => output.reposted_videos ?? output.user_reposted_videos ?? [],
    )
  }

  async pinnedVideos(
    username: string,
    options: { fields?: readonly ListedVideoField[]; signal?: AbortSignal } = {},
  ): Promise<ResearchVideo[]> {
    const output = await this.#caller.call(pinnedVideos, {
      quota: 'general',
      query: { fields: [...(options.fields ?? listedVideoFields)] },
      input: { username },
      count: ({ pinned_videos_list }) => pinned_videos_list.length,
      signal: options.signal,
    })
    return output.pinned_videos_list
  }

  #list<E extends typeof followers | typeof following | typeof likedVideos | typeof repostedVideos, T>(
    endpoint: E,
    username: string,
    options: ListOptions & { fields?: readonly ListedVideoField[] },
    quota: 'general' | 'relations',
    itemsOf: (output: OutputOf<E>) => T[],
  ): CursorList<T> {
    const { pageSize = 100, signal, fields = listedVideoFields } = options
    return new CursorList(endpoint.id, options.cursor, async (cursor) => {
      const output = await this.#caller.call(endpoint, {
        quota,
        ...('query' in endpoint ? { query: { fields: [...fields] } as never } : {}),
        input: {
          username,
          max_count: pageSize,
          ...(cursor === undefined ? {} : { cursor }),
        } as InputOf<E>,
        count: (answer) => itemsOf(answer).length,
        signal,
      })
      const { cursor: next, has_more } = output as { cursor?: string; has_more?: boolean }
      return { items: itemsOf(output), cursor: next, hasMore: has_more ?? false }
    })
  }

  /** A playlist; its `playlist_video_ids` are those of one page. */
  async playlist(
    playlistId: string,
    options: { cursor?: string; signal?: AbortSignal } = {},
  ): Promise<OutputOf<typeof playlistInfo>> {
    return this.#caller.call(playlistInfo, {
      quota: 'general',
      input: { playlist_id: playlistId, ...(options.cursor === undefined ? {} : { cursor: options.cursor }) },
      count: ({ playlist_video_ids }) => playlist_video_ids?.length ?? 0,
      signal: options.signal,
    })
  }

  /** EU shops by name, at most 10. */
  async shops(
    name: string,
    options: { limit?: number; signal?: AbortSignal } = {},
  ): Promise<OutputOf<typeof shopInfo>['shop_data']> {
    const output = await this.#caller.call(shopInfo, {
      quota: 'general',
      input: { shop_name: name, limit: options.limit ?? 10, fields: researchShopFields.join(',') },
      count: ({ shop_data }) => shop_data.length,
      signal: options.signal,
    })
    return output.shop_data
  }

  products(shopId: string, options: ListOptions = {}): CursorList<Product> {
    return this.#numbered(shopProducts.id, options, async (page, size) => {
      const output = await this.#caller.call(shopProducts, {
        quota: 'general',
        input: {
          shop_id: shopId,
          page_start: page,
          page_size: size,
          fields: researchProductFields.join(','),
        },
        count: ({ product_data }) => product_data.length,
        signal: options.signal,
      })
      return output.product_data
    })
  }

  reviews(productId: string, options: ListOptions = {}): CursorList<Review> {
    return this.#numbered(productReviews.id, options, async (page, size) => {
      const output = await this.#caller.call(productReviews, {
        quota: 'general',
        input: {
          product_id: productId,
          page_start: page,
          page_size: size,
          fields: researchReviewFields.join(','),
        },
        count: ({ review_data }) => review_data.length,
        signal: options.signal,
      })
      return output.review_data
    })
  }

  /** Pages by number. Nothing says whether there is another, so one is read until it is empty or short. */
  #numbered<T>(
    endpoint: string,
    { pageSize = researchRules.maxShopPageSize.value, cursor: start }: ListOptions,
    fetch: (page: number, size: number) => Promise<T[]>,
  ): CursorList<T> {
    return new CursorList(endpoint, start, async (cursor) => {
      const page = cursor === undefined ? 1 : Number(cursor)
      const items = await fetch(page, pageSize)
      return { items, cursor: String(page + 1), hasMore: items.length === pageSize }
    })
  }

  /**
   * Which of the collected ids may still be kept: at most 10,000 in one task, which is waited for.
   * @throws {PlatformError} `compliance_task_failed` when TikTok could not do it; nothing may be concluded then
   */
  async validIds(
    category: ComplianceCategory,
    ids: readonly string[],
    options: { signal?: AbortSignal } = {},
  ): Promise<Set<string>> {
    const most = researchRules.maxComplianceIds.value
    if (ids.length === 0) return new Set()
    if (ids.length > most) throw new UsageError(`ids: at most ${most} in one task`, { field: 'ids' })
    for (const id of ids)
      if (!/^\d{1,20}$/.test(id))
        throw new UsageError(`ids: ${JSON.stringify(id.slice(0, 40))} is no id`, { field: 'ids' })
    const { signal } = options
    const { task_id } = await this.#caller.call(createComplianceTask, {
      quota: 'general',
      input: { file_data: `${ids.join('\n')}\n`, category },
      signal,
    })
    await this.#taskDone(task_id, signal)
    const text = new TextDecoder().decode(
      await this.#caller.call(downloadComplianceTask, { quota: 'general', input: { task_id }, signal }),
    )
    return validAmong(ids, text)
  }

  async #taskDone(taskId: string, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#caller
    const end = clock.now() + TASK_WAIT_MS
    for (let pause = TASK_POLL_MS; ; pause = Math.min(pause * 2, TASK_LONGEST_POLL_MS)) {
      const { task_status } = await this.#caller.call(complianceTaskStatus, {
        quota: 'general',
        input: { task_id: taskId },
        signal,
      })
      if (task_status === 'Completed') return
      if (task_status === 'Failed' || clock.now() >= end)
        throw new PlatformError(
          `The compliance task ${taskId} ${task_status === 'Failed' ? 'failed' : 'was not done within a day'}.`,
          {
            code: 'compliance_task_failed',
            retry: 'now',
            endpoint: complianceTaskStatus.id,
            action: 'Check the ids again later; nothing was concluded about them.',
          },
        )
      await clock.sleep(pause, signal)
    }
  }
}

/** The answer is a text file whose form is not documented: every number in it is read as an id. */
function validAmong(asked: readonly string[], text: string): Set<string> {
  const answered = new Set(text.match(/\d{1,20}/g) ?? [])
  const known = new Set(asked)
  const foreign = [...answered].filter((id) => !known.has(id)).length
  if (foreign > 0)
    throw new PlatformError(
      `The compliance task answered ${foreign} ids that were not asked for: its form is not understood.`,
      {
        code: 'compliance_answer_unclear',
        retry: 'never',
        endpoint: downloadComplianceTask.id,
        action: 'Nothing was concluded about the ids. Report it with the file.',
      },
    )
  return answered
}
