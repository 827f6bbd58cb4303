import type { ShopHandlers } from './call.ts'
import { assetCipher, cipherOf } from './ids.ts'
import { endShopGrant } from './life.ts'

export const authorizationHandlers: ShopHandlers = {
  'authorization.GetAuthorizedShops': ({ world, app, account }) => ({
    shops: world.shops.where('seller', account.id).map((shop) => ({
      id: shop.id,
      name: shop.name,
      region: shop.region,
      seller_type: shop.sellerType,
      cipher: cipherOf(app.id, shop),
      code: shop.code,
    })),
  }),
  'authorization.GetWidgetToken': ({ platform, now }) => ({
    widget_token: { token: platform.ids.token('WGT_'), expire_at: now + 3600 },
  }),
  'authorization.DeauthorizeShop': ({ platform, grant }) => {
    endShopGrant(platform, grant)
    return {}
  },
  'authorization.GetAuthorizedCategoryAssets': ({ app, account }) => ({
    category_assets: [
      {
        cipher: assetCipher(app.id, account.id),
        target_market: account.region,
        category: { id: 1, name: 'AFFILIATE' },
      },
    ],
  }),
}

export const sellerHandlers: ShopHandlers = {
  'seller.GetActiveShops': ({ world, account }) => ({
    shops: world.shops
      .where('seller', account.id)
      .filter(({ active }) => active)
      .map(({ id, region }) => ({ id, region })),
  }),
  'seller.GetSellerPermissions': ({ world, account }) => ({
    permissions: world.shops
      .where('seller', account.id)
      .some(({ sellerType }) => sellerType === 'CROSS_BORDER')
      ? ['MANAGE_GLOBAL_PRODUCT']
      : [],
  }),
  'seller.GetSellerStatus': ({ world, account }) => {
    const shops = world.shops.where('seller', account.id)
    const word = (active: boolean): string => (active ? 'ACTIVE' : 'INACTIVE')
    return {
      seller_status_data: {
        seller_status: word(shops.some(({ active }) => active)),
        shop_statuses: shops.map(({ id, active }) => ({ shop_id: id, shop_status: word(active) })),
        tax_form_status: 'APPROVED',
      },
    }
  },
  'seller.GetShopGroups': ({ world, account }) => ({
    shop_group_data: [
      {
        shop_group_id: account.id,
        shops: world.shops.where('seller', account.id).map(({ id, region }) => ({ shop_id: id, region })),
      },
    ],
  }),
  'seller.GetShopCreators': ({ world, shop }) => ({
    shop_creators: [...new Set(world.contents.where('shop', shop.id).map(({ username }) => username))].map(
      () => ({
        binding_status: 'BOUND',
        type: 'OFFICIAL_ACCOUNT',
      }),
    ),
  }),
  'seller.SyncCollections': ({ world, shop, body, now }) => {
    const failed: string[] = []
    for (const collection of body.list('collections', { required: true })) {
      const id = collection.text('id')
      const unknown = collection
        .list('products')
        .map((each) => each.optional('tts_product_id'))
        .filter((product) => product !== undefined && world.products.get(product)?.shop !== shop.id)
      if (unknown.length > 0) failed.push(id)
      else {
        const row = `collection:${shop.id}:${id}`
        const createdAt = world.records.get(row)?.createdAt ?? now
        world.records.put({
          id: row,
          kind: 'collection',
          owner: shop.id,
          createdAt,
          updatedAt: now,
          value: collection.raw,
        })
      }
    }
    return { failed_info: { ids: failed } }
  },
}
