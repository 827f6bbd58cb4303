/** How each kind of thing is read. */
import { ContractError } from '@tockwork/kernel'
import type { Transaction } from '../storage/database.ts'
import { grantWishes, type ShopSyncChange, wishesOf, wishFor } from '../storage/shop-syncs.ts'
import type { ShopSyncKind, ShopThingKind } from '../storage/shop-tables.ts'
import {
  findThings,
  idsAfter,
  listThings,
  markGoneThings,
  type ReadThing,
  storeThings,
} from '../storage/shop-things.ts'
import {
  MOST_ORDER_IDS,
  MOST_STOCK_PRODUCTS,
  productsOfOrder,
  SHOP_CALLS,
  type ShopReadCall,
} from '../tiktok/shop/shop-reading.ts'
import { isWalkDue, nextShopSyncAt, OVERLAP_S, WHOLE_EVERY_MS } from './policy.ts'
import type { ShopRun } from './shop-run.ts'
import { readSettled, walkByTime } from './walk.ts'

/** Carries a leased sync on until there is nothing more to do, and gives the lease back. */
export async function runKind(run: ShopRun): Promise<void> {
  const { clock, random } = run.parts
  const { kind } = run.sync
  const failed = (error: unknown): Promise<never> => {
    if (!(error instanceof ContractError)) throw error
    return run.fail({ code: error.code, message: error.message, retry: 'never', sent: 'answered' })
  }
  await WISHES[kind]?.(run)
  const isDue = isWalkDue(kind, run.sync, run.startedAt)
  const end = isDue ? await WALKS[kind](run).catch(failed) : {}
  const now = clock.now()
  const dueAt = nextShopSyncAt(kind, isDue ? now : (run.sync.completedAt ?? now), random)
  await run.commit({
    ...end,
    ...(isDue ? { completedAt: now, runStartedAt: null } : {}),
    failures: 0,
    lastFailure: null,
    dueAt,
    unlessAskedSince: run.startedAt,
    leaseUntil: null,
  })
}

const WALKS: Readonly<Record<ShopSyncKind, (run: ShopRun) => Promise<ShopSyncChange>>> = {
  orders: async (run) => {
    const { reading } = run.parts
    await walkByTime(run, {
      call: SHOP_CALLS.orders,
      fetch: (changed, page) => reading.orders(run.shop, { changed, page }),
      timeOf: ({ updatedAt }) => updatedAt,
      store: (tx, orders, readAt) => storeOrders(run, tx, orders, readAt, SHOP_CALLS.orders),
    })
    return {}
  },

  returns: async (run) => {
    const { reading } = run.parts
    await walkByTime(run, {
      call: SHOP_CALLS.returns,
      fetch: (changed, page) => reading.returns(run.shop, { changed, page }),
      timeOf: ({ updatedAt }) => updatedAt,
      store: async (tx, returns, readAt) => {
        await storeThings(tx, about(run, 'returns', SHOP_CALLS.returns, readAt), returns)
      },
    })
    return {}
  },

  products: async (run) => {
    const { reading, clock } = run.parts
    const { position, wholeAt } = run.sync
    const whole = wholeAt === null || run.startedAt - wholeAt >= WHOLE_EVERY_MS
    const changedFrom = whole || position === null ? undefined : Math.max(0, position - OVERLAP_S)
    let last = position ?? 0
    const met = await readSettled(run, {
      call: SHOP_CALLS.products,
      fetch: (page) => reading.products(run.shop, { changedFrom, page }),
      store: async (tx, products, readAt) => {
        const changed = await storeThings(tx, about(run, 'products', SHOP_CALLS.products, readAt), products)
        for (const { updatedAt } of products) last = Math.max(last, Math.floor(updatedAt / 1000))
        await wishFor(tx, run.sync.shopId, 'stock', changed, clock.now())
      },
    })
    if (!whole) return { position: last }
    const { shopId } = run.sync
    await run.commit({}, (tx) =>
      markGoneThings(
        tx,
        { shopId, kind: 'products' },
        { since: run.startedAt, now: clock.now(), met: [...met] },
      ),
    )
    return { position: last, wholeAt: run.startedAt }
  },

  stock: async (run) => {
    const { db, clock } = run.parts
    const { shopId } = run.sync
    let after = ''
    for (;;) {
      await run.checkStop()
      const ids = await idsAfter(db, shopId, 'products', after, MOST_STOCK_PRODUCTS)
      if (ids.length > 0) await readStock(run, ids)
      if (ids.length < MOST_STOCK_PRODUCTS) break
      after = ids.at(-1) ?? ''
    }
    await run.commit({}, (tx) =>
      markGoneThings(tx, { shopId, kind: 'stock' }, { since: run.startedAt, now: clock.now() }),
    )
    return { wholeAt: run.startedAt }
  },

  statements: async (run) => {
    const { db, reading } = run.parts
    const { shopId } = run.sync
    await walkByTime(run, {
      call: SHOP_CALLS.statements,
      fetch: (span, page) => reading.statements(run.shop, { ...span, page }),
      timeOf: ({ createdAt }) => createdAt,
      // Sorted by when it was closed, so that what becomes of one afterwards is only seen by beginning there.
      notAfter: await oldestOpenStatement(run),
      // Its transactions come first: a statement that is here has all of them.
      before: async (statements) => {
        const ids = statements.map(({ externalId }) => externalId)
        const known = new Set(
          (await findThings(db, shopId, 'statements', ids)).map(({ externalId }) => externalId),
        )
        for (const statement of statements)
          if (!known.has(statement.externalId)) await readTransactions(run, statement)
      },
      store: async (tx, statements, readAt) => {
        await storeThings(tx, about(run, 'statements', SHOP_CALLS.statements, readAt), statements)
      },
    })
    return {}
  },
}

/** What was named by a webhook, by itself. */
const WISHES: Partial<Record<ShopSyncKind, (run: ShopRun) => Promise<void>>> = {
  orders: (run) =>
    grantInBatches(run, MOST_ORDER_IDS, async (wishes) => {
      const ids = wishes.map(({ externalId }) => externalId)
      const asked = await run.ask(SHOP_CALLS.ordersById, () => run.parts.reading.ordersById(run.shop, ids))
      // One that is not the shop's makes TikTok refuse all of them.
      if (!asked.ok && 'failure' in asked && asked.failure.code === NOT_OWNED) {
        if (ids.length > 1) return 'smaller'
        await run.commit({}, (tx) => grantWishes(tx, run.sync, wishes))
        return 'granted'
      }
      const { value: orders, readAt } = await run.need(asked)
      await run.commit({ failures: 0 }, async (tx) => {
        await storeOrders(run, tx, orders, readAt, SHOP_CALLS.ordersById)
        await grantWishes(tx, run.sync, wishes)
      })
      return 'granted'
    }),

  stock: (run) =>
    grantInBatches(run, MOST_STOCK_PRODUCTS, async (wishes) => {
      await readStock(
        run,
        wishes.map(({ externalId }) => externalId),
        (tx) => grantWishes(tx, run.sync, wishes),
      )
      return 'granted'
    }),
}

/** Observed: an order that is not the shop's. */
const NOT_OWNED = '21008111'

type Wish = { externalId: string; askedAt: number }

async function grantInBatches(
  run: ShopRun,
  most: number,
  grant: (wishes: readonly Wish[]) => Promise<'granted' | 'smaller'>,
): Promise<void> {
  let size = most
  for (;;) {
    await run.checkStop()
    const wishes = await wishesOf(run.parts.db, run.sync, size)
    // Those that came while this run is under way are the next one's.
    const ripe = wishes.filter(({ askedAt }) => askedAt <= run.startedAt)
    if (ripe.length === 0) return
    size = (await grant(ripe)) === 'smaller' ? 1 : most
  }
}

async function storeOrders(
  run: ShopRun,
  tx: Transaction,
  orders: readonly ReadThing[],
  readAt: number,
  call: ShopReadCall,
): Promise<void> {
  const changed = new Set(await storeThings(tx, about(run, 'orders', call, readAt), orders))
  // An order takes stock or gives it back. The first walk tells of the past, which moves nothing.
  if (run.sync.completedAt === null) return
  const products = orders.filter(({ externalId }) => changed.has(externalId)).flatMap(productsOfOrder)
  await wishFor(tx, run.sync.shopId, 'stock', products, readAt)
}

async function readStock(
  run: ShopRun,
  productIds: readonly string[],
  also: (tx: Transaction) => Promise<void> = async () => undefined,
): Promise<void> {
  const { reading, clock } = run.parts
  const { value: rows, readAt } = await run.need(
    await run.ask(SHOP_CALLS.stock, () => reading.stock(run.shop, { productIds }, () => clock.now())),
  )
  await run.commit({ failures: 0 }, async (tx) => {
    await storeThings(tx, about(run, 'stock', SHOP_CALLS.stock, readAt), rows)
    await also(tx)
  })
}

async function readTransactions(run: ShopRun, statement: ReadThing): Promise<void> {
  await readSettled(run, {
    call: SHOP_CALLS.transactions,
    fetch: (page) => run.parts.reading.transactions(run.shop, statement, page),
    store: async (tx, transactions, readAt) => {
      await storeThings(tx, about(run, 'transactions', SHOP_CALLS.transactions, readAt), transactions)
    },
  })
}

/** Epoch seconds of the first statement that is not paid and may still be. */
async function oldestOpenStatement({ parts, sync }: ShopRun): Promise<number | undefined> {
  const [open] = await listThings(parts.db, sync.shopId, 'statements', {
    limit: 1,
    order: 'changed',
    status: 'PROCESSING',
  })
  return open === undefined ? undefined : Math.floor(open.createdAt / 1000)
}

function about({ sync }: ShopRun, kind: ShopThingKind, call: ShopReadCall, readAt: number) {
  return { shopId: sync.shopId, workspaceId: sync.workspaceId, kind, sourceCall: call.id, readAt }
}
