import * as z from 'zod/mini'
import { count, fieldList, int64 } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, cursor, page, pageSize } from './parts.ts'
import { researchRules } from './research-rules.ts'

/** Phone numbers, e-mail addresses and card numbers are masked with `*` in `text`. */
export const researchComment = z.looseObject({
  id: z.optional(int64()),
  text: z.optional(z.string()),
  video_id: z.optional(int64()),
  /** Of a comment that answers none: the id of the video. */
  parent_comment_id: z.optional(int64()),
  like_count: z.optional(count()),
  reply_count: z.optional(count()),
  /** UTC epoch seconds. */
  create_time: z.optional(count()),
  /** Named by the change log of 2026-05-21, not by the page's list of fields. */
  display_name: z.optional(z.string()),
})
export type ResearchComment = z.output<typeof researchComment>

export const researchCommentFields = [
  'id',
  'video_id',
  'text',
  'like_count',
  'reply_count',
  'parent_comment_id',
  'create_time',
  'display_name',
] as const
export type ResearchCommentField = (typeof researchCommentFields)[number]

export const listComments = defineEndpoint({
  ...base,
  id: 'research.listComments',
  title: 'Comments of a video, or replies to a comment',
  path: '/v2/research/video/comment/list/',
  doc: page('research-api-specs-query-video-comments'),
  query: z.looseObject({ fields: fieldList(researchCommentFields) }),
  input: z
    .looseObject({
      /** For the comments of a video. */
      video_id: z.optional(int64()),
      /** For the replies to a comment. */
      comment_id: z.optional(int64()),
      /** 1 to 100, by default 10. */
      max_count: pageSize(researchRules.maxPageSize.value),
      /** An index; comments beyond the first 1000 cannot be read. */
      cursor: cursor(),
    })
    .check(
      z.refine(
        ({ video_id, comment_id }) => (video_id === undefined) !== (comment_id === undefined),
        'exactly one of video_id and comment_id',
      ),
    ),
  output: z.looseObject({
    comments: z.array(researchComment),
    cursor: z.optional(int64()),
    has_more: z.optional(z.boolean()),
  }),
})
