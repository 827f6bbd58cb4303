/** Models of TikTok Shop as JSON Schema, and the check of a value against one. */
import { parseFields, type ShopField } from './model-notation.ts'

/** The part of JSON Schema (2020-12) that the models need. */
export interface ShopJsonSchema {
  type?: string | string[]
  properties?: Record<string, ShopJsonSchema>
  required?: string[]
  items?: ShopJsonSchema
  enum?: string[]
  maxLength?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  /** Of a file in an upload: its bytes are not part of a JSON value. */
  format?: 'binary'
  /** Values of an answer that are known; others may come, so they are no `enum`. */
  'x-known-values'?: string[]
}

/** What an operation takes and gives. Each part is an object; fields that are not named are let through. */
export interface ShopSchema {
  query: ShopJsonSchema
  /** Of an upload: its form. */
  body: ShopJsonSchema
  /** The answer's `data`. */
  response: ShopJsonSchema
}

/** Reads the packed models of a domain. */
export function unpackModels(packed: string): Map<string, ShopSchema> {
  return new Map(
    packed.split('\n').map((line) => {
      const [id = '', query = '', body = '', data = ''] = line.split('\t')
      return [
        id,
        { query: schemaOf(query, true), body: schemaOf(body, true), response: schemaOf(data, false) },
      ]
    }),
  )
}

function schemaOf(notation: string, sent: boolean): ShopJsonSchema {
  return objectOf(parseFields(notation), sent)
}

function objectOf(fields: readonly ShopField[], sent: boolean): ShopJsonSchema {
  const required = fields.filter((field) => field.required).map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, sent)])),
    ...(required.length === 0 ? {} : { required }),
  }
}

function fieldOf({ name, type, depth, values, most, range }: ShopField, sent: boolean): ShopJsonSchema {
  let schema: ShopJsonSchema = typeof type === 'string' ? scalarOf(name, type) : objectOf(type, sent)
  if (values !== undefined) schema[sent ? 'enum' : 'x-known-values'] = values
  if (range !== undefined) Object.assign(schema, { minimum: range[0], maximum: range[1] })
  if (most !== undefined && depth === 0) schema.maxLength = most
  for (let at = 0; at < depth; at += 1) schema = { type: 'array', items: schema }
  if (most !== undefined && depth > 0) schema.maxItems = most
  return schema
}

function scalarOf(name: string, type: string): ShopJsonSchema {
  switch (type) {
    case 's':
      return { type: 'string' }
    case 'i':
    case 'l':
      // An id is text on our side, and a number on the wire.
      return { type: /(^|_)ids?$/.test(name) ? ['string', 'integer'] : 'integer' }
    case 'n':
      return { type: 'number' }
    case 'b':
      return { type: 'boolean' }
    case 'f':
      return { type: 'string', format: 'binary' }
    default:
      return {}
  }
}

export interface ShopProblem {
  /** `skus.0.price.amount`; empty for the value itself. */
  field: string
  rule: string
}

const MOST_PROBLEMS = 20

/**
 * What is wrong with a value, at most 20 things; empty when it fits. In answers `null` stands for what is left out.
 * @param coming of an answer: `null` is let through
 */
export function checkShopValue(
  schema: ShopJsonSchema,
  value: unknown,
  { coming = false }: { coming?: boolean } = {},
): ShopProblem[] {
  const problems: ShopProblem[] = []
  judge(schema, value, '', coming, problems)
  return problems
}

function judge(
  schema: ShopJsonSchema,
  value: unknown,
  field: string,
  coming: boolean,
  problems: ShopProblem[],
): void {
  if (problems.length >= MOST_PROBLEMS || (coming && value === null)) return
  const say = (rule: string): void => void problems.push({ field, rule })
  const types = schema.type === undefined ? [] : [schema.type].flat()
  if (types.length > 0 && !types.some((type) => isOf(type, value, schema))) {
    say(`must be ${types.map((type) => TYPE_WORDS[type] ?? type).join(' or ')}`)
    return
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    say(`must be one of ${schema.enum.join(', ')}`)
  if (typeof value === 'string' && schema.maxLength !== undefined && [...value].length > schema.maxLength)
    say(`must have at most ${schema.maxLength} characters`)
  if (typeof value === 'number' || typeof value === 'bigint') {
    const { minimum = value, maximum = value } = schema
    if (value < minimum || value > maximum) say(`must be from ${minimum} to ${maximum}`)
  }
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > schema.maxItems)
      say(`must hold at most ${schema.maxItems}`)
    const { items } = schema
    if (items !== undefined)
      for (const [at, each] of value.entries()) judge(items, each, below(field, String(at)), coming, problems)
  } else if (types.includes('object')) {
    const object = value as Record<string, unknown>
    for (const name of schema.required ?? [])
      if (object[name] === undefined) problems.push({ field: below(field, name), rule: 'is required' })
    for (const [name, each] of Object.entries(schema.properties ?? {}))
      if (object[name] !== undefined) judge(each, object[name], below(field, name), coming, problems)
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function isOf(type: string, value: unknown, schema: ShopJsonSchema): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' || (schema.format === 'binary' && value instanceof Uint8Array)
    case 'integer':
      return typeof value === 'bigint' || Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return typeof value === type
  }
}

function below(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`
}

/** A value that fits, for showing what an answer looks like. Its contents mean nothing. */
export function exampleOfShop(schema: ShopJsonSchema, name = ''): unknown {
  const type = [schema.type ?? 'string'].flat()[0]
  const [known] = schema.enum ?? schema['x-known-values'] ?? []
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, each]) => [key, exampleOfShop(each, key)]),
      )
    case 'array':
      return schema.items === undefined ? [] : [exampleOfShop(schema.items, name)]
    case 'integer':
      return schema.minimum ?? (/time|_ge$|_lt$/.test(name) ? 1_796_000_000 : 1)
    case 'number':
      return 1
    case 'boolean':
      return false
    default:
      return known ?? textFor(name).slice(0, schema.maxLength)
  }
}

function textFor(name: string): string {
  if (/(^|_)ids?$/.test(name)) return '1729592969712207008'
  if (/amount|price|fee|tax|total|discount|gmv|revenue/.test(name)) return '10.00'
  if (name === 'currency') return 'USD'
  return name === 'next_page_token' ? '' : 'example'
}
