/** What happens in TikTok's warehouses. Source: partner.tiktokshop.com/docv2 (FBT, webhooks 21 to 24 and 58). */
import type { Platform } from '../platform.ts'
import { nowOf, ShopRefusal } from './call.ts'
import { fixedId, newId } from './ids.ts'
import type { ShopRow } from './state.ts'
import type {
  FbtGoodsRow,
  FbtRecordRow,
  FbtStockRow,
  InboundRow,
  InboundStatus,
  McfRow,
  McfStatus,
} from './state-fbt.ts'
import { tellSeller } from './tell.ts'

const INBOUND = 'shop.fbtInbound'
const CONSIGN = 'shop.fbtConsign'
const HOUR = 3600

/** Two of them in each market. */
export function fbtWarehouses(region: string): { id: string; name: string; city: string }[] {
  return ['North', 'South'].map((name) => ({
    id: fixedId('7330', `fbt:${region}:${name}`),
    name: `FBT ${region} ${name}`,
    city: name,
  }))
}

export function registerFbt(platform: Platform): void {
  platform.timers.on(INBOUND, (id) => {
    const row = platform.world.shop.fbtInbounds.get(id)
    const next = row === undefined ? undefined : NEXT[row.status]
    if (row !== undefined && next !== undefined) moveInbound(platform, row, next)
  })
  platform.timers.on(CONSIGN, (key) => {
    const [id, consign = ''] = key.split(':')
    const row = platform.world.shop.fbtMcf.get(id ?? '')
    if (row !== undefined) stepConsign(platform, row, consign)
  })
}

/** A seller brings a SKU to TikTok's warehouses: 22 for the first of a region, and 23. */
export function addGoods(
  platform: Platform,
  shop: ShopRow,
  product: string,
  sku: string,
  name: string,
): FbtGoodsRow {
  const { fbtGoods, shops } = platform.world.shop
  const now = nowOf(platform)
  const isNew = !fbtGoods
    .where('seller', shop.seller)
    .some((row) => shops.get(row.shop)?.region === shop.region)
  const id = newId(platform, '7340')
  const row = fbtGoods.put({
    id,
    shop: shop.id,
    seller: shop.seller,
    name,
    reference: `REF-${sku.slice(-8)}`,
    skus: [{ sku, product }],
    createdAt: now,
  })
  if (isNew)
    tellSeller(platform, shop.seller, 22, {
      onboarded_regions: [{ region_code: shop.region }],
      update_time: now,
    })
  tellSeller(platform, shop.seller, 23, {
    match_type: 'MATCH',
    product_type: 'LOCAL',
    goods_id: id,
    product_id: product,
    sku_id: sku,
    update_time: now,
  })
  return row
}

const NEXT: Readonly<Record<InboundStatus, InboundStatus | undefined>> = {
  TO_BE_RECEIVED: 'ARRIVED_HUB',
  ARRIVED_HUB: 'RECEIVING',
  RECEIVING: 'RECEIVED',
  RECEIVED: undefined,
  CANCELLED: undefined,
}

/** A delivery to one of TikTok's warehouses is on its way. */
export function startInbound(
  platform: Platform,
  shop: ShopRow,
  warehouse: string,
  goods: InboundRow['goods'],
): InboundRow {
  const now = nowOf(platform)
  const row = platform.world.shop.fbtInbounds.put({
    id: `IBR${newId(platform, '7')}`,
    shop: shop.id,
    seller: shop.seller,
    warehouse,
    goods,
    status: 'TO_BE_RECEIVED',
    log: [],
    createdAt: now,
  })
  moveInbound(platform, row, 'TO_BE_RECEIVED')
  return row
}

/** Webhook 21, whose word for the hub is another one than the answers'. */
export function moveInbound(platform: Platform, row: InboundRow, status: InboundStatus): void {
  const { fbtInbounds } = platform.world.shop
  const now = nowOf(platform)
  fbtInbounds.patch(row, { status, log: [...row.log, { at: now, status }] })
  tellSeller(platform, row.seller, 21, {
    inbound_order_id: row.id,
    order_status: status === 'ARRIVED_HUB' ? 'ARRIVE_HUB' : status,
    update_time: now,
  })
  if (status === 'RECEIVED')
    for (const { id, quantity } of row.goods)
      changeStock(
        platform,
        stockAt(platform, row.seller, id, row.warehouse),
        quantity,
        'INBOUND_ORDER',
        row.id,
      )
  else if (NEXT[status] !== undefined)
    platform.timers.after(
      status === 'TO_BE_RECEIVED' ? platform.settings.shopTransitSeconds : HOUR,
      INBOUND,
      row.id,
    )
}

function stockAt(platform: Platform, seller: string, goods: string, warehouse: string): FbtStockRow {
  const { fbtStock } = platform.world.shop
  const id = `${goods}:${warehouse}`
  return (
    fbtStock.get(id) ??
    fbtStock.put({ id, goods, seller, warehouse, available: 0, reserved: 0, defective: 0 })
  )
}

/** What lies there changes: a record, and webhook 24. */
function changeStock(
  platform: Platform,
  row: FbtStockRow,
  change: number,
  type: FbtRecordRow['type'],
  order: string,
): void {
  const { fbtStock, fbtRecords } = platform.world.shop
  const before = row.available + row.reserved
  fbtStock.patch(
    row,
    change > 0 ? { available: row.available + change } : { reserved: row.reserved + change },
  )
  fbtRecords.put({
    id: newId(platform, '7341'),
    goods: row.goods,
    seller: row.seller,
    warehouse: row.warehouse,
    change,
    before,
    order,
    type,
    createdAt: nowOf(platform),
  })
  tellFbtStock(platform, row.seller, row.goods)
}

function tellFbtStock(platform: Platform, seller: string, goods: string): void {
  const { fbtStock, fbtGoods } = platform.world.shop
  tellSeller(platform, seller, 24, {
    goods_id: goods,
    sku_id: fbtGoods.get(goods)?.skus[0]?.sku ?? '',
    fbt_warehouse_inventory: fbtStock.where('goods', goods).map(({ warehouse, available, reserved }) => ({
      fbt_warehouse_id: warehouse,
      on_hand_detail: {
        total_quantity: available + reserved,
        reserved_quantity: reserved,
        available_quantity: available,
      },
    })),
    update_time: nowOf(platform),
  })
}

/** An order of another channel. @throws {ShopRefusal} when no warehouse has all of a good */
export function startMcf(
  platform: Platform,
  shop: ShopRow,
  external: string,
  goods: readonly { id: string; quantity: number }[],
): McfRow {
  const { fbtStock, fbtMcf } = platform.world.shop
  const from = new Map<string, { id: string; quantity: number }[]>()
  for (const { id, quantity } of goods) {
    const place = fbtStock
      .where('goods', id)
      .find((row) => row.seller === shop.seller && row.available >= quantity)
    if (place === undefined)
      throw new ShopRefusal(36009004, `goods: no warehouse has ${quantity} of ${id.slice(0, 40)}.`)
    from.set(place.warehouse, [...(from.get(place.warehouse) ?? []), { id, quantity }])
  }
  const row = fbtMcf.put({
    id: newId(platform, '7342'),
    shop: shop.id,
    seller: shop.seller,
    external,
    consigns: [...from].map(([warehouse, taken]) => ({
      id: newId(platform, '7343'),
      warehouse,
      goods: taken,
      status: 'PENDING',
      tracking: '',
    })),
    createdAt: nowOf(platform),
  })
  for (const { id, warehouse, goods: taken } of row.consigns) {
    for (const each of taken)
      hold(platform, stockAt(platform, shop.seller, each.id, warehouse), each.quantity)
    platform.timers.after(HOUR, CONSIGN, `${row.id}:${id}`)
  }
  tellMcf(platform, row)
  return row
}

/** Promised, or with a negative number given back. */
function hold(platform: Platform, row: FbtStockRow, units: number): void {
  platform.world.shop.fbtStock.patch(row, {
    available: row.available - units,
    reserved: row.reserved + units,
  })
  tellFbtStock(platform, row.seller, row.goods)
}

const STEPS: Readonly<Partial<Record<McfStatus, McfStatus>>> = {
  PENDING: 'HANDLE_BY_WAREHOUSE',
  HANDLE_BY_WAREHOUSE: 'SHIPPED',
  SHIPPED: 'COMPLETED',
}

function stepConsign(platform: Platform, row: McfRow, id: string): void {
  const consign = row.consigns.find((each) => each.id === id)
  const to = consign === undefined ? undefined : STEPS[consign.status]
  if (consign === undefined || to === undefined) return
  if (to === 'SHIPPED')
    for (const each of consign.goods)
      changeStock(
        platform,
        stockAt(platform, row.seller, each.id, consign.warehouse),
        -each.quantity,
        'CONSIGN_ORDER',
        row.id,
      )
  setConsign(platform, row, id, to)
  const { shopCollectionSeconds, shopTransitSeconds } = platform.settings
  const wait = to === 'HANDLE_BY_WAREHOUSE' ? shopCollectionSeconds : shopTransitSeconds
  if (STEPS[to] !== undefined) platform.timers.after(wait, CONSIGN, `${row.id}:${id}`)
}

/** @throws {ShopRefusal} when the warehouse has begun with it */
export function closeConsign(platform: Platform, row: McfRow, id: string): void {
  const consign = row.consigns.find((each) => each.id === id)
  if (consign === undefined)
    throw new ShopRefusal(36009004, `consign_orders: there is no ${id.slice(0, 40)}.`)
  if (consign.status !== 'PENDING')
    throw new ShopRefusal(36009004, `consign_orders: ${id} is ${consign.status} and cannot be cancelled.`)
  for (const each of consign.goods)
    hold(platform, stockAt(platform, row.seller, each.id, consign.warehouse), -each.quantity)
  setConsign(platform, row, id, 'CLOSED')
}

function setConsign(platform: Platform, row: McfRow, id: string, status: McfStatus): void {
  platform.world.shop.fbtMcf.patch(row, {
    consigns: row.consigns.map((each) =>
      each.id === id
        ? { ...each, status, ...(status === 'SHIPPED' ? { tracking: `FBT${id.slice(-10)}` } : {}) }
        : each,
    ),
  })
  tellMcf(platform, row)
}

export function mcfView(row: McfRow): object {
  return {
    mcf_order_id: row.id,
    external_order_id: row.external,
    create_time: row.createdAt,
    consign_orders: row.consigns.map(({ id, status, tracking, goods }) => ({
      id,
      status,
      goods,
      tracking_number: tracking,
      carrier: tracking === '' ? '' : 'Harbour Post',
      is_platform_closed: false,
    })),
  }
}

/** Webhook 58. */
function tellMcf(platform: Platform, row: McfRow): void {
  tellSeller(platform, row.seller, 58, { mcf_order: mcfView(row) })
}
