import type { InputOf, OutputOf } from '@tockwork/contracts'
import {
  adDetail,
  adDetailFields,
  adFields,
  adReport,
  advertiserFields,
  contentFields,
  queryAds,
  queryAdvertisers,
  queryCommercialContent,
} from '@tockwork/contracts/commercial'
import { systemClock } from '@tockwork/kernel'
import { CursorList } from '../paging/cursor-list.ts'
import type { TikTok } from '../tiktok.ts'
import { MemoryQuota } from './quota.ts'
import type { ResearchOptions } from './research.ts'
import { ResearchCaller } from './research-caller.ts'

type AdRow = OutputOf<typeof queryAds>['ads'][number]
type Content = OutputOf<typeof queryCommercialContent>['commercial_contents'][number]

/** TikTok's Commercial Content API (the ad library), for a client that was approved for it. */
export class CommercialContent {
  readonly #caller: ResearchCaller

  constructor(tiktok: TikTok, options: ResearchOptions = {}) {
    const clock = options.clock ?? systemClock
    this.#caller = new ResearchCaller(tiktok, {
      ledger: options.quota ?? new MemoryQuota(clock),
      clock,
      whenExhausted: options.whenExhausted ?? 'throw',
      maxNotReady: options.maxNotReady ?? 8,
      maxFailures: options.maxFailures ?? 3,
      onWait: options.onWait,
    })
  }

  /**
   * Ads that fit, each once. `cursor` of a page is a search id; it belongs to these filters alone. A page has at most 50
   * ads, of the newer kind of request 10.
   */
  ads(
    search: InputOf<typeof queryAds>,
    options: { cursor?: string; signal?: AbortSignal } = {},
  ): CursorList<AdRow> {
    const seen = new Set<string>()
    return new CursorList(
      queryAds.id,
      options.cursor,
      async (cursor) => {
        if (cursor === options.cursor) seen.clear()
        const output = await this.#caller.call(queryAds, {
          quota: 'commercial',
          query: { fields: [...adFields] },
          input: { max_count: 10, ...search, ...(cursor === undefined ? {} : { search_id: cursor }) },
          count: ({ ads }) => ads.length,
          signal: options.signal,
        })
        const items = output.ads.filter(({ ad }) => {
          if (ad?.id === undefined) return true
          if (seen.has(ad.id)) return false
          seen.add(ad.id)
          return true
        })
        return page(items, output, cursor)
      },
      'may-stay',
    )
  }

  async ad(adId: string, options: { signal?: AbortSignal } = {}): Promise<OutputOf<typeof adDetail>> {
    return this.#caller.call(adDetail, {
      quota: 'commercial',
      query: { fields: [...adDetailFields] },
      input: { ad_id: adId },
      count: () => 1,
      signal: options.signal,
    })
  }

  /** Ads a day, by country. */
  async report(
    filters: InputOf<typeof adReport>['filters'],
    options: { signal?: AbortSignal } = {},
  ): Promise<OutputOf<typeof adReport>['count_time_series_by_country']> {
    const output = await this.#caller.call(adReport, {
      quota: 'commercial',
      query: { fields: ['count_time_series_by_country'] },
      input: { filters },
      signal: options.signal,
    })
    return output.count_time_series_by_country
  }

  /** At most 50; there are no further pages. */
  async advertisers(
    term: string,
    options: { count?: number; signal?: AbortSignal } = {},
  ): Promise<OutputOf<typeof queryAdvertisers>['advertisers']> {
    const output = await this.#caller.call(queryAdvertisers, {
      quota: 'commercial',
      query: { fields: [...advertiserFields] },
      input: { search_term: term, max_count: options.count ?? 50 },
      count: ({ advertisers }) => advertisers.length,
      signal: options.signal,
    })
    return output.advertisers
  }

  /** Content with a commercial label that is not an ad. */
  content(
    filters: InputOf<typeof queryCommercialContent>['filters'],
    options: { cursor?: string; signal?: AbortSignal } = {},
  ): CursorList<Content> {
    return new CursorList(
      queryCommercialContent.id,
      options.cursor,
      async (cursor) => {
        const output = await this.#caller.call(queryCommercialContent, {
          quota: 'commercial',
          query: { fields: [...contentFields] },
          input: { filters, max_count: 50, ...(cursor === undefined ? {} : { search_id: cursor }) },
          count: ({ commercial_contents }) => commercial_contents.length,
          signal: options.signal,
        })
        return page(output.commercial_contents, output, cursor)
      },
      'may-stay',
    )
  }
}

/** A search id may stay the same from page to page, so a page without anything new ends the list. */
function page<T>(
  items: T[],
  output: { has_more?: boolean | undefined; search_id?: string | undefined },
  cursor: string | undefined,
): { items: T[]; cursor: string | undefined; hasMore: boolean } {
  const next = output.search_id === '' ? undefined : output.search_id
  const more = (output.has_more ?? false) && next !== undefined && (next !== cursor || items.length > 0)
  return { items, cursor: next, hasMore: more }
}
