/** New orders and changes of status, as they come: asked for again and again by the time of the last change. */
import type { ShopOrderStatus } from '@tockwork/contracts/shop'
import { RateLimitError, TockworkError, TransportError } from '@tockwork/kernel'
import type { OrderFilters, Shop, ShopOrder } from '@tockwork/sdk/shop'
import type { ShopClock } from './shop-target.ts'

export interface OrderChange {
  order: ShopOrder
  /** Its status before; absent for an order that was not seen yet. */
  before: ShopOrderStatus | string | undefined
  isNew: boolean
}

export interface FeedOptions {
  shop: Shop
  clock: ShopClock
  filters: OrderFilters
  intervalMs: number
  signal: AbortSignal
  /** Orders that were shown already; absent: what the first look finds is not news. */
  known: readonly ShopOrder[] | undefined
  /** Something that passes; it is asked again after the interval. */
  onTrouble: (error: TockworkError) => void
}

/** An order can show up in a search somewhat after its time of change; what was seen is not told twice. */
const OVERLAP_SECONDS = 120

export async function* followOrders(options: FeedOptions): AsyncGenerator<OrderChange, void, undefined> {
  const { shop, clock, filters, intervalMs, signal, onTrouble } = options
  const seen = new Map<string, { status: string | undefined; updated: number }>()
  const started = Math.floor(clock.now() / 1000)
  let newest = started
  for (const order of options.known ?? []) seen.set(order.id, stateOf(order))
  let first = true
  for (;;) {
    const found: ShopOrder[] = []
    try {
      await clock.synchronize()
      const since = { ...filters, update_time_ge: newest - OVERLAP_SECONDS }
      const sort = { field: 'update_time', order: 'ASC' } as const
      for await (const order of shop.orders.search(since, { sort, signal })) found.push(order)
    } catch (error) {
      if (!passes(error)) throw error
      onTrouble(error)
      await clock.sleep(intervalMs, signal)
      continue
    }
    for (const order of found) {
      const before = seen.get(order.id)
      const state = stateOf(order)
      seen.set(order.id, state)
      newest = Math.max(newest, state.updated)
      if (before?.status === state.status && before !== undefined) continue
      // An order that was not shown for being too old is not news either.
      if (first && (options.known === undefined || (before === undefined && state.updated < started)))
        continue
      yield {
        order,
        before: before?.status,
        isNew: before === undefined && (order.create_time ?? 0) >= started,
      }
    }
    first = false
    await clock.sleep(intervalMs, signal)
  }
}

function stateOf({ status, update_time }: ShopOrder): { status: string | undefined; updated: number } {
  return { status: status ?? undefined, updated: update_time ?? 0 }
}

function passes(error: unknown): error is TockworkError {
  if (error instanceof TransportError || error instanceof RateLimitError) return true
  return error instanceof TockworkError && (error.retry === 'now' || error.retry === 'after')
}
