import { expect, test } from 'vitest'
import { send } from '../client.ts'
import { call, connect, consent, data, frozenEmulator, token } from './plain-client.ts'

test("a partner's campaign: made, published, joined by a seller, and links for creators", async () => {
  await using emulator = await frozenEmulator()
  const us = await connect(emulator, 'Pinecart')
  const code = await consent(emulator, 'Lantern Partners')
  const { body: granted } = await token(emulator, { auth_code: code, grant_type: 'authorized_code' })
  const session = { token: granted.data.access_token, refresh: '', openId: granted.data.open_id, shops: [] }
  const assets = await data(emulator, session, 'GET', '/authorization/202405/category_assets', {
    cipher: undefined,
  })
  const category_asset_cipher = assets.category_assets[0].cipher
  const options = (body?: unknown, query: Record<string, string> = {}) => ({
    cipher: undefined,
    query: { ...query, category_asset_cipher },
    ...(body === undefined ? {} : { body }),
  })
  const partner = (method: string, path: string, body?: unknown, query?: Record<string, string>) =>
    data(emulator, session, method, `/affiliate_partner/202405${path}`, options(body, query))
  const now = emulator.clock.seconds()
  const wanted = {
    name: 'Winter',
    description: 'Warm things.',
    commission_rate: 1000,
    contact_info: { email: 'partner@example.com' },
    registration_start_time: now,
    registration_end_time: now + 86_400,
    campaign_start_time: now,
    campaign_end_time: now + 30 * 86_400,
  }
  const wrong = { ...wanted, campaign_end_time: now - 1 }
  const refused = await call(emulator, session, 'POST', '/affiliate_partner/202405/campaigns', options(wrong))
  expect(refused.body.code).toBe(16_032_002)
  const { campaign_id: id } = await partner('POST', '/campaigns', wanted)
  expect((await partner('GET', `/campaigns/${id}`)).status).toBe('READY')
  await partner('POST', `/campaigns/${id}/partial_edit`, { name: 'Deep winter' })
  await partner('POST', `/campaigns/${id}/publish`, {})
  const list = await partner('GET', '/campaigns', undefined, { page_size: '10', status: 'ONGOING' })
  expect(list.campaigns).toMatchObject([{ id, name: 'Deep winter' }])

  const { products } = await data(emulator, us, 'POST', '/product/202502/products/search', {
    query: { page_size: '2' },
    body: {},
  })
  const [first, second] = products
  const join = async (commission_rate: number) =>
    send(emulator, 'POST', '/_emulator/shop/campaign-products', {
      json: { campaign_id: id, product_id: first.id, commission_rate },
    })
  expect((await join(900)).body.problem).toContain('1000')
  expect((await join(2000)).status).toBe(200)
  const path = `/campaigns/${id}/products`
  const generate = `${path}/${first.id}/promotion_link/generate`
  const early = await call(
    emulator,
    session,
    'POST',
    `/affiliate_partner/202405${generate}`,
    options({ creator_commission_rate: 1500 }),
  )
  expect(early.body.code).toBe(16_032_008)
  await partner('POST', `${path}/${first.id}/review`, { review_result: 'APPROVE' })
  const link = await partner('POST', generate, { creator_commission_rate: 1500 })
  expect(link.product_promotion_link).toContain(first.id)
  expect((await partner('GET', path, undefined, { page_size: '10' })).products).toMatchObject([
    { id: first.id, review_status: 'APPROVED', partner_commission_rate: 2000, creator_commission_rate: 1500 },
  ])
  const many = await data(
    emulator,
    session,
    'POST',
    `/affiliate_partner/202505${path}/promotion_links/generate_batch`,
    options({ product_ids: [first.id, second.id] }),
  )
  expect(many).toMatchObject({
    product_promotion_links: [{ product_id: first.id }],
    failed_product_ids: [second.id],
  })
})
