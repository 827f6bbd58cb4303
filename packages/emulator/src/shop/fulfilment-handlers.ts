/** Packages: made, shipped, tracked, delivered. Splitting and combining stand in a file of their own. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { bundle, customs, redeem, schedule, submitCustoms, uploadInvoice } from './handover-handlers.ts'
import { newId } from './ids.ts'
import { amountText, pricedAt } from './money.ts'
import { orderOf } from './order-handlers.ts'
import { touchOrder } from './order-life.ts'
import {
  deliverPackage,
  demandShippable,
  failDelivery,
  ordersOf,
  providerName,
  providers,
  shipPackage,
  trackingNumber,
} from './package-life.ts'
import { packageFor, packageOf, readLines, readShipping, tracking } from './package-parts.ts'
import { packageDetail, searchPackages } from './package-search.ts'
import type { PackageRow } from './state.ts'

const HOUR = 3600

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
