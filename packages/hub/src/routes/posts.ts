import { type OperationInput, type postOperations, problem } from '@tockwork/api'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import type { PostApproval } from '../publishing/approval.ts'
import type { Post } from '../publishing/post.ts'
import type { Author, GivenConsent, PostRequest, PostTime } from '../publishing/post-request.ts'
import type { PostService } from '../publishing/post-service.ts'
import { type AccountRef, findAccounts } from '../storage/account-reads.ts'
import type { Account } from '../storage/accounts.ts'
import { appendAudit, appendAudits } from '../storage/audit-log.ts'
import { Batcher } from '../storage/batcher.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { type Agreement, findPostConsent } from '../storage/post-consents.ts'
import { calendarTime, listCalendar, listPosts, listTransitions } from '../storage/post-lists.ts'
import { findPost } from '../storage/posts.ts'
import { findWorkspace } from '../storage/workspaces.ts'
import { actorOf } from '../tenancy/principal.ts'
import { isInReach, reachableAccount } from './connected-accounts.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'
import { optionsFrom, postToJson, transitionToJson } from './post-json.ts'
import { shownPost, shownPosts } from './shown-post.ts'

export interface PostRouteParts {
  db: Database
  clock: { now(): number }
  posts: PostService
  approval: PostApproval
}

export function postHandlers({
  db,
  clock,
  posts,
  approval,
}: PostRouteParts): Handlers<typeof postOperations> {
  const entryOf = (caller: Caller, action: string, subject: string, detail = {}) => ({
    workspaceId: caller.workspaceId,
    at: clock.now(),
    actor: actorOf(caller),
    action,
    subject,
    detail,
  })
  const requestFrom = async (
    caller: Caller,
    body: OperationInput<(typeof postOperations)[0]>['body'],
  ): Promise<PostRequest> => ({
    workspaceId: caller.workspaceId,
    accounts: await Promise.all(body.accounts.map((id) => accountOrMissing(caller, id))),
    mode: body.mode,
    video: body.video === undefined ? undefined : { assetId: body.video.asset_id, url: body.video.url },
    photos:
      body.photos === undefined ? undefined : { urls: body.photos.urls, coverIndex: body.photos.cover_index },
    options: optionsFrom(body.options),
    time: timeFrom(body),
    by: await authorOf(db, caller, body.approval === 'required'),
    consent: body.consent === undefined ? undefined : consentFrom(body.consent),
  })
  const audit = (tx: Transaction | Database, caller: Caller, action: string, subject: string, detail = {}) =>
    appendAudit(tx, entryOf(caller, action, subject, detail))
  const accounts = new Batcher((refs: readonly AccountRef[]) => findAccounts(db, refs))
  const accountOrMissing = async (caller: Caller, id: string): Promise<Account | { missing: string }> => {
    const account = await accounts.ask({ workspaceId: caller.workspaceId, accountId: id })
    return account !== undefined && (await isInReach(db, caller, account)) ? account : { missing: id }
  }
  return {
    'posts.create': async ({ body }, { caller, remember }) => {
      const request = await requestFrom(caller, body)
      const answerOf = (made: readonly Post[]) => ({
        group_id: made[0]?.groupId ?? '',
        // Nothing was decided about them yet.
        posts: made.map((post) => postToJson(post)),
      })
      const made = await posts.create(request, async (tx, created) => {
        const entries = created.map(({ id, accountId }) =>
          entryOf(caller, 'post.created', id, { account_id: accountId }),
        )
        await appendAudits(tx, entries)
        await remember(tx, answerOf(created))
      })
      return answerOf(made)
    },

    'posts.check': async ({ body }, { caller }) => {
      const errors = await posts.check(await requestFrom(caller, body))
      return { ok: errors.length === 0, errors }
    },

    'posts.list': ({ query }, { caller }) => {
      const { account_id: accountId, group_id: groupId, state, from, to } = query
      const { media_verdict: mediaVerdict } = query
      const filter = { workspaceId: caller.workspaceId, accountId, groupId, state, mediaVerdict }
      if (from === undefined && to === undefined)
        return pageOfItems(
          query,
          idPattern('post'),
          async (slice) => shownPosts(db, await listPosts(db, filter, slice)),
          (post) => post,
        )
      const range = { ...filter, from: msOf(from), to: msOf(to) }
      const list = async ({ limit, before }: { limit: number; before: string | undefined }) => {
        const found = await listCalendar(db, range, { limit, after: placeOf(before) })
        const places = found.map((post) => `${calendarTime(post)}:${post.id}`)
        return (await shownPosts(db, found)).map((shown, at) => ({ id: places[at] ?? '', shown }))
      }
      return pageOfItems(query, PLACE, list, ({ shown }) => shown)
    },

    'posts.get': async ({ params }, { caller }) => {
      const post = await reachablePost(db, caller, params.post_id)
      const transitions = await listTransitions(db, post.id)
      const consent = await findPostConsent(db, post.id)
      return {
        ...(await shownPost(db, post)),
        consent:
          consent === undefined
            ? null
            : { source: consent.source, agreed: consent.agreed, given_at: iso(consent.givenAt) },
        transitions: transitions.map(transitionToJson),
      }
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
        by: await authorOf(db, caller, false),
      })
      await audit(db, caller, 'post.changed', id)
      return shownPost(db, post)
    },

    'posts.cancel': async ({ params }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.cancel(caller.workspaceId, id)
      await audit(db, caller, 'post.cancel_requested', id)
      return shownPost(db, post)
    },

    'posts.reschedule': async ({ params, body }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.reschedule(caller.workspaceId, id, timeFrom(body))
      await audit(db, caller, 'post.rescheduled', id, {
        scheduled_at: body.scheduled_at ?? body.schedule ?? null,
      })
      return shownPost(db, post)
    },

    'posts.retry': async ({ params }, { caller, remember }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.retry(caller.workspaceId, id, async (tx, retried) => {
        await audit(tx, caller, 'post.retried', id, { attempt: retried.attempt })
        await remember(tx, await shownPost(tx, retried))
      })
      return shownPost(db, post)
    },

    'posts.resolve': async ({ params, body }, { caller }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const post = await posts.resolve(caller.workspaceId, id, {
        outcome: body.outcome,
        postId: body.post_id,
      })
      await audit(db, caller, 'post.resolved', id, { outcome: body.outcome })
      return shownPost(db, post)
    },

    'posts.approve': async ({ params, body }, { caller, remember }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const workspace = await findWorkspace(db, caller.workspaceId)
      const decision = {
        by: actorOf(caller),
        version: body.version,
        reason: body.reason,
        ifLate: body.if_late,
        own: workspace?.ownApprovalAllowed === true,
      }
      const post = await approval.approve(caller.workspaceId, id, decision, async (tx, approved) => {
        await audit(tx, caller, 'post.approved', id, { reason: body.reason ?? null })
        await remember(tx, await shownPost(tx, approved))
      })
      return shownPost(db, post)
    },

    'posts.reject': async ({ params, body }, { caller, remember }) => {
      const { id } = await reachablePost(db, caller, params.post_id)
      const decision = { by: actorOf(caller), version: body.version, reason: body.reason }
      const post = await approval.reject(caller.workspaceId, id, decision, async (tx, rejected) => {
        await audit(tx, caller, 'post.rejected', id, { reason: body.reason })
        await remember(tx, await shownPost(tx, rejected))
      })
      return shownPost(db, post)
    },
  }
}

/** Whoever asks, and whether somebody else has to say yes to it: by wish, or by the workspace's rule for their key. */
async function authorOf(db: Database, caller: Caller, wish: boolean): Promise<Author> {
  const approves = caller.scopes.includes('posts:approve')
  const rule = approves ? undefined : await findWorkspace(db, caller.workspaceId)
  return { actor: actorOf(caller), approvalRequired: wish || rule?.approvalRequired === true }
}

function consentFrom(body: { agreed: Agreement[]; given_at: string }): GivenConsent {
  return {
    source: 'api',
    agreed: [...new Set(body.agreed)],
    givenAt: Date.parse(body.given_at),
    ip: undefined,
    userAgent: undefined,
  }
}

function timeFrom(body: {
  schedule?: 'next_slot' | undefined
  scheduled_at?: string | undefined
  time_zone?: string | undefined
}): PostTime {
  return {
    scheduledAt: body.scheduled_at,
    timeZone: body.time_zone,
    nextSlot: body.schedule === 'next_slot',
  }
}

/** Where a page of a calendar ended: a time in milliseconds, and the post. */
const PLACE = new RegExp(`^\\d{1,15}:${idPattern('post').source.slice(1)}`)

function placeOf(text: string | undefined): { at: number; id: string } | undefined {
  if (text === undefined) return undefined
  const colon = text.indexOf(':')
  return { at: Number(text.slice(0, colon)), id: text.slice(colon + 1) }
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}

/** A post of an account that the key reaches. @throws {Problem} `not_found` */
export async function reachablePost(db: Database, caller: Caller, id: string): Promise<Post> {
  const post = await findPost(db, caller.workspaceId, id)
  if (post === undefined) throw problem('not_found', 'There is no such post.')
  if (caller.mode === 'test') await reachableAccount(db, caller, post.accountId)
  return post
}
