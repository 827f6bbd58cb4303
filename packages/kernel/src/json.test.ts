import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson, stringifyJson } from './json.ts'

test('19-digit numbers survive in both directions', () => {
  const text =
    '{"ids":[7602997517160123666,12],"text":"7602997517160123666","nested":{"id":-9223372036854775808}}'
  const value = parseJson(text)
  expect(value).toEqual({
    ids: [7602997517160123666n, 12],
    text: '7602997517160123666',
    nested: { id: -9223372036854775808n },
  })
  expect(stringifyJson(value)).toBe(text)
})

test('strings that look like the internal mark are left alone', () => {
  const value = { a: '@int64:5', b: 7602997517160123666n, c: '@@int64:7602997517160123666' }
  expect(parseJson(stringifyJson(value))).toEqual(value)
})

test('long digits after a point or in an exponent are no integer of their own', () => {
  for (const text of [
    '-0.0000011283016989408601',
    '[1.12345678901234567890]',
    '0e-12345678901234567890',
    '5E00000000000000001',
  ]) {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  }
})

test('what JSON.parse refuses is refused, long digits or not', () => {
  for (const text of [
    '{"a":01234567890123456789}',
    '{a:1}',
    '[12345678901234567890',
    '12345678901234567890.',
  ]) {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  }
})

test('a __proto__ key stays data', () => {
  const value = parseJson('{"__proto__":12345678901234567890}') as Record<string, unknown>
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(Object.entries(value)).toEqual([['__proto__', 12345678901234567890n]])
})

test('agrees with JSON on any value without big integers, and returns big ones exactly', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      const once = parseJson(text)
      expect(parseJson(stringifyJson(once))).toEqual(once)
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.string(), (id, note) => {
      const back = parseJson(stringifyJson({ id, note })) as { id: bigint | number; note: string }
      expect(BigInt(back.id)).toBe(id)
      expect(back.note).toBe(note)
    }),
  )
})
