/** Performance of a shop, its products and SKUs, its videos and lives. Older versions name the same figures otherwise. */
import {
  before,
  dateText,
  type Figures,
  figuresOfSales,
  grouped,
  intervalsOf,
  latestDate,
  moneyOf,
  percent,
  type Sale,
  type Span,
  salesOf,
  sources,
  spanOf,
} from './analytics-figures.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { pageOf, slice } from './paging.ts'
import { productOf } from './product-handlers.ts'
import type { ShopContentRow } from './state.ts'

type Money = ReturnType<typeof moneyOf>

/** Since this version figures have the names of today. */
function isNew({ operation }: ShopCall): boolean {
  return operation.version >= '202509'
}

/** A row for each interval, and in old versions for those before as well. */
function performance(call: ShopCall, row: (span: Span) => object): object {
  const span = spanOf(call)
  const granularity = call.query.optional('granularity')
  const rows = (whole: Span): object[] =>
    intervalsOf(whole, granularity).map((each) => ({
      start_date: dateText(each.from),
      end_date: dateText(each.to),
      ...row(each),
    }))
  return {
    latest_available_date: latestDate(call.now),
    performance: {
      intervals: rows(span),
      ...(isNew(call) ? {} : { comparison_intervals: rows(before(span)) }),
    },
  }
}

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

/** Rows of a list, ordered and cut as the call says. */
function listed<T extends { figures: Figures }>(call: ShopCall, rows: T[]): { items: T[]; rest: object } {
  const field = call.query.optional('sort_field') ?? 'gmv'
  const value = ({ figures }: T): number =>
    /items|units/.test(field) ? figures.items : /orders/.test(field) ? figures.orders : figures.gmv
  const sign = call.query.oneOf('sort_order', ['ASC', 'DESC']) === 'ASC' ? 1 : -1
  const { items, ...rest } = slice(
    rows.sort((a, b) => sign * (value(a) - value(b))),
    pageOf(call.query, { default: 10, max: 100 }),
  )
  return { items, rest: { ...rest, latest_available_date: latestDate(call.now) } }
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

function contentOf({ world, shop }: ShopCall, id: string, kind: ShopContentRow['kind']): ShopContentRow {
  const row = world.contents.get(id)
  if (row?.shop !== shop.id || row.kind !== kind)
    throw new ShopRefusal(36009004, `There is no ${kind} ${id.slice(0, 40)} of this shop.`)
  return row
}

function overview(call: ShopCall, kind: ShopContentRow['kind']): object {
  const money = moneyOf(call)
  return performance(call, (span) => {
    const all = figuresOfSales(salesOf(call.world, call.shop, span, ({ order }) => order.source === kind))
    return {
      gmv: money(all.gmv),
      sku_orders: all.skuOrders,
      click_through_rate: '0.00%',
      ...(isNew(call)
        ? { [kind === 'LIVE' ? 'items_sold' : 'avg_customers']: kind === 'LIVE' ? all.items : all.customers }
        : { units_sold: all.items }),
      ...(kind === 'LIVE' ? { customers: all.customers, click_to_order_rate: '0.00%' } : {}),
    }
  })
}

/** Every video or live of the shop, those without a sale too. */
function contents(
  call: ShopCall,
  kind: ShopContentRow['kind'],
): { items: { row: ShopContentRow; figures: Figures; sales: Sale[] }[]; rest: object } {
  const sales = salesOf(call.world, call.shop, spanOf(call), ({ order }) => order.source === kind)
  const rows = call.world.contents
    .where('shop', call.shop.id)
    .filter((row) => row.kind === kind)
    .map((row) => {
      const own = sales.filter(({ order }) => order.content === row.id)
      return { row, sales: own, figures: figuresOfSales(own) }
    })
  return listed(call, rows)
}

function videoList(call: ShopCall): object {
  const money = moneyOf(call)
  const { items, rest } = contents(call, 'VIDEO')
  return {
    videos: items.map(({ row, figures }) => ({
      id: row.id,
      title: row.title,
      username: row.username,
      video_post_time: dateText(row.startedAt),
      views: row.views,
      duration: row.endedAt - row.startedAt,
      hash_tags: [],
      gmv: money(figures.gmv),
      gpm: money(row.views === 0 ? 0 : Math.round((figures.gmv / row.views) * 1000)),
      sku_orders: figures.skuOrders,
      [isNew(call) ? 'items_sold' : 'units_sold']: figures.items,
      avg_customers: figures.customers,
      click_through_rate: percent(figures.orders, row.views),
      products: row.products.map((id) => ({ id, name: call.world.products.get(id)?.content.title ?? '' })),
    })),
    ...rest,
  }
}

function videoDetail(call: ShopCall): object {
  const video = contentOf(call, call.path.video_id ?? '', 'VIDEO')
  const money = moneyOf(call)
  const row = (figures: Figures): object => ({
    gmv: money(figures.gmv),
    items_sold: figures.items,
    customers: figures.customers,
    ctr: percent(figures.orders, video.views),
  })
  const answer = performance(call, (span) => {
    const sales = salesOf(call.world, call.shop, span, ({ order }) => order.content === video.id)
    const all = figuresOfSales(sales)
    if (!isNew(call))
      return {
        gmv: money(all.gmv),
        daily_avg_buyers: String(all.customers),
        click_through_rate: percent(all.orders, video.views),
        units_sold: all.items,
      }
    return {
      sales: {
        overall: row(all),
        breakdowns: grouped(sales, ({ line }) => line.product).map(({ key, figures }) => ({
          product_id: key,
          ...row(figures),
        })),
      },
      traffic: { views: video.views, likes: 0, comments: 0, shares: 0, new_followers: 0 },
    }
  })
  return isNew(call)
    ? answer
    : {
        ...answer,
        engagement_data: { total_views: video.views, total_likes: 0, total_comments: 0, total_shares: 0 },
      }
}

function videoProducts(call: ShopCall): object {
  const video = contentOf(call, call.path.video_id ?? '', 'VIDEO')
  const money = moneyOf(call)
  const sales = salesOf(call.world, call.shop, spanOf(call), ({ order }) => order.content === video.id)
  const { items, rest } = listed(
    call,
    grouped(sales, ({ line }) => line.product),
  )
  return {
    products: items.map(({ key, sales: own, figures }) => ({
      id: key,
      name: own[0]?.line.productName,
      gmv: money(figures.gmv),
      units_sold: figures.items,
      daily_avg_buyers: String(figures.customers),
    })),
    ...rest,
  }
}

function liveList(call: ShopCall): object {
  const money = moneyOf(call)
  const { items, rest } = contents(call, 'LIVE')
  return {
    live_stream_sessions: items.map(({ row, figures }) => ({
      id: row.id,
      title: row.title,
      username: row.username,
      start_time: String(row.startedAt),
      end_time: String(row.endedAt),
      sales_performance: {
        gmv: money(figures.gmv),
        '24h_live_gmv': money(figures.gmv),
        avg_price: money(figures.items === 0 ? 0 : Math.round(figures.gmv / figures.items)),
        products_added: row.products.length,
        different_products_sold: new Set(items.flatMap(({ sales }) => sales.map(({ line }) => line.product)))
          .size,
        created_sku_orders: figures.skuOrders,
        sku_orders: figures.skuOrders,
        customers: figures.customers,
        [isNew(call) ? 'items_sold' : 'unit_sold']: figures.items,
        click_to_order_rate: percent(figures.orders, row.views),
      },
      interaction_performance: {
        views: row.views,
        viewers: row.views,
        likes: 0,
        comments: 0,
        shares: 0,
        new_followers: 0,
      },
    })),
    ...rest,
  }
}

function liveMinutes(call: ShopCall): object {
  const live = contentOf(call, call.path.live_id ?? '', 'LIVE')
  const money = moneyOf(call)
  const whole = { from: live.startedAt, to: call.now + 1 }
  const sales = salesOf(call.world, call.shop, whole, ({ order }) => order.content === live.id)
  const minutes = grouped(sales, ({ order }) => String(Math.floor((order.paidAt ?? 0) / 60) * 60))
  const { items, ...rest } = slice(
    minutes.sort((a, b) => Number(a.key) - Number(b.key)),
    pageOf(call.query, { default: 100, max: 100 }),
  )
  const all = figuresOfSales(sales)
  return {
    performance: {
      overall: {
        live_title: live.title,
        start_time: live.startedAt,
        end_time: live.endedAt,
        duration: live.endedAt - live.startedAt,
        gmv: money(all.gmv),
        items_sold: all.items,
        unique_viewers: live.views,
      },
      intervals: items.map(({ key, figures }) => ({
        start_time: Number(key),
        end_time: Number(key) + 60,
        sales: {
          gmv: money(figures.gmv),
          items_sold: figures.items,
          customers: figures.customers,
          main_orders: figures.orders,
          sku_orders: figures.skuOrders,
        },
      })),
    },
    ...rest,
  }
}

function liveProducts(call: ShopCall): object {
  const live = contentOf(call, call.path.live_id ?? '', 'LIVE')
  const money = moneyOf(call)
  const sales = salesOf(
    call.world,
    call.shop,
    { from: live.startedAt, to: call.now + 1 },
    ({ order }) => order.content === live.id,
  )
  return {
    products: grouped(sales, ({ line }) => line.product)
      .sort((a, b) => b.figures.gmv - a.figures.gmv)
      .map(({ key, sales: own, figures }) => ({
        id: key,
        name: own[0]?.line.productName,
        sales: {
          direct_gmv: money(figures.gmv),
          avg_price: money(Math.round(figures.gmv / figures.items)),
          items_sold: figures.items,
          customers: figures.customers,
          main_orders: figures.orders,
          sku_orders: figures.skuOrders,
          created_sku_orders: figures.skuOrders,
          payment_rate: '100.00%',
        },
      })),
  }
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
  'analytics.GetShopVideoPerformanceOverview': (call) => overview(call, 'VIDEO'),
  'analytics.GetShopVideoPerformanceList': videoList,
  'analytics.GetShopVideoPerformanceDetails': videoDetail,
  'analytics.GetShopVideoProductPerformanceList': videoProducts,
  'analytics.GetShopLIVEPerformanceOverview': (call) => overview(call, 'LIVE'),
  'analytics.GetShopLIVEPerformanceOverviewOLD': (call) => overview(call, 'LIVE'),
  'analytics.GetShopLIVEPerformanceList': liveList,
  'analytics.GetShopLIVEPerformanceListOLD': liveList,
  'analytics.GetShopLIVEPerformancePerMinutes': liveMinutes,
  'analytics.GetShopLIVEProductsPerformanceList': liveProducts,
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
