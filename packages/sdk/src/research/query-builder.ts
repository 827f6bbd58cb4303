/** Queries of a video search as typed values: a field takes only its own operations and values. */
import {
  type Condition,
  conditionProblems,
  type QueryField,
  type QueryOperation,
  queryFields,
  type VideoLength,
  type VideoQuery,
} from '@tockwork/contracts/research'
import { UsageError } from '@tockwork/kernel'

type Fields = typeof queryFields
/** Operations that a field knows. */
export type OperationOf<F extends QueryField> = Fields[F]['operations'][number] & QueryOperation
/** What a caller hands over as a value of a field; numbers and ids beyond 2^53 as strings or `bigint`. */
export type ValueOf<F extends QueryField> = Fields[F]['kind'] extends 'length'
  ? VideoLength
  : Fields[F]['kind'] extends 'count'
    ? number | bigint | string
    : Fields[F]['kind'] extends 'date'
      ? Date | string
      : Fields[F]['kind'] extends 'id' | 'music'
        ? bigint | string
        : string

type OrderedField = { [F in QueryField]: 'GT' extends OperationOf<F> ? F : never }[QueryField]

/** The field has this value. */
export function eq<F extends QueryField>(field: F, value: ValueOf<F>): Condition {
  return conditionOf(field, 'EQ', [value])
}

/** The field has one of these values. */
export function oneOf<F extends QueryField>(field: F, values: readonly ValueOf<F>[]): Condition {
  return conditionOf(field, 'IN', values)
}

export function gt<F extends OrderedField>(field: F, value: ValueOf<F>): Condition {
  return conditionOf(field, 'GT', [value])
}

export function gte<F extends OrderedField>(field: F, value: ValueOf<F>): Condition {
  return conditionOf(field, 'GTE', [value])
}

export function lt<F extends OrderedField>(field: F, value: ValueOf<F>): Condition {
  return conditionOf(field, 'LT', [value])
}

export function lte<F extends OrderedField>(field: F, value: ValueOf<F>): Condition {
  return conditionOf(field, 'LTE', [value])
}

/**
 * The three groups of a query: every condition of `all`, at least one of `any`, none of `none`. They cannot be nested.
 * @throws {UsageError} when all of them are empty
 */
export function videoQueryOf(groups: {
  all?: readonly Condition[]
  any?: readonly Condition[]
  none?: readonly Condition[]
}): VideoQuery {
  const { all = [], any = [], none = [] } = groups
  if (all.length + any.length + none.length === 0)
    throw new UsageError('The query is empty: all, any or none must hold a condition.', {
      field: 'query',
      action: "Say what is looked for, such as all: [eq('region_code', 'US')].",
    })
  return {
    ...(all.length === 0 ? {} : { and: [...all] }),
    ...(any.length === 0 ? {} : { or: [...any] }),
    ...(none.length === 0 ? {} : { not: [...none] }),
  }
}

function conditionOf(field: QueryField, operation: QueryOperation, values: readonly unknown[]): Condition {
  if (!Object.hasOwn(queryFields, field))
    throw new UsageError(`There is no field ${JSON.stringify(field)}.`, {
      field: 'field_name',
      action: `Fields are ${Object.keys(queryFields).join(', ')}.`,
    })
  const condition: Condition = {
    operation,
    field_name: field,
    field_values: values.map((value) =>
      value instanceof Date && queryFields[field].kind === 'date'
        ? value.toISOString().slice(0, 10).replaceAll('-', '')
        : String(value),
    ),
  }
  const [problem] = conditionProblems(condition as Parameters<typeof conditionProblems>[0])
  if (problem !== undefined)
    throw new UsageError(problem.message, { field: field, action: 'Correct the condition.' })
  return condition
}
