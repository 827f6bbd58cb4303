/** The query of a video search, evaluated on the corpus. Cheap attributes are looked at first. */
import { type Condition, type VideoLength, type VideoQuery, videoLengths } from '@tockwork/contracts/research'
import type { Corpus } from './corpus.ts'

type Test = (n: number) => boolean

const COST: Readonly<Record<string, number>> = {
  create_date: 0,
  video_id: 1,
  username: 1,
  region_code: 2,
  video_length: 3,
  music_id: 3,
  effect_id: 3,
  view_count: 4,
  comment_count: 5,
  hashtag_name: 6,
  keyword: 7,
}

/** Whether a video, by its number, fits the query. */
export function matcherOf(corpus: Corpus, { and = [], or = [], not = [] }: VideoQuery): Test {
  const cheapFirst = (list: readonly Condition[]): Test[] =>
    [...list].sort((a, b) => cost(a) - cost(b)).map((condition) => testOf(corpus, condition))
  const all = cheapFirst(and)
  const any = cheapFirst(or)
  const none = cheapFirst(not)
  return (n) =>
    all.every((test) => test(n)) &&
    (any.length === 0 || any.some((test) => test(n))) &&
    !none.some((test) => test(n))
}

function cost({ field_name }: Condition): number {
  return COST[field_name] ?? 9
}

/**
 * The numbers that can fit at all, newest first, where `and` names videos or authors; otherwise nothing, and every
 * number of the range has to be looked at.
 */
export function candidatesOf(
  corpus: Corpus,
  { and = [] }: VideoQuery,
  from: number,
  below: number,
): number[] | undefined {
  const named =
    and.find(({ field_name }) => field_name === 'video_id') ??
    and.find(({ field_name }) => field_name === 'username')
  if (named === undefined) return undefined
  const found = new Set<number>()
  for (const value of named.field_values) {
    if (named.field_name === 'video_id') {
      const n = corpus.find(value)
      if (n !== undefined) found.add(n)
    } else {
      const user = corpus.people.find(value)
      if (user === undefined) continue
      for (const n of corpus.videosOf(user)) {
        if (n < from) break
        if (n < below) found.add(n)
      }
    }
  }
  return [...found].filter((n) => n >= from && n < below).sort((a, b) => b - a)
}

function testOf(corpus: Corpus, { field_name, operation, field_values }: Condition): Test {
  const values = new Set(field_values)
  const [first = ''] = field_values
  switch (field_name) {
    case 'create_date':
      return compared(operation, field_values, (n) =>
        Number(new Date(corpus.createTime(n) * 1000).toISOString().slice(0, 10).replaceAll('-', '')),
      )
    case 'view_count':
      return compared(operation, field_values, (n) => corpus.views(n))
    case 'comment_count':
      return compared(operation, field_values, (n) => corpus.commentCount(n))
    case 'video_id':
      return (n) => values.has(corpus.id(n))
    case 'username': {
      const users = new Set(field_values.map((handle) => corpus.people.find(handle)))
      return (n) => users.has(corpus.author(n))
    }
    case 'region_code':
      return (n) => values.has(corpus.people.region(corpus.author(n)))
    case 'video_length': {
      const lengths = field_values.map((name) => videoLengths[name as VideoLength])
      return (n) => {
        const seconds = corpus.duration(n)
        return lengths.some(({ from, below }) => seconds >= from && seconds < below)
      }
    }
    case 'music_id':
      return (n) => values.has(String(corpus.music(n)))
    case 'effect_id':
      return (n) => corpus.effects(n).some((effect) => values.has(effect))
    case 'hashtag_name': {
      const tags = new Set(field_values.map((tag) => tag.toLowerCase()))
      return (n) => corpus.hashtags(n).some((tag) => tags.has(tag))
    }
    case 'keyword': {
      const words = field_values.map((word) => word.toLowerCase())
      return (n) => {
        const text = corpus.description(n).toLowerCase()
        return words.some((word) => text.includes(word))
      }
    }
    default:
      throw new TypeError(`no test for ${String(field_name)} ${first}`)
  }
}

function compared(
  operation: Condition['operation'],
  values: readonly string[],
  of: (n: number) => number,
): Test {
  const numbers = values.map(Number)
  const [first = Number.NaN] = numbers
  switch (operation) {
    case 'GT':
      return (n) => of(n) > first
    case 'GTE':
      return (n) => of(n) >= first
    case 'LT':
      return (n) => of(n) < first
    case 'LTE':
      return (n) => of(n) <= first
    default:
      return (n) => numbers.includes(of(n))
  }
}
