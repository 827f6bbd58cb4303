/** Figures and lists that Research calls share. Sources: the FAQ, the codebook and the query pages of the Research API. */

const page = (slug: string) => `https://developers.tiktok.com/doc/${slug}`

export const researchRules = {
  /** Days that `end_date` may lie after `start_date`. Source: the query-videos page. */
  maxWindowDays: { value: 30, provenance: 'documented', source: page('research-api-specs-query-videos') },
  /** Items on a page of videos, comments, followers, following, liked and reposted videos. */
  maxPageSize: { value: 100, provenance: 'documented', source: page('research-api-specs-query-videos') },
  /** Items on a page of the TikTok Shop calls. */
  maxShopPageSize: {
    value: 10,
    provenance: 'documented',
    source: page('research-api-specs-query-tiktok-shop-reviews'),
  },
  /** Comments of one video that can be read. The present page no longer says so; every public client holds to it. */
  maxComments: {
    value: 1000,
    provenance: 'observed',
    source: page('research-api-specs-query-video-comments'),
  },
  /** Ids in one file of a compliance task. */
  maxComplianceIds: { value: 10_000, provenance: 'documented', source: page('batch-compliance-apis') },
  /** Followers that can be read of one account, about. */
  followerCeiling: { value: 5000, provenance: 'observed', source: 'issues of a public client' },
  /** Hours until a new video can be found. */
  searchableAfterHours: { value: 48, provenance: 'documented', source: page('research-api-faq') },
  /** Days within which counters of found videos are renewed. */
  countsWithinDays: { value: 10, provenance: 'documented', source: page('research-api-faq') },
  /**
   * Days after which stored data must be checked again. 15 in the terms that literature quotes until 2025, 30 in those
   * of 2026 as one project quotes them: the stricter is used unless told otherwise.
   */
  refreshDays: {
    value: 15,
    provenance: 'observed',
    source: 'https://www.tiktok.com/legal/page/global/terms-of-service-research-api/en',
  },
} as const

/** What an approved project may ask for in a day, which ends at 00:00 UTC. Source: the FAQ of the Research API. */
export const researchQuotas = {
  general: { requests: 1000, records: 100_000, provenance: 'documented', source: page('research-api-faq') },
  /** Followers and following count apart from the rest. */
  relations: {
    requests: 20_000,
    records: 2_000_000,
    provenance: 'documented',
    source: page('research-api-faq'),
  },
} as const
export type ResearchQuota = keyof typeof researchQuotas

/** How an end date is meant is not said: TikTok's own client reads it as the last day that counts, one other as the first that does not. */
export const endDateReading = { inclusive: true, provenance: 'observed' } as const

/** Countries in which creators registered, complete. Source: the query-videos page. */
export const regionCodes = [
  ...'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY'.split(
    ' ',
  ),
  ...'BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO'.split(
    ' ',
  ),
  ...'FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM'.split(
    ' ',
  ),
  ...'JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP'.split(
    ' ',
  ),
  ...'MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW'.split(
    ' ',
  ),
  ...'PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM'.split(
    ' ',
  ),
  ...'TN TO TP TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'.split(' '),
] as readonly string[]

/** Seconds a video of each class lasts: from, and below. Source: the query-videos page. */
export const videoLengths = {
  SHORT: { from: 0, below: 15 },
  MID: { from: 15, below: 60 },
  LONG: { from: 60, below: 300 },
  EXTRA_LONG: { from: 300, below: Number.POSITIVE_INFINITY },
} as const
export type VideoLength = keyof typeof videoLengths
