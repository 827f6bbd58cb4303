/** `shop products`: what a shop sells. */
import { productStatuses, shopRules } from '@tockwork/contracts/shop'
import { UsageError } from '@tockwork/kernel'
import type { ShopProduct, ShopProductSummary } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { demandIds, readNumber, readTime, readWord, shorten, timeText } from '../shop/options.ts'
import { aboutShop, openShop, type ShopOption, titleOf } from '../shop/shop-session.ts'

export interface ProductsOptions extends ShopOption {
  status?: string
  sku?: string[]
  since?: string
  limit?: string
}

const MOST_SELLER_SKUS = 10

export async function products(
  context: Context,
  ids: readonly string[],
  options: ProductsOptions,
): Promise<void> {
  const { out, signal } = context
  const limit = readNumber(options.limit, '--limit', { least: 1, most: 100_000, preset: 50 })
  const status = readWord(options.status, '--status', ['ALL', ...productStatuses] as const)
  if ((options.sku?.length ?? 0) > MOST_SELLER_SKUS)
    throw new UsageError(`--sku: at most ${MOST_SELLER_SKUS}.`, { field: '--sku' })
  demandIds(ids, 'a product')
  const session = await openShop(context, options)
  if (ids.length > 0) {
    const found: ShopProduct[] = []
    for (const id of ids) found.push(await session.shop.products.get(id, { signal }))
    out.result(
      { ...aboutShop(session), products: found },
      found.flatMap((product, at) => [...(at === 0 ? [] : ['']), ...details(product)]),
    )
    return
  }
  const since = readTime(options.since, '--since', session.clock.now())
  const found: ShopProductSummary[] = []
  const list = session.shop.products.search(
    {
      ...(status === undefined ? {} : { status }),
      ...(options.sku === undefined ? {} : { seller_skus: options.sku }),
      ...(since === undefined ? {} : { update_time_ge: since }),
    },
    { pageSize: Math.min(limit, shopRules.maxPageSize), signal },
  )
  for await (const product of list) {
    found.push(product)
    if (found.length === limit) break
  }
  out.result({ ...aboutShop(session), products: found }, [
    found.length === 0
      ? `No such products in ${titleOf(session)}`
      : `${found.length} product${found.length === 1 ? '' : 's'} of ${titleOf(session)}`,
    ...(found.length === 0
      ? []
      : table([
          ['id', 'status', 'skus', 'stock', 'price', 'title'],
          ...found.map((product) => [
            product.id,
            product.status ?? '-',
            String(product.skus?.length ?? 0),
            String(stockOf(product)),
            priceOf(product),
            shorten(product.title ?? '', 60),
          ]),
        ])),
    ...(found.length === limit ? [out.style('dim', `There may be more: --limit ${limit * 2}`)] : []),
  ])
}

function details(product: ShopProduct): string[] {
  return [
    `${product.id}  ${product.status ?? '-'}  ${product.title ?? ''}`,
    ...table([
      ['  created', timeText(product.create_time)],
      ['  updated', timeText(product.update_time)],
    ]),
    ...table(
      (product.skus ?? []).map(({ id, seller_sku, price, inventory }) => [
        '  ·',
        seller_sku || '-',
        id,
        `${price?.sale_price ?? price?.tax_exclusive_price ?? '-'} ${price?.currency ?? ''}`,
        `${sum(inventory)} in stock`,
      ]),
    ),
  ]
}

function stockOf({ skus = [] }: ShopProductSummary): number {
  return skus.reduce((total, { inventory }) => total + sum(inventory), 0)
}

function sum(inventory: readonly { quantity?: number | null | undefined }[] | undefined): number {
  return (inventory ?? []).reduce((total, { quantity }) => total + (quantity ?? 0), 0)
}

function priceOf({ skus = [] }: ShopProductSummary): string {
  const price = skus[0]?.price
  const amount = price?.sale_price ?? price?.tax_exclusive_price
  if (amount == null) return '-'
  return `${skus.length > 1 ? 'from ' : ''}${amount} ${price?.currency ?? ''}`.trim()
}
