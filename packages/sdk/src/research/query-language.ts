/**
 * The one-line query language, which gives the same JSON as the builder.
 *
 *     region:US,CA hashtag:vote -music:7063948643480488709 views:>=1000 (hashtag:a OR keyword:"b c") "climate change"
 *
 * | written | means |
 * |---|---|
 * | `field:value` | the field is it; `field:a,b` one of them |
 * | `field:>n`, `>=`, `<`, `<=`, `a..b` | for dates and counts |
 * | `word`, `"two words"` | `keyword` |
 * | `#tag`, `@handle` | `hashtag_name`, `username` |
 * | `-term` | must not hold |
 * | `(term OR term …)` | at least one holds; a query has one such group, since TikTok cannot nest |
 *
 * Dates are `YYYYMMDD` or `YYYY-MM-DD`.
 */
import {
  type Condition,
  conditionProblems,
  type QueryField,
  type QueryOperation,
  queryFields,
  type VideoQuery,
} from '@tockwork/contracts/research'
import { UsageError } from '@tockwork/kernel'

/** Short names; TikTok's own work as well. */
const ALIASES: Readonly<Record<string, QueryField>> = {
  date: 'create_date',
  user: 'username',
  region: 'region_code',
  video: 'video_id',
  hashtag: 'hashtag_name',
  tag: 'hashtag_name',
  text: 'keyword',
  music: 'music_id',
  effect: 'effect_id',
  length: 'video_length',
  views: 'view_count',
  comments: 'comment_count',
}
const MOST_CHARACTERS = 20_000

/** A mistake in a query, with where it is. */
export class QuerySyntaxError extends UsageError {
  /** Index of the character in the query, from 0. */
  readonly at: number

  constructor(problem: string, query: string, at: number, action: string) {
    super(`${problem} at character ${at + 1}\n${pointer(query, at)}`, {
      code: 'query_syntax',
      field: 'query',
      action,
    })
    this.at = at
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), at: this.at }
  }
}

/** The line around the place, and a caret under it. */
function pointer(query: string, at: number): string {
  const from = Math.max(0, at - 50)
  const shown = query.slice(from, at + 30).replaceAll(/\s/g, ' ')
  const before = [...query.slice(from, at)].length
  return `  ${shown}\n  ${' '.repeat(before)}^`
}

/**
 * Reads a query.
 * @throws {QuerySyntaxError} pointing at the character
 */
export function parseVideoQuery(text: string): VideoQuery {
  if (text.length > MOST_CHARACTERS)
    throw new UsageError(`The query is longer than ${MOST_CHARACTERS} characters.`, { field: 'query' })
  return new Parser(text).query()
}

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  query(): VideoQuery {
    const and: Condition[] = []
    const or: Condition[] = []
    const not: Condition[] = []
    this.#blanks()
    while (this.#at < this.#text.length) {
      const start = this.#at
      if (this.#peek() === '(') {
        if (or.length > 0)
          this.#fail(
            'A second group',
            start,
            'TikTok takes one group of alternatives: put all of them into one.',
          )
        or.push(...this.#group())
      } else if (this.#peek() === '-' && this.#text[this.#at + 1] === '(') {
        this.#at += 1
        not.push(...this.#group())
      } else if (this.#word('OR') || this.#word('AND')) {
        this.#fail(
          `${this.#text.slice(start, start + 3).trim()} outside of parentheses`,
          start,
          'Terms next to each other must all hold; alternatives stand in parentheses: (a OR b).',
        )
      } else {
        const { negated, conditions } = this.#term()
        ;(negated ? not : and).push(...conditions)
      }
      this.#blanks()
    }
    if (and.length + or.length + not.length === 0)
      this.#fail('The query is empty', 0, 'Say what is looked for, such as region:US hashtag:vote.')
    return {
      ...(and.length === 0 ? {} : { and }),
      ...(or.length === 0 ? {} : { or }),
      ...(not.length === 0 ? {} : { not }),
    }
  }

  #group(): Condition[] {
    const open = this.#at
    this.#at += 1
    const found: Condition[] = []
    for (;;) {
      this.#blanks()
      const start = this.#at
      if (this.#at >= this.#text.length) this.#fail('The group is not closed', open, 'Close it with ).')
      if (this.#peek() === '(') this.#fail('A group within a group', start, 'TikTok cannot nest conditions.')
      if (this.#peek() === '-')
        this.#fail('A negation within a group', start, 'Put what must not hold outside of the parentheses.')
      if (this.#peek() === ')') this.#fail('A term is missing', start, 'Groups hold terms: (a OR b).')
      const { conditions } = this.#term()
      if (conditions.length > 1)
        this.#fail(
          'A range within a group',
          start,
          'Both ends of a range must hold: put it outside, or use > or <.',
        )
      found.push(...conditions)
      this.#blanks()
      if (this.#peek() === ')') {
        this.#at += 1
        return found
      }
      if (this.#at >= this.#text.length) this.#fail('The group is not closed', open, 'Close it with ).')
      if (!this.#word('OR')) this.#fail('OR is missing', this.#at, 'Terms in a group are joined by OR.')
      this.#at += 2
    }
  }

  #term(): { negated: boolean; conditions: Condition[] } {
    const negated = this.#peek() === '-'
    if (negated) this.#at += 1
    const start = this.#at
    const sign = this.#peek()
    if (sign === undefined || /\s/.test(sign))
      this.#fail('A term is missing', start, 'Write what must not hold behind the minus.')
    if (sign === ')')
      this.#fail('A parenthesis that closes nothing', start, 'Remove it, or open a group before it.')
    if (sign === '#' || sign === '@') {
      this.#at += 1
      return { negated, conditions: this.#values(sign === '#' ? 'hashtag_name' : 'username', start) }
    }
    const name = /^[A-Za-z_]+(?=:)/.exec(this.#text.slice(this.#at, this.#at + 40))?.[0]
    if (name === undefined)
      return { negated, conditions: [this.#one('keyword', 'EQ', [this.#value(false)], start)] }
    const field = fieldNamed(name)
    if (field === undefined)
      this.#fail(
        `There is no field ${name}`,
        start,
        `Fields are ${Object.keys(ALIASES).join(', ')} and ${Object.keys(queryFields).join(', ')}. Quote the word to search for it.`,
      )
    this.#at += name.length + 1
    return { negated, conditions: this.#values(field, start) }
  }

  #values(field: QueryField, start: number): Condition[] {
    const comparison = /^(?:>=|<=|>|<)/.exec(this.#text.slice(this.#at, this.#at + 2))?.[0]
    if (comparison !== undefined) {
      const operation = ({ '>': 'GT', '>=': 'GTE', '<': 'LT', '<=': 'LTE' } as const)[comparison as '>']
      this.#at += comparison.length
      return [this.#one(field, operation, [this.#value(true)], start)]
    }
    const values: { text: string; at: number }[] = [this.#value(true)]
    while (this.#peek() === ',') {
      this.#at += 1
      values.push(this.#value(true))
    }
    const [first] = values
    const ends = values.length === 1 ? /^(.+)\.\.(.+)$/.exec(first?.text ?? '') : null
    if (ends !== null && first !== undefined && queryFields[field].operations.length > 2)
      return [
        this.#one(field, 'GTE', [{ text: ends[1] as string, at: first.at }], start),
        this.#one(
          field,
          'LTE',
          [{ text: ends[2] as string, at: first.at + (ends[1] as string).length + 2 }],
          start,
        ),
      ]
    return [this.#one(field, values.length === 1 ? 'EQ' : 'IN', values, start)]
  }

  #one(
    field: QueryField,
    operation: QueryOperation,
    values: readonly { text: string; at: number }[],
    start: number,
  ): Condition {
    const condition = {
      operation,
      field_name: field,
      field_values: values.map(({ text }) => normalised(field, text)),
    }
    const [problem] = conditionProblems(condition)
    if (problem !== undefined)
      this.#fail(
        problem.message,
        problem.index === undefined ? start : (values[problem.index]?.at ?? start),
        'Correct the value.',
      )
    return condition
  }

  /** A quoted text, or characters up to a blank, a parenthesis or (in a list) a comma. */
  #value(listed: boolean): { text: string; at: number } {
    const at = this.#at
    if (this.#peek() === '"') {
      let text = ''
      for (let i = at + 1; i < this.#text.length; i += 1) {
        const sign = this.#text[i] as string
        if (sign === '"') {
          this.#at = i + 1
          return { text, at }
        }
        if (sign === '\\' && i + 1 < this.#text.length) {
          i += 1
          text += this.#text[i]
        } else text += sign
      }
      this.#fail('The quotation is not closed', at, 'Close it with ".')
    }
    const found = (listed ? /^[^\s(),"]+/ : /^[^\s()"]+/).exec(this.#text.slice(at))?.[0]
    if (found === undefined) this.#fail('A value is missing', at, 'Write the value, or quote it.')
    this.#at += found.length
    return { text: found, at }
  }

  #blanks(): void {
    while (/\s/.test(this.#peek() ?? '')) this.#at += 1
  }

  #word(word: string): boolean {
    const after = this.#text[this.#at + word.length]
    return this.#text.startsWith(word, this.#at) && (after === undefined || /[\s()]/.test(after))
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #fail(problem: string, at: number, action: string): never {
    throw new QuerySyntaxError(problem, this.#text, at, action)
  }
}

function fieldNamed(name: string): QueryField | undefined {
  const lower = name.toLowerCase()
  if (Object.hasOwn(ALIASES, lower)) return ALIASES[lower]
  return Object.hasOwn(queryFields, lower) ? (lower as QueryField) : undefined
}

function normalised(field: QueryField, text: string): string {
  switch (queryFields[field].kind) {
    case 'date':
      return text.replace(/^(\d{4})-(\d{2})-(\d{2})$/, '$1$2$3')
    case 'region':
    case 'length':
      return text.toUpperCase()
    case 'handle':
      return text.replace(/^@/, '')
    case 'text':
      return field === 'hashtag_name' ? text.replace(/^#/, '') : text
    default:
      return text
  }
}

/** Writes a query in the language; reading it gives the same query. */
export function formatVideoQuery({ and = [], or = [], not = [] }: VideoQuery): string {
  const parts = and.map(formatCondition)
  if (or.length > 0) parts.push(`(${or.map(formatCondition).join(' OR ')})`)
  parts.push(...not.map((condition) => `-${formatCondition(condition)}`))
  return parts.join(' ')
}

function formatCondition({ operation, field_name, field_values }: Condition): string {
  const values = field_values.map(quoted)
  if (operation === 'IN' || operation === 'EQ') {
    // A list of one is EQ when read again, so it is written as a list of the same value twice.
    if (operation === 'IN' && values.length === 1) values.push(values[0] as string)
    return `${field_name}:${values.join(',')}`
  }
  return `${field_name}:${{ GT: '>', GTE: '>=', LT: '<', LTE: '<=' }[operation]}${values[0]}`
}

function quoted(value: string): string {
  return /^[\p{L}\p{N}_]+$/u.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
