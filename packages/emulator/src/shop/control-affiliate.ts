/** What creators do in TikTok's app, by hand: `/_emulator/shop/contents` and the like. */
import * as z from 'zod/mini'
import { bad, ok, withBody } from '../control/routes.ts'
import type { Platform } from '../platform.ts'
import { addAffiliateMessage, openAffiliateConversation } from './affiliate-message-handlers.ts'
import { creatorNamed } from './affiliate-people.ts'
import type { ControlRoute } from './control.ts'
import { askForSample } from './sample-handlers.ts'
import { postContent } from './shoppable-content.ts'
import type { ShopAccountRow, ShopRow } from './state.ts'

const both = { shop_id: z.string(), creator: z.string() }
const content = z.strictObject({
  ...both,
  kind: z._default(z.enum(['VIDEO', 'LIVE']), 'VIDEO'),
  title: z._default(z.string().check(z.maxLength(2200)), ''),
  product_ids: z.array(z.string()).check(z.minLength(1), z.maxLength(20)),
  seconds: z._default(z.int().check(z.minimum(1), z.maximum(86_400)), 30),
})

const registration = z.strictObject({
  campaign_id: z.string(),
  product_id: z.string(),
  commission_rate: z.int().check(z.minimum(100), z.maximum(8000)),
})

function people(
  { world }: Platform,
  named: { shop_id: string; creator: string },
): { shop: ShopRow; creator: ShopAccountRow } | { problem: string } {
  const shop = world.shop.shops.get(named.shop_id)
  const creator = creatorNamed(world.shop, named.creator.replace(/^@/, ''))
  if (shop === undefined) return { problem: 'shop_id: there is no such shop' }
  return creator === undefined ? { problem: 'creator: there is no such creator' } : { shop, creator }
}

export const affiliateRoutes: Readonly<Record<string, ControlRoute>> = {
  'POST /contents': (platform, exchange) =>
    withBody(content, (body) => {
      const found = people(platform, body)
      if ('problem' in found) return bad(found.problem)
      const stray = body.product_ids.find(
        (id) => platform.world.shop.products.get(id)?.shop !== found.shop.id,
      )
      if (stray !== undefined) return bad(`product_ids: ${stray} is not of this shop`)
      const { kind, title, seconds: length } = body
      const { shop, creator } = found
      return ok(
        postContent(platform, {
          creator: creator.id,
          kind,
          title,
          shop: shop.id,
          products: body.product_ids,
          length,
        }),
      )
    })(exchange),
  'POST /samples': (platform, exchange) =>
    withBody(z.strictObject({ ...both, sku_id: z.string() }), (body) => {
      const found = people(platform, body)
      if ('problem' in found) return bad(found.problem)
      return ok(askForSample(platform, found.shop, found.creator, body.sku_id))
    })(exchange),
  /** A seller registers a product for a partner's campaign, in Seller Center. */
  'POST /campaign-products': (platform, exchange) =>
    withBody(registration, ({ campaign_id, product_id, commission_rate }) => {
      const { campaigns, products } = platform.world.shop
      const row = campaigns.get(campaign_id)
      if (row === undefined || !row.published)
        return bad('campaign_id: there is no such campaign that is published')
      const now = platform.clock.seconds()
      if (now < row.registrationStart || now >= row.registrationEnd)
        return bad('campaign_id: nobody can register now')
      if (products.get(product_id)?.status !== 'ACTIVATE')
        return bad('product_id: there is no such product for sale')
      if (commission_rate < row.rate) return bad(`commission_rate: the campaign asks for ${row.rate}`)
      if (row.products.some(({ id }) => id === product_id)) return bad('product_id: it is registered already')
      campaigns.patch(row, {
        products: [...row.products, { id: product_id, rate: commission_rate, review: 'PENDING' }],
      })
      return ok(row)
    })(exchange),
  'POST /affiliate-messages': (platform, exchange) =>
    withBody(z.strictObject({ ...both, text: z.string().check(z.maxLength(2000)) }), (body) => {
      const found = people(platform, body)
      if ('problem' in found) return bad(found.problem)
      const { row } = openAffiliateConversation(platform, found.shop, found.creator.id)
      const text = JSON.stringify({ content: body.text })
      return ok(
        addAffiliateMessage(platform, found.shop, row, { from: 'CREATOR', type: 'TEXT', content: text }),
      )
    })(exchange),
}
