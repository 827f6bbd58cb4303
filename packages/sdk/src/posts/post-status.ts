import { failReasons } from '@tockwork/contracts'
import { publishStatus, type publishStatuses } from '@tockwork/contracts/posting'
import type { RetryVerdict } from '@tockwork/kernel'
import type { Caller } from '../caller.ts'

/** TikTok's names; a new one survives as it is. */
export type PublishState = (typeof publishStatuses)[number] | (string & Record<never, never>)

/** Why a post failed, and what can be done. */
export interface PublishFailure {
  /** TikTok's `fail_reason`. */
  reason: string
  explanation: string
  action: string
  /** Whether the same post, made anew, can succeed. */
  retry: RetryVerdict
}

export interface PostStatus {
  publishId: string
  status: PublishState
  /** Ids of what everyone can see, as strings; empty until moderation is through. A draft can become several posts. */
  postIds: string[]
  uploadedBytes?: number
  downloadedBytes?: number
  /** Set when `status` is `FAILED`. */
  failure?: PublishFailure
}

/** Asks TikTok how a post is getting on. A failed post is an answer, not an error. */
export async function fetchStatus(
  caller: Caller,
  publishId: string,
  signal?: AbortSignal,
): Promise<PostStatus> {
  const answer = await caller.call(publishStatus, {
    input: { publish_id: publishId },
    ...(signal === undefined ? {} : { signal }),
  })
  return {
    publishId,
    status: answer.status,
    postIds: answer.publicaly_available_post_id ?? [],
    ...(answer.uploaded_bytes === undefined ? {} : { uploadedBytes: answer.uploaded_bytes }),
    ...(answer.downloaded_bytes === undefined ? {} : { downloadedBytes: answer.downloaded_bytes }),
    ...(answer.status === 'FAILED' ? { failure: explainFailure(answer.fail_reason) } : {}),
  }
}

/** What a `fail_reason` means, by the catalogue of the contracts. */
export function explainFailure(reason: string | undefined): PublishFailure {
  if (reason !== undefined && Object.hasOwn(failReasons, reason)) {
    const { meaning, action, retry } = failReasons[reason as keyof typeof failReasons]
    return { reason, explanation: meaning, action, retry }
  }
  return {
    reason: reason ?? 'unknown',
    explanation:
      reason === undefined ? 'TikTok gave no reason.' : 'TikTok gave a reason that is not documented.',
    action: 'Look at the post in the TikTok app; report the reason so that it can be explained.',
    retry: 'never',
  }
}
