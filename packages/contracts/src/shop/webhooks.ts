/** Webhooks of TikTok Shop. Source: partner.tiktokshop.com/docv2 (webhooks), one page a topic. */

export const shopWebhook = {
  header: 'authorization',
  /** The signature: lower-case hex of an HMAC-SHA256. */
  pattern: /^[0-9a-f]{64}$/,
  /** An answer is awaited for this long. */
  answerSeconds: 3,
  /** Pauses before each repeat; after the last the delivery is dropped. */
  retrySeconds: [120, 1800, 10_800, 43_200],
} as const

/** Topics by the number in `type`. Numbers that are not here are unassigned or not public. */
export const shopTopics = {
  1: 'order_status_change',
  2: 'reverse_status_update',
  3: 'recipient_address_update',
  4: 'package_update',
  5: 'product_status_change',
  6: 'seller_deauthorization',
  7: 'upcoming_authorization_expiration',
  11: 'cancellation_status_change',
  12: 'return_status_change',
  13: 'new_conversation',
  14: 'new_message',
  15: 'product_information_change',
  16: 'product_creation',
  17: 'shoppable_content_posting',
  18: 'product_category_change',
  19: 'size_chart_change',
  20: 'creator_deauthorization',
  21: 'inbound_fbt_order_status_change',
  22: 'fbt_merchant_onboarding',
  23: 'goods_match',
  24: 'fbt_inventory_update',
  25: 'opportunity_matching_status_change',
  27: 'inventory_status_change',
  33: 'new_message_listener',
  35: 'tokopedia_mirror_status_change',
  36: 'invoice_status_change',
  37: 'product_audit_status_change',
  38: 'strikethrough_price_expired',
  39: 'activity_status_change',
  42: 'combined_listing_change',
  46: 'image_translation_completed',
  50: 'sku_status_change',
  51: 'global_replication_status_change',
  52: 'global_listing_method_change',
  55: 'video_precheck_result',
  56: 'sample_application_status_change',
  58: 'fbt_mcf_order_status_change',
  59: 'shoppable_video_precheck_result',
  62: 'product_package_recommended',
  63: 'activity_change',
  64: 'aftersales_request_status_update',
  65: 'rma_status_update',
  66: 'appeal_completed',
  67: 'refund_success',
  68: 'inventory_changed',
} as const

export type ShopTopic = (typeof shopTopics)[keyof typeof shopTopics]

/** Fields that can name whose event it is, in the order in which they are looked for. */
export const shopOwnerFields = ['shop_id', 'seller_open_id', 'creator_open_id', 'seller_id'] as const
