/**
 * What an account shows. The network's app view counts likes and followers, and the account's server passes the
 * questions on to it; a server that stands alone knows its own records, which have no counts.
 */
import * as z from 'zod/mini'
import type { CallOptions, Comment, Content, ContentPage, Grant, Profile, Reading } from '../connector.ts'
import { type PlatformResult, refuse, succeed } from '../outcome.ts'
import { embedView, mediaOf } from './media.ts'
import type { Xrpc } from './xrpc.ts'

export const POSTS = 'app.bsky.feed.post'
export const IDS_AT_ONCE = 25
const PAGE = 100
/** Answers to answers to answers … deeper ones are a talk among others. */
const COMMENT_DEPTH = 6

const count = z.optional(z.number())
const record = z.object({
  text: z.optional(z.string()),
  createdAt: z.optional(z.string()),
  embed: z.optional(
    z.object({
      $type: z.optional(z.string()),
      media: z.optional(z.looseObject({ $type: z.optional(z.string()) })),
    }),
  ),
})
const post = z.object({
  uri: z.string(),
  author: z.object({ did: z.string(), handle: z.string(), displayName: z.optional(z.string()) }),
  record,
  embed: z.optional(embedView),
  indexedAt: z.optional(z.string()),
  likeCount: count,
  repostCount: count,
  replyCount: count,
  quoteCount: count,
})
const feed = z.object({
  cursor: z.optional(z.string()),
  feed: z.array(z.object({ post, reason: z.optional(z.unknown()) })),
})
/** Posts that were deleted, or are hidden from us, stand in a thread without their content. */
interface Thread {
  post?: z.infer<typeof post> | undefined
  replies?: readonly Thread[] | undefined
}
const thread: z.ZodMiniType<Thread> = z.object({
  post: z.optional(post),
  replies: z.optional(z.array(z.lazy(() => thread))),
})
const records = z.object({
  cursor: z.optional(z.string()),
  records: z.array(z.object({ uri: z.string(), value: record })),
})
const profile = z.object({
  did: z.string(),
  handle: z.string(),
  displayName: z.optional(z.string()),
  description: z.optional(z.string()),
  avatar: z.optional(z.string()),
  followersCount: count,
  followsCount: count,
  postsCount: count,
})

export class BlueskyReading implements Reading {
  readonly #xrpc: Xrpc

  constructor(xrpc: Xrpc) {
    this.#xrpc = xrpc
  }

  async profile(grant: Grant, { signal }: CallOptions = {}): Promise<PlatformResult<Profile>> {
    const { accountId } = grant
    const method = 'app.bsky.actor.getProfile'
    const answer = await this.#ask(grant, method, { actor: accountId }, profile, signal)
    if (isAlone(answer)) return this.#ownProfile(grant, signal)
    if (!answer.ok) return answer
    const { handle, displayName, description, avatar, followersCount, followsCount, postsCount } =
      answer.value
    return succeed({
      accountId,
      username: handle,
      displayName: displayName ?? null,
      about: description ?? null,
      avatarUrl: avatar ?? null,
      url: profileUrl(accountId),
      source: method,
      followers: followersCount ?? null,
      following: followsCount ?? null,
      contents: postsCount ?? null,
    })
  }

  async contents(
    grant: Grant,
    { cursor }: { cursor?: string | undefined } = {},
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<ContentPage>> {
    const query = { actor: grant.accountId, limit: PAGE, filter: 'posts_with_replies', cursor }
    const method = 'app.bsky.feed.getAuthorFeed'
    const answer = await this.#ask(grant, method, query, feed, signal)
    if (isAlone(answer)) return this.#ownRecords(grant, cursor, signal)
    if (!answer.ok) return answer
    const contents = answer.value.feed
      // What somebody else wrote is in it when the account passed it on.
      .filter((entry) => entry.reason === undefined && entry.post.author.did === grant.accountId)
      .map((entry) => toContent(entry.post, method))
    // Sorted by the same time that `postedAt` is; records alone are sorted by their keys.
    const last = contents.at(-1)?.postedAt
    return succeed({
      ...pageOf(contents, answer.value.cursor, cursor),
      ...(last === undefined ? {} : { reachedTo: last }),
    })
  }

  async contentsById(
    grant: Grant,
    ids: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<readonly Content[]>> {
    if (ids.length > IDS_AT_ONCE) return refuse('too_many_ids', 'ids', `At most ${IDS_AT_ONCE} at once.`)
    if (ids.length === 0) return succeed([])
    const method = 'app.bsky.feed.getPosts'
    const answer = await this.#ask(grant, method, { uris: ids }, z.object({ posts: z.array(post) }), signal)
    if (isAlone(answer)) return this.#ownRecordsById(grant, ids, signal)
    if (!answer.ok) return answer
    return succeed(
      answer.value.posts
        .filter(({ author }) => author.did === grant.accountId)
        .map((found) => toContent(found, method)),
    )
  }

  /** Answers to a post, and answers to those, as far as the app view goes down. They are one page. */
  async comments(
    grant: Grant,
    contentId: string,
    _page: { cursor?: string | undefined } = {},
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<{ comments: readonly Comment[] }>> {
    const method = 'app.bsky.feed.getPostThread'
    if (rkeyOf(grant.accountId, contentId) === undefined)
      return refuse('content_id_invalid', 'contentId', 'It is no post of this account.')
    const query = { uri: contentId, depth: COMMENT_DEPTH, parentHeight: 0 }
    const answer = await this.#ask(grant, method, query, z.object({ thread }), signal)
    // A server that stands alone knows nobody who would answer.
    if (isAlone(answer)) return succeed({ comments: [] })
    if (!answer.ok) return answer.failure.code === 'NotFound' ? succeed({ comments: [] }) : answer
    const comments: Comment[] = []
    const open: { under: Thread; parentId: string | null }[] = [
      { under: answer.value.thread, parentId: null },
    ]
    for (const { under, parentId } of open)
      for (const reply of under.replies ?? []) {
        if (reply.post !== undefined) comments.push(toComment(reply.post, { contentId, parentId, method }))
        open.push({ under: reply, parentId: reply.post?.uri ?? parentId })
      }
    return succeed({ comments })
  }

  async #ownProfile(grant: Grant, signal: AbortSignal | undefined): Promise<PlatformResult<Profile>> {
    const { accountId } = grant
    const repo = await this.#ask(
      grant,
      'com.atproto.repo.describeRepo',
      { repo: accountId },
      z.object({ handle: z.string() }),
      signal,
    )
    if (!repo.ok) return repo
    const own = await this.#ask(
      grant,
      'com.atproto.repo.getRecord',
      { repo: accountId, collection: 'app.bsky.actor.profile', rkey: 'self' },
      z.object({
        value: z.object({ displayName: z.optional(z.string()), description: z.optional(z.string()) }),
      }),
      signal,
    )
    if (!own.ok && own.failure.code !== 'RecordNotFound') return own
    const value = own.ok ? own.value.value : {}
    return succeed({
      accountId,
      username: repo.value.handle,
      displayName: value.displayName ?? null,
      about: value.description ?? null,
      avatarUrl: null,
      url: profileUrl(accountId),
      source: 'com.atproto.repo.describeRepo',
      followers: null,
      following: null,
      contents: null,
    })
  }

  async #ownRecords(
    grant: Grant,
    cursor: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<PlatformResult<ContentPage>> {
    const method = 'com.atproto.repo.listRecords'
    const query = { repo: grant.accountId, collection: POSTS, limit: PAGE, cursor }
    const answer = await this.#ask(grant, method, query, records, signal)
    if (!answer.ok) return answer
    const contents = answer.value.records.map(({ uri, value }) => ownContent(uri, value, method))
    return succeed(pageOf(contents, answer.value.cursor, cursor))
  }

  async #ownRecordsById(
    grant: Grant,
    ids: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<PlatformResult<readonly Content[]>> {
    const method = 'com.atproto.repo.getRecord'
    const contents: Content[] = []
    for (const uri of ids) {
      const rkey = rkeyOf(grant.accountId, uri)
      if (rkey === undefined) continue
      const query = { repo: grant.accountId, collection: POSTS, rkey }
      const answer = await this.#ask(grant, method, query, z.object({ value: record }), signal)
      if (answer.ok) contents.push(ownContent(uri, answer.value.value, method))
      else if (answer.failure.code !== 'RecordNotFound') return answer
    }
    return succeed(contents)
  }

  #ask<T>(
    grant: Grant,
    method: string,
    query: Readonly<Record<string, string | number | readonly string[] | undefined>>,
    answer: z.ZodMiniType<T>,
    signal: AbortSignal | undefined,
  ): Promise<PlatformResult<T>> {
    return this.#xrpc.call({ grant, method, query, answer, signal })
  }
}

/** The key of an account's own post, out of its address. */
export function rkeyOf(accountId: string, uri: string): string | undefined {
  const start = `at://${accountId}/${POSTS}/`
  const rkey = uri.slice(start.length)
  return uri.startsWith(start) && /^[\w.~:-]+$/.test(rkey) ? rkey : undefined
}

/**
 * Whether the server has no app view behind it, for which the reference server has no code of its own: it says
 * `InvalidRequest`, as to any question that it cannot pass on. Its own records answer either way.
 */
function isAlone(answer: PlatformResult<unknown>): boolean {
  return !answer.ok && ['InvalidRequest', 'MethodNotImplemented'].includes(answer.failure.code)
}

/** By the id, which stays when the name changes. */
function profileUrl(did: string | undefined): string {
  return `https://bsky.app/profile/${did}`
}

function pageOf(contents: Content[], next: string | undefined, asked: string | undefined): ContentPage {
  // A cursor that does not move would be read for ever.
  return { contents, ...(next === undefined || next === asked ? {} : { next }) }
}

function toContent(found: z.infer<typeof post>, source: string): Content {
  return {
    ...ownContent(found.uri, found.record, source),
    postedAt: sortedAt(found),
    media: mediaOf(found.embed),
    counts: {
      views: null,
      likes: found.likeCount ?? null,
      comments: found.replyCount ?? null,
      shares: found.repostCount ?? null,
      quotes: found.quoteCount ?? null,
    },
  }
}

/** As the app view sorts: what a record says of its own time holds unless that would be after it was seen. */
function sortedAt({ record: { createdAt = '' }, indexedAt = '' }: z.infer<typeof post>): number {
  const times = [Date.parse(createdAt), Date.parse(indexedAt)].filter((time) => !Number.isNaN(time))
  return times.length === 0 ? 0 : Math.min(...times)
}

function toComment(
  found: z.infer<typeof post>,
  { contentId, parentId, method }: { contentId: string; parentId: string | null; method: string },
): Comment {
  const { author, record: said, uri } = found
  return {
    id: uri,
    contentId,
    parentId,
    authorId: author.did,
    authorName: author.displayName === '' ? null : (author.displayName ?? null),
    authorUsername: author.handle,
    authorUrl: profileUrl(author.did),
    text: said.text ?? '',
    likes: found.likeCount ?? null,
    replies: found.replyCount ?? null,
    postedAt: sortedAt(found),
    source: method,
  }
}

function ownContent(
  uri: string,
  { text = '', createdAt = '', embed }: z.infer<typeof record>,
  source: string,
): Content {
  const type = embed?.media?.$type ?? embed?.$type ?? ''
  const [, , did, , rkey] = uri.split('/')
  return {
    id: uri,
    kind: type.startsWith('app.bsky.embed.video')
      ? 'video'
      : type.startsWith('app.bsky.embed.images')
        ? 'images'
        : 'text',
    text,
    postedAt: Date.parse(createdAt) || 0,
    url: `${profileUrl(did)}/post/${rkey}`,
    media: [],
    counts: { views: null, likes: null, comments: null, shares: null, quotes: null },
    source,
  }
}
