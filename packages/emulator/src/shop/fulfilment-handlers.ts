/** Packages: made, shipped, tracked, delivered. Splitting and combining stand in a file of their own. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { amountText, pricedAt } from './money.ts'
import { orderOf } from './order-handlers.ts'
import { liveLines, makePackage, moveOrder, touchOrder } from './order-life.ts'
import { recipient } from './order-view.ts'
import {
  deliverPackage,
  demandShippable,
  failDelivery,
  ordersOf,
  providerName,
  providers,
  type Shipping,
  shipPackage,
  trackingNumber,
} from './package-life.ts'
import { page, pageOf, sorted } from './paging.ts'
import { imageUrl } from './product-view.ts'
import type { OrderLine, OrderRow, PackageRow } from './state.ts'
import { tellShop } from './tell.ts'

const HOUR = 3600

/** @throws {ShopRefusal} when the shop has no such package */
export function packageOf({ world, shop }: Pick<ShopCall, 'world' | 'shop'>, id: string): PackageRow {
  const row = world.packages.get(id)
  if (row?.shop !== shop.id) throw new ShopRefusal(21011028, `The shop has no package ${id.slice(0, 40)}.`)
  return row
}

function readShipping(body: Fields): Shipping {
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
function readLines(order: OrderRow, ids: readonly string[]): OrderLine[] {
  const open = liveLines(order)
  if (ids.length === 0) return open
  return ids.map((id) => {
    const line = open.find((each) => each.id === id)
    if (line === undefined) throw new ShopRefusal(21011029, `The order has no open line ${id}.`)
    return line
  })
}

/** Where packages come into being with shipping, the lines are put into one first. */
function packageFor(
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

/** The seller's own carrier, with its number. */
function markShipped(call: ShopCall): object {
  const { platform, body, path } = call
  const order = orderOf(call, path.order_id ?? '')
  demandShippable(platform, order)
  const lines = readLines(order, body.texts('order_line_item_ids'))
  const provider = body.text('shipping_provider_id')
  const tracking = body.text('tracking_number')
  if (!/^[\w-]{4,60}$/.test(tracking))
    throw new ShopRefusal(21004012, 'tracking_number: holds characters that no number has.')
  if (providerName(provider) === '')
    throw new ShopRefusal(21011022, `There is no shipping provider ${provider}.`)
  if (
    [...call.world.packages.where('shop', call.shop.id)].some(
      (row) => row.tracking === tracking && row.status !== 'CANCELLED',
    )
  )
    throw new ShopRefusal(21011025, `tracking_number: ${tracking} is in use.`)
  const row = packageFor(call, order, lines, { shippingType: 'SELLER' })
  shipPackage(platform, row, { provider, tracking })
  return { order_id: order.id, package_id: row.id, order_line_item_ids: row.lines }
}

const SERVICES = [
  { id: '7208502187360519173', name: 'Ground', dollars: 4.5, days: [3, 6] },
  { id: '7208502187360551941', name: 'Express', dollars: 11, days: [1, 2] },
] as const

function serviceView(
  { id, name, dollars, days }: (typeof SERVICES)[number],
  currency: string,
): Record<string, unknown> {
  return {
    id,
    name,
    price: amountText(pricedAt(dollars, currency), currency),
    currency,
    earliest_delivery_days: days[0],
    latest_delivery_days: days[1],
    shipping_provider_id: providers[0].id,
    shipping_provider_name: providers[0].name,
  }
}

/** Buys a label of TikTok's: the package has a number from then on, and is shipped by it. */
function createPackages(call: ShopCall): object {
  const { platform, shop, body, now } = call
  const order = orderOf(call, body.text('order_id'))
  demandShippable(platform, order)
  const ids = body.has('order_line_item')
    ? body.list('order_line_item').map((line) => line.text('order_line_id'))
    : body.texts('order_line_item_ids')
  const lines = readLines(order, ids)
  const wanted = body.optional('shipping_service_id')
  const service = wanted === undefined ? SERVICES[0] : SERVICES.find(({ id }) => id === wanted)
  if (service === undefined) throw new ShopRefusal(21004008, `There is no shipping service ${wanted}.`)
  const weight = readMeasure(body.object('weight'), ['unit', 'value'])
  const dimension = readMeasure(body.object('dimension'), ['unit', 'height', 'length', 'width'])
  const row = packageFor(call, order, lines, {
    shippingType: 'TIKTOK',
    service: service.id,
    provider: providers[0].id,
    tracking: trackingNumber(platform),
    ...(weight === undefined ? {} : { weight: weight as PackageRow['weight'] & object }),
    ...(dimension === undefined ? {} : { dimensions: dimension as PackageRow['dimensions'] & object }),
  })
  shipPackage(platform, row, {})
  return {
    package_id: row.id,
    order_id: order.id,
    order_line_item_ids: row.lines,
    create_time: now,
    shipping_service_info: serviceView(service, shop.currency),
    ...(weight === undefined ? {} : { weight }),
    ...(dimension === undefined ? {} : { dimension }),
  }
}

function readMeasure(sent: Fields | undefined, names: readonly string[]): Record<string, string> | undefined {
  return sent === undefined ? undefined : Object.fromEntries(names.map((name) => [name, sent.text(name)]))
}

function shipOne(call: ShopCall): object {
  shipPackage(call.platform, packageOf(call, call.path.package_id ?? ''), readShipping(call.body))
  return {}
}

/** One step for each; only failures are listed. */
function eachPackage(call: ShopCall, act: (row: PackageRow, entry: Fields) => void): object {
  const errors: object[] = []
  for (const entry of call.body.list('packages', { required: true, max: 100 })) {
    const id = entry.text('id')
    try {
      act(packageOf(call, id), entry)
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      errors.push({ code: error.code, message: error.message, detail: { package_id: id } })
    }
  }
  return { errors }
}

const FAILURES = [
  'INVALID_ADDRESS',
  'UNABLE_RECEIVE',
  'UNABLE_CONTACT_BUYER',
  'BUYER_REFUSED',
  'DELAY_DELIVERY',
  'PACKAGE_LOST',
  'PACKAGE_DAMAGE',
  'FORCE_MAJEURE',
  'OTHER',
]

function deliver(call: ShopCall): object {
  return eachPackage(call, (row, entry) => {
    const type = entry.requiredOneOf('delivery_type', ['DELIVERY_SUCCESS', 'DELIVERY_FAILED', 'UPDATE_POD'])
    if (row.stage === 'new') throw new ShopRefusal(21011043, 'The package is not shipped yet.')
    if (row.stage === 'delivered' && type !== 'UPDATE_POD')
      throw new ShopRefusal(21011027, 'The package is delivered already.')
    if (type === 'DELIVERY_SUCCESS') deliverPackage(call.platform, row)
    else if (type === 'DELIVERY_FAILED')
      failDelivery(call.platform, row, entry.requiredOneOf('fail_delivery_reason', FAILURES))
  })
}

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

function searchPackages(call: ShopCall): object {
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

function packageDetail(call: ShopCall): object {
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

/** The next three days, mornings and afternoons. */
function timeSlots(now: number): object {
  const midnight = Math.ceil(now / 86_400) * 86_400
  return {
    can_drop_off: true,
    can_pickup: true,
    can_van_collection: false,
    drop_off_point_url: '',
    // `avaliable` is TikTok's own spelling.
    pickup_slots: [0, 1, 2].flatMap((day) =>
      [9, 14].map((hour) => ({
        start_time: midnight + day * 86_400 + hour * HOUR,
        end_time: midnight + day * 86_400 + (hour + 3) * HOUR,
        avaliable: true,
      })),
    ),
  }
}

const UPDATE_WINDOW = 72 * HOUR

/** Once, within three days of shipping. */
function updateShipping(call: ShopCall, row: PackageRow): object {
  const { world, body, now, platform } = call
  const provider = body.text('shipping_provider_id')
  const tracking = body.text('tracking_number')
  if (row.status === 'CANCELLED') throw new ShopRefusal(21011042, 'The package is cancelled.')
  if (row.stage === 'new') throw new ShopRefusal(21011043, 'The package is not shipped yet.')
  if (row.stage === 'delivered') throw new ShopRefusal(21011030, 'The package is delivered already.')
  if (row.shippingType !== 'SELLER')
    throw new ShopRefusal(21011049, 'TikTok ships this package and numbers it.')
  if (now - (row.shippedAt ?? now) > UPDATE_WINDOW)
    throw new ShopRefusal(21011050, 'It can be changed within 72 hours of shipping.')
  if (row.trackingChanges >= 1) throw new ShopRefusal(21011051, 'It can be changed once.')
  if (providerName(provider) === '')
    throw new ShopRefusal(21011022, `There is no shipping provider ${provider}.`)
  world.packages.patch(row, { provider, tracking, trackingChanges: row.trackingChanges + 1, updatedAt: now })
  for (const order of ordersOf(platform, row)) touchOrder(platform, order, {})
  return {}
}

function tracking(call: ShopCall): { at: number; text: string }[] {
  const order = orderOf(call, call.path.order_id ?? '')
  const rows = [...new Set(order.lines.flatMap((line) => line.package ?? []))].flatMap(
    (id) => call.world.packages.get(id) ?? [],
  )
  if (rows.every(({ stage }) => stage === 'new'))
    throw new ShopRefusal(21011043, 'Nothing of the order is shipped yet.')
  return rows.flatMap(({ events }) => events).sort((a, b) => b.at - a.at)
}

function bundle(call: ShopCall): object {
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
function uploadInvoice(call: ShopCall): object {
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
function schedule(call: ShopCall): object {
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
function customs(call: ShopCall): object {
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

function submitCustoms(call: ShopCall): object {
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
function redeem(call: ShopCall): object {
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

export const fulfilmentHandlers: ShopHandlers = {
  'fulfillment.MarkPackageAsShipped': markShipped,
  'fulfillment.GetEligibleShippingService': (call) => {
    const order = orderOf(call, call.path.order_id ?? '')
    demandShippable(call.platform, order)
    return {
      order_id: order.id,
      order_line_id: readLines(order, call.body.texts('order_line_item_ids')).map(({ id }) => id),
      shipping_services: SERVICES.map((service, at) => ({
        ...serviceView(service, call.shop.currency),
        is_default: at === 0,
      })),
      ...(call.body.has('weight') ? { weight: call.body.raw.weight } : {}),
      ...(call.body.has('dimension') ? { dimension: call.body.raw.dimension } : {}),
    }
  },
  'fulfillment.CreatePackages': createPackages,
  'fulfillment.ShipPackage': shipOne,
  'fulfillment.BatchShipPackages': (call) =>
    eachPackage(call, (row, entry) => shipPackage(call.platform, row, readShipping(entry))),
  'fulfillment.SchedulePackageHandover': schedule,
  'fulfillment.UpdatePackageDeliveryStatus': deliver,
  'fulfillment.SearchPackage': searchPackages,
  'fulfillment.GetPackageDetail': packageDetail,
  'fulfillment.GetHandoverTimeslots': (call) => {
    orderOf(call, call.path.order_id ?? '')
    return timeSlots(call.now)
  },
  'fulfillment.GetPackageHandoverTimeSlots': (call) => {
    packageOf(call, call.path.package_id ?? '')
    return timeSlots(call.now)
  },
  'fulfillment.UpdateShippingInfo': (call) => {
    const order = orderOf(call, call.path.order_id ?? '')
    const row = call.world.packages.get(order.lines.find((line) => line.package !== undefined)?.package ?? '')
    if (row === undefined) throw new ShopRefusal(21011043, 'Nothing of the order is shipped yet.')
    return updateShipping(call, row)
  },
  'fulfillment.UpdatePackageShippingInfo': (call) =>
    updateShipping(call, packageOf(call, call.path.package_id ?? '')),
  'fulfillment.GetTracking': (call) => ({
    tracking: tracking(call).map(({ at, text }) => ({ description: text, update_time_millis: at * 1000 })),
  }),
  'logistics.GetLogisticsTracking': (call) => ({
    tracking: tracking(call).map(({ at, text }) => ({ description: text, update_time_millis: at * 1000 })),
  }),
  'fulfillment.TTSTrackingValidation': ({ world, shop, query }) => {
    const number = query.text('tracking_number')
    const row = world.packages.where('shop', shop.id).find((each) => each.tracking === number)
    return {
      is_tiktok_shipping: row?.shippingType === 'TIKTOK',
      is_tiktok_collection: row?.shippingType === 'TIKTOK' && row.stage !== 'new',
    }
  },
  'fulfillment.CreateFirstMileBundle': bundle,
  'fulfillment.CreateFirstMileBundleV2': bundle,
  'fulfillment.CreateLastMileBundle': ({ platform, world, account, body, now }) => {
    const id = newId(platform, '6200')
    world.records.put({
      id,
      kind: 'last_mile_bundle',
      owner: account.id,
      createdAt: now,
      updatedAt: now,
      value: body.raw,
    })
    return { last_mile_bundle_id: id }
  },
  'fulfillment.UploadInvoice': uploadInvoice,
  'fulfillment.GetOrderCustomsRequirements': customs,
  'fulfillment.UploadCustomsInformation': submitCustoms,
  'fulfillment.RedeemInfoCallback': redeem,
  'fulfillment.GetPodDetail': (call) => {
    const order = orderOf(call, call.body.text('main_order_id'))
    return { main_order_id: order.id, pod_details: [] }
  },
  'supply_chain.ConfirmPackageShipment': (call) => {
    const { world, account, platform, body } = call
    const errors: object[] = []
    const done: string[] = []
    for (const entry of body.list('packages', { required: true })) {
      const id = entry.text('id')
      const row = world.packages.get(id)
      try {
        if (row === undefined || world.shops.get(row.shop)?.seller !== account.id)
          throw new ShopRefusal(21011028, 'The seller has no such package.')
        shipPackage(platform, row, {
          provider: entry.text('shipping_provider_id'),
          tracking: entry.text('tracking_number'),
        })
        done.push(id)
      } catch (error) {
        if (!(error instanceof ShopRefusal)) throw error
        errors.push({ code: String(error.code), message: error.message, detail: { package_id: id } })
      }
    }
    return { success_packages: done, errors }
  },
}
