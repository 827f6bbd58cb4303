/** Statements, what is in them, payments, and what is still to come. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { figuresOf } from './finance-books.ts'
import { amountText } from './money.ts'
import { orderOf } from './order-handlers.ts'
import { page, pageOf, sorted } from './paging.ts'
import type { OrderRow, PaymentRow, StatementRow, TransactionRow } from './state.ts'

/** The only field that each list takes, and it must be said. Observed: 36009004 without it. */
function demandSort(query: Fields, field: string): boolean {
  query.requiredOneOf('sort_field', [field])
  return query.oneOf('sort_order', ['ASC', 'DESC']) === 'DESC'
}

function within(query: Fields, name: string, at: number): boolean {
  return (
    at >= (query.integer(`${name}_ge`) ?? 0) && at < (query.integer(`${name}_lt`) ?? Number.MAX_SAFE_INTEGER)
  )
}

function statements({ world, shop, query }: ShopCall): object {
  const descending = demandSort(query, 'statement_time')
  const status = query.oneOf('payment_status', ['PROCESSING', 'PAID', 'FAILED'])
  const by = { name: 'time', value: (row: StatementRow) => row.time }
  const money = (minor: number): string => amountText(minor, shop.currency)
  const found = page(
    sorted(world.statements, 'shop', shop.id, by),
    by.value,
    { ...pageOf(query, { default: 20, max: 100 }), descending },
    (row) =>
      row.closed &&
      (status === undefined || row.state === status) &&
      within(query, 'statement_time', row.time),
  )
  return {
    statements: found.rows.map((row) => ({
      id: row.id,
      statement_time: row.time,
      currency: shop.currency,
      revenue_amount: money(row.revenue),
      net_sales_amount: money(row.revenue),
      fee_amount: money(row.fee),
      shipping_cost_amount: money(row.shipping),
      adjustment_amount: money(row.adjustment),
      settlement_amount: money(row.settlement),
      payment_id: row.payment ?? '',
      payment_status: row.state,
      ...(row.paidAt === undefined ? {} : { payment_time: row.paidAt }),
    })),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

function payments({ world, shop, query, operation }: ShopCall): object {
  const descending = demandSort(query, 'create_time')
  // Not offered in South-East Asia. Observed.
  if (['ID', 'MY', 'PH', 'SG', 'TH', 'VN'].includes(shop.region))
    throw new ShopRefusal(105004, 'Payments are not offered in this region.', 403)
  const by = { name: 'created', value: (row: PaymentRow) => row.createdAt }
  const money = (minor: number): object => ({
    value: amountText(minor, shop.currency),
    currency: shop.currency,
  })
  const found = page(
    sorted(world.payments, 'shop', shop.id, by),
    by.value,
    { ...pageOf(query, { default: 20, max: 100 }), descending },
    (row) => within(query, 'create_time', row.createdAt),
  )
  return {
    payments: found.rows.map((row) => ({
      id: row.id,
      create_time: row.createdAt,
      ...(row.paidAt === undefined ? {} : { paid_time: row.paidAt }),
      status: row.status,
      amount: money(row.amount),
      settlement_amount: money(row.amount),
      payment_amount_before_exchange: money(row.amount),
      exchange_rate: '1',
      bank_account: '****0000',
      ...(operation.version === '202309' ? { reserve_amount: money(0) } : {}),
    })),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

type Books = Pick<TransactionRow, 'revenue' | 'subtotal' | 'discount' | 'fee' | 'shipping' | 'settlement'>

function breakdowns(row: Books, money: (minor: number) => string): object {
  return {
    revenue_breakdown: {
      subtotal_before_discount_amount: money(Math.max(0, row.subtotal)),
      seller_discount_amount: money(row.discount),
      refund_subtotal_before_discount_amount: money(Math.min(0, row.subtotal)),
      seller_discount_refund_amount: money(0),
      cod_service_fee_amount: money(0),
      refund_cod_service_fee_amount: money(0),
    },
    fee_tax_breakdown: {
      fee: {
        referral_fee_amount: money(row.fee),
        platform_commission_amount: money(0),
        transaction_fee_amount: money(0),
      },
      tax: {},
    },
    shipping_cost_breakdown: {
      actual_shipping_fee_amount: money(row.shipping),
      customer_paid_shipping_fee_amount: money(0),
    },
  }
}

function transactionView(row: TransactionRow, money: (minor: number) => string): object {
  return {
    id: row.id,
    type: row.type,
    order_id: row.order,
    order_create_time: row.orderCreatedAt,
    revenue_amount: money(row.revenue),
    fee_tax_amount: money(row.fee),
    shipping_cost_amount: money(row.shipping),
    adjustment_amount: money(0),
    settlement_amount: money(row.settlement),
    ...breakdowns(row, money),
  }
}

function ofStatement(call: ShopCall): object {
  const { world, shop, query, path, operation } = call
  const descending = demandSort(query, 'order_create_time')
  const statement = world.statements.get(path.statement_id ?? '')
  if (statement?.shop !== shop.id || !statement.closed)
    throw new ShopRefusal(36009004, `statement_id: there is no statement ${path.statement_id}.`)
  const by = { name: 'order', value: (row: TransactionRow) => row.orderCreatedAt }
  const money = (minor: number): string => amountText(minor, shop.currency)
  const found = page(sorted(world.transactions, 'statement', statement.id, by), by.value, {
    ...pageOf(query, { default: 20, max: 100 }),
    descending,
  })
  const rest = {
    next_page_token: found.next_page_token,
    total_count: found.total_count,
    currency: shop.currency,
  }
  if (operation.version === '202309')
    return {
      ...rest,
      statement_id: statement.id,
      statement_time: statement.time,
      settlement_amount: money(statement.settlement),
      revenue_amount: money(statement.revenue),
      fee_amount: money(statement.fee),
      shipping_cost_amount: money(statement.shipping),
      adjustment_amount: money(statement.adjustment),
      statement_transactions: found.rows.map((row) => transactionView(row, money)),
    }
  return {
    ...rest,
    id: statement.id,
    create_time: statement.time,
    status: statement.state,
    payable_amount: money(statement.settlement),
    total_settlement_amount: money(statement.settlement),
    total_reserve_amount: money(0),
    total_settlement_breakdown: {
      total_revenue_amount: money(statement.revenue),
      total_fee_tax_amount: money(statement.fee),
      total_shipping_cost_amount: money(statement.shipping),
      total_adjustment_amount: money(statement.adjustment),
    },
    transactions: found.rows.map((row) => transactionView(row, money)),
  }
}

/** By SKU since 202501. */
function ofOrder(call: ShopCall): object {
  const { world, shop, path, operation } = call
  const order = orderOf(call, path.order_id ?? '')
  const rows = world.transactions.where('order', order.id)
  const money = (minor: number): string => amountText(minor, shop.currency)
  const sum = (field: 'revenue' | 'fee' | 'shipping' | 'settlement'): string =>
    money(rows.reduce((total, row) => total + row[field], 0))
  if (operation.version === '202309')
    return {
      statement_transactions: rows.map((row) => transactionView(row, money)),
      total_count: rows.length,
    }
  return {
    order_id: order.id,
    order_create_time: order.createdAt,
    currency: shop.currency,
    revenue_amount: sum('revenue'),
    fee_and_tax_amount: sum('fee'),
    shipping_cost_amount: sum('shipping'),
    settlement_amount: sum('settlement'),
    total_count: rows.length,
    sku_transactions: rows.flatMap((row) =>
      row.lines.map((line) => {
        const share = row.revenue === 0 ? 0 : Math.round((row.shipping * line.revenue) / row.revenue)
        const books = { ...line, shipping: share, settlement: line.revenue + line.fee + share }
        return {
          statement_id: row.statement,
          sku_id: line.sku,
          sku_name: line.skuName,
          product_name: line.name,
          quantity: String(order.lines.filter(({ sku }) => sku === line.sku).length),
          revenue_amount: money(line.revenue),
          fee_tax_amount: money(line.fee),
          shipping_cost_amount: money(share),
          settlement_amount: money(books.settlement),
          ...breakdowns(books, money),
        }
      }),
    ),
  }
}

/** Estimates of what was paid for and is not settled. */
function unsettled({ world, shop, query }: ShopCall): object {
  const descending = demandSort(query, 'order_create_time')
  const by = { name: 'create_time', value: (row: OrderRow) => row.createdAt }
  const money = (minor: number): string => amountText(minor, shop.currency)
  const isOpen = (order: OrderRow): boolean =>
    order.paidAt !== undefined &&
    order.settled !== true &&
    order.status !== 'CANCELLED' &&
    within(query, 'search_time', order.createdAt)
  const rows = sorted(world.orders, 'shop', shop.id, by)
  const found = page(rows, by.value, { ...pageOf(query, { default: 20, max: 100 }), descending }, isOpen)
  const totals = { revenue: 0, fee: 0, settlement: 0 }
  for (const order of rows) {
    if (!isOpen(order)) continue
    const { revenue, fee, settlement } = figuresOf(order)
    totals.revenue += revenue
    totals.fee += fee
    totals.settlement += settlement
  }
  return {
    transactions: found.rows.map((order) => {
      const figures = figuresOf(order)
      return {
        id: order.id,
        order_id: order.id,
        order_create_time: order.createdAt,
        ...(order.deliveredAt === undefined ? {} : { order_delivery_time: order.deliveredAt }),
        currency: shop.currency,
        est_revenue_amount: money(figures.revenue),
        est_fee_tax_amount: money(figures.fee),
        est_shipping_cost_amount: money(figures.shipping),
        est_adjustment_amount: money(0),
        est_settlement_amount: money(figures.settlement),
        status: 'UNSETTLED',
        unsettled_reason: order.status === 'DELIVERED' ? 'AFTER_SALES_WINDOW' : 'NOT_DELIVERED',
        ...breakdowns(figures, money),
      }
    }),
    sum_est_revenue_amount: money(totals.revenue),
    sum_est_fee_amount: money(totals.fee),
    sum_est_adjustment_amount: money(0),
    sum_est_settlement_amount: money(totals.settlement),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

/** What reached the balance by settlement and left it by payment. */
function withdrawals({ world, shop, query }: ShopCall): object {
  const types = query.texts('types', { required: true })
  for (const type of types)
    if (!['WITHDRAW', 'SETTLE', 'TRANSFER', 'REVERSE'].includes(type))
      query.refuse('types', 'must be of WITHDRAW, SETTLE, TRANSFER, REVERSE')
  const by = { name: 'created', value: (row: PaymentRow) => row.createdAt }
  const found = page(
    sorted(world.payments, 'shop', shop.id, by),
    by.value,
    pageOf(query, { default: 20, max: 100 }),
    (row) =>
      within(query, 'create_time', row.createdAt) &&
      types.some((type) => type === 'SETTLE' || (type === 'WITHDRAW' && row.status === 'PAID')),
  )
  return {
    withdrawals: found.rows.map((row) => ({
      id: row.id,
      type: types.includes('SETTLE') ? 'SETTLE' : 'WITHDRAW',
      amount: amountText(row.amount, shop.currency),
      currency: shop.currency,
      status: row.status === 'PAID' ? 'SUCCESS' : 'PROCESSING',
      create_time: row.createdAt,
    })),
    next_page_token: found.next_page_token,
    total_count: found.total_count,
  }
}

export const financeHandlers: ShopHandlers = {
  'finance.GetStatements': statements,
  'finance.GetPayments': payments,
  'finance.GetTransactionsbyStatement': ofStatement,
  'finance.GetTransactionsbyOrder': ofOrder,
  'finance.GetUnsettledTransactions': unsettled,
  'finance.GetWithdrawals': withdrawals,
}
