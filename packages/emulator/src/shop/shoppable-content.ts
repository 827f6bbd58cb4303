/** Videos and lives that sell: posted by creators, in the app or by the API. */
import type { Platform } from '../platform.ts'
import { usernameOf } from './affiliate-people.ts'
import { nowOf } from './call.ts'
import { newId } from './ids.ts'
import { fulfilSamples } from './sample-handlers.ts'
import type { ShopContentRow } from './state.ts'
import { tellGrant } from './tell.ts'

export interface Posting {
  id?: string
  creator: string
  kind: ShopContentRow['kind']
  title: string
  shop: string
  products: string[]
  /** In seconds. */
  length: number
}

/** Webhook 17, for each product. */
export function postContent(platform: Platform, posting: Posting): ShopContentRow {
  const { contents, grants } = platform.world.shop
  const now = nowOf(platform)
  const row = contents.put({
    id: posting.id ?? newId(platform, '7570'),
    shop: posting.shop,
    kind: posting.kind,
    title: posting.title,
    username: usernameOf(posting.creator),
    startedAt: now,
    endedAt: now + posting.length,
    products: posting.products,
    views: 0,
  })
  // Of lives there is no word in its documentation.
  if (posting.kind === 'VIDEO')
    for (const grant of grants.where('account', posting.creator))
      for (const product of posting.products)
        tellGrant(platform, grant, 17, {
          product_id: product,
          event: { type: 'ADD', scene: 'VIDEO', content_id: row.id },
        })
  fulfilSamples(platform, posting.creator, posting.products, row.id)
  return row
}
