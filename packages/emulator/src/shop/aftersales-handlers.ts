/** The model of 2026: requests after the sale, many answered at once. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { page, pageOf, sorted } from './paging.ts'
import { APPROVALS, approve, REJECTIONS, reject, returnOf, returnView } from './reverse-handlers.ts'
import { ENDED } from './reverse-life.ts'
import type { ReturnRow, ReturnStatus } from './state.ts'

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

export const aftersalesHandlers: ShopHandlers = {
  'return_refund.SearchAftersalesRequest': (call) => searchAftersales(call, 'aftersales'),
  'return_refund.SearchReturnMerchandiseAuthorization': (call) => searchAftersales(call, 'rma'),
  'return_refund.ReviewAftersales': reviewAftersales,
}
