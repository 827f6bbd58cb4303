/** Campaigns of affiliate partners. Codes: TikTok's list for affiliate_partner/campaigns. */

import { openOf } from './affiliate-life.ts'
import { mainImage, priceRange, RATES, shopOfProduct, stockOfProduct } from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { category } from './catalogue.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import type { ShopWorld } from './state.ts'
import type { CampaignProduct, CampaignRow } from './state-affiliate.ts'

/** @throws {ShopRefusal} when the partner has no such campaign */
function campaignOf({ world, account, path }: ShopCall): CampaignRow {
  const row = world.campaigns.get(path.campaign_id ?? '')
  if (row === undefined)
    throw new ShopRefusal(16032005, `There is no campaign ${(path.campaign_id ?? '').slice(0, 40)}.`)
  if (row.partner !== account.id) throw new ShopRefusal(16032007, 'The campaign is of another partner.')
  return row
}

/** From being made to its end. */
function statusOf(row: CampaignRow, now: number): string {
  if (!row.published) return 'READY'
  if (now < row.start) return 'UPCOMING'
  return now < row.end ? 'ONGOING' : 'CLOSED'
}

interface Settings {
  name: string
  description: string
  rate: number
  start: number
  end: number
  registrationStart: number
  registrationEnd: number
  contact: Record<string, unknown>
  sellerTypes: string[]
  shopCodes: string[]
}

/** What is not sent stays as it was. */
function read(world: ShopWorld, body: Fields, before?: CampaignRow): Settings {
  const time = (name: string, old: number | undefined): number =>
    body.integer(name) ?? old ?? body.requiredInteger(name)
  const settings = {
    name: body.optional('name', { max: 100 }) ?? before?.name ?? body.text('name'),
    description:
      body.optional('description', { max: 2000 }) ?? before?.description ?? body.text('description'),
    rate: body.integer('commission_rate', RATES) ?? before?.rate ?? body.requiredInteger('commission_rate'),
    start: time('campaign_start_time', before?.start),
    end: time('campaign_end_time', before?.end),
    registrationStart: time('registration_start_time', before?.registrationStart),
    registrationEnd: time('registration_end_time', before?.registrationEnd),
    contact: {
      ...(body.object('contact_info')?.raw ?? before?.contact ?? body.requiredObject('contact_info').raw),
    },
    sellerTypes: body.has('target_seller_types')
      ? body.texts('target_seller_types')
      : (before?.sellerTypes ?? []),
    shopCodes: body.has('target_shop_codes') ? body.texts('target_shop_codes') : (before?.shopCodes ?? []),
  }
  if (settings.start >= settings.end)
    throw new ShopRefusal(16032002, 'campaign_end_time: must lie behind its start.')
  if (settings.registrationStart >= settings.registrationEnd || settings.registrationEnd > settings.end)
    throw new ShopRefusal(16032003, 'registration_end_time: must lie behind its start and before the end.')
  const codes = new Set([...world.shops.values()].map(({ code }) => code))
  const stray = settings.shopCodes.find((code) => !codes.has(code))
  if (stray !== undefined)
    throw new ShopRefusal(16032004, `target_shop_codes: there is no shop ${stray.slice(0, 40)}.`)
  return settings
}

function create({ platform, world, account, body, now }: ShopCall): object {
  const settings = read(world, body)
  const id = newId(platform, '7470')
  world.campaigns.put({
    ...settings,
    id,
    partner: account.id,
    published: false,
    products: [],
    createdAt: now,
  })
  return { campaign_id: id }
}

function edit(call: ShopCall): object {
  const row = campaignOf(call)
  if (statusOf(row, call.now) === 'CLOSED') throw new ShopRefusal(16032008, 'The campaign is over.')
  call.world.campaigns.patch(row, read(call.world, call.body, row))
  return {}
}

function times(row: CampaignRow): object {
  return {
    campaign_start_time: row.start,
    campaign_end_time: row.end,
    registration_start_time: row.registrationStart,
    registration_end_time: row.registrationEnd,
  }
}

function list({ world, account, query, now }: ShopCall): object {
  const status = query.oneOf('status', ['READY', 'UPCOMING', 'ONGOING', 'CLOSED', 'UNSPECIFIED'])
  const found = world.campaigns
    .where('partner', account.id)
    .filter((row) => status === undefined || status === 'UNSPECIFIED' || statusOf(row, now) === status)
  const { items, ...rest } = slice(found, pageOf(query, { max: 100 }))
  return {
    campaigns: items.map((row) => ({
      id: row.id,
      name: row.name,
      status: statusOf(row, now),
      ...times(row),
    })),
    ...rest,
  }
}

function detail(call: ShopCall): object {
  const { world, account, now } = call
  const row = campaignOf(call)
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    region: account.region,
    status: statusOf(row, now),
    commission_rate: row.rate,
    contact_info: row.contact,
    target_seller_types: row.sellerTypes,
    target_shops: [...world.shops.values()]
      .filter(({ code }) => row.shopCodes.includes(code))
      .map(({ code, name }) => ({ code, name })),
    ...times(row),
  }
}

/** @throws {ShopRefusal} when nobody registered it */
function entryOf(row: CampaignRow, product: string): CampaignProduct {
  const entry = row.products.find(({ id }) => id === product)
  if (entry === undefined)
    throw new ShopRefusal(16032010, `product_id: ${product.slice(0, 40)} is not in the campaign.`)
  return entry
}

function products(call: ShopCall): object {
  const { platform, world, query, now } = call
  const status = query.optional('review_status')
  const [id, name, shopName] = ['product_id', 'product_name', 'shop_name'].map((field) =>
    query.optional(field),
  )
  const found = campaignOf(call).products.flatMap((entry) => {
    const product = world.products.get(entry.id)
    const shop = product === undefined ? undefined : shopOfProduct(world, product)
    const wanted =
      (status === undefined || entry.review === status) &&
      (id === undefined || entry.id === id) &&
      (name === undefined || product?.content.title.toLowerCase().includes(name.toLowerCase()) === true) &&
      (shopName === undefined || shop?.name === shopName)
    return product === undefined || shop === undefined || !wanted ? [] : [{ entry, product, shop }]
  })
  const { items, ...rest } = slice(found, pageOf(query, { max: 100 }))
  return {
    products: items.map(({ entry, product, shop }) => {
      const { currency, minimum_amount: low, maximum_amount: high } = priceRange(product, shop)
      return {
        id: product.id,
        name: product.content.title,
        product_description: product.content.description,
        main_image_url: mainImage(platform, product),
        shop_name: shop.name,
        category: { id: product.content.categoryId, name: category(product.content.categoryId)?.name ?? '' },
        review_status: entry.review,
        is_available: product.status === 'ACTIVATE',
        inventory: stockOfProduct(world, product),
        lowest_price: { amount: low, currency },
        highest_price: { amount: high, currency },
        partner_commission_rate: entry.rate,
        creator_commission_rate: entry.creatorRate ?? 0,
        open_collaboration_commission_rate: openOf(world, product.id, now)?.rate ?? 0,
      }
    }),
    ...rest,
  }
}

function setEntry({ world }: ShopCall, row: CampaignRow, id: string, change: Partial<CampaignProduct>): void {
  world.campaigns.patch(row, {
    products: row.products.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
  })
}

function review(call: ShopCall): object {
  const row = campaignOf(call)
  const entry = entryOf(row, call.path.product_id ?? '')
  const result = call.body.requiredOneOf('review_result', ['APPROVE', 'REJECT', 'REJECT_FOREVER'])
  if (entry.review !== 'PENDING')
    throw new ShopRefusal(16032009, `product_id: the product is ${entry.review}, and waits for no answer.`)
  if (result !== 'APPROVE') call.body.texts('reject_reasons', { required: true })
  setEntry(call, row, entry.id, { review: result === 'APPROVE' ? 'APPROVED' : 'REJECTED' })
  return {}
}

/** What the creator gets comes out of what the seller offers. */
function link(call: ShopCall): object {
  const row = campaignOf(call)
  const entry = entryOf(row, call.path.product_id ?? '')
  const rate = call.body.requiredInteger('creator_commission_rate', RATES)
  if (entry.review !== 'APPROVED')
    throw new ShopRefusal(16032008, `product_id: the product is ${entry.review}.`)
  if (rate > entry.rate)
    call.body.refuse('creator_commission_rate', `at most ${entry.rate}, which the seller offers`)
  setEntry(call, row, entry.id, { creatorRate: rate })
  return { product_promotion_link: linkTo(row, entry.id) }
}

function linkTo(row: CampaignRow, product: string): string {
  return `https://affiliate.tiktok.com/api/v1/share/${row.id}/${product}`
}

export const campaignHandlers: ShopHandlers = {
  'affiliate_partner.CreateAffiliatePartnerCampaign': create,
  'affiliate_partner.EditAffiliatePartnerCampaign': edit,
  'affiliate_partner.GetAffiliatePartnerCampaignList': list,
  'affiliate_partner.GetAffiliatePartnerCampaignDetail': detail,
  'affiliate_partner.PublishAffiliatePartnerCampaign': (call) => {
    const row = campaignOf(call)
    if (row.published) throw new ShopRefusal(16032008, 'The campaign is published already.')
    call.world.campaigns.patch(row, { published: true })
    return {}
  },
  'affiliate_partner.GetAffiliatePartnerCampaignProductList': products,
  'affiliate_partner.ReviewAffiliatePartnerCampaignProduct': review,
  'affiliate_partner.GenerateAffiliatePartnerCampaignProductLink': link,
  'affiliate_partner.PartnerGenerateMultiAffiliateCampaignProductLink': (call) => {
    const row = campaignOf(call)
    const ids = call.body.texts('product_ids', { required: true, max: 50 })
    const offered = (id: string): boolean =>
      row.products.some((entry) => entry.id === id && entry.review === 'APPROVED')
    return {
      product_promotion_links: ids.filter(offered).map((id) => ({ product_id: id, link: linkTo(row, id) })),
      failed_product_ids: ids.filter((id) => !offered(id)),
    }
  },
}
