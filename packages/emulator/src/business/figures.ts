/** Figures of an account that TikTok for Developers does not show. They follow from the creator and the clock. */
import type { AccountField, DailyField } from '@tockwork/contracts/business'
import { accountRules } from '@tockwork/contracts/business'
import { counters, followersAt } from '../display/handlers.ts'
import { mix, unit } from '../research/mix.ts'
import type { CreatorRow, VideoRow } from '../state/model.ts'

const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** A number from a name, so that a creator's figures are the same in every run. */
export function numberOf(name: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** Shares around given weights that differ from one creator to the next and add up to 1. */
function shares<T extends string>(seed: number, weights: Readonly<Record<T, number>>): [T, number][] {
  const drawn = (Object.keys(weights) as T[]).map((name, i): [T, number] => [
    name,
    weights[name] * (0.6 + 0.8 * unit(seed, i)),
  ])
  const sum = drawn.reduce((total, [, weight]) => total + weight, 0)
  return drawn.map(([name, weight]) => [name, rounded(weight / sum)])
}

export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}

const AGES = { '18-24': 38, '25-34': 33, '35-44': 16, '45-54': 8, '55+': 5 } as const
const GENDERS = { Female: 54, Male: 44, Other: 2 } as const
const COUNTRIES = { US: 40, GB: 14, DE: 9, BR: 8, MX: 7, FR: 6, ID: 6, CA: 5, PH: 3, JP: 2 } as const
const CITIES = {
  'Los Angeles': 9,
  London: 8,
  'New York': 8,
  Berlin: 5,
  'São Paulo': 5,
  'Mexico City': 4,
  Paris: 4,
  Jakarta: 3,
  Toronto: 3,
  Manila: 2,
} as const

/** Who follows, or who watches when the seed is a video's. Cities cover a half. */
export function audienceOf(seed: number) {
  return {
    ages: shares(seed ^ 1, AGES).map(([age, percentage]) => ({ age, percentage })),
    genders: shares(seed ^ 2, GENDERS).map(([gender, percentage]) => ({ gender, percentage })),
    countries: shares(seed ^ 3, COUNTRIES)
      .map(([country, percentage]) => ({ country, percentage }))
      .sort((a, b) => b.percentage - a.percentage),
    cities: shares(seed ^ 4, CITIES)
      .map(([city_name, share]) => ({ city_name, percentage: rounded(share / 2) }))
      .sort((a, b) => b.percentage - a.percentage),
  }
}

/** Whether the figures of the UTC day that begins then can be read: 24 to 48 hours after its end. */
export function isCounted(creator: CreatorRow, dayStart: number, now: number): boolean {
  const { min, max } = accountRules.delayHours
  const hours = min + (mix(numberOf(creator.id), dayStart / DAY_MS) % (max - min + 1))
  return dayStart + DAY_MS + hours * HOUR_MS <= now
}

/** What an account gained in the UTC day that begins then. */
export function dayFigures(
  creator: CreatorRow,
  videos: readonly VideoRow[],
  dayStart: number,
  fields: readonly AccountField[],
): Record<string, unknown> {
  const end = dayStart + DAY_MS
  const sum = { views: 0, likes: 0, comments: 0, shares: 0 }
  for (const video of videos) {
    if (video.createdAt >= end) continue
    const after = counters(video, end)
    const before = counters(video, dayStart)
    for (const name of ['views', 'likes', 'comments', 'shares'] as const)
      sum[name] += Math.max(0, after[name] - (dayStart < video.createdAt ? 0 : before[name]))
  }
  const seed = numberOf(creator.id) ^ (dayStart / DAY_MS)
  const part = (share: number, salt: number): number =>
    Math.floor(sum.views * share * (0.7 + 0.6 * unit(seed, salt)))
  const followers = followersAt(creator, end)
  const gained = followers - followersAt(creator, dayStart)
  const lost = Math.floor(creator.followers * 0.0004 * unit(seed, 9))
  const figures: Record<DailyField, () => unknown> = {
    video_views: () => sum.views,
    unique_video_views: () => Math.floor(sum.views * 0.82),
    profile_views: () => part(0.03, 1),
    likes: () => sum.likes,
    comments: () => sum.comments,
    shares: () => sum.shares,
    followers_count: () => followers,
    daily_total_followers: () => followers,
    daily_new_followers: () => gained + lost,
    daily_lost_followers: () => lost,
    engaged_audience: () => Math.floor((sum.likes + sum.comments + sum.shares) * 0.9),
    audience_activity: () => activity(followers, seed),
    bio_link_clicks: () => part(0.002, 2),
    email_clicks: () => part(0.000_2, 3),
    phone_number_clicks: () => part(0.000_1, 4),
    address_clicks: () => part(0.000_1, 5),
    app_download_clicks: () => part(0.000_2, 6),
    lead_submissions: () => part(0.000_05, 7),
  }
  const asked = fields.flatMap((field) => (field in figures ? [[field, figures[field as DailyField]()]] : []))
  return { date: new Date(dayStart).toISOString().slice(0, 10), ...Object.fromEntries(asked) }
}

/** Few at night, most in the evening. */
function activity(followers: number, seed: number): { hour: string; count: number }[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const share =
      0.08 + 0.25 * (1 - Math.cos(((hour - 4) / 24) * 2 * Math.PI)) * (0.9 + 0.2 * unit(seed, hour))
    return { hour: String(hour), count: Math.floor(followers * share) }
  })
}
