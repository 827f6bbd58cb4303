/** Orders as answers show them. */
import { hash } from 'node:crypto'
import type { Platform } from '../platform.ts'
import { amountText } from './money.ts'
import { providerName } from './package-life.ts'
import { imageUrl } from './product-view.ts'
import type { OrderLine, OrderRow, PackageRow, ShopRow } from './state.ts'

const DAY = 86_400

const PACKAGE_STATUS: Readonly<Record<PackageRow['stage'], string>> = {
  new: 'PROCESSING',
  shipped: 'FULFILLING',
  transit: 'FULFILLING',
  failed: 'FULFILLING',
  delivered: 'COMPLETED',
}

/** What a line shows where its order has a status that lines do not have. */
function displayStatus(order: OrderRow, line: OrderLine, row: PackageRow | undefined): string {
  if (line.cancelled !== undefined) return 'CANCELLED'
  if (order.status === 'ON_HOLD') return 'AWAITING_SHIPMENT'
  if (order.status !== 'PARTIALLY_SHIPPING') return order.status
  const stages = {
    new: 'AWAITING_SHIPMENT',
    shipped: 'AWAITING_COLLECTION',
    transit: 'IN_TRANSIT',
    failed: 'IN_TRANSIT',
    delivered: 'DELIVERED',
  }
  return stages[row?.stage ?? 'new']
}

/** The address that stands for a buyer towards sellers. */
export function emailOf(buyer: string): string {
  return `${hash('sha256', buyer, 'hex').slice(0, 16)}@scs2.tiktok.com`
}

export function sums(order: OrderRow): {
  list: number
  seller: number
  platform: number
  goods: number
  tax: number
  total: number
} {
  const add = (value: (line: OrderLine) => number): number =>
    order.lines.reduce((sum, line) => sum + value(line), 0)
  const goods = add(({ price }) => price)
  const tax = add((line) => line.tax)
  return {
    list: add(({ listPrice }) => listPrice),
    seller: add(({ sellerDiscount }) => sellerDiscount),
    platform: add(({ platformDiscount }) => platformDiscount),
    goods,
    tax,
    total: goods + order.shippingFee + tax,
  }
}

export function orderView(platform: Platform, shop: ShopRow, order: OrderRow): Record<string, unknown> {
  const { packages } = platform.world.shop
  const rows = new Map(
    [...new Set(order.lines.flatMap((line) => line.package ?? []))].map((id) => [id, packages.get(id)]),
  )
  const [first] = [...rows.values()].filter((row) => row !== undefined && row.status !== 'CANCELLED')
  const { list, seller, platform: platformDiscount, goods, tax, total } = sums(order)
  const money = (minor: number): string => amountText(minor, order.currency)
  const cancelled = order.status === 'CANCELLED'
  return {
    id: order.id,
    status: order.status,
    order_type: 'NORMAL',
    commerce_platform: 'TIKTOK_SHOP',
    fulfillment_type: 'FULFILLMENT_BY_SELLER',
    shipping_type: order.shippingType,
    delivery_type: 'HOME_DELIVERY',
    delivery_option_id: order.shippingType === 'TIKTOK' ? '7091146663229654789' : '7091146663229687557',
    delivery_option_name: order.shippingType === 'TIKTOK' ? 'Standard shipping' : 'Shipped by seller',
    shipping_provider_id: first?.provider ?? '',
    shipping_provider: providerName(first?.provider ?? ''),
    tracking_number: first?.tracking ?? '',
    warehouse_id: order.warehouse,
    user_id: order.buyer,
    ...(order.status === 'ON_HOLD' ? {} : { buyer_email: emailOf(order.buyer) }),
    buyer_message: order.message,
    is_cod: order.cod,
    is_on_hold_order: order.status === 'ON_HOLD',
    is_sample_order: order.sample ?? false,
    is_replacement_order: false,
    is_exchange_order: false,
    is_buyer_request_cancel: order.cancelRequested ?? false,
    has_updated_recipient_address: order.address !== undefined,
    need_upload_invoice: shop.region === 'BR' ? 'NEED_INVOICE' : 'UNKNOWN',
    split_or_combine_tag: order.splitOrCombined ?? '',
    create_time: order.createdAt,
    update_time: order.updatedAt,
    ...(order.paidAt === undefined
      ? {}
      : {
          paid_time: order.paidAt,
          rts_sla_time: order.paidAt + 2 * DAY,
          tts_sla_time: order.paidAt + 3 * DAY,
          cancel_order_sla_time: order.paidAt + 6 * DAY,
          shipping_due_time: order.paidAt + 2 * DAY,
          collection_due_time: order.paidAt + 4 * DAY,
          delivery_due_time: order.paidAt + 10 * DAY,
        }),
    ...(order.rtsAt === undefined ? {} : { rts_time: order.rtsAt }),
    ...(order.collectedAt === undefined ? {} : { collection_time: order.collectedAt }),
    ...(order.deliveredAt === undefined ? {} : { delivery_time: order.deliveredAt }),
    ...(cancelled
      ? {
          cancel_time: order.cancelledAt,
          cancel_reason: order.cancelReason,
          cancellation_initiator: order.cancelledBy,
        }
      : {}),
    payment_method_name: order.cod ? 'Cash on delivery' : 'Card',
    payment: {
      currency: order.currency,
      original_total_product_price: money(list),
      seller_discount: money(seller),
      platform_discount: money(platformDiscount),
      sub_total: money(goods),
      original_shipping_fee: money(order.shippingFee),
      shipping_fee: money(order.shippingFee),
      shipping_fee_seller_discount: money(0),
      shipping_fee_platform_discount: money(0),
      shipping_fee_tax: money(0),
      product_tax: money(tax),
      tax: money(tax),
      total_amount: money(total),
    },
    recipient_address: recipient(order, shop),
    packages: [...rows].filter(([, row]) => row?.status !== 'CANCELLED').map(([id]) => ({ id })),
    line_items: order.lines.map((line) => {
      const row = line.package === undefined ? undefined : rows.get(line.package)
      return {
        id: line.id,
        product_id: line.product,
        product_name: line.productName,
        sku_id: line.sku,
        sku_name: line.skuName,
        seller_sku: line.sellerSku,
        sku_image: imageUrl(platform, line.image),
        sku_type: 'NORMAL',
        currency: order.currency,
        original_price: money(line.listPrice),
        sale_price: money(line.price),
        seller_discount: money(line.sellerDiscount),
        platform_discount: money(line.platformDiscount),
        item_tax:
          line.tax === 0 ? [] : [{ tax_type: 'SALES_TAX', tax_amount: money(line.tax), tax_rate: '0.08' }],
        is_gift: false,
        display_status: displayStatus(order, line, row),
        package_status:
          line.cancelled !== undefined
            ? 'CANCELLED'
            : row === undefined
              ? 'TO_FULFILL'
              : PACKAGE_STATUS[row.stage],
        package_id: line.package ?? '',
        tracking_number: row?.tracking ?? '',
        shipping_provider_id: row?.provider ?? '',
        shipping_provider_name: providerName(row?.provider ?? ''),
        ...(line.cancelled === undefined
          ? {}
          : { cancel_user: line.cancelled.by, cancel_reason: line.cancelled.reason }),
      }
    }),
  }
}

/** Made of the buyer's id, unless the buyer has changed it. Hidden while the order is on hold, masked where TikTok ships. */
export function recipient(order: OrderRow, shop: ShopRow, options: { whole?: boolean } = {}): object {
  if (order.status === 'ON_HOLD' && options.whole !== true) return {}
  const number = Number(BigInt(order.buyer) % 900n) + 1
  const masked = order.shippingType === 'TIKTOK' && options.whole !== true
  const hide = (text: string): string =>
    masked ? `${text.slice(0, 1)}${'*'.repeat(Math.max(1, text.length - 1))}` : text
  const [first = 'Buyer', ...rest] = order.address?.name.split(' ') ?? ['Buyer', String(number)]
  const last = rest.join(' ')
  const line = order.address?.line1 ?? `${number} Test Street`
  return {
    name: hide(`${first} ${last}`.trim()),
    first_name: hide(first),
    last_name: last === '' ? '' : hide(last),
    phone_number: hide(`(+00)555${String(number).padStart(4, '0')}`),
    region_code: shop.region,
    postal_code: order.address?.postal_code ?? String(10_000 + number),
    address_detail: hide(line),
    address_line1: hide(line),
    address_line2: '',
    address_line3: '',
    address_line4: '',
    full_address: `${shop.region}, ${hide(line)}`,
    district_info: [
      {
        address_level_name: 'Country',
        address_name: shop.region,
        address_level: 'L0',
        iso_code: shop.region,
      },
      { address_level_name: 'City', address_name: 'Testville', address_level: 'L2', iso_code: '' },
    ],
  }
}
