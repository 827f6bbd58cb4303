/** Scopes of TikTok for Developers. Source: developers.tiktok.com/doc/tiktok-api-scopes, /doc/scopes-overview. */

export interface ScopeEntry {
  title: string
  /** Shown to the user on the consent page. */
  consent: string
  /** `user` scopes are granted on the consent page, `client` scopes belong to an app's own token. */
  token: 'user' | 'client'
  /** `user.info.basic` comes with Login Kit and cannot be left out. */
  always?: true
  /** Used up by one request. */
  single?: true
}

export const scopes = {
  'user.info.basic': {
    title: 'Basic profile',
    consent: 'Read your profile info (avatar, display name)',
    token: 'user',
    always: true,
  },
  'user.info.profile': {
    title: 'Profile details',
    consent: 'Read access to your profile web link, bio, username and verification status',
    token: 'user',
  },
  'user.info.stats': {
    title: 'Profile counters',
    consent: 'Read your likes, follower, following and video counts',
    token: 'user',
  },
  'video.list': { title: 'Public videos', consent: 'Read your public videos on TikTok', token: 'user' },
  'video.publish': { title: 'Direct post', consent: 'Post content to TikTok', token: 'user' },
  'video.upload': { title: 'Drafts', consent: 'Share drafts to your TikTok inbox', token: 'user' },
  'portability.all.single': {
    title: 'Data export, once',
    consent: 'Export all your data once',
    token: 'user',
    single: true,
  },
  'portability.all.ongoing': {
    title: 'Data export',
    consent: 'Export all your data, repeatedly',
    token: 'user',
  },
  'portability.activity.single': {
    title: 'Activity export, once',
    consent: 'Export your activity once',
    token: 'user',
    single: true,
  },
  'portability.activity.ongoing': {
    title: 'Activity export',
    consent: 'Export your activity, repeatedly',
    token: 'user',
  },
  'portability.directmessages.single': {
    title: 'Message export, once',
    consent: 'Export your direct messages once',
    token: 'user',
    single: true,
  },
  'portability.directmessages.ongoing': {
    title: 'Message export',
    consent: 'Export your direct messages, repeatedly',
    token: 'user',
  },
  'portability.postsandprofile.single': {
    title: 'Posts export, once',
    consent: 'Export your posts and profile once',
    token: 'user',
    single: true,
  },
  'portability.postsandprofile.ongoing': {
    title: 'Posts export',
    consent: 'Export your posts and profile, repeatedly',
    token: 'user',
  },
  'research.data.basic': { title: 'Research data', consent: 'Public data for research', token: 'client' },
  'research.data.u18eu': {
    title: 'Research data, EU minors',
    consent: 'Public data incl. European users under 18',
    token: 'client',
  },
  'research.data.vra': {
    title: 'Vetted researchers',
    consent: 'Provisioned data for vetted researchers',
    token: 'client',
  },
  'research.adlib.basic': {
    title: 'Commercial content',
    consent: 'Ads and other commercial content',
    token: 'client',
  },
  'artist.certification.read': {
    title: 'Artist certification',
    consent: 'Read your artist certification',
    token: 'user',
  },
  'artist.certification.update': {
    title: 'Artist certification update',
    consent: 'Update your artist certification',
    token: 'user',
  },
  'local.product.manage': { title: 'Local products', consent: 'Manage your local products', token: 'user' },
  'local.shop.manage': { title: 'Local shops', consent: 'Manage your local shops', token: 'user' },
  'local.voucher.manage': { title: 'Local vouchers', consent: 'Manage your local vouchers', token: 'user' },
} as const satisfies Record<string, ScopeEntry>

export type Scope = keyof typeof scopes

/**
 * Fields that left `user.info.basic` on 2024-02-29.
 * Source: developers.tiktok.com/bulletin/user-info-scope-migration.
 */
export const scopeMigration = {
  date: '2024-02-29',
  source: 'https://developers.tiktok.com/bulletin/user-info-scope-migration',
  from: 'user.info.basic',
  moved: {
    'user.info.profile': ['bio_description', 'profile_deep_link', 'is_verified', 'username'],
    'user.info.stats': ['follower_count', 'following_count', 'likes_count', 'video_count'],
  },
} as const
