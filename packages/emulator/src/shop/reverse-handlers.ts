/** Refunds and returns, as sellers see and answer them. */
import { type ShopCall, type ShopHandler, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { amountText, parseAmount } from './money.ts'
import { orderOf } from './order-handlers.ts'
import { moveReturn, openReturn, refundable } from './reverse-life.ts'
import { amounts, DAY, lineFacts, readLines, remember, repeated, searchRows } from './reverse-parts.ts'
import {
  cancelRejections,
  demandReason,
  demandRejection,
  type ReverseAction,
  reasonsFor,
  returnRejections,
} from './reverse-reasons.ts'
import type { OrderLine, OrderRow, ReturnRow, ReturnStatus, ShopRow } from './state.ts'

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

export function returnView(call: ShopCall, row: ReturnRow): object {
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

export function returnOf({ world, shop }: ShopCall, id: string): ReturnRow {
  const row = world.returns.get(id)
  if (row?.shop !== shop.id) throw new ShopRefusal(25007006, `The shop has no return ${id.slice(0, 40)}.`)
  return row
}

export const APPROVALS: Readonly<Record<string, ReturnStatus>> = {
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

export function approve(call: ShopCall, row: ReturnRow, decision: string, body: Fields): void {
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

export function reject(call: ShopCall, row: ReturnRow, decision: string, reason: string): void {
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

export const REJECTIONS = ['REJECT_REFUND', 'REJECT_RETURN', 'REJECT_RECEIVED_PACKAGE', 'REJECT_REPLACEMENT']

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
  'return_refund.GetDecisionEligibility': decisions,
  'return_refund.GetReviewDecision': decisions,
}
