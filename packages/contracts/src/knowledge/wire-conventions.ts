/** How TikTok's APIs look on the wire as a whole. */
import { type Claim, page } from './claim.ts'

const INTRO = page('tiktok-api-v2-introduction')
const ERRORS = page('tiktok-api-v2-error-handling')

export const wireConventions: readonly Claim[] = [
  {
    id: 'base-url',
    statement: 'https://open.tiktokapis.com, paths begin with /v2/ and end with a slash.',
    source: INTRO,
    provenance: 'documented',
  },
  {
    id: 'bearer',
    statement: 'Authorization: Bearer <token>. open_id, which version 1 wanted, is not needed.',
    source: INTRO,
    provenance: 'documented',
  },
  { id: 'get-no-body', statement: 'A GET has a query and no body.', source: INTRO, provenance: 'documented' },
  {
    id: 'fields-in-query',
    statement:
      'Display and Data Portability take fields from the query, comma-separated, and the rest as JSON.',
    source: INTRO,
    provenance: 'documented',
  },
  {
    id: 'posting-json',
    statement: 'Content Posting takes everything as JSON: application/json; charset=UTF-8.',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'documented',
  },
  {
    id: 'oauth-form',
    statement: '/v2/oauth/* takes forms and no Bearer token.',
    source: page('oauth-user-access-token-management'),
    provenance: 'documented',
  },
  {
    id: 'ok',
    statement: 'Success is error.code "ok"; the error object is there on success too.',
    source: ERRORS,
    provenance: 'documented',
  },
  {
    id: 'oauth-flat',
    statement: 'OAuth answers are flat: fields at the top, or error, error_description and log_id.',
    source: page('oauth-error-handling'),
    provenance: 'documented',
  },
  {
    id: 'failure-status',
    statement:
      'A failure is 4xx or 5xx with the same envelope; creator info’s caps and OAuth are the exceptions.',
    source: ERRORS,
    provenance: 'documented',
  },
  {
    id: 'failed-post-is-200',
    statement: 'A FAILED post is an answer with HTTP 200 and error.code "ok".',
    source: page('content-posting-api-reference-get-video-status'),
    provenance: 'documented',
  },
  {
    id: 'int64',
    statement: 'Post ids are int64 of 19 digits and pass 2^53 when sent as numbers.',
    source: page('content-posting-api-reference-get-video-status'),
    provenance: 'assumed',
  },
  {
    id: 'utf16',
    statement: 'Lengths in "UTF-16 runes" are UTF-16 code units, JavaScript’s string.length.',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'assumed',
  },
  {
    id: 'two-gates',
    statement:
      'A scope needs two consents: the app must be approved for it, and each user must grant it; users may grant a part and take it back.',
    source: page('scopes-overview'),
    retrieved: '2026-09-11',
    provenance: 'documented',
  },
  {
    id: 'no-photo-scope',
    statement: 'Photos have no scope of their own: video.publish and video.upload stand for them too.',
    source: page('content-posting-api-reference-photo-post'),
    retrieved: '2026-09-11',
    provenance: 'documented',
  },
  {
    id: 'revoke-effect',
    statement: 'After a revocation the app is gone from the list of apps in the user’s TikTok settings.',
    source: page('oauth-user-access-token-management'),
    provenance: 'documented',
  },
  {
    id: 'limits-raised',
    statement: 'Rate limits are raised on request to TikTok’s support.',
    source: page('tiktok-api-v2-rate-limit'),
    provenance: 'documented',
  },
  {
    id: 'webhook-duplicates',
    statement: 'A webhook may come twice and has no id: compare the body, or event, user, content and time.',
    source: page('webhooks-overview'),
    provenance: 'assumed',
  },
  {
    id: 'webhook-content',
    statement: 'content of a webhook is JSON inside a string.',
    source: page('webhooks-overview'),
    provenance: 'documented',
  },
]

/** Version 1's answer, by which an old client can be recognised. It ended on 2024-02-29. */
export const legacyV1 = {
  host: 'open-api.tiktok.com',
  sample: {
    data: {
      error_code: 0,
      description: '',
      captcha: '',
      desc_url: '',
      log_id: '202210112248442CB9319E1FB30C1073F3',
    },
    message: 'success',
  },
  source: page('legacy-user-access-guide'),
} as const
