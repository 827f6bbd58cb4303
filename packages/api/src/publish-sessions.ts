import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { POST_STATES } from './posts.ts'

const publishSession = z
  .object({
    id: idOf('pub'),
    mode: z.enum(['direct', 'draft']),
    kind: z.enum(['video', 'photo']),
    accounts: z.array(
      z.object({
        account_id: idOf('acc'),
        post_id: idOf('post').nullable().meta({ description: 'Once it was submitted on the page' }),
        state: z.enum(POST_STATES).nullable(),
      }),
    ),
    asset_id: idOf('ast').nullable(),
    created_at: moment,
    expires_at: moment,
    status: z.enum(['open', 'submitted', 'expired']).meta({
      description: 'submitted: every account has its post',
    }),
  })
  .meta({ id: 'PublishSession' })

const createPublishSession = defineOperation({
  id: 'publishSessions.create',
  method: 'POST',
  path: '/v1/publish-sessions',
  summary: 'Open a page on which a creator posts',
  description:
    "Answers a link to a page with everything that TikTok's Content Posting audit asks of one: open it in a window or frame it. Whoever has the link can post to these accounts, once each, until it expires.",
  scope: 'posts:write',
  body: z.object({
    accounts: z.array(idOf('acc')).min(1).max(20),
    mode: z.enum(['direct', 'draft']).default('direct').meta({
      description: 'direct: on the profile; draft: into the inbox, where the creator finishes it',
    }),
    video: z
      .object({ asset_id: idOf('ast').optional(), url: z.string().max(2048).optional() })
      .optional()
      .meta({ description: 'Left out, with photos: the page asks for a video' }),
    photos: z
      .object({ urls: z.array(z.string().max(2048)).min(1).max(35), cover_index: z.int().min(0).default(0) })
      .optional(),
    allow_upload: z.boolean().optional().meta({
      description: 'Whether the page takes another video; true unless media is named',
    }),
    title: z.string().max(4000).optional().meta({ description: 'Prefilled caption; it can be changed' }),
    description: z.string().max(8000).optional().meta({ description: 'Photos only; it can be changed' }),
    scheduled_at: z.string().max(40).optional().meta({
      description: 'A proposal, as in posts; the creator may choose another time, or now',
    }),
    time_zone: z.string().max(64).optional(),
    origins: z.array(z.string().max(256)).max(10).default([]).meta({
      description:
        'Origins whose pages may frame it and are told how it goes, such as https://app.example.com',
    }),
    expires_in: z.int().min(60).max(86_400).default(1_800).meta({ description: 'Seconds' }),
    demo: z.boolean().default(false).meta({
      description: 'The walk of ?demo=1 posts at its end, for the video that the audit asks for',
    }),
  }),
  answer: publishSession.extend({
    url: z.string().meta({ description: 'Shown this once; give it to the creator alone' }),
  }),
  status: 201,
  errors: {},
})

const getPublishSession = defineOperation({
  id: 'publishSessions.get',
  method: 'GET',
  path: '/v1/publish-sessions/{publish_session_id}',
  summary: 'Read what became of a publish page',
  scope: 'posts:read',
  params: z.object({ publish_session_id: idOf('pub') }),
  answer: publishSession,
  status: 200,
  errors: {},
})

export const publishSessionOperations = [createPublishSession, getPublishSession] as const
