/** `shop stock` and `shop stock set`. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readStream } from 'node:stream/consumers'
import { UsageError } from '@tockwork/kernel'
import type { ShopInventory } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Reported } from '../output/failure.ts'
import { table } from '../output/output.ts'
import { aboutShop, openShop, type ShopOption, type ShopSession, titleOf } from '../shop/shop-session.ts'
import {
  entriesOfArguments,
  entriesOfTable,
  MOST_FILE_BYTES,
  refuseRepeats,
  type StockEntry,
} from '../shop/stock-entries.ts'
import { pushStock, type StockAnswer, warehousesOf } from '../shop/stock-push.ts'

const MOST_PRODUCTS_ASKED = 100

export interface StockOptions extends ShopOption {
  below?: string
}

export async function show(context: Context, skus: readonly string[], options: StockOptions): Promise<void> {
  const { out, signal } = context
  const below = options.below === undefined ? undefined : Number(options.below)
  if (below !== undefined && !(Number.isInteger(below) && below > 0))
    throw new UsageError(`--below is ${options.below}; a whole number from 1 is needed.`, {
      field: '--below',
    })
  const session = await openShop(context, options)
  const rows = (await readAll(session, signal)).flatMap(({ product_id, skus: parts = [] }) =>
    parts.map((sku) => ({
      sku_id: sku.id,
      seller_sku: sku.seller_sku || null,
      product_id,
      available: sku.total_available_quantity ?? null,
      committed: sku.total_committed_quantity ?? null,
      warehouses: Object.fromEntries(warehousesOf(sku)),
    })),
  )
  const named = new Set(skus)
  const missing = skus.filter((name) => !rows.some((row) => row.sku_id === name || row.seller_sku === name))
  if (missing.length > 0)
    throw new UsageError(`${titleOf(session)} has no SKU ${missing.join(', ')}.`, {
      code: 'no_such_sku',
      field: 'skus',
    })
  const shown = rows.filter(
    (row) =>
      (named.size === 0 || named.has(row.sku_id) || named.has(row.seller_sku ?? '')) &&
      (below === undefined || (row.available ?? 0) < below),
  )
  out.result({ ...aboutShop(session), skus: shown }, [
    `${shown.length} SKU${shown.length === 1 ? '' : 's'} of ${titleOf(session)}`,
    ...table([
      ['sku', 'id', 'available', 'committed', 'product', 'by warehouse'],
      ...shown.map((row) => [
        row.seller_sku ?? '-',
        row.sku_id,
        String(row.available ?? '-'),
        String(row.committed ?? '-'),
        row.product_id,
        Object.entries(row.warehouses)
          .map(([id, count]) => `${id}: ${count}`)
          .join(', '),
      ]),
    ]),
  ])
}

/** Stock of everything that is not deleted. */
async function readAll({ shop }: ShopSession, signal: AbortSignal): Promise<ShopInventory[]> {
  const ids: string[] = []
  for await (const product of shop.products.search({}, { signal }))
    if (product.status !== 'DELETED') ids.push(product.id)
  const found: ShopInventory[] = []
  for (let at = 0; at < ids.length; at += MOST_PRODUCTS_ASKED)
    found.push(
      ...(await shop.inventory.search({ productIds: ids.slice(at, at + MOST_PRODUCTS_ASKED) }, { signal })),
    )
  return found
}

export interface SetStockOptions extends ShopOption {
  from?: string
  warehouse?: string
  dryRun?: boolean
}

export async function set(
  context: Context,
  pairs: readonly string[],
  options: SetStockOptions,
): Promise<void> {
  const { out, signal } = context
  const entries: StockEntry[] = [
    ...entriesOfArguments(pairs, options.warehouse),
    ...(options.from === undefined
      ? []
      : entriesOfTable(await readTable(context, options.from), options.warehouse)),
  ]
  if (entries.length === 0)
    throw new UsageError('There is nothing to set.', {
      field: 'skus',
      action: 'Name SKUs (MUG-BLUE=12), or a table of comma-separated values: --from stock.csv',
    })
  refuseRepeats(entries)
  const session = await openShop(context, options)
  const act = options.dryRun !== true
  const answers = await pushStock(session.shop, entries, { act, signal })
  const count = (outcome: StockAnswer['outcome']): number =>
    answers.filter((each) => each.outcome === outcome).length
  const done = act ? count('set') : count('planned')
  const [failed, unknown] = [count('failed'), count('unknown')]
  out.result(
    { ...aboutShop(session), dry_run: !act, set: act ? done : 0, failed, unknown, skus: answers.map(toJson) },
    [
      ...table(answers.map((each) => lineOf(each, out))),
      `${done} of ${answers.length} ${act ? 'set' : 'would be set'} in ${titleOf(session)}${failed === 0 ? '' : `, ${failed} failed`}${unknown === 0 ? '' : `, of ${unknown} nothing is known`}.`,
    ],
  )
  if (unknown > 0) throw new Reported(exitCodes.unknown)
  if (failed > 0) throw new Reported(exitCodes.refused)
}

async function readTable({ cwd, out }: Context, given: string): Promise<string> {
  if (given === '-') return readStream(out.stdin)
  const path = resolve(cwd, given)
  try {
    const { size } = await stat(path)
    if (size > MOST_FILE_BYTES)
      throw new UsageError(`--from ${given}: is larger than ${MOST_FILE_BYTES / 1024 / 1024} MiB.`, {
        field: '--from',
      })
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`--from ${given}: ${(cause as Error).message}`, { field: '--from', cause })
  }
}

function toJson({ place, before, code, message, ...answer }: StockAnswer): Record<string, unknown> {
  return {
    sku: answer.sku,
    sku_id: place?.skuId ?? null,
    product_id: place?.productId ?? null,
    warehouse_id: answer.warehouse ?? null,
    quantity: answer.quantity,
    before: before ?? null,
    outcome: answer.outcome,
    ...(code === undefined ? {} : { code, message }),
  }
}

function lineOf(answer: StockAnswer, out: Context['out']): string[] {
  const { sku, before, quantity, outcome, code, message, place } = answer
  const good = outcome === 'set' || outcome === 'planned'
  return [
    good ? out.style('green', '✓') : out.style('red', outcome === 'unknown' ? '?' : '✗'),
    sku,
    `${before ?? '-'} → ${quantity}`,
    place?.skuId ?? '-',
    good ? '' : `${message} [${code}]`,
  ]
}
