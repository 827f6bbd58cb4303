/**
 * The query of a video search: which fields can be asked for, with which operations and values.
 * Source: developers.tiktok.com/doc/research-api-specs-query-videos. Which operation goes with which field is said for
 * the virtual compute environment only; here it is assumed to be the same.
 */
import * as z from 'zod/mini'
import { regionCodes, videoLengths } from './research-rules.ts'

export const queryOperations = ['EQ', 'IN', 'GT', 'GTE', 'LT', 'LTE'] as const
export type QueryOperation = (typeof queryOperations)[number]

/** How the values of a field are written. All of them are strings on the wire. */
export type QueryValueKind = 'date' | 'handle' | 'region' | 'id' | 'music' | 'text' | 'length' | 'count'

const choice = ['EQ', 'IN'] as const
const ordered = queryOperations

export const queryFields = {
  /** UTC day, `YYYYMMDD`. */
  create_date: { kind: 'date', operations: ordered },
  username: { kind: 'handle', operations: choice },
  /** Where the creator registered the account, not where the video was posted. */
  region_code: { kind: 'region', operations: choice },
  video_id: { kind: 'id', operations: choice },
  /** Without `#`. */
  hashtag_name: { kind: 'text', operations: choice },
  /** Text in the description; matching is approximate. */
  keyword: { kind: 'text', operations: choice },
  /** A number by the page; whether a word such as `original` is refused is not said. */
  music_id: { kind: 'music', operations: choice },
  effect_id: { kind: 'id', operations: choice },
  video_length: { kind: 'length', operations: choice },
  view_count: { kind: 'count', operations: ordered },
  comment_count: { kind: 'count', operations: ordered },
} as const satisfies Record<string, { kind: QueryValueKind; operations: readonly QueryOperation[] }>
export type QueryField = keyof typeof queryFields

/** What a value may be, in words, and whether this one is. */
export const queryValues: Readonly<
  Record<QueryValueKind, { rule: string; holds: (value: string) => boolean }>
> = {
  date: { rule: 'a day that exists, as YYYYMMDD', holds: isDay },
  handle: {
    rule: 'a handle of at most 64 letters, digits, points and underscores, without @',
    holds: (value) => /^[\w.]{1,64}$/u.test(value),
  },
  region: {
    rule: 'a region code of two capital letters that TikTok lists',
    holds: (value) => regionCodes.includes(value),
  },
  music: { rule: 'one word or number', holds: (value) => /^[^\s#]{1,64}$/u.test(value) },
  id: { rule: 'a decimal number', holds: (value) => /^\d{1,20}$/.test(value) },
  text: {
    rule: 'text that is not empty, without #',
    holds: (value) => value.trim() !== '' && !value.startsWith('#'),
  },
  length: {
    rule: `one of ${Object.keys(videoLengths).join(', ')}`,
    holds: (value) => Object.hasOwn(videoLengths, value),
  },
  count: { rule: 'a whole number', holds: (value) => /^\d{1,19}$/.test(value) },
}

/** Whether the text is a day of the calendar, as `YYYYMMDD`. */
export function isDay(text: string): boolean {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (parts === null) return false
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** One problem of a condition: the member that is wrong and the rule. */
export interface ConditionProblem {
  member: 'operation' | 'field_values'
  index?: number
  message: string
}

/** Everything that speaks against a condition whose field and operation exist. */
export function conditionProblems(condition: {
  field_name: QueryField
  operation: QueryOperation
  field_values: readonly string[]
}): ConditionProblem[] {
  const { field_name: name, operation, field_values: values } = condition
  const field = queryFields[name]
  const problems: ConditionProblem[] = []
  if (!(field.operations as readonly string[]).includes(operation))
    problems.push({
      member: 'operation',
      message: `${name} takes ${field.operations.join(', ')}, not ${operation}`,
    })
  if (values.length === 0) problems.push({ member: 'field_values', message: 'at least one value' })
  if (operation !== 'IN' && values.length > 1)
    problems.push({
      member: 'field_values',
      message: `${operation} takes exactly one value; IN takes several`,
    })
  const { rule, holds } = queryValues[field.kind]
  for (const [index, value] of values.entries()) {
    if (!holds(value))
      problems.push({
        member: 'field_values',
        index,
        message: `${name}: ${JSON.stringify(value)} is not ${rule}`,
      })
  }
  return problems
}

export const condition = z
  .looseObject({
    operation: z.enum(queryOperations),
    field_name: z.enum(Object.keys(queryFields) as [QueryField, ...QueryField[]]),
    field_values: z.array(z.string()),
  })
  .check((context) => {
    for (const { member, index, message } of conditionProblems(context.value)) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: index === undefined ? [member] : [member, index],
        message,
      })
    }
  })
export type Condition = z.output<typeof condition>

const group = z.optional(z.array(condition))

/**
 * All of `and`, at least one of `or`, none of `not`. That the three go together with AND is an inference from the
 * page's samples; groups cannot be nested.
 */
export const videoQuery = z
  .looseObject({ and: group, or: group, not: group })
  .check(
    z.refine(
      ({ and, or, not }) => [and, or, not].some((list) => list !== undefined && list.length > 0),
      'at least one of and, or, not must hold a condition',
    ),
  )
export type VideoQuery = z.output<typeof videoQuery>
