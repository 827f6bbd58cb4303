import type { ShopOperation } from '@tockwork/contracts/shop'
import type { Exchange } from '../http/exchange.ts'
import type { Platform } from '../platform.ts'
import type { Fields } from './fields.ts'
import type { ShopAccountRow, ShopAppRow, ShopGrantRow, ShopRow, ShopWorld } from './state.ts'

/** An answer with a code of TikTok Shop's. Business refusals come as HTTP 200, those of the gateway with a status. */
export class ShopRefusal extends Error {
  readonly code: number
  readonly status: number

  constructor(code: number, message: string, status = 200) {
    super(message)
    this.code = code
    this.status = status
  }
}

export interface UploadedPart {
  filename?: string
  bytes: Buffer
}

/** What a handler is given: who calls, about which shop, and what was sent. */
export interface ShopCall {
  platform: Platform
  world: ShopWorld
  exchange: Exchange
  operation: ShopOperation
  app: ShopAppRow
  grant: ShopGrantRow
  account: ShopAccountRow
  /** Of an operation about a shop; of one of a seller, the first of its shops. */
  shop: ShopRow
  /** Values in the path. */
  path: Readonly<Record<string, string>>
  query: Fields
  body: Fields
  parts: ReadonlyMap<string, UploadedPart>
  /** Epoch seconds. */
  now: number
}

/** Does the work of an operation in all its versions; what it gives is the answer's `data`. */
export type ShopHandler = (call: ShopCall) => object | undefined | Promise<object | undefined>

/** Handlers by `domain.Name`, or `domain.Name.version` where versions differ. */
export type ShopHandlers = Readonly<Record<string, ShopHandler>>

/** Seconds since the epoch in the emulated world. */
export function nowOf(platform: Platform): number {
  return platform.clock.seconds()
}
