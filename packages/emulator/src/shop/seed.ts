/** The shops of a new world. Their ids are always the same, so that examples and tests can name them. */
import * as z from 'zod/mini'
import type { Platform } from '../platform.ts'
import { fixedId, idPrefix } from './ids.ts'
import { currencies, pricedAt } from './money.ts'
import type { ProductContent, ShopRow, ShopWorld, SkuPart } from './state.ts'

/** Where TikTok Shop sells. */
const regions = [
  'BR',
  'DE',
  'ES',
  'FR',
  'GB',
  'ID',
  'IE',
  'IT',
  'JP',
  'MX',
  'MY',
  'PH',
  'SG',
  'TH',
  'US',
  'VN',
] as const

/** What a seed file may hold of TikTok Shop. */
export const shopSeedSpec = z.strictObject({
  apps: z.optional(
    z.array(
      z.strictObject({
        app_key: z.string(),
        app_secret: z.string(),
        service_id: z.string(),
        name: z.optional(z.string()),
        redirect_url: z.optional(z.url()),
        webhook_url: z.optional(z.string()),
        scopes: z.optional(z.array(z.string())),
      }),
    ),
  ),
  sellers: z.optional(
    z.array(
      z.strictObject({
        name: z.string(),
        region: z.enum(regions),
        shops: z.array(
          z.strictObject({
            name: z.string(),
            region: z.enum(regions),
            sandbox: z.optional(z.boolean()),
            products: z.optional(z.int().check(z.minimum(0), z.maximum(8))),
          }),
        ),
      }),
    ),
  ),
  partners: z.optional(z.array(z.strictObject({ name: z.string(), region: z.enum(regions) }))),
})

export type ShopSeed = z.output<typeof shopSeedSpec>

export const defaultShopSeed: ShopSeed = {
  apps: [
    {
      app_key: 'tw-shop-app',
      app_secret: 'tw-shop-secret',
      service_id: 'tw-shop-service',
      name: 'Tockwork Shop',
    },
  ],
  sellers: [
    { name: 'Pinecart', region: 'US', shops: [{ name: 'Pinecart US', region: 'US', products: 8 }] },
    {
      name: 'Brightkiln',
      region: 'GB',
      shops: [
        { name: 'Brightkiln UK', region: 'GB', products: 6 },
        { name: 'Brightkiln DE', region: 'DE', products: 4 },
      ],
    },
    { name: 'Tanah Rasa', region: 'ID', shops: [{ name: 'Tanah Rasa', region: 'ID', products: 6 }] },
    { name: 'Kedai Hijau', region: 'MY', shops: [{ name: 'Kedai Hijau', region: 'MY', products: 4 }] },
    { name: 'Upuan Lab', region: 'PH', shops: [{ name: 'Upuan Lab', region: 'PH', products: 3 }] },
    { name: 'Aoi Works', region: 'JP', shops: [{ name: 'Aoi Works', region: 'JP', products: 4 }] },
    {
      name: 'Sandbox Seller',
      region: 'US',
      shops: [{ name: 'Sandbox US', region: 'US', sandbox: true, products: 2 }],
    },
  ],
  partners: [{ name: 'Lantern Partners', region: 'US' }],
}

const GOODS = [
  {
    title: 'Stackable bamboo storage box with lid, three sizes for kitchen and desk',
    category: '600028',
    dollars: 18,
    sizes: ['S', 'M', 'L'],
  },
  {
    title: 'Soy wax candle in a stone jar, cedar and orange, forty hours',
    category: '600154',
    dollars: 14,
    sizes: [],
  },
  {
    title: 'Linen summer dress with pockets and wooden buttons, midi length',
    category: '601195',
    dollars: 42,
    sizes: ['S', 'M', 'L'],
  },
  {
    title: 'Heavy cotton T-shirt, boxy cut, garment dyed in small batches',
    category: '601226',
    dollars: 22,
    sizes: ['S', 'M', 'L', 'XL'],
  },
  {
    title: 'Dark roast coffee beans, one kilogram, roasted to order each week',
    category: '700452',
    dollars: 19,
    sizes: [],
  },
  {
    title: 'Clear phone case with a raised edge, shock tested, for many phones',
    category: '910856',
    dollars: 12,
    sizes: ['S', 'M'],
  },
  {
    title: 'Self-adhesive steel hooks, set of ten, hold up to four kilograms',
    category: '600032',
    dollars: 9,
    sizes: [],
  },
  {
    title: 'Hydrating face serum with hyaluronic acid, thirty millilitres',
    category: '601534',
    dollars: 16,
    sizes: [],
  },
] as const

/** Adds apps, sellers with shops, and partners; what is there already keeps its history. */
export function plantShops(platform: Platform, seed: ShopSeed): void {
  const world = platform.world.shop
  for (const app of seed.apps ?? [])
    world.apps.put({
      id: app.app_key,
      secret: app.app_secret,
      name: app.name ?? app.app_key,
      serviceId: app.service_id,
      redirectUrl: app.redirect_url ?? 'https://example.com/callback',
      scopes: app.scopes ?? [],
      ...(app.webhook_url === undefined ? {} : { webhookUrl: app.webhook_url }),
    })
  for (const { name, region } of seed.partners ?? [])
    world.accounts.put({ id: fixedId('74', `partner:${name}`), kind: 'partner', name, region })
  for (const seller of seed.sellers ?? []) {
    const id = fixedId('7495', `seller:${seller.name}`)
    world.accounts.put({ id, kind: 'seller', name: seller.name, region: seller.region })
    for (const shop of seller.shops) plantShop(platform, id, seller.region, shop)
  }
  for (const { id, displayName } of platform.world.creators.values())
    if (world.accounts.get(`creator:${id}`) === undefined)
      world.accounts.put({ id: `creator:${id}`, kind: 'creator', name: displayName, region: 'US' })
}

type SeededShop = NonNullable<ShopSeed['sellers']>[number]['shops'][number]

function plantShop(platform: Platform, seller: string, home: string, seed: SeededShop): void {
  const world = platform.world.shop
  const id = fixedId(idPrefix.shop, `shop:${seed.name}`)
  if (world.shops.get(id) !== undefined) return
  const { name, region } = seed
  const shop = world.shops.put({
    id,
    seller,
    name,
    code: `${region}${home === region ? 'LC' : 'CB'}${id.slice(-6)}`,
    region,
    currency: currencies[region]?.currency ?? 'USD',
    sellerType: home === region ? 'LOCAL' : 'CROSS_BORDER',
    sandbox: seed.sandbox ?? false,
    active: true,
    createdAt: platform.clock.seconds() - 200 * 86_400,
    acceptsChat: true,
    noRestock: [],
    ordersPerHour: 0,
  })
  plantWarehouses(world, shop)
  for (let at = 0; at < Math.min(seed.products ?? 0, GOODS.length); at += 1) plantProduct(world, shop, at)
  plantContents(world, shop)
  world.coupons.put({
    id: fixedId('7300', `coupon:${id}`),
    shop: id,
    title: 'Welcome',
    displayType: 'REGULAR',
    begin: shop.createdAt,
    end: shop.createdAt + 700 * 86_400,
    percent: 10,
    minimum: pricedAt(20, shop.currency),
    claimed: 0,
    redeemed: 0,
    createdAt: shop.createdAt,
  })
}

function plantWarehouses(world: ShopWorld, shop: ShopRow): void {
  const kinds = [
    ['Main warehouse', 'SALES_WAREHOUSE', true],
    ['Second warehouse', 'SALES_WAREHOUSE', false],
    ['Returns', 'RETURN_WAREHOUSE', true],
  ] as const
  for (const [name, type, isDefault] of kinds)
    world.warehouses.put({
      id: fixedId('7320', `warehouse:${shop.id}:${name}`),
      shop: shop.id,
      name,
      type,
      status: 'ENABLED',
      isDefault,
      phone: '(+00)5550100',
      contact: shop.name,
      address: {
        line1: '1 Harbour Road',
        line2: '',
        city: 'Port',
        state: shop.region,
        postal: '10001',
        region: shop.region,
      },
    })
}

function plantProduct(world: ShopWorld, shop: ShopRow, at: number): void {
  const goods = GOODS[at] as (typeof GOODS)[number]
  const id = fixedId(idPrefix.product, `product:${shop.id}:${at}`)
  const image = `tos-emulator/${fixedId('55', `image:${at}`)}`
  if (world.files.get(image) === undefined)
    world.files.put({
      id: image,
      kind: 'image',
      useCase: 'MAIN_IMAGE',
      name: 'front.png',
      format: 'PNG',
      width: 800,
      height: 800,
      size: 60_000,
      createdAt: shop.createdAt,
    })
  const price = pricedAt(goods.dollars, shop.currency)
  const sizes: readonly string[] = goods.sizes.length === 0 ? [''] : goods.sizes
  const skus: SkuPart[] = sizes.map((size, index) => ({
    id: fixedId(idPrefix.product, `sku:${id}:${index}`),
    sellerSku: `TW-${shop.region}-${at + 1}${size === '' ? '' : `-${size}`}`,
    price: Math.round(price * (1 + index * 0.1)),
    attributes:
      size === '' ? [] : [{ id: '100007', name: 'Size', valueId: String(1000070 + index), valueName: size }],
  }))
  const content: ProductContent = {
    title: goods.title,
    description: `<p>${goods.title}.</p>`,
    categoryId: goods.category,
    images: [image],
    attributes: [],
    certifications: [],
    weight: { unit: 'KILOGRAM', value: '0.4' },
    dimensions: { height: '10', length: '20', width: '15', unit: 'CENTIMETER' },
    codAllowed: false,
    preOwned: false,
    manufacturers: [],
    responsiblePersons: [],
    minimumQuantity: 1,
    skus,
  }
  const createdAt = shop.createdAt + 86_400 + at * 3600
  world.products.put({
    id,
    shop: shop.id,
    status: 'ACTIVATE',
    content,
    audit: 'APPROVED',
    auditReasons: [],
    submission: 1,
    notForSale: false,
    createdAt,
    updatedAt: createdAt,
  })
  const warehouses = world.warehouses.where('shop', shop.id).filter(({ type }) => type === 'SALES_WAREHOUSE')
  for (const sku of skus)
    for (const { id: warehouse, isDefault } of warehouses)
      world.stock.put({
        id: `${sku.id}:${warehouse}`,
        shop: shop.id,
        product: id,
        sku: sku.id,
        warehouse,
        available: isDefault ? 100 : 20,
        committed: 0,
      })
}

function plantContents(world: ShopWorld, shop: ShopRow): void {
  const products = world.products.where('shop', shop.id).map(({ id }) => id)
  for (const [kind, count] of [
    ['VIDEO', 3],
    ['LIVE', 1],
  ] as const)
    for (let at = 0; at < count; at += 1) {
      const startedAt = shop.createdAt + (30 + at) * 86_400
      world.contents.put({
        id: fixedId('73', `${kind}:${shop.id}:${at}`),
        shop: shop.id,
        kind,
        title: `${shop.name}, ${kind === 'VIDEO' ? 'unboxing' : 'live'} ${at + 1}`,
        username: 'mika',
        startedAt,
        endedAt: startedAt + (kind === 'VIDEO' ? 40 : 3600),
        products: products.slice(at, at + 3),
        views: 0,
      })
    }
}
