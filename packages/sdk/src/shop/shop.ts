/** The core of one shop: orders, products and stock. Source: partner.tiktokshop.com/docv2 (order, product). */
import {
  getOrders,
  getProduct,
  type ShopOperation,
  type ShopOrderStatus,
  type ShopProductStatus,
  searchInventory,
  searchOrders,
  searchProducts,
  shopRules,
  updateInventory,
} from '@tockwork/contracts/shop'
import type { ShopOperationId } from '@tockwork/contracts/shop/operations'
import { UsageError } from '@tockwork/kernel'
import type * as z from 'zod/mini'
import { CursorList } from '../paging/cursor-list.ts'
import { readShopAnswer } from './read-answer.ts'
import {
  inventoryAnswer,
  orderDetails,
  orderPage,
  productDetail,
  productPage,
  type ShopInventory,
  type ShopOrder,
  type ShopProduct,
  type ShopProductSummary,
} from './shapes.ts'
import type { ShopCallOptions } from './shop-caller.ts'
import { type PartialFailure, partialFailures } from './shop-errors.ts'
import {
  type Given,
  listPages,
  operationOf,
  type ShopDataOf,
  type ShopListField,
  type ShopListItem,
  type ShopListOptions,
  type ShopTypedOptions,
} from './typed-call.ts'

type Call = <T extends object>(operation: ShopOperation, options: ShopCallOptions) => Promise<T>

/** Filters of a search for orders. Times are epoch seconds; lower bounds are inclusive, upper ones exclusive. */
export interface OrderFilters {
  order_status?: ShopOrderStatus
  create_time_ge?: number
  create_time_lt?: number
  update_time_ge?: number
  update_time_lt?: number
  shipping_type?: 'TIKTOK' | 'SELLER'
  buyer_user_id?: string
  is_buyer_request_cancel?: boolean
  /** At most 100. */
  warehouse_ids?: readonly string[]
}

/** Filters of a search for products. Times are epoch seconds, both bounds inclusive. */
export interface ProductFilters {
  status?: 'ALL' | ShopProductStatus
  /** At most 10. */
  seller_skus?: readonly string[]
  create_time_ge?: number
  create_time_le?: number
  update_time_ge?: number
  update_time_le?: number
  category_version?: string
  audit_status?: readonly ('AUDITING' | 'FAILED' | 'APPROVED')[]
  listing_quality_tiers?: readonly ('POOR' | 'FAIR' | 'GOOD')[]
  return_draft_version?: boolean
}

export interface PageOptions {
  /** 1 to 100; 100. */
  pageSize?: number
  /** Where an earlier list was: a page's `cursor`. */
  cursor?: string
  signal?: AbortSignal
}

export interface StockUpdate {
  /** Id of the SKU. */
  id: string
  /** What is there now; `warehouse_id` where the shop has several. */
  inventory: readonly { quantity: number; warehouse_id?: string }[]
}

/** One shop. Lists read pages as they are iterated; each iteration starts anew. */
export class Shop {
  readonly id: string
  readonly #call: Call
  readonly orders: {
    /** Sorted by `sort`: by time of creation, newest first, when left out. */
    search(
      filters?: OrderFilters,
      options?: PageOptions & { sort?: { field: 'create_time' | 'update_time'; order: 'ASC' | 'DESC' } },
    ): CursorList<ShopOrder>
    /** Details of 1 to 50 orders. An id that is not answered is not in the list. */
    get(ids: readonly string[], options?: { signal?: AbortSignal }): Promise<ShopOrder[]>
  }
  readonly products: {
    search(filters?: ProductFilters, options?: PageOptions): CursorList<ShopProductSummary>
    get(
      id: string,
      options?: { locale?: string; draft?: boolean; signal?: AbortSignal },
    ): Promise<ShopProduct>
  }
  readonly inventory: {
    /** Stock by product (at most 100) or by SKU (at most 600). */
    search(
      which: { productIds: readonly string[] } | { skuIds: readonly string[] },
      options?: { signal?: AbortSignal },
    ): Promise<ShopInventory[]>
    /** Sets the stock of a product's SKUs. What failed comes back; empty when all was set. */
    update(
      productId: string,
      skus: readonly StockUpdate[],
      options?: { signal?: AbortSignal },
    ): Promise<PartialFailure[]>
  }

  constructor(id: string, call: Call) {
    this.id = id
    this.#call = call
    this.orders = {
      search: (filters = {}, options = {}) =>
        this.#pages(searchOrders, filters, options, orderPage, ({ orders }) => orders, sortOf(options.sort)),
      get: async (ids, { signal } = {}) => {
        among(ids, 'ids', shopRules.maxOrderIds)
        const data = await call<object>(getOrders, { query: { ids }, signal })
        return readShopAnswer(getOrders.id, orderDetails, data).orders ?? []
      },
    }
    this.products = {
      search: (filters = {}, options = {}) =>
        this.#pages(searchProducts, filters, options, productPage, ({ products }) => products),
      get: async (productId, { locale, draft, signal } = {}) => {
        const query = { locale, return_draft_version: draft }
        const data = await call<object>(getProduct, { path: { product_id: productId }, query, signal })
        return readShopAnswer(getProduct.id, productDetail, data)
      },
    }
    this.inventory = {
      search: async (which, { signal } = {}) => {
        const byProduct = 'productIds' in which
        const ids = byProduct ? which.productIds : which.skuIds
        among(ids, byProduct ? 'productIds' : 'skuIds', byProduct ? 100 : 600)
        const body = byProduct ? { product_ids: ids } : { sku_ids: ids }
        const data = await call<object>(searchInventory, { body, signal })
        return readShopAnswer(searchInventory.id, inventoryAnswer, data).inventory ?? []
      },
      update: async (productId, skus, { signal } = {}) => {
        for (const { id: skuId, inventory } of skus)
          for (const { quantity } of inventory)
            if (!Number.isInteger(quantity) || quantity < 0)
              throw new UsageError(`skus: ${skuId}: quantity must be a whole number from 0`, {
                field: 'quantity',
              })
        const path = { product_id: productId }
        return partialFailures(
          await call<Record<string, unknown>>(updateInventory, { path, body: { skus }, signal }),
        )
      },
    }
  }

  /** Calls any operation about this shop: see `ShopAccount.call`. */
  call<T extends object = Record<string, unknown>>(
    operation: ShopOperation,
    options?: ShopCallOptions,
  ): Promise<T>
  /** By its id (`shop.order.GetPriceDetail.202407`): what is handed over and what comes back have types. */
  call<Id extends ShopOperationId>(id: Id, ...options: Given<ShopTypedOptions<Id>>): Promise<ShopDataOf<Id>>
  async call(named: ShopOperation | string, options: ShopCallOptions = {}): Promise<unknown> {
    return this.#call(typeof named === 'string' ? await operationOf(named) : named, options)
  }

  /**
   * Any list over `page_token`, by the operation's id and the field of the answer that holds the things:
   * `shop.list('shop.return_refund.SearchReturns.202309', 'return_orders')`.
   */
  list<Id extends ShopOperationId, Field extends ShopListField<Id>>(
    id: Id,
    field: Field,
    ...[options]: Given<ShopListOptions<Id>>
  ): CursorList<ShopListItem<Id, Field>> {
    return listPages({
      id,
      field,
      options: (options ?? {}) as ShopCallOptions,
      call: (operation, parts) => this.#call<Record<string, unknown>>(operation, parts),
    })
  }

  /** Filters go into the body, paging into the query. */
  #pages<S extends z.ZodMiniType<{ next_page_token?: string | null | undefined }>, T>(
    operation: ShopOperation,
    filters: object,
    { pageSize = shopRules.maxPageSize, cursor: start, signal }: PageOptions,
    schema: S,
    itemsOf: (page: z.infer<S>) => T[] | undefined,
    query: Record<string, string> = {},
  ): CursorList<T> {
    if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > shopRules.maxPageSize)
      throw new UsageError(`pageSize: 1 to ${shopRules.maxPageSize}`, { field: 'pageSize' })
    return new CursorList(operation.id, start, async (cursor) => {
      const data = await this.#call<object>(operation, {
        query: { ...query, page_size: pageSize, page_token: cursor },
        body: filters,
        signal,
      })
      const page = readShopAnswer(operation.id, schema, data)
      const next = page.next_page_token || undefined
      return { items: itemsOf(page) ?? [], cursor: next, hasMore: next !== undefined }
    })
  }
}

function sortOf(sort: { field: string; order: string } | undefined): Record<string, string> {
  return sort === undefined ? {} : { sort_field: sort.field, sort_order: sort.order }
}

function among(ids: readonly string[], field: string, most: number): void {
  if (ids.length < 1 || ids.length > most) throw new UsageError(`${field}: 1 to ${most}`, { field })
  for (const id of ids)
    if (typeof id !== 'string' || !/^\d{1,25}$/.test(id))
      throw new UsageError(`${field}: ids are decimal text`, { field })
}
