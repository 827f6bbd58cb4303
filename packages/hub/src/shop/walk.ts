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
import { commitLazily, type ReadThing } from '../storage/shop-things.ts'
import type { PlatformResult } from '../tiktok/outcome.ts'
import type { ShopPage, ShopReadCall } from '../tiktok/shop/shop-reading.ts'
import { OVERLAP_S } from './policy.ts'
import type { Asked, ShopRun } from './shop-run.ts'

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
  const ahead = new PagesAhead(run, walk, sync.runFrom ?? 0)
  let last = sync.position ?? 0
  try {
    for (;;) {
      await run.checkStop()
      const batch = await ahead.take()
      for (const { things } of batch.pages) await walk.before?.(things)
      if (batch.crowded !== undefined) await readSecond(run, walk, batch.crowded)
      for (const { things } of batch.pages)
        for (const thing of things) last = Math.max(last, secondOf(walk, thing))
      const place = batch.isEnd ? { position: last, runFrom: null } : { runFrom: batch.next }
      if (batch.pages.length > 0)
        await run.commit({ ...place, failures: 0 }, async (tx) => {
          // Place and page are lost together if the database server dies, and are read again: nobody waits for its disk.
          if (!batch.isEnd) await commitLazily(tx)
          for (const { things, readAt } of batch.pages) await walk.store(tx, things, readAt)
        })
      if (batch.failed !== undefined) await run.need(batch.failed)
      if (batch.isEnd) return
    }
  } finally {
    await ahead.close()
  }
}

interface Batch {
  pages: { things: readonly ReadThing[]; readAt: number }[]
  /** Where the page after them begins. Epoch seconds. */
  next: number
  /** A second that fills a page, and is to be read by itself. */
  crowded: number | undefined
  isEnd: boolean
  failed: Asked<never> | undefined
}

/** Pages that wait to be written down, at most. */
const MOST_AHEAD = 4

/**
 * Asks for pages while those before them are written down. Which page comes next follows from the last thing of the one
 * before, so that reading does not wait for writing; pages that came meanwhile are one commit.
 */
class PagesAhead {
  readonly #run: ShopRun
  readonly #walk: TimeWalk
  readonly #reading: Promise<void>
  #batch: Batch
  #error: unknown
  #closed = false
  #wake: () => void = () => undefined

  constructor(run: ShopRun, walk: TimeWalk, from: number) {
    this.#run = run
    this.#walk = walk
    this.#batch = emptyBatch(from)
    this.#reading = this.#read(from).catch((error: unknown) => {
      this.#error = error
      this.#changed()
    })
  }

  /** What came so far; waits for the first. @throws {ContractError} for a list that is not sorted */
  async take(): Promise<Batch> {
    for (;;) {
      const { pages, isEnd, failed } = this.#batch
      if (pages.length > 0 || isEnd || failed !== undefined) break
      if (this.#error !== undefined) throw this.#error
      await this.#change()
    }
    const batch = this.#batch
    this.#batch = emptyBatch(batch.next)
    this.#changed()
    return batch
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#changed()
    await this.#reading
  }

  async #read(start: number): Promise<void> {
    const { call } = this.#walk
    let from = start
    let reserved = this.#run.reserve(call)
    try {
      while (!this.#closed && !this.#run.stopping) {
        const at = from
        const room = reserved
        // Room for the next page is waited for while this one is on its way.
        reserved = room.then((got) => ('waitUntil' in got ? got : this.#run.reserve(call)))
        reserved.catch(() => undefined)
        const asked = await this.#run.ask(call, () => this.#walk.fetch({ from: at }), room)
        if (!asked.ok) {
          this.#batch.failed = asked
          return this.#changed()
        }
        const { things, next } = asked.value
        const times = things.map((thing) => secondOf(this.#walk, thing))
        demandOrder(call, times, from)
        const end = times.at(-1)
        this.#batch.pages.push({ things, readAt: asked.readAt })
        if (next === undefined || end === undefined) {
          this.#batch.isEnd = true
          return this.#changed()
        }
        // A whole page of one second: asking again from that second on would bring the same page for ever.
        const isCrowded = end === from
        if (isCrowded) this.#batch.crowded = from
        from = isCrowded ? from + 1 : end
        this.#batch.next = from
        this.#changed()
        while (!this.#closed && this.#mustRest()) await this.#change()
      }
    } finally {
      await this.#run.giveBack(await reserved)
    }
  }

  /** What comes after a crowded second is not asked for before somebody sees to that one. */
  #mustRest(): boolean {
    return this.#batch.pages.length >= MOST_AHEAD || this.#batch.crowded !== undefined
  }

  #changed(): void {
    this.#wake()
  }

  #change(): Promise<void> {
    return new Promise((done) => {
      const before = this.#wake
      this.#wake = () => {
        before()
        done()
      }
    })
  }
}

function emptyBatch(next: number): Batch {
  return { pages: [], next, crowded: undefined, isEnd: false, failed: undefined }
}

function secondOf(walk: TimeWalk, thing: ReadThing): number {
  return Math.floor(walk.timeOf(thing) / 1000)
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
