import type { InputOf, OutputOf } from '@tockwork/contracts'
import {
  createBusinessComment,
  createBusinessReply,
  deleteBusinessComment,
  hideBusinessComment,
  likeBusinessComment,
  listBusinessComments,
  listBusinessReplies,
} from '@tockwork/contracts/business'
import { CursorList } from '../paging/cursor-list.ts'
import type { BusinessCaller } from './business-caller.ts'

export type BusinessComment = OutputOf<typeof listBusinessComments>['comments'][number]
export type WrittenComment = OutputOf<typeof createBusinessComment>
export type WrittenReply = OutputOf<typeof createBusinessReply>

export interface CommentListOptions {
  /** `PUBLIC` leaves out what is hidden. `ALL`. */
  status?: 'PUBLIC' | 'ALL'
  /** Without it TikTok's own order. */
  sort?: { by: 'likes' | 'replies' | 'create_time'; order: 'asc' | 'desc' }
  /** Comments a request, 1 to 30. 30. */
  pageSize?: number
  /** Position of an earlier reading. */
  cursor?: string
  signal?: AbortSignal | undefined
}

/** A reply is text, or an image that was uploaded before. */
export type ReplyContent = Pick<
  InputOf<typeof createBusinessReply>,
  'text' | 'image_uri' | 'image_width' | 'image_height' | 'reply_image_url'
>

interface Signal {
  signal?: AbortSignal | undefined
}

/** `account.comments`: on the account's own posts. */
export class BusinessComments {
  readonly #caller: BusinessCaller

  constructor(caller: BusinessCaller) {
    this.#caller = caller
  }

  /** Comments on a post. From the 500th on TikTok's order changes between pages; what came before is left out here. */
  list(
    videoId: string,
    options: CommentListOptions & { ids?: readonly string[]; includeReplies?: boolean } = {},
  ): CursorList<BusinessComment> {
    const { ids, includeReplies } = options
    return this.#pages(listBusinessComments.id, options, (page, signal) =>
      this.#caller.call(listBusinessComments, {
        query: {
          video_id: videoId,
          ...page,
          ...(ids === undefined ? {} : { comment_ids: [...ids] }),
          ...(includeReplies === undefined ? {} : { include_replies: includeReplies }),
        },
        signal,
      }),
    )
  }

  /** Replies to a comment. */
  replies(videoId: string, commentId: string, options: CommentListOptions = {}): CursorList<BusinessComment> {
    return this.#pages(listBusinessReplies.id, options, (page, signal) =>
      this.#caller.call(listBusinessReplies, {
        query: { video_id: videoId, comment_id: commentId, ...page },
        signal,
      }),
    )
  }

  /** Writes a comment; when the answer is lost, the outcome is unknown and nothing is repeated. */
  create(videoId: string, text: string, { signal }: Signal = {}): Promise<WrittenComment> {
    return this.#caller.call(createBusinessComment, { input: { video_id: videoId, text }, signal })
  }

  reply(
    videoId: string,
    commentId: string,
    content: string | ReplyContent,
    { signal }: Signal = {},
  ): Promise<WrittenReply> {
    const what = typeof content === 'string' ? { text: content } : content
    const input = { video_id: videoId, comment_id: commentId, ...what }
    return this.#caller.call(createBusinessReply, { input, signal })
  }

  async like(commentId: string, { signal }: Signal = {}): Promise<void> {
    await this.#caller.call(likeBusinessComment, { input: { comment_id: commentId, action: 'LIKE' }, signal })
  }

  async unlike(commentId: string, { signal }: Signal = {}): Promise<void> {
    await this.#caller.call(likeBusinessComment, {
      input: { comment_id: commentId, action: 'UNLIKE' },
      signal,
    })
  }

  async hide(videoId: string, commentId: string, { signal }: Signal = {}): Promise<void> {
    const input = { video_id: videoId, comment_id: commentId, action: 'HIDE' } as const
    await this.#caller.call(hideBusinessComment, { input, signal })
  }

  async unhide(videoId: string, commentId: string, { signal }: Signal = {}): Promise<void> {
    const input = { video_id: videoId, comment_id: commentId, action: 'UNHIDE' } as const
    await this.#caller.call(hideBusinessComment, { input, signal })
  }

  /** Deletes a comment that the account wrote; those of others can only be hidden. */
  async delete(commentId: string, { signal }: Signal = {}): Promise<void> {
    await this.#caller.call(deleteBusinessComment, { input: { comment_id: commentId }, signal })
  }

  #pages(
    endpoint: string,
    options: CommentListOptions,
    ask: (
      page: CommentPage,
      signal: AbortSignal | undefined,
    ) => Promise<OutputOf<typeof listBusinessComments>>,
  ): CursorList<BusinessComment> {
    const { status, sort, pageSize = 30, signal } = options
    let seen = new Set<string>()
    return new CursorList(endpoint, options.cursor, async (cursor) => {
      // Each iteration begins where the list does.
      if (cursor === options.cursor) seen = new Set()
      const answer = await ask(
        {
          max_count: pageSize,
          ...(status === undefined ? {} : { status }),
          ...(sort === undefined ? {} : { sort_field: sort.by, sort_order: sort.order }),
          ...(cursor === undefined ? {} : { cursor: Number(cursor) }),
        },
        signal,
      )
      const items = answer.comments.filter(({ comment_id }) => !seen.has(comment_id))
      for (const { comment_id } of items) seen.add(comment_id)
      const next = answer.cursor === undefined ? undefined : String(answer.cursor)
      return { items, cursor: next, hasMore: answer.has_more ?? false }
    })
  }
}

interface CommentPage {
  max_count: number
  status?: 'PUBLIC' | 'ALL'
  sort_field?: 'likes' | 'replies' | 'create_time'
  sort_order?: 'asc' | 'desc'
  cursor?: number
}
