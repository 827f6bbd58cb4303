/** The smaller research calls: a list or an object, shown as a table or as JSON lines. */

import { UsageError } from '@tockwork/kernel'
import { CommercialContent, type CursorList, type Research } from '@tockwork/sdk/research'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { connect } from '../session.ts'
import { openResearch, type ResearchOptions, researchTarget, whole } from './research.ts'

export interface ListOptions extends ResearchOptions {
  limit?: string
}

type Lister = (
  research: Research,
  argument: string,
  pageSize: number,
) => CursorList<object> | Promise<object[]>

const lists = {
  comments: (research, id, pageSize) => research.comments(id, { pageSize }),
  replies: (research, id, pageSize) => research.replies(id, { pageSize }),
  followers: (research, name, pageSize) => research.followers(name, { pageSize }),
  following: (research, name, pageSize) => research.following(name, { pageSize }),
  liked: (research, name, pageSize) => research.likedVideos(name, { pageSize }),
  pinned: (research, name) => research.pinnedVideos(name),
  reposted: (research, name, pageSize) => research.repostedVideos(name, { pageSize }),
  shops: (research, name) => research.shops(name),
  products: (research, id, pageSize) => research.products(id, { pageSize: Math.min(10, pageSize) }),
  reviews: (research, id, pageSize) => research.reviews(id, { pageSize: Math.min(10, pageSize) }),
  user: async (research, name) => [await research.user(name)],
  playlist: async (research, id) => [await research.playlist(id)],
} as const satisfies Record<string, Lister>
export type ListName = keyof typeof lists

const HIGHEST = 1_000_000

/** Prints items as they come: a JSON document a line with `--json`. */
export async function list(
  context: Context,
  name: ListName,
  argument: string,
  options: ListOptions,
): Promise<void> {
  const limit = whole(options.limit, '--limit', 1, HIGHEST) ?? 100
  const research = await openResearch(context, await researchTarget(context, options.app), options)
  const given = argument.replace(/^@/, '')
  if (['comments', 'replies', 'products', 'reviews', 'playlist'].includes(name) && !/^\d{1,20}$/.test(given))
    throw new UsageError(`${argument} is no id.`, { field: 'id', action: 'Ids are whole numbers.' })
  const lister: Lister = lists[name]
  await print(context, await lister(research, given, Math.min(100, limit)), limit)
}

async function print(
  context: Context,
  items: AsyncIterable<object> | object[],
  limit: number,
): Promise<void> {
  const { out, signal } = context
  const rows: object[] = []
  let count = 0
  for await (const item of items) {
    signal.throwIfAborted()
    if (out.json) out.item(item, '')
    else rows.push(item)
    count += 1
    if (count === limit) break
  }
  if (out.json) return
  if (rows.length === 0) out.result(undefined, 'Nothing.')
  else if (rows.length === 1)
    out.result(
      undefined,
      table(Object.entries(rows[0] as object).map(([field, value]) => [field, cell(value, 200)])),
    )
  else {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 8)
    out.result(
      undefined,
      table([
        columns,
        ...rows.map((row) => columns.map((column) => cell((row as Record<string, unknown>)[column], 40))),
      ]),
    )
  }
}

function cell(value: unknown, most: number): string {
  if (value === undefined || value === null) return '-'
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).replaceAll(
    /[\s\p{Cc}]+/gu,
    ' ',
  )
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

export interface LibraryOptions extends ListOptions {
  from?: string
  to?: string
  country?: string
  fuzzy?: boolean
  creator?: string[]
  business?: string[]
}

/** The ad library. */
export async function library(
  context: Context,
  what: 'ads' | 'ad' | 'ad-report' | 'advertisers' | 'commercial-content',
  argument: string | undefined,
  options: LibraryOptions,
): Promise<void> {
  const limit = whole(options.limit, '--limit', 1, HIGHEST) ?? 100
  const target = await researchTarget(context, options.app)
  const content = new CommercialContent(await connect(context, target), {
    clock: context.clock,
    whenExhausted: options.wait === true ? 'wait' : 'throw',
  })
  const country = options.country === undefined ? {} : { country_code: options.country.toUpperCase() }
  switch (what) {
    case 'ads':
      return print(
        context,
        content.ads({
          filters: {
            ad_published_date_range: range(options),
            ...country,
            ...(options.business === undefined ? {} : { advertiser_business_ids: options.business }),
          },
          ...(argument === undefined ? {} : { search_term: argument }),
          ...(options.fuzzy === true ? { search_type: 'fuzzy_phrase' as const } : {}),
          max_count: Math.min(50, limit),
        }),
        limit,
      )
    case 'ad':
      return print(context, [await content.ad(argument ?? '')], 1)
    case 'ad-report':
      return print(
        context,
        [await content.report({ ad_published_date_range: range(options), ...country })],
        1,
      )
    case 'advertisers':
      return print(context, await content.advertisers(argument ?? '', { count: Math.min(50, limit) }), limit)
    case 'commercial-content':
      return print(
        context,
        content.content({
          content_published_date_range: range(options),
          ...(options.country === undefined ? {} : { creator_country_code: options.country.toUpperCase() }),
          ...(options.creator === undefined ? {} : { creator_usernames: options.creator }),
        }),
        limit,
      )
  }
}

function range({ from, to }: LibraryOptions): { min: string; max: string } {
  if (from === undefined || to === undefined)
    throw new UsageError('--from and --to are needed.', { field: from === undefined ? '--from' : '--to' })
  return { min: from.replaceAll('-', ''), max: to.replaceAll('-', '') }
}
