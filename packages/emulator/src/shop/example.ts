/** An answer that fits the contract of an operation which the world does not model. */
import type { ShopOperation } from '@tockwork/contracts/shop'

/** Nothing when the contracts have no model of it. */
export function exampleAnswer(_operation: ShopOperation): object | undefined {
  return undefined
}
