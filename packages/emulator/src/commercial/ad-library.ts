/** Ads and labelled content of the made-up world, computed from their number. */
import { commercialCountries } from '@tockwork/contracts/commercial'
import { cumulative, mix, skewed, unit, weighted } from '../research/mix.ts'
import { goods } from '../research/vocabulary.ts'

const FIRST_DAY = Date.UTC(2022, 9, 2) / 86_400_000
const LAST_DAY = Date.UTC(2026, 11, 31) / 86_400_000
const AD_BASE = 1_750_000_000_000_000_000n
const BUSINESS_BASE = 7_000_000_000_000_000n

const firms = [
  'Nord',
  'Lumen',
  'Kestrel',
  'Alba',
  'Fjord',
  'Harbor',
  'Mistral',
  'Quince',
  'Rowan',
  'Sable',
] as const
const kinds = [
  'Coffee',
  'Travel',
  'Outdoor',
  'Games',
  'Beauty',
  'Mobile',
  'Home',
  'Books',
  'Energy',
  'Kitchen',
] as const
const forms = ['GmbH', 'S.L.', 'AB', 'Ltd', 'B.V.', 'SAS'] as const
const objectives = [
  'Sales',
  'Leads',
  'Traffic',
  'App promotion',
  'Reach',
  'Video views',
  'Community interaction',
] as const
const reachShares = cumulative([55, 35, 10])
const bands = ['1K-10K', '10K-100K', '100K+'] as const

export interface Ad {
  n: number
  id: string
  business: number
  /** Days since the epoch. */
  first: number
  last: number
  countries: string[]
  band: (typeof bands)[number]
  /** People who saw it. */
  seen: number
  type: 'VIDEO' | 'IMAGES' | 'TEXT'
  title: string
  rejected: boolean
  objective: string
  gender: 'ALL' | 'FEMALE' | 'MALE'
}

export class AdLibrary {
  readonly seed: number
  readonly ads: number
  readonly businesses: number

  constructor(seed: number, ads: number) {
    this.seed = seed ^ 0xad
    this.ads = ads
    this.businesses = Math.max(40, Math.floor(ads / 25))
  }

  /** Newest first is the order of the numbers turned around: the first day rises with the number. */
  firstDay(n: number): number {
    return FIRST_DAY + Math.floor(((LAST_DAY - FIRST_DAY) * (n + unit(this.seed, n, 1))) / this.ads)
  }

  find(id: string): number | undefined {
    const n = Number(BigInt(id) - AD_BASE)
    return n >= 0 && n < this.ads ? n : undefined
  }

  ad(n: number): Ad {
    const h = mix(this.seed, n, 2)
    const first = this.firstDay(n)
    const business = skewed(unit(this.seed, n, 3), this.businesses)
    const band = bands[weighted(unit(this.seed, n, 4), reachShares)] as Ad['band']
    const u = unit(this.seed, n, 5)
    const seen = Math.floor(
      band === '1K-10K'
        ? 1000 + u * 9000
        : band === '10K-100K'
          ? 10_000 + u * 90_000
          : 100_000 + u * u * 9_000_000,
    )
    const home = (this.homeOf(business) + 0) % commercialCountries.length
    const countries = [
      home,
      ...Array.from({ length: h % 4 }, (_, k) => mix(this.seed, n, 10 + k) % commercialCountries.length),
    ]
    return {
      n,
      id: String(AD_BASE + BigInt(n)),
      business,
      first,
      last: first + 1 + Math.floor(Math.exp(unit(this.seed, n, 6) * 4.5)),
      countries: [...new Set(countries)].map((index) => commercialCountries[index] as string),
      band,
      seen,
      type: h % 10 < 7 ? 'VIDEO' : h % 10 < 9 ? 'IMAGES' : 'TEXT',
      title: `${this.businessName(business)}: a ${goods[(h >>> 8) % goods.length]} for every day`,
      rejected: (h >>> 12) % 50 === 0,
      objective: objectives[(h >>> 16) % objectives.length] as string,
      gender: (['ALL', 'ALL', 'ALL', 'FEMALE', 'MALE'] as const)[(h >>> 20) % 5] as Ad['gender'],
    }
  }

  homeOf(business: number): number {
    return skewed(unit(this.seed, business, 20), commercialCountries.length)
  }

  businessId(business: number): string {
    return String(BUSINESS_BASE + BigInt(business))
  }

  businessOf(id: string): number {
    return Number(BigInt(id) - BUSINESS_BASE)
  }

  businessName(business: number): string {
    const h = mix(this.seed, business, 21)
    return `${firms[h % firms.length]} ${kinds[(h >>> 8) % kinds.length]} ${forms[(h >>> 16) % forms.length]}`
  }
}

/** `YYYYMMDD` of a day since the epoch. */
export function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
}

export function dayNumber(text: string): number {
  return (
    Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8))) / 86_400_000
  )
}

/** `18K`, as the page writes audiences. */
export function rounded(count: number): string {
  if (count < 1000) return String(count)
  if (count < 1_000_000) return `${Math.round(count / 1000)}K`
  return `${Math.round(count / 1_000_000)}M`
}

/** The number behind `10K`, `2M`, `1B` or `500`. */
export function audience(text: string): number {
  const unitOf: Record<string, number> = { K: 1e3, M: 1e6, B: 1e9 }
  return Number.parseInt(text, 10) * (unitOf[text.at(-1) ?? ''] ?? 1)
}
