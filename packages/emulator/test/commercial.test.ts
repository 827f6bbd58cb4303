import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { documented, observed } from './claim.ts'
import { type Answered, form, frozenEmulator, send } from './client.ts'

const RANGE = { min: '20260101', max: '20260630' }
const FIELDS = 'ad.id,ad.first_shown_date,ad.status,ad.reach,advertiser.business_id,advertiser.business_name'

let emulator: Emulator
let token: string
beforeEach(async () => {
  emulator = await frozenEmulator({ settings: { researchVideos: 40_000 } })
  const { body } = await form(emulator, '/v2/oauth/token/', {
    client_key: 'tw-research-app',
    client_secret: 'tw-research-secret',
    grant_type: 'client_credentials',
  })
  token = body.access_token
})
afterEach(() => emulator.close())

const call = (path: string, json: unknown, fields: string): Promise<Answered> =>
  send(emulator, 'POST', `/v2/research/adlib/${path}?fields=${fields}`, {
    json,
    headers: { authorization: `Bearer ${token}` },
  })

type Row = { ad: Record<string, unknown>; advertiser: Record<string, unknown> }

test(
  'ads come in pages by search id, each once, within the range',
  documented('commercial-content-api-query-ads'),
  async () => {
    const rows: Row[] = []
    let search_id: string | undefined
    for (;;) {
      const { body } = await call(
        'ad/query/',
        { filters: { ad_published_date_range: RANGE, country_code: 'FR' }, max_count: 15, search_id },
        FIELDS,
      )
      rows.push(...(body.data.ads as Row[]))
      if (body.data.has_more !== true) break
      search_id = body.data.search_id
    }
    expect(rows.length).toBeGreaterThan(40)
    const days = rows.map(({ ad }) => String(ad.first_shown_date))
    expect(days).toEqual([...days].sort().reverse())
    expect(days.every((day) => day >= RANGE.min && day <= RANGE.max)).toBe(true)
    expect(new Set(rows.map(({ ad }) => ad.id)).size).toBe(rows.length)
    expect(Object.keys(rows[0]?.advertiser ?? {}).sort()).toEqual(['business_id', 'business_name'])
  },
)

test(
  'a phrase is exact unless its words may stand anywhere; an advertiser does not count next to it',
  documented('commercial-content-api-query-ads'),
  async () => {
    const filters = { ad_published_date_range: RANGE }
    const names = async (more: object): Promise<string[]> =>
      ((await call('ad/query/', { filters, max_count: 50, ...more }, FIELDS)).body.data.ads as Row[]).map(
        ({ advertiser }) => String(advertiser.business_name),
      )
    const exact = await names({ search_term: 'nord coffee' })
    expect(exact.every((name) => name.startsWith('Nord Coffee'))).toBe(true)
    const fuzzy = await names({ search_term: 'coffee nord', search_type: 'fuzzy_phrase' })
    expect(fuzzy.some((name) => !name.startsWith('Nord Coffee'))).toBe(true)
  },
)

test('the newer filters have pages of ten', observed('two unrelated projects, autumn 2026'), async () => {
  const filters = {
    ad_published_date_range: RANGE,
    country_code_list: ['DE', 'FR'],
    ad_status: 'INACTIVE',
    ad_type: 'VIDEO',
  }
  const { body } = await call('ad/query/', { filters, max_count: 10 }, FIELDS)
  expect((body.data.ads as Row[]).every(({ ad }) => ad.status === 'inactive')).toBe(true)
  expect((await call('ad/query/', { filters, max_count: 11 }, FIELDS)).body.error.message).toContain(
    'at most 10',
  )
})

test(
  'an ad in detail, asked for by the names of the page',
  documented('commercial-content-api-get-ad-details'),
  async () => {
    const { body } = await call(
      'ad/query/',
      { filters: { ad_published_date_range: RANGE }, max_count: 1 },
      FIELDS,
    )
    const id = String(body.data.ads[0].ad.id)
    const { data } = (
      await call(
        'ad/detail/',
        { ad_id: id },
        'ad.id,ad.title,ad.reach,advertiser.follower_count,ad_group.targeting_info',
      )
    ).body
    expect(String(data.ad.id)).toBe(id)
    expect(Object.keys(data.ad.reach.unique_users_seen_by_country).length).toBeGreaterThan(0)
    expect(data.advertiser.tiktok_account.follower_count).toBeGreaterThanOrEqual(0)
    expect(data.ad_group.targeting_info.age).toHaveProperty('18-24')
    expect((await call('ad/detail/', { ad_id: '5' }, 'ad.id')).status).toBe(400)
  },
)

test(
  'the report counts the ads that the search finds',
  documented('commercial-content-api-get-ad-report'),
  async () => {
    const range = { min: '20260601', max: '20260607' }
    const { data } = (
      await call(
        'ad/report/',
        { filters: { ad_published_date_range: range, country_code: 'DE' } },
        'count_time_series_by_country',
      )
    ).body
    const days = data.count_time_series_by_country.DE as { date: string; count: number }[]
    const { body } = await call(
      'ad/query/',
      { filters: { ad_published_date_range: range, country_code: 'DE' }, max_count: 50 },
      FIELDS,
    )
    expect(days.reduce((sum, { count }) => sum + count, 0)).toBe((body.data.ads as Row[]).length)
    expect(days.map(({ date }) => date)).toEqual(
      days
        .map(({ date }) => date)
        .sort()
        .reverse(),
    )
  },
)

test(
  'advertisers by name, and labelled content by country',
  documented('commercial-content-api-query-commercial-content'),
  async () => {
    const found = await call(
      'advertiser/query/',
      { search_term: 'nord', max_count: 5 },
      'business_name,business_id,country_code',
    )
    expect(found.body.data.advertisers.length).toBeGreaterThan(0)
    const { body } = await call(
      'commercial_content/query/',
      { filters: { content_published_date_range: RANGE, creator_country_code: 'DE' }, max_count: 50 },
      'id,create_date,label,creator,videos',
    )
    const contents = body.data.commercial_contents as { create_date: string; label: string }[]
    expect(contents.length).toBeGreaterThan(0)
    expect(contents.every(({ create_date }) => create_date >= RANGE.min && create_date <= RANGE.max)).toBe(
      true,
    )
    expect(
      (
        await call(
          'commercial_content/query/',
          { filters: { content_published_date_range: RANGE, creator_country_code: 'GB' } },
          'id',
        )
      ).body.error.message,
    ).toContain('creator_country_code')
  },
)

test('ranges before October 2022 are refused', documented('commercial-content-api-query-ads'), async () => {
  const early = await call(
    'ad/query/',
    { filters: { ad_published_date_range: { min: '20221001', max: '20230101' } } },
    FIELDS,
  )
  expect(early.body.error.message).toContain('must be after 20221001')
})
