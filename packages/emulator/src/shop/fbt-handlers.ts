/** Fulfilled by TikTok: warehouses, goods, stock, deliveries, and orders of other channels. Source: docv2 (FBT). */

import { mainImage } from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { closeConsign, fbtWarehouses, mcfView, startMcf } from './fbt-life.ts'
import { pageOf, slice } from './paging.ts'
import type { FbtGoodsRow, InboundRow, McfRow } from './state-fbt.ts'

/** Of all goods of an order for another channel together. */
const MOST_MCF_UNITS = 50

function goodsOf({ world, shop }: ShopCall): FbtGoodsRow[] {
  return world.fbtGoods.where('seller', shop.seller)
}

function warehouses({ world, shop }: ShopCall): object {
  const own = world.warehouses.where('shop', shop.id).map(({ id }) => id)
  return {
    warehouses: fbtWarehouses(shop.region).map(({ id, name, city }) => ({
      fbt_warehouse_id: id,
      name,
      type: 'FBT_WAREHOUSE',
      subscribed: world.fbtGoods.where('seller', shop.seller).length > 0,
      addresses: [{ address_line_1: '1 Dock Road', city, region_code: shop.region, postal_code: '10001' }],
      logistics_services: [],
      warehouse_ids: own.slice(0, 1),
    })),
  }
}

function matches(row: FbtGoodsRow, { body }: ShopCall): boolean {
  const [ids, skus, products, references] = ['goods_ids', 'sku_ids', 'product_ids', 'reference_codes'].map(
    (name) => body.texts(name, { max: 100 }),
  ) as [string[], string[], string[], string[]]
  return (
    (ids.length === 0 || ids.includes(row.id)) &&
    (skus.length === 0 || row.skus.some(({ sku }) => skus.includes(sku))) &&
    (products.length === 0 || row.skus.some(({ product }) => products.includes(product))) &&
    (references.length === 0 || references.includes(row.reference))
  )
}

function searchGoods(call: ShopCall): object {
  const { platform, world } = call
  const found = goodsOf(call).filter((row) => matches(row, call))
  const { items, ...rest } = slice(found, pageOf(call.query, { max: 100 }))
  return {
    goods: items.map((row) => {
      const product = world.products.get(row.skus[0]?.product ?? '')
      const { weight, dimensions } = product?.content ?? {}
      return {
        id: row.id,
        name: row.name,
        reference_code: row.reference,
        image_url: product === undefined ? '' : mainImage(platform, product),
        barcodes: [],
        merchant_declaration_info: {
          ...(weight === undefined ? {} : { weight }),
          ...(dimensions === undefined ? {} : { dimension: dimensions }),
        },
        skus: row.skus.map(({ sku, product: id }) => ({
          id: sku,
          matched: true,
          name: world.products.get(id)?.content.title ?? '',
          product: { id, name: world.products.get(id)?.content.title ?? '' },
          regions: [world.shops.get(row.shop)?.region ?? ''],
        })),
      }
    }),
    ...rest,
  }
}

function inTransit(call: ShopCall, goods: string, warehouse: string): number {
  return call.world.fbtInbounds
    .where('seller', call.shop.seller)
    .filter((row) => row.warehouse === warehouse && !['RECEIVED', 'CANCELLED'].includes(row.status))
    .flatMap((row) => row.goods)
    .filter(({ id }) => id === goods)
    .reduce((sum, { quantity }) => sum + quantity, 0)
}

function searchInventory(call: ShopCall): object {
  const { world, shop, body } = call
  const places = body.texts('fbt_warehouse_ids')
  const found = world.fbtStock.where('seller', shop.seller).flatMap((row) => {
    const goods = world.fbtGoods.get(row.goods)
    const wanted = goods !== undefined && matches(goods, call)
    return wanted && (places.length === 0 || places.includes(row.warehouse)) ? [{ row, goods }] : []
  })
  const { items, ...rest } = slice(found, pageOf(call.query, { max: 100 }))
  return {
    inventory: items.map(({ row, goods }) => {
      const onHand = {
        total_quantity: row.available + row.reserved,
        available_quantity: row.available,
        reserved_quantity: row.reserved,
      }
      return {
        fbt_warehouse_id: row.warehouse,
        in_transit_quantity: inTransit(call, goods.id, row.warehouse),
        on_hand_detail: { ...onHand, unfulfillable_quantity: row.defective },
        goods: {
          id: goods.id,
          name: goods.name,
          reference_code: goods.reference,
          skus: goods.skus.map(({ sku }) => ({ id: sku, on_hand_detail: onHand })),
        },
      }
    }),
    ...rest,
  }
}

function searchRecords(call: ShopCall): object {
  const { world, shop, body } = call
  const places = body.texts('fbt_warehouse_ids')
  const ids = body.texts('goods_ids', { max: 100 })
  const from = body.integer('create_time_ge') ?? 0
  const to = body.integer('create_time_le') ?? Number.MAX_SAFE_INTEGER
  const found = world.fbtRecords
    .where('seller', shop.seller)
    .filter(
      (row) =>
        (places.length === 0 || places.includes(row.warehouse)) &&
        (ids.length === 0 || ids.includes(row.goods)) &&
        row.createdAt >= from &&
        row.createdAt <= to,
    )
    .sort((a, b) => b.createdAt - a.createdAt)
  const { items, ...rest } = slice(found, pageOf(call.query, { max: 100 }))
  return {
    inventory_records: items.map((row) => {
      const goods = world.fbtGoods.get(row.goods)
      return {
        fbt_warehouse_id: row.warehouse,
        inventory_goods_type: 'NORMAL',
        changed_quantity: row.change,
        initial_on_hand_quantity: row.before,
        final_on_hand_quantity: row.before + row.change,
        create_time: row.createdAt,
        goods: { id: row.goods, name: goods?.name ?? '', reference_code: goods?.reference ?? '' },
        order: { id: row.order, type: row.type },
      }
    }),
    ...rest,
  }
}

function inboundView({ world, shop, account }: ShopCall, row: InboundRow): object {
  const place = fbtWarehouses(shop.region).find(({ id }) => id === row.warehouse)
  const at = (status: string): number | undefined => row.log.find((each) => each.status === status)?.at
  const received = at('RECEIVED') !== undefined
  return {
    id: row.id,
    type: 'NORMAL',
    create_time: row.createdAt,
    ship_time: row.createdAt,
    expect_arrive_time: row.createdAt + 2 * 86_400,
    actual_arrive_time: at('ARRIVED_HUB') ?? 0,
    merchant: { id: account.id, name: account.name },
    carriers: [],
    warehouse: {
      fbt_warehouse_id: row.warehouse,
      name: place?.name ?? '',
      type: 'FBT_WAREHOUSE',
      warehouse_ids: [],
    },
    order_operation_logs: row.log.map(({ at: time, status }) => ({
      operate_time: time,
      order_status: status,
    })),
    planned_goods: row.goods.map(({ id, quantity }) => {
      const goods = world.fbtGoods.get(id)
      return {
        id,
        quantity,
        name: goods?.name ?? '',
        reference_code: goods?.reference ?? '',
        sku_ids: goods?.skus.map(({ sku }) => sku) ?? [],
      }
    }),
    received_batches: received
      ? row.goods.map(({ id, quantity }, index) => ({
          id: `${row.id}-${index + 1}`,
          goods_id: id,
          normal_quantity: quantity,
          defective_quantity: 0,
          total_quantity: quantity,
          sku_ids: world.fbtGoods.get(id)?.skus.map(({ sku }) => sku) ?? [],
          product_ids: world.fbtGoods.get(id)?.skus.map(({ product }) => product) ?? [],
        }))
      : [],
  }
}

function available(call: ShopCall, goods: string): number {
  return call.world.fbtStock
    .where('goods', goods)
    .filter(({ seller }) => seller === call.shop.seller)
    .reduce((sum, row) => sum + row.available, 0)
}

function createMcf(call: ShopCall): object {
  const { platform, world, shop, body } = call
  const external = body.text('external_order_id', { max: 64 })
  const consignee = body.requiredObject('consignee')
  consignee.text('name')
  consignee.requiredObject('address').text('address_line_1')
  if (world.fbtMcf.where('seller', shop.seller).some((row) => row.external === external))
    body.refuse('external_order_id', 'was used for another order')
  const goods = body.list('goods', { required: true, max: 50 }).map((entry) => {
    const id = entry.text('id')
    if (world.fbtGoods.get(id)?.seller !== shop.seller) entry.refuse('id', 'is none of your goods')
    return { id, quantity: entry.requiredInteger('quantity', { min: 1 }) }
  })
  if (goods.reduce((sum, { quantity }) => sum + quantity, 0) > MOST_MCF_UNITS)
    body.refuse('goods', `at most ${MOST_MCF_UNITS} units an order`)
  const row = startMcf(platform, shop, external, goods)
  return { mcf_order: { mcf_order_id: row.id, external_order_id: external, create_time: row.createdAt } }
}

function mcfOf({ world, shop }: ShopCall, id: string): McfRow {
  const row = world.fbtMcf.get(id)
  if (row?.seller !== shop.seller)
    throw new ShopRefusal(36009004, `mcf_order_id: there is no ${id.slice(0, 40)}.`)
  return row
}

export const fbtHandlers: ShopHandlers = {
  'fbt.GetFBTWarehouseList': warehouses,
  'fbt.SearchGoodsInfo.202409': searchGoods,
  'fbt.SearchFBTInventory': searchInventory,
  'fbt.SearchFBTInventoryRecord': searchRecords,
  'fbt.GetFBTMerchantOnboardedRegions': (call) => ({
    onboarded_regions: [
      ...new Set(goodsOf(call).map((row) => call.world.shops.get(row.shop)?.region ?? '')),
    ].map((region_code) => ({ region_code })),
  }),
  'fbt.GetInboundOrder.202409': (call) => ({
    inbound_orders: call.query.texts('ids', { required: true, max: 100 }).flatMap((id) => {
      const row = call.world.fbtInbounds.get(id)
      return row?.seller === call.shop.seller ? [inboundView(call, row)] : []
    }),
  }),
  'fbt.QueryGoodsInventoryForMCF': (call) => ({
    goods_inventory_list: call.body.list('goods', { required: true, max: 50 }).map((entry) => {
      const id = entry.text('goods_id')
      return { goods_id: id, available_qty: available(call, id) }
    }),
  }),
  'fbt.CreateFBTMCFOrder.202601': createMcf,
  'fbt.GetFBFMCFOrderStatus': (call) => ({
    mcf_order: mcfView(mcfOf(call, call.query.text('mcf_order_id'))),
  }),
  'fbt.CancelFBTMCFOrder': (call) => {
    const row = mcfOf(call, call.body.text('mcf_order_id'))
    const named = call.body.list('consign_orders').map((each) => each.text('id'))
    for (const id of named.length > 0 ? named : row.consigns.map((each) => each.id))
      closeConsign(call.platform, row, id)
    const consigns = row.consigns.map(({ id, status }) => ({ id, status }))
    return { mcf_order: { mcf_order_id: row.id, external_order_id: row.external, consign_orders: consigns } }
  },
  'fbt.getfbtmerchantmcfstatus': (call) => ({ mcf_status: { is_mcf: goodsOf(call).length > 0 ? 1 : 0 } }),
}
