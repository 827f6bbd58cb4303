/** Cancellations, refunds and returns, as sellers see and answer them. */
import { type ShopCall, type ShopHandler, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { amountText, parseAmount } from './money.ts'
import { orderOf } from './order-handlers.ts'
import { cancelLines, liveLines, tellCancellation, touchOrder } from './order-life.ts'
import { page, pageOf, sorted } from './paging.ts'
import { imageUrl } from './product-view.ts'
import { ENDED, moveReturn, openReturn, refundable } from './reverse-life.ts'
import {
  cancelRejections,
  demandReason,
  demandRejection,
  type ReverseAction,
  reasonsFor,
  returnRejections,
} from './reverse-reasons.ts'
import type { CancellationRow, OrderLine, OrderRow, ReturnRow, ReturnStatus, ShopRow } from './state.ts'

const DAY = 86_400

/** Lines by their ids, or so many of a SKU, or all that are left. @throws {ShopRefusal} */
function readLines(order: OrderRow, body: Fields): OrderLine[] {
  const open = liveLines(order).filter(({ refunded }) => refunded !== true)
  const ids = [
    ...body.texts('order_line_item_ids'),
    ...body.list('order_line_list').map((line) => line.text('order_line_item_id')),
  ]
  if (ids.length > 0) return ids.map((id) => open.find((line) => line.id === id) ?? refuseLine(id))
  const skus = body.list('skus')
  if (skus.length === 0) return open
  return skus.flatMap((sku) => {
    const id = sku.text('sku_id')
    const quantity = sku.requiredInteger('quantity', { min: 1 })
    const lines = open.filter((line) => line.sku === id).slice(0, quantity)
    return lines.length === quantity ? lines : refuseLine(id)
  })
}

function refuseLine(id: string): never {
  throw new ShopRefusal(25005011, `The order has no, or not so many, open lines of ${id}.`)
}

const CANCELLABLE = ['UNPAID', 'ON_HOLD', 'AWAITING_SHIPMENT', 'AWAITING_COLLECTION']

function cancelOrder(call: ShopCall): object {
  const { platform, shop, body } = call
  const order = orderOf(call, body.text('order_id'))
  const reason = body.text('cancel_reason')
  if (order.status === 'CANCELLED') throw new ShopRefusal(25001010, 'The order is cancelled already.')
  if (!CANCELLABLE.includes(order.status))
    throw new ShopRefusal(25001045, `The order is ${order.status} and cannot be stopped.`)
  demandReason(reason, { by: 'SELLER', action: 'cancel', status: order.status, region: shop.region })
  const lines = readLines(order, body)
  const partial = lines.length < liveLines(order).length
  const outOfStock = /out_of_stock/.test(reason)
  // Single items only where the law of the market and the reason allow it.
  if (partial && !(['US', 'GB'].includes(shop.region) && outOfStock))
    throw new ShopRefusal(25005010, 'Single items can be cancelled in US and GB, for want of stock.')
  const row = cancelLines(platform, order, lines, { by: 'SELLER', reason })
  return { cancel_id: row.id, cancel_status: apiStatus(row) }
}

/** Webhooks and lists write `_CANCELLED`, this answer does not. */
function apiStatus({ status }: CancellationRow): string {
  return status === 'CANCELLATION_REQUEST_CANCELLED' ? 'CANCELLATION_REQUEST_CANCEL' : status
}

function cancellationOf({ world, shop, path }: ShopCall): CancellationRow {
  const row = world.cancellations.get(path.cancel_id ?? '')
  if (row?.shop !== shop.id)
    throw new ShopRefusal(25007006, `The shop has no cancellation ${path.cancel_id}.`)
  return row
}

function answerCancellation(call: ShopCall, approve: boolean): object {
  const { platform, world, shop, body, now } = call
  const row = cancellationOf(call)
  if (repeated(call)) return {}
  const order = orderOf(call, row.order)
  if (row.status !== 'CANCELLATION_REQUEST_PENDING')
    throw new ShopRefusal(25001003, `The request is ${row.status}.`)
  if (approve) {
    cancelLines(
      platform,
      order,
      order.lines.filter(({ id }) => row.lines.includes(id)),
      { by: 'BUYER', reason: row.reason, request: row },
    )
  } else {
    const reason = body.text('reject_reason')
    demandRejection(reason, cancelRejections, shop.region)
    world.cancellations.patch(row, {
      status: 'CANCELLATION_REQUEST_CANCELLED',
      rejection: { reason, comment: body.optional('comment') ?? '' },
      updatedAt: now,
    })
    touchOrder(platform, order, { cancelRequested: false })
    tellCancellation(platform, row)
  }
  remember(call)
  return {}
}

/** An answer that was given already with this key is not given again. */
function repeated({ world, query, operation, path, now }: ShopCall): boolean {
  const key = query.optional('idempotency_key')
  const id = `${operation.name}:${path.cancel_id ?? path.return_id}:${key}`
  return key !== undefined && (world.idempotency.get(id)?.expiresAt ?? 0) > now
}

function remember({ world, query, operation, path, now }: ShopCall): void {
  const key = query.optional('idempotency_key')
  const id = `${operation.name}:${path.cancel_id ?? path.return_id}:${key}`
  if (key !== undefined) world.idempotency.put({ id, answer: '{}', expiresAt: now + DAY })
}

function amounts(lines: readonly OrderLine[], order: OrderRow, total?: number): object {
  const goods = lines.reduce((sum, { price }) => sum + price, 0)
  const tax = lines.reduce((sum, line) => sum + line.tax, 0)
  const money = (minor: number): string => amountText(minor, order.currency)
  return {
    currency: order.currency,
    refund_subtotal: money(goods),
    refund_tax: money(tax),
    refund_shipping_fee: money(0),
    refund_total: money(total ?? goods + tax),
    retail_delivery_fee: money(0),
    buyer_service_fee: money(0),
  }
}

function within(body: Fields, name: string, at: number): boolean {
  return (
    at >= (body.integer(`${name}_ge`) ?? 0) && at < (body.integer(`${name}_lt`) ?? Number.MAX_SAFE_INTEGER)
  )
}

type Reverse = CancellationRow | ReturnRow

function searchRows<T extends Reverse>(
  call: ShopCall,
  collection: ShopCall['world']['cancellations'] | ShopCall['world']['returns'],
  minSize: number,
  wanted: (row: T, order: OrderRow) => boolean,
) {
  const { world, shop, query, body } = call
  const request = pageOf(query, { default: 10, min: minSize, max: 50 })
  const field = query.oneOf('sort_field', ['create_time', 'update_time']) ?? 'create_time'
  const descending = query.oneOf('sort_order', ['ASC', 'DESC']) === 'DESC'
  const orders = body.texts('order_ids')
  const buyers = body.texts('buyer_user_ids')
  const by = {
    name: field,
    value: field === 'create_time' ? (row: T) => row.createdAt : (row: T) => row.updatedAt,
  }
  return page(
    sorted(collection as never, 'shop', shop.id, by) as readonly T[],
    by.value,
    { ...request, descending },
    (row) => {
      const order = world.orders.get(row.order)
      if (order === undefined) return false
      if (orders.length > 0 && !orders.includes(row.order)) return false
      if (buyers.length > 0 && !buyers.includes(order.buyer)) return false
      return (
        within(body, 'create_time', row.createdAt) &&
        within(body, 'update_time', row.updatedAt) &&
        wanted(row, order)
      )
    },
  )
}

function lineFacts(call: ShopCall, line: OrderLine, order: OrderRow): object {
  return {
    order_line_item_id: line.id,
    product_name: line.productName,
    product_image: { url: imageUrl(call.platform, line.image), width: 800, height: 800 },
    seller_sku: line.sellerSku,
    sku_id: line.sku,
    sku_name: line.skuName,
    refund_amount: amounts([line], order),
  }
}

function searchCancellations(call: ShopCall): object {
  const { body, world } = call
  const ids = body.texts('cancel_ids')
  const types = body.texts('cancel_types')
  const statuses = body.texts('cancel_status')
  const found = searchRows<CancellationRow>(
    call,
    world.cancellations,
    1,
    (row) =>
      (ids.length === 0 || ids.includes(row.id)) &&
      (types.length === 0 || types.includes(row.type)) &&
      (statuses.length === 0 || statuses.includes(row.status) || statuses.includes(apiStatus(row))),
  )
  return {
    cancellations: found.rows.map((row) => {
      const order = world.orders.get(row.order) as OrderRow
      const lines = order.lines.filter(({ id }) => row.lines.includes(id))
      return {
        cancel_id: row.id,
        order_id: row.order,
        cancel_type: row.type,
        cancel_status: row.status,
        cancel_reason: row.reason,
        cancel_reason_text: row.reason.replaceAll('_', ' '),
        role: row.role,
        refund_amount: amounts(lines, order),
        cancel_line_items: lines.map((line) => ({
          cancel_line_item_id: line.id,
          ...lineFacts(call, line, order),
        })),
        seller_next_action_response:
          row.status === 'CANCELLATION_REQUEST_PENDING'
            ? [{ action: 'SELLER_RESPOND_CANCEL', deadline: row.createdAt + 2 * DAY }]
            : [],
        create_time: row.createdAt,
        update_time: row.updatedAt,
      }
    }),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

/** What a seller may do now, and until when. */
function nextAction(row: ReturnRow): object[] {
  const deadline = row.updatedAt + 2 * DAY
  if (row.status === 'RETURN_OR_REFUND_REQUEST_PENDING')
    return [{ action: row.type === 'REFUND' ? 'SELLER_RESPOND_REFUND' : 'SELLER_RESPOND_RETURN', deadline }]
  if (row.status === 'BUYER_SHIPPED_ITEM') return [{ action: 'SELLER_RESPOND_RECEIVE_PACKAGE', deadline }]
  return row.status === 'REPLACEMENT_REQUEST_PENDING'
    ? [{ action: 'SELLER_RESPOND_REPLACEMENT', deadline }]
    : []
}

function returnView(call: ShopCall, row: ReturnRow): object {
  const order = call.world.orders.get(row.order) as OrderRow
  const lines = order.lines.filter(({ id }) => row.lines.includes(id))
  return {
    return_id: row.id,
    order_id: row.order,
    return_type: row.type,
    return_status: row.status,
    return_reason: row.reason,
    return_reason_text: row.reason.replaceAll('_', ' '),
    role: row.role,
    shipment_type: 'PLATFORM',
    handover_method: 'DROP_OFF',
    return_tracking_number: row.tracking ?? '',
    return_provider_id: row.provider ?? '',
    can_buyer_keep_item: row.keepsItem ?? false,
    is_combined_return: false,
    refund_amount: amounts(lines, order, row.refund),
    ...(row.partial === undefined
      ? {}
      : { partial_refund: { amount: amountText(row.partial, order.currency), currency: order.currency } }),
    return_line_items: lines.map((line) => ({
      return_line_item_id: line.id,
      ...lineFacts(call, line, order),
    })),
    seller_next_action_response: nextAction(row),
    create_time: row.createdAt,
    update_time: row.updatedAt,
  }
}

function searchReturns(call: ShopCall): object {
  const { body, world } = call
  const ids = body.texts('return_ids')
  const types = body.texts('return_types')
  const statuses = body.texts('return_status')
  const found = searchRows<ReturnRow>(
    call,
    world.returns,
    call.operation.version === '202309' ? 10 : 1,
    (row) =>
      (ids.length === 0 || ids.includes(row.id)) &&
      (types.length === 0 || types.includes(row.type)) &&
      (statuses.length === 0 || statuses.includes(row.status)),
  )
  return {
    return_orders: found.rows.map((row) => returnView(call, row)),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

function createReturn(call: ShopCall): object {
  const { platform, body } = call
  if (repeated(call)) throw new ShopRefusal(25001028, 'This key was used.')
  const order = orderOf(call, body.text('order_id'))
  const type = body.requiredOneOf('return_type', ['REFUND', 'RETURN_AND_REFUND', 'REPLACEMENT'])
  const total = body.optional('refund_total')
  const amount =
    total === undefined
      ? undefined
      : (parseAmount(total, order.currency) ?? body.refuse('refund_total', 'must be an amount'))
  const row = openReturn(platform, order, {
    type,
    role: 'SELLER',
    reason: body.text('return_reason'),
    lines: readLines(order, body),
    amount,
  })
  remember(call)
  return { return_id: row.id, return_status: row.status }
}

function returnOf({ world, shop }: ShopCall, id: string): ReturnRow {
  const row = world.returns.get(id)
  if (row?.shop !== shop.id) throw new ShopRefusal(25007006, `The shop has no return ${id.slice(0, 40)}.`)
  return row
}

const APPROVALS: Readonly<Record<string, ReturnStatus>> = {
  APPROVE_REFUND: 'RETURN_OR_REFUND_REQUEST_SUCCESS',
  APPROVE_RETURN: 'AWAITING_BUYER_SHIP',
  APPROVE_RECEIVED_PACKAGE: 'RETURN_OR_REFUND_REQUEST_SUCCESS',
  APPROVE_REPLACEMENT: 'REPLACEMENT_REQUEST_COMPLETE',
  ISSUE_REPLACEMENT_REFUND: 'REPLACEMENT_REQUEST_REFUND_SUCCESS',
  OFFER_PARTIAL_REFUND: 'AWAITING_BUYER_RESPONSE',
}

/** Which state an answer is an answer to. */
const ANSWERS: Readonly<Record<string, ReturnStatus>> = {
  APPROVE_RECEIVED_PACKAGE: 'BUYER_SHIPPED_ITEM',
  REJECT_RECEIVED_PACKAGE: 'BUYER_SHIPPED_ITEM',
  APPROVE_REPLACEMENT: 'REPLACEMENT_REQUEST_PENDING',
  ISSUE_REPLACEMENT_REFUND: 'REPLACEMENT_REQUEST_PENDING',
  REJECT_REPLACEMENT: 'REPLACEMENT_REQUEST_PENDING',
}

function demandAnswerable(row: ReturnRow, decision: string): void {
  const state = ANSWERS[decision] ?? 'RETURN_OR_REFUND_REQUEST_PENDING'
  if (row.status !== state)
    throw new ShopRefusal(25001044, `The request is ${row.status}; ${decision} answers one that is ${state}.`)
  if (decision === 'APPROVE_RETURN' && row.type === 'REFUND')
    throw new ShopRefusal(25001044, 'It is a refund without a return.')
}

function approve(call: ShopCall, row: ReturnRow, decision: string, body: Fields): void {
  demandAnswerable(row, decision)
  const order = call.world.orders.get(row.order) as OrderRow
  if (body.flag('buyer_keep_item') === true) row.keepsItem = true
  if (decision === 'OFFER_PARTIAL_REFUND') {
    const offered = parseAmount(body.requiredObject('partial_refund').text('amount'), order.currency)
    if (offered === undefined || offered <= 0 || offered > row.refund)
      throw new ShopRefusal(25005005, 'partial_refund: must be more than 0 and at most what was asked for.')
    row.partial = offered
  }
  // Whoever may keep the goods has nothing to send.
  const to =
    row.keepsItem === true && decision === 'APPROVE_RETURN'
      ? 'RETURN_OR_REFUND_REQUEST_SUCCESS'
      : (APPROVALS[decision] as ReturnStatus)
  moveReturn(call.platform, row, to, { text: decision })
}

function reject(call: ShopCall, row: ReturnRow, decision: string, reason: string): void {
  demandAnswerable(row, decision)
  demandRejection(reason, returnRejections, call.shop.region)
  const to: ReturnStatus =
    decision === 'REJECT_RECEIVED_PACKAGE'
      ? 'REJECT_RECEIVE_PACKAGE'
      : decision === 'REJECT_REPLACEMENT'
        ? 'REPLACEMENT_REQUEST_REJECT'
        : 'REFUND_OR_RETURN_REQUEST_REJECT'
  moveReturn(call.platform, row, to, { text: `${decision}: ${reason}` })
}

const REJECTIONS = ['REJECT_REFUND', 'REJECT_RETURN', 'REJECT_RECEIVED_PACKAGE', 'REJECT_REPLACEMENT']

function answerReturn(approving: boolean): ShopHandler {
  return (call) => {
    const { body, path } = call
    const row = returnOf(call, path.return_id ?? '')
    if (repeated(call)) return {}
    if (approving) approve(call, row, body.requiredOneOf('decision', Object.keys(APPROVALS)), body)
    else reject(call, row, body.requiredOneOf('decision', REJECTIONS), body.text('reject_reason'))
    remember(call)
    return {}
  }
}

/** The model of 2026: many at once, each with a key of its own. */
function reviewAftersales(call: ShopCall): object {
  const errors: object[] = []
  for (const entry of call.body.list('aftersales_request_decisions', { required: true, max: 50 })) {
    const id = entry.text('aftersales_request_id')
    try {
      const row = returnOf(call, id)
      const decision = entry.requiredOneOf('decision', [...Object.keys(APPROVALS), ...REJECTIONS])
      if (REJECTIONS.includes(decision)) reject(call, row, decision, entry.text('reject_reason'))
      else approve(call, row, decision, entry)
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      errors.push({ code: error.code, message: error.message, detail: { aftersales_request_id: id } })
    }
  }
  return { errors }
}

const PENDING: ReadonlySet<ReturnStatus> = new Set([
  'RETURN_OR_REFUND_REQUEST_PENDING',
  'REPLACEMENT_REQUEST_PENDING',
  'AWAITING_BUYER_RESPONSE',
])

function aftersalesView(call: ShopCall, row: ReturnRow): object {
  const { aftersales_request_status, ...rest } = {
    aftersales_request_status: PENDING.has(row.status)
      ? 'PENDING_REQUEST_REVIEW'
      : 'REQUEST_REVIEW_COMPLETED',
    ...returnView(call, row),
  }
  return {
    ...rest,
    aftersales_request_status,
    aftersales_request_id: row.id,
    main_order_id: row.order,
    rma_ids: row.type === 'REFUND' ? [] : [row.rma],
  }
}

/** Filters, order and page stand in the body here. */
function searchAftersales(call: ShopCall, kind: 'aftersales' | 'rma'): object {
  const { world, shop, body } = call
  const filters = body.object('filters')
  const pagination = body.object('pagination')
  const request =
    pagination === undefined ? { size: 20, after: undefined } : pageOf(pagination, { default: 20, max: 50 })
  const descending = body.object('sort')?.oneOf('sort_order', ['ASC', 'DESC']) !== 'ASC'
  const ids = filters?.texts('aftersales_request_ids') ?? []
  const rmas = filters?.texts('rma_ids') ?? []
  const orders = filters?.texts('main_order_ids') ?? []
  const types = filters?.texts('return_types') ?? []
  const by = { name: 'created', value: (row: ReturnRow) => row.createdAt }
  const found = page(
    sorted(world.returns, 'shop', shop.id, by),
    by.value,
    { ...request, descending },
    (row) =>
      (kind === 'aftersales' || row.type !== 'REFUND') &&
      (ids.length === 0 || ids.includes(row.id)) &&
      (rmas.length === 0 || rmas.includes(row.rma)) &&
      (orders.length === 0 || orders.includes(row.order)) &&
      (types.length === 0 || types.includes(row.type)),
  )
  const rmaStatus = ({ status }: ReturnRow): string =>
    status === 'BUYER_SHIPPED_ITEM'
      ? 'PENDING_PACKAGE_REVIEW'
      : ENDED.has(status)
        ? 'PACKAGE_REVIEW_COMPLETED'
        : 'RMA_CREATED'
  return {
    ...(kind === 'aftersales'
      ? { aftersales_requests: found.rows.map((row) => aftersalesView(call, row)) }
      : {
          return_merchandise_authorizations: found.rows.map((row) => ({
            rma_id: row.rma,
            aftersales_request_id: row.id,
            main_order_id: row.order,
            rma_status: rmaStatus(row),
            tracking_number: row.tracking ?? '',
            create_time: row.createdAt,
            update_time: row.updatedAt,
          })),
        }),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

const ACTIONS: Readonly<Record<string, ReverseAction>> = {
  CANCEL: 'cancel',
  REFUND: 'refund',
  RETURN: 'return',
  RETURN_AND_REFUND: 'return',
}

function eligibility(call: ShopCall): object {
  const { shop, query, path, operation } = call
  const order = orderOf(call, path.order_id ?? '')
  const by = query.oneOf('initiate_aftersale_user', ['SELLER', 'BUYER']) ?? 'SELLER'
  const asked = query.texts('request_types')
  const types = asked.length > 0 ? asked : ['CANCEL', 'REFUND', 'RETURN_AND_REFUND']
  const skus = new Map<string, OrderLine[]>()
  for (const line of order.lines) skus.set(line.sku, [...(skus.get(line.sku) ?? []), line])
  return {
    sku_eligibility: [...skus].map(([sku, lines]) => ({
      sku_id: sku,
      line_item_eligibility: types.map((type) => {
        const reasons = reasonsFor(by, ACTIONS[type] ?? 'cancel', order.status, shop.region)
        const open = lines.some((line) => line.cancelled === undefined && line.refunded !== true)
        const eligible = open && reasons.length > 0
        return {
          request_type: type,
          eligible,
          order_line_items_ids: lines.map(({ id }) => id),
          ...(operation.version === '202309' ? {} : { available_reason_names: eligible ? reasons : [] }),
          ...(eligible
            ? {}
            : { ineligible_code: 25001003, ineligible_reason: `The order is ${order.status}.` }),
        }
      }),
    })),
  }
}

function calculate(call: ShopCall): object {
  const { shop, body } = call
  const order = orderOf(call, body.text('order_id'))
  const action = ACTIONS[body.requiredOneOf('request_type', Object.keys(ACTIONS))] as ReverseAction
  demandReason(body.text('reason_name'), { by: 'SELLER', action, status: order.status, region: shop.region })
  const lines = readLines(order, body)
  return { order_refund_amount: amounts(lines, order, refundable(lines)) }
}

/** What a seller could answer now. */
function decisions(call: ShopCall): object {
  const { query, world, shop } = call
  const id = query.text('return_or_cancel_id')
  const asked = query.texts('check_decisions')
  const row = world.returns.get(id)
  const pending = world.cancellations.get(id)
  if (row?.shop !== shop.id && pending?.shop !== shop.id)
    throw new ShopRefusal(25007006, `The shop has no request ${id}.`)
  const all = asked.length > 0 ? asked : [...Object.keys(APPROVALS), ...REJECTIONS]
  return {
    decision_eligibility: all.map((decision) => {
      let reason = ''
      try {
        if (row === undefined) {
          if (pending?.status !== 'CANCELLATION_REQUEST_PENDING')
            reason = `The request is ${pending?.status}.`
        } else demandAnswerable(row, decision)
      } catch (error) {
        if (!(error instanceof ShopRefusal)) throw error
        reason = error.message
      }
      return { decision, eligible: reason === '', ineligible_reason: reason }
    }),
  }
}

/** The label with which a buyer sends it back, of a seller who pays for it. */
function uploadReturnLabel(call: ShopCall): object {
  const { world, shop, query, body, now } = call
  const byRma = query.oneOf('return_id_type', ['RMA', 'RETURN']) === 'RMA'
  for (const id of query.texts('return_ids', { required: true })) {
    const row = byRma
      ? world.returns.where('shop', shop.id).find(({ rma }) => rma === id)
      : returnOf(call, id)
    if (row === undefined) throw new ShopRefusal(25007006, `The shop has no RMA ${id}.`)
    const tracking = body.optional('tracking_number') ?? row.tracking
    const provider = body.optional('return_provider_id') ?? row.provider
    world.returns.patch(row, {
      ...(tracking === undefined ? {} : { tracking }),
      ...(provider === undefined ? {} : { provider }),
      updatedAt: now,
    })
  }
  return {}
}

function rejectReasons({ world, query, shop }: ShopCall): object {
  const id = query.text('return_or_cancel_id')
  const list =
    world.cancellations.get(id)?.shop === shop.id
      ? cancelRejections
      : world.returns.get(id)?.shop === shop.id
        ? returnRejections
        : undefined
  if (list === undefined) throw new ShopRefusal(25007006, `The shop has no request ${id}.`)
  return { reasons: list.map((name) => ({ name: suffixed(name, shop), text: name.replaceAll('_', ' ') })) }
}

function suffixed(key: string, { region }: ShopRow): string {
  return region === 'GB' ? `${key}_uk` : key
}

export const reverseHandlers: ShopHandlers = {
  'return_refund.CancelOrder': cancelOrder,
  'return_refund.SearchCancellations': searchCancellations,
  'return_refund.ApproveCancellation': (call) => answerCancellation(call, true),
  'return_refund.RejectCancellation': (call) => answerCancellation(call, false),
  'return_refund.GetAftersaleEligibility': eligibility,
  'return_refund.CalculateRefund': calculate,
  'return_refund.GetRejectReasons': rejectReasons,
  'return_refund.CreateReturn': createReturn,
  'return_refund.SearchReturns': searchReturns,
  'return_refund.ApproveReturn': answerReturn(true),
  'return_refund.RejectReturn': answerReturn(false),
  'return_refund.GetReturnRecords': (call) => ({
    records: returnOf(call, call.path.return_id ?? '').records.map(({ at, event, role, text, note }) => ({
      create_time: at,
      event,
      role,
      description: text,
      note,
      reason_text: note,
      images: [],
      videos: [],
    })),
  }),
  'return_refund.UploadShippingDocumentAndTrackingInfo': uploadReturnLabel,
  'return_refund.SearchAftersalesRequest': (call) => searchAftersales(call, 'aftersales'),
  'return_refund.SearchReturnMerchandiseAuthorization': (call) => searchAftersales(call, 'rma'),
  'return_refund.ReviewAftersales': reviewAftersales,
  'return_refund.GetDecisionEligibility': decisions,
  'return_refund.GetReviewDecision': decisions,
}
