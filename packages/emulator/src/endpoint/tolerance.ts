/** What is accepted although no page of TikTok's promises it: each becomes a warning, which strict mode refuses. */
import type { Endpoint } from '@tockwork/contracts'
import * as z from 'zod/mini'
import type { Exchange } from '../http/exchange.ts'

type Part = 'query' | 'input'

/** Field names of the retired v1 that clients still ask v2 for; leaving them out is observed of a client in wide use. */
const RELICS: Readonly<Record<string, readonly string[]>> = { 'display.userInfo': ['avatar_url_200'] }

/** Takes away what TikTok overlooks, before the contract judges the rest. */
export function overlook(endpoint: Endpoint, part: Part, value: unknown, exchange: Exchange): unknown {
  const relics = RELICS[endpoint.id]
  const fields = (value as { fields?: unknown }).fields
  if (relics === undefined || part !== 'query' || typeof fields !== 'string') return value
  const asked = fields.split(',')
  const kept = asked.filter((field) => !relics.includes(field.trim()))
  if (kept.length === asked.length) return value
  exchange.warn(`fields: ${relics.join(', ')} is of the retired v1 and is left out`)
  return { ...(value as object), fields: kept.join(',') }
}

/** Notes what is beyond the contract in an input that it accepted. `decoded` is undefined where there is no schema. */
export function noteBeyond(
  endpoint: Endpoint,
  part: Part,
  value: unknown,
  decoded: unknown,
  exchange: Exchange,
): void {
  noteBlanks(value, exchange)
  const schema = endpoint[part] as Schema | undefined
  const what = part === 'query' ? 'query parameter' : 'field'
  if (schema === undefined) {
    // The query of a GET is all it has; a body beside it was noted when it was not read.
    if (part === 'query') noteUnknownKeys(value, new Set(), '', what, exchange)
    return
  }
  noteUnknown(schema, value, '', what, exchange)
  if (part === 'input' && endpoint.encoding === 'json')
    noteTextNumbers(value, z.encode(schema, decoded), '', exchange)
}

export function takesNothing(endpoint: Endpoint): boolean {
  const schema = endpoint.input as Schema | undefined
  return schema === undefined || Object.keys(definition(schema).shape ?? {}).length === 0
}

/** `a, b` where `a,b` is documented. */
function noteBlanks(value: unknown, exchange: Exchange): void {
  for (const name of ['fields', 'scope']) {
    const list = (value as Record<string, unknown>)[name]
    if (typeof list === 'string' && /,\s|\s,/.test(list)) exchange.warn(`${name}: blanks around commas`)
  }
}

type Schema = z.ZodMiniType

interface Definition {
  shape?: Record<string, Schema>
  innerType?: Schema
  element?: Schema
  options?: readonly Schema[]
}

function definition(schema: Schema): Definition {
  return schema.def as unknown as Definition
}

/** Walks the contract's schema beside the value: objects there are open, so that unknown fields survive parsing. */
function noteUnknown(schema: Schema, value: unknown, path: string, what: string, exchange: Exchange): void {
  if (typeof value !== 'object' || value === null) return
  const { shape, innerType, element, options } = definition(schema)
  if (innerType !== undefined) noteUnknown(innerType, value, path, what, exchange)
  else if (options !== undefined) {
    const meant = options.find((option) => z.safeDecode(option, value).success)
    if (meant !== undefined) noteUnknown(meant, value, path, what, exchange)
  } else if (element !== undefined && Array.isArray(value))
    for (const [index, item] of value.entries())
      noteUnknown(element, item, below(path, String(index)), what, exchange)
  else if (shape !== undefined) {
    noteUnknownKeys(value, new Set(Object.keys(shape)), path, what, exchange)
    for (const [key, inner] of Object.entries(shape))
      noteUnknown(inner, (value as Record<string, unknown>)[key], below(path, key), what, exchange)
  }
}

function noteUnknownKeys(
  value: unknown,
  known: Set<string>,
  path: string,
  what: string,
  exchange: Exchange,
): void {
  for (const key of Object.keys((value ?? {}) as object))
    if (!known.has(key)) exchange.warn(`unknown ${what} ${below(path, key)}`)
}

/** `"5"` where `5` is documented: whatever the contract writes as a number and the client wrote as text. */
function noteTextNumbers(sent: unknown, wire: unknown, path: string, exchange: Exchange, depth = 0): void {
  // No contract is nested so deeply, and whoever sends more must not use up the stack.
  if (depth > 30) return

  if (typeof sent === 'string' && (typeof wire === 'number' || typeof wire === 'bigint'))
    exchange.warn(`${path}: a number written as text`)
  else if (typeof sent === 'object' && sent !== null && typeof wire === 'object' && wire !== null)
    for (const [key, inner] of Object.entries(sent))
      noteTextNumbers(inner, (wire as Record<string, unknown>)[key], below(path, key), exchange, depth + 1)
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
