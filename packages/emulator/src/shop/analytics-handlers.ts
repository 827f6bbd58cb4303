/** Performance of a shop, its products and SKUs, and the best of its market. Older versions name the same figures otherwise. */
import {
  type Figures,
  figuresOfSales,
  grouped,
  moneyOf,
  percent,
  type Sale,
  salesOf,
  sources,
  spanOf,
} from './analytics-figures.ts'
import { isNew, listed, type Money, performance } from './analytics-rows.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { productOf } from './product-handlers.ts'
import type { ShopContentRow } from './state.ts'

function shopPerformance(call: ShopCall): object {
  const money = moneyOf(call)
  return performance(call, (span) => {
    const sales = salesOf(call.world, call.shop, span)
    const all = figuresOfSales(sales)
    const parts = sources.map((type) => ({
      type,
      part: figuresOfSales(sales.filter(({ order }) => order.source === type)),
    }))
    if (!isNew(call))
      return {
        gmv: money(all.gmv),
        orders: all.orders,
        sku_orders: all.skuOrders,
        units_sold: all.items,
        buyers: all.customers,
        refunds: money(all.refunds),
        avg_order_value: money(all.orders === 0 ? 0 : Math.round(all.gmv / all.orders)),
        gmv_breakdowns: parts.map(({ type, part }) => ({ type, ...money(part.gmv) })),
        buyer_breakdowns: parts.map(({ type, part }) => ({ type, amount: part.customers })),
      }
    return {
      sales: {
        gmv: {
          overall: money(all.gmv),
          breakdowns: parts.map(({ type, part }) => ({ type, gmv: money(part.gmv) })),
        },
        gross_revenue: {
          overall: money(all.gmv),
          breakdowns: parts.map(({ type, part }) => ({ type, percentage: percent(part.gmv, all.gmv) })),
        },
        items_sold: all.items,
        orders_count: all.orders,
        sku_orders_count: all.skuOrders,
        avg_customers_count: all.customers,
        refunds: money(all.refunds),
      },
      // The world knows of those only who bought.
      traffic: {
        avg_visitors: all.customers,
        avg_page_views: all.orders,
        avg_conversation_rate: percent(all.customers, all.customers),
      },
    }
  })
}

function perHour(call: ShopCall): object {
  const { world, shop, path, now } = call
  const start = Date.parse(`${path.date ?? ''}T00:00:00Z`) / 1000
  if (!/^\d{4}-\d{2}-\d{2}$/.test(path.date ?? '') || Number.isNaN(start))
    throw new ShopRefusal(36009004, 'date: must be a day: YYYY-MM-DD')
  const money = moneyOf(call)
  const row = ({ gmv, items, customers }: Figures): object => ({
    gmv: money(gmv),
    items_sold: items,
    customers,
    visitors: customers,
  })
  return {
    performance: {
      latest_available_timestamp: now,
      intervals: Array.from({ length: 24 }, (_, index) => {
        const from = start + index * 3600
        return { index, ...row(figuresOfSales(salesOf(world, shop, { from, to: from + 3600 }))) }
      }),
      overall: row(figuresOfSales(salesOf(world, shop, { from: start, to: start + 86_400 }))),
    },
  }
}

function productList(call: ShopCall): object {
  const money = moneyOf(call)
  const { items, rest } = listed(
    call,
    grouped(salesOf(call.world, call.shop, spanOf(call)), ({ line }) => line.product),
  )
  return {
    products: items.map(({ key, figures }) =>
      isNew(call)
        ? {
            id: key,
            overall_performance: {
              gmv: money(figures.gmv),
              items_sold: figures.items,
              orders: figures.orders,
            },
          }
        : {
            id: key,
            gmv: money(figures.gmv),
            units_sold: figures.items,
            orders: figures.orders,
            click_through_rate: '0.00%',
          },
    ),
    ...rest,
  }
}

function breakdowns(sales: readonly Sale[], money: Money): object[] {
  return sources.map((type) => {
    const { gmv, items, customers } = figuresOfSales(sales.filter(({ order }) => order.source === type))
    return { content_type: type, sales: { gmv: money(gmv), items_sold: items, avg_customers: customers } }
  })
}

function productDetail(call: ShopCall): object {
  const product = productOf(call, call.path.product_id ?? '')
  const money = moneyOf(call)
  return performance(call, (span) => {
    const sales = salesOf(call.world, call.shop, span, ({ line }) => line.product === product.id)
    const all = figuresOfSales(sales)
    if (!isNew(call))
      return { gmv: money(all.gmv), orders: all.orders, units_sold: all.items, buyers: all.customers }
    return {
      sales: {
        gmv: money(all.gmv),
        items_sold: all.items,
        orders: all.orders,
        breakdowns: breakdowns(sales, money),
      },
      cancel_and_refunds: {
        canceled: all.cancelled,
        refunded: all.refunded,
        returned: all.refunded,
        replacements: 0,
      },
    }
  })
}

function skuList(call: ShopCall): object {
  const money = moneyOf(call)
  const products = call.query.texts('product_ids')
  const sales = salesOf(
    call.world,
    call.shop,
    spanOf(call),
    ({ line }) => products.length === 0 || products.includes(line.product),
  )
  const { items, rest } = listed(
    call,
    grouped(sales, ({ line }) => line.sku),
  )
  return {
    skus: items.map(({ key, sales: own, figures }) => ({
      id: key,
      product_id: own[0]?.line.product,
      gmv: money(figures.gmv),
      sku_orders: figures.skuOrders,
      units_sold: figures.items,
    })),
    ...rest,
  }
}

function skuDetail(call: ShopCall): object {
  const { world, shop, path } = call
  const sku = path.sku_id ?? ''
  const product = world.stock.where('sku', sku).find((row) => row.shop === shop.id)?.product
  if (product === undefined) throw new ShopRefusal(12052036, `The shop has no SKU ${sku}.`)
  const money = moneyOf(call)
  const answer = performance(call, (span) => {
    const sales = salesOf(world, shop, span, ({ line }) => line.sku === sku)
    const all = figuresOfSales(sales)
    const by = sources.map((type) => ({
      type,
      part: figuresOfSales(sales.filter(({ order }) => order.source === type)),
    }))
    return {
      gmv: money(all.gmv),
      gmv_breakdown: by.map(({ type, part }) => ({ type, ...money(part.gmv) })),
      sku_orders: all.skuOrders,
      ...(isNew(call)
        ? {
            items_sold: all.items,
            items_sold_breakdown: by.map(({ type, part }) => ({ type, amount: part.items })),
          }
        : { units_sold: all.items }),
    }
  }) as { performance: object }
  return { ...answer, performance: { ...answer.performance, product_id: product, sku_id: sku } }
}

const SLOTS: Readonly<Record<string, number>> = { '1D': 1, '7D': 7, '30D': 30 }

/** The first hundred of a market, over all of its shops. */
function best(
  call: ShopCall,
  key: (sale: Sale) => string | undefined,
  view: (id: string, sale: Sale, rank: number) => object,
): object[] {
  const days =
    SLOTS[call.query.optional('time_slot') ?? '1D'] ??
    call.query.refuse('time_slot', 'must be one of 1D, 7D, 30D')
  const span = { from: call.now - days * 86_400, to: call.now + 1 }
  const shops = [...call.world.shops.values()].filter(({ region }) => region === call.shop.region)
  return grouped(
    shops.flatMap((shop) => salesOf(call.world, shop, span)),
    key,
  )
    .sort((a, b) => b.figures.gmv - a.figures.gmv)
    .slice(0, 100)
    .map(({ key: id, sales: [first], figures }, at) => ({
      rank: at + 1,
      items_sold: figures.items,
      ...view(id, first as Sale, at),
    }))
}

function contentKey(call: ShopCall, kind: ShopContentRow['kind']): (sale: Sale) => string | undefined {
  return ({ order }) =>
    call.world.contents.get(order.content ?? '')?.kind === kind ? order.content : undefined
}

export const analyticsHandlers: ShopHandlers = {
  'analytics.GetShopPerformance': shopPerformance,
  'analytics.GetShopPerformancePerHour': perHour,
  'analytics.GetShopProductPerformanceList': productList,
  'analytics.GetShopProductPerformanceDetail': productDetail,
  'analytics.GetShopSKUPerformanceList': skuList,
  'analytics.GetShopSKUPerformance': skuDetail,
  'analytics.GetBestsellingProducts': (call) => ({
    products: best(
      call,
      ({ line }) => line.product,
      (id, { line }) => ({ id, name: line.productName }),
    ),
  }),
  'analytics.GetBestsellingVideos': (call) => ({
    videos: best(call, contentKey(call, 'VIDEO'), (id) => ({
      id,
      title: call.world.contents.get(id)?.title ?? '',
    })),
  }),
  'analytics.GetBestsellingLIVESessions': (call) => ({
    lives: best(call, contentKey(call, 'LIVE'), (id) => ({
      id,
      title: call.world.contents.get(id)?.title ?? '',
    })),
  }),
  'analytics.GetBestsellingCreators': (call) => ({
    creators: best(
      call,
      ({ order }) => call.world.contents.get(order.content ?? '')?.username,
      (username) => ({ username }),
    ),
  }),
}
