import { decide, type Endpoint } from '@tockwork/contracts'
import { parseJson } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Exchange } from '../http/exchange.ts'
import { Refusal } from '../platform.ts'

const FORM = 'application/x-www-form-urlencoded'

/** Reads the body in the endpoint's encoding, tolerating what real clients send and noting it as a warning. */
export async function readBody(endpoint: Endpoint, exchange: Exchange): Promise<unknown> {
  if (endpoint.method === 'GET') {
    if (exchange.contentType !== '') exchange.warn('a GET with a content type')
    if (Number(exchange.header('content-length') ?? 0) > 0)
      exchange.warn('a GET with a body, which is not read')
    return {}
  }
  const raw = await exchange.body()
  if (raw.length === 0) {
    // The documented call of creator_info, which takes no input, does just that.
    const promised = takesNothing(endpoint) && exchange.contentType === 'application/json'
    if (exchange.contentType !== '' && !promised)
      exchange.warn(`content type ${exchange.contentType} on an empty body`)
    return {}
  }
  const text = raw.toString('utf8')
  if (endpoint.encoding === 'form') {
    if (exchange.contentType === 'application/json') {
      exchange.warn('a JSON body where a form is documented')
      return parseObject(text, invalidCode(endpoint))
    }
    if (exchange.contentType !== FORM)
      exchange.warn(`content type ${exchange.contentType || '(none)'} instead of ${FORM}`)
    return Object.fromEntries(new URLSearchParams(text))
  }
  if (exchange.contentType !== 'application/json')
    exchange.warn(`content type ${exchange.contentType || '(none)'} instead of application/json`)
  return parseObject(text, invalidCode(endpoint))
}

function parseObject(text: string, code: string): unknown {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new Refusal(code, `The request body is not valid JSON: ${(error as Error).message}`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Refusal(code, 'The request body must be a JSON object.')
  return value
}

/** Which code this endpoint answers for malformed input: TikTok has a singular, a plural and OAuth's own. */
export function invalidCode(endpoint: Endpoint): string {
  if (endpoint.envelope !== 'standard') return 'invalid_request'
  return endpoint.errors?.includes('invalid_param') === true ? 'invalid_param' : 'invalid_params'
}

/** Parses with the contract's schema; a refusal names the field and the rule. */
export function parse(
  endpoint: Endpoint,
  part: 'query' | 'input',
  value: unknown,
  exchange: Exchange,
): unknown {
  const schema = endpoint[part] as z.ZodMiniType | undefined
  noteBlanks(value, exchange)
  if (schema === undefined) {
    if (part === 'query' && endpoint.method !== 'GET')
      noteUnknown(value, new Set(), 'query parameter', exchange)
    return {}
  }
  const result = z.safeDecode(schema, withoutRelics(endpoint, part, value, exchange))
  if (!result.success) {
    const { path, message } = firstIssue(result.error.issues)
    const field = path.join('.')
    throw new Refusal(
      endpoint.invalidField?.[field] ?? invalidCode(endpoint),
      field === '' ? message : `${field}: ${message}`,
    )
  }
  noteUnknown(value, knownKeys(schema), part === 'query' ? 'query parameter' : 'field', exchange)
  if (part === 'input' && endpoint.encoding === 'json')
    noteTextNumbers(value, z.encode(schema, result.data), '', exchange)
  return result.data
}

/** Field names of the retired v1 that clients still ask v2 for; leaving them out is observed of a client in wide use. */
const RELICS: Readonly<Record<string, readonly string[]>> = { 'display.userInfo': ['avatar_url_200'] }

function withoutRelics(endpoint: Endpoint, part: string, value: unknown, exchange: Exchange): unknown {
  const relics = RELICS[endpoint.id]
  const fields = (value as { fields?: unknown }).fields
  if (relics === undefined || part !== 'query' || typeof fields !== 'string') return value
  const asked = fields.split(',')
  const kept = asked.filter((field) => !relics.includes(field.trim()))
  if (kept.length === asked.length) return value
  exchange.warn(`fields: ${relics.join(', ')} is of the retired v1 and is left out`)
  return { ...(value as object), fields: kept.join(',') }
}

function takesNothing(endpoint: Endpoint): boolean {
  return endpoint.input === undefined || knownKeys(endpoint.input as z.ZodMiniType).size === 0
}

/** `a, b` where `a,b` is documented. */
function noteBlanks(value: unknown, exchange: Exchange): void {
  for (const name of ['fields', 'scope']) {
    const list = (value as Record<string, unknown>)[name]
    if (typeof list === 'string' && /,\s|\s,/.test(list)) exchange.warn(`${name}: blanks around commas`)
  }
}

/** `"5"` where `5` is documented: whatever the contract writes as a number and the client wrote as text. */
function noteTextNumbers(sent: unknown, wire: unknown, path: string, exchange: Exchange): void {
  if (typeof sent === 'string' && (typeof wire === 'number' || typeof wire === 'bigint'))
    exchange.warn(`${path}: a number written as text`)
  else if (typeof sent === 'object' && sent !== null && typeof wire === 'object' && wire !== null)
    for (const [key, inner] of Object.entries(sent))
      noteTextNumbers(
        inner,
        (wire as Record<string, unknown>)[key],
        path === '' ? key : `${path}.${key}`,
        exchange,
      )
}

type Issue = z.core.$ZodIssue

/** The most telling issue: inside a union, that of the branch which got furthest. */
function firstIssue(issues: readonly Issue[]): { path: PropertyKey[]; message: string } {
  const [issue] = issues as [Issue]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = issue.errors
      .filter((errors) => errors.length > 0)
      .sort((a, b) => wrongKind(a) - wrongKind(b) || a.length - b.length)[0]
    if (branch !== undefined) {
      const inner = firstIssue(branch)
      return { path: [...issue.path, ...inner.path], message: inner.message }
    }
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return { path: [...issue.path], message: missing ? 'is required' : issue.message }
}

/** A branch whose tag does not fit was not meant. */
function wrongKind(errors: readonly Issue[]): number {
  return errors.some((error) => error.code === 'invalid_value' && error.values.length === 1) ? 1 : 0
}

function knownKeys(schema: z.ZodMiniType): Set<string> {
  const shape = (schema as unknown as { shape?: Record<string, unknown> }).shape
  return new Set(Object.keys(shape ?? {}))
}

function noteUnknown(value: unknown, known: Set<string>, what: string, exchange: Exchange): void {
  for (const key of Object.keys((value ?? {}) as object))
    if (!known.has(key)) exchange.warn(`unknown ${what} ${key}`)
}

/** The scopes of which one is enough for this body. */
export function scopesFor(endpoint: Endpoint, body: unknown): readonly string[] {
  return decide(endpoint.scopes ?? [], body)
}
