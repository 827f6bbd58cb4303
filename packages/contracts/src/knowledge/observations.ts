/** What was seen on the wire or reported, and what TikTok leaves unsaid. Neither is a promise. */
import { type Claim, page } from './claim.ts'

const CODE = 'public client code'
const NOTES = 'notes of a public project'

/** Seen or reported by others; not on an official page. */
export const observations: readonly Claim[] = [
  {
    id: 'oauth-failures-200',
    statement: 'Failures of /v2/oauth/* come with HTTP 200 and the flat error body.',
    source: `${CODE} and ${NOTES}`,
    retrieved: '2026-10-04',
    provenance: 'observed',
  },
  {
    id: 'direct-publish',
    statement: 'Webhooks of direct posts carry publish_type DIRECT_PUBLISH, and post_id as text.',
    source: 'captured webhooks in two public projects',
    provenance: 'observed',
  },
  {
    id: 'sandbox-refresh',
    statement: 'A sandbox refused a refresh token with invalid_grant right after it was issued.',
    source: NOTES,
    provenance: 'observed',
  },
  {
    id: 'pending-drafts-held',
    statement:
      'The limit of drafts counts those held now: six were accepted before a refusal, and posting one frees a place.',
    source: NOTES,
    retrieved: '2026-09',
    provenance: 'observed',
  },
  {
    id: 'unaudited-options',
    statement: 'An unaudited app still sees PUBLIC_TO_EVERYONE in creator info.',
    source: 'https://github.com/AceDataCloud/Skills/pull/800',
    retrieved: '2026-08-01',
    provenance: 'observed',
  },
  {
    id: 'unaudited-inbox',
    statement: 'Drafts work for an unaudited app: init, PUT with 201, then SEND_TO_USER_INBOX.',
    source: 'https://github.com/AceDataCloud/Skills/pull/800',
    retrieved: '2026-08-01',
    provenance: 'observed',
  },
  {
    id: 'revoke-expired',
    statement: 'An expired access token cannot be revoked; refresh it first.',
    source: CODE,
    provenance: 'observed',
  },
  {
    id: 'code-life',
    statement: 'An authorization code works once and for a few minutes.',
    source: 'third-party documentation',
    provenance: 'assumed',
  },
  {
    id: 'consent-error-page',
    statement:
      'A wrong redirect_uri, client_key or scope, or a missing challenge, ends on an error page of TikTok that names the parameter, not in a redirect.',
    source: 'issue threads of public projects',
    provenance: 'observed',
  },
  {
    id: 'android-cancel',
    statement: 'The Android SDK reports a cancelled login as errorCode -2, access_denied.',
    source: 'https://github.com/tiktok/tiktok-opensdk-android/issues/29',
    provenance: 'observed',
  },
  {
    id: 'open-id-forms',
    statement: 'open_id is not always a UUID: values such as -000YSS_OTWKQ… and _000n3xads4r… exist.',
    source: CODE,
    provenance: 'observed',
  },
  {
    id: 'post-id-shapes',
    statement: 'publicaly_available_post_id has come as a list and as a single value.',
    source: 'https://github.com/andreaolivato/TikTok-LoginKit-PHP',
    provenance: 'observed',
  },
  {
    id: 'log-id-header',
    statement: 'Answers carry the header x-tt-logid.',
    source: 'third-party documentation',
    provenance: 'observed',
  },
  {
    id: 'oembed-extras',
    statement:
      'oEmbed answers also carry author_unique_id, embed_product_id and embed_type; removed or private posts get 400 or 404.',
    source: CODE,
    provenance: 'observed',
  },
  {
    id: 'one-callback-url',
    statement: 'An app has one webhook address.',
    source: CODE,
    provenance: 'observed',
  },
  {
    id: 'sandbox-keys',
    statement: 'A sandbox has its own key and secret; its key begins with sb, a production key with aw.',
    source: CODE,
    provenance: 'observed',
  },
  {
    id: 'audit-ux-order',
    statement:
      'A typical rejection: points 1 to 5 of the UX guidelines must all be seen, in order, with privacy and interaction settings used.',
    source: 'https://github.com/gitroomhq/postiz-app/issues/1329',
    provenance: 'observed',
  },
  {
    id: 'audit-duration',
    statement: 'The Content Posting audit takes two to six weeks.',
    source: 'third-party documentation',
    provenance: 'assumed',
  },
  {
    id: 'desktop-sample-bug',
    statement:
      'The Express sample of the desktop page puts the verifier itself into code_challenge, by mistake.',
    source: page('login-kit-desktop'),
    provenance: 'documented',
  },
]

/** Questions that TikTok's pages leave open: `statement` is what is assumed here. */
export const unstated: readonly Claim[] = [
  {
    id: 'callback-state-on-error',
    statement: 'A failed callback carries state as well.',
    source: page('login-kit-web'),
    provenance: 'assumed',
  },
  {
    id: 'field-without-scope',
    statement:
      'A field whose scope is missing gets scope_permission_missed; a call without its scope, scope_not_authorized.',
    source: page('tiktok-api-v2-get-user-info'),
    provenance: 'assumed',
  },
  {
    id: 'display-window-owner',
    statement: 'The 600 calls a minute of the Display API are counted for each token.',
    source: page('tiktok-api-v2-rate-limit'),
    provenance: 'assumed',
  },
  {
    id: 'init-window-shared',
    statement: 'The three inits have windows of their own.',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'assumed',
  },
  {
    id: 'unlimited-calls',
    statement: 'cancel and /v2/oauth/* have no stated limit; none is kept.',
    source: page('content-posting-api-media-transfer-guide'),
    provenance: 'assumed',
  },
  {
    id: 'foreign-video-ids',
    statement: 'video/query leaves out ids that are unknown or belong to somebody else.',
    source: page('tiktok-api-v2-video-query'),
    provenance: 'assumed',
  },
  {
    id: 'content-range-answer',
    statement:
      'UPLOADED_BYTES in an answer’s Content-Range may be the last index or a count; clients compare with what they sent.',
    source: page('content-posting-api-media-transfer-guide'),
    provenance: 'assumed',
  },
  {
    id: 'publish-id-retention',
    statement: 'How long a publish_id can be asked for is not stated; it is not forgotten here.',
    source: page('content-posting-api-reference-get-video-status'),
    provenance: 'assumed',
  },
  {
    id: 'poll-interval',
    statement: 'No pace of polling is recommended; 30 a minute is the limit.',
    source: page('content-posting-api-reference-get-video-status'),
    provenance: 'assumed',
  },
  {
    id: 'qr-pace',
    statement: 'Neither the life of a QR code nor the pace of polling it is stated.',
    source: page('login-kit-qr-code-authorization'),
    provenance: 'assumed',
  },
  {
    id: 'photo-1080p',
    statement: '1080p bounds the short side of a photo at 1080 and the long one at 1920 pixels.',
    source: page('content-posting-api-media-transfer-guide'),
    provenance: 'assumed',
  },
  {
    id: 'sixth-user',
    statement: 'The sixth posting user of a day gets reached_active_user_cap from an unaudited app.',
    source: page('content-sharing-guidelines'),
    provenance: 'assumed',
  },
  {
    id: 'webhook-intervals',
    statement: 'Retries of a webhook come with growing pauses for 72 hours; the pauses are not stated.',
    source: page('webhooks-overview'),
    provenance: 'assumed',
  },
  {
    id: 'branded-before-audit',
    statement:
      'An unaudited app cannot post branded content: it may only post SELF_ONLY, which branded content may not be.',
    source: page('content-sharing-guidelines'),
    provenance: 'assumed',
  },
  {
    id: 'init-idempotency',
    statement:
      'There is no idempotency key: after a lost answer to a PULL_FROM_URL or photo init the post may exist.',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'assumed',
  },
]
