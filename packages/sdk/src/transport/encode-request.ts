/** From an endpoint's contract and a caller's values to the request that goes out. */
import type { Endpoint } from '@tockwork/contracts'
import { stringifyJson, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { whereAndWhat } from './schema-issues.ts'

export interface EncodedRequest {
  method: string
  /** Path and query; the origin goes in front. */
  target: string
  body: string | undefined
  contentType: string | undefined
}

const CONTENT_TYPE = {
  json: 'application/json; charset=UTF-8',
  form: 'application/x-www-form-urlencoded',
} as const

/**
 * Checks and encodes a call.
 * @throws {UsageError} naming the field that does not fit the contract.
 */
export function encodeRequest(endpoint: Endpoint, query: unknown, input: unknown): EncodedRequest {
  const search = endpoint.query === undefined ? '' : `?${formOf(encode(endpoint, endpoint.query, query))}`
  let body: string | undefined
  if (endpoint.encoding === 'json') {
    const wire = endpoint.input === undefined ? {} : encode(endpoint, endpoint.input, input)
    body = stringifyJson(wire)
  } else if (endpoint.encoding === 'form') {
    body = endpoint.input === undefined ? '' : formOf(encode(endpoint, endpoint.input, input))
  }
  return {
    method: endpoint.method,
    target: `${endpoint.path}${search}`,
    body,
    contentType: body === undefined ? undefined : CONTENT_TYPE[endpoint.encoding as 'json' | 'form'],
  }
}

function encode(endpoint: Endpoint, schema: NonNullable<Endpoint['input']>, value: unknown): unknown {
  const encoded = z.safeEncode(schema, (value ?? {}) as never)
  if (encoded.success) return encoded.data
  const { field, problem } = whereAndWhat(encoded.error.issues)
  throw new UsageError(`${endpoint.id}: ${field === '' ? '' : `${field}: `}${problem}`, {
    field,
    endpoint: endpoint.id,
    action: `Correct ${field === '' ? 'the input' : field}; see ${endpoint.doc.url}.`,
  })
}

function formOf(wire: unknown): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(wire as Record<string, unknown>)) {
    if (value !== undefined && value !== null) form.append(name, String(value))
  }
  return form.toString()
}
