/** What the hub reads of a shop, page by page. Source: partner.tiktokshop.com/docv2 (order, product, return, finance). */
import { ContractError } from '@tockwork/kernel'
import type { ShopCallOptions } from '@tockwork/sdk/shop'
import { z } from 'zod'
import type { RateRule } from '../../governor/governor.ts'
import type { ReadThing } from '../../storage/shop-things.ts'
import type { PlatformResult } from '../outcome.ts'
import type { KnownShop, ShopPlatform } from './shop-platform.ts'

/** A call, by the name that provenance gives it. */
export interface ShopReadCall {
  id: string
  rule: RateRule
}

/** TikTok allows 50 calls a second for each operation and shop. Source: docv2, rate limits. */
function callOf(id: string): ShopReadCall {
  return { id, rule: { endpoint: id, requests: 50, windowMs: 1_000, per: 'account' } }
}

/** Calls of a sandbox are counted together, whichever they are. */
export const SANDBOX_RULE: RateRule = {
  endpoint: 'shop.sandbox',
  requests: 1_000,
  windowMs: 3_600_000,
  per: 'account',
}

export const SHOP_CALLS = {
  shops: callOf('shop.authorization.GetAuthorizedShops.202309'),
  orders: callOf('shop.order.GetOrderList.202309'),
  ordersById: callOf('shop.order.GetOrderDetail.202507'),
  products: callOf('shop.product.SearchProducts.202502'),
  stock: callOf('shop.product.InventorySearch.202309'),
  setStock: callOf('shop.product.UpdateInventory.202309'),
  returns: callOf('shop.return_refund.SearchReturns.202309'),
  statements: callOf('shop.finance.GetStatements.202309'),
  transactions: callOf('shop.finance.GetTransactionsbyStatement.202501'),
} as const

/** The most that one answer holds. */
const PAGE_SIZES = {
  orders: 100,
  products: 100,
  returns: 50,
  statements: 100,
  transactions: 100,
} as const
export const MOST_ORDER_IDS = 50
export const MOST_STOCK_PRODUCTS = 100
export const MOST_STOCK_SKUS = 600

export interface ShopRef extends KnownShop {
  workspaceId: string
  accountId: string
  appId: string
}

export interface ShopPage {
  things: ReadThing[]
  /** Asks for the page after; absent on the last one. */
  next: string | undefined
  /** How many the whole list has, where TikTok tells it. */
  total: number | undefined
}

/** Bounds in epoch seconds: the first included, the last not. */
export interface Span {
  from?: number
  to?: number
}

/** Calls as the seller of a shop, with a token that is good now. */
export interface ShopAccess {
  withShop<T>(
    shop: ShopRef,
    call: (platform: ShopPlatform, use: Parameters<ShopPlatform['inShop']>[0]) => Promise<PlatformResult<T>>,
  ): Promise<PlatformResult<T>>
}

export class ShopReading {
  readonly #access: ShopAccess

  constructor(access: ShopAccess) {
    this.#access = access
  }

  /** Orders by the time of their last change or of their creation, ascending. */
  orders(
    shop: ShopRef,
    wish: { changed?: Span; created?: Span; page?: string | undefined; size?: number },
  ): Promise<PlatformResult<ShopPage>> {
    const { changed, created, page, size = PAGE_SIZES.orders } = wish
    return this.#read(
      shop,
      SHOP_CALLS.orders,
      {
        query: paged(page, size, {
          sort_field: changed === undefined ? 'create_time' : 'update_time',
          sort_order: 'ASC',
        }),
        body: { ...bounds('update_time', changed), ...bounds('create_time', created) },
      },
      (data) => pageOf(data, 'orders', orderOf),
    )
  }

  /** @param ids at most `MOST_ORDER_IDS` */
  ordersById(shop: ShopRef, ids: readonly string[]): Promise<PlatformResult<ReadThing[]>> {
    return this.#read(
      shop,
      SHOP_CALLS.ordersById,
      { query: { ids } },
      (data) => pageOf(data, 'orders', orderOf).things,
    )
  }

  /** In TikTok's order, which is not told. */
  products(
    shop: ShopRef,
    wish: { changedFrom?: number | undefined; page?: string | undefined },
  ): Promise<PlatformResult<ShopPage>> {
    return this.#read(
      shop,
      SHOP_CALLS.products,
      {
        query: paged(wish.page, PAGE_SIZES.products),
        body: {
          status: 'ALL',
          ...(wish.changedFrom === undefined ? {} : { update_time_ge: wish.changedFrom }),
        },
      },
      (data) => pageOf(data, 'products', productOf),
    )
  }

  /** Stock of products (at most 100) or of SKUs (at most 600). @param now stands as its time of change: TikTok tells none */
  async stock(
    shop: ShopRef,
    which: { productIds: readonly string[] } | { skuIds: readonly string[] },
    now: () => number,
  ): Promise<PlatformResult<ReadThing[]>> {
    const body = 'productIds' in which ? { product_ids: which.productIds } : { sku_ids: which.skuIds }
    return this.#read(shop, SHOP_CALLS.stock, { body }, (data) => stockOf(data, now()))
  }

  returns(
    shop: ShopRef,
    wish: { changed?: Span; created?: Span; page?: string | undefined; size?: number },
  ): Promise<PlatformResult<ShopPage>> {
    const { changed, created, page, size = PAGE_SIZES.returns } = wish
    return this.#read(
      shop,
      SHOP_CALLS.returns,
      {
        query: paged(page, size, {
          sort_field: changed === undefined ? 'create_time' : 'update_time',
          sort_order: 'ASC',
        }),
        body: { ...bounds('update_time', changed), ...bounds('create_time', created) },
      },
      (data) => pageOf(data, 'return_orders', returnOf),
    )
  }

  /** By their time, ascending. */
  statements(
    shop: ShopRef,
    wish: { from: number; to?: number; page?: string | undefined },
  ): Promise<PlatformResult<ShopPage>> {
    const { from, to, page } = wish
    return this.#read(
      shop,
      SHOP_CALLS.statements,
      {
        query: paged(page, PAGE_SIZES.statements, {
          sort_field: 'statement_time',
          sort_order: 'ASC',
          ...bounds('statement_time', { from, ...(to === undefined ? {} : { to }) }),
        }),
      },
      (data) => pageOf(data, 'statements', statementOf),
    )
  }

  transactions(
    shop: ShopRef,
    statement: Pick<ReadThing, 'externalId' | 'createdAt' | 'currency'>,
    page: string | undefined,
  ): Promise<PlatformResult<ShopPage>> {
    return this.#read(
      shop,
      SHOP_CALLS.transactions,
      {
        path: { statement_id: statement.externalId },
        query: paged(page, PAGE_SIZES.transactions, { sort_field: 'order_create_time', sort_order: 'ASC' }),
      },
      (data) => pageOf(data, 'transactions', (each) => transactionOf(each, statement)),
    )
  }

  /**
   * Sets the stock of SKUs of one product. Absolute numbers: to do it again changes nothing.
   * @returns what was refused; the rest was set
   */
  setStock(
    shop: ShopRef,
    productId: string,
    skus: readonly { id: string; inventory: readonly { quantity: number; warehouse_id?: string }[] }[],
  ): Promise<PlatformResult<{ skuId: string | null; code: string; message: string }[]>> {
    return this.#read(
      shop,
      SHOP_CALLS.setStock,
      { path: { product_id: productId }, body: { skus } },
      refusalsIn,
    )
  }

  #read<T>(
    shop: ShopRef,
    call: ShopReadCall,
    options: ShopCallOptions,
    read: (data: Record<string, unknown>) => T,
  ): Promise<PlatformResult<T>> {
    return this.#access.withShop(shop, (platform, token) =>
      platform.inShop(token, shop, call.id, options, (data) => {
        try {
          return read(data)
        } catch (error) {
          if (!(error instanceof z.ZodError)) throw error
          const [issue] = error.issues
          throw new ContractError(
            `${call.id}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'the answer does not fit'}`,
            { code: 'unexpected_answer', retry: 'never', endpoint: call.id },
          )
        }
      }),
    )
  }
}

function paged(page: string | undefined, size: number, more: Record<string, string | number> = {}) {
  return { ...more, page_size: size, ...(page === undefined ? {} : { page_token: page }) }
}

function bounds(field: string, span: Span | undefined): Record<string, number> {
  return {
    ...(span?.from === undefined ? {} : { [`${field}_ge`]: span.from }),
    ...(span?.to === undefined ? {} : { [`${field}_lt`]: span.to }),
  }
}

const id = z.string().min(1)
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null)
const seconds = z.number().int().min(0).max(9_999_999_999)
const list = z.array(z.looseObject({})).nullish()
const paging = z.looseObject({ next_page_token: z.string().nullish(), total_count: z.number().nullish() })

function pageOf(
  data: Record<string, unknown>,
  field: string,
  read: (each: Record<string, unknown>) => ReadThing,
): ShopPage {
  const page = paging.parse(data)
  const things = list.parse(data[field]) ?? []
  return {
    things: things.map(read),
    next: page.next_page_token || undefined,
    total: page.total_count ?? undefined,
  }
}

const order = z.looseObject({
  id,
  status: text,
  create_time: seconds,
  update_time: seconds,
  payment: z.looseObject({ total_amount: text, currency: text }).nullish(),
})

function orderOf(data: Record<string, unknown>): ReadThing {
  const { id: externalId, status, create_time, update_time, payment } = order.parse(data)
  return {
    externalId,
    parentId: null,
    status,
    createdAt: create_time * 1000,
    updatedAt: update_time * 1000,
    amount: payment?.total_amount ?? null,
    currency: payment?.currency ?? null,
    data,
  }
}

/** Ids of the products that an order is of. */
export function productsOfOrder({ data }: Pick<ReadThing, 'data'>): string[] {
  const lines = z.array(z.looseObject({ product_id: z.string() })).safeParse(data.line_items)
  return lines.success ? [...new Set(lines.data.map(({ product_id }) => product_id))] : []
}

const product = z.looseObject({ id, status: text, create_time: seconds, update_time: seconds })

function productOf(data: Record<string, unknown>): ReadThing {
  const { id: externalId, status, create_time, update_time } = product.parse(data)
  const times = { createdAt: create_time * 1000, updatedAt: update_time * 1000 }
  return { externalId, parentId: null, status, ...times, amount: null, currency: null, data }
}

const stockAnswer = z.looseObject({
  inventory: z
    .array(z.looseObject({ product_id: id, skus: z.array(z.looseObject({ id })).nullish() }))
    .nullish(),
})

function stockOf(data: Record<string, unknown>, now: number): ReadThing[] {
  return (stockAnswer.parse(data).inventory ?? []).flatMap(({ product_id, skus }) =>
    (skus ?? []).map((sku) => ({
      externalId: sku.id,
      parentId: product_id,
      status: null,
      // There is no time of creation; a constant keeps the list in the order of ids.
      createdAt: 0,
      updatedAt: now,
      amount: null,
      currency: null,
      data: sku,
    })),
  )
}

const quantity = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0)
const stockRow = z.looseObject({
  seller_sku: text,
  total_available_quantity: quantity,
  total_committed_quantity: quantity,
  warehouse_inventory: z
    .array(z.looseObject({ warehouse_id: id, available_quantity: quantity, committed_quantity: quantity }))
    .nullish()
    .transform((rows) => rows ?? []),
})

/** The figures of a stock row. */
export function stockFigures({ data }: Pick<ReadThing, 'data'>) {
  const row = stockRow.parse(data)
  return {
    sellerSku: row.seller_sku,
    available: row.total_available_quantity,
    committed: row.total_committed_quantity,
    warehouses: row.warehouse_inventory.map((each) => ({
      id: each.warehouse_id,
      available: each.available_quantity,
      committed: each.committed_quantity,
    })),
  }
}

const returned = z.looseObject({
  return_id: id,
  order_id: id,
  return_status: text,
  create_time: seconds,
  update_time: seconds,
  refund_amount: z.looseObject({ refund_total: text, currency: text }).nullish(),
})

function returnOf(data: Record<string, unknown>): ReadThing {
  const row = returned.parse(data)
  return {
    externalId: row.return_id,
    parentId: row.order_id,
    status: row.return_status,
    createdAt: row.create_time * 1000,
    updatedAt: row.update_time * 1000,
    amount: row.refund_amount?.refund_total ?? null,
    currency: row.refund_amount?.currency ?? null,
    data,
  }
}

const statement = z.looseObject({
  id,
  statement_time: seconds,
  payment_status: text,
  payment_time: seconds.nullish(),
  settlement_amount: text,
  currency: text,
})

function statementOf(data: Record<string, unknown>): ReadThing {
  const row = statement.parse(data)
  return {
    externalId: row.id,
    parentId: null,
    status: row.payment_status,
    createdAt: row.statement_time * 1000,
    updatedAt: (row.payment_time ?? row.statement_time) * 1000,
    amount: row.settlement_amount,
    currency: row.currency,
    data,
  }
}

const transaction = z.looseObject({ id, type: text, settlement_amount: text })

function transactionOf(
  data: Record<string, unknown>,
  of: Pick<ReadThing, 'externalId' | 'createdAt' | 'currency'>,
): ReadThing {
  const row = transaction.parse(data)
  return {
    // Nothing says that a transaction's id is of one statement only.
    externalId: `${of.externalId}:${row.id}`,
    parentId: of.externalId,
    status: row.type,
    createdAt: of.createdAt,
    updatedAt: of.createdAt,
    amount: row.settlement_amount,
    currency: of.currency,
    data,
  }
}

const refusals = z.looseObject({
  errors: z
    .array(
      z.looseObject({
        code: z.union([z.string(), z.number()]),
        message: text,
        detail: z.looseObject({ sku_id: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
})

function refusalsIn(data: Record<string, unknown>) {
  return (refusals.parse(data).errors ?? []).map(({ code, message, detail }) => ({
    skuId: detail?.sku_id ?? null,
    code: String(code),
    message: message ?? '',
  }))
}
