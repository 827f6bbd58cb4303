/**
 * Reading lists that change while they are read.
 *
 * What is sorted by time is read from the time of the last thing seen on, never by TikTok's page tokens: a thing that
 * changes meanwhile moves behind the reader, and with tokens that count it would pull another one past a page's border.
 * A reader who asks anew "from this second on" meets that other one again. Things of the border's second come twice,
 * which does no harm, since each is one row.
 */
import { ContractError } from '@tockwork/kernel'
import type { Transaction } from '../storage/database.ts'
import type { ReadThing } from '../storage/shop-things.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import type { ShopPage, ShopReadCall } from '../tiktok/shop/shop-reading.ts'
import { OVERLAP_S } from './policy.ts'
import type { ShopRun } from './shop-run.ts'

export type StorePage = (tx: Transaction, things: readonly ReadThing[], readAt: number) => Promise<void>

export interface TimeWalk {
  call: ShopReadCall
  /** Epoch seconds: the first included, the last not. */
  fetch(span: { from: number; to?: number }, page?: string): Promise<PlatformResult<ShopPage>>
  /** The time that the list is sorted by, in milliseconds. */
  timeOf(thing: ReadThing): number
  /** What has to be there before a page is committed. */
  before?(things: readonly ReadThing[]): Promise<void>
  store: StorePage
  /** Where a walk begins, when that is earlier than the overlap. Epoch seconds. */
  notAfter?: number | undefined
}

/** Reads everything that changed since the last walk. Each page is one commit with the place where the next begins. */
export async function walkByTime(run: ShopRun, walk: TimeWalk): Promise<void> {
  const { sync } = run
  if (sync.runFrom === null) {
    const usual = sync.position === null ? 0 : Math.max(0, sync.position - OVERLAP_S)
    const from = Math.min(usual, walk.notAfter ?? usual)
    await run.commit({ runFrom: from, runStartedAt: run.startedAt })
  }
  let from = sync.runFrom ?? 0
  let last = sync.position ?? 0
  let pending = run.ask(walk.call, () => walk.fetch({ from }))
  for (;;) {
    await run.checkStop()
    const { value: page, readAt } = await run.need(await pending)
    const times = page.things.map((thing) => Math.floor(walk.timeOf(thing) / 1000))
    demandOrder(walk.call, times, from)
    await walk.before?.(page.things)
    const end = times.at(-1)
    if (end !== undefined) last = Math.max(last, end)
    if (page.next === undefined || end === undefined) {
      await run.commit({ position: last, runFrom: null, failures: 0, lastFailure: null }, (tx) =>
        walk.store(tx, page.things, readAt),
      )
      return
    }
    // A whole page of one second: asking again from that second on would bring the same page for ever.
    if (end === from) await readSecond(run, walk, from)
    const next = end === from ? from + 1 : end
    // The next page is on its way while this one is written down.
    pending = run.ask(walk.call, () => walk.fetch({ from: next }))
    pending.catch(() => undefined)
    await run.commit({ runFrom: next, failures: 0 }, (tx) => walk.store(tx, page.things, readAt))
    from = next
  }
}

/** More things of one second than a page holds. */
async function readSecond(run: ShopRun, walk: TimeWalk, second: number): Promise<void> {
  const before = walk.before
  await readSettled(run, {
    call: walk.call,
    fetch: (page) => walk.fetch({ from: second, to: second + 1 }, page),
    store: async (tx, things, readAt) => walk.store(tx, things, readAt),
    ...(before === undefined ? {} : { before: (things: readonly ReadThing[]) => before(things) }),
  })
}

export interface ListRead {
  call: ShopReadCall
  fetch(page: string | undefined): Promise<PlatformResult<ShopPage>>
  before?(things: readonly ReadThing[]): Promise<void>
  store: StorePage
}

const MOST_PASSES = 5

/**
 * Reads a list by its page tokens until a pass met as many things as the list had, at its beginning and at its end: then
 * nothing slipped past a border. @returns the ids that were met
 */
export async function readSettled(run: ShopRun, list: ListRead): Promise<ReadonlySet<string>> {
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const met = new Set<string>()
    const totals: (number | undefined)[] = []
    let token: string | undefined
    do {
      await run.checkStop()
      const at = token
      const { value: page, readAt } = await run.need(await run.ask(list.call, () => list.fetch(at)))
      for (const { externalId } of page.things) met.add(externalId)
      totals.push(page.total)
      await list.before?.(page.things)
      await run.commit({ failures: 0 }, (tx) => list.store(tx, page.things, readAt))
      token = page.next
    } while (token !== undefined)
    const [first] = totals
    const end = totals.at(-1)
    if (end === undefined || (first === end && met.size === end)) return met
  }
  return run.fail({
    code: 'list_unsettled',
    message: `The list of ${list.call.id} changed with every pass.`,
    retry: 'after',
    sent: 'answered',
  })
}

/** All of this rests on the order, so it is not taken on trust. */
function demandOrder({ id }: ShopReadCall, times: readonly number[], from: number): void {
  let before = from
  for (const time of times) {
    if (time < before)
      throw new ContractError(`${id}: the list is not in the order that was asked for.`, {
        code: 'unexpected_answer',
        retry: 'never',
        endpoint: id,
      })
    before = time
  }
}
