import { expect, test } from 'vitest'
import { facetsOf } from './facets.ts'
import { recordKey } from './record-key.ts'

/** What the ranges hold, cut out of the bytes as a reader does. */
async function found(text: string): Promise<string[]> {
  const facets = await facetsOf(text, async (handle) =>
    handle === 'nobody.test' ? undefined : `did:web:${handle}`,
  )
  return facets.map(({ index, features: [feature] }) => {
    const part = Buffer.from(text).subarray(index.byteStart, index.byteEnd).toString()
    return `${feature?.$type.split('#')[1]} ${part}`
  })
}

test.each([
  ['plain words, a@b.example and a #', []],
  ['see https://example.com/a.', ['link https://example.com/a']],
  ['(https://example.com/a_(b))', ['link https://example.com/a_(b)']],
  ['«日本語» https://example.com/é?q=1#part, and on', ['link https://example.com/é?q=1#part']],
  ['👩‍👩‍👧 @mika.test: hi', ['mention @mika.test']],
  ['@nobody.test stays text, @short too', []],
  ['#one #2026 #２日 ＃wide #end!', ['tag #one', 'tag #２日', 'tag ＃wide', 'tag #end']],
  ['https://example.com/#not-a-tag/@mika.test', ['link https://example.com/#not-a-tag/@mika.test']],
  [`#${'a'.repeat(65)}`, []],
])('%s', async (text, parts) => {
  expect(await found(text)).toEqual(parts)
})

test('the same key is the same record, and another one another, at the time it was decided on', () => {
  const at = Date.UTC(2026, 10, 28)
  expect(recordKey('a', at)).toBe(recordKey('a', at))
  expect(recordKey('a', at)).toMatch(/^[234567abcdefghij][234567a-z]{12}$/)
  expect(new Set(Array.from({ length: 300 }, (_, index) => recordKey(`${index}`, at))).size).toBe(300)
  expect(recordKey('z', at) < recordKey('a', at + 1)).toBe(true)
})
