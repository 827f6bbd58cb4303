/** `call` for TikTok Shop: any operation of its table, as a connected seller or with a token of the environment. */
import { pathParameters, type ShopOperation, shopRules } from '@tockwork/contracts/shop'
import { findShopOperations, shopOperations } from '@tockwork/contracts/shop/operations'
import { UsageError } from '@tockwork/kernel'
import type { ShopAccount } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { openShop } from '../shop/shop-session.ts'
import { chooseShopTarget, openClient } from '../shop/shop-target.ts'

/** `/api/orders/search`; the token calls have `/api/v2/` and go on. */
const FIRST_VERSION =
  /^(?:(?:GET|POST|PUT|DELETE)\s+)?(?:https?:\/\/open-api\.tiktokglobalshop\.com)?\/api\/(?!v2\/)[a-z_]+\//i

export function listShop({ out }: Context): void {
  const all = shopOperations()
  out.result(
    { endpoints: all },
    table(
      all.map(({ id, method, path, entity, lifecycle }) => [
        id,
        method,
        path,
        entity,
        lifecycle.retired === undefined ? '' : `ends ${lifecycle.retired}`,
      ]),
    ),
  )
}

/** The operation that a name stands for, the newest of its versions; `undefined` when it is none of Shop's. */
export function findShop(name: string): ShopOperation | undefined {
  const found = findShopOperations(name)
  if (found.length === 0 && FIRST_VERSION.test(name.trim()))
    throw new UsageError(
      `${name} is of the first version of TikTok Shop's API, which ended on ${shopRules.firstVersionRetired}.`,
      {
        code: 'endpoint_retired',
        field: 'endpoint',
        action: 'Look for its successor, whose path names a version: tockwork call --list --api shop',
      },
    )
  const [first] = found
  const verbs = [...new Set(found.filter(({ path }) => path === first?.path).map(({ method }) => method))]
  if (first !== undefined && name.trim().startsWith('/') && verbs.length > 1)
    throw new UsageError(`${name} takes ${verbs.join(' and ')}.`, {
      field: 'endpoint',
      action: `Say which: tockwork call "${verbs[0]} ${name}"`,
    })
  return first
}

/**
 * With `TIKTOK_SHOP_ACCESS_TOKEN` as its holder, else as the seller of a connected shop.
 * @param query of it, what names a part of the path goes there
 * @throws {UsageError} when the environment lacks the app, {@link AuthError} when no shop is connected
 */
export async function callShop(
  context: Context,
  operation: ShopOperation,
  name: string,
  call: { query: Record<string, string>; body: unknown; shopId: string | undefined },
): Promise<unknown> {
  const path = valuesOf(operation.path, name)
  const query: Record<string, string> = {}
  const inPath = pathParameters(operation.path)
  for (const [key, value] of Object.entries(call.query)) (inPath.includes(key) ? path : query)[key] = value
  const token = context.config.environment.TIKTOK_SHOP_ACCESS_TOKEN?.trim()
  const { account, shopId } =
    token === undefined || token === ''
      ? await connected(context, operation, call.shopId)
      : {
          account: (await openClient(context, await chooseShopTarget(context))).client.withToken(token),
          shopId: call.shopId,
        }
  return account.call(operation, {
    path,
    query,
    ...(call.body === undefined ? {} : { body: call.body as object }),
    ...(shopId === undefined ? {} : { shopId }),
    signal: context.signal,
  })
}

async function connected(
  context: Context,
  { entity }: ShopOperation,
  shop: string | undefined,
): Promise<{ account: ShopAccount; shopId: string | undefined }> {
  const session = await openShop(context, shop === undefined ? {} : { shop })
  return {
    account: session.account,
    shopId: entity === 'shop' || shop !== undefined ? session.row.id : undefined,
  }
}

/** What stands in the place of the braces, where the name was a path with values. */
function valuesOf(pattern: string, name: string): Record<string, string> {
  const given = name
    .replace(/^[A-Z]+\s+/i, '')
    .replace(/^https?:\/\/[^/]+/i, '')
    .replace(/[?#].*$/, '')
    .split('/')
  const parts = pattern.split('/')
  if (given.length !== parts.length) return {}
  return Object.fromEntries(
    parts.flatMap((part, at) => {
      const value = given[at] ?? ''
      return part.startsWith('{') && !value.startsWith('{') ? [[part.slice(1, -1), value]] : []
    }),
  )
}
