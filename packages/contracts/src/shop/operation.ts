/** One operation of TikTok Shop's Open API, as data. Source: partner.tiktokshop.com/docv2. */
import type { Provenance } from '@tockwork/kernel'

export const shopHosts = {
  business: 'open-api.tiktokglobalshop.com',
  tokens: 'auth.tiktok-shops.com',
} as const

/**
 * Whose token an operation wants, and what names the object it is about:
 *
 * | entity | token of | besides |
 * |---|---|---|
 * | `shop` | a seller | `shop_cipher` of the shop |
 * | `seller` | a seller | nothing; a cipher is refused |
 * | `creator` | a creator | nothing |
 * | `account` | a partner | nothing |
 * | `asset` | a partner | `category_asset_cipher` |
 * | `app` | nobody | the app's key and secret, unsigned |
 */
export type ShopEntity = 'shop' | 'seller' | 'creator' | 'account' | 'asset' | 'app'

export interface ShopLifecycle {
  /** Day (`YYYY-MM-DD`, UTC) since which it should not be used; `unknown` where the end was announced without a date. */
  deprecated?: string
  /** Day since which it is refused. */
  retired?: string
  /** The announcement names a group, and that this operation belongs to it was not confirmed. */
  unconfirmed?: true
  /** Version of the same operation that takes its place. */
  successor?: string
}

export interface ShopOperation {
  /** `shop.<domain>.<name>.<version>`: `shop.order.GetOrderList.202309`. */
  id: string
  domain: string
  /** `YYYYMM`, and `v2` for the token calls. Each operation has versions of its own. */
  version: string
  /** TikTok's own name, hyphens left out. */
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  host: (typeof shopHosts)[keyof typeof shopHosts]
  /** With `{placeholders}`. */
  path: string
  entity: ShopEntity
  /** Whether it takes a cipher is not known for certain, so one goes out only when the caller names the shop. */
  cipherUnknown?: true
  /** Any one of these, granted to the token, is enough; empty where none is known. */
  scopes: readonly string[]
  /** The scopes are those of another version of it. */
  scopesInferred?: true
  encoding: 'json' | 'multipart'
  /** Reading twice does no harm; anything else is repeated only when it certainly was not carried out. */
  repeat: 'safe' | 'unless-sent'
  /** A `preview` or `beta` path, which may change without notice. */
  preview?: true
  lifecycle: ShopLifecycle
  /** `assumed`: the path was inferred. `observed`: clients in the field use it, no page of TikTok was seen. */
  provenance: Provenance
}

/** Names in the braces of a path. */
export function pathParameters(path: string): string[] {
  return Array.from(path.matchAll(/\{([^}]+)\}/g), ([, name]) => name as string)
}

export type ShopAge =
  | { state: 'current' }
  | { state: 'retired'; on: string }
  /** Ends within the days asked about. */
  | { state: 'ending'; on: string }
  /** The end was announced, but not certainly for this operation. */
  | { state: 'doubtful'; on: string }
  | { state: 'deprecated'; since: string }

const DAY_MS = 86_400_000
/** A retirement this near is worth a warning: two releases of most programs. */
export const ENDING_DAYS = 90

/** Where an operation stands in its life. @param now milliseconds since the epoch */
export function shopAge({ lifecycle }: Pick<ShopOperation, 'lifecycle'>, now: number): ShopAge {
  const { deprecated, retired, unconfirmed } = lifecycle
  const today = new Date(now).toISOString().slice(0, 10)
  if (retired !== undefined) {
    if (unconfirmed) return { state: 'doubtful', on: retired }
    if (retired <= today) return { state: 'retired', on: retired }
    const horizon = new Date(now + ENDING_DAYS * DAY_MS).toISOString().slice(0, 10)
    if (retired <= horizon) return { state: 'ending', on: retired }
  }
  if (deprecated !== undefined && (deprecated === 'unknown' || deprecated <= today))
    return { state: 'deprecated', since: deprecated }
  return { state: 'current' }
}
