/** Products of other platforms that a seller might bring here, and what they match. */
import type { Platform } from '../platform.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { opportunitiesOf } from './opportunity-handlers.ts'
import { pageOf, slice } from './paging.ts'
import { tellShop } from './tell.ts'

const MATCH = 'shop.match'
/** A stand-in: how long TikTok looks is not documented. */
const MATCH_SECONDS = 60

export function registerCandidates(platform: Platform): void {
  platform.timers.on(MATCH, (id) => matchCandidate(platform, id))
}

function saveCandidate(call: ShopCall, candidate: Fields, mustExist: boolean): void {
  const { platform, world, shop, now } = call
  const external = candidate.text('external_product_id', { max: 64 })
  candidate.optional('title', { max: 100 })
  const id = `candidate:${shop.id}:${external}`
  const before = world.records.get(id)
  if (mustExist && before === undefined) throw new ShopRefusal(12052032, `There is no candidate ${external}.`)
  world.records.put({
    id,
    kind: 'candidate',
    owner: shop.id,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    value: {
      ...before?.value,
      ...candidate.raw,
      opportunity_matching_status: 'PENDING',
      opportunity_ids: [],
    },
  })
  platform.timers.after(MATCH_SECONDS, MATCH, id)
}

/** By the words of its title and category: webhook 25 says what came of it. */
function matchCandidate(platform: Platform, id: string): void {
  const world = platform.world.shop
  const row = world.records.get(id)
  const shop = world.shops.get(row?.owner ?? '')
  if (row === undefined || shop === undefined) return
  const now = platform.clock.seconds()
  const text = JSON.stringify(row.value).toLowerCase()
  const found = opportunitiesOf(world, shop).filter(({ name }) =>
    name
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .some((word) => word.length > 3 && text.includes(word)),
  )
  const match = {
    opportunity_matching_status: found.length === 0 ? 'NOT_MATCHED' : 'MATCHED',
    opportunity_ids: found.map((each) => each.id),
  }
  world.records.patch(row, { value: { ...row.value, ...match }, updatedAt: now })
  tellShop(platform, shop, 25, {
    external_product_id: row.value.external_product_id,
    ...match,
    // Until when it is looked for; the candidate says so itself where it matters to the seller.
    opportunity_matching_end_time: row.value.opportunity_matching_end_time ?? now,
    update_time: now,
  })
}

function saveCandidates(call: ShopCall, mustExist: boolean): object {
  const errors: object[] = []
  for (const candidate of call.body.list('candidate_products', { required: true, max: 100 }))
    try {
      saveCandidate(call, candidate, mustExist)
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error
      const id = candidate.optional('external_product_id') ?? ''
      errors.push({ code: error.code, message: error.message, detail: { external_product_id: id } })
    }
  return { errors }
}

export const candidateHandlers: ShopHandlers = {
  'product.UploadCandidateProducts': (call) => saveCandidates(call, false),
  'product.PartialEditCandidateProducts': (call) => saveCandidates(call, true),
  'product.SearchCandidateProducts': ({ world, shop, query, body }) => {
    const ids = body.texts('external_product_ids')
    const statuses = body.texts('opportunity_matching_statuses')
    const rows = world.records
      .where('kind', `candidate:${shop.id}`)
      .filter(
        ({ value }) =>
          (ids.length === 0 || ids.includes(String(value.external_product_id))) &&
          (statuses.length === 0 || statuses.includes(String(value.opportunity_matching_status))),
      )
    const { items, ...rest } = slice(rows, pageOf(query, { default: 20, max: 100 }))
    return {
      candidate_products: items.map(({ value, createdAt, updatedAt }) => ({
        ...value,
        create_time: createdAt,
        update_time: updatedAt,
      })),
      ...rest,
    }
  },
}
