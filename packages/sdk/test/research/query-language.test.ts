import { videoQuery } from '@tockwork/contracts/research'
import {
  eq,
  formatVideoQuery,
  gte,
  lt,
  oneOf,
  parseVideoQuery,
  QuerySyntaxError,
  videoQueryOf,
} from '@tockwork/sdk/research'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'

describe('the language gives what the builder gives', () => {
  test.each([
    [
      'region:US hashtag:election,vote -music:original "climate change"',
      videoQueryOf({
        all: [
          eq('region_code', 'US'),
          oneOf('hashtag_name', ['election', 'vote']),
          eq('keyword', 'climate change'),
        ],
        none: [eq('music_id', 'original')],
      }),
    ],
    ['#cats @mika', videoQueryOf({ all: [eq('hashtag_name', 'cats'), eq('username', 'mika')] })],
    ['views:>=1000 comments:<5', videoQueryOf({ all: [gte('view_count', 1000), lt('comment_count', 5)] })],
    [
      'date:2026-01-01..2026-01-31',
      {
        and: [
          gte('create_date', '20260101'),
          { operation: 'LTE', field_name: 'create_date', field_values: ['20260131'] },
        ],
      },
    ],
    [
      '(hashtag:a OR keyword:"b c" OR #d) region:us',
      videoQueryOf({
        all: [eq('region_code', 'US')],
        any: [eq('hashtag_name', 'a'), eq('keyword', 'b c'), eq('hashtag_name', 'd')],
      }),
    ],
    [
      '-(region:US,CA OR length:short)',
      videoQueryOf({ none: [oneOf('region_code', ['US', 'CA']), eq('video_length', 'SHORT')] }),
    ],
    ['keyword:"say \\"hi\\""', videoQueryOf({ all: [eq('keyword', 'say "hi"')] })],
    ['video_id:7080213458555737386', videoQueryOf({ all: [eq('video_id', '7080213458555737386')] })],
    ['text:straße #日本', videoQueryOf({ all: [eq('keyword', 'straße'), eq('hashtag_name', '日本')] })],
  ])('%s', (text, query) => {
    expect(parseVideoQuery(text)).toEqual(query)
    expect(z.safeEncode(videoQuery, parseVideoQuery(text)).success).toBe(true)
  })
})

describe('a mistake is pointed at', () => {
  test.each([
    ['', 0, 'empty'],
    ['region:US colour:red', 10, 'no field colour'],
    ['region:XX', 7, 'region code'],
    ['region:US,ZZ', 10, 'region code'],
    ['hashtag:>5', 0, 'takes EQ, IN, not GT'],
    ['views:many', 6, 'whole number'],
    ['views:5,6,', 10, 'value is missing'],
    ['views:10..x', 10, 'whole number'],
    ['date:2026-02-30', 5, 'a day that exists'],
    ['"open', 0, 'not closed'],
    ['(region:US', 0, 'not closed'],
    ['(region:US hashtag:a)', 11, 'OR is missing'],
    ['(a OR (b))', 6, 'within a group'],
    ['(a OR -b)', 6, 'negation'],
    ['(views:1..2 OR a)', 1, 'range within'],
    ['(a OR b) (c OR d)', 9, 'second group'],
    ['a OR b', 2, 'outside of parentheses'],
    ['a )', 2, 'closes nothing'],
    ['- a', 1, 'term is missing'],
    ['length:huge', 7, 'one of SHORT'],
  ])('%s', (text, at, words) => {
    const failure = caught(() => parseVideoQuery(text))
    expect(failure).toBeInstanceOf(QuerySyntaxError)
    expect(failure).toMatchObject({ at, code: 'query_syntax', field: 'query' })
    expect((failure as Error).message).toContain(words)
    const caret = (failure as Error).message.split('\n').at(-1) as string
    expect(caret.indexOf('^')).toBe(Math.min(at, 50) + 2)
  })

  test('characters beyond the basic plane keep the caret in its place', () => {
    const failure = caught(() => parseVideoQuery('😀 region:XX')) as Error
    expect(failure.message.split('\n').at(-1)).toBe(`  ${' '.repeat('😀 region:'.length - 1)}^`)
  })
})

test('any query can be written and read again', () => {
  const word = fc
    .string({ minLength: 1, maxLength: 20 })
    .filter((text) => text.trim() !== '' && !text.startsWith('#'))
  const condition = fc.oneof(
    word.map((text) => eq('keyword', text)),
    word.map((text) => eq('hashtag_name', text)),
    fc
      .uniqueArray(fc.constantFrom('US', 'DE', 'FR'), { minLength: 2 })
      .map((values) => oneOf('region_code', values)),
    fc.nat().map((count) => gte('view_count', count)),
    fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map((id) => eq('video_id', id)),
    fc.constantFrom('SHORT' as const, 'EXTRA_LONG' as const).map((length) => eq('video_length', length)),
  )
  const list = fc.array(condition, { maxLength: 4 })
  fc.assert(
    fc.property(list, list, list, (all, any, none) => {
      if (all.length + any.length + none.length === 0) return
      const query = videoQueryOf({ all, any, none })
      expect(parseVideoQuery(formatVideoQuery(query))).toEqual(query)
    }),
  )
})

test('no text makes the parser hang or fail otherwise than with a pointer', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab:,-()"\\#@ >.<=OR0'), maxLength: 60 }), (text) => {
      try {
        parseVideoQuery(text)
      } catch (error) {
        expect(error).toBeInstanceOf(QuerySyntaxError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('the builder refuses at run time what the compiler would', () => {
  // @ts-expect-error a region has no order
  expect(() => gte('region_code', 'US')).toThrow('takes EQ, IN, not GTE')
  // @ts-expect-error no such class
  expect(() => eq('video_length', 'TINY')).toThrow('one of SHORT')
  // @ts-expect-error a count is no date
  expect(() => eq('view_count', new Date())).toThrow('whole number')
  // @ts-expect-error ids beyond 2^53 are no numbers
  expect(eq('video_id', 12).field_values).toEqual(['12'])
  // @ts-expect-error no such field
  expect(() => eq('likes', 1)).toThrow('no field "likes"')
  expect(() => oneOf('region_code', [])).toThrow('at least one value')
  expect(() => videoQueryOf({})).toThrow('empty')
  expect(eq('create_date', new Date('2026-03-01T23:00:00Z')).field_values).toEqual(['20260301'])
})

function caught(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
