/** What goes with a package at its handover: bundles, invoices, customs, plans, codes. */
import type { ShopCall } from './call.ts'
import { newId } from './ids.ts'
import { orderOf } from './order-handlers.ts'
import { moveOrder } from './order-life.ts'
import { demandShippable, providerName, providers, shipPackage, trackingNumber } from './package-life.ts'
import { packageFor, readLines, readShipping } from './package-parts.ts'
import { tellShop } from './tell.ts'

export function bundle(call: ShopCall): object {
  const { platform, world, body, account, now } = call
  body.requiredOneOf('handover_method', ['PICKUP', 'DROP_OFF'])
  const ids = body.texts('order_ids', { required: true })
  const errors = ids
    .filter((id) => world.shops.get(world.orders.get(id)?.shop ?? '')?.seller !== account.id)
    .map((id) => ({ code: 21008111, message: 'The seller has no such order.', detail: { order_id: id } }))
  const id = newId(platform, '6100')
  world.records.put({
    id,
    kind: 'bundle',
    owner: account.id,
    createdAt: now,
    updatedAt: now,
    value: { order_ids: ids },
  })
  return { first_mile_bundle_id: id, url: `${platform.origin()}/_emulator/shop/bundles/${id}`, errors }
}

/** Brazil wants one before anything leaves. Webhook 36 says how it was taken. */
export function uploadInvoice(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const errors: object[] = []
  for (const invoice of body.list('invoices', { required: true })) {
    const id = invoice.text('package_id')
    const orders = invoice.texts('order_ids', { required: true })
    invoice.text('file')
    invoice.text('file_type')
    const row = world.packages.get(id)
    if (row?.shop !== shop.id) {
      errors.push({
        code: 21011028,
        message: 'The shop has no such package.',
        detail: { package_id: id, order_ids: orders },
      })
      continue
    }
    world.packages.patch(row, { invoice: 'SUCCESS', updatedAt: now })
    tellShop(platform, shop, 36, { package_id: id, order_ids: orders, invoice_status: 'SUCCESS' })
  }
  return { errors }
}

/** A handover that is planned, before the label: the lines get a package and a number. */
export function schedule(call: ShopCall): object {
  const { platform, body, now } = call
  const order = orderOf(call, body.text('order_id'))
  demandShippable(platform, order)
  const row = packageFor(call, order, readLines(order, body.texts('order_line_item_ids')), {
    provider: providers[0].id,
    tracking: trackingNumber(platform),
  })
  shipPackage(platform, row, readShipping(body))
  return {
    package_id: row.id,
    order_id: order.id,
    order_line_item_ids: row.lines,
    handover_method: row.handover,
    shipping_provider_id: row.provider,
    shipping_provider_name: providerName(row.provider),
    tracking_number: row.tracking,
    create_time: row.createdAt,
    update_time: now,
  }
}

/** Japan: what customs want to know of an order. */
export function customs(call: ShopCall): object {
  return {
    order_clearance_list: call.body.texts('order_ids', { required: true, max: 50 }).map((id) => {
      const order = orderOf(call, id)
      return {
        order_id: id,
        need_fill_clearance: call.shop.sellerType === 'CROSS_BORDER',
        already_filled_clearance: call.world.records.get(`customs:${order.id}`) !== undefined,
      }
    }),
  }
}

export function submitCustoms(call: ShopCall): object {
  const { world, shop, body, now } = call
  for (const entry of body.list('order_list', { required: true })) {
    const order = orderOf(call, entry.text('order_id'))
    for (const item of entry.list('item_list', { required: true }))
      for (const detail of item.list('item_detail', { required: true }))
        detail.requiredInteger('price_percent', { max: 100 })
    world.records.put({
      id: `customs:${order.id}`,
      kind: 'customs',
      owner: shop.id,
      createdAt: now,
      updatedAt: now,
      value: entry.raw,
    })
  }
  return {}
}

/** What a code for goods without a parcel was used for: the order is delivered with it. */
export function redeem(call: ShopCall): object {
  const { platform, body } = call
  const order = orderOf(call, body.text('order_id'))
  const lines = body.list('order_info_list', { required: true }).map((entry) => entry.text('order_line_id'))
  const known = lines.map((id) => order.lines.some((line) => line.id === id))
  if (known.every(Boolean) && order.status === 'AWAITING_COLLECTION')
    moveOrder(platform, order, 'DELIVERED', { deliveredAt: call.now })
  return {
    order_statuses: lines.map((id, at) => ({ order_line_id: id, status_code: known[at] === true ? 0 : 1 })),
  }
}
