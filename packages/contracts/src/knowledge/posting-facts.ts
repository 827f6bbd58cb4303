/** Around posting: what to expect of it, and what there is no call for. */
import { type Claim, page } from './claim.ts'

const STATUS = page('content-posting-api-reference-get-video-status')
const TRANSFER = page('content-posting-api-media-transfer-guide')

/** Typical processing, by size of the file; at most for the first two, at least for the last. */
export const processingTimes = {
  steps: [
    { bytes: 512 * 1024 ** 2, seconds: 30, bound: 'at most' },
    { bytes: 1024 ** 3, seconds: 60, bound: 'about' },
    { bytes: 4 * 1024 ** 3, seconds: 120, bound: 'at least' },
  ],
  /** Moderation of a public post: usually within a minute, at times hours. */
  moderationUsualSeconds: 60,
  source: STATUS,
  provenance: 'documented',
} as const

export const postingFacts: readonly Claim[] = [
  {
    id: 'direct-post-switch',
    statement:
      'The portal has a Direct Post setting inside the Content Posting product; without it video.publish is not enough.',
    source: page('content-posting-api-get-started'),
    retrieved: '2026-09-11',
    provenance: 'documented',
  },
  {
    id: 'no-schedule-edit-delete',
    statement: 'There is no call to schedule, edit or delete a post, and none for comments.',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'assumed',
  },
  {
    id: 'creator-info-each-time',
    statement: 'Creator info is to be asked each time the post page is shown.',
    source: page('content-posting-api-reference-query-creator-info'),
    provenance: 'documented',
  },
  {
    id: 'inbox-is-success',
    statement: 'For a waiting program SEND_TO_USER_INBOX is the end of a draft; only the user can go on.',
    source: STATUS,
    provenance: 'assumed',
  },
  {
    id: 'server-enforces-interactions',
    statement: 'The server also turns off duet, stitch and comments where the account or its settings do.',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'documented',
  },
  {
    id: 'aigc-label',
    statement: 'is_aigc adds the label "Creator labeled as AI-generated".',
    source: page('content-posting-api-reference-direct-post'),
    provenance: 'documented',
  },
  {
    id: 'photo-draft-prefill',
    statement: 'Title and description of a photo draft fill the editor in the app beforehand.',
    source: page('content-posting-api-reference-photo-post'),
    provenance: 'documented',
  },
  {
    id: 'which-source',
    statement: 'Media on your server: PULL_FROM_URL. Media on the user’s device: FILE_UPLOAD.',
    source: TRANSFER,
    provenance: 'documented',
  },
  {
    id: 'pull-speed',
    statement: 'TikTok downloads at up to 100 Mbit/s.',
    source: TRANSFER,
    provenance: 'documented',
  },
  {
    id: 'property-access',
    statement: 'The developer account needs manage or write access to the URL property.',
    source: TRANSFER,
    provenance: 'documented',
  },
  {
    id: 'cancel-best-effort',
    statement: 'Only a PULL_FROM_URL download under way can be cancelled, as far as it is not nearly done.',
    source: TRANSFER,
    provenance: 'documented',
  },
  {
    id: 'active-creators',
    statement:
      'An audited app’s quota of posting creators a day comes from its own estimate in the audit form.',
    source: page('content-sharing-guidelines'),
    provenance: 'documented',
  },
]
