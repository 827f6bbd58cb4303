/** Intervals and lists of figures, as the versions of analytics have them. */
import {
  before,
  dateText,
  type Figures,
  intervalsOf,
  latestDate,
  type moneyOf,
  type Span,
  spanOf,
} from './analytics-figures.ts'
import type { ShopCall } from './call.ts'
import { pageOf, slice } from './paging.ts'

export type Money = ReturnType<typeof moneyOf>

/** Since this version figures have the names of today. */
export function isNew({ operation }: ShopCall): boolean {
  return operation.version >= '202509'
}

/** A row for each interval, and in old versions for those before as well. */
export function performance(call: ShopCall, row: (span: Span) => object): object {
  const span = spanOf(call)
  const granularity = call.query.optional('granularity')
  const rows = (whole: Span): object[] =>
    intervalsOf(whole, granularity).map((each) => ({
      start_date: dateText(each.from),
      end_date: dateText(each.to),
      ...row(each),
    }))
  return {
    latest_available_date: latestDate(call.now),
    performance: {
      intervals: rows(span),
      ...(isNew(call) ? {} : { comparison_intervals: rows(before(span)) }),
    },
  }
}

/** Rows of a list, ordered and cut as the call says. */
export function listed<T extends { figures: Figures }>(
  call: ShopCall,
  rows: T[],
): { items: T[]; rest: object } {
  const field = call.query.optional('sort_field') ?? 'gmv'
  const value = ({ figures }: T): number =>
    /items|units/.test(field) ? figures.items : /orders/.test(field) ? figures.orders : figures.gmv
  const sign = call.query.oneOf('sort_order', ['ASC', 'DESC']) === 'ASC' ? 1 : -1
  const { items, ...rest } = slice(
    rows.sort((a, b) => sign * (value(a) - value(b))),
    pageOf(call.query, { default: 10, max: 100 }),
  )
  return { items, rest: { ...rest, latest_available_date: latestDate(call.now) } }
}
