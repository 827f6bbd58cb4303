import { scopes } from '@tockwork/contracts'
import { accountScopes } from '@tockwork/contracts/business'
import * as z from 'zod/mini'
import type { Platform } from '../platform.ts'
import { defaultShopSeed, plantShops, shopSeedSpec } from '../shop/seed.ts'
import type { AppRow, CreatorRow } from './model.ts'

const strings = z.array(z.string())

/** What a seed file may hold (YAML or JSON); all but ids have defaults. */
export const seedSpec = z.strictObject({
  apps: z.optional(
    z.array(
      z.strictObject({
        client_key: z.string(),
        client_secret: z.string(),
        name: z.optional(z.string()),
        platform: z.optional(z.enum(['web', 'desktop', 'any'])),
        /** `business`: an app of TikTok API for Business, whose id is digits. */
        api: z.optional(z.enum(['open', 'business'])),
        audited: z.optional(z.boolean()),
        scopes: z.optional(strings),
        redirect_uris: z.optional(strings),
        webhook_url: z.optional(z.string()),
        /** Verified domains, or URL prefixes when they hold a slash. */
        url_properties: z.optional(strings),
        active_user_cap: z.optional(z.int()),
      }),
    ),
  ),
  creators: z.optional(
    z.array(
      z.strictObject({
        username: z.string().check(z.regex(/^[\w.]{2,24}$/)),
        display_name: z.optional(z.string()),
        bio: z.optional(z.string()),
        private: z.optional(z.boolean()),
        verified: z.optional(z.boolean()),
        banned: z.optional(z.boolean()),
        comments_off: z.optional(z.boolean()),
        duet_off: z.optional(z.boolean()),
        stitch_off: z.optional(z.boolean()),
        followers: z.optional(z.int()),
        following: z.optional(z.int()),
        max_duration_sec: z.optional(z.int()),
        daily_post_cap: z.optional(z.int()),
        app_version: z.optional(z.string()),
        region: z.optional(z.enum(['EEA', 'UK', 'other'])),
        business: z.optional(z.boolean()),
        /** So many earlier public videos are made up. */
        videos: z.optional(z.int().check(z.minimum(0), z.maximum(100_000))),
      }),
    ),
  ),
  /** TikTok Shop: apps, and sellers with their shops. */
  shop: z.optional(shopSeedSpec),
})

export type SeedSpec = z.output<typeof seedSpec>

const demoRedirects = ['http://localhost:*/*', 'http://127.0.0.1:*/*', 'https://example.com/callback']

export const defaultSeed: SeedSpec = {
  apps: [
    { client_key: 'tw-demo-app', client_secret: 'tw-demo-secret', name: 'Tockwork Demo', audited: true },
    {
      client_key: 'tw-unaudited-app',
      client_secret: 'tw-unaudited-secret',
      name: 'Tockwork Demo (not audited)',
    },
    { client_key: 'tw-research-app', client_secret: 'tw-research-secret', name: 'Tockwork Research' },
    {
      client_key: '7000000000000000001',
      client_secret: 'tw-business-secret',
      name: 'Tockwork Business',
      api: 'business',
    },
  ],
  creators: [
    {
      username: 'mika',
      display_name: 'Mika',
      bio: 'Small kitchens, big soups.',
      followers: 48_200,
      following: 312,
      verified: true,
      business: true,
      videos: 34,
    },
    {
      username: 'noor',
      display_name: 'Noor',
      bio: 'For friends only.',
      followers: 410,
      following: 388,
      private: true,
      videos: 8,
    },
    {
      username: 'lane',
      display_name: 'Lane',
      bio: 'Bikes and bad weather.',
      followers: 9_150,
      following: 120,
      comments_off: true,
      stitch_off: true,
      max_duration_sec: 300,
      videos: 21,
    },
  ],
  shop: defaultShopSeed,
}

const TOPICS = [
  'first try',
  'behind the scenes',
  'what nobody tells you',
  'three minutes',
  'morning routine',
  'the long version',
  'a quiet one',
  'answers to your questions',
]

/** Adds apps and creators; those that exist keep their history and take the new values. */
export function plant(platform: Platform, seed: SeedSpec): void {
  const { world, clock, ids } = platform
  for (const app of seed.apps ?? []) {
    const before = world.apps.get(app.client_key)
    world.apps.put({
      kind: 'production',
      review: 'live',
      targetUsers: [],
      createdAt: clock.now(),
      ...before,
      id: app.client_key,
      secret: app.client_secret,
      name: app.name ?? before?.name ?? app.client_key,
      platform: app.platform ?? 'any',
      audit: app.audited === true ? 'approved' : 'none',
      ...(app.api === 'business' ? { api: 'business' as const } : {}),
      scopes: app.scopes ?? Object.keys(app.api === 'business' ? accountScopes : scopes),
      redirectUris: app.redirect_uris ?? demoRedirects,
      ...(app.webhook_url === undefined ? {} : { webhookUrl: app.webhook_url }),
      urlProperties: (app.url_properties ?? []).map((value): AppRow['urlProperties'][number] => ({
        kind: value.includes('/') ? 'prefix' : 'domain',
        value,
        token: ids.hex(32),
        verified: true,
      })),
      activeUserCap: app.active_user_cap ?? 1000,
    })
  }
  for (const creator of seed.creators ?? []) {
    const known = world.creators.get(creator.username) !== undefined
    const followers = creator.followers ?? 1000
    const row = world.creators.put({
      id: creator.username,
      displayName: creator.display_name ?? creator.username,
      bio: creator.bio ?? '',
      private: creator.private ?? false,
      verified: creator.verified ?? false,
      banned: creator.banned ?? false,
      commentsOff: creator.comments_off ?? false,
      duetOff: creator.duet_off ?? false,
      stitchOff: creator.stitch_off ?? false,
      followers,
      following: creator.following ?? 100,
      maxDurationSec: creator.max_duration_sec ?? 600,
      dailyPostCap: creator.daily_post_cap ?? 15,
      appVersion: creator.app_version ?? '42.0.0',
      ...(creator.region === undefined ? {} : { region: creator.region }),
      ...(creator.business === undefined ? {} : { business: creator.business }),
      createdAt: world.creators.get(creator.username)?.createdAt ?? clock.now(),
    })
    if (!known) plantVideos(platform, row, creator.videos ?? 0)
  }
  if (seed.shop !== undefined) plantShops(platform, seed.shop)
}

function plantVideos({ world, clock, ids }: Platform, creator: CreatorRow, count: number): void {
  const { private: isPrivate, followers } = creator
  for (let i = 0; i < count; i += 1) {
    const number = Number.parseInt(ids.hex(6), 16)
    // About one post every 41 hours, backwards from yesterday, to the second as TikTok keeps it.
    const createdAt =
      Math.floor((clock.now() - 86_400_000 - i * 41 * 3_600_000 - (number % 3_600_000)) / 1000) * 1000
    const title = `${TOPICS[number % TOPICS.length]} #${creator.id} #part${count - i}`
    world.videos.put({
      id: ids.postId(Math.floor(createdAt / 1000)),
      creator: creator.id,
      createdAt,
      title,
      description: title,
      durationSec: 8 + (number % 52),
      width: 1080,
      height: 1920,
      privacy: isPrivate ? 'FOLLOWER_OF_CREATOR' : 'PUBLIC_TO_EVERYONE',
      kind: 'video',
      public: !isPrivate,
      reach: Math.round(followers * (0.2 + (number % 400) / 100)),
    })
  }
}
