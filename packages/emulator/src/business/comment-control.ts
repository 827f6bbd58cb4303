/** `/_emulator/comments`: what viewers and the creator do in the app. */
import * as z from 'zod/mini'
import { bad, ok, withBody } from '../control/routes.ts'
import type { Answer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Platform } from '../platform.ts'
import type { CommentRow } from '../state/model.ts'
import { addComment, commentsOf, removeComment, setLiked } from './comments.ts'

const text = z.string().check(z.minLength(1), z.maxLength(1_200))

const writeSpec = z.strictObject({
  video: z.string(),
  text,
  /** Who writes; the creator of the video when it is their username. */
  username: z.optional(z.string().check(z.regex(/^[\w.]{2,24}$/))),
  display_name: z.optional(z.string().check(z.minLength(1), z.maxLength(30))),
  /** The comment that it answers. */
  parent: z.optional(z.string()),
  image_url: z.optional(z.string()),
})

const changeSpec = z.strictObject({
  pinned: z.optional(z.boolean()),
  hidden: z.optional(z.boolean()),
  liked: z.optional(z.boolean()),
  likes: z.optional(z.int().check(z.minimum(0))),
})

export function controlComments(
  platform: Platform,
  exchange: Exchange,
  rest: string,
): Answer | Promise<Answer> {
  const { world } = platform
  const id = rest.replace(/^\/|\/$/g, '')
  if (id === '' && exchange.method === 'GET') {
    const video = world.videos.get(exchange.query.get('video') ?? '')
    if (video === undefined) return bad('video: there is no such video')
    return ok({ comments: commentsOf(platform, video).map(shown) })
  }
  if (id === '' && exchange.method === 'POST')
    return withBody(writeSpec, (body) => write(platform, body))(exchange)
  const row = world.comments.get(id)
  if (row === undefined) return bad('there is no such comment')
  if (exchange.method === 'DELETE') {
    removeComment(platform, row)
    return ok({ ok: true })
  }
  if (exchange.method !== 'PATCH') return bad(`${exchange.method} is not for comments`)
  return withBody(changeSpec, ({ liked, ...change }) => {
    world.comments.patch(row, withoutUndefined(change))
    if (liked !== undefined) setLiked(platform, row, liked)
    return ok(shown(row))
  })(exchange)
}

function write(platform: Platform, body: z.output<typeof writeSpec>): Answer {
  const { world } = platform
  const video = world.videos.get(body.video)
  if (video === undefined) return bad('video: there is no such video')
  const parent = body.parent === undefined ? undefined : world.comments.get(body.parent)
  if (body.parent !== undefined && parent?.video !== video.id)
    return bad('parent: there is no such comment on this video')
  const username = body.username ?? 'viewer'
  const row = addComment(platform, video, {
    text: body.text,
    username,
    displayName: body.display_name ?? world.creators.get(username)?.displayName ?? username,
    byOwner: username === video.creator,
    // A reply to a reply stands under the same comment.
    parent: parent?.parent ?? parent?.id,
    imageUrl: body.image_url,
  })
  return ok(shown(row))
}

function shown(row: CommentRow): Record<string, unknown> {
  const { displayName, byOwner, imageUrl, createdAt, ...rest } = row
  return {
    ...rest,
    display_name: displayName,
    by_owner: byOwner,
    ...(imageUrl === undefined ? {} : { image_url: imageUrl }),
    created_at: new Date(createdAt).toISOString(),
  }
}

function withoutUndefined<T extends object>(value: T): Partial<CommentRow> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined))
}
