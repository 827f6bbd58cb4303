/** What is taken for a part of this API and is not, and what belongs to it without being declared yet. */
import { page } from './claim.ts'

/** Scopes of TikTok API for Business: another token endpoint and host, other keys, a consent URL of the same shape. */
export const businessScopes = {
  names: [
    'user.info.username',
    'user.account.type',
    'user.insights',
    'video.insights',
    'comment.list',
    'comment.list.manage',
    'biz.spark.auth',
    'biz.creator.info',
    'biz.creator.insights',
    'biz.brand.insights',
    'biz.ads.recommend',
    'discovery.search.words',
    'tto.campaign.link',
    'tcm.order.update',
  ],
  action: 'Ask for them with a key of TikTok API for Business; here they are invalid_scope.',
  source: 'public client code',
  provenance: 'observed',
} as const

/** Paths of the Research and Commercial Content APIs, which take a client token. */
export const researchPaths = [
  {
    path: '/v2/research/video/query/',
    source: page('client-access-token-management'),
    provenance: 'documented',
  },
  ...[
    '/v2/research/user/info/',
    '/v2/research/video/comment/list/',
    '/v2/research/user/liked_videos/',
    '/v2/research/user/pinned_videos/',
    '/v2/research/user/reposted_videos/',
    '/v2/research/user/followers/',
    '/v2/research/user/following/',
    '/v2/research/playlist/info/',
    '/v2/research/adlib/ad/query/',
    '/v2/research/adlib/ad/detail/',
    '/v2/research/adlib/ad/report/',
    '/v2/research/adlib/advertiser/query/',
    '/v2/research/adlib/commercial_content/query/',
  ].map((path) => ({ path, source: 'general knowledge', provenance: 'assumed' as const })),
] as const

/** Share Kit speaks to the TikTok app on the phone; there is no HTTP call in it. */
export const shareKit = {
  android: {
    packages: ['com.zhiliaoapp.musically', 'com.ss.android.ugc.trill'],
    video: { seconds: { min: 1, max: 360 }, containers: ['mp4'], maxCount: 35 },
    images: { maxCount: 35 },
    source: page('share-kit-android-quickstart-v2'),
  },
  ios: {
    schemes: ['tiktoksharesdk', 'tiktokopensdk', 'snssdk1180', 'snssdk1233'],
    video: { seconds: { max: 600 } },
    source: page('mobile-sdk-ios-quickstart'),
  },
  formats: ['DEFAULT', 'GREEN_SCREEN'],
} as const
