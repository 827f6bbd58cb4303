import {
  businessCommentRules,
  createBusinessComment,
  createBusinessReply,
  deleteBusinessComment,
  hideBusinessComment,
  likeBusinessComment,
  listBusinessComments,
  listBusinessReplies,
} from '@tockwork/contracts/business'
import type { Handlers } from '../endpoint/handlers.ts'
import { type Platform, Refusal } from '../platform.ts'
import type { AppRow, CommentRow, CreatorRow, VideoRow } from '../state/model.ts'
import { addComment, commentsOf, identifierOf, removeComment, setLiked } from './comments.ts'
import { numberOf } from './figures.ts'

export const commentEndpoints = {
  listBusinessComments,
  listBusinessReplies,
  createBusinessComment,
  createBusinessReply,
  likeBusinessComment,
  hideBusinessComment,
  deleteBusinessComment,
}

/** Which codes TikTok has for what is not there, is another's, or is closed for comments is assumed. */
export const commentHandlers: Handlers<typeof commentEndpoints> = {
  listBusinessComments({ platform, app, creator, query }) {
    const all = commentsOf(platform, ownVideo(platform, creator, query.video_id))
    const replies = repliesByComment(all)
    const wanted = all.filter(
      (row) => row.parent === undefined && (query.comment_ids?.includes(row.id) ?? true),
    )
    return page(wanted, query, replies, (row) => ({
      ...view(platform, app, creator, row, replies),
      ...(query.include_replies === true
        ? {
            reply_list: (replies.get(row.id) ?? [])
              .slice(0, businessCommentRules.repliesIncluded)
              .map((reply) => view(platform, app, creator, reply, replies)),
          }
        : {}),
    }))
  },

  listBusinessReplies({ platform, app, creator, query }) {
    const video = ownVideo(platform, creator, query.video_id)
    const all = commentsOf(platform, video)
    const comment = all.find(({ id }) => id === query.comment_id)
    if (comment === undefined)
      throw new Refusal('40007', 'comment_id: there is no such comment on this video')
    const replies = repliesByComment(all)
    return page(replies.get(comment.id) ?? [], query, replies, (row) =>
      view(platform, app, creator, row, replies),
    )
  },

  createBusinessComment({ platform, app, creator, input }) {
    const video = openVideo(platform, creator, input.video_id)
    return written(app, creator, addComment(platform, video, { ...author(creator), text: input.text }))
  },

  createBusinessReply({ platform, app, creator, input, fail }) {
    const video = openVideo(platform, creator, input.video_id)
    const to = commentsOf(platform, video).find(({ id }) => id === input.comment_id)
    if (to === undefined) throw fail('40007', 'comment_id: there is no such comment on this video')
    const { text = '', image_uri: uri, image_width: width, image_height: height } = input
    const imageUrl = input.reply_image_url ?? uri
    if (uri !== undefined && (width === undefined || height === undefined))
      throw fail('40002', 'image_width, image_height: are required with image_uri')
    if (text === '' && imageUrl === undefined) throw fail('40002', 'text: or an image is required')
    const row = addComment(platform, video, {
      ...author(creator),
      text,
      parent: to.parent ?? to.id,
      imageUrl,
    })
    return { ...written(app, creator, row), parent_comment_id: row.parent }
  },

  likeBusinessComment({ platform, creator, input }) {
    setLiked(platform, ownComment(platform, creator, input.comment_id), input.action === 'LIKE')
    return {}
  },

  hideBusinessComment({ platform, creator, input, fail }) {
    const row = ownComment(platform, creator, input.comment_id)
    if (row.video !== input.video_id) throw fail('40002', 'comment_id: is a comment on another video')
    platform.world.comments.patch(row, { hidden: input.action === 'HIDE' })
    return {}
  },

  deleteBusinessComment({ platform, creator, input, fail }) {
    const row = ownComment(platform, creator, input.comment_id)
    if (!row.byOwner) throw fail('40001', 'comment_id: was written by somebody else; it can be hidden')
    removeComment(platform, row)
    return {}
  },
}

function ownVideo({ world }: Platform, creator: CreatorRow, id: string): VideoRow {
  const video = world.videos.get(id)
  if (video === undefined || video.creator !== creator.id)
    throw new Refusal('40002', 'video_id: is no video of this account')
  return video
}

function openVideo(platform: Platform, creator: CreatorRow, id: string): VideoRow {
  const video = ownVideo(platform, creator, id)
  if (creator.commentsOff) throw new Refusal('40002', 'video_id: the account does not allow comments')
  return video
}

function ownComment({ world }: Platform, creator: CreatorRow, id: string): CommentRow {
  const row = world.comments.get(id)
  if (row === undefined || world.videos.get(row.video)?.creator !== creator.id)
    throw new Refusal('40007', 'comment_id: there is no such comment on a video of this account')
  return row
}

function author(creator: CreatorRow) {
  return { username: creator.id, displayName: creator.displayName, byOwner: true }
}

function repliesByComment(all: readonly CommentRow[]): Map<string, CommentRow[]> {
  const found = new Map<string, CommentRow[]>()
  for (const row of all)
    if (row.parent !== undefined) found.set(row.parent, [...(found.get(row.parent) ?? []), row])
  return found
}

interface PageQuery {
  status?: 'PUBLIC' | 'ALL' | undefined
  sort_field?: 'likes' | 'replies' | 'create_time' | undefined
  sort_order?: 'asc' | 'desc' | 'smart' | undefined
  cursor?: number | undefined
  max_count?: number | undefined
}

function page<T>(
  rows: readonly CommentRow[],
  query: PageQuery,
  replies: ReadonlyMap<string, CommentRow[]>,
  shown: (row: CommentRow) => T,
): { comments: T[]; cursor: number; has_more: boolean } {
  const { status = 'ALL', cursor = 0, max_count = businessCommentRules.page.defaultCount } = query
  const visible = rows.filter(({ hidden }) => status === 'ALL' || !hidden)
  const sorted = visible.toSorted(order(query, replies))
  const found = sorted.slice(cursor, cursor + max_count)
  // Far down the same comment may come twice.
  const twice = cursor >= businessCommentRules.orderedUpTo ? sorted[cursor - 1] : undefined
  const end = cursor + found.length
  return {
    comments: [...(twice === undefined || found.length === 0 ? [] : [twice]), ...found].map(shown),
    cursor: end,
    has_more: end < sorted.length,
  }
}

/** TikTok's own order is not told: here pinned ones first, then by likes, replies and age. */
function order(
  { sort_field: by, sort_order: direction = 'smart' }: PageQuery,
  replies: ReadonlyMap<string, CommentRow[]>,
): (a: CommentRow, b: CommentRow) => number {
  const count = (row: CommentRow): number => replies.get(row.id)?.length ?? 0
  const stable = (a: CommentRow, b: CommentRow): number =>
    b.createdAt - a.createdAt || numberOf(a.id) - numberOf(b.id)
  if (by === undefined || direction === 'smart')
    return (a, b) =>
      Number(b.pinned) - Number(a.pinned) || b.likes + 2 * count(b) - a.likes - 2 * count(a) || stable(a, b)
  const value = (row: CommentRow): number =>
    by === 'likes' ? row.likes : by === 'replies' ? count(row) : row.createdAt
  const sign = direction === 'asc' ? 1 : -1
  return (a, b) => sign * (value(a) - value(b)) || stable(a, b)
}

function view(
  platform: Platform,
  app: AppRow,
  creator: CreatorRow,
  row: CommentRow,
  replies: ReadonlyMap<string, CommentRow[]>,
) {
  return {
    comment_id: row.id,
    video_id: row.video,
    unique_identifier: identifierOf(app.id, row, creator),
    user_id: String(7_000_000_000_000_000_000n + BigInt(numberOf(row.username))),
    username: row.username,
    display_name: row.displayName,
    profile_image: `${platform.origin()}/_emulator/media/avatar/${encodeURIComponent(row.username)}_100.png`,
    text: row.text,
    ...(row.imageUrl === undefined ? {} : { image_url: row.imageUrl }),
    likes: row.likes,
    replies: replies.get(row.id)?.length ?? 0,
    owner: row.byOwner,
    liked: row.liked,
    pinned: row.pinned,
    status: row.hidden ? ('HIDDEN' as const) : ('PUBLIC' as const),
    create_time: Math.floor(row.createdAt / 1000),
    ...(row.parent === undefined ? {} : { parent_comment_id: row.parent }),
  }
}

function written(app: AppRow, creator: CreatorRow, row: CommentRow) {
  return {
    comment_id: row.id,
    video_id: row.video,
    text: row.text,
    create_time: Math.floor(row.createdAt / 1000),
    unique_identifier: identifierOf(app.id, row, creator),
  }
}
