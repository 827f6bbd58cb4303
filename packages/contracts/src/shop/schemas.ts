/**
 * Models of TikTok Shop's operations, loaded a domain at a time, so that who calls orders does not load the catalogue.
 * Names and types are those that TikTok publishes; for what it publishes none, there is no model.
 */
import { checkShopValue, exampleOfShop, type ShopSchema, unpackModels } from './model-schema.ts'
import { modelLoaders } from './models/domains.generated.ts'
import { uncoveredOperations } from './models/uncovered.generated.ts'

export type { ShopJsonSchema, ShopProblem, ShopSchema } from './model-schema.ts'
export type { ShopModels } from './models/types.generated.ts'
export { checkShopValue, exampleOfShop, uncoveredOperations }

const unpacked = new Map<string, Promise<ReadonlyMap<string, ShopSchema>>>()

/** All models of a domain (`order`), by the operation's id; empty where it has none. */
export function shopDomainSchemas(domain: string): Promise<ReadonlyMap<string, ShopSchema>> {
  let found = unpacked.get(domain)
  if (found === undefined) {
    const load = Object.hasOwn(modelLoaders, domain) ? modelLoaders[domain] : undefined
    found =
      load === undefined
        ? Promise.resolve(new Map())
        : load().then(({ packedModels }) => unpackModels(packedModels))
    unpacked.set(domain, found)
  }
  return found
}

/** Models of an operation (`shop.order.GetOrderList.202309`); nothing where TikTok publishes none. */
export async function shopSchema(id: string): Promise<ShopSchema | undefined> {
  return (await shopDomainSchemas(id.split('.')[1] ?? '')).get(id)
}
