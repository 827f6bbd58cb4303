/** What accounts and posts go through, as events of the catalogue. */
import type { Clock, Random } from '@tockwork/kernel'
import type { Post } from '../publishing/post.ts'
import type { OnPostMoved, PostMoved } from '../publishing/post-events.ts'
import type { PostState } from '../publishing/post-states.ts'
import { findAccount } from '../storage/accounts.ts'
import { forgetAccountEvents } from '../storage/webhook-events.ts'
import type { OnAccountEvent } from '../tokens/account-events.ts'
import { type NewEvent, recordEvent } from './record-event.ts'

interface TellParts {
  clock: Clock
  random: Random
}

/** For whatever changes accounts. */
export function tellOfAccounts(parts: TellParts): OnAccountEvent {
  return async (work, { type, workspaceId, accountId, reason, at }) => {
    // What was told earlier names an account that is no more.
    if (type === 'account.erased') await forgetAccountEvents(work.tx, accountId)
    const account = await findAccount(work.tx, workspaceId, accountId)
    if (account === undefined) return
    const data = {
      account_id: accountId,
      app_id: account.appId,
      external_user_id: account.externalUserId,
      status: account.status,
      reason,
      scopes: account.scopes,
      missing_scopes: account.missingScopes,
    }
    await recordEvent(work, { type, workspaceId, accountId, data, at }, parts)
  }
}

/** States that are told of by a name of their own, besides `post.state_changed`. */
const OWN_NAME: Partial<Record<PostState, NewEvent['type'] & `post.${string}`>> = {
  waiting_for_approval: 'post.approval_requested',
  rejected: 'post.rejected',
  in_inbox: 'post.in_inbox',
  published: 'post.published',
  failed: 'post.failed',
  cancelled: 'post.cancelled',
  needs_attention: 'post.needs_attention',
  media_blocked: 'post.needs_attention',
}

/** For whatever moves posts. */
export function tellOfPosts(parts: TellParts): OnPostMoved {
  return async (work, moved) => {
    const { workspaceId, accountId, changedAt: at } = moved.post
    const data = postData(moved)
    for (const type of eventsOf(moved.before, moved.post))
      await recordEvent(work, { type, workspaceId, accountId, data, at }, parts)
  }
}

function eventsOf(before: Post | undefined, post: Post): (NewEvent['type'] & `post.${string}`)[] {
  if (before?.state === post.state)
    return post.state === 'published' && post.postIds.length > before.postIds.length
      ? ['post.publicly_available']
      : []
  const approved = before?.state === 'waiting_for_approval' && post.state === 'accepted'
  const own = approved ? 'post.approved' : OWN_NAME[post.state]
  return own === undefined ? ['post.state_changed'] : ['post.state_changed', own]
}

function postData({ before, post, cause }: PostMoved) {
  const failed = post.state === 'failed' && post.failReason !== undefined
  return {
    post_id: post.id,
    group_id: post.groupId,
    account_id: post.accountId,
    mode: post.mode,
    from: before?.state ?? null,
    state: post.state,
    cause,
    post_ids: post.postIds,
    failure: failed
      ? {
          reason: post.failReason ?? '',
          detail: post.failDetail ?? null,
          action: post.failAction ?? null,
        }
      : null,
  }
}
