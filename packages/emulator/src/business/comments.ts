/**
 * Comments of the emulated world. A video's comments come by themselves, as its counter says, each at the time at which
 * the counter reached it; they get a row when somebody first looks. Others are written through the API or the control API.
 */
import { COMMENTS_PER_VIEW, counters } from '../display/handlers.ts'
import type { Platform } from '../platform.ts'
import { mix, unit } from '../research/mix.ts'
import { firstNames, secondNames, comments as texts } from '../research/vocabulary.ts'
import type { CommentRow, CreatorRow, VideoRow } from '../state/model.ts'
import { DAY_MS, numberOf } from './figures.ts'

/** No video gets more rows by itself than this. */
const MOST = 2000

/** Gives rows to those that have come by now. */
function writeDown({ world, clock }: Platform, video: VideoRow): void {
  const made = video.commentsMade ?? 0
  const target = Math.min(MOST, counters(video, clock.now()).comments - made)
  const from = video.commentsWritten ?? 0
  if (target <= from) return
  const seed = numberOf(video.id)
  const earlier = world.comments.where('video', video.id).filter(({ parent }) => parent === undefined)
  for (let n = from + 1; n <= target; n += 1) {
    const row = world.comments.put(comment(video, seed, n, clock.now(), earlier))
    if (row.parent === undefined) earlier.push(row)
  }
  world.videos.patch(video, { commentsWritten: target })
}

/** The `n`th that comes by itself, from 1. */
function comment(
  video: VideoRow,
  seed: number,
  n: number,
  now: number,
  earlier: readonly CommentRow[],
): CommentRow {
  const views = n / COMMENTS_PER_VIEW
  const days = views / Math.max(1, video.reach - views)
  const createdAt = Math.floor(Math.min(now, video.createdAt + days * DAY_MS) / 1000) * 1000
  const h = mix(seed, n)
  const first = firstNames[h % firstNames.length] as string
  const second = secondNames[(h >>> 8) % secondNames.length] as string
  // About every fifth answers one of the ten before it.
  const parent = h % 5 === 0 ? earlier.at(-1 - ((h >>> 4) % Math.min(10, earlier.length || 1))) : undefined
  const liked = h % 9 === 0
  return {
    id: String((BigInt(createdAt / 1000) << 32n) | BigInt(mix(seed ^ 0x77, n))),
    video: video.id,
    ...(parent === undefined ? {} : { parent: parent.id }),
    username: `${first}.${second}${h % 97}`.toLowerCase().replace(/[^a-z0-9._]/g, ''),
    displayName: `${first} ${second}`,
    byOwner: false,
    text: texts[(h >>> 12) % texts.length] as string,
    likes: Math.floor(Math.exp(unit(seed ^ 0x99, n) * 6) - 1) + (liked ? 1 : 0),
    liked,
    pinned: false,
    hidden: h % 50 === 0,
    createdAt,
  }
}

/** All comments and replies of a video as of now. */
export function commentsOf(platform: Platform, video: VideoRow): CommentRow[] {
  writeDown(platform, video)
  return platform.world.comments.where('video', video.id)
}

export interface NewComment {
  text: string
  username: string
  displayName: string
  byOwner: boolean
  parent?: string | undefined
  imageUrl?: string | undefined
}

export function addComment(platform: Platform, video: VideoRow, made: NewComment): CommentRow {
  const { world, clock, ids } = platform
  world.videos.patch(video, { commentsMade: (video.commentsMade ?? 0) + 1 })
  const { parent, imageUrl, ...rest } = made
  return world.comments.put({
    id: ids.postId(clock.seconds()),
    video: video.id,
    ...rest,
    ...(parent === undefined ? {} : { parent }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
    likes: 0,
    liked: false,
    pinned: false,
    hidden: false,
    createdAt: clock.seconds() * 1000,
  })
}

/** Replies go with their comment. */
export function removeComment({ world }: Platform, row: CommentRow): void {
  const gone = [row, ...world.comments.where('parent', row.id)]
  for (const { id } of gone) world.comments.delete(id)
  const video = world.videos.get(row.video)
  if (video !== undefined)
    world.videos.patch(video, { commentsMade: (video.commentsMade ?? 0) - gone.length })
}

/** By the account that has the video, which counts as one like. */
export function setLiked({ world }: Platform, row: CommentRow, liked: boolean): void {
  if (row.liked !== liked) world.comments.patch(row, { liked, likes: row.likes + (liked ? 1 : -1) })
}

/** Who wrote it, as this app may know them: the same wherever they comment. */
export function identifierOf(clientKey: string, row: CommentRow, owner: CreatorRow): string {
  const who = row.byOwner ? owner.id : row.username
  return `U${mix(numberOf(clientKey), numberOf(who)).toString(16)}${numberOf(who).toString(16)}`
}
