import { mandatoryAttributes, mandatoryFor } from '@tockwork/contracts/shop'
import { expect, test } from 'vitest'

test('a rule holds from its day on, in its market, for the category and what is below it', () => {
  const names = (...args: Parameters<typeof mandatoryFor>) =>
    mandatoryFor(...args).flatMap(({ attributes }) => attributes.map(({ name }) => name))
  expect(names('MY', ['700645', '700648'], '2026-07-08')).toEqual([])
  expect(names('MY', ['700645', '700648'], '2026-07-09')).toEqual(['NPRA Registered', 'MAL No.'])
  expect(names('US', ['700645', '700648'], '2026-07-09')).toEqual([])
  expect(names('PH', ['876040', '1'], '2026-08-04')).toEqual(['Material', 'PS/ICC No.'])
})

test('every rule asks for something, and its dates and ids are written as such', () => {
  for (const { since, markets, categories, attributes, certification } of mandatoryAttributes) {
    expect(since).toMatch(/^2026-\d\d-\d\d$/)
    expect(markets.every((market) => /^[A-Z]{2}$/.test(market))).toBe(true)
    expect([...categories, ...attributes.flatMap(({ id = '1' }) => id)].every((id) => /^\d+$/.test(id))).toBe(
      true,
    )
    expect(attributes.length > 0 || certification !== undefined).toBe(true)
  }
})
