/** Reason keys of cancellations, refunds and returns. Source: partner.tiktokshop.com/docv2 (cancel, refund and return reasons). */
import type { ShopOrderStatus } from '@tockwork/contracts/shop'
import { ShopRefusal } from './call.ts'

export type ReverseAction = 'cancel' | 'refund' | 'return'

interface ReasonSet {
  by: 'SELLER' | 'BUYER'
  action: ReverseAction
  states: readonly ShopOrderStatus[]
  keys: readonly string[]
}

/** Keys that several markets share; those of Great Britain end in `_uk`. */
const sets: readonly ReasonSet[] = [
  {
    by: 'SELLER',
    action: 'cancel',
    states: ['UNPAID'],
    keys: [
      'seller_cancel_unpaid_reason_out_of_stock',
      'seller_cancel_unpaid_reason_wrong_price',
      'seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed',
      'seller_cancel_unpaid_reason_buyer_requested_cancellation',
    ],
  },
  {
    by: 'SELLER',
    action: 'cancel',
    states: ['ON_HOLD', 'AWAITING_SHIPMENT', 'PARTIALLY_SHIPPING', 'AWAITING_COLLECTION'],
    keys: [
      'seller_cancel_reason_out_of_stock',
      'seller_cancel_reason_wrong_price',
      'seller_cancel_paid_reason_address_not_deliver',
      'seller_cancel_paid_reason_buyer_requested_cancellation',
      'seller_cancel_unable_to_deliver_to_buyer_address',
    ],
  },
  {
    by: 'BUYER',
    action: 'cancel',
    states: ['UNPAID'],
    keys: [
      'ecom_order_unpaid_canceled_reason_payment_method_not_available',
      'ecom_order_unpaid_canceled_reason_created_by_mistakes',
      'ecom_order_unpaid_canceled_reason_better_price',
      'ecom_order_unpaid_canceled_reason_no_longer_needed',
      'ecom_order_unpaid_canceled_reason_other',
    ],
  },
  {
    by: 'BUYER',
    action: 'cancel',
    states: ['ON_HOLD', 'AWAITING_SHIPMENT'],
    keys: [
      'ecom_order_to_ship_canceled_reason_change_payment_method',
      'ecom_order_to_ship_canceled_reason_discount_not_expected',
      'ecom_order_to_ship_canceled_reason_created_by_mistakes',
      'ecom_order_to_ship_canceled_reason_high_delivery_costs',
      'ecom_order_to_ship_canceled_reason_better_price',
      'ecom_order_to_ship_canceled_reason_no_longer_needed',
    ],
  },
  {
    by: 'SELLER',
    action: 'refund',
    states: ['AWAITING_COLLECTION', 'IN_TRANSIT'],
    keys: [
      'seller_shipped_refund_package_lost',
      'seller_shipped_refund_package_delivery_failed',
      'seller_shipped_refund_miss_estimated_delivery_date',
    ],
  },
  {
    by: 'SELLER',
    action: 'refund',
    states: ['DELIVERED'],
    keys: [
      'ecom_order_delivered_refund_reason_missing_product_seller',
      'ecom_order_delivered_refund_reason_not_received_seller',
      'ecom_order_delivered_refund_reason_not_match_description_seller',
      'ecom_order_delivered_refund_reason_damaged_seller',
      'ecom_order_delivered_refund_reason_wrong_product_seller',
    ],
  },
  {
    by: 'BUYER',
    action: 'refund',
    states: ['AWAITING_COLLECTION', 'IN_TRANSIT'],
    keys: ['ecom_order_shipped_refund_reason_not_arrive_on_time'],
  },
  {
    by: 'BUYER',
    action: 'refund',
    states: ['DELIVERED'],
    keys: [
      'ecom_order_delivered_refund_reason_not_received',
      'ecom_order_delivered_refund_reason_damaged',
      'ecom_order_delivered_refund_reason_defective',
    ],
  },
  {
    by: 'SELLER',
    action: 'return',
    states: ['DELIVERED'],
    keys: [
      'seller_ecom_delivered_return_refund_reason1',
      'ecom_order_delivered_refund_and_return_reason_wrong_product_seller',
      'ecom_order_delivered_refund_and_return_reason_damaged_seller',
      'ecom_order_delivered_refund_and_return_reason_defective_seller',
    ],
  },
  {
    by: 'BUYER',
    action: 'return',
    states: ['DELIVERED'],
    keys: [
      'ecom_order_delivered_refund_and_return_reason_no_need',
      'ecom_order_delivered_refund_and_return_reason_not_match_description',
      'ecom_order_delivered_refund_and_return_reason_damaged',
      'ecom_order_delivered_refund_and_return_reason_defective',
      'ecom_order_delivered_refund_and_return_reason_wrong_product',
    ],
  },
]

export const cancelRejections = [
  'order_manage_list_action_respond_popup_reject_reason_invalid_cancellation_reason',
  'order_manage_list_action_respond_popup_reject_reason_delivered',
  'order_manage_list_action_respond_popup_reject_reason_buyer_agree',
  'seller_reject_apply_product_has_been_packed',
]

export const returnRejections = [
  'reverse_reject_request_reason_1',
  'reverse_reject_request_reason_2',
  'reverse_reject_request_reason_3',
  'reverse_reject_request_reason_4',
  'reverse_reject_request_reason_5',
  'seller_reject_apply_item_is_correct',
]

function plain(key: string, region: string): string {
  return region === 'GB' ? key.replace(/_uk$/, '') : key
}

/** Keys that may be given for an order in this state. */
export function reasonsFor(
  by: ReasonSet['by'],
  action: ReverseAction,
  status: ShopOrderStatus,
  region: string,
): string[] {
  return sets
    .filter((set) => set.by === by && set.action === action && set.states.includes(status))
    .flatMap(({ keys }) => keys.map((key) => (region === 'GB' ? `${key}_uk` : key)))
}

/** @throws {ShopRefusal} 25001014 for a key that there is not, 25001021 for one of another state */
export function demandReason(
  key: string,
  {
    by,
    action,
    status,
    region,
  }: { by: ReasonSet['by']; action: ReverseAction; status: ShopOrderStatus; region: string },
): void {
  const name = plain(key, region)
  const all = sets.filter((set) => set.by === by && set.action === action)
  if (!all.some(({ keys }) => keys.includes(name)))
    throw new ShopRefusal(25001014, `There is no reason ${key.slice(0, 80)}.`)
  if (!all.some(({ keys, states }) => keys.includes(name) && states.includes(status)))
    throw new ShopRefusal(25001021, `The reason does not fit an order that is ${status}.`)
}

/** @throws {ShopRefusal} when it is none of the list */
export function demandRejection(key: string, list: readonly string[], region: string): void {
  if (!list.includes(plain(key, region)))
    throw new ShopRefusal(25001016, `There is no reason ${key.slice(0, 80)} for a no.`)
}
