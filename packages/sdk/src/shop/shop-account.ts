import { getAuthorizedShops, type ShopOperation } from '@tockwork/contracts/shop'
import type { ShopOperationId } from '@tockwork/contracts/shop/operations'
import { UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { readShopAnswer } from './read-answer.ts'
import { Shop } from './shop.ts'
import type { ShopCaller, ShopCallOptions } from './shop-caller.ts'
import { type Given, operationOf, type ShopDataOf, type ShopTypedOptions } from './typed-call.ts'

const authorizedShop = z.looseObject({
  id: z.string().check(z.minLength(1)),
  cipher: z.string().check(z.minLength(1)),
  name: z.optional(z.string()),
  /** Country code. */
  region: z.optional(z.string()),
  /** `LOCAL` or `CROSS_BORDER`. */
  seller_type: z.optional(z.string()),
  code: z.optional(z.string()),
})
const authorizedShops = z.looseObject({ shops: z.array(authorizedShop) })

export type AuthorizedShop = z.infer<typeof authorizedShop>

export interface AccountCallOptions extends ShopCallOptions {
  /** The shop that the call is about, where the operation takes one. */
  shopId?: string
  /** Of a partner's category asset (`GetAuthorizedCategoryAssets`), where the operation takes one. */
  assetCipher?: string
}

/** One seller, creator or partner. */
export class ShopAccount {
  readonly openId: string
  readonly #caller: ShopCaller
  readonly #shops = new Map<string, Shop>()
  #known: ReadonlyMap<string, AuthorizedShop> | undefined
  #loading: Promise<ReadonlyMap<string, AuthorizedShop>> | undefined

  /** @param known shops whose ciphers are known already */
  constructor(openId: string, caller: ShopCaller, known?: readonly Pick<AuthorizedShop, 'id' | 'cipher'>[]) {
    this.openId = openId
    this.#caller = caller
    if (known !== undefined) this.#known = new Map(known.map((shop) => [shop.id, shop]))
  }

  /** The shops that this seller's token covers, with their ciphers, as TikTok lists them now. */
  async shops(): Promise<AuthorizedShop[]> {
    return [...(await this.#load()).values()]
  }

  /** One of the shops; its cipher is fetched with the first call and kept. */
  shop(shopId: string): Shop {
    if (typeof shopId !== 'string' || !/^\d{1,25}$/.test(shopId))
      throw new UsageError('shopId: the id of a shop is decimal text', {
        field: 'shopId',
        action: 'Take it from shops().',
      })
    let shop = this.#shops.get(shopId)
    if (shop === undefined) {
      shop = new Shop(shopId, (operation, options) => this.call(operation, { ...options, shopId }))
      this.#shops.set(shopId, shop)
    }
    return shop
  }

  /**
   * Calls any operation. The token, and the cipher where one is wanted, follow from the operation's entity.
   * @returns the answer's `data`, with ids as strings; its shape is not checked
   * @throws {UsageError} before anything is sent, for a retired operation among others
   */
  call<T extends object = Record<string, unknown>>(
    operation: ShopOperation,
    options?: AccountCallOptions,
  ): Promise<T>
  /** By its id (`shop.seller.GetActiveShops.202309`): what is handed over and what comes back have types. */
  call<Id extends ShopOperationId>(
    id: Id,
    ...options: Given<ShopTypedOptions<Id> & Pick<AccountCallOptions, 'shopId' | 'assetCipher'>>
  ): Promise<ShopDataOf<Id>>
  async call(named: ShopOperation | string, options: AccountCallOptions = {}): Promise<unknown> {
    const operation = typeof named === 'string' ? await operationOf(named) : named
    const { shopId, assetCipher, ...call } = options
    try {
      return await this.#caller.call(this.openId, operation, call, () =>
        this.#identifiers(operation, shopId, assetCipher),
      )
    } catch (error) {
      // A new consent gives new ciphers: they are asked for again with the next call.
      if ((error as { code?: string }).code === '101000') this.#known = undefined
      throw error
    }
  }

  async #identifiers(
    { id, entity, cipherUnknown }: ShopOperation,
    shopId: string | undefined,
    assetCipher: string | undefined,
  ): Promise<Record<string, string>> {
    if (entity === 'asset') {
      if (assetCipher === undefined || assetCipher === '')
        throw new UsageError(`${id}: assetCipher is needed`, { field: 'assetCipher', endpoint: id })
      return { category_asset_cipher: assetCipher }
    }
    // A cipher where none is wanted is refused by TikTok.
    if (entity !== 'shop' && !(cipherUnknown && shopId !== undefined)) return {}
    if (shopId === undefined)
      throw new UsageError(`${id}: it is about one shop; say which`, {
        field: 'shopId',
        endpoint: id,
        action: 'Call it on account.shop(id), or hand over shopId.',
      })
    return { shop_cipher: await this.#cipherOf(shopId) }
  }

  async #cipherOf(shopId: string): Promise<string> {
    const kept = this.#known?.get(shopId) ?? (await this.#load()).get(shopId)
    if (kept !== undefined) return kept.cipher
    throw new UsageError(`Shop ${shopId} is not among those that this account authorized.`, {
      code: 'shop_not_authorized',
      field: 'shopId',
      action: 'Look at shops(); a shop that was added since needs a new consent.',
    })
  }

  /** Serves all who ask at the time, so no single caller's signal ends it. */
  #load(): Promise<ReadonlyMap<string, AuthorizedShop>> {
    this.#loading ??= (async () => {
      try {
        const data = await this.#caller.call(this.openId, getAuthorizedShops, {}, async () => ({}))
        const { shops } = readShopAnswer(getAuthorizedShops.id, authorizedShops, data)
        this.#known = new Map(shops.map((shop) => [shop.id, shop]))
        return this.#known
      } finally {
        this.#loading = undefined
      }
    })()
    return this.#loading
  }
}
