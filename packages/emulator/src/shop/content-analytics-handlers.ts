/** Performance of videos and lives. */
import {
  dateText,
  type Figures,
  figuresOfSales,
  grouped,
  moneyOf,
  percent,
  type Sale,
  salesOf,
  spanOf,
} from './analytics-figures.ts'
import { isNew, listed, performance } from './analytics-rows.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { pageOf, slice } from './paging.ts'
import type { ShopContentRow } from './state.ts'

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

export const contentAnalyticsHandlers: ShopHandlers = {
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
}
