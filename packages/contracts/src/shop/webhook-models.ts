/**
 * What stands in `data` of TikTok Shop's webhooks, by topic. Source: partner.tiktokshop.com/docv2, a page a topic, and
 * its copies of 2026 for 56 and 63 to 67. Everything may be missing: the samples of the pages lack fields of their own
 * tables. Ids are text, also where a sample shows a number; times are epoch seconds unless it is said otherwise.
 */
import * as z from 'zod/mini'
import type { ShopTopic } from './webhooks.ts'

const text = z.nullish(z.string())
const texts = z.nullish(z.array(z.string()))
const seconds = z.nullish(z.number())
const whole = z.nullish(z.number())
/** One of those that are known, or one that came since. */
const word = <const T extends string>(...values: T[]) =>
  z.nullish(z.union([z.enum(values), z.string() as z.ZodMiniType<string & {}, string & {}>]))
const update_time = seconds
const order = { order_id: text }
const product = { product_id: text, update_time }
const sku = { product_id: text, sku_id: text }

/** Fields that are not named are kept as they came. */
export const shopWebhookModels = {
  order_status_change: z.looseObject({
    ...order,
    /** `CANCEL` here, and `CANCELLED` in the order itself. */
    order_status: word(
      'UNPAID',
      'ON_HOLD',
      'AWAITING_SHIPMENT',
      'AWAITING_COLLECTION',
      'CANCEL',
      'IN_TRANSIT',
      'DELIVERED',
      'COMPLETED',
    ),
    is_on_hold_order: z.nullish(z.boolean()),
    update_time,
  }),
  /** Its fields are not known; the topics of cancellations and returns tell the same. */
  reverse_status_update: z.looseObject({}),
  recipient_address_update: z.looseObject({ ...order, update_time }),
  package_update: z.looseObject({
    sc_type: word(
      'COMBINE',
      'CANCEL_COMBINE',
      'SPLIT',
      'CANCEL_SPLIT',
      'ADDRESS_UPDATE_SPLIT',
      'CANCEL_FULFILL_SPLIT',
      'FULFILL_UNCOMBINE',
      'PARTLY_CANCEL_SPLIT',
      'SPLIT_BY_SKU_CANCEL',
    ),
    role_type: word('ROLE_USER', 'ROLE_SELLER', 'ROLE_OPERATOR', 'ROLE_SYSTEM'),
    package_list: z.nullish(z.array(z.looseObject({ package_id: text, order_id_list: texts }))),
    update_time,
  }),
  product_status_change: z.looseObject({
    ...product,
    status: word('PRODUCT_FIRST_PASS_REVIEW', 'PRODUCT_STATUS_CHANGED', 'PRODUCT_AUDIT_FAILURE'),
    suspended_reason: text,
  }),
  seller_deauthorization: z.looseObject({ message: text }),
  /** `expiration_time`: epoch seconds as text. */
  upcoming_authorization_expiration: z.looseObject({ message: text, expiration_time: text }),
  cancellation_status_change: z.looseObject({
    ...order,
    cancel_id: text,
    cancellations_role: word('BUYER', 'SELLER', 'SYSTEM'),
    cancel_status: word(
      'CANCELLATION_REQUEST_PENDING',
      'CANCELLATION_REQUEST_SUCCESS',
      'CANCELLATION_REQUEST_CANCELLED',
      'CANCELLATION_REQUEST_COMPLETE',
    ),
    create_time: seconds,
  }),
  return_status_change: z.looseObject({
    ...order,
    return_id: text,
    return_role: text,
    return_type: word('REFUND', 'REPLACEMENT', 'RETURN_AND_REFUND'),
    return_status: text,
    create_time: seconds,
    update_time,
  }),
  new_conversation: z.looseObject({ conversation_id: text, create_time: seconds }),
  new_message: z.looseObject({
    message_id: text,
    conversation_id: text,
    index: z.nullish(z.union([z.string(), z.number()])),
    type: text,
    /** JSON in a text; its form depends on `type`. */
    content: text,
    create_time: seconds,
    is_visible: z.nullish(z.boolean()),
    sender: z.nullish(z.looseObject({})),
  }),
  product_information_change: z.looseObject({
    ...product,
    change_source: word('SELLER_CENTER', 'OPEN_API'),
    changed_fields: texts,
  }),
  product_creation: z.looseObject({ ...product, product_types: texts }),
  shoppable_content_posting: z.looseObject({
    product_id: text,
    event: z.nullish(
      z.looseObject({ type: word('ADD', 'UPDATE', 'REMOVE'), scene: word('VIDEO'), content_id: text }),
    ),
  }),
  product_category_change: z.looseObject({
    ...product,
    previous_category_id: text,
    current_category_id: text,
  }),
  size_chart_change: z.looseObject({
    size_chart_template_id: text,
    size_chart_template_name: text,
    event_type: word('CREATE', 'EDIT', 'DELETE'),
    update_time,
  }),
  creator_deauthorization: z.looseObject({ cancel_time: seconds }),
  inbound_fbt_order_status_change: z.looseObject({
    inbound_order_id: text,
    order_status: word(
      'TO_BE_RECEIVED',
      'ARRIVE_HUB',
      'RECEIVING',
      'PARTIALLY_RECEIVED',
      'RECEIVED',
      'CANCELLED',
    ),
    update_time,
  }),
  fbt_merchant_onboarding: z.looseObject({
    onboarded_regions: z.nullish(z.array(z.looseObject({ region_code: text }))),
    update_time,
  }),
  goods_match: z.looseObject({
    ...sku,
    goods_id: text,
    match_type: word('MATCH', 'UNMATCH'),
    product_type: word('LOCAL', 'GLOBAL'),
    update_time,
  }),
  fbt_inventory_update: z.looseObject({
    goods_id: text,
    sku_id: text,
    fbt_warehouse_inventory: z.nullish(
      z.array(
        z.looseObject({
          fbt_warehouse_id: text,
          on_hand_detail: z.nullish(
            z.looseObject({ total_quantity: whole, reserved_quantity: whole, available_quantity: whole }),
          ),
        }),
      ),
    ),
    update_time,
  }),
  opportunity_matching_status_change: z.looseObject({
    external_product_id: text,
    opportunity_matching_status: word('PENDING', 'MATCHED', 'NOT_MATCHED'),
    opportunity_ids: texts,
    opportunity_matching_end_time: seconds,
    update_time,
  }),
  inventory_status_change: z.looseObject({
    ...sku,
    trigger_reason: z.nullish(
      z.looseObject({
        alert_type: word('PREDICTION', 'REALTIME'),
        lead_days: whole,
        low_stock_threshold: whole,
      }),
    ),
    current_inventory_status: word('SUFFICIENT_STOCK', 'LOW_STOCK', 'OUT_OF_STOCK'),
    inventory_distribution: z.nullish(
      z.looseObject({
        total_quantity: whole,
        available_quantity: whole,
        creator_reserved_quantity: whole,
        campaign_reserved_quantity: whole,
        committed_quantity: whole,
      }),
    ),
    update_time,
  }),
  new_message_listener: z.looseObject({
    index: z.nullish(z.union([z.string(), z.number()])),
    message_id: text,
    conversation_id: text,
    msg_type: word('TEXT', 'PRODUCT_CARD', 'TARGET_COLLABORATION_CARD', 'FREE_SAMPLE_CARD'),
    content: text,
    /** Epoch seconds as text. */
    create_time: text,
    sender: z.nullish(z.looseObject({ sender_im_user_id: text })),
  }),
  tokopedia_mirror_status_change: z.looseObject({
    tts_shop_id: text,
    mirror_status: word('MIRRORED', 'ROLLED_BACK', 'CANCELED'),
    update_time,
  }),
  invoice_status_change: z.looseObject({
    package_id: text,
    order_ids: texts,
    invoice_status: word('SUCCESS', 'PROCESSING', 'FAILED', 'INVALID'),
    invalid_reason: word('UNKNOWN', 'FAILED', 'NOT_FOUND', 'NOT_AUTHORIZED', 'ACCESS_KEY_DUPLICATE'),
  }),
  product_audit_status_change: z.looseObject({
    ...product,
    audit: z.nullish(
      z.looseObject({
        status: word('NONE', 'AUDITING', 'FAILED', 'PRE_APPROVED', 'APPROVED'),
        pre_approved_reasons: texts,
      }),
    ),
    integrated_platform_statuses: z.nullish(z.unknown()),
  }),
  strikethrough_price_expired: z.looseObject(sku),
  activity_status_change: z.looseObject({
    activity_id: text,
    activity_type: word(
      'FIXED_PRICE',
      'DIRECT_DISCOUNT',
      'SHIPPING_DISCOUNT',
      'BUY_MORE_SAVE_MORE',
      'FLASHSALE',
    ),
    product_level: word('PRODUCT', 'VARIATION', 'SHOP'),
    status: word('ONGOING', 'EXPIRED', 'DEACTIVATED'),
    update_time,
  }),
  combined_listing_change: z.looseObject({
    combined_listing_id: text,
    products: z.nullish(z.array(z.looseObject({ id: text }))),
    status: word('LIVE', 'SYSTEM_DEACTIVATED', 'SELLER_DEACTIVATED', 'DELETED'),
    change_type: word('CREATE', 'UPDATE', 'DELETE'),
    added_product_ids: texts,
    removed_product_ids: texts,
  }),
  image_translation_completed: z.looseObject({
    translation_task: z.nullish(
      z.looseObject({
        id: text,
        status: word('PROCESSING', 'COMPLETED', 'FAILED'),
        fail_reason: text,
        /** The page's sample calls it `target_lang`. */
        target_language: text,
        original_image: z.nullish(z.looseObject({ uri: text, url: text })),
        translated_image: z.nullish(z.looseObject({ uri: text, url: text })),
      }),
    ),
  }),
  sku_status_change: z.looseObject({ ...product, skus: z.nullish(z.array(z.unknown())) }),
  global_replication_status_change: z.looseObject({
    source_product_id: text,
    replicated_product: z.nullish(
      z.looseObject({
        product_id: text,
        region: text,
        result: word('SUCCESS', 'DRAFT', 'FAILED'),
        fail_reasons: z.nullish(z.array(z.looseObject({ message: text }))),
      }),
    ),
  }),
  global_listing_method_change: z.looseObject({
    global_product_id: text,
    local_product_id: texts,
    listing_method: word('GLOBAL_PUBLISHING', 'LOCAL_REPLICATION'),
  }),
  video_precheck_result: z.looseObject({
    precheck_task_id: text,
    result: word('PASS', 'FAIL'),
    issues: z.nullish(z.array(z.looseObject({ risk: text, suggestion: text }))),
  }),
  sample_application_status_change: z.looseObject({ application_id: text, new_status: text }),
  fbt_mcf_order_status_change: z.looseObject({ mcf_order: z.nullish(z.looseObject({})) }),
  shoppable_video_precheck_result: z.looseObject({}),
  product_package_recommended: z.looseObject({}),
  activity_change: z.looseObject({
    activity_id: text,
    /** The table says `CREATE`, `UPDATE`, `DEACTIVATE`, the sample `product_update`. */
    change_type: text,
    product_update_list: z.nullish(
      z.looseObject({ product_ids: texts, exclude_product_ids: texts, benefit_product_ids: texts }),
    ),
    product_remove_list: z.nullish(
      z.looseObject({
        product_ids: texts,
        sku_ids: texts,
        benefit_product_ids: texts,
        exclude_product_ids: texts,
      }),
    ),
    update_time,
  }),
  aftersales_request_status_update: z.looseObject({
    aftersales_request_id: text,
    return_role: text,
    aftersales_request_status: word('PENDING_REQUEST_REVIEW', 'REQUEST_REVIEW_COMPLETED'),
    aftersales_request_create_time: seconds,
    aftersales_request_update_time: seconds,
  }),
  /** Its table and sample name the times differently, so they have no types. */
  rma_status_update: z.looseObject({
    rma_id: text,
    aftersales_request_id: text,
    return_role: text,
    rma_status: word('RMA_CREATED', 'PENDING_PACKAGE_REVIEW', 'PACKAGE_REVIEW_COMPLETED'),
  }),
  appeal_completed: z.looseObject({}),
  refund_success: z.looseObject({
    aftersales_request_id: text,
    rma_id: text,
    line_items: z.nullish(
      z.array(
        z.looseObject({
          main_order_id: text,
          return_line_item_id: text,
          sku_id: text,
          sku_return_request_id: text,
          sub_return_line_item_id: text,
        }),
      ),
    ),
    refund_currency: text,
    refund_total: z.nullish(z.union([z.string(), z.number()])),
    refund_status: word('REFUND_SUCCESS'),
    refund_timestamp: z.nullish(z.union([z.string(), z.number()])),
  }),
  /** Flat: it has neither `type` nor `data`, and `event_id` is what to deduplicate on. */
  inventory_changed: z.looseObject({
    ...sku,
    event_id: text,
    seller_id: text,
    /** ISO 8601 with nanoseconds. */
    occurred_at: text,
    quantity_snapshot_after_change: z.nullish(z.looseObject({})),
    change_detail: z.nullish(
      z.union([
        z.array(z.looseObject({ idempotency_key: text, trigger_source: text, occurred_at: text })),
        z.looseObject({ idempotency_key: text, trigger_source: text, occurred_at: text }),
      ]),
    ),
  }),
} as const satisfies Record<ShopTopic, z.ZodMiniType>

/** `data` of a topic. */
export type ShopWebhookData<Topic extends ShopTopic> = z.infer<(typeof shopWebhookModels)[Topic]>
