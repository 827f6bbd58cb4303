import { PlatformError, TransportError } from '@tockwork/kernel'
import type { PostStatus, PublishFailure } from './post-status.ts'

/** TikTok ended the post as FAILED. `failReason` is TikTok's word, `explanation` and `action` are ours. */
export class PublishFailedError extends PlatformError {
  readonly publishId: string
  readonly failReason: string
  readonly explanation: string
  readonly status: PostStatus

  constructor(status: PostStatus, failure: PublishFailure) {
    super(`The post failed (${failure.reason}): ${failure.explanation}`, {
      code: failure.reason,
      retry: failure.retry,
      action: failure.action,
      endpoint: 'posting.publishStatus',
    })
    this.publishId = status.publishId
    this.failReason = failure.reason
    this.explanation = failure.explanation
    this.status = status
  }

  override toJSON(): Record<string, unknown> {
    const { publishId, failReason, explanation } = this
    return { ...super.toJSON(), publishId, failReason, explanation }
  }
}

/** The post had not got there in time. It goes on: ask its status later. */
export class PublishTimeoutError extends TransportError {
  readonly publishId: string
  /** What TikTok said last; missing when it never answered. */
  readonly lastStatus: PostStatus | undefined

  constructor(message: string, publishId: string, lastStatus: PostStatus | undefined, cause: unknown) {
    super(message, {
      code: 'publish_timeout',
      retry: 'outcome-unknown',
      sent: 'maybe',
      endpoint: 'posting.publishStatus',
      action:
        'Keep the publish id and ask again later with posts.open(publishId); do not post again meanwhile.',
      cause,
    })
    this.publishId = publishId
    this.lastStatus = lastStatus
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), publishId: this.publishId, lastStatus: this.lastStatus }
  }
}
