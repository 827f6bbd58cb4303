/**
 * Platforms under the ids that products have in their databases already. One line makes the hub's accounts of a platform
 * show up: `hub` is the platform's name in `accounts.platform`.
 */
import { letsPost } from '../platforms/registry.ts'
import { capabilitiesOf } from '../tiktok/capabilities.ts'

export interface WorkPlatform {
  /** The id that every service of this kind uses. Source: live answers of June 2026. */
  readonly id: string
  readonly name: string
  readonly category: string
  readonly url: string
  /** What the hub calls it; `null`: the hub cannot connect it. */
  readonly hub: string | null
  /** What the hub has of it. */
  readonly supports: ReadonlySet<Supported>
  /** Scopes that creators may leave out, by what they carry. */
  readonly needs?: Partial<Record<Supported, string>>
  /** Whether these scopes let the hub post. */
  canPublish(scopes: readonly string[]): boolean
}

export type Supported =
  | 'identity'
  | 'identity.audience'
  | 'engagement'
  | 'engagement.audience'
  | 'comments'
  | 'income'
  | 'activity'
  | 'publish_content'

const tiktokPublishes = (scopes: readonly string[]): boolean => {
  const { direct_post, drafts } = capabilitiesOf('connected', scopes)
  return direct_post.available || drafts.available
}

const CONNECTED: readonly WorkPlatform[] = [
  {
    id: 'de55aeec-0dc8-4119-bf90-16b3d1f0c987',
    name: 'TikTok',
    category: 'SOCIAL',
    url: 'https://www.tiktok.com',
    hub: 'tiktok',
    supports: new Set(['identity', 'engagement', 'publish_content']),
    canPublish: tiktokPublishes,
  },
  {
    id: '7f9c3e9a-6d2f-4b77-9b47-3c8f5a1d4e62',
    name: 'Tiktok Shop',
    category: 'SOCIAL',
    url: 'https://shop.tiktok.com',
    hub: 'tiktok_shop',
    supports: new Set(['income']),
    canPublish: () => false,
  },
  {
    // Not among those of other services: the id is ours. The same creators as TikTok's, by an app of the other platform.
    id: 'b4f0a7c2-5d31-4e86-9a17-6c2e8d905f13',
    name: 'TikTok (Business)',
    category: 'SOCIAL',
    url: 'https://www.tiktok.com',
    hub: 'tiktok_business',
    supports: new Set(['identity', 'identity.audience', 'engagement', 'comments']),
    needs: { 'identity.audience': 'user.insights', engagement: 'video.list', comments: 'comment.list' },
    canPublish: () => false,
  },
  {
    // Not among those of other services: the id is ours.
    id: '2c128675-17a9-4390-a0cd-95eb216cd143',
    name: 'Bluesky',
    category: 'SOCIAL',
    url: 'https://bsky.app',
    hub: 'bluesky',
    supports: new Set(['identity', 'engagement', 'comments', 'publish_content']),
    canPublish: (scopes) => letsPost('bluesky', scopes),
  },
]

/** Known, so that an id that a product has stored resolves, and listed as inactive. */
const OTHERS: readonly (readonly [id: string, name: string, category: string, url: string])[] = [
  ['9bb8913b-ddd9-430b-a66a-d74d846e6c66', 'Instagram', 'SOCIAL', 'https://www.instagram.com'],
  ['d3badb09-a81f-4444-bc27-1a994d939e00', 'Instagram Direct', 'SOCIAL', 'https://www.instagram.com'],
  ['fb7cafcf-60ed-468a-ad6d-6bb6899d0871', 'Instagram Lite', 'SOCIAL', 'https://www.instagram.com'],
  ['14d9ddf5-51c6-415e-bde6-f8ed36ad7054', 'YouTube', 'ENTERTAINMENT', 'https://www.youtube.com'],
  ['7645460a-96e0-4192-a3ce-a1fc30641f72', 'X', 'SOCIAL', 'https://x.com'],
  ['e4de6c01-5b78-4fc0-a651-24f44134457b', 'Twitch', 'ENTERTAINMENT', 'https://www.twitch.tv'],
  ['ad2fec62-2987-40a0-89fb-23485972598c', 'Facebook', 'SOCIAL', 'https://www.facebook.com'],
  ['fbf76083-710b-439a-8b8c-956f607ef2c1', 'Substack', 'SOCIAL', 'https://substack.com'],
  ['24fcaa09-0a79-4deb-b074-d8efd900265b', 'Beehiiv', 'PUBLICATION', 'https://www.beehiiv.com'],
  ['36410629-f907-43ba-aa0d-434ca9c0501a', 'LinkedIn', 'BUSINESS', 'https://www.linkedin.com'],
  ['3e6f4cdd-2119-4125-aa0d-86eee4e20fcc', 'AdSense', 'SOCIAL', 'https://adsense.google.com'],
  ['1db0b86c-a547-4119-9834-da927171a685', 'Spotify', 'SOCIAL', 'https://www.spotify.com'],
  ['ee3c8d7a-3207-4f56-945f-f942b34c96e1', 'Snapchat', 'SOCIAL', 'https://www.snapchat.com'],
  ['a22c6022-5226-55f4-a436-3693f2148bd4', 'WWW', 'GLOBAL_NETWORK', 'https://www.w3.org'],
]

export const WORK_PLATFORMS: readonly WorkPlatform[] = [
  ...CONNECTED,
  ...OTHERS.map(([id, name, category, url]) => ({
    id,
    name,
    category,
    url,
    hub: null,
    supports: new Set<Supported>(),
    canPublish: () => false,
  })),
]

const byHubName = new Map(
  // One without a line of its own is known by its name, so that an account of it is shown all the same.
  WORK_PLATFORMS.map((platform) => [hubNameOf(platform), platform]),
)
const byId = new Map(WORK_PLATFORMS.map((platform) => [platform.id, platform]))

/** What stands in `accounts.platform`. */
export function hubNameOf({ hub, name }: WorkPlatform): string {
  return hub ?? name.toLowerCase()
}

/** The platform of one of the hub's accounts. */
export function workPlatformOf(hubName: string): WorkPlatform {
  const platform = byHubName.get(hubName)
  if (platform === undefined) throw new Error(`${hubName} has no line among the work platforms`)
  return platform
}

export function workPlatformById(id: string): WorkPlatform | undefined {
  return byId.get(id)
}
