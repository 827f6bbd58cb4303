/** What calls about packages have in common. */
import { type ShopCall, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { orderOf } from './order-handlers.ts'
import { liveLines, makePackage } from './order-life.ts'
import type { Shipping } from './package-life.ts'
import type { OrderLine, OrderRow, PackageRow } from './state.ts'

/** @throws {ShopRefusal} when the shop has no such package */
export function packageOf({ world, shop }: Pick<ShopCall, 'world' | 'shop'>, id: string): PackageRow {
  const row = world.packages.get(id)
  if (row?.shop !== shop.id) throw new ShopRefusal(21011028, `The shop has no package ${id.slice(0, 40)}.`)
  return row
}

export function readShipping(body: Fields): Shipping {
  const own = body.object('self_shipment')
  const slot = body.object('pickup_slot')
  return {
    handover: body.oneOf('handover_method', ['PICKUP', 'DROP_OFF']),
    ...(own === undefined
      ? {}
      : { provider: own.text('shipping_provider_id'), tracking: own.text('tracking_number') }),
    ...(slot === undefined
      ? {}
      : { slot: { start: slot.requiredInteger('start_time'), end: slot.requiredInteger('end_time') } }),
  }
}

/** Lines that a call names, or all that are left. @throws {ShopRefusal} */
export function readLines(order: OrderRow, ids: readonly string[]): OrderLine[] {
  const open = liveLines(order)
  if (ids.length === 0) return open
  return ids.map((id) => {
    const line = open.find((each) => each.id === id)
    if (line === undefined) throw new ShopRefusal(21011029, `The order has no open line ${id}.`)
    return line
  })
}

/** Where packages come into being with shipping, the lines are put into one first. */
export function packageFor(
  call: ShopCall,
  order: OrderRow,
  lines: readonly OrderLine[],
  fields: Partial<PackageRow>,
): PackageRow {
  const { world, platform } = call
  const waiting = lines.map((line) => world.packages.get(line.package ?? ''))
  const [first] = waiting
  if (
    first !== undefined &&
    waiting.every((row) => row === first) &&
    first.stage === 'new' &&
    first.lines.length === lines.length
  ) {
    world.packages.patch(first, fields)
    return first
  }
  if (waiting.some((row) => row !== undefined && row.stage !== 'new'))
    throw new ShopRefusal(21011006, 'Some of these lines are shipped already.')
  for (const row of waiting)
    if (row !== undefined) {
      const left = row.lines.filter((id) => !lines.some((line) => line.id === id))
      world.packages.patch(row, { lines: left, ...(left.length === 0 ? { status: 'CANCELLED' } : {}) })
    }
  return makePackage(platform, [order], lines, fields)
}

export function tracking(call: ShopCall): { at: number; text: string }[] {
  const order = orderOf(call, call.path.order_id ?? '')
  const rows = [...new Set(order.lines.flatMap((line) => line.package ?? []))].flatMap(
    (id) => call.world.packages.get(id) ?? [],
  )
  if (rows.every(({ stage }) => stage === 'new'))
    throw new ShopRefusal(21011043, 'Nothing of the order is shipped yet.')
  return rows.flatMap(({ events }) => events).sort((a, b) => b.at - a.at)
}
