import type { PlatformFailure } from '../../tiktok/outcome.ts'
import { givenUpFor, isEnough, isUnreadable, kindOf } from '../failures.ts'
import { inboxPause, publicIdPause, retryPause, statusPause } from '../pace.ts'
import type { Post } from '../post.ts'
import type { PublishStanding } from '../posting-port.ts'
import type { Step } from '../step.ts'
import { fail, isCap, waitForCap } from './endings.ts'

const DEADLINE_MS = 24 * 3_600_000
const GRANT_PAUSE_MS = 600_000

/** Asks how the post is getting on, at a pace that leaves room in the window of 30 a minute for others. */
export async function statusStep(step: Step): Promise<Post | undefined> {
  const { post, parts, move, call } = step
  const { clock, port, rates, random } = parts
  const { publishId } = post
  const now = clock.now()
  if (publishId === undefined) return move({ at: undefined })
  const account = await step.account()
  const whole = account === undefined ? undefined : parts.wholes(account.platform)
  if (post.cancelRequestedAt !== undefined && post.state === 'processing' && whole === undefined) {
    // Best effort: what comes of it shows in the status. Once TikTok says that it is too late, it is not asked again.
    const asked = await port.cancel(post, publishId)
    if (!asked.ok && kindOf(asked.failure) === 'refused')
      return move({ set: { cancelRequestedAt: undefined }, at: now })
  }
  const outcome =
    whole === undefined
      ? await call(rates.status, 'status', () => port.status(post, publishId))
      : { result: await whole.status(post, publishId) }
  if ('waitUntil' in outcome) return move({ at: Math.max(outcome.waitUntil, now + 1) })
  const { result } = outcome
  if (result.ok) return applyStanding(step, result.value)
  const { failure } = result
  // A post that was left to a person is looked at when something is said about it, not over and over.
  if (post.state === 'needs_attention') return move({ at: undefined })
  switch (kindOf(failure)) {
    case 'refused':
      if (post.state !== 'processing') return move({ at: undefined })
      return move({
        to: 'needs_attention',
        cause: failure.code,
        detail: { message: failure.message },
        set: { stateReason: failure.code },
        at: undefined,
      })
    case 'grant':
      if (isOver(step)) return givenUp(step)
      return move({ set: { stateReason: failure.needs ?? failure.code }, at: now + GRANT_PAUSE_MS })
    default: {
      if (isOver(step)) return givenUp(step)
      const failures = post.failures + 1
      // What it is like at TikTok nobody here can read, and it may well be published: a person looks.
      if (isUnreadable(failure) && isEnough(failure, failures)) return unreadable(step, failure, failures)
      const at = Math.max(failure.until ?? 0, Math.ceil(now + retryPause(failures, random)))
      return move({ set: { failures, stateReason: failure.code }, at })
    }
  }
}

/** What follows from TikTok's word about a post. */
async function applyStanding(step: Step, standing: PublishStanding): Promise<Post | undefined> {
  const { post, parts, move } = step
  const now = parts.clock.now()
  const age = now - (post.processingSince ?? now)
  const postIds = [...new Set([...post.postIds, ...standing.postIds])]
  switch (standing.status) {
    case 'PUBLISH_COMPLETE': {
      const publishedAt = post.publishedAt ?? now
      // Only what everyone may see gets a public id, and only after moderation.
      const expected = post.mode === 'draft' || post.options.privacyLevel === 'PUBLIC_TO_EVERYONE'
      const pause = expected && postIds.length === 0 ? publicIdPause(now - publishedAt) : undefined
      return move({
        ...(post.state === 'published' ? {} : { to: 'published' as const, cause: 'publish_complete' }),
        set: { publishedAt, postIds, stateReason: undefined, failures: 0 },
        at: pause === undefined ? undefined : Math.ceil(now + pause),
      })
    }
    case 'SEND_TO_USER_INBOX': {
      const pause = inboxPause(age)
      return move({
        ...(post.state === 'processing' ? { to: 'in_inbox' as const, cause: 'sent_to_inbox' } : {}),
        set: { stateReason: undefined, failures: 0, postIds },
        at: pause === undefined ? undefined : Math.ceil(now + pause),
      })
    }
    case 'FAILED':
      return failed(step, standing.failReason ?? 'unknown')
    default:
      if (isOver(step)) return givenUp(step)
      return move({
        set: { failures: 0, stateReason: post.state === 'needs_attention' ? post.stateReason : undefined },
        at: post.state === 'needs_attention' ? undefined : now + statusPause(age),
      })
  }
}

function failed(step: Step, reason: string): Promise<Post | undefined> {
  const { post, parts, move } = step
  if (post.state === 'published') return move({ at: undefined })
  if (reason === 'publish_cancelled' && post.cancelRequestedAt !== undefined)
    return move({ to: 'cancelled', cause: 'cancelled_by_caller', at: undefined })
  // TikTok let the init pass and found the cap full later. Nothing was posted: it waits like any other.
  if (isCap(reason) && post.state === 'processing')
    return waitForCap(step, reason, { publishId: undefined, uploadedBytes: 0, processingSince: undefined })
  const known = parts.port.explain(reason)
  return fail(step, {
    reason,
    detail: known?.meaning ?? 'The platform gave no known reason.',
    action: known?.action,
  })
}

function isOver({ post, parts }: Step): boolean {
  const deadline = parts.processingDeadlineMs ?? DEADLINE_MS
  return (
    post.state === 'processing' &&
    post.processingSince !== undefined &&
    parts.clock.now() - post.processingSince > deadline
  )
}

/** TikTok never finished it. Whether it will is not known, so it is not called failed. */
function givenUp({ move }: Step): Promise<Post | undefined> {
  return move({
    to: 'needs_attention',
    cause: 'never_finished',
    set: { stateReason: 'never_finished' },
    at: undefined,
  })
}

function unreadable(
  { post, move }: Step,
  failure: PlatformFailure,
  failures: number,
): Promise<Post | undefined> {
  const { reason, detail } = givenUpFor(failure, failures)
  if (post.state !== 'processing') return move({ set: { stateReason: reason }, at: undefined })
  return move({
    to: 'needs_attention',
    cause: reason,
    detail: { message: detail },
    set: { stateReason: reason },
    at: undefined,
  })
}
