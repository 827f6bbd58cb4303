import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { MEDIA_VERDICTS, POST_ERRORS, post } from './posts.ts'

const verdict = z.enum(['allow', 'warn', 'block'])

const cooldown = (hours: number) =>
  z.number().min(0).max(8760).default(hours).meta({
    description:
      'Hours after the earlier upload within which a repetition is held back, whatever verdict says; 0: none',
  })

const words = (what: string) =>
  z.array(z.string().trim().min(1).max(64)).max(100).default([]).meta({ description: what })

const mediaPolicy = z
  .object({
    same_account: z
      .object({ verdict: verdict.default('warn'), cooldown_hours: cooldown(24) })
      .prefault({})
      .meta({ description: 'The same media, edited or not, again on the same account' }),
    other_account: z
      .object({ verdict: verdict.default('warn'), cooldown_hours: cooldown(0) })
      .prefault({})
      .meta({ description: 'On another account of the workspace' }),
    queued: verdict
      .default('warn')
      .meta({ description: 'Another post with the same media is on its way, on whichever account' }),
    watermarks: verdict
      .default('block')
      .meta({ description: 'Marks of others that are certain; doubtful ones are a warning at most' }),
    unreachable: verdict.default('warn').meta({
      description:
        'Media that a post names by address could not be fetched, so nobody has looked at it. What came and is nothing that TikTok takes holds the post in any case',
    }),
    own_handles: words('Handles that are no foreign marks, besides those of the connected accounts'),
    brand_words: words('Words of your own brand, which may be anywhere in the picture'),
  })
  .meta({ id: 'MediaPolicy' })

const getMediaPolicy = defineOperation({
  id: 'mediaPolicy.get',
  method: 'GET',
  path: '/v1/media-policy',
  summary: 'Read what is done about repetitions and foreign marks',
  scope: 'posts:read',
  answer: mediaPolicy,
  status: 200,
  errors: {},
})

const setMediaPolicy = defineOperation({
  id: 'mediaPolicy.set',
  method: 'PUT',
  path: '/v1/media-policy',
  summary: 'Say what is done about repetitions and foreign marks',
  description:
    'Replaces the whole policy; what is left out has its default. It counts for posts that are decided about from now on.',
  scope: 'media:write',
  body: mediaPolicy,
  answer: mediaPolicy,
  status: 200,
  errors: {},
})

const stretch = z.object({ from_s: z.number(), to_s: z.number() })

const finding = z
  .object({
    rule: z.enum([
      'repeat_same_account',
      'repeat_other_account',
      'repeat_queued',
      'watermark',
      'download',
      'unreachable',
      'unfit_address',
    ]),
    level: z.enum(['warn', 'block']),
    positions: z
      .array(z.int())
      .meta({ description: "Which of the post's media it is about, counted from 0" }),
    message: z.string(),
    post_id: idOf('post').nullable().meta({ description: 'The other post' }),
    account_id: idOf('acc').nullable(),
    asset_id: idOf('ast').nullable(),
    score: z.number().nullable().meta({ description: '1: the same file; 0: as different as strangers' }),
    segments: z.array(
      z.object({
        this: stretch.meta({ description: 'Seconds in the file of this post' }),
        other: stretch,
        speed: z.number().meta({ description: 'Seconds of this file for one of the other' }),
        orientation: z.string(),
      }),
    ),
  })
  .meta({ id: 'MediaFinding' })

const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

const watermark = z
  .object({
    position: z.int(),
    kind: z.enum(['platform-text', 'handle', 'unknown-mark']),
    platform: z.string().nullable(),
    text: z.string().nullable(),
    box: box.meta({ description: 'Fractions of the frame from its top left corner' }),
    from_s: z.number(),
    to_s: z.number(),
    confidence: z.number(),
    certain: z.boolean(),
  })
  .meta({ id: 'MediaWatermark' })

const frame = z
  .object({
    id: z.int(),
    position: z.int(),
    kind: z.enum(['match', 'watermark']).meta({
      description: 'match: both files side by side; watermark: the place of a mark',
    }),
    at_s: z.number(),
    other_asset_id: idOf('ast').nullable(),
    other_at_s: z.number().nullable(),
    side: z.enum(['left', 'right']).meta({ description: 'The half that shows the file of this post' }),
  })
  .meta({ id: 'MediaFrame' })

const item = z
  .object({
    position: z.int().meta({ description: 'In the order of the post, counted from 0' }),
    state: z.enum(['looked_at', 'waiting', 'failed']),
    url: z.string().nullable().meta({ description: 'What the post names; null for a file of the library' }),
    asset_id: idOf('ast')
      .nullable()
      .meta({ description: 'The file, or the copy that was made of what the address gave' }),
    sha256: z.string().nullable().meta({ description: 'Of the content that was looked at' }),
    size_bytes: z.int().nullable(),
    content_type: z.string().nullable(),
    fetched_at: moment.nullable().meta({
      description: 'When the copy was made; TikTok downloads by itself later, and may get something else',
    }),
    failure: z
      .object({
        code: z.enum(['unreachable', 'refused', 'too_slow', 'redirects', 'too_large', 'not_media']),
        detail: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'MediaItem' })

const mediaReport = z
  .object({
    post_id: idOf('post'),
    content_sha256: z.string().nullable().meta({
      description:
        'What the verdict is about: the SHA-256 of the one content, or of the SHA-256s of all in their order. An address that gave nothing counts by the SHA-256 of itself',
    }),
    fetched_at: moment.nullable().meta({
      description:
        'When the oldest of the copies was made that the verdict is about; null for a file of the library',
    }),
    items: z.array(item),
    verdict: z
      .enum(MEDIA_VERDICTS)
      .nullable()
      .meta({ description: 'null: not decided yet, or nothing was asked' }),
    judged_at: moment.nullable(),
    findings: z.array(finding),
    watermarks: z.array(watermark),
    is_aigc_suggested: z.boolean().meta({
      description: 'The file says that AI made it and the post does not; declaring it is up to the creator',
    }),
    because: z.array(z.string()),
    skipped: z.array(z.string()).meta({ description: 'What was not looked at, one sentence each' }),
    overruled: z
      .object({ rules: z.array(z.string()), by: z.string(), at: moment, reason: z.string() })
      .nullable(),
    frames: z.array(frame),
  })
  .meta({ id: 'MediaReport' })

const params = z.object({ post_id: idOf('post') })

const getMediaReport = defineOperation({
  id: 'mediaReports.get',
  method: 'GET',
  path: '/v1/posts/{post_id}/media-report',
  summary: 'Read what was found in the media of a post, and by what evidence',
  scope: 'posts:read',
  params,
  answer: mediaReport,
  status: 200,
  errors: {},
})

const getMediaFrame = defineOperation({
  id: 'mediaReports.getFrame',
  method: 'GET',
  path: '/v1/posts/{post_id}/media-report/frames/{frame_id}',
  summary: 'Read a picture of the evidence',
  scope: 'posts:read',
  params: params.extend({ frame_id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
  answer: z.object({ content_type: z.literal('image/png'), base64: z.string() }),
  status: 200,
  errors: {},
})

const overruleMedia = defineOperation({
  id: 'posts.overruleMedia',
  method: 'POST',
  path: '/v1/posts/{post_id}/overrule-media',
  summary: 'Let a post go out in spite of what was found in its media',
  description: 'For these findings and this content; who did it, when and why stays on record.',
  scope: 'posts:overrule',
  params,
  body: z.object({ reason: z.string().trim().min(1).max(1000) }),
  answer: post,
  status: 200,
  idempotency: 'natural',
  errors: { post_wrong_state: POST_ERRORS.post_wrong_state },
})

export const mediaOperations = [
  getMediaPolicy,
  setMediaPolicy,
  getMediaReport,
  getMediaFrame,
  overruleMedia,
] as const
