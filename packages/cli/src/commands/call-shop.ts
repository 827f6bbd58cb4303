/** `call` for TikTok Shop: any operation of its table, with the app and token of the environment. */
import { pathParameters, type ShopOperation, shopRules } from '@tockwork/contracts/shop'
import { findShopOperations, shopOperations } from '@tockwork/contracts/shop/operations'
import { UsageError } from '@tockwork/kernel'
import { TikTokShop } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'

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
 * @param query of it, what names a part of the path goes there
 * @throws {UsageError} when the environment lacks the app or the token
 */
export async function callShop(
  { config, signal, clock, out }: Context,
  operation: ShopOperation,
  name: string,
  call: { query: Record<string, string>; body: unknown; shopId: string | undefined },
): Promise<unknown> {
  const { environment } = config
  const [appKey, appSecret, token] = ['APP_KEY', 'APP_SECRET', 'ACCESS_TOKEN'].map((part) => {
    const value = environment[`TIKTOK_SHOP_${part}`]?.trim()
    if (value !== undefined && value !== '') return value
    throw new UsageError(`${operation.id} needs TIKTOK_SHOP_${part}.`, {
      field: `TIKTOK_SHOP_${part}`,
      action: 'Set TIKTOK_SHOP_APP_KEY, TIKTOK_SHOP_APP_SECRET and TIKTOK_SHOP_ACCESS_TOKEN.',
    })
  }) as [string, string, string]
  const path = valuesOf(operation.path, name)
  const query: Record<string, string> = {}
  const inPath = pathParameters(operation.path)
  for (const [key, value] of Object.entries(call.query)) (inPath.includes(key) ? path : query)[key] = value
  const shop = new TikTokShop({
    appKey,
    appSecret,
    origin: config.tiktokOrigin,
    clock,
    onEvent: (event) => {
      if (event.type === 'warning') out.detail(event.message)
    },
  })
  return shop.withToken(token).call(operation, {
    path,
    query,
    ...(call.body === undefined ? {} : { body: call.body as object }),
    ...(call.shopId === undefined ? {} : { shopId: call.shopId }),
    signal,
  })
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
