import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

/** What the media gate decided about a post's file. `overruled`: it spoke against it, and a person let it go on. */
export const MEDIA_VERDICTS = ['ok', 'warn', 'block', 'overruled'] as const

export const POST_STATES = [
  'accepted',
  'waiting_for_approval',
  'rejected',
  'waiting_for_time',
  'waiting_for_rate',
  'checking',
  'media_blocked',
  'initialising',
  'uploading',
  'processing',
  'in_inbox',
  'published',
  'failed',
  'cancelled',
  'needs_attention',
] as const

/** TikTok's Music Usage Confirmation and Branded Content Policy. */
const AGREEMENTS = ['music_usage', 'branded_content'] as const

const postOptions = z
  .object({
    title: z.string().optional().meta({
      description: 'Caption of a video (2200 UTF-16 units), title of photos (90). # and @ are matched.',
    }),
    description: z.string().optional().meta({ description: 'Photos only: 4000 UTF-16 units' }),
    privacy_level: z
      .string()
      .optional()
      .meta({ description: "Direct posts: one of the creator's privacy_level_options; there is no default" }),
    disable_comment: z.boolean().optional(),
    disable_duet: z.boolean().optional(),
    disable_stitch: z.boolean().optional(),
    cover_timestamp_ms: z.int().min(0).optional(),
    brand_content: z.boolean().optional().meta({ description: 'A paid partnership for a third party' }),
    brand_organic: z.boolean().optional().meta({ description: "Promotes the creator's own business" }),
    aigc: z.boolean().optional().meta({ description: 'Labels the post as AI-generated' }),
    auto_add_music: z.boolean().optional().meta({ description: 'Photos only' }),
    alt_texts: z.array(z.string().max(2000)).max(35).optional().meta({
      description: 'What each picture shows, for people who cannot see it; on platforms that take it',
    }),
    languages: z.array(z.string().max(35)).max(3).optional().meta({
      description: 'BCP 47, of the text; on platforms that take them',
    }),
  })
  .meta({ id: 'PostOptions' })

const videoSource = z
  .object({
    asset_id: idOf('ast').optional(),
    url: z.string().max(2048).optional(),
  })
  .meta({ id: 'PostVideo', description: 'An uploaded asset, or an https address that TikTok downloads' })

const photoSource = z
  .object({
    urls: z.array(z.string().max(2048)).min(1),
    cover_index: z.int().min(0).default(0),
  })
  .meta({ id: 'PostPhotos', description: '1 to 35 https addresses that TikTok downloads' })

const schedule = {
  schedule: z.enum(['next_slot']).optional().meta({
    description: "Instead of scheduled_at: the next free slot of the account's queue, in its time zone",
  }),
  scheduled_at: z.string().max(40).optional().meta({
    description:
      'An instant (2026-12-01T09:00:00Z), or a local time with time_zone. A local time that the clocks skip means the same distance after the skip; one that comes twice means the first.',
  }),
  time_zone: z.string().max(64).optional().meta({ description: 'IANA name, such as Europe/Berlin' }),
}

export const post = z
  .object({
    id: idOf('post'),
    group_id: idOf('grp').meta({ description: 'Posts made by one request share it' }),
    account_id: idOf('acc'),
    kind: z.enum(['video', 'photo', 'text']).meta({ description: 'text: on platforms that take it' }),
    mode: z.enum(['direct', 'draft']),
    state: z.enum(POST_STATES),
    state_reason: z.string().nullable().meta({ description: 'What a waiting or doubtful post waits for' }),
    next_step_at: moment.nullable().meta({ description: 'When something happens next by itself' }),
    options: postOptions,
    video: videoSource.nullable(),
    photos: photoSource.nullable(),
    scheduled_at: moment.nullable(),
    time_zone: z.string().nullable(),
    publish_id: z.string().nullable().meta({ description: "TikTok's id of the attempt" }),
    post_ids: z.array(z.string()).meta({ description: 'Public ids, after moderation of public posts' }),
    uploaded_bytes: z.int(),
    total_bytes: z.int().nullable(),
    attempt: z.int(),
    version: z.int().meta({ description: 'Another one after every change' }),
    slot_at: moment.nullable().meta({ description: "The slot of the account's queue that it holds" }),
    approval: z
      .object({
        asked_by: z.string().nullable().meta({ description: 'Whoever made it as it is now' }),
        decision: z.enum(['approved', 'rejected']).nullable(),
        decided_by: z.string().nullable(),
        decided_at: moment.nullable(),
        reason: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'null: it needs none' }),
    media_verdict: z.enum(MEDIA_VERDICTS).nullable().meta({
      description:
        'What the media gate decided about its file; null: not decided yet, or there is no file here',
    }),
    cancel_requested: z.boolean(),
    failure: z
      .object({ reason: z.string(), detail: z.string().nullable(), action: z.string().nullable() })
      .nullable(),
    created_at: moment,
    changed_at: moment,
    published_at: moment.nullable(),
  })
  .meta({ id: 'Post' })

const postTransition = z
  .object({
    at: moment,
    from: z.enum(POST_STATES).nullable(),
    to: z.enum(POST_STATES),
    cause: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'PostTransition' })

const params = z.object({ post_id: idOf('post') })

export const POST_ERRORS = {
  post_invalid: { status: 422, title: 'The post would be refused; errors lists everything that is wrong' },
  post_wrong_state: { status: 409, title: 'The post is not in a state that allows this' },
  post_changed: { status: 409, title: 'The post is another than the one that was looked at' },
  post_late: { status: 409, title: 'The time of the post has gone by' },
  approval_own_post: { status: 403, title: 'Whoever asked for a post does not approve it' },
} as const
const INVALID = { post_invalid: POST_ERRORS.post_invalid } as const
const WRONG_STATE = { post_wrong_state: POST_ERRORS.post_wrong_state } as const

const newPosts = z.object({
  accounts: z.array(idOf('acc')).min(1).max(100),
  mode: z.enum(['direct', 'draft']).meta({
    description: 'direct: on the profile; draft: into the inbox, where the creator finishes it',
  }),
  video: videoSource.optional(),
  photos: photoSource.optional(),
  options: postOptions.default({}),
  ...schedule,
  approval: z.enum(['required']).optional().meta({
    description: 'It waits until somebody with posts:approve says yes',
  }),
  consent: z
    .object({ agreed: z.array(z.enum(AGREEMENTS)).min(1).max(2), given_at: moment })
    .optional()
    .meta({
      description:
        'Direct posts: what the creator agreed to on your own page. TikTok wants the Music Usage Confirmation before every post, and the Branded Content Policy before branded content. Kept with the post; a workspace with creator_consent_required takes no direct post without it.',
    }),
})

const createPosts = defineOperation({
  id: 'posts.create',
  method: 'POST',
  path: '/v1/posts',
  summary: 'Post to one or several accounts, now or at a time',
  description:
    'Checked at once against each account, its creator’s present settings, and the rules for captions and media; the answer names everything that is wrong, and then no post is made for any account. Without a time it goes out as soon as limits allow. In a workspace that requires approval, posts of keys without posts:approve wait for it.',
  scope: 'posts:write',
  body: newPosts,
  answer: z.object({ group_id: idOf('grp'), posts: z.array(post) }),
  status: 201,
  idempotency: 'optional',
  errors: INVALID,
})

const checkPosts = defineOperation({
  id: 'posts.check',
  method: 'POST',
  path: '/v1/posts/check',
  summary: 'Ask whether a post would be taken',
  description:
    'The checks of POST /v1/posts, and no post. Whether a queue has a free slot is not looked at, nor what the media check finds in a file that nobody looked at yet.',
  scope: 'posts:write',
  body: newPosts,
  answer: z.object({
    ok: z.boolean(),
    errors: z.array(z.object({ field: z.string(), rule: z.string(), message: z.string() })),
  }),
  status: 200,
  idempotency: 'natural',
  errors: {},
})

const listPosts = defineOperation({
  id: 'posts.list',
  method: 'GET',
  path: '/v1/posts',
  summary: 'List posts, newest first, or a range of time',
  description:
    'With from or to they come in the order of their times, as a calendar needs them: of a post with a time that one, of others when they were asked for.',
  scope: 'posts:read',
  query: pageQuery.extend({
    account_id: idOf('acc').optional(),
    group_id: idOf('grp').optional(),
    state: z.enum(POST_STATES).optional(),
    media_verdict: z.enum(MEDIA_VERDICTS).optional(),
    from: moment.optional().meta({ description: 'This time or later' }),
    to: moment.optional().meta({ description: 'Before this time' }),
  }),
  answer: pageOf(post),
  status: 200,
  errors: {},
})

const getPost = defineOperation({
  id: 'posts.get',
  method: 'GET',
  path: '/v1/posts/{post_id}',
  summary: 'Read a post and everything that happened to it',
  scope: 'posts:read',
  params,
  answer: post
    .extend({
      consent: z
        .object({
          source: z.enum(['publish_page', 'api']),
          agreed: z.array(z.enum(AGREEMENTS)),
          given_at: moment,
        })
        .nullable()
        .meta({ description: 'What the creator agreed to before; null: nobody said' }),
      transitions: z.array(postTransition),
    })
    .meta({ id: 'PostWithTransitions' }),
  status: 200,
  errors: {},
})

const updatePost = defineOperation({
  id: 'posts.update',
  method: 'PATCH',
  path: '/v1/posts/{post_id}',
  summary: 'Change a post before it runs',
  description:
    'options, video and photos replace what was there as a whole. A post that needs approval waits for it again.',
  scope: 'posts:write',
  params,
  body: z.object({
    options: postOptions.optional(),
    video: videoSource.optional(),
    photos: photoSource.optional(),
  }),
  answer: post,
  status: 200,
  errors: { ...INVALID, ...WRONG_STATE },
})

const cancelPost = defineOperation({
  id: 'posts.cancel',
  method: 'POST',
  path: '/v1/posts/{post_id}/cancel',
  summary: 'Cancel a post',
  description:
    'Before TikTok was asked: at once. During an upload or a download: as soon as TikTok confirms; until then cancel_requested is true.',
  scope: 'posts:write',
  params,
  answer: post,
  status: 200,
  idempotency: 'natural',
  errors: WRONG_STATE,
})

const reschedulePost = defineOperation({
  id: 'posts.reschedule',
  method: 'POST',
  path: '/v1/posts/{post_id}/reschedule',
  summary: 'Move a post to another time',
  description:
    'Without a time it goes out now. An approval stays; a slot of the queue that it held is free again.',
  scope: 'posts:write',
  params,
  body: z.object(schedule),
  answer: post,
  status: 200,
  idempotency: 'natural',
  errors: { ...INVALID, ...WRONG_STATE },
})

const retryPost = defineOperation({
  id: 'posts.retry',
  method: 'POST',
  path: '/v1/posts/{post_id}/retry',
  summary: 'Try a failed post again',
  scope: 'posts:write',
  params,
  answer: post,
  status: 200,
  idempotency: 'optional',
  errors: WRONG_STATE,
})

const approvePost = defineOperation({
  id: 'posts.approve',
  method: 'POST',
  path: '/v1/posts/{post_id}/approve',
  summary: 'Approve a post that waits for it',
  description:
    'It goes out at its time, or at once where that has gone by. Whoever made the post does not approve it, unless the workspace allows that.',
  scope: 'posts:approve',
  params,
  body: z.object({
    version: z.int().optional().meta({
      description: 'The version that you looked at: refused when the post was changed since',
    }),
    if_late: z.enum(['post_now', 'refuse']).default('post_now'),
    reason: z.string().trim().min(1).max(1000).optional(),
  }),
  answer: post,
  status: 200,
  idempotency: 'optional',
  errors: {
    ...WRONG_STATE,
    post_changed: POST_ERRORS.post_changed,
    post_late: POST_ERRORS.post_late,
    approval_own_post: POST_ERRORS.approval_own_post,
  },
})

const rejectPost = defineOperation({
  id: 'posts.reject',
  method: 'POST',
  path: '/v1/posts/{post_id}/reject',
  summary: 'Reject a post that waits for approval',
  description: 'It rests until it is changed, which asks for approval again, or cancelled.',
  scope: 'posts:approve',
  params,
  body: z.object({
    version: z.int().optional(),
    reason: z.string().trim().min(1).max(1000).meta({ description: 'For whoever made it' }),
  }),
  answer: post,
  status: 200,
  idempotency: 'optional',
  errors: { ...WRONG_STATE, post_changed: POST_ERRORS.post_changed },
})

const resolvePost = defineOperation({
  id: 'posts.resolve',
  method: 'POST',
  path: '/v1/posts/{post_id}/resolve',
  summary: 'Say whether a doubtful post happened',
  description:
    'Look at the profile or the inbox in TikTok first. happened: it counts as published. did_not_happen: it counts as failed, and can be retried.',
  scope: 'posts:write',
  params,
  body: z.object({
    outcome: z.enum(['happened', 'did_not_happen']),
    post_id: z
      .string()
      .regex(/^\d{1,20}$/)
      .optional()
      .meta({ description: "TikTok's id of the post, where it is known" }),
  }),
  answer: post,
  status: 200,
  idempotency: 'natural',
  errors: WRONG_STATE,
})

export const postOperations = [
  createPosts,
  listPosts,
  getPost,
  updatePost,
  cancelPost,
  reschedulePost,
  retryPost,
  resolvePost,
  approvePost,
  rejectPost,
  checkPosts,
] as const
