import type { Endpoint } from '@tockwork/contracts'
import {
  complianceTaskStatus,
  createComplianceTask,
  downloadComplianceTask,
  followers,
  following,
  likedVideos,
  listComments,
  pinnedVideos,
  playlistInfo,
  productReviews,
  queryVideos,
  type ResearchVideo,
  repostedVideos,
  shopInfo,
  shopProducts,
  userInfo,
} from '@tockwork/contracts/research'
import type { Handler, Handlers } from '../endpoint/handlers.ts'
import { Refusal } from '../platform.ts'
import { comment, repliesTo } from './comments.ts'
import { complianceHandlers } from './compliance.ts'
import { likedNumbers, relationsPage, repostedNumbers } from './lists.ts'
import { metered } from './metered.ts'
import { mix } from './mix.ts'
import { researchWorld } from './research-world.ts'
import { products, reviews, shopsNamed } from './shops.ts'

export const researchEndpoints = {
  queryVideos,
  listComments,
  userInfo,
  followers,
  following,
  likedVideos,
  pinnedVideos,
  repostedVideos,
  playlistInfo,
  shopInfo,
  shopProducts,
  productReviews,
  createComplianceTask,
  complianceTaskStatus,
  downloadComplianceTask,
}

const SCOPE = 'research.data.basic'
/** Days until a new video can be found (documented: up to two). */
const SEARCHABLE_AFTER = 2 * 86_400
const MOST_COMMENTS = 1000

const general = <E extends Endpoint>(handler: Handler<E>): Handler<E> => metered(SCOPE, 'general', handler)
const relations = <E extends Endpoint>(handler: Handler<E>): Handler<E> =>
  metered(SCOPE, 'relations', handler)

/** Cursors of pages by index. A wrong one gets TikTok's own words. */
function indexOf(cursor: string | null | undefined): number {
  const index = Number(cursor ?? 0)
  if (!Number.isSafeInteger(index) || index < 0)
    throw new Refusal('invalid_params', 'Invalid count or cursor')
  return index
}

/** Only what was asked for. */
function picked<T extends object>(object: T, fields: readonly string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => fields.includes(name))) as T
}

function needFields(fields: readonly string[]): void {
  if (fields.length === 0) throw new Refusal('invalid_params', 'fields: is required')
}

/** Liked, pinned and reposted videos spell the members of `video_tag` otherwise. */
function listedVideo(video: ResearchVideo, fields: readonly string[]): ResearchVideo {
  const tag = video.video_tag as { type: string; number: number } | undefined
  return picked(
    tag === undefined
      ? video
      : { ...video, video_tag: { video_tag_type: tag.type, video_tag_number: tag.number } },
    fields,
  )
}

/** The number of a user who may be looked into, or the refusal that clients report. */
function userOf(
  people: { find(handle: string): number | undefined; standing(user: number): string },
  handle: string,
): number {
  const user = people.find(handle)
  if (user === undefined)
    throw new Refusal(
      'invalid_params',
      `The username ${handle.slice(0, 64)} is invalid: cannot find the user`,
    )
  const standing = people.standing(user)
  if (standing === 'private') throw new Refusal('invalid_params', `The user ${handle} is private`)
  if (standing === 'ineligible')
    throw new Refusal('invalid_params', "API cannot return this user's information")
  return user
}

const dayStart = (day: string): number =>
  Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8))) / 1000

export const researchHandlers: Handlers<typeof researchEndpoints> = {
  queryVideos: general(async ({ platform, app, query, input }) => {
    needFields(query.fields)
    const { corpus, searches, refused } = researchWorld(platform)
    const now = platform.clock.seconds()
    const count = input.max_count ?? 20
    const search = {
      query: input.query,
      from: dayStart(input.start_date),
      below: Math.min(dayStart(input.end_date) + 86_400, now - SEARCHABLE_AFTER),
    }
    // The newest day moves with the clock, so a result set is told by its dates.
    const id = searches.id(app.id, { ...search, below: dayStart(input.end_date) + 86_400 })
    const deliver = (numbers: readonly number[]): ResearchVideo[] =>
      numbers.filter((n) => corpus.isPublic(n, now)).map((n) => picked(corpus.video(n), query.fields))
    if (input.is_random === true) {
      let step = 0
      const numbers = await searches.random(search, count, () => {
        step += 1
        return mix(now, step) / 2 ** 32
      })
      return { videos: deliver(numbers), cursor: String(numbers.length), has_more: false, search_id: id }
    }
    const cursor = indexOf(input.cursor)
    const asked = input.search_id ?? ''
    if (asked !== '') {
      const early = mix(Number(BigInt(id) & 0xffff_ffffn), 1) / 2 ** 32 < platform.settings.researchNotReady
      if (asked !== id || (early && !refused.has(id))) {
        if (asked === id) refused.add(id)
        throw new Refusal('invalid_params', `Search Id ${asked.slice(0, 64)} is invalid or expired`)
      }
    } else if (cursor > 0) throw new Refusal('invalid_params', 'Invalid count or cursor')
    const { numbers, hasMore } = await searches.page(id, search, cursor, count)
    return {
      videos: deliver(numbers),
      cursor: String(cursor + (hasMore ? count : numbers.length)),
      has_more: hasMore,
      search_id: id,
    }
  }),

  listComments: general(({ platform, query, input }) => {
    needFields(query.fields)
    const { corpus } = researchWorld(platform)
    const start = indexOf(input.cursor)
    if (start >= MOST_COMMENTS) throw new Refusal('invalid_params', 'Invalid count or cursor')
    const count = input.max_count ?? 10
    const now = platform.clock.seconds()
    let total: number
    let at: (index: number) => ReturnType<typeof comment>
    if (input.comment_id !== undefined) {
      const replies = repliesTo(corpus, input.comment_id)
      if (replies === undefined)
        throw new Refusal('invalid_params', `The comment ${input.comment_id} does not exist`)
      total = replies.count
      at = replies.at
    } else {
      const n = corpus.find(input.video_id ?? '')
      if (n === undefined || !corpus.isPublic(n, now))
        throw new Refusal('invalid_params', `The video ${input.video_id} does not exist or is not public`)
      total = corpus.commentCount(n)
      at = (index) => comment(corpus, n, index)
    }
    const readable = Math.min(total, MOST_COMMENTS)
    const end = Math.min(readable, start + count)
    const found = Array.from({ length: Math.max(0, end - start) }, (_, k) => at(start + k))
    return {
      // Comments that were removed leave a page short.
      comments: found.filter(({ removed }) => !removed).map(({ comment: one }) => picked(one, query.fields)),
      cursor: String(end),
      has_more: end < readable,
    }
  }),

  userInfo: general(({ platform, query, input }) => {
    needFields(query.fields)
    const { corpus } = researchWorld(platform)
    const user = userOf(corpus.people, input.username)
    let count = 0
    for (const _ of corpus.videosOf(user)) count += 1
    return picked(corpus.people.profile(user, count), query.fields)
  }),

  followers: relations(({ platform, input }) => {
    const { corpus } = researchWorld(platform)
    const user = userOf(corpus.people, input.username)
    const { items, cursor, hasMore } = relationsPage(
      corpus,
      'follower',
      user,
      input,
      platform.clock.seconds(),
    )
    return { user_followers: items, cursor, has_more: hasMore }
  }),

  following: relations(({ platform, input }) => {
    const { corpus } = researchWorld(platform)
    const user = userOf(corpus.people, input.username)
    if (!corpus.people.showsFollowing(user))
      throw new Refusal('invalid_params', "The user's following information cannot be returned")
    const { items, cursor, hasMore } = relationsPage(
      corpus,
      'followed',
      user,
      input,
      platform.clock.seconds(),
    )
    return { user_following: items, cursor, has_more: hasMore }
  }),

  likedVideos: general(({ platform, query, input }) => {
    needFields(query.fields)
    const { corpus } = researchWorld(platform)
    const user = userOf(corpus.people, input.username)
    if (!corpus.people.showsLikes(user))
      throw new Refusal('invalid_params', "The user's liked videos information cannot be returned")
    // Milliseconds, as in the samples; a time in seconds is understood too.
    const sent = Number(input.cursor ?? 0)
    const before = sent === 0 ? Number.POSITIVE_INFINITY : sent < 1e11 ? sent : sent / 1000
    const now = platform.clock.seconds()
    const all = likedNumbers(corpus, user, now).filter((n) => corpus.createTime(n) <= before)
    const count = input.max_count ?? 20
    const last = all[count - 1]
    return {
      user_liked_videos: all
        .slice(0, count)
        .filter((n) => corpus.isPublic(n, now))
        .map((n) => listedVideo(corpus.video(n), query.fields)),
      cursor: String(last === undefined ? 0 : (corpus.createTime(last) - 1) * 1000),
      has_more: all.length > count,
    }
  }),

  pinnedVideos: general(({ platform, query, input }) => {
    needFields(query.fields)
    const { corpus } = researchWorld(platform)
    const user = userOf(corpus.people, input.username)
    const now = platform.clock.seconds()
    const pinned: number[] = []
    let looked = 0
    for (const n of corpus.videosOf(user)) {
      looked += 1
      if (pinned.length === 3 || looked > 200) break
      if (corpus.createTime(n) < now && mix(corpus.seed, n, 40) % 5 === 0 && corpus.isPublic(n, now))
        pinned.push(n)
    }
    return { pinned_videos_list: pinned.map((n) => listedVideo(corpus.video(n), query.fields)) }
  }),

  repostedVideos: general(({ platform, query, input }) => {
    needFields(query.fields)
    const { corpus } = researchWorld(platform)
    const user = userOf(corpus.people, input.username)
    const start = indexOf(input.cursor)
    const count = input.max_count ?? 20
    const now = platform.clock.seconds()
    const all = repostedNumbers(corpus, user, now)
    return {
      reposted_videos: all
        .slice(start, start + count)
        .filter((n) => corpus.isPublic(n, now))
        .map((n) => listedVideo(corpus.video(n), query.fields)),
      cursor: String(Math.min(all.length, start + count)),
      has_more: all.length > start + count,
    }
  }),

  playlistInfo: general(({ platform, input }) => {
    const { corpus } = researchWorld(platform)
    const list = corpus.playlistVideos(input.playlist_id)
    if (list === undefined)
      throw new Refusal('invalid_params', `The playlist ${input.playlist_id} does not exist`)
    const start = indexOf(input.cursor)
    const count = Math.min(100, Math.max(1, input.max_count ?? 20))
    const end = Math.min(list.videos.length, start + count)
    return {
      playlist_id: input.playlist_id,
      playlist_item_total: list.videos.length,
      playlist_last_updated: corpus.createTime(list.videos[0] as number),
      playlist_name: list.name,
      playlist_video_ids: list.videos.slice(start, end).map((n) => corpus.id(n)),
      has_more: end < list.videos.length,
      cursor: String(end),
    }
  }),

  shopInfo: general(({ platform, query, input }) => {
    const fields = fieldsOf(query.fields, input.fields)
    const { corpus } = researchWorld(platform)
    return {
      shop_data: shopsNamed(corpus, input.shop_name, input.limit ?? 10).map((shop) => picked(shop, fields)),
    }
  }),

  shopProducts: general(({ platform, query, input }) => {
    const fields = fieldsOf(query.fields, input.fields)
    const { corpus } = researchWorld(platform)
    const found = products(corpus, input.shop_id, input.page_start ?? 1, input.page_size ?? 10)
    if (found === undefined) throw new Refusal('invalid_params', `The shop ${input.shop_id} does not exist`)
    return { product_data: found.map((product) => picked(product, fields)) }
  }),

  productReviews: general(({ platform, query, input }) => {
    const fields = fieldsOf(query.fields, input.fields)
    const { corpus } = researchWorld(platform)
    const found = reviews(corpus, input.product_id, input.page_start ?? 1, input.page_size ?? 10)
    if (found === undefined)
      throw new Refusal('invalid_params', `The product ${input.product_id} does not exist`)
    return { review_data: found.map((review) => picked(review, fields)) }
  }),

  ...complianceHandlers,
}

/** From the query as the pages say, or from the body as their samples do. */
function fieldsOf(query: readonly string[] | undefined, body: string | undefined): readonly string[] {
  const fields =
    query ??
    (body ?? '')
      .split(',')
      .map((field) => field.trim())
      .filter((field) => field !== '')
  needFields(fields)
  return fields
}
