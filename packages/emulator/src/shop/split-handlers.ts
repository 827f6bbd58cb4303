/** One order in several packages, and several orders in one. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { orderOf } from './order-handlers.ts'
import { liveLines, makePackage, touchOrder } from './order-life.ts'
import { ordersOf, tellPackages } from './package-life.ts'
import { packageOf } from './package-parts.ts'
import { page, pageOf, sorted } from './paging.ts'
import type { OrderRow, PackageRow } from './state.ts'

/** Why an order cannot be split now; nothing when it can. */
function againstSplit({ world }: ShopCall, order: OrderRow): string {
  if (order.status !== 'AWAITING_SHIPMENT') return `The order is ${order.status}.`
  if (order.splitOrCombined === 'COMBINED') return 'The order is combined with others.'
  if (liveLines(order).length < 2) return 'The order has a single item.'
  const shipped = liveLines(order).some(
    ({ package: id }) => id !== undefined && world.packages.get(id)?.stage !== 'new',
  )
  return shipped ? 'A part of the order is shipped.' : ''
}

function split(call: ShopCall): object {
  const { platform, world, shop, body, path } = call
  const order = orderOf(call, path.order_id ?? '')
  const against = againstSplit(call, order)
  if (against !== '') throw new ShopRefusal(21011035, against)
  const groups = body.list('splittable_groups', { required: true }).map((group) => ({
    id: group.text('id'),
    lines: group.texts('order_line_item_ids', { required: true }),
  }))
  const named = groups.flatMap(({ lines }) => lines)
  const open = liveLines(order)
  if (groups.length < 2) body.refuse('splittable_groups', 'must hold at least two')
  if (
    new Set(named).size !== named.length ||
    named.length !== open.length ||
    !open.every(({ id }) => named.includes(id))
  )
    throw new ShopRefusal(21011005, 'splittable_groups: each line of the order must be in one group.')
  for (const id of new Set(open.map((line) => line.package))) {
    const row = id === undefined ? undefined : world.packages.get(id)
    if (row !== undefined) world.packages.patch(row, { status: 'CANCELLED', lines: [] })
  }
  const rows = groups.map(({ lines }) =>
    makePackage(
      platform,
      [order],
      open.filter(({ id }) => lines.includes(id)),
      { split: true },
    ),
  )
  touchOrder(platform, order, { splitOrCombined: 'SPLIT' })
  tellPackages(platform, shop, 'SPLIT', rows)
  return { packages: rows.map(({ id }, at) => ({ id, splittable_group_id: groups[at]?.id })) }
}

function isCombinable(call: ShopCall, row: PackageRow): boolean {
  const orders = ordersOf(call.platform, row)
  return (
    row.stage === 'new' &&
    row.status === 'PROCESSING' &&
    row.combined !== true &&
    row.split !== true &&
    orders.every(({ status }) => status === 'AWAITING_SHIPMENT')
  )
}

/** Packages for the same buyer from the same warehouse. */
function groupOf(call: ShopCall, row: PackageRow): string {
  const [order] = ordersOf(call.platform, row)
  return `${order?.buyer}:${order?.warehouse}:${row.shippingType}`
}

function searchCombinable(call: ShopCall): object {
  const { world, shop, query } = call
  const request = pageOf(query, { max: 50 })
  const rows = world.packages.where('shop', shop.id).filter((row) => isCombinable(call, row))
  const sizes = new Map<string, number>()
  for (const row of rows) sizes.set(groupOf(call, row), (sizes.get(groupOf(call, row)) ?? 0) + 1)
  const by = { name: 'created', value: (row: PackageRow) => row.createdAt }
  const found = page(
    sorted(world.packages, 'shop', shop.id, by),
    by.value,
    request,
    (row) => isCombinable(call, row) && (sizes.get(groupOf(call, row)) ?? 0) > 1,
  )
  return {
    combinable_packages: found.rows.map(({ id, orders }) => ({ id, order_ids: orders })),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

function combine(call: ShopCall): object {
  const { platform, world, shop, body } = call
  const rows = body
    .list('combinable_packages', { required: true })
    .map((entry) => packageOf(call, entry.text('id')))
  if (rows.length < 2) body.refuse('combinable_packages', 'must hold at least two')
  const wrong = rows.filter(
    (row) => !isCombinable(call, row) || groupOf(call, row) !== groupOf(call, rows[0] as PackageRow),
  )
  if (wrong.length > 0)
    return {
      packages: [],
      errors: wrong.map(({ id }) => ({
        code: 21011031,
        message: 'It cannot be combined with the first.',
        detail: { package_id: id },
      })),
    }
  const orders = rows.flatMap((row) => ordersOf(platform, row))
  const lines = orders.flatMap(liveLines)
  for (const row of rows) world.packages.patch(row, { status: 'CANCELLED', lines: [] })
  const made = makePackage(platform, orders, lines, { combined: true })
  for (const order of orders) touchOrder(platform, order, { splitOrCombined: 'COMBINED' })
  tellPackages(platform, shop, 'COMBINE', [made])
  return { packages: [{ id: made.id, order_ids: made.orders }], errors: [] }
}

/** The orders that are named leave it, or all do; each has a package of its own again, with a new id. */
function uncombine(call: ShopCall): object {
  const { platform, world, shop, body, path } = call
  const row = packageOf(call, path.package_id ?? '')
  if (row.combined !== true || row.stage !== 'new')
    throw new ShopRefusal(21011005, 'It is no combined package that waits.')
  const named = body.texts('order_ids')
  const leaving = named.length === 0 ? row.orders : row.orders.filter((id) => named.includes(id))
  const staying = row.orders.filter((id) => !leaving.includes(id))
  world.packages.patch(row, { status: 'CANCELLED', lines: [] })
  const orders = (ids: readonly string[]): OrderRow[] => ids.flatMap((id) => world.orders.get(id) ?? [])
  const made = orders(leaving).map((order) => {
    delete order.splitOrCombined
    return makePackage(platform, [order], liveLines(order))
  })
  if (staying.length > 0) {
    const rest = orders(staying)
    made.push(makePackage(platform, rest, rest.flatMap(liveLines), { combined: rest.length > 1 }))
  }
  tellPackages(platform, shop, 'CANCEL_COMBINE', made)
  return { packages: made.map(({ id, orders: ids }) => ({ id, order_ids: ids })) }
}

export const splitHandlers: ShopHandlers = {
  'fulfillment.GetOrderSplitAttributes': (call) => ({
    split_attributes: call.query.texts('order_ids', { required: true, max: 50 }).map((id) => {
      const reason = againstSplit(call, orderOf(call, id))
      return { order_id: id, can_split: reason === '', must_split: false, must_split_reasons: [], reason }
    }),
  }),
  'fulfillment.SplitOrders': split,
  'fulfillment.SearchCombinablePackages': searchCombinable,
  'fulfillment.CombinePackage': combine,
  'fulfillment.UncombinePackages': uncombine,
}
