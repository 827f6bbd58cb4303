/** Where TikTok's pages disagree with each other, with the wire, or with what others report; and what is done here. */
import { type Contradiction, page } from './claim.ts'

const DIRECT = page('content-posting-api-reference-direct-post')
const PHOTO = page('content-posting-api-reference-photo-post')
const STATUS = page('content-posting-api-reference-get-video-status')
const TRANSFER = page('content-posting-api-media-transfer-guide')
const GUIDELINES = page('content-sharing-guidelines')
const ERRORS = page('tiktok-api-v2-error-handling')
const SCOPES = page('tiktok-api-scopes')
const WEB = page('login-kit-web')
const DESKTOP = page('login-kit-desktop')
const EVENTS = page('webhooks-events')
const TOKENS = page('oauth-user-access-token-management')
const PORTABILITY = page('data-portability-api-get-started')
const CODE = 'public client code'

export const contradictions: readonly Contradiction[] = [
  {
    id: 'daily-posts',
    topic: 'Posts of one creator in 24 hours',
    versions: [
      {
        says: 'it varies, typically about 15, shared by all apps',
        source: GUIDELINES,
        provenance: 'documented',
      },
      { says: '25 a day', source: 'a guide of 2026', provenance: 'assumed' },
      { says: '6 or 30 a day', source: 'third-party guides', provenance: 'assumed' },
    ],
    use: 'A setting for each creator, 15 by default; spam_risk_too_many_posts is what counts.',
    why: 'TikTok promises no number, and 6 is the limit of inits in a minute taken for one of posts in a day.',
    concerns: ['spam_risk_too_many_posts'],
  },
  {
    id: 'access-token-lifetime',
    topic: 'How long an access token lives',
    versions: [
      { says: '86,400 seconds', source: TOKENS, provenance: 'documented' },
      { says: 'two hours, on one page of November 2026', source: TOKENS, provenance: 'documented' },
    ],
    use: 'expires_in of the answer decides; no constant stands in for it.',
    why: 'The page has changed before; the answer cannot be stale.',
    concerns: ['access_token_invalid', 'expires_in'],
  },
  {
    id: 'refresh-token-lifetime',
    topic: 'Whether a refresh begins the 365 days anew',
    versions: [
      { says: '365 days after the first issue', source: TOKENS, provenance: 'documented' },
      { says: 'the refresh sample names 31,536,000 seconds again', source: TOKENS, provenance: 'documented' },
    ],
    use: 'refresh_expires_in of the latest answer is stored.',
    why: 'It is right under either reading.',
    concerns: ['refresh_expires_in'],
  },
  {
    id: 'rate-limit-headers',
    topic: 'X-RateLimit-Remaining and X-RateLimit-Reset',
    versions: [
      { says: 'not mentioned', source: page('tiktok-api-v2-rate-limit'), provenance: 'documented' },
      { says: 'on every answer', source: 'a guide of 2026', provenance: 'assumed' },
    ],
    use: 'The emulator sends them unless told not to; clients read them where they are and keep local windows where not.',
    why: 'A client that works with and without them is right in both cases.',
    concerns: ['rate_limit_exceeded'],
  },
  {
    id: 'invalid-param',
    topic: 'The code for a malformed parameter',
    versions: [
      { says: 'invalid_param', source: DIRECT, provenance: 'documented' },
      { says: 'invalid_params', source: ERRORS, provenance: 'documented' },
    ],
    use: 'Posting answers the singular, everything else the plural; both are read everywhere.',
    why: 'Each page is right about its own endpoints as far as anyone has seen.',
    concerns: ['invalid_param', 'invalid_params'],
  },
  {
    id: 'log-id',
    topic: 'The name of the log id',
    versions: [
      { says: 'log_id in every sample', source: ERRORS, provenance: 'documented' },
      { says: 'logid in the tables of answers', source: DIRECT, provenance: 'documented' },
    ],
    use: 'log_id is written; both are read.',
    why: 'Samples come from the wire, tables from a hand.',
    concerns: ['log_id', 'logid'],
  },
  {
    id: 'post-mode',
    topic: 'The value of post_mode',
    versions: [
      { says: 'DIRECT POST, with a blank, in the table', source: PHOTO, provenance: 'documented' },
      { says: 'DIRECT_POST in every sample', source: PHOTO, provenance: 'documented' },
    ],
    use: 'DIRECT_POST.',
    why: 'All samples agree.',
    concerns: ['post_mode'],
  },
  {
    id: 'brand-toggles',
    topic: 'Whether brand_content_toggle and brand_organic_toggle are required',
    versions: [
      { says: 'marked as required in the tables', source: DIRECT, provenance: 'documented' },
      { says: 'left out in every sample', source: DIRECT, provenance: 'documented' },
    ],
    use: 'The SDK sends them, the emulator accepts their absence.',
    why: 'It is right under either reading.',
    concerns: ['brand_content_toggle', 'brand_organic_toggle'],
  },
  {
    id: 'photo-is-aigc',
    topic: 'is_aigc for photos',
    versions: [
      {
        says: 'at the top level of the body, as read on 2026-09-11',
        source: PHOTO,
        provenance: 'documented',
      },
      { says: 'no such field in older copies', source: PHOTO, provenance: 'documented' },
    ],
    use: 'Sent at the top level.',
    why: 'The newer page wins.',
    concerns: ['is_aigc'],
  },
  {
    id: 'pkce-encoding',
    topic: 'How a PKCE challenge is encoded',
    versions: [
      { says: 'lowercase hex of the SHA-256', source: DESKTOP, provenance: 'documented' },
      { says: 'base64url, as in RFC 7636, on the web flow', source: CODE, provenance: 'observed' },
    ],
    use: 'Hex is sent; the emulator takes both.',
    why: 'Hex is documented; clients with base64url are in production.',
    concerns: ['code_challenge', 'code_verifier', 'invalid_grant'],
  },
  {
    id: 'pkce-web',
    topic: 'PKCE for web apps',
    versions: [
      { says: 'no such parameters', source: WEB, provenance: 'documented' },
      {
        says: 'the consent page refused a request without code_challenge',
        source: 'https://github.com/better-auth/better-auth/issues/3114',
        provenance: 'observed',
      },
      {
        says: 'the same, in another client',
        source: 'https://github.com/SocialiteProviders/Providers/pull/1368',
        provenance: 'observed',
      },
    ],
    use: 'A challenge is sent by default; the emulator checks a verifier only where a challenge came first.',
    why: 'A challenge does no harm where none is asked for.',
    concerns: ['code_challenge'],
  },
  {
    id: 'upload-address',
    topic: 'Host and path of upload_url',
    versions: [
      { says: 'open-upload.tiktokapis.com/video/', source: DIRECT, provenance: 'documented' },
      { says: 'open-upload.tiktokapis.com/upload/', source: TRANSFER, provenance: 'documented' },
      { says: 'upload.us.tiktokapis.com/video/', source: TRANSFER, provenance: 'documented' },
    ],
    use: 'The address is used as it came.',
    why: 'It holds the credential and names the region.',
    concerns: ['upload_url'],
  },
  {
    id: 'publicly-spelling',
    topic: 'The spelling of two webhook events',
    versions: [
      {
        says: 'post.publish.publicly_available and post.publish.no_longer_publicaly_available',
        source: STATUS,
        provenance: 'documented',
      },
      {
        says: 'post.publish.publicaly_available, on an older page',
        source: STATUS,
        provenance: 'documented',
      },
      { says: 'post.publish.no_longer_publicly_available', source: CODE, provenance: 'observed' },
    ],
    use: 'All four are understood; the current page’s are sent.',
    why: 'A typing error on one side must not lose an event.',
    concerns: ['post.publish.publicly_available', 'post.publish.no_longer_publicaly_available'],
  },
  {
    id: 'publish-type',
    topic: 'publish_type of direct posts',
    versions: [
      { says: 'only INBOX_SHARE is named', source: STATUS, provenance: 'documented' },
      { says: 'DIRECT_PUBLISH in captured webhooks', source: 'two public projects', provenance: 'observed' },
      { says: 'DIRECT_POST', source: 'one public project', provenance: 'assumed' },
    ],
    use: 'DIRECT_PUBLISH is sent by the emulator; any text is read.',
    why: 'A capture outweighs an assumption.',
    concerns: ['publish_type'],
  },
  {
    id: 'posting-webhooks',
    topic: 'Whether there are webhooks for posts',
    versions: [
      { says: 'five post.publish events', source: STATUS, provenance: 'documented' },
      { says: 'the list of events has none', source: EVENTS, provenance: 'documented' },
      { says: 'there are none', source: 'notes of one public project', provenance: 'assumed' },
    ],
    use: 'They are sent and read; polling works without them.',
    why: 'They have been captured.',
  },
  {
    id: 'profile-web-link',
    topic: 'profile_web_link and username under user.info.profile',
    versions: [
      { says: 'names profile_web_link, not username', source: SCOPES, provenance: 'documented' },
      {
        says: 'the User object has username, not profile_web_link',
        source: page('tiktok-api-v2-get-user-info'),
        provenance: 'documented',
      },
    ],
    use: 'Both may be asked for; both are optional in an answer.',
    why: 'Neither page denies the other.',
    concerns: ['profile_web_link', 'username'],
  },
  {
    id: 'portability-token',
    topic: 'The token for Data Portability',
    versions: [
      { says: 'a client token (clt.) in the tables', source: PORTABILITY, provenance: 'documented' },
      { says: 'a user token (act.) in text and samples', source: PORTABILITY, provenance: 'documented' },
    ],
    use: 'The user’s token.',
    why: 'The data are a user’s, and so is the scope.',
  },
  {
    id: 'portability-host',
    topic: 'The host of Data Portability',
    versions: [
      { says: 'open.tiktokapis.com', source: PORTABILITY, provenance: 'documented' },
      {
        says: 'open-platform.tiktokapis.com in one sample',
        source: page('data-portability-api-check-status-of-data-request'),
        provenance: 'documented',
      },
    ],
    use: 'open.tiktokapis.com.',
    why: 'Every other page agrees.',
  },
  {
    id: 'portability-category',
    topic: 'The name of the category of messages',
    versions: [
      {
        says: 'direct_message',
        source: page('data-portability-api-add-data-request'),
        provenance: 'documented',
      },
      {
        says: 'direct_messages in an answer',
        source: page('data-portability-api-check-status-of-data-request'),
        provenance: 'documented',
      },
    ],
    use: 'direct_message is sent, both are read.',
    why: 'The request follows the table of requests.',
    concerns: ['category_selection_list'],
  },
  {
    id: 'portability-cancel',
    topic: 'Where request_id goes when an export is cancelled',
    versions: [
      {
        says: 'the query',
        source: page('data-portability-api-cancel-data-request'),
        provenance: 'documented',
      },
      {
        says: 'the body',
        source: page('data-portability-api-cancel-data-request'),
        provenance: 'documented',
      },
    ],
    use: 'The body.',
    why: 'The sample shows it, and the other calls do the same.',
    concerns: ['request_id'],
  },
  {
    id: 'portability-quota',
    topic: 'The quota of Data Portability',
    versions: [
      {
        says: 'asked for as a daily one',
        source: page('data-portability-api-faq'),
        provenance: 'documented',
      },
      {
        says: 'answered with 1,000 requests of one type a minute',
        source: page('data-portability-api-faq'),
        provenance: 'documented',
      },
    ],
    use: '1,000 a minute for each endpoint.',
    why: 'The answer is the fact.',
    concerns: ['rate_limit_exceeded'],
  },
  {
    id: 'video-query-paging',
    topic: 'cursor and has_more of video/query',
    versions: [
      { says: 'only videos', source: page('tiktok-api-v2-video-query'), provenance: 'documented' },
      {
        says: 'cursor 0 and has_more false',
        source: page('display-api-get-started'),
        provenance: 'documented',
      },
    ],
    use: 'Both are optional.',
    why: 'Twenty ids fit one page either way.',
    concerns: ['cursor', 'has_more'],
  },
  {
    id: 'unaudited-options',
    topic: 'privacy_level_options for an app that is not audited',
    versions: [
      { says: 'only SELF_ONLY', source: 'a design note of one public project', provenance: 'assumed' },
      {
        says: 'the account’s usual options, PUBLIC_TO_EVERYONE among them',
        source: 'https://github.com/AceDataCloud/Skills/pull/800',
        provenance: 'observed',
      },
    ],
    use: 'The usual options; the refusal at init is what tells.',
    why: 'It was seen on the wire.',
    concerns: ['unaudited_client_can_only_post_to_private_accounts', 'privacy_level_options'],
  },
  {
    id: 'unaudited-remedy',
    topic: 'What must be private before the audit',
    versions: [
      { says: 'the post', source: 'advice of some clients', provenance: 'assumed' },
      { says: 'the account', source: DIRECT, provenance: 'documented' },
      {
        says: 'a SELF_ONLY post of a public account was refused',
        source: 'https://github.com/brightbeanxyz/brightbean-studio/pull/144',
        provenance: 'observed',
      },
    ],
    use: 'Both: a private account and SELF_ONLY.',
    why: 'The page says so and the refusal was seen.',
    concerns: ['unaudited_client_can_only_post_to_private_accounts'],
  },
  {
    id: 'oauth-status',
    topic: 'HTTP status of OAuth errors',
    versions: [
      { says: 'not stated', source: page('oauth-error-handling'), provenance: 'documented' },
      { says: '200, in two public projects of autumn 2026', source: CODE, provenance: 'observed' },
    ],
    use: 'The emulator answers 200; clients look at `error`, never at the status.',
    why: 'The presence of `error` is right under any status.',
    concerns: ['invalid_grant', 'invalid_request', 'invalid_client'],
  },
  {
    id: 'pending-shares',
    topic: 'Drafts that may wait in an inbox',
    versions: [
      {
        says: 'five in 24 hours',
        source: page('content-posting-api-reference-upload-video'),
        provenance: 'documented',
      },
      {
        says: 'six at a time, free again as soon as one is posted',
        source: 'notes of one public project, measured in 2026-09',
        provenance: 'observed',
      },
    ],
    use: 'Five.',
    why: 'The stricter reading is never refused.',
    concerns: ['spam_risk_too_many_pending_share'],
  },
  {
    id: 'scope-list',
    topic: 'Which scopes there are',
    versions: [
      { says: 'local.* and research.data.vra', source: page('scopes-overview'), provenance: 'documented' },
      { says: 'artist.certification.*', source: SCOPES, provenance: 'documented' },
    ],
    use: 'All are known, and unknown ones are accepted.',
    why: 'The pages are of different age; neither says that a scope ended.',
    concerns: ['invalid_scope'],
  },
  {
    id: 'megabyte',
    topic: 'How many bytes a megabyte has',
    versions: [
      { says: '1,000,000: chunks of 10,000,000 bytes', source: TRANSFER, provenance: 'documented' },
      { says: '1,048,576: 4,194,304 bytes are called 4 MB', source: TRANSFER, provenance: 'documented' },
    ],
    use: 'Chunks are planned within both readings (5,242,880 to 64,000,000 bytes); the emulator accepts either.',
    why: 'It is right under either reading.',
    concerns: ['chunk_size', 'invalid_file_upload'],
  },
]

/** Contradictions that concern a code, a field or an event, for whoever explains it. */
export function contradictionsAbout(name: string): Contradiction[] {
  return contradictions.filter(({ concerns = [] }) => concerns.includes(name))
}
