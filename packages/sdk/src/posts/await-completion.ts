import { type Clock, PlatformError, RateLimitError, TransportError } from '@tockwork/kernel'
import type { Caller } from '../caller.ts'
import { explainFailure, fetchStatus, type PostStatus } from './post-status.ts'
import { PublishFailedError, PublishTimeoutError } from './publish-errors.ts'
import type { StatusFeed } from './status-feed.ts'
import type { StatusPace } from './status-pace.ts'

/**
 * `inbox`: the draft is in the creator's inbox. `published`: the post exists (for a draft: the creator finished it).
 * `public`: everyone can see it and its id is known, which `SELF_ONLY` posts never reach.
 */
export type CompletionGoal = 'inbox' | 'published' | 'public'

export interface CompletionOptions {
  /** Left out: in the inbox for a draft, published for a direct post, whichever TikTok says first. */
  until?: CompletionGoal | undefined
  /** Milliseconds to wait at most; ten minutes when left out. */
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
}

export interface CompletionContext {
  caller: Caller
  pace: StatusPace
  feed?: StatusFeed | undefined
}

const TIMEOUT_MS = 600_000
/** Between polls while events are fed in: an event can be lost, so asking never stops altogether. */
const FED_PAUSE_MS = 60_000

/**
 * Waits until a post has got where it should.
 * @throws {PublishFailedError} when TikTok ends it as FAILED, {@link PublishTimeoutError} when time is up.
 */
export async function awaitCompletion(
  context: CompletionContext,
  publishId: string,
  options: CompletionOptions,
): Promise<PostStatus> {
  const { caller, pace, feed } = context
  const { until, timeoutMs = TIMEOUT_MS, signal } = options
  const started = caller.clock.now()
  const over = new AbortController()
  const deadline = new AbortController()
  const ends = signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal])
  const bell = new Bell()
  const unlisten = feed?.listen(publishId, () => bell.ring())
  const place = pace.join()
  let last: PostStatus | undefined
  let trouble: unknown
  let polls = 0
  caller.clock.sleep(timeoutMs, over.signal).then(
    () => deadline.abort(),
    () => undefined,
  )
  try {
    for (;;) {
      await pace.turn(ends)
      // What rang before this answer is in this answer.
      bell.hush()
      let holdMs = 0
      try {
        const status = await fetchStatus(caller, publishId, signal)
        trouble = undefined
        if (status.status === 'FAILED')
          throw new PublishFailedError(status, status.failure ?? explainFailure(undefined))
        if (reached(status, until)) return status
        if (last !== undefined && last.status !== status.status) polls = 0
        last = status
      } catch (error) {
        signal?.throwIfAborted()
        if (!passes(error)) throw error
        trouble = error
        if (error instanceof RateLimitError && error.until !== undefined)
          holdMs = error.until - caller.clock.now()
      }
      const own = pace.pause(polls, caller.clock.now() - started)
      const fed = feed?.fed === true && last !== undefined
      const rang = await bell.wait(caller.clock, Math.max(holdMs, fed ? FED_PAUSE_MS : 0, own), ends)
      polls = rang ? 0 : polls + 1
    }
  } catch (error) {
    if (deadline.signal.aborted && error === deadline.signal.reason) {
      throw timeout(publishId, timeoutMs, until, last, trouble)
    }
    throw error
  } finally {
    over.abort()
    place.leave()
    unlisten?.()
  }
}

function reached(status: PostStatus, until: CompletionGoal | undefined): boolean {
  if (status.status === 'SEND_TO_USER_INBOX') return until === undefined || until === 'inbox'
  if (status.status !== 'PUBLISH_COMPLETE') return false
  return until !== 'public' || status.postIds.length > 0
}

/** Asking again is harmless, so whatever may be over next time is waited out. */
function passes(error: unknown): boolean {
  if (error instanceof PublishFailedError) return false
  if (error instanceof TransportError || error instanceof RateLimitError) return true
  return error instanceof PlatformError && (error.retry === 'now' || error.retry === 'after')
}

function timeout(
  publishId: string,
  timeoutMs: number,
  until: CompletionGoal | undefined,
  last: PostStatus | undefined,
  trouble: unknown,
): PublishTimeoutError {
  const goal = until === undefined ? 'done' : until === 'inbox' ? 'in the inbox' : until
  const said = last === undefined ? 'TikTok gave no status' : `TikTok's last word is ${last.status}`
  return new PublishTimeoutError(
    `The post is not ${goal} after ${Math.round(timeoutMs / 1000)} s; ${said}.`,
    publishId,
    last,
    trouble,
  )
}

/** Ends a pause early. */
class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  hush(): void {
    this.#rung = false
  }

  /** Returns whether it rang; `false` when the time passed. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#rung) return true
    const over = new AbortController()
    const rung = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const pause = clock.sleep(ms, AbortSignal.any([over.signal, signal]))
    try {
      await Promise.race([pause, rung])
      return this.#rung
    } finally {
      this.#wake = undefined
      // Takes the sleeper off the clock; its rejection is of no interest any more.
      pause.catch(() => undefined)
      over.abort()
    }
  }
}
