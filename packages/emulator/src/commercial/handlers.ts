import type { OutputOf } from '@tockwork/contracts'
import {
  adDetail,
  adReport,
  commercialCountries,
  contentCountries,
  queryAds,
  queryAdvertisers,
  queryCommercialContent,
} from '@tockwork/contracts/commercial'
import type { Handlers } from '../endpoint/handlers.ts'
import { type Platform, Refusal } from '../platform.ts'
import { metered } from '../research/metered.ts'
import { mix } from '../research/mix.ts'
import { researchWorld } from '../research/research-world.ts'
import { AdLibrary, dayNumber, dayText, rounded } from './ad-library.ts'
import { adFilter, advertiserWire, adWire, isNewer, picked } from './ad-rows.ts'

export const commercialEndpoints = { queryAds, adDetail, adReport, queryAdvertisers, queryCommercialContent }

const SCOPE = 'research.adlib.basic'
/** Pages of the newer kind of request are shorter. */
const NEWER_PAGE = 10

function libraryOf(platform: Platform): AdLibrary {
  const { researchSeed, researchVideos } = platform.settings
  return new AdLibrary(researchSeed, Math.max(2000, Math.floor(researchVideos / 20)))
}

export const commercialHandlers: Handlers<typeof commercialEndpoints> = {
  queryAds: metered(SCOPE, 'commercial', ({ platform, query, input }) => {
    const library = libraryOf(platform)
    const today = Math.floor(platform.clock.now() / 86_400_000)
    const { max } = input.filters.ad_published_date_range
    if (dayNumber(max) >= today)
      throw new Refusal('invalid_params', 'filters.ad_published_date_range.max: must be before today')
    const count = input.max_count ?? 10
    if (isNewer(input) && count > NEWER_PAGE)
      throw new Refusal('invalid_params', `max_count: at most ${NEWER_PAGE} with these filters`)
    const fits = adFilter(library, input, today)
    const { numbers, next } = pageOf(library.ads, input.search_id, count, (n) => {
      const ad = library.ad(n)
      return ad.first < today && fits(ad)
    })
    return {
      ads: numbers.map((n) => {
        const ad = library.ad(n)
        const row: OutputOf<typeof queryAds>['ads'][number] = {}
        const shown = picked(
          { ad: adWire(ad, today), advertiser: advertiserWire(library, ad.business) },
          query.fields,
        )
        if (Object.keys(shown.ad).length > 0) row.ad = shown.ad
        if (Object.keys(shown.advertiser).length > 0) row.advertiser = shown.advertiser
        return row
      }),
      has_more: next !== undefined,
      search_id: next ?? '',
    }
  }),

  adDetail: metered(SCOPE, 'commercial', ({ platform, query, input }) => {
    const library = libraryOf(platform)
    const today = Math.floor(platform.clock.now() / 86_400_000)
    const n = library.find(input.ad_id)
    if (n === undefined || library.firstDay(n) >= today)
      throw new Refusal('invalid_params', `ad_id: there is no ad ${input.ad_id}`)
    const ad = library.ad(n)
    const share = Math.floor(ad.seen / ad.countries.length)
    const whole = {
      ad: {
        ...adWire(ad, today),
        reach: {
          unique_users_seen: ad.band,
          unique_users_seen_by_country: Object.fromEntries(
            ad.countries.map((code) => [code, rounded(share)]),
          ),
        },
        title: ad.title,
        external_url: `https://example.com/${ad.n}`,
        download_url: ad.objective === 'App promotion' ? `https://example.com/app/${ad.n}` : '',
        call_to_action: 'Learn more',
        advertising_objective: ad.objective,
        ...(ad.rejected
          ? {
              rejection_info: {
                reasons: ['The ad promises what it does not keep'],
                affected_countries: [],
                reporting_source: 'TikTok',
                automated_notice: null,
              },
            }
          : {}),
      },
      advertiser: {
        ...advertiserWire(library, ad.business),
        country_code: commercialCountries[library.homeOf(ad.business)] as string,
        tiktok_account: {
          profile_url: `https://www.tiktok.com/@business${ad.business}`,
          avatar_url: `https://p16-sign.tiktokcdn.com/b${ad.business}.jpeg`,
          follower_count: mix(library.seed, ad.business, 30) % 200_000,
        },
      },
      ad_group: {
        targeting_info: {
          number_of_users_targeted: rounded(ad.seen * 5),
          country: ad.countries,
          age: {
            '13-17': false,
            '18-24': true,
            '25-34': true,
            '35-44': ad.n % 2 === 0,
            '45-54': ad.n % 3 === 0,
            '55+': false,
          },
          gender: {
            female: ad.gender !== 'MALE',
            male: ad.gender !== 'FEMALE',
            unknown: ad.gender === 'ALL',
          },
          audience_targeting: ad.n % 4 === 0 ? 'Yes' : 'No',
          interest: 'Food, Travel',
        },
      },
    }
    const account = whole.advertiser.tiktok_account
    const fields = query.fields as readonly string[]
    const shown = picked({ ad: whole.ad, advertiser: whole.advertiser, ad_group: whole.ad_group }, fields)
    // These are asked for at the advertiser and answered in its account.
    const accountFields = Object.entries(account).filter(([name]) => fields.includes(`advertiser.${name}`))
    return {
      ad: shown.ad,
      ad_group: shown.ad_group,
      advertiser: {
        ...shown.advertiser,
        ...(accountFields.length === 0 ? {} : { tiktok_account: Object.fromEntries(accountFields) }),
      },
    }
  }),

  adReport: metered(SCOPE, 'commercial', ({ platform, input }) => {
    const library = libraryOf(platform)
    const today = Math.floor(platform.clock.now() / 86_400_000)
    const {
      ad_published_date_range: range,
      country_code: country = 'ALL',
      advertiser_business_ids: ids,
    } = input.filters
    const [from, to] = [dayNumber(range.min), Math.min(dayNumber(range.max), today - 1)]
    const businesses = ids === undefined ? undefined : new Set(ids.map((id) => library.businessOf(id)))
    const counts = new Map<string, Map<number, number>>()
    for (let n = 0; n < library.ads; n += 1) {
      const first = library.firstDay(n)
      if (first < from) continue
      if (first > to) break
      const ad = library.ad(n)
      if (businesses?.has(ad.business) === false) continue
      for (const code of ad.countries) {
        if (country !== 'ALL' && country !== code) continue
        const days = counts.get(code) ?? new Map<number, number>()
        counts.set(code, days.set(first, (days.get(first) ?? 0) + 1))
      }
    }
    return {
      count_time_series_by_country: Object.fromEntries(
        [...counts]
          .sort()
          .map(([code, days]) => [
            code,
            [...days].sort(([a], [b]) => b - a).map(([day, count]) => ({ date: dayText(day), count })),
          ]),
      ),
    }
  }),

  queryAdvertisers: metered(SCOPE, 'commercial', ({ platform, query, input }) => {
    const library = libraryOf(platform)
    const term = input.search_term.toLowerCase()
    const found: OutputOf<typeof queryAdvertisers>['advertisers'] = []
    for (
      let business = 0;
      business < library.businesses && found.length < (input.max_count ?? 10);
      business += 1
    ) {
      if (!library.businessName(business).toLowerCase().includes(term)) continue
      const whole = {
        business_id: library.businessId(business),
        business_name: library.businessName(business),
        country_code: commercialCountries[library.homeOf(business)] as string,
      }
      found.push(
        Object.fromEntries(Object.entries(whole).filter(([name]) => query.fields.includes(name as never))),
      )
    }
    return { advertisers: found }
  }),

  queryCommercialContent: metered(SCOPE, 'commercial', ({ platform, query, input }) => {
    const { corpus } = researchWorld(platform)
    const now = platform.clock.seconds()
    const {
      content_published_date_range: range,
      creator_country_code: country = 'ALL',
      creator_usernames: names,
    } = input.filters
    const from = corpus.lowerBound(dayNumber(range.min) * 86_400)
    const below = corpus.lowerBound(Math.min((dayNumber(range.max) + 1) * 86_400, now))
    const covered = country === 'ALL' ? new Set<string>(contentCountries) : new Set([country])
    const users = names === undefined || names.length === 0 ? undefined : new Set(names)
    const count = input.max_count ?? 10
    const { numbers, next } = pageOf(below - from, input.search_id, count, (k) => {
      const n = from + k
      const author = corpus.author(n)
      return (
        mix(corpus.seed ^ 0xcc, n) % 40 === 0 &&
        covered.has(corpus.people.region(author)) &&
        (users === undefined || users.has(corpus.people.handle(author))) &&
        corpus.isPublic(n, now)
      )
    })
    return {
      commercial_contents: numbers.map((k) => {
        const n = from + k
        const h = mix(corpus.seed ^ 0xcd, n)
        const created = corpus.createTime(n)
        const whole = {
          id: `v09044g40000c${h.toString(36)}${n.toString(36)}`,
          create_timestamp: created,
          create_date: dayText(Math.floor(created / 86_400)),
          label: h % 3 === 0 ? 'Promotional content' : 'Paid partnership',
          brand_names: [h % 2 === 0 ? '' : 'Nord Coffee'],
          creator: { username: corpus.people.handle(corpus.author(n)) },
          videos: [
            {
              id: corpus.id(n),
              status: 'active',
              url: `https://www.tiktok.com/@${corpus.people.handle(corpus.author(n))}/video/${corpus.id(n)}`,
              cover_image_url: `https://p16-sign.tiktokcdn.com/${h.toString(16)}.jpeg`,
            },
          ],
        }
        return Object.fromEntries(
          Object.entries(whole).filter(([name]) => query.fields.includes(name as never)),
        )
      }),
      has_more: next !== undefined,
      search_id: next ?? '',
    }
  }),
}

/** Numbers that fit, the newest first. A search id says where the page begins. */
function pageOf(
  total: number,
  searchId: string | null | undefined,
  count: number,
  fits: (n: number) => boolean,
): { numbers: number[]; next: string | undefined } {
  let start = total - 1
  if (searchId !== undefined && searchId !== null && searchId !== '') {
    const place = /^29(\d{1,12})7$/.exec(searchId)?.[1]
    if (place === undefined || Number(place) > total)
      throw new Refusal('invalid_params', `Search Id ${searchId.slice(0, 64)} is invalid or expired`)
    start = Number(place)
  }
  const numbers: number[] = []
  for (let n = start; n >= 0; n -= 1) {
    if (!fits(n)) continue
    if (numbers.length === count) return { numbers, next: `29${n}7` }
    numbers.push(n)
  }
  return { numbers, next: undefined }
}
