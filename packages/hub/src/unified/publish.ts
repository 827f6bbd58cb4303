/** Publishing (product PUBLISH.CONTENT). */
import { defineOperation } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { z } from 'zod'
import type { Post } from '../publishing/post.ts'
import type { Database } from '../storage/database.ts'
import { findPost } from '../storage/posts.ts'
import type { UnifiedAccount } from '../storage/unified-accounts.ts'
import { findUnifiedAccount } from '../storage/unified-accounts.ts'
import { findPublication, insertPublication, type Publication } from '../storage/unified-publications.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import { findVideos } from '../storage/videos.ts'
import { notConnected } from '../sync/refresh-videos.ts'
import { actorOf } from '../tenancy/principal.ts'
import { FORMATS } from './content-wire.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { wordsOf } from './platform-fields.ts'
import { PUBLICATION_STATUSES, publicationStatus } from './publication-state.ts'
import { checkRequest, publishRequest } from './publish-request.ts'
import { MAKE_PUBLICATION } from './publisher.ts'
import { mustFindAccount, referencesOf } from './references.ts'
import { notFound, unsupported } from './refusals.ts'
import { contentId, newUuid } from './uuid.ts'
import { idParam, ofAccount, time, uuid } from './wire.ts'
import { workPlatformOf } from './work-platforms.ts'

const text = z.string().nullable()

const publication = z
  .object({
    data: z.object({
      ...ofAccount,
      status: z.enum(PUBLICATION_STATUSES),
      format: z.enum(FORMATS),
      published_info: z
        .object({
          content_id: uuid,
          url: text,
          media_url: text,
          thumbnail_url: text,
          published_at: time.nullable(),
          platform_content_id: z.string(),
        })
        .nullable(),
      account_id: uuid,
      title: text,
      description: text,
      type: z.string(),
      visibility: z.string(),
      retry: z.boolean(),
      additional_info: z.record(z.string(), z.unknown()).nullable(),
      media: z.array(z.record(z.string(), z.unknown())),
      post_id: z
        .string()
        .nullable()
        .optional()
        .meta({ description: "The hub's own post, with `Tockwork-Extend: source`" }),
    }),
    platform_error: z
      .object({ type: z.string(), error_code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'Why it failed, or what somebody has to look at' }),
  })
  .meta({ id: 'Publication' })

export const publishOperations = [
  defineOperation({
    id: 'publications.create',
    method: 'POST',
    path: '/v1/social/contents/publish',
    summary: 'Publish a video or pictures',
    description:
      'The answer comes at once; what became of it is told by a webhook and read by its id. Send an Idempotency-Key, and a repeat publishes nothing twice.',
    scope: 'posts:write',
    body: publishRequest,
    answer: publication,
    status: 201,
    errors: {
      account_not_connected: { status: 409, title: 'The account is not connected' },
      product_not_supported: { status: 400, title: 'The platform does not have this product' },
    },
  }),
  defineOperation({
    id: 'publications.get',
    method: 'GET',
    path: '/v1/social/contents/publish/{publish_id}',
    summary: 'Read what became of a publication',
    scope: 'posts:read',
    params: z.object({ publish_id: idParam }),
    answer: publication,
    status: 200,
    errors: {},
  }),
] as const

export interface PublishParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  random: Random
  publicUrl: string
}

export function publishHandlers(parts: PublishParts): UnifiedHandlers<typeof publishOperations> {
  const { clock, db, random, unitOfWork } = parts
  return {
    'publications.create': async ({ body }, context) => {
      const account = await mustFindAccount(db, context.scope, body.account_id)
      checkRequest(body, account.platform !== 'tiktok')
      const platform = workPlatformOf(account.platform)
      if (!platform.supports.has('publish_content')) throw unsupported(platform.name, 'publishing')
      if (account.status !== 'connected') throw notConnected()
      const made: Publication = {
        id: newUuid(random),
        workspaceId: context.scope.workspaceId,
        accountId: account.accountId,
        postId: null,
        // Whoever may approve posts has approved their own.
        request: { ...body, approved: context.caller.scopes.includes('posts:approve') },
        failure: null,
        createdBy: actorOf(context.caller),
        createdAt: clock.now(),
        updatedAt: clock.now(),
      }
      const answer = publicationToWire({ account, made, post: undefined }, parts.publicUrl, context)
      await unitOfWork(async (work) => {
        await insertPublication(work.tx, made)
        await work.enqueue(MAKE_PUBLICATION, { publicationId: made.id }, { key: made.id })
        await context.remember(work.tx, answer)
      })
      return answer
    },

    'publications.get': async ({ params: { publish_id } }, context) => {
      const { scope } = context
      const made = await findPublication(db, scope, publish_id)
      const account =
        made === undefined ? undefined : await findUnifiedAccount(db, scope, { accountId: made.accountId })
      if (made === undefined || account === undefined) throw notFound('publish')
      const post = made.postId === null ? undefined : await findPost(db, scope.workspaceId, made.postId)
      const [externalId] = post?.postIds ?? []
      const [content] = externalId === undefined ? [] : await findVideos(db, made.accountId, [externalId])
      return publicationToWire({ account, made, post, content: content?.data }, parts.publicUrl, context)
    },
  }
}

interface Shown {
  account: UnifiedAccount
  made: Publication
  post: Post | undefined
  /** The content, once a reading has met it. */
  content?: Record<string, unknown> | undefined
}

function publicationToWire(shown: Shown, publicUrl: string, context: UnifiedContext) {
  const { account, made, post } = shown
  const status =
    post !== undefined
      ? publicationStatus(post)
      : made.failure === null
        ? ('IN_PROGRESS' as const)
        : ('FAILURE' as const)
  const { request } = made
  const media = request.media as { media_type: 'VIDEO' | 'IMAGE' }[]
  return {
    data: {
      id: made.id,
      created_at: context.time(made.createdAt),
      updated_at: context.time(Math.max(made.updatedAt, post?.changedAt ?? 0)),
      ...referencesOf(account, { publicUrl }),
      status,
      format: media[0]?.media_type ?? ('TEXT' as const),
      published_info: publishedInfo(shown, context),
      account_id: account.id,
      title: textOf(request.title),
      description: textOf(request.description),
      type: String(request.type),
      visibility: String(request.visibility),
      retry: request.retry === true,
      additional_info: (request.additional_info as Record<string, unknown> | null | undefined) ?? null,
      media,
      ...(context.asks('source') ? { post_id: made.postId } : {}),
    },
    platform_error: platformError(made, post),
  }
}

function publishedInfo({ account, post, content }: Shown, { timeOrNull }: UnifiedContext) {
  const [externalId] = post?.postIds ?? []
  if (externalId === undefined) return null
  const said = content === undefined ? undefined : wordsOf(account.platform).content(externalId, content)
  return {
    // The id that the content has from its first reading on.
    content_id: contentId(account.accountId, externalId),
    url: said?.url ?? null,
    media_url: said?.mediaUrl ?? null,
    thumbnail_url: said?.thumbnailUrl ?? null,
    published_at: timeOrNull(post?.publishedAt),
    platform_content_id: externalId,
  }
}

function platformError({ failure }: Publication, post: Post | undefined) {
  if (failure !== null) return { type: 'REQUEST_ERROR', error_code: failure.code, message: failure.message }
  if (post === undefined) return null
  const code =
    post.failReason ?? (WAITS_FOR_SOMEBODY.has(post.state) ? (post.stateReason ?? post.state) : undefined)
  if (code === undefined) return null
  const message = [post.failDetail, post.failAction].filter((part) => part !== undefined).join(' ') || code
  return { type: 'PLATFORM_ERROR', error_code: code, message }
}

/** Nothing goes on until a person has looked. */
const WAITS_FOR_SOMEBODY: ReadonlySet<string> = new Set([
  'needs_attention',
  'media_blocked',
  'rejected',
  'cancelled',
])

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
