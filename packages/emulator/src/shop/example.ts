/** An answer that fits the contract of an operation which the world does not model. */
import type { ShopOperation } from '@tockwork/contracts/shop'
import { exampleOfShop, shopSchema } from '@tockwork/contracts/shop/schemas'

/** Nothing where TikTok publishes no model. */
export async function exampleAnswer({ id }: ShopOperation): Promise<object | undefined> {
  const schema = await shopSchema(id)
  return schema === undefined ? undefined : (exampleOfShop(schema.response) as object)
}
