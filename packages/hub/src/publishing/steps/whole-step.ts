/** Posts on platforms that take them whole, see `WholePosting`. */
import { renewLease } from '../../storage/posts.ts'
import type { PlatformResult } from '../../tiktok/outcome.ts'
import { kindOf } from '../failures.ts'
import type { Post } from '../post.ts'
import { LEASE_MS, type Step } from '../step.ts'
import type { WholePosting } from '../whole-posting.ts'
import { endByFailure, fail, tryAgain } from './endings.ts'

const HEARTBEAT_MS = LEASE_MS / 4

/** Hands it to whoever sends bytes, which takes long. From here on its key is fixed, whatever comes. */
export function beginWhole({ post, parts, move }: Step): Promise<Post | undefined> {
  const now = parts.clock.now()
  return move({
    to: 'uploading',
    cause: 'sending',
    set: {
      firstSentAt: post.firstSentAt ?? now,
      initAttempt: post.initAttempt + 1,
      upload: { totalBytes: 0, chunkSize: 0, contentType: '', urlExpiresAt: 0, begun: false, whole: true },
      stateReason: undefined,
    },
    at: now,
  })
}

/** Sends all of it, as often as it takes. */
export async function publishWhole(step: Step, whole: WholePosting): Promise<Post | undefined> {
  const { post, parts, move, call } = step
  const { clock } = parts
  if (post.cancelRequestedAt !== undefined && post.upload?.begun !== true)
    return move({ to: 'cancelled', cause: 'cancelled_by_caller', set: { upload: undefined }, at: undefined })
  const { upload } = post
  let sent: Post | undefined
  const outcome = await call(whole.rate, 'publish', async (ready): Promise<PlatformResult<Published>> => {
    const begun = { set: { ...(upload === undefined ? {} : { upload: { ...upload, begun: true } }) } }
    sent = upload?.begun === true ? post : await move({ ...begun, at: clock.now() })
    if (sent === undefined) return SUPERSEDED
    await ready()
    await using _watch = keepLease(step)
    return whole.publish(sent, step.signal)
  })
  // The window is full: it waits here, since there is no way back from bytes that are about to leave.
  if ('waitUntil' in outcome) return move({ at: Math.max(outcome.waitUntil, clock.now() + 1) })
  if (sent === undefined) return undefined
  const { result } = outcome
  if (result.ok)
    return move(
      {
        to: 'processing',
        cause: 'sent',
        detail: { publish_id: result.value.publishId },
        set: {
          publishId: result.value.publishId,
          postIds: result.value.postIds,
          upload: undefined,
          processingSince: clock.now(),
          failures: 0,
          stateReason: undefined,
        },
        at: clock.now(),
      },
      sent,
    )
  const { failure } = result
  const kind = kindOf(failure)
  if (kind === 'window')
    return move({ set: { stateReason: failure.code }, at: failure.until ?? clock.now() + 60_000 }, sent)
  if (kind === 'lost' || kind === 'passing' || kind === 'cap') return tryAgain(step, failure, {}, sent)
  if (failure.code === 'record_key_taken')
    return fail(
      step,
      {
        reason: failure.code,
        detail: 'An earlier try went out after all, with another text or other media than the post has now.',
        action: 'Look at the account. To post what it is now, make a new post.',
      },
      sent,
    )
  return endByFailure(step, whole.rate.endpoint, whole.rate.windowMs, failure, {}, sent)
}

type Published = { publishId: string; postIds: string[] }

const SUPERSEDED: PlatformResult<never> = {
  ok: false,
  failure: { code: 'superseded', message: 'The post was changed meanwhile.', retry: 'never', sent: 'no' },
}

/** Keeps the post ours while its bytes are on their way. Should it be lost all the same, the key keeps it from doubling. */
function keepLease({ post, parts, signal }: Step): AsyncDisposable {
  const { clock, db, owner } = parts
  const over = new AbortController()
  const watch = (async () => {
    while (!over.signal.aborted && !signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, over.signal)
      await renewLease(db, post.id, { owner, until: clock.now() + LEASE_MS })
    }
  })().catch(() => undefined)
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await watch
    },
  }
}
