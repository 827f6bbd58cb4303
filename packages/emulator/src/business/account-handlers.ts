import {
  type AccountField,
  accountRules,
  assumedAccountScopes,
  audienceFields,
  dailyFields,
  getAccount,
} from '@tockwork/contracts/business'
import { counters, followersAt, publicVideos } from '../display/handlers.ts'
import type { HandlerContext, Handlers } from '../endpoint/handlers.ts'
import { audienceOf, DAY_MS, dayFigures, isCounted, numberOf } from './figures.ts'

export const accountEndpoints = { getAccount }

type Context = HandlerContext<typeof getAccount>

export const accountHandlers: Handlers<typeof accountEndpoints> = {
  getAccount(context) {
    const { platform, creator, query } = context
    const fields = (query.fields ?? accountRules.defaultFields) as readonly AccountField[]
    checkFields(context, fields)
    const now = platform.clock.now()
    const videos = publicVideos(platform, creator)
    const followers = followersAt(creator, now)
    const seed = numberOf(creator.id)
    const enough = followers >= accountRules.audienceMinFollowers
    const audience = (part: keyof ReturnType<typeof audienceOf>) => () =>
      enough ? audienceOf(seed)[part] : []
    const read: Partial<Record<AccountField, () => unknown>> = {
      is_business_account: () => creator.business === true,
      username: () => creator.id,
      display_name: () => creator.displayName,
      profile_image: () =>
        `${platform.origin()}/_emulator/media/avatar/${creator.id}_168.png?x-expires=${platform.clock.seconds() + 48 * 3600}`,
      profile_deep_link: () => `https://vm.tiktok.com/${creator.id}`,
      bio_description: () => creator.bio,
      is_verified: () => creator.verified,
      following_count: () => creator.following,
      followers_count: () => followers,
      total_likes: () => videos.reduce((sum, video) => sum + counters(video, now).likes, 0),
      videos_count: () => videos.length,
      audience_ages: audience('ages'),
      audience_genders: audience('genders'),
      audience_countries: audience('countries'),
      audience_cities: audience('cities'),
    }
    const profile = Object.fromEntries(
      fields.flatMap((field) => {
        const value = read[field]
        return value === undefined ? [] : [[field, value()]]
      }),
    )
    const daily = fields.filter((field) => (dailyFields as readonly string[]).includes(field))
    if (daily.length === 0) return profile
    const metrics = daysOf(context)
      .filter((day) => isCounted(creator, day, now))
      .map((day) => dayFigures(creator, videos, day, daily))
    return { ...profile, metrics } as never
  },
}

/** The documented scope is enforced, and that of insights; the others, guessed by their names, only in strict mode. */
function checkFields({ grant, platform, exchange, fail }: Context, fields: readonly AccountField[]): void {
  const lacks = (scope: string | undefined): scope is string =>
    scope !== undefined && !grant.scopes.includes(scope)
  for (const field of fields) {
    const known = (getAccount.fieldScopes as Record<string, string>)[field]
    if (lacks(known)) throw fail('40001', `fields: ${field} needs the scope ${known}`)
    const guessed = assumedAccountScopes[field]
    if (!lacks(guessed)) continue
    // Named after what it opens: a consent without it shows at once.
    if (guessed === 'user.insights' && isInsight(field) && !grant.scopes.includes('user.insights.creator'))
      throw fail('40001', `fields: ${field} needs the scope ${guessed}`)
    const words = `fields: ${field} may need the scope ${guessed}, which was not granted`
    if (platform.settings.strict) throw fail('40001', words)
    exchange.warn(words)
  }
}

function isInsight(field: AccountField): boolean {
  return (
    (audienceFields as readonly string[]).includes(field) ||
    (dailyFields as readonly string[]).includes(field)
  )
}

/** The asked UTC days, by their beginning. */
function daysOf({ query, platform, fail }: Context): number[] {
  const today = Math.floor(platform.clock.now() / DAY_MS) * DAY_MS
  const { defaultRange, longestLookBackDays } = accountRules
  const read = (name: 'start_date' | 'end_date', daysAgo: number): number => {
    const given = query[name]
    if (given === undefined) return today - daysAgo * DAY_MS
    const at = Date.parse(`${given}T00:00:00Z`)
    if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== given)
      throw fail('40002', `${name}: is no day`)
    return at
  }
  const from = read('start_date', defaultRange.fromDaysAgo)
  const to = read('end_date', defaultRange.toDaysAgo)
  if (from > to) throw fail('40002', 'start_date: must not be after end_date')
  if (from < today - longestLookBackDays * DAY_MS)
    throw fail('40002', `start_date: is more than ${longestLookBackDays} days ago`)
  if (to > today) throw fail('40002', 'end_date: is in the future')
  return Array.from({ length: (to - from) / DAY_MS + 1 }, (_, i) => from + i * DAY_MS)
}
