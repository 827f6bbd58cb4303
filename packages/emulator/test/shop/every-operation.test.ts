/** Every modelled operation with made-up values: it answers in TikTok's envelope and fits its model, or is refused with a code. */
import { pathParameters, type ShopOperation } from '@tockwork/contracts/shop'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import { checkShopValue, exampleOfShop, shopSchema } from '@tockwork/contracts/shop/schemas'
import { expect, test } from 'vitest'
import { shopCoverage } from '../../src/index.ts'
import { call, connect, consent, frozenEmulator, token } from './plain-client.ts'

test('no operation is lost: what is not modelled says so, the rest answers', async () => {
  const bugs: unknown[] = []
  await using emulator = await frozenEmulator({
    onBug: (error) => bugs.push(error),
    settings: { rateLimits: false },
  })
  const seller = await connect(emulator, 'Brightkiln')
  const tokens = {
    creator: await consent(emulator, 'Mika', '/alliance/creator/auth'),
    partner: await consent(emulator, 'Lantern Partners'),
  }
  const exchanged = async (code: string) =>
    (await token(emulator, { auth_code: code, grant_type: 'authorized_code' })).body.data.access_token
  const creator = await exchanged(tokens.creator)
  const partner = await exchanged(tokens.partner)
  const assets = await call(emulator, seller, 'GET', '/authorization/202405/category_assets', {
    cipher: undefined,
    token: partner,
  })
  const asset = assets.body.data.category_assets[0].cipher

  const problems: string[] = []
  let answered = 0
  let notEmulated = 0
  for (const operation of shopOperations()) {
    if (
      operation.entity === 'app' ||
      operation.encoding === 'multipart' ||
      operation.name === 'DeauthorizeShop'
    )
      continue
    const schema = await shopSchema(operation.id)
    const { entity } = operation
    const { status, body } = await call(emulator, seller, operation.method, pathOf(operation), {
      cipher: entity === 'shop' ? seller.shops[0]?.cipher : undefined,
      query: {
        ...textsOf(schema === undefined ? {} : exampleOfShop(schema.query)),
        page_size: '10',
        ...(entity === 'asset' ? { category_asset_cipher: asset } : {}),
      },
      ...(operation.method === 'GET' ? {} : { body: schema === undefined ? {} : exampleOfShop(schema.body) }),
      ...(entity === 'creator'
        ? { token: creator }
        : entity === 'asset' || entity === 'account'
          ? { token: partner }
          : {}),
    })
    if (status === 501) notEmulated += 1
    else if (!Number.isInteger(body?.code))
      problems.push(`${operation.id}: ${status} ${JSON.stringify(body)}`)
    else if (body.code === 0) {
      answered += 1
      for (const { field, rule } of schema === undefined
        ? []
        : checkShopValue(schema.response, body.data, { coming: true }))
        problems.push(`${operation.id}: ${field} ${rule}`)
    }
  }
  expect(bugs).toEqual([])
  expect(problems).toEqual([])
  const { modelled } = await shopCoverage()
  expect(modelled).toBeGreaterThanOrEqual(369)
  expect(answered).toBeGreaterThan(60)
  expect(notEmulated).toBeGreaterThan(0)
})

test('what is not modelled shows an example of its answer when it is asked to', async () => {
  await using emulator = await frozenEmulator()
  const seller = await connect(emulator)
  const path = '/finance/202504/tax_information'
  expect((await call(emulator, seller, 'GET', path, {})).body.emulator).toContain('not emulated')
  const example = await call(emulator, seller, 'GET', path, {
    headers: { 'x-emulator-example': '1' },
  })
  const schema = await shopSchema('shop.finance.GetTaxInformation.202504')
  expect(example.body.code).toBe(0)
  expect(checkShopValue(schema?.response ?? {}, example.body.data, { coming: true })).toEqual([])
})

function pathOf(operation: ShopOperation): string {
  return pathParameters(operation.path).reduce(
    (path, name) => path.replace(`{${name}}`, '1729592969712207008'),
    operation.path,
  )
}

/** Ids and the like of an example, as a query has them. */
function textsOf(example: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(example as Record<string, unknown>)
      .filter(([name]) => !/cipher|page_token|^(start|end)_date/.test(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)])
      .concat([
        ['start_date_ge', '2026-11-20'],
        ['end_date_lt', '2026-11-23'],
        ['time_slot', '7D'],
      ]),
  )
}
