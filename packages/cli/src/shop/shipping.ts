/** From an order to packages on their way, and their labels. */
import { UsageError } from '@tockwork/kernel'
import type { Shop, ShopOrder } from '@tockwork/sdk/shop'

export interface ShippingChoice {
  handover: 'PICKUP' | 'DROP_OFF'
  /** Where the seller ships: with whom, under which number. */
  own: { provider: string; tracking: string } | undefined
  /** Of TikTok's shipping services, where a label is bought; TikTok's choice without it. */
  service: string | undefined
}

export interface ShippedPackage {
  id: string
  orderId: string
  tracking: string | undefined
  provider: string | undefined
  /** `already`: it had been shipped before, and was left alone. */
  outcome: 'shipped' | 'already'
}

/** Statuses in which something of an order can still be handed over. */
const OPEN: readonly string[] = ['AWAITING_SHIPMENT', 'PARTIALLY_SHIPPING']
const GONE: readonly string[] = ['AWAITING_COLLECTION', 'IN_TRANSIT', 'DELIVERED', 'COMPLETED']

/**
 * Ships whatever of an order is not shipped yet. Doing it again ships nothing twice.
 * @throws {UsageError} for an order that cannot be shipped, {@link PlatformError} with TikTok's reason
 */
export async function shipOrder(
  shop: Shop,
  order: ShopOrder,
  choice: ShippingChoice,
  signal: AbortSignal,
): Promise<ShippedPackage[]> {
  const status = order.status ?? ''
  if (!OPEN.includes(status) && !GONE.includes(status))
    throw new UsageError(
      `The order ${order.id} is ${status}; one that is AWAITING_SHIPMENT can be shipped.`,
      {
        code: 'order_not_shippable',
        field: 'orders',
      },
    )
  const lines = (order.line_items ?? []).filter(({ display_status }) => display_status !== 'CANCELLED')
  if (order.shipping_type === 'SELLER' && choice.own === undefined && OPEN.includes(status))
    throw new UsageError(
      `The order ${order.id} is shipped by the seller: its carrier and number are needed.`,
      {
        code: 'tracking_needed',
        field: '--tracking',
        action: `Add --tracking <number> --provider <id>; carriers: tockwork call shop.logistics.GetShippingProviders --query delivery_option_id=${String(order.delivery_option_id ?? '…')}`,
      },
    )
  const done: ShippedPackage[] = []
  for (const id of packagesOf(order)) {
    const before = await detailOf(shop, id, signal)
    if (before.status !== 'PROCESSING') {
      done.push({
        id,
        orderId: order.id,
        tracking: before.tracking,
        provider: before.provider,
        outcome: 'already',
      })
      continue
    }
    await shop.call('shop.fulfillment.ShipPackage.202309', {
      path: { package_id: id },
      body: {
        handover_method: choice.handover,
        ...(choice.own === undefined
          ? {}
          : {
              self_shipment: {
                shipping_provider_id: choice.own.provider,
                tracking_number: choice.own.tracking,
              },
            }),
      },
      signal,
    })
    done.push(await shipped(shop, id, order.id, signal))
  }
  const loose = lines.filter(({ package_id }) => !package_id).map(({ id }) => id)
  if (loose.length > 0 && OPEN.includes(status))
    done.push(await shipped(shop, await makePackage(shop, order, loose, choice, signal), order.id, signal))
  return done
}

function packagesOf(order: ShopOrder): string[] {
  const named = (order.packages ?? []).map(({ id }) => id)
  const ofLines = (order.line_items ?? []).flatMap(({ package_id }) => (package_id ? [package_id] : []))
  return [...new Set([...named, ...ofLines])]
}

/** In the US a package comes into being when its label is bought, or when the seller says how it went. */
async function makePackage(
  shop: Shop,
  order: ShopOrder,
  lines: readonly string[],
  choice: ShippingChoice,
  signal: AbortSignal,
): Promise<string> {
  const data =
    choice.own === undefined
      ? await shop.call('shop.fulfillment.CreatePackages.202309', {
          body: {
            order_id: order.id,
            order_line_item_ids: lines,
            ...(choice.service === undefined ? {} : { shipping_service_id: choice.service }),
          },
          signal,
        })
      : await shop.call('shop.fulfillment.MarkPackageAsShipped.202309', {
          path: { order_id: order.id },
          body: {
            order_line_item_ids: lines,
            shipping_provider_id: choice.own.provider,
            tracking_number: choice.own.tracking,
          },
          signal,
        })
  if (data.package_id !== undefined) return data.package_id
  throw new UsageError(`TikTok named no package for the order ${order.id}.`, {
    code: 'no_package',
    field: 'orders',
  })
}

async function shipped(
  shop: Shop,
  id: string,
  orderId: string,
  signal: AbortSignal,
): Promise<ShippedPackage> {
  const { tracking, provider } = await detailOf(shop, id, signal)
  return { id, orderId, tracking, provider, outcome: 'shipped' }
}

async function detailOf(
  shop: Shop,
  id: string,
  signal: AbortSignal,
): Promise<{ status: string | undefined; tracking: string | undefined; provider: string | undefined }> {
  const detail = await shop.call('shop.fulfillment.GetPackageDetail.202309', {
    path: { package_id: id },
    signal,
  })
  return {
    status: detail.package_status,
    tracking: detail.tracking_number || undefined,
    provider: detail.shipping_provider_name || undefined,
  }
}
