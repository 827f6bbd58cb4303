/** Sets the stock of many SKUs, product by product, with an answer for each. */
import { AuthError, TockworkError } from '@tockwork/kernel'
import type { PartialFailure, Shop, StockUpdate } from '@tockwork/sdk/shop'
import type { StockEntry } from './stock-entries.ts'

export interface StockPlace {
  productId: string
  skuId: string
  sellerSku: string | undefined
}

export interface StockAnswer {
  sku: string
  quantity: number
  warehouse: string | undefined
  place: StockPlace | undefined
  /** What was available before, in that warehouse where one is named. */
  before: number | undefined
  outcome: 'set' | 'planned' | 'failed' | 'unknown'
  code?: string
  message?: string
}

const SKU_ID = /^\d{17,20}$/
const MOST_SKU_IDS = 600
const MOST_SELLER_SKUS = 10
/** From here on reading the whole catalogue, 100 products a page, takes fewer calls than asking by name. */
const ASKED_BY_NAME = 100
const AT_ONCE = 4

/** @param act false: only says what would be set */
export async function pushStock(
  shop: Shop,
  entries: readonly StockEntry[],
  { act, signal }: { act: boolean; signal: AbortSignal },
): Promise<StockAnswer[]> {
  const places = await findPlaces(
    shop,
    entries.map(({ sku }) => sku),
    signal,
  )
  const answers = entries.map((entry) => answerOf(entry, places.get(entry.sku) ?? []))
  failRepeats(answers)
  const isPlanned = ({ outcome }: StockAnswer): boolean => outcome === 'planned'
  await noteBefore(shop, answers.filter(isPlanned), signal)
  if (!act) return answers
  const products = Map.groupBy(answers.filter(isPlanned), ({ place }) => place?.productId ?? '')
  const queue = [...products]
  let done = 0
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [productId, rows] = next
      try {
        await setProduct(shop, productId, rows, signal)
      } catch (error) {
        // Before anything was set it is the command's failure, and says what to do about it.
        if (!(error instanceof TockworkError) || (error instanceof AuthError && done === 0)) throw error
        for (const row of rows)
          Object.assign(row, {
            outcome: error.retry === 'outcome-unknown' ? 'unknown' : 'failed',
            code: error.code,
            message: error.message,
          })
      }
      done += 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return answers
}

function answerOf({ sku, quantity, warehouse }: StockEntry, places: readonly StockPlace[]): StockAnswer {
  const [place] = places
  const plain = { sku, quantity, warehouse, before: undefined }
  if (place !== undefined && places.length === 1) return { ...plain, place, outcome: 'planned' }
  return {
    ...plain,
    place: undefined,
    outcome: 'failed',
    ...(place === undefined
      ? { code: 'no_such_sku', message: 'The shop has no such SKU.' }
      : {
          code: 'several_skus',
          message: `Several SKUs have this name: ${places.map(({ skuId }) => skuId).join(', ')}. Use an id.`,
        }),
  }
}

/** One SKU by its id and by its name too: which of the two is meant? */
function failRepeats(answers: readonly StockAnswer[]): void {
  const first = new Map<string, StockAnswer>()
  for (const answer of answers) {
    if (answer.place === undefined) continue
    const key = `${answer.place.skuId}\n${answer.warehouse ?? ''}`
    const before = first.get(key)
    if (before === undefined) first.set(key, answer)
    else
      Object.assign(answer, {
        outcome: 'failed',
        code: 'set_twice',
        message: `It is the same SKU as ${before.sku}, which is set too.`,
      })
  }
}

/** The SKUs that each name stands for: its id, or the seller's own name of it. */
async function findPlaces(
  shop: Shop,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, StockPlace[]>> {
  const places = new Map<string, StockPlace[]>()
  const ids = [...new Set(names.filter((name) => SKU_ID.test(name)))]
  for (const some of chunks(ids, MOST_SKU_IDS))
    for (const { product_id: productId, skus = [] } of await shop.inventory.search(
      { skuIds: some },
      { signal },
    ))
      for (const { id, seller_sku } of skus)
        places.set(id, [{ productId, skuId: id, sellerSku: seller_sku || undefined }])
  const left = new Set(names.filter((name) => !places.has(name)))
  const searches =
    left.size === 0
      ? []
      : left.size <= ASKED_BY_NAME
        ? chunks([...left], MOST_SELLER_SKUS).map((some) => ({ seller_skus: some }))
        : [{}]
  for (const filters of searches)
    for await (const product of shop.products.search(filters, { signal })) {
      if (product.status === 'DELETED') continue
      for (const { id, seller_sku } of product.skus ?? []) {
        if (!seller_sku || !left.has(seller_sku)) continue
        const known = places.get(seller_sku) ?? []
        if (known.every(({ skuId }) => skuId !== id))
          places.set(seller_sku, [...known, { productId: product.id, skuId: id, sellerSku: seller_sku }])
      }
    }
  return places
}

async function noteBefore(shop: Shop, rows: readonly StockAnswer[], signal: AbortSignal): Promise<void> {
  const ids = [...new Set(rows.map(({ place }) => place?.skuId ?? ''))]
  const known = new Map<string, { total: number | undefined; of: Map<string, number> }>()
  for (const some of chunks(ids, MOST_SKU_IDS))
    for (const { skus = [] } of await shop.inventory.search({ skuIds: some }, { signal }))
      for (const sku of skus)
        known.set(sku.id, { total: sku.total_available_quantity ?? undefined, of: warehousesOf(sku) })
  for (const row of rows) {
    const stock = known.get(row.place?.skuId ?? '')
    row.before = row.warehouse === undefined ? stock?.total : stock?.of.get(row.warehouse)
    // TikTok would set it in one of them, and the sum would be another number than the one that was asked for.
    if (row.warehouse === undefined && stock !== undefined && stock.of.size > 1)
      Object.assign(row, {
        outcome: 'failed',
        code: 'warehouse_needed',
        message: `It lies in several warehouses (${[...stock.of].map(([id, count]) => `${id}: ${count}`).join(', ')}): name one.`,
      })
  }
}

/** `warehouse_inventory` of an answer, whose shape the client does not check. */
export function warehousesOf(sku: Readonly<Record<string, unknown>>): Map<string, number> {
  const rows = Array.isArray(sku.warehouse_inventory) ? sku.warehouse_inventory : []
  return new Map(
    rows.flatMap((row: { warehouse_id?: unknown; available_quantity?: unknown }) =>
      typeof row?.warehouse_id === 'string' && typeof row.available_quantity === 'number'
        ? [[row.warehouse_id, row.available_quantity] as const]
        : [],
    ),
  )
}

async function setProduct(
  shop: Shop,
  productId: string,
  rows: readonly StockAnswer[],
  signal: AbortSignal,
): Promise<void> {
  const updates: StockUpdate[] = [...Map.groupBy(rows, ({ place }) => place?.skuId ?? '')].map(
    ([id, parts]) => ({
      id,
      inventory: parts.map(({ quantity, warehouse }) => ({
        quantity,
        ...(warehouse === undefined ? {} : { warehouse_id: warehouse }),
      })),
    }),
  )
  const failures = await twice(() => shop.inventory.update(productId, updates, { signal }))
  for (const row of rows) {
    const failure = failures.find(({ detail }) => detail.sku_id === row.place?.skuId)
    if (failure === undefined) row.outcome = 'set'
    else
      Object.assign(row, {
        outcome: 'failed',
        code: failure.code === undefined ? 'failed' : String(failure.code),
        message: [failure.message, ...reasonsOf(failure)].filter(Boolean).join(' '),
      })
  }
}

/** What is wrong with single warehouses. */
function reasonsOf({ detail }: PartialFailure): string[] {
  if (!Array.isArray(detail.extra_errors)) return []
  return detail.extra_errors.flatMap((each: { message?: unknown; warehouse_id?: unknown }) =>
    typeof each?.message === 'string' ? [`${String(each.warehouse_id ?? '')} ${each.message}`.trim()] : [],
  )
}

/** A quantity is set, not added to: doing it again after a lost answer changes nothing. */
async function twice(act: () => Promise<PartialFailure[]>): Promise<PartialFailure[]> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof TockworkError && error.retry === 'outcome-unknown') return act()
    throw error
  }
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size))
  return parts
}
