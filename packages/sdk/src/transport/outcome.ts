import type { Endpoint } from '@tockwork/contracts'
import { TransportError } from '@tockwork/kernel'

/** How a person or program finds out whether a call whose answer was lost was carried out. */
function howToFindOut(endpoint: Endpoint): string {
  if (endpoint.id.startsWith('posting.')) {
    return (
      'The post may exist, and calling again may post twice. Wait for its post.publish.* webhook, or look for it in ' +
      "the creator's video list (public posts) or TikTok inbox (drafts); call again only when it did not appear within " +
      'an hour, the longest time TikTok takes to download.'
    )
  }
  if (endpoint.id.startsWith('portability.')) {
    return 'The request may have been made and a single-use scope used up. Wait for portability.download.ready before asking again.'
  }
  return 'It may have been carried out. Find out before calling again.'
}

/** The error of a call that may have been carried out and must not be made again unseen. */
export function outcomeUnknown(
  endpoint: Endpoint,
  why: string,
  details: { code: string; httpStatus?: number; logId?: string | undefined; cause?: unknown },
): TransportError {
  const { logId, ...rest } = details
  return new TransportError(`${endpoint.id}: the outcome is unknown. ${why}`, {
    ...rest,
    ...(logId === undefined ? {} : { logId }),
    retry: 'outcome-unknown',
    sent: 'maybe',
    endpoint: endpoint.id,
    action: howToFindOut(endpoint),
  })
}
