import type { Condition } from '@tockwork/contracts/research'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CORPUS_END, CORPUS_START, Corpus } from '../src/research/corpus.ts'
import { candidatesOf, matcherOf } from '../src/research/matcher.ts'

const corpus = new Corpus(1, 50_000)
const numbers = fc.nat(corpus.size - 1)

test('ids rise with time, lead back to their video, and are larger than a double can hold', () => {
  let before = 0n
  for (let n = 0; n < corpus.size; n += 1) {
    const id = BigInt(corpus.id(n))
    if (id <= before) throw new Error(`${n}: ${id} is not after ${before}`)
    before = id
    if (corpus.find(String(id)) !== n) throw new Error(`${id} does not lead to ${n}`)
  }
  expect(before).toBeGreaterThan(2n ** 53n)
  expect(before).toBeLessThan(2n ** 63n)
  expect(corpus.find(String(before + 1n))).toBeUndefined()
  expect(corpus.find('x')).toBeUndefined()
})

test('a time finds the first video at or after it', () => {
  fc.assert(
    fc.property(fc.integer({ min: CORPUS_START - 1000, max: CORPUS_END + 1000 }), (time) => {
      const n = corpus.lowerBound(time)
      if (n > 0) expect(corpus.createTime(n - 1)).toBeLessThan(time)
      if (n < corpus.size) expect(corpus.createTime(n)).toBeGreaterThanOrEqual(time)
    }),
  )
})

test('the videos of a user are those that name them as author, newest first', () => {
  fc.assert(
    fc.property(numbers, (n) => {
      const user = corpus.author(n)
      const theirs = [...corpus.videosOf(user)]
      expect(theirs).toContain(n)
      expect(theirs).toEqual([...new Set(theirs)].sort((a, b) => b - a))
      expect(theirs.every((other) => corpus.author(other) === user)).toBe(true)
      expect(corpus.people.find(corpus.people.handle(user))).toBe(user)
    }),
    { numRuns: 60 },
  )
})

describe('it is skewed like real life', () => {
  const all = Array.from({ length: corpus.size }, (_, n) => n)
  const share = (test: (n: number) => boolean) => all.filter(test).length / all.length

  test('a few creators have many videos, a few videos most of the views', () => {
    expect(share((n) => corpus.author(n) < 64)).toBeGreaterThan(0.15)
    const views = all.map((n) => corpus.views(n)).sort((a, b) => b - a)
    const sum = views.reduce((total, count) => total + count, 0)
    const top = views.slice(0, all.length / 100).reduce((total, count) => total + count, 0)
    expect(top / sum).toBeGreaterThan(0.3)
  })

  test('some videos are gone, and more as time goes by', () => {
    const early = share((n) => !corpus.isPublic(n, CORPUS_START))
    const late = share((n) => !corpus.isPublic(n, CORPUS_END + 10 * 365 * 86_400))
    expect(early).toBeGreaterThan(0.01)
    expect(early).toBeLessThan(0.04)
    expect(late).toBeGreaterThan(0.08)
  })

  test('spoken text in about one of ten; captions with U+0000 now and then', () => {
    expect(share((n) => corpus.video(n).voice_to_text !== undefined)).toBeCloseTo(0.1, 1)
    expect(all.some((n) => corpus.description(n).includes('\u0000'))).toBe(true)
  })
})

test('another seed is another world; the same is the same, whatever the size of the machine', () => {
  expect(new Corpus(1, 50_000).video(12_345)).toEqual(corpus.video(12_345))
  expect(new Corpus(2, 50_000).video(12_345)).not.toEqual(corpus.video(12_345))
  const large = new Corpus(1, 10_000_000)
  expect(large.find(large.id(9_900_000))).toBe(9_900_000)
})

describe('a query is evaluated as it is written', () => {
  const condition = fc.oneof<fc.Arbitrary<Condition>[]>(
    fc
      .constantFrom('US', 'BR', 'DE')
      .map((v) => ({ operation: 'EQ' as const, field_name: 'region_code' as const, field_values: [v] })),
    fc
      .constantFrom('election', 'soup', 'fyp')
      .map((v) => ({ operation: 'EQ' as const, field_name: 'hashtag_name' as const, field_values: [v] })),
    fc.constantFrom('GT', 'LTE').map((operation) => ({
      operation: operation as 'GT',
      field_name: 'view_count' as const,
      field_values: ['300'],
    })),
    fc.constant({
      operation: 'IN' as const,
      field_name: 'video_length' as const,
      field_values: ['SHORT', 'LONG'],
    }),
    fc
      .constantFrom('climate change', 'every')
      .map((v) => ({ operation: 'EQ' as const, field_name: 'keyword' as const, field_values: [v] })),
  )
  const list = fc.array(condition, { maxLength: 2 })

  test('all of and, one of or, none of not', () => {
    fc.assert(
      fc.property(list, list, list, numbers, (and, or, not, n) => {
        const holds = (one: (typeof and)[number]): boolean => plainly(corpus, n, one)
        const expected = and.every(holds) && (or.length === 0 || or.some(holds)) && !not.some(holds)
        expect(matcherOf(corpus, { and, or, not })(n)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('named authors and videos are looked up, with the same outcome as looking at all', () => {
    const user = corpus.author(30_000)
    const query = {
      and: [
        {
          operation: 'EQ' as const,
          field_name: 'username' as const,
          field_values: [corpus.people.handle(user)],
        },
      ],
    }
    const fits = matcherOf(corpus, query)
    const slow = Array.from({ length: 20_000 }, (_, k) => 39_999 - k).filter(fits)
    expect(candidatesOf(corpus, query, 20_000, 40_000)).toEqual(slow)
    const byId = {
      and: [
        {
          operation: 'IN' as const,
          field_name: 'video_id' as const,
          field_values: [corpus.id(5), corpus.id(7), '12'],
        },
      ],
    }
    expect(candidatesOf(corpus, byId, 6, 40_000)).toEqual([7])
  })
})

/** The same question asked of the finished video, without any of the shortcuts. */
function plainly(world: Corpus, n: number, { operation, field_name, field_values }: Condition): boolean {
  const video = world.video(n)
  const [value = ''] = field_values
  switch (field_name) {
    case 'region_code':
      return video.region_code === value
    case 'hashtag_name':
      return video.hashtag_names?.includes(value) === true
    case 'view_count':
      return operation === 'GT' ? (video.view_count ?? 0) > 300 : (video.view_count ?? 0) <= 300
    case 'video_length': {
      const seconds = video.video_duration ?? 0
      return seconds < 15 || (seconds >= 60 && seconds < 300)
    }
    default:
      return video.video_description?.includes(value) === true
  }
}
