/** `shop orders` and `shop watch`. */
import { orderStatuses, shopRules } from '@tockwork/contracts/shop'
import { UsageError } from '@tockwork/kernel'
import type { OrderFilters, ShopOrder } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { reportFailure } from '../output/failure.ts'
import { demandIds, readNumber, readTime, readWord } from '../shop/options.ts'
import { followOrders } from '../shop/order-feed.ts'
import { orderDetails, orderLine, ordersTable } from '../shop/order-lines.ts'
import { aboutShop, openShop, type ShopOption, type ShopSession, titleOf } from '../shop/shop-session.ts'

export interface OrdersOptions extends ShopOption {
  status?: string
  since?: string
  until?: string
  updated?: boolean
  limit?: string
  watch?: boolean
  interval?: string
  count?: string
}

export async function orders(
  context: Context,
  ids: readonly string[],
  options: OrdersOptions,
): Promise<void> {
  if (ids.length > 0) return showOrders(context, ids, options)
  const { out, signal } = context
  const limit = readNumber(options.limit, '--limit', { least: 1, most: 100_000, preset: 50 })
  const watching = readWatching(options)
  const status = readWord(options.status, '--status', orderStatuses)
  const session = await openShop(context, options)
  const filters = {
    ...(status === undefined ? {} : { order_status: status }),
    ...readPeriod(session, options),
  }
  const found: ShopOrder[] = []
  const field = options.updated === true ? 'update_time' : 'create_time'
  const list = session.shop.orders.search(filters, {
    sort: { field, order: 'DESC' },
    pageSize: Math.min(limit, shopRules.maxPageSize),
    signal,
  })
  for await (const order of list) {
    found.push(order)
    if (found.length === limit) break
  }
  if (options.watch === true) {
    if (out.json) for (const order of [...found].reverse()) out.item({ type: 'listed', order }, '')
    else if (found.length > 0) out.stdout.write(`${ordersTable(found).join('\n')}\n`)
    return follow(context, session, {
      filters: status === undefined ? {} : { order_status: status },
      known: found,
      ...watching,
    })
  }
  out.result({ ...aboutShop(session), orders: found }, [
    found.length === 0
      ? `No such orders in ${titleOf(session)}`
      : `${found.length} order${found.length === 1 ? '' : 's'} of ${titleOf(session)}`,
    ...(found.length === 0 ? [] : ordersTable(found)),
    ...(found.length === limit ? [out.style('dim', `There may be more: --limit ${limit * 2}`)] : []),
  ])
}

/** What a seller was asked for by its id: all of each. */
async function showOrders(context: Context, ids: readonly string[], options: OrdersOptions): Promise<void> {
  const { out, signal } = context
  const given = Object.entries({
    status: options.status,
    since: options.since,
    until: options.until,
    watch: options.watch,
  })
  for (const [flag, value] of given)
    if (value !== undefined)
      throw new UsageError(`--${flag} filters a list; orders that are named are shown as they are.`, {
        field: `--${flag}`,
      })
  demandIds(ids, 'an order')
  const session = await openShop(context, options)
  const found: ShopOrder[] = []
  for (let at = 0; at < ids.length; at += shopRules.maxOrderIds)
    found.push(...(await session.shop.orders.get(ids.slice(at, at + shopRules.maxOrderIds), { signal })))
  const missing = ids.filter((id) => !found.some((order) => order.id === id))
  if (missing.length > 0)
    throw new UsageError(`${titleOf(session)} has no order ${missing.join(', ')}.`, {
      code: 'no_such_order',
      field: 'orders',
    })
  out.result(
    { ...aboutShop(session), orders: found },
    found.flatMap((order, at) => [...(at === 0 ? [] : ['']), ...orderDetails(order)]),
  )
}

function readPeriod({ clock }: ShopSession, options: OrdersOptions): OrderFilters {
  const since = readTime(options.since, '--since', clock.now())
  const until = readTime(options.until, '--until', clock.now())
  if (since !== undefined && until !== undefined && since >= until)
    throw new UsageError('--since must lie before --until.', { field: '--since' })
  const field = options.updated === true ? 'update_time' : 'create_time'
  return {
    ...(since === undefined ? {} : { [`${field}_ge`]: since }),
    ...(until === undefined ? {} : { [`${field}_lt`]: until }),
  }
}

export interface WatchOptions extends ShopOption {
  status?: string
  interval?: string
  count?: string
  new?: boolean
}

/** Only what happens from now on. */
export async function watch(context: Context, options: WatchOptions): Promise<void> {
  const watching = readWatching(options)
  const status = readWord(options.status, '--status', orderStatuses)
  const session = await openShop(context, options)
  const filters = status === undefined ? {} : { order_status: status }
  await follow(context, session, { filters, known: undefined, onlyNew: options.new === true, ...watching })
}

interface Watching {
  intervalMs: number
  most: number
}

function readWatching(options: { interval?: string; count?: string }): Watching {
  return {
    intervalMs:
      readNumber(options.interval, '--interval', { least: 1, most: 3600, preset: 15, whole: false }) * 1000,
    most:
      options.count === undefined
        ? Number.POSITIVE_INFINITY
        : readNumber(options.count, '--count', { least: 1, most: 1_000_000, preset: 1 }),
  }
}

async function follow(
  context: Context,
  session: ShopSession,
  options: Watching & { filters: OrderFilters; known: readonly ShopOrder[] | undefined; onlyNew?: boolean },
): Promise<void> {
  const { out, signal } = context
  const { filters, known, intervalMs, most, onlyNew = false } = options
  out.note(`Watching ${titleOf(session)}, every ${intervalMs / 1000} s. Ctrl-C stops it.`)
  let shown = 0
  const feed = followOrders({
    shop: session.shop,
    clock: session.clock,
    filters,
    intervalMs,
    signal,
    known,
    onTrouble: (error) => {
      if (!out.json) reportFailure(out, error)
      else out.item({ type: 'trouble', error: error.toJSON() }, '')
    },
  })
  try {
    for await (const { order, before, isNew } of feed) {
      if (onlyNew && !isNew) continue
      const mark = isNew ? out.style('green', '+') : ' '
      out.item(
        { type: isNew ? 'new' : 'changed', before: before ?? null, order },
        `${mark} ${orderLine(order, before)}`,
      )
      shown += 1
      if (shown >= most) return
    }
  } catch (error) {
    // Ctrl-C is how it ends.
    if (!signal.aborted) throw error
  }
}
