/** Packages as lists and as details. */
import type { ShopCall } from './call.ts'
import { recipient } from './order-view.ts'
import { ordersOf, providerName } from './package-life.ts'
import { packageOf } from './package-parts.ts'
import { page, pageOf, sorted } from './paging.ts'
import { imageUrl } from './product-view.ts'
import type { PackageRow } from './state.ts'

function skusOf(call: ShopCall, row: PackageRow): object[] {
  return ordersOf(call.platform, row).map((order) => {
    const skus = new Map<string, { id: string; name: string; image_url: string; quantity: number }>()
    for (const line of order.lines.filter(({ id }) => row.lines.includes(id))) {
      const known = skus.get(line.sku)
      if (known !== undefined) known.quantity += 1
      else
        skus.set(line.sku, {
          id: line.sku,
          name: line.productName,
          image_url: imageUrl(call.platform, line.image),
          quantity: 1,
        })
    }
    return { id: order.id, skus: [...skus.values()] }
  })
}

export function searchPackages(call: ShopCall): object {
  const { world, shop, query, body } = call
  const request = pageOf(query, { max: 50 })
  const field = query.oneOf('sort_field', ['create_time', 'update_time', 'order_pay_time']) ?? 'create_time'
  const status = body.oneOf('package_status', ['PROCESSING', 'FULFILLING', 'COMPLETED', 'CANCELLED'])
  const within = (name: string, at: number): boolean =>
    at >= (body.integer(`${name}_ge`) ?? 0) && at < (body.integer(`${name}_lt`) ?? Number.MAX_SAFE_INTEGER)
  const by = {
    name: field,
    value: field === 'update_time' ? (row: PackageRow) => row.updatedAt : (row: PackageRow) => row.createdAt,
  }
  const descending = query.oneOf('sort_order', ['ASC', 'DESC']) !== 'ASC'
  const found = page(
    sorted(world.packages, 'shop', shop.id, by),
    by.value,
    { ...request, descending },
    (row) =>
      (status === undefined || row.status === status) &&
      within('create_time', row.createdAt) &&
      within('update_time', row.updatedAt),
  )
  return {
    packages: found.rows.map((row) => ({
      id: row.id,
      status: row.status,
      order_line_item_ids: row.lines,
      orders: skusOf(call, row),
      shipping_provider_id: row.provider,
      shipping_provider_name: providerName(row.provider),
      tracking_number: row.tracking,
      create_time: row.createdAt,
      update_time: row.updatedAt,
    })),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

export function packageDetail(call: ShopCall): object {
  const { world, shop, path } = call
  const row = packageOf(call, path.package_id ?? '')
  const [order] = ordersOf(call.platform, row)
  const sender = world.warehouses.get(order?.warehouse ?? '')
  return {
    package_id: row.id,
    package_status: row.status,
    shipping_type: row.shippingType,
    shipping_provider_id: row.provider,
    shipping_provider_name: providerName(row.provider),
    tracking_number: row.tracking,
    handover_method: row.handover ?? 'DROP_OFF',
    ...(row.slot === undefined
      ? {}
      : { pickup_slot: { start_time: row.slot.start, end_time: row.slot.end } }),
    split_and_combine_tag: row.combined === true ? 'COMBINE' : row.split === true ? 'SPLIT' : 'DEFAULT',
    has_multi_skus: new Set(order?.lines.map(({ sku }) => sku)).size > 1,
    note_tag: order?.message === '' ? 'BUYER_UNNOTED' : 'BUYER_NOTED',
    order_line_item_ids: row.lines,
    orders: skusOf(call, row),
    delivery_option_id: '7091146663229654789',
    delivery_option_name: 'Standard shipping',
    ...(order === undefined ? {} : { recipient_address: recipient(order, shop) }),
    sender_address: {
      name: sender?.contact ?? '',
      phone_number: sender?.phone ?? '',
      full_address: sender === undefined ? '' : `${sender.address.line1}, ${sender.address.city}`,
      address_line1: sender?.address.line1 ?? '',
      postal_code: sender?.address.postal ?? '',
      region_code: shop.region,
    },
    ...(row.weight === undefined ? {} : { weight: row.weight }),
    ...(row.dimensions === undefined ? {} : { dimension: row.dimensions }),
    create_time: row.createdAt,
    update_time: row.updatedAt,
  }
}
