/** `shop ship`: packages on their way, with labels in files. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { shopRules } from '@tockwork/contracts/shop'
import { AuthError, TockworkError, UsageError } from '@tockwork/kernel'
import type { ShopOrder } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { exitCodeOf, Reported, reportFailure } from '../output/failure.ts'
import { table } from '../output/output.ts'
import { fetchLabel, type LabelChoice, writeLabel } from '../shop/labels.ts'
import { demandIds, readWord } from '../shop/options.ts'
import { type ShippedPackage, type ShippingChoice, shipOrder } from '../shop/shipping.ts'
import { aboutShop, openShop, type ShopOption, type ShopSession, titleOf } from '../shop/shop-session.ts'

export interface ShipOptions extends ShopOption {
  label?: string
  document?: string
  size?: string
  handover?: string
  service?: string
  tracking?: string
  provider?: string
}

interface Shipped extends ShippedPackage {
  label: string | undefined
}

const DOCUMENTS: Readonly<Record<string, LabelChoice['type']>> = {
  LABEL: 'SHIPPING_LABEL',
  SLIP: 'PACKING_SLIP',
  BOTH: 'SHIPPING_LABEL_AND_PACKING_SLIP',
}

export async function ship(context: Context, ids: readonly string[], options: ShipOptions): Promise<void> {
  const { out, signal } = context
  demandIds(ids, 'an order')
  const choice = readChoice(ids, options)
  const document = readWord(options.document, '--document', Object.keys(DOCUMENTS)) ?? 'LABEL'
  const size = readWord(options.size, '--size', ['A6', 'A5'] as const) ?? 'A6'
  const label: LabelChoice = { type: DOCUMENTS[document] as LabelChoice['type'], size }
  const place = options.label === undefined ? undefined : await labelPlace(context, options.label, ids)
  const session = await openShop(context, options)
  const orders = await readOrders(session, [...new Set(ids)], signal)
  const done: Shipped[] = []
  const failed: { order_id: string; error: TockworkError }[] = []
  for (const order of orders)
    try {
      for (const each of await shipOrder(session.shop, order, choice, signal))
        done.push({ ...each, label: await labelOf(context, session, each, { place, choice: label }) })
    } catch (error) {
      // Of one order the error is the command's; of many the others go on.
      if (orders.length === 1 || !(error instanceof TockworkError) || error instanceof AuthError) throw error
      failed.push({ order_id: order.id, error })
    }
  out.result(
    {
      ...aboutShop(session),
      packages: done.map((each) => ({
        package_id: each.id,
        order_id: each.orderId,
        outcome: each.outcome,
        tracking_number: each.tracking ?? null,
        shipping_provider: each.provider ?? null,
        label: each.label ?? null,
      })),
      failed: failed.map(({ order_id, error }) => ({ order_id, error: error.toJSON() })),
    },
    [
      ...table(
        done.map((each) => [
          out.style('green', '✓'),
          each.orderId,
          `package ${each.id}`,
          each.outcome === 'shipped' ? 'shipped' : 'was shipped already',
          [each.provider, each.tracking].filter(Boolean).join(' '),
          each.label ?? '',
        ]),
      ),
      `${done.length} package${done.length === 1 ? '' : 's'} of ${titleOf(session)}.`,
    ],
  )
  if (!out.json) for (const { error } of failed) reportFailure(out, error)
  const [first] = failed
  if (first !== undefined) throw new Reported(exitCodeOf(first.error))
}

function readChoice(ids: readonly string[], options: ShipOptions): ShippingChoice {
  const handover = readWord(options.handover, '--handover', ['PICKUP', 'DROP_OFF'] as const) ?? 'DROP_OFF'
  const { tracking, provider, service } = options
  if ((tracking === undefined) !== (provider === undefined))
    throw new UsageError('--tracking and --provider go together.', {
      field: tracking === undefined ? '--tracking' : '--provider',
    })
  if (tracking === undefined || provider === undefined) return { handover, own: undefined, service }
  if (ids.length > 1)
    throw new UsageError('--tracking is the number of one package; name one order.', { field: '--tracking' })
  if (service !== undefined)
    throw new UsageError("--service buys a label of TikTok's; --tracking says that the seller ships.", {
      field: '--service',
    })
  return { handover, own: { provider, tracking }, service }
}

/** A file for one package; for several, and where a folder is named, one file each in it. */
type Place = { file: string; written: number } | { folder: string }

async function labelPlace({ cwd }: Context, given: string, ids: readonly string[]): Promise<Place> {
  const path = resolve(cwd, given)
  const isFolder = /[/\\]$/.test(given) || (await stat(path).catch(() => undefined))?.isDirectory() === true
  if (isFolder) return { folder: path }
  if (ids.length > 1)
    throw new UsageError(`--label ${given}: several orders want a folder, such as ${given}/`, {
      field: '--label',
    })
  return { file: path, written: 0 }
}

async function readOrders(
  session: ShopSession,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ShopOrder[]> {
  const found: ShopOrder[] = []
  for (let at = 0; at < ids.length; at += shopRules.maxOrderIds)
    found.push(...(await session.shop.orders.get(ids.slice(at, at + shopRules.maxOrderIds), { signal })))
  const missing = ids.filter((id) => !found.some((order) => order.id === id))
  if (missing.length === 0) return found
  throw new UsageError(`${titleOf(session)} has no order ${missing.join(', ')}; nothing was shipped.`, {
    code: 'no_such_order',
    field: 'orders',
  })
}

async function labelOf(
  context: Context,
  { shop }: ShopSession,
  { id, orderId }: ShippedPackage,
  { place, choice }: { place: Place | undefined; choice: LabelChoice },
): Promise<string | undefined> {
  if (place === undefined) return undefined
  const { bytes } = await fetchLabel(context, shop, id, choice)
  const path = 'folder' in place ? join(place.folder, `${orderId}-${id}.pdf`) : nextFile(place)
  await writeLabel(path, bytes)
  return path
}

/** An order in several parcels: the second one's label must not replace the first's. */
function nextFile(place: { file: string; written: number }): string {
  place.written += 1
  return place.written === 1 ? place.file : place.file.replace(/(\.[^./\\]*)?$/, `-${place.written}$1`)
}
