import { type postOperations, problem } from '@tockwork/api'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import type { Post, PostOptions, PostTransition } from '../publishing/post.ts'
import type { PostService } from '../publishing/post-service.ts'
import type { Account } from '../storage/accounts.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { findPost, listPosts, listTransitions } from '../storage/posts.ts'
import { actorOf } from '../tenancy/principal.ts'
import { reachableAccount } from './connected-accounts.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

export interface PostRouteParts {
  db: Database
  clock: { now(): number }
  posts: PostService
}

export function postHandlers({ db, clock, posts }: PostRouteParts): Handlers<typeof postOperations> {
  const audit = (tx: Transaction | Database, caller: Caller, action: string, subject: string, detail = {}) =>
    appendAudit(tx, {
      workspaceId: caller.workspaceId,
      at: clock.now(),
      actor: actorOf(caller),
      action,
      subject,
      detail,
    })
  return {
    'posts.create': async ({ body }, { caller, remember }) => {
      const request = {
        workspaceId: caller.workspaceId,
        accounts: await Promise.all(body.accounts.map((id) => accountOrMissing(db, caller, id))),
        mode: body.mode,
        video: body.video === undefined ? undefined : { assetId: body.video.asset_id, url: body.video.url },
        photos:
          body.photos === undefined
            ? undefined
            : { urls: body.photos.urls, coverIndex: body.photos.cover_index },
        options: optionsFrom(body.options),
        scheduledAt: body.scheduled_at,
        timeZone: body.time_zone,
      }
      const answerOf = (made: readonly Post[]) => ({
        group_id: made[0]?.groupId ?? '',
        posts: made.map(postToJson),
      })
      const made = await posts.create(request, async (tx, created) => {
        for (const post of created)
          await audit(tx, caller, 'post.created', post.id, { account_id: post.accountId })
        await remember(tx, answerOf(created))
      })
      return answerOf(made)
    },

    'posts.list': ({ query }, { caller }) => {
      const { account_id: accountId, group_id: groupId, state } = query
      const list = (slice: { limit: number; before: string | undefined }) =>
        listPosts(db, { workspaceId: caller.workspaceId, accountId, groupId, state, ...slice })
      return pageOfItems(query, idPattern('post'), list, postToJson)
    },

    'posts.get': async ({ params }, { caller }) => {
      const post = await reachablePost(db, caller, params.post_id)
      const transitions = await listTransitions(db, post.id)
      return { ...postToJson(post), transitions: transitions.map(transitionToJson) }
    },

    'posts.update': async ({ params, body }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.update(caller.workspaceId, id, {
        video: body.video === undefined ? undefined : { assetId: body.video.asset_id, url: body.video.url },
        photos:
          body.photos === undefined
            ? undefined
            : { urls: body.photos.urls, coverIndex: body.photos.cover_index },
        ...(body.options === undefined ? {} : { options: optionsFrom(body.options) }),
      })
      await audit(db, caller, 'post.changed', id)
      return postToJson(post)
    },

    'posts.cancel': async ({ params }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.cancel(caller.workspaceId, id)
      await audit(db, caller, 'post.cancel_requested', id)
      return postToJson(post)
    },

    'posts.reschedule': async ({ params, body }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.reschedule(caller.workspaceId, id, {
        scheduledAt: body.scheduled_at,
        timeZone: body.time_zone,
      })
      await audit(db, caller, 'post.rescheduled', id, { scheduled_at: body.scheduled_at ?? null })
      return postToJson(post)
    },

    'posts.retry': async ({ params }, { caller, remember }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.retry(caller.workspaceId, id, async (tx, retried) => {
        await audit(tx, caller, 'post.retried', id, { attempt: retried.attempt })
        await remember(tx, postToJson(retried))
      })
      return postToJson(post)
    },

    'posts.resolve': async ({ params, body }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.resolve(caller.workspaceId, id, {
        outcome: body.outcome,
        postId: body.post_id,
      })
      await audit(db, caller, 'post.resolved', id, { outcome: body.outcome })
      return postToJson(post)
    },
  }
}

async function accountOrMissing(
  db: Database,
  caller: Caller,
  id: string,
): Promise<Account | { missing: string }> {
  return reachableAccount(db, caller, id).catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'not_found')
      return { missing: id }
    throw error
  })
}

/** A post of an account that the key reaches. @throws {Problem} `not_found` */
async function reachablePost(db: Database, caller: Caller, id: string): Promise<Post> {
  const post = await findPost(db, caller.workspaceId, id)
  if (post === undefined) throw problem('not_found', 'There is no such post.')
  if (caller.mode === 'test') await reachableAccount(db, caller, post.accountId)
  return post
}

type WireOptions = {
  title?: string | undefined
  description?: string | undefined
  privacy_level?: string | undefined
  disable_comment?: boolean | undefined
  disable_duet?: boolean | undefined
  disable_stitch?: boolean | undefined
  cover_timestamp_ms?: number | undefined
  brand_content?: boolean | undefined
  brand_organic?: boolean | undefined
  aigc?: boolean | undefined
  auto_add_music?: boolean | undefined
}

function optionsFrom(options: WireOptions): PostOptions {
  return {
    title: options.title,
    description: options.description,
    privacyLevel: options.privacy_level,
    disableComment: options.disable_comment,
    disableDuet: options.disable_duet,
    disableStitch: options.disable_stitch,
    coverTimestampMs: options.cover_timestamp_ms,
    brandContent: options.brand_content,
    brandOrganic: options.brand_organic,
    aigc: options.aigc,
    autoAddMusic: options.auto_add_music,
  }
}

function optionsToJson(options: PostOptions): WireOptions {
  return {
    title: options.title,
    description: options.description,
    privacy_level: options.privacyLevel,
    disable_comment: options.disableComment,
    disable_duet: options.disableDuet,
    disable_stitch: options.disableStitch,
    cover_timestamp_ms: options.coverTimestampMs,
    brand_content: options.brandContent,
    brand_organic: options.brandOrganic,
    aigc: options.aigc,
    auto_add_music: options.autoAddMusic,
  }
}

function postToJson(post: Post) {
  const { source } = post
  return {
    id: post.id,
    group_id: post.groupId,
    account_id: post.accountId,
    kind: post.kind,
    mode: post.mode,
    state: post.state,
    state_reason: post.stateReason ?? null,
    next_step_at: isoOrNull(post.stepAt),
    options: optionsToJson(post.options),
    video:
      source.type === 'asset'
        ? { asset_id: source.assetId }
        : source.type === 'url'
          ? { url: source.url }
          : null,
    photos: source.type === 'photos' ? { urls: source.urls, cover_index: source.coverIndex } : null,
    scheduled_at: isoOrNull(post.scheduledAt),
    time_zone: post.timeZone ?? null,
    publish_id: post.publishId ?? null,
    post_ids: post.postIds,
    uploaded_bytes: post.uploadedBytes,
    total_bytes: post.upload?.totalBytes ?? null,
    attempt: post.attempt,
    cancel_requested: post.cancelRequestedAt !== undefined && post.state !== 'cancelled',
    failure:
      post.failReason === undefined
        ? null
        : { reason: post.failReason, detail: post.failDetail ?? null, action: post.failAction ?? null },
    created_at: iso(post.createdAt),
    changed_at: iso(post.changedAt),
    published_at: isoOrNull(post.publishedAt),
  }
}

function transitionToJson({ at, from, to, cause, detail }: PostTransition) {
  return { at: iso(at), from: from ?? null, to, cause, detail }
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms)
}
