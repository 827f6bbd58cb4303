/** Dates on which something of TikTok's began, changed or ended. */
import type { Provenance } from '@tockwork/kernel'
import { page } from './claim.ts'

export interface LifecycleEvent {
  id: string
  /** ISO date; absent where something is announced without one. */
  date?: string
  /** `ends`: no longer works from that day; `announced`: will end, the day is not set. */
  kind: 'begins' | 'changes' | 'ends' | 'announced'
  what: string
  action: string
  /** Day by which to act, where it is not `date` itself. */
  due?: string
  /** Day on which it was announced, where TikTok set no day for the thing itself. */
  announced?: string
  /** Addresses, scopes or fields by which a request that is too old can be recognised. */
  affects?: readonly string[]
  /** Ids of endpoints whose behaviour it is about. */
  endpoints?: readonly string[]
  source: string
  provenance: Provenance
}

export const lifecycle: readonly LifecycleEvent[] = [
  {
    id: 'v1-end',
    date: '2024-02-29',
    kind: 'ends',
    what: 'Version 1 of the API on open-api.tiktok.com.',
    action: 'Call open.tiktokapis.com under /v2/ with a Bearer token; ask users to connect again.',
    affects: [
      'https://open-api.tiktok.com/oauth/access_token/',
      'https://open-api.tiktok.com/oauth/refresh_token/',
      'https://open-api.tiktok.com/user/info/',
    ],
    source: 'https://developers.tiktok.com/bulletin/migration-guidance-oauth-v1',
    // The bulletin is known through notes of public projects that cite it.
    provenance: 'observed',
  },
  {
    id: 'share-video-api-end',
    date: '2023-09-10',
    kind: 'ends',
    what: 'The Share Video API for the Web.',
    action: 'Use the Content Posting API.',
    affects: ['https://open-api.tiktok.com/share/video/upload/'],
    source: 'https://developers.tiktok.com/bulletin/migration-notice-share-video-api',
    provenance: 'documented',
  },
  {
    id: 'user-info-scopes',
    date: '2024-02-29',
    kind: 'changes',
    what: 'Profile fields and counters left user.info.basic, in both versions of user info.',
    action: 'Ask for user.info.profile and user.info.stats, or drop the fields.',
    affects: [
      'bio_description',
      'profile_deep_link',
      'is_verified',
      'username',
      'follower_count',
      'following_count',
      'likes_count',
      'video_count',
    ],
    endpoints: ['display.userInfo'],
    source: 'https://developers.tiktok.com/bulletin/user-info-scope-migration',
    provenance: 'documented',
  },
  {
    id: 'url-verification',
    date: '2024-09-09',
    kind: 'begins',
    what: 'New apps must verify the addresses of their terms, privacy policy and website.',
    action: 'Verify them in the portal under URL properties.',
    source: page('getting-started-create-an-app'),
    provenance: 'documented',
  },
  {
    id: 'android-app-links',
    date: '2024-10-08',
    kind: 'begins',
    what: 'The redirect of an Android app must be an https App Link.',
    action: 'Register an App Link in place of a custom scheme.',
    endpoints: ['oauth.authorize'],
    source: page('changelog'),
    provenance: 'documented',
  },
  {
    id: 'originality',
    date: '2025-09-15',
    kind: 'begins',
    what: 'Videos with another platform’s visible watermark, or nearly the same as an earlier one, are shown less.',
    action: 'Post originals; check a file before it goes out.',
    endpoints: ['posting.initVideo', 'posting.initInboxVideo'],
    source: 'a guide of 2026',
    provenance: 'assumed',
  },
  {
    id: 'research-mentions',
    date: '2025-04-17',
    kind: 'changes',
    what: 'Research videos return mentions, hashtags, stickers, labels and tags as lists of their own.',
    action: 'Name the new fields to get them; nothing else changes.',
    affects: ['video_mention_list', 'hashtag_info_list', 'sticker_info_list', 'video_label', 'video_tag'],
    endpoints: [
      'research.queryVideos',
      'research.likedVideos',
      'research.pinnedVideos',
      'research.repostedVideos',
    ],
    source: page('changelog'),
    provenance: 'documented',
  },
  {
    id: 'research-compliance-begin',
    date: '2025-05-16',
    kind: 'begins',
    what: 'The batch compliance calls say which videos of a study are gone.',
    action: 'Check a kept study by them instead of asking for each video anew.',
    endpoints: [
      'research.createComplianceTask',
      'research.complianceTaskStatus',
      'research.downloadComplianceTask',
    ],
    source: page('changelog'),
    provenance: 'documented',
  },
  {
    id: 'research-refresh-days',
    date: '2026-01-22',
    kind: 'changes',
    what: 'The terms of Research ask for a refresh of kept data every 30 days, where older versions said 15.',
    action: 'Read the terms that you agreed to; every 15 days is right under either.',
    endpoints: ['research.createComplianceTask'],
    source: 'the terms as quoted by a public project',
    provenance: 'observed',
  },
  {
    id: 'research-all-public-videos',
    date: '2026-02-26',
    kind: 'changes',
    what: 'Research covers all public videos, also those that are not eligible for the For You feed.',
    action: 'Note the day in a study that spans it: counts before and after are not of the same videos.',
    endpoints: ['research.queryVideos'],
    source: page('changelog'),
    provenance: 'documented',
  },
  {
    id: 'research-favorites',
    date: '2026-05-21',
    kind: 'changes',
    what: 'Research videos return favorites_count; comments and replies return display_name.',
    action: 'Name the new fields to get them; nothing else changes.',
    affects: ['favorites_count'],
    endpoints: [
      'research.queryVideos',
      'research.likedVideos',
      'research.pinnedVideos',
      'research.repostedVideos',
      'research.listComments',
    ],
    source: page('changelog'),
    // The entry is known through a copy that somebody else fetched.
    provenance: 'observed',
  },
  {
    id: 'embed-videos-end',
    kind: 'announced',
    announced: '2026-10-23',
    endpoints: ['embed.oembed'],
    what: 'Embed Videos will be deprecated, with automatic migration (page of 2026-10-23).',
    action: 'Use the Embed Player.',
    affects: ['https://www.tiktok.com/embed.js', 'https://www.tiktok.com/oembed'],
    source: page('embed-videos'),
    provenance: 'documented',
  },
  {
    id: 'legacy-consent',
    kind: 'announced',
    what: 'The consent page without a version belongs to old apps that have no registered redirect URI.',
    action: 'Send users to https://www.tiktok.com/v2/auth/authorize/.',
    affects: ['https://www.tiktok.com/auth/authorize/'],
    endpoints: ['oauth.authorize'],
    source: page('login-kit-web'),
    provenance: 'documented',
  },
]
