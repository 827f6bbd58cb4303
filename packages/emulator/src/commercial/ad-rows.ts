/** Which ads fit a request, and how they go over the wire. */
import type { InputOf, OutputOf } from '@tockwork/contracts'
import type { queryAds } from '@tockwork/contracts/commercial'
import { Refusal } from '../platform.ts'
import { type Ad, type AdLibrary, audience, dayNumber, dayText } from './ad-library.ts'

type AdsInput = InputOf<typeof queryAds>
type AdWire = NonNullable<OutputOf<typeof queryAds>['ads'][number]['ad']>

export function isNewer({ filters }: AdsInput): boolean {
  return ['country_code_list', 'ad_reach', 'ad_type', 'ad_status', 'ages', 'gender'].some(
    (name) => name in filters,
  )
}

export function adFilter(library: AdLibrary, input: AdsInput, today: number): (ad: Ad) => boolean {
  const { filters, search_term: term, search_type: type } = input
  const {
    ad_published_date_range: range,
    country_code: country = 'ALL',
    unique_users_seen_size_range: seen,
  } = filters
  const [from, to] = [dayNumber(range.min), dayNumber(range.max)]
  const list = filters.country_code_list ?? []
  const countries = list.length > 0 ? new Set(list) : country === 'ALL' ? undefined : new Set([country])
  // Without effect next to a term, as documented.
  const ids = term === undefined ? filters.advertiser_business_ids : undefined
  const businesses =
    ids === undefined || ids.length === 0 ? undefined : new Set(ids.map((id) => library.businessOf(id)))
  const words = (term ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const [least, most] =
    seen === undefined ? [0, Number.POSITIVE_INFINITY] : [audience(seen.min), audience(seen.max)]
  if (most <= 0)
    throw new Refusal('invalid_params', 'filters.unique_users_seen_size_range.max: must be more than 0')
  return (ad) => {
    if (ad.first < from || ad.first > to || ad.seen < least || ad.seen > most) return false
    if (countries !== undefined && !ad.countries.some((code) => countries.has(code))) return false
    if (businesses !== undefined && !businesses.has(ad.business)) return false
    if (filters.ad_type !== undefined && filters.ad_type !== ad.type) return false
    if (filters.ad_status !== undefined && (filters.ad_status === 'ACTIVE') !== ad.last >= today) return false
    if (filters.gender !== undefined && filters.gender !== 'ALL' && filters.gender !== ad.gender) return false
    if (
      filters.ad_reach !== undefined &&
      filters.ad_reach !== 'all' &&
      filters.ad_reach !== ad.band.replace('1K-10K', '0-10K')
    )
      return false
    if (words.length === 0) return true
    const text = ad.title.toLowerCase()
    return type === 'fuzzy_phrase'
      ? words.some((word) => text.includes(word))
      : text.includes(words.join(' '))
  }
}

export function adWire(ad: Ad, today: number): AdWire {
  return {
    id: ad.id,
    first_shown_date: dayText(ad.first),
    last_shown_date: dayText(Math.min(ad.last, today)),
    status: ad.last >= today ? 'active' : 'inactive',
    status_statement: 'N/A',
    ...(ad.type === 'VIDEO'
      ? {
          videos: [
            {
              url: `https://library.tiktok.com/video/${ad.id}.mp4`,
              cover_image_url: `https://library.tiktok.com/cover/${ad.id}.jpeg`,
            },
          ],
        }
      : {}),
    image_urls: ad.type === 'IMAGES' ? [`https://library.tiktok.com/image/${ad.id}.jpeg`] : [],
    reach: { unique_users_seen: ad.band },
  }
}

export function advertiserWire(library: AdLibrary, business: number) {
  const name = library.businessName(business)
  return { business_id: library.businessId(business), business_name: name, paid_for_by: name }
}

/** Members that were asked for as `ad.id`, of each part. */
export function picked<P extends Record<string, object>>(parts: P, fields: readonly string[]): P {
  return Object.fromEntries(
    Object.entries(parts).map(([part, whole]) => [
      part,
      Object.fromEntries(Object.entries(whole).filter(([name]) => fields.includes(`${part}.${name}`))),
    ]),
  ) as P
}
