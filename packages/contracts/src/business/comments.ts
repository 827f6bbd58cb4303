import * as z from 'zod/mini'
import { count, countText, idText, jsonText, openEnum, text } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { BUSINESS_PREFIX, everyCall, reading, writing } from './api.ts'
import { inRange } from './videos.ts'

const flag = () =>
  z.codec(z.enum(['true', 'false']), z.boolean(), {
    decode: (wire) => wire === 'true',
    encode: (ours) => (ours ? 'true' : 'false'),
  })

const commentShape = {
  comment_id: idText(),
  video_id: z.optional(idText()),
  /** Of its author, the same for this app wherever they comment. */
  unique_identifier: z.optional(z.string()),
  /** The older name of the same. */
  user_id: z.optional(idText()),
  username: z.optional(z.string()),
  display_name: z.optional(z.string()),
  profile_image: z.optional(z.string()),
  text: z.optional(z.string()),
  image_url: z.optional(z.string()),
  likes: z.optional(count()),
  replies: z.optional(count()),
  /** Written by the account itself. */
  owner: z.optional(z.boolean()),
  /** Liked by the account. */
  liked: z.optional(z.boolean()),
  pinned: z.optional(z.boolean()),
  status: z.optional(openEnum(['PUBLIC', 'HIDDEN'])),
  /** Epoch seconds; text on the wire. */
  create_time: z.optional(countText()),
  /** Of a reply. */
  parent_comment_id: z.optional(idText()),
}

export const businessReply = z.looseObject(commentShape)
export const businessComment = z.looseObject({
  ...commentShape,
  /** With `include_replies`, at most three. */
  reply_list: z.optional(z.array(businessReply)),
})

export const businessCommentRules = {
  page: { defaultCount: 20, maxCount: 30 },
  maxIds: 30,
  repliesIncluded: 3,
  /** Further on the order changes and the same comment may come twice. */
  orderedUpTo: 500,
  /** Characters; 150 before 2026-08-07. Whether UTF-16 code units or code points is not stated; the former are assumed. */
  textMax: 1_200,
} as const

const page = {
  business_id: z.string(),
  video_id: idText(),
  status: z.optional(z.enum(['PUBLIC', 'ALL'])),
  sort_field: z.optional(z.enum(['likes', 'replies', 'create_time'])),
  /** `smart`, TikTok's own order, by default. */
  sort_order: z.optional(z.enum(['asc', 'desc', 'smart'])),
  /** Position to go on from; 0 by default. */
  cursor: z.optional(countText()),
  /** 1 to 30, by default 20. */
  max_count: z.optional(inRange(1, 30)),
}

const pageOutput = z.looseObject({
  comments: z.array(businessComment),
  cursor: z.optional(count()),
  has_more: z.optional(z.boolean()),
})

/** Which of the two scopes opens what is assumed by their names. */
const read = { ...reading, scopes: ['comment.list', 'comment.list.manage'], errors: everyCall } as const
const manage = {
  ...writing,
  scopes: ['comment.list.manage'],
  errors: [...everyCall, '40007', '40050'],
} as const

export const listBusinessComments = defineEndpoint({
  ...read,
  id: 'business.commentList',
  title: 'List the comments on a post',
  path: `${BUSINESS_PREFIX}/business/comment/list/`,
  query: z.looseObject({
    ...page,
    comment_ids: z.optional(jsonText(z.array(idText()).check(z.maxLength(30, 'at most 30 ids')))),
    include_replies: z.optional(flag()),
  }),
  output: pageOutput,
})

export const listBusinessReplies = defineEndpoint({
  ...read,
  id: 'business.replyList',
  title: 'List the replies to a comment',
  path: `${BUSINESS_PREFIX}/business/comment/reply/list/`,
  query: z.looseObject({ ...page, comment_id: idText() }),
  output: pageOutput,
})

const written = {
  comment_id: idText(),
  video_id: z.optional(idText()),
  text: z.optional(z.string()),
  create_time: z.optional(countText()),
  unique_identifier: z.optional(z.string()),
}

export const createBusinessComment = defineEndpoint({
  ...manage,
  id: 'business.commentCreate',
  title: 'Write a comment on one’s own post',
  path: `${BUSINESS_PREFIX}/business/comment/create/`,
  repeat: 'unless-sent',
  input: z.looseObject({
    business_id: z.string(),
    video_id: idText(),
    text: text(1_200).check(z.minLength(1, 'must not be empty')),
  }),
  output: z.looseObject(written),
  lifecycle: { notes: [{ date: '2026-08-07', text: 'Comments may have 1,200 characters; 150 before.' }] },
})

export const createBusinessReply = defineEndpoint({
  ...manage,
  id: 'business.replyCreate',
  title: 'Reply to a comment on one’s own post',
  path: `${BUSINESS_PREFIX}/business/comment/reply/create/`,
  repeat: 'unless-sent',
  input: z.looseObject({
    business_id: z.string(),
    video_id: idText(),
    comment_id: idText(),
    /** Text or image. */
    text: z.optional(text(1_200)),
    /** From comment/image/upload, with its width and height. */
    image_uri: z.optional(z.string()),
    image_width: z.optional(z.int()),
    image_height: z.optional(z.int()),
    reply_image_url: z.optional(z.string()),
  }),
  output: z.looseObject({ ...written, parent_comment_id: z.optional(idText()) }),
})

export const likeBusinessComment = defineEndpoint({
  ...manage,
  id: 'business.commentLike',
  title: 'Like a comment, or take the like back',
  path: `${BUSINESS_PREFIX}/business/comment/like/`,
  repeat: 'safe',
  input: z.looseObject({
    business_id: z.string(),
    comment_id: idText(),
    action: z.enum(['LIKE', 'UNLIKE']),
  }),
  output: z.looseObject({}),
})

export const hideBusinessComment = defineEndpoint({
  ...manage,
  id: 'business.commentHide',
  title: 'Hide a comment, or show it again',
  path: `${BUSINESS_PREFIX}/business/comment/hide/`,
  repeat: 'safe',
  input: z.looseObject({
    business_id: z.string(),
    video_id: idText(),
    comment_id: idText(),
    action: z.enum(['HIDE', 'UNHIDE']),
  }),
  output: z.looseObject({}),
})

export const deleteBusinessComment = defineEndpoint({
  ...manage,
  id: 'business.commentDelete',
  title: 'Delete a comment of one’s own',
  path: `${BUSINESS_PREFIX}/business/comment/delete/`,
  // A second time finds nothing, which does no harm.
  repeat: 'safe',
  input: z.looseObject({ business_id: z.string(), comment_id: idText() }),
  output: z.looseObject({}),
})
