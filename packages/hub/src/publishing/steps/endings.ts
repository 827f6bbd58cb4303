/** How a step ends when the platform did not say yes. */
import { countWaitingBefore, initTimes } from '../../storage/posts.ts'
import type { PlatformFailure } from '../../tiktok/outcome.ts'
import { CAP_CODES, givenUpFor, isEnough, kindOf } from '../failures.ts'
import { retryPause } from '../pace.ts'
import type { Post } from '../post.ts'
import type { Move, Step } from '../step.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Clocks differ a little, and a cap is counted by TikTok's. */
const CAP_MARGIN_MS = 5000

/** Ends the post as failed, with words for a person. */
export function fail(
  step: Step,
  why: { reason: string; detail: string; action?: string | undefined; more?: Record<string, unknown> },
  from?: Post,
): Promise<Post | undefined> {
  return step.move(
    {
      to: 'failed',
      cause: why.reason,
      detail: { message: why.detail, ...why.more },
      set: {
        failReason: why.reason,
        failDetail: why.detail,
        failAction: why.action,
        stateReason: undefined,
        initSentAt: undefined,
        upload: undefined,
        uploadSealed: undefined,
      },
      at: undefined,
    },
    from,
  )
}

/** Waits until a window has room. */
export function waitForWindow(
  step: Step,
  endpoint: string,
  until: number,
  set: Move['set'] = {},
  from?: Post,
): Promise<Post | undefined> {
  const { clock } = step.parts
  return step.move(
    {
      to: 'waiting_for_rate',
      cause: 'window_full',
      detail: { endpoint, until: new Date(until).toISOString() },
      set: { ...set, stateReason: `window:${endpoint}` },
      at: Math.max(until, clock.now() + 1),
    },
    from,
  )
}

/**
 * Waits until a cap of 24 hours has room again. The n-th of the posts that wait for it comes when the n-th of those that
 * went out is a day old; where ours do not explain the cap (other apps count too), it is asked for every hour.
 */
export async function waitForCap(
  step: Step,
  code: string,
  set: Move['set'] = {},
  from?: Post,
): Promise<Post | undefined> {
  const { db, clock } = step.parts
  const { post } = step
  const now = clock.now()
  let at = now + HOUR_MS
  if (code !== 'reached_active_user_cap') {
    const went = await initTimes(db, post.accountId, post.mode, now - DAY_MS)
    const before = await countWaitingBefore(db, post, code)
    const release = went[before]
    if (release !== undefined) at = release + DAY_MS + CAP_MARGIN_MS
    else if (went.length > 0) at = now + DAY_MS
  }
  return step.move(
    {
      to: 'waiting_for_rate',
      cause: code,
      detail: { until: new Date(at).toISOString() },
      set: { ...set, stateReason: code },
      at: Math.max(at, now + 1),
    },
    from,
  )
}

/** Tries the step again after a growing pause. */
export function tryAgain(
  step: Step,
  failure: PlatformFailure,
  set: Move['set'] = {},
  from: Post = step.post,
): Promise<Post | undefined> {
  const { clock, random } = step.parts
  const failures = step.post.failures + 1
  if (isEnough(failure, failures)) return fail(step, givenUpFor(failure, failures), from)
  const now = clock.now()
  const at = Math.max(now + retryPause(failures, random), failure.until ?? 0)
  return step.move({ set: { ...set, failures, stateReason: failure.code }, at: Math.ceil(at) }, from)
}

/** What follows from a failure of a call that changes nothing at the platform. */
export function endByFailure(
  step: Step,
  endpoint: string,
  windowMs: number,
  failure: PlatformFailure,
  set: Move['set'] = {},
  from?: Post,
): Promise<Post | undefined> {
  const { clock, port } = step.parts
  const kind = kindOf(failure)
  switch (kind) {
    case 'window':
      return waitForWindow(step, endpoint, failure.until ?? clock.now() + windowMs, set, from)
    case 'cap':
      return waitForCap(step, failure.code, set, from)
    case 'lost':
    case 'passing':
      return tryAgain(step, failure, set, from)
    case 'grant':
    case 'refused': {
      const known = port.explain(failure.code)
      return fail(
        step,
        {
          reason: failure.needs === 'reconnect' ? 'reauthorization_required' : failure.code,
          detail: known?.meaning ?? failure.message,
          action: failure.action ?? known?.action,
          more: {
            code: failure.code,
            said: failure.message,
            ...(failure.logId === undefined ? {} : { log_id: failure.logId }),
          },
        },
        from,
      )
    }
  }
}

export function isCap(reason: string | undefined): boolean {
  return reason !== undefined && CAP_CODES.has(reason)
}
