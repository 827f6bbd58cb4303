import { decide, type Endpoint } from '@tockwork/contracts'
import { parseJson } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Exchange } from '../http/exchange.ts'
import { Refusal } from '../platform.ts'
import { multipartFields } from './multipart.ts'
import { noteBeyond, overlook, takesNothing } from './tolerance.ts'

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
  if (endpoint.encoding === 'multipart') return readMultipart(endpoint, exchange, raw)
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

function readMultipart(endpoint: Endpoint, exchange: Exchange, raw: Buffer): Record<string, string> {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(exchange.header('content-type') ?? '')
  const fields = multipartFields(raw, boundary?.[1] ?? boundary?.[2] ?? '')
  if (fields === undefined)
    throw new Refusal(invalidCode(endpoint), 'The request body must be multipart/form-data.')
  return fields
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
  if (endpoint.envelope === 'business') return '40002'
  if (endpoint.envelope !== 'standard' && endpoint.envelope !== 'bytes') return 'invalid_request'
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
  if (schema === undefined) {
    noteBeyond(endpoint, part, value, undefined, exchange)
    return {}
  }
  const result = z.safeDecode(schema, overlook(endpoint, part, value, exchange))
  if (!result.success) {
    const { path, message } = firstIssue(result.error.issues)
    const field = path.join('.')
    throw new Refusal(
      endpoint.invalidField?.[field] ?? invalidCode(endpoint),
      field === '' ? message : `${field}: ${message}`,
    )
  }
  noteBeyond(endpoint, part, value, result.data, exchange)
  return result.data
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

/** The scopes of which one is enough for this body. */
export function scopesFor(endpoint: Endpoint, body: unknown): readonly string[] {
  return decide(endpoint.scopes ?? [], body)
}
