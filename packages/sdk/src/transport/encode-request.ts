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
  let contentType: string | undefined
  if (endpoint.encoding === 'json') {
    const wire = endpoint.input === undefined ? {} : encode(endpoint, endpoint.input, input)
    body = stringifyJson(wire)
    contentType = CONTENT_TYPE.json
  } else if (endpoint.encoding === 'form') {
    body = endpoint.input === undefined ? '' : formOf(encode(endpoint, endpoint.input, input))
    contentType = CONTENT_TYPE.form
  } else if (endpoint.encoding === 'multipart' && endpoint.input !== undefined) {
    const wire = encode(endpoint, endpoint.input, input) as Record<string, unknown>
    const boundary = boundaryFor(wire)
    body = multipartOf(wire, endpoint.files ?? [], boundary)
    contentType = `multipart/form-data; boundary=${boundary}`
  }
  return {
    method: endpoint.method,
    target: `${endpoint.path}${search}`,
    body,
    contentType,
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

/** A line that none of the values holds. The same values always give the same bytes, so that a repeat is identical. */
function boundaryFor(wire: Record<string, unknown>): string {
  const values = Object.values(wire).map(String)
  let boundary = 'tockwork-part'
  for (let n = 1; values.some((value) => value.includes(boundary)); n += 1) boundary = `tockwork-part-${n}`
  return boundary
}

/** Source: RFC 7578. Names are the contract's own and need no escaping. */
function multipartOf(wire: Record<string, unknown>, files: readonly string[], boundary: string): string {
  const parts = Object.entries(wire)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => {
      const file = files.includes(name) ? `; filename="${name}.txt"\r\nContent-Type: text/plain` : ''
      return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${String(value)}\r\n`
    })
  return `${parts.join('')}--${boundary}--\r\n`
}
