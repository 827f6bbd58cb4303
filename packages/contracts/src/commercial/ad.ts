import * as z from 'zod/mini'
import { count, fieldList, int64, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, businessIds, country, dayRange, flag, page, pageSize, searchId, searchTerm } from './parts.ts'

/** `10K`, `2M`, `1B`, or a whole number below 1000; not `2000K`, not `1.1M`. */
const AUDIENCE = /^(?:\d{1,3}|\d{1,3}[KMB])$/
const audience = () =>
  z.string().check(z.regex(AUDIENCE, 'a whole number below 1000, with K, M or B behind it'))

const date = () =>
  z.codec(z.union([z.string(), z.number(), z.bigint()]), z.string(), {
    decode: (wire) => String(wire),
    encode: (ours) => ours,
  })

/** Bands such as `1K-10K` in real answers, `11K` on the page. */
const reach = z.looseObject({
  unique_users_seen: z.optional(z.string()),
  unique_users_seen_by_country: z.optional(z.record(z.string(), z.string())),
})

const adMembers = {
  id: z.optional(int64()),
  first_shown_date: z.optional(date()),
  last_shown_date: z.optional(date()),
  status: z.optional(openEnum(['active', 'inactive'])),
  status_statement: z.optional(z.string()),
  /** Addresses are signed and expire. */
  videos: z.optional(
    z.array(z.looseObject({ url: z.optional(z.string()), cover_image_url: z.optional(z.string()) })),
  ),
  image_urls: z.optional(z.array(z.string())),
  reach: z.optional(reach),
}
export const libraryAd = z.looseObject(adMembers)
export type LibraryAd = z.output<typeof libraryAd>

const advertiserMembers = {
  business_id: z.optional(int64()),
  business_name: z.optional(z.string()),
  /** Asked for by this name; tables and samples answer `paid_by`, the wire answers this. */
  paid_for_by: z.optional(z.string()),
  paid_by: z.optional(z.string()),
}

export const adFields = [
  'ad.id',
  'ad.first_shown_date',
  'ad.last_shown_date',
  'ad.status',
  'ad.status_statement',
  'ad.videos',
  'ad.image_urls',
  'ad.reach',
  'advertiser.business_id',
  'advertiser.business_name',
  'advertiser.paid_for_by',
] as const

/**
 * Two generations of the request are in use. The official page has `country_code`, `advertiser_business_ids` and
 * `unique_users_seen_size_range`; two projects describe `country_code_list`, `ad_reach`, `ad_type`, `ad_status`, `ages`
 * and `gender` since autumn 2026, with pages of at most 10.
 */
export const queryAds = defineEndpoint({
  ...base,
  id: 'commercial.queryAds',
  title: 'Search ads',
  path: '/v2/research/adlib/ad/query/',
  doc: page('commercial-content-api-query-ads'),
  query: z.looseObject({ fields: fieldList(adFields) }),
  input: z.looseObject({
    filters: z.looseObject({
      ad_published_date_range: dayRange(),
      country_code: country(),
      /** Without effect next to a `search_term`. */
      advertiser_business_ids: businessIds(),
      unique_users_seen_size_range: z.optional(z.looseObject({ min: audience(), max: audience() })),
      country_code_list: z.optional(z.array(z.string())),
      ad_reach: z.optional(z.enum(['0-10K', '10K-100K', '100K+', 'all'])),
      ad_type: z.optional(z.enum(['VIDEO', 'IMAGES', 'TEXT'])),
      ad_status: z.optional(z.enum(['ACTIVE', 'INACTIVE'])),
      ages: z.optional(z.string()),
      gender: z.optional(z.enum(['FEMALE', 'MALE', 'ALL'])),
    }),
    search_term: z.optional(searchTerm()),
    /** By default the exact phrase; `fuzzy_phrase` takes its words in any order. */
    search_type: z.optional(z.enum(['exact_phrase', 'fuzzy_phrase'])),
    /** By default 10. */
    max_count: pageSize(50),
    search_id: searchId(),
  }),
  output: z.looseObject({
    ads: z.array(
      z.looseObject({
        ad: z.optional(libraryAd),
        advertiser: z.optional(z.looseObject(advertiserMembers)),
      }),
    ),
    has_more: z.optional(flag()),
    search_id: z.optional(z.string()),
  }),
})

export const adDetailFields = [
  ...adFields,
  'ad.title',
  'ad.external_url',
  'ad.download_url',
  'ad.call_to_action',
  'ad.advertising_objective',
  'ad.rejection_info',
  'advertiser.follower_count',
  'advertiser.avatar_url',
  'advertiser.profile_url',
  'advertiser.country_code',
  'ad_group.targeting_info',
] as const

const targeting = z.looseObject({
  number_of_users_targeted: z.optional(z.string()),
  country: z.optional(z.array(z.string())),
  age: z.optional(z.record(z.string(), z.boolean())),
  gender: z.optional(z.record(z.string(), z.boolean())),
  audience_targeting: z.optional(z.string()),
  video_interactions: z.optional(z.string()),
  creator_interactions: z.optional(z.string()),
  interest: z.optional(z.string()),
})

export const adDetail = defineEndpoint({
  ...base,
  id: 'commercial.adDetail',
  title: 'An ad, whom it was shown to and why it was refused',
  path: '/v2/research/adlib/ad/detail/',
  doc: page('commercial-content-api-get-ad-details'),
  query: z.looseObject({ fields: fieldList(adDetailFields) }),
  input: z.looseObject({ ad_id: int64() }),
  output: z.looseObject({
    ad: z.optional(
      z.looseObject({
        ...adMembers,
        title: z.optional(z.string()),
        /** Where the ad leads. */
        external_url: z.optional(z.string()),
        download_url: z.optional(z.string()),
        call_to_action: z.optional(z.string()),
        advertising_objective: z.optional(z.string()),
        rejection_info: z.optional(
          z.nullable(
            z.looseObject({
              reasons: z.optional(z.array(z.string())),
              /** None named: all. */
              affected_countries: z.optional(z.array(z.string())),
              reporting_source: z.optional(z.string()),
              automated_notice: z.optional(z.nullable(z.string())),
            }),
          ),
        ),
      }),
    ),
    /** Real answers say `targeting_info`, the sample says `target`. */
    ad_group: z.optional(
      z.looseObject({ targeting_info: z.optional(targeting), target: z.optional(targeting) }),
    ),
    advertiser: z.optional(
      z.looseObject({
        ...advertiserMembers,
        country_code: z.optional(z.string()),
        tiktok_account: z.optional(
          z.looseObject({
            profile_url: z.optional(z.string()),
            avatar_url: z.optional(z.string()),
            follower_count: z.optional(count()),
          }),
        ),
      }),
    ),
  }),
})

export const adReport = defineEndpoint({
  ...base,
  id: 'commercial.adReport',
  title: 'Ads a day in each country',
  path: '/v2/research/adlib/ad/report/',
  doc: page('commercial-content-api-get-ad-report'),
  query: z.looseObject({ fields: fieldList(['count_time_series_by_country']) }),
  input: z.looseObject({
    filters: z.looseObject({
      ad_published_date_range: dayRange(),
      country_code: country(),
      advertiser_business_ids: businessIds(),
    }),
  }),
  output: z.looseObject({
    count_time_series_by_country: z.record(
      z.string(),
      z.array(z.looseObject({ date: date(), count: count() })),
    ),
  }),
})

export const advertiserFields = ['business_name', 'business_id', 'country_code'] as const

/** Without pages and without a filter for the country; names repeat. */
export const queryAdvertisers = defineEndpoint({
  ...base,
  id: 'commercial.queryAdvertisers',
  title: 'Search advertisers',
  path: '/v2/research/adlib/advertiser/query/',
  doc: page('commercial-content-api-query-advertisers'),
  query: z.looseObject({ fields: fieldList(advertiserFields) }),
  input: z.looseObject({
    search_term: searchTerm(),
    /** By default 10. */
    max_count: pageSize(50),
  }),
  output: z.looseObject({
    advertisers: z.array(
      z.looseObject({
        business_id: z.optional(int64()),
        business_name: z.optional(z.string()),
        country_code: z.optional(z.string()),
      }),
    ),
  }),
})
