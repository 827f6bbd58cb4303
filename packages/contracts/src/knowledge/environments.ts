/** What an app may do before review, in a sandbox, and before the Content Posting audit. */
import { type Claim, page } from './claim.ts'

const SANDBOX = page('add-a-sandbox')
const GUIDELINES = page('content-sharing-guidelines')

export const sandboxRules = {
  maxSandboxesPerApp: 5,
  maxTargetUsers: 10,
  /** Products that a sandbox cannot use, or not wholly. */
  unavailable: [
    { product: 'Content Posting API', what: 'public videos', scopes: ['video.publish'] },
    {
      product: 'Data Portability API',
      what: 'everything',
      scopes: [
        'portability.all.single',
        'portability.all.ongoing',
        'portability.activity.single',
        'portability.activity.ongoing',
        'portability.directmessages.single',
        'portability.directmessages.ongoing',
        'portability.postsandprofile.single',
        'portability.postsandprofile.ongoing',
      ],
    },
  ],
  source: SANDBOX,
  provenance: 'documented',
} as const

export const sandboxFacts: readonly Claim[] = [
  {
    id: 'sandbox-clone',
    statement: 'A sandbox can start as a copy of the production configuration or of another sandbox.',
    source: SANDBOX,
    provenance: 'documented',
  },
  {
    id: 'sandbox-own-accounts',
    statement: 'Target users are TikTok accounts of your own, added by logging in to them.',
    source: SANDBOX,
    provenance: 'documented',
  },
  {
    id: 'sandbox-only-targets',
    statement: 'Only target users can authorize a sandbox.',
    source: SANDBOX,
    provenance: 'assumed',
  },
  {
    id: 'sandbox-no-review',
    statement: 'A sandbox needs no review.',
    source: SANDBOX,
    provenance: 'documented',
  },
  {
    id: 'sandbox-drafts',
    statement: 'Drafts into the inbox are not among what a sandbox cannot do.',
    source: SANDBOX,
    provenance: 'assumed',
  },
  {
    id: 'sandbox-url-verification',
    statement: 'In a sandbox URLs need verification only for the Content Posting API.',
    source: SANDBOX,
    provenance: 'documented',
  },
  {
    id: 'sandbox-demo-video',
    statement: 'The demo video of a first review is recorded against a sandbox.',
    source: SANDBOX,
    provenance: 'documented',
  },
]

/** Direct posting until the Content Posting audit is passed. */
export const unauditedRules = {
  usersPerDay: 5,
  accountMustBePrivate: true,
  privacyLevels: ['SELF_ONLY'],
  codes: ['unaudited_client_can_only_post_to_private_accounts', 'reached_active_user_cap'],
  /** How such a post becomes public later: the owner opens the account, then the post. */
  remedy:
    'The owner makes the account public and then sets the privacy of that post to Everyone in the TikTok app.',
  auditForm: 'https://developers.tiktok.com/application/content-posting-api',
  source: GUIDELINES,
  retrieved: '2026-09-11',
  provenance: 'documented',
} as const

/** Where an app stands in review. Older pages also know a stage called Staging. */
export const reviewStates = {
  draft: { title: 'Draft', next: ['inReview'], action: 'Complete it and submit.' },
  inReview: {
    title: 'In review',
    next: ['draft', 'live', 'notApproved'],
    action: 'Wait, or recall it to change something.',
  },
  live: { title: 'Live', next: ['draft'], action: 'Create a revision to change something.' },
  notApproved: { title: 'Not approved', next: ['draft'], action: 'Read the comments, mend, submit again.' },
} as const

/** How long to expect to wait; TikTok promises none of it. */
export const waitingTimes: readonly (Claim & { days: readonly [number, number] })[] = [
  {
    id: 'app-review',
    statement: 'App review: several days to two weeks.',
    days: [3, 14],
    source: page('getting-started-faq'),
    provenance: 'documented',
  },
  {
    id: 'posting-audit',
    statement: 'Content Posting audit: two to six weeks.',
    days: [14, 42],
    source: 'third-party documentation',
    provenance: 'assumed',
  },
  {
    id: 'portability-application',
    statement: 'Data Portability: three to four weeks, besides Login Kit.',
    days: [21, 28],
    source: 'https://developers.tiktok.com/products/data-portability-api',
    provenance: 'documented',
  },
]
