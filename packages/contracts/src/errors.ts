/** Every error code and fail reason of TikTok for Developers, and where those of API for Business are looked up too: what it means, what to do, whether to try again. */
import { businessErrors } from './business/errors.ts'
import type { ErrorEntry } from './vocabulary.ts'

const GENERAL = 'https://developers.tiktok.com/doc/tiktok-api-v2-error-handling'
const DIRECT = 'https://developers.tiktok.com/doc/content-posting-api-reference-direct-post'
const INBOX = 'https://developers.tiktok.com/doc/content-posting-api-reference-upload-video'
const PHOTO = 'https://developers.tiktok.com/doc/content-posting-api-reference-photo-post'
const STATUS = 'https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status'
const TRANSFER = 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide'
const OAUTH = 'https://developers.tiktok.com/doc/oauth-error-handling'

const DAY = 86_400

/** Codes in `error.code` of the standard envelope. */
export const openErrors = {
  access_token_invalid: {
    kind: 'open',
    status: 401,
    meaning: 'The access token is wrong, expired or revoked.',
    action:
      'Refresh the token once and repeat the call once; if the refresh fails, ask the user to connect again.',
    retry: 'now',
    retryHint: 'refresh',
    provenance: 'documented',
    source: GENERAL,
  },
  scope_not_authorized: {
    kind: 'open',
    status: 401,
    meaning: 'The user has not granted the scope that this call needs.',
    action: 'Send the user through consent again with that scope; they may have unticked it.',
    retry: 'never',
    provenance: 'documented',
    source: GENERAL,
  },
  scope_permission_missed: {
    kind: 'open',
    status: 400,
    meaning: 'A requested field needs a scope that was not granted.',
    action: 'Drop the field, or ask for its scope. In 2024 profile and counter fields left user.info.basic.',
    retry: 'never',
    provenance: 'documented',
    source: GENERAL,
  },
  rate_limit_exceeded: {
    kind: 'open',
    status: 429,
    meaning: 'Too many calls in the one-minute sliding window of this endpoint.',
    action: 'Wait until the window has passed (60 s), then spread the calls out; do not retry at once.',
    retry: 'after',
    retryHint: 'window',
    afterSeconds: 60,
    provenance: 'documented',
    source: 'https://developers.tiktok.com/doc/tiktok-api-v2-rate-limit',
  },
  daily_quota_limit_exceeded: {
    kind: 'open',
    status: 429,
    meaning:
      "The day's quota of Research or Commercial Content requests is used up; it is shared by the whole project.",
    action: 'Wait for 00:00 UTC. Requests before it cannot succeed, and those answered with 500 counted too.',
    retry: 'after',
    retryHint: 'tomorrow',
    provenance: 'observed',
    source: 'https://developers.tiktok.com/doc/research-api-faq',
  },
  internal_error: {
    kind: 'open',
    status: 500,
    meaning: 'TikTok had a problem of its own.',
    action:
      'Try again with growing pauses. After an init ask yourself first whether the post already exists.',
    retry: 'now',
    retryHint: 'backoff',
    provenance: 'documented',
    source: GENERAL,
  },
  invalid_params: {
    kind: 'open',
    status: 400,
    meaning: 'A parameter is missing or malformed; the message says which.',
    action: 'Correct the request; the same one cannot succeed.',
    retry: 'never',
    provenance: 'documented',
    source: GENERAL,
  },
  invalid_param: {
    kind: 'open',
    status: 400,
    meaning: 'A parameter of a posting call is missing or malformed; the message says which.',
    action: 'Correct the request; the same one cannot succeed.',
    retry: 'never',
    provenance: 'documented',
    source: DIRECT,
  },
  invalid_file_upload: {
    kind: 'open',
    status: 400,
    meaning: 'The uploaded file does not meet the requirements.',
    action: 'Mend the file (format, codec, frame rate, size); the same file cannot succeed.',
    retry: 'never',
    provenance: 'documented',
    source: GENERAL,
  },
  app_version_check_failed: {
    kind: 'open',
    status: 400,
    meaning: "The user's TikTok app is older than 31.8, which photo drafts need.",
    action: 'Ask the user to update TikTok, or post directly.',
    retry: 'never',
    provenance: 'documented',
    source: PHOTO,
  },
  invalid_publish_id: {
    kind: 'open',
    status: 400,
    meaning: 'There is no post with this publish_id.',
    action: 'Check that the id was stored whole; ids of another app or environment are unknown here.',
    retry: 'never',
    provenance: 'documented',
    source: STATUS,
  },
  token_not_authorized_for_specified_publish_id: {
    kind: 'open',
    status: 400,
    meaning: 'The post belongs to another user.',
    action: 'Ask with the access token that made the post.',
    retry: 'never',
    provenance: 'documented',
    source: STATUS,
  },
  publish_not_cancellable: {
    kind: 'open',
    status: 400,
    meaning: 'The post can no longer be cancelled: it is final or nearly so.',
    action: 'Let it finish; the user can delete it in the TikTok app.',
    retry: 'never',
    provenance: 'documented',
    source: TRANSFER,
  },
  spam_risk_too_many_posts: {
    kind: 'open',
    status: 403,
    meaning: "The creator's daily cap of posts through all apps is reached (about 15, varying).",
    action:
      'Wait for the 24-hour window, or let the user post in the app. Repeats of it with similar videos look like a bot.',
    retry: 'after',
    retryHint: 'tomorrow',
    afterSeconds: DAY,
    provenance: 'documented',
    source: DIRECT,
  },
  spam_risk_too_many_pending_share: {
    kind: 'open',
    status: 403,
    meaning: 'Five drafts of the last 24 hours still wait in the inbox.',
    action: 'Ask the user to finish or discard drafts in the TikTok app.',
    retry: 'after',
    retryHint: 'tomorrow',
    afterSeconds: DAY,
    provenance: 'documented',
    source: INBOX,
  },
  spam_risk_user_banned_from_posting: {
    kind: 'open',
    status: 403,
    meaning: 'TikTok has banned this user from posting.',
    action: 'Stop posting for this user; only they can settle it with TikTok.',
    retry: 'never',
    provenance: 'documented',
    source: DIRECT,
  },
  reached_active_user_cap: {
    kind: 'open',
    status: 403,
    meaning: "The app's quota of posting users of the last 24 hours is used up.",
    action: 'Wait for the window, or ask TikTok for a higher quota. Unaudited apps have five users a day.',
    retry: 'after',
    retryHint: 'tomorrow',
    afterSeconds: DAY,
    provenance: 'documented',
    source: DIRECT,
  },
  unaudited_client_can_only_post_to_private_accounts: {
    kind: 'open',
    status: 403,
    meaning: 'The app has not passed the Content Posting audit and the account is public.',
    action:
      'Set the account (not only the post) to private and post SELF_ONLY, send drafts instead, or pass the audit.',
    retry: 'never',
    provenance: 'documented',
    source: DIRECT,
  },
  url_ownership_unverified: {
    kind: 'open',
    status: 403,
    meaning: 'The URL lies under no domain or prefix verified for this app.',
    action: 'Verify the domain or URL prefix in the portal under URL properties, or upload the file instead.',
    retry: 'never',
    provenance: 'documented',
    source: TRANSFER,
  },
  privacy_level_option_mismatch: {
    kind: 'open',
    status: 403,
    meaning: 'The privacy level is missing or not among the creator’s options.',
    action: 'Query creator info again and let the user choose from privacy_level_options.',
    retry: 'never',
    provenance: 'documented',
    source: DIRECT,
  },
} as const satisfies Record<string, ErrorEntry>

/** Codes in the flat `error` of the OAuth endpoints. Their HTTP status is not documented; 200 has been observed. */
export const oauthErrors = {
  access_denied: {
    kind: 'oauth',
    status: 200,
    meaning: 'The user or TikTok refused.',
    action: 'Accept the refusal; offer to connect again when the user asks.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  invalid_client: {
    kind: 'oauth',
    status: 200,
    meaning: 'client_key or client_secret is wrong, or authentication is missing.',
    action: 'Check the key and secret; a sandbox has its own pair.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  invalid_grant: {
    kind: 'oauth',
    status: 200,
    meaning:
      'The code or refresh token is wrong, expired, revoked, used, from another redirect URI or another app.',
    action:
      'Send the user through consent again. Decode the code from the URL before use, and send the same redirect_uri.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  invalid_request: {
    kind: 'oauth',
    status: 200,
    meaning: 'A parameter is missing or malformed.',
    action: 'Correct the request: form-encoded body, client_key (not client_id), code URL-decoded.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  invalid_scope: {
    kind: 'oauth',
    status: 200,
    meaning: 'A scope is unknown, malformed or not approved for the app.',
    action: 'Ask only for scopes that the portal shows for the app, separated by commas.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  unauthorized_client: {
    kind: 'oauth',
    status: 200,
    meaning: 'The app may not use this way of authorization.',
    action: 'Enable the product in the portal; in a sandbox add the account as a target user.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  unsupported_grant_type: {
    kind: 'oauth',
    status: 200,
    meaning: 'grant_type is none of authorization_code, refresh_token, client_credentials.',
    action: 'Correct grant_type.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  unsupported_response_type: {
    kind: 'oauth',
    status: 200,
    meaning: 'response_type is not `code`.',
    action: 'Send response_type=code.',
    retry: 'never',
    provenance: 'documented',
    source: OAUTH,
  },
  server_error: {
    kind: 'oauth',
    status: 200,
    meaning: 'TikTok had a problem of its own.',
    action: 'Try again with growing pauses.',
    retry: 'now',
    retryHint: 'backoff',
    provenance: 'documented',
    source: OAUTH,
  },
  temporarily_unavailable: {
    kind: 'oauth',
    status: 200,
    meaning: 'TikTok is overloaded or under maintenance.',
    action: 'Try again with growing pauses.',
    retry: 'now',
    retryHint: 'backoff',
    provenance: 'documented',
    source: OAUTH,
  },
} as const satisfies Record<string, ErrorEntry>

const fail = <const R extends ErrorEntry['retry']>(
  meaning: string,
  action: string,
  retry: R,
  more: { retryHint?: NonNullable<ErrorEntry['retryHint']>; afterSeconds?: number } = {},
) => ({
  kind: 'fail_reason' as const,
  status: 200,
  meaning,
  action,
  retry,
  provenance: 'documented' as const,
  source: STATUS,
  ...more,
})

/** `fail_reason` of a FAILED post, and `reason` of the webhook `post.publish.failed`. The call itself is HTTP 200. */
export const failReasons = {
  file_format_check_failed: fail(
    'The file is of a format or codec that TikTok does not take, or it is damaged.',
    'Send MP4, MOV or WebM with H.264, H.265, VP8 or VP9; photos as JPEG or WebP.',
    'never',
  ),
  duration_check_failed: fail(
    'The video is too short or longer than this creator may post.',
    'Cut it to max_video_post_duration_sec of creator info (API maximum ten minutes).',
    'never',
  ),
  frame_rate_check_failed: fail(
    'The frame rate is outside 23 to 60.',
    'Convert it to 30 or 60 frames per second.',
    'never',
  ),
  picture_size_check_failed: fail(
    'Width or height is out of bounds.',
    'Scale so that both sides are 360 to 4096 pixels; photos fit within 1080p.',
    'never',
  ),
  internal: fail('Part of TikTok was unavailable.', 'Post again.', 'now', { retryHint: 'backoff' }),
  video_pull_failed: fail(
    'TikTok could not download the video, or not within an hour.',
    'Check that the URL answers without redirects, then post again.',
    'now',
    { retryHint: 'if-url-good' },
  ),
  photo_pull_failed: fail(
    'TikTok could not download a photo, or not within an hour.',
    'Check that each URL answers without redirects, then post again.',
    'now',
    { retryHint: 'if-url-good' },
  ),
  publish_cancelled: fail('The app cancelled the post.', 'Nothing to do.', 'never'),
  auth_removed: fail(
    'The creator removed the app’s access while the post was being made.',
    'Ask the creator to connect again.',
    'never',
  ),
  spam_risk_too_many_posts: fail(
    'The creator has posted too much through apps in the last 24 hours.',
    'Wait a day; the user can still post in the TikTok app.',
    'after',
    { retryHint: 'tomorrow', afterSeconds: DAY },
  ),
  spam_risk_user_banned_from_posting: fail(
    'TikTok has banned this user from posting.',
    'Stop posting for this user.',
    'never',
  ),
  spam_risk_text: fail(
    'The caption looks risky or spammy.',
    'Change the caption; the same text cannot succeed.',
    'never',
  ),
  spam_risk: fail(
    'TikTok judged the request risky.',
    'Do not repeat it; review content, account and pace.',
    'never',
  ),
} as const satisfies Record<string, ErrorEntry>

/** HTTP answers of the media PUT, which carry no envelope. */
export const uploadStatuses = {
  201: { meaning: 'All parts received; posting starts.', action: 'Poll the status.', retry: 'never' },
  206: { meaning: 'Chunk accepted, more expected.', action: 'Send the next chunk.', retry: 'never' },
  400: {
    meaning: 'Bad headers, or the declared size is not the body’s.',
    action: 'Correct the request.',
    retry: 'never',
  },
  403: { meaning: 'The upload URL has expired (one hour).', action: 'Start a new init.', retry: 'never' },
  404: { meaning: 'No valid upload task for this URL.', action: 'Start a new init.', retry: 'never' },
  416: {
    meaning: 'Content-Range does not continue where the upload stands.',
    action: 'Continue at the byte that the answer’s Content-Range names.',
    retry: 'now',
  },
  500: { meaning: 'TikTok had a problem of its own.', action: 'Send this chunk again.', retry: 'now' },
} as const

export type OpenErrorCode = keyof typeof openErrors
export type OAuthErrorCode = keyof typeof oauthErrors
export type FailReason = keyof typeof failReasons

/** A code or fail reason by name; `undefined` when it is not in the catalogue. One name can stand in two places. */
export function lookUpError(code: string): ErrorEntry[] {
  const found: ErrorEntry[] = []
  for (const table of [openErrors, oauthErrors, failReasons, businessErrors] as Record<
    string,
    ErrorEntry
  >[]) {
    if (Object.hasOwn(table, code)) found.push(table[code] as ErrorEntry)
  }
  return found
}
