import { uploadStatuses } from '@tockwork/contracts'
import { PlatformError, TransportError } from '@tockwork/kernel'

/** TikTok refused a chunk for good. `sentBytes` were taken before. */
export class UploadError extends PlatformError {
  readonly publishId: string
  readonly sentBytes: number

  constructor(message: string, details: UploadErrorDetails) {
    super(message, { retry: 'never', endpoint: 'posting.uploadMedia', ...details })
    this.publishId = details.publishId
    this.sentBytes = details.sentBytes
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), publishId: this.publishId, sentBytes: this.sentBytes }
  }
}

export interface UploadErrorDetails {
  code: string
  publishId: string
  sentBytes: number
  httpStatus?: number
  action?: string
  cause?: unknown
}

/** The upload URL is no longer good: it has expired (one hour) or was never valid. A new post must be started. */
export class UploadUrlExpiredError extends UploadError {}

/** The connection kept failing. The bytes that TikTok has stay with it until the upload URL expires. */
export class UploadInterruptedError extends TransportError {
  readonly publishId: string
  readonly sentBytes: number

  constructor(
    message: string,
    details: { publishId: string; sentBytes: number; httpStatus?: number; cause?: unknown },
  ) {
    super(message, {
      code: 'upload_interrupted',
      retry: 'outcome-unknown',
      sent: 'maybe',
      endpoint: 'posting.uploadMedia',
      action:
        'Within the hour that the upload URL lives, call posts.resumeUpload with the publish id and the upload URL (from onInit); it asks where the upload stands.',
      ...details,
    })
    this.publishId = details.publishId
    this.sentBytes = details.sentBytes
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), publishId: this.publishId, sentBytes: this.sentBytes }
  }
}

/** The error for a status of the media PUT that sending again cannot help. The upload URL stays out of it. */
export function refusal(status: number, publishId: string, sentBytes: number): UploadError {
  const entry = Object.hasOwn(uploadStatuses, status)
    ? uploadStatuses[status as keyof typeof uploadStatuses]
    : {
        meaning: 'The answer is not a documented one.',
        action: 'Start a new post; report this when it happens again.',
      }
  const details = { httpStatus: status, publishId, sentBytes, action: entry.action }
  const message = `TikTok refused the upload with HTTP ${status}: ${entry.meaning}`
  if (status === 403) return new UploadUrlExpiredError(message, { ...details, code: 'upload_url_expired' })
  if (status === 404) return new UploadUrlExpiredError(message, { ...details, code: 'upload_task_not_found' })
  return new UploadError(message, {
    ...details,
    code: status === 400 ? 'upload_bad_request' : 'upload_unexpected_status',
  })
}
