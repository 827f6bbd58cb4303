import { shopOperation, shopOperations } from '@tockwork/contracts/shop/operations'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { APP_SECRET, grantOf, ok, plainSign, SHOPS, shopWith } from './fake-shop.ts'

const SHOP = '7494049642642441621'
const RESERVED = ['sign', 'access_token', 'app_key', 'timestamp', 'shop_cipher', 'category_asset_cipher']
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })

test('whatever is called, the signature fits what was sent', async () => {
  const callable = shopOperations().filter(
    ({ entity, lifecycle }) => (entity === 'shop' || entity === 'seller') && lifecycle.retired === undefined,
  )
  const { account, http } = await shopWith(({ url }) => (url.pathname.endsWith('/shops') ? SHOPS : ok({})))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...callable),
      fc.dictionary(
        text.filter((name) => !RESERVED.includes(name) && name !== '__proto__'),
        text,
        {
          maxKeys: 6,
        },
      ),
      fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 })), {
        maxKeys: 5,
      }),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      text,
      async (operation, query, body, bytes, value) => {
        const values = Object.fromEntries(
          [...operation.path.matchAll(/\{(.+?)\}/g)].map(([, name]) => [name, `1${value}`]),
        )
        const upload = operation.encoding === 'multipart'
        await account.call(operation, {
          path: values,
          query,
          ...(operation.entity === 'shop' ? { shopId: SHOP } : {}),
          ...(upload ? { form: { data: { bytes, filename: 'a.png' } } } : {}),
          ...(!upload && operation.method !== 'GET' ? { body } : {}),
        })
        const sent = http.seen.at(-1)
        if (sent === undefined) throw new Error('nothing was sent')
        const contentType = sent.headers['content-type'] ?? ''
        expect(sent.query.sign).toBe(plainSign(sent.url, sent.bytes, contentType, APP_SECRET))
        expect(sent.query).toMatchObject(query)
        expect(sent.query.shop_cipher).toBe(operation.entity === 'shop' ? 'GCP_one' : undefined)
        if (!upload && operation.method !== 'GET') expect(JSON.parse(sent.body)).toEqual(body)
      },
    ),
    { numRuns: 300 },
  )
})

test('a POST without input sends and signs an empty object; a GET sends nothing', async () => {
  const { account, http } = await shopWith(() => SHOPS)
  await account.call(shopOperation('shop.product.SearchProducts.202502'), { shopId: SHOP })
  const [list, search] = http.seen
  expect([list?.body, search?.body]).toEqual(['', '{}'])
  expect(search?.query.timestamp).toBe('1795867200')
  expect(search?.headers['x-tts-access-token']).toBe('ROW_token1')
  expect(search?.query).not.toHaveProperty('access_token')
})

test('an upload: the file is in the parts and does not count for the signature', async () => {
  const { account, http } = await shopWith(() => ok({ uri: 'u' }))
  const operation = shopOperation('shop.product.UploadProductImage.202309')
  const bytes = new Uint8Array([0xff, 0xd8, 0x0d, 0x0a, 0x00])
  const form = { data: { bytes, filename: 'a.jpg', contentType: 'image/jpeg' }, use_case: 'MAIN_IMAGE' }
  expect(await account.call(operation, { form })).toEqual({ uri: 'u' })
  const [sent] = http.seen
  expect(sent?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=tockwork-[0-9a-f]{32}$/)
  const whole = Buffer.from(sent?.bytes ?? [])
  expect(whole.includes(Buffer.from(bytes))).toBe(true)
  expect(whole.toString('latin1')).toContain('name="use_case"\r\n\r\nMAIN_IMAGE\r\n')
  expect(sent?.query).not.toHaveProperty('shop_cipher')
})

test('creator and partner operations go with their own tokens and ciphers', async () => {
  const campaigns = shopOperations().find(({ entity, method }) => entity === 'asset' && method === 'GET')
  const showcase = shopOperations().find(
    ({ domain, method }) => domain === 'affiliate_creator' && method === 'GET',
  )
  if (campaigns === undefined || showcase === undefined) throw new Error('the table has neither')
  const fill = (path: string) =>
    Object.fromEntries([...path.matchAll(/\{(.+?)\}/g)].map(([, name]) => [name, '1']))
  const partner = await shopWith(() => ok({}), { grant: grantOf({ userType: 'partner' }) })
  await partner.account.call(campaigns, { path: fill(campaigns.path), assetCipher: 'CAT_1' })
  expect(partner.http.seen[0]?.query).toMatchObject({ category_asset_cipher: 'CAT_1' })
  await expect(partner.account.call(campaigns, { path: fill(campaigns.path) })).rejects.toMatchObject({
    field: 'assetCipher',
  })
  await expect(partner.account.call(showcase)).rejects.toMatchObject({ code: 'wrong_account_kind' })
  const creator = await shopWith(() => ok({}), { grant: grantOf({ userType: 'creator' }) })
  await creator.account.call(showcase, { path: fill(showcase.path) })
  expect(Object.keys(creator.http.seen[0]?.query ?? {}).sort()).toEqual(['app_key', 'sign', 'timestamp'])
})

test.each([
  [{ path: {} }, 'path.product_id'],
  [{ path: { product_id: '..' } }, 'path.product_id'],
  [{ path: { product_id: '1', sku: '2' } }, 'path.sku'],
  [{ path: { product_id: '1' }, query: { sign: 'x' } }, 'query.sign'],
  [{ path: { product_id: '1' }, body: {} }, 'body'],
  [{ path: { product_id: '1' }, form: { a: 'b' } }, 'form'],
  [{ path: { product_id: '1' }, query: { locale: '\ud800' } }, 'locale'],
  [{ path: { product_id: '1' }, query: { ids: 1729592969712207000 } }, 'query.ids'],
])('%j is refused before anything is sent', async (parts, field) => {
  const { account, http } = await shopWith(() => SHOPS)
  const operation = shopOperation('shop.product.GetProduct.202309')
  await expect(account.call(operation, { ...parts, shopId: SHOP } as never)).rejects.toMatchObject({ field })
  expect(http.seen).toHaveLength(0)
})

test('a number that has lost digits is refused where an id was meant; a bigint is written as text', async () => {
  const { account, http } = await shopWith(() => SHOPS)
  const operation = shopOperation('shop.product.InventorySearch.202309')
  await expect(
    account.call(operation, { shopId: SHOP, body: { product_ids: [Number('1729592969712207008')] } }),
  ).rejects.toMatchObject({ field: 'product_ids.0' })
  await account.call(operation, { shopId: SHOP, body: { product_ids: [1729592969712207008n] } })
  expect(http.seen.at(-1)?.body).toBe('{"product_ids":["1729592969712207008"]}')
})
