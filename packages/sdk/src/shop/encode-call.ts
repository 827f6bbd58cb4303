/** From an operation and a caller's values to path, query and body. */
import { pathParameters, type ShopOperation } from '@tockwork/contracts/shop'
import { type Random, UsageError } from '@tockwork/kernel'
import { writeShopJson } from './wire-json.ts'

export type ShopQueryValue = string | number | bigint | boolean | readonly (string | number | bigint)[]

/** A part of a multipart upload: text, or a file with its bytes. */
export type ShopFormPart = string | { bytes: Uint8Array; filename: string; contentType?: string }

export interface ShopCallParts {
  /** Values for the braces of the path. */
  path?: Readonly<Record<string, string | bigint>> | undefined
  /** Lists are joined with commas. Values that are undefined or empty are left out. */
  query?: Readonly<Record<string, ShopQueryValue | undefined>> | undefined
  /** The JSON body; an empty object when left out where the verb wants one. */
  body?: object | undefined
  /** Of an upload. */
  form?: Readonly<Record<string, ShopFormPart | undefined>> | undefined
}

export interface EncodedShopCall {
  path: string
  query: Record<string, string>
  body: string | Uint8Array | undefined
  contentType: string
}

/** Set by the client itself, so that what is signed is what is meant. */
const RESERVED = new Set(['app_key', 'timestamp', 'sign', 'access_token'])

/** @throws {UsageError} naming the part that does not do */
export function encodeShopCall(
  operation: ShopOperation,
  parts: ShopCallParts,
  random: Random,
): EncodedShopCall {
  const wrong = (field: string, message: string): UsageError =>
    new UsageError(`${operation.id}: ${field}: ${message}`, { field, endpoint: operation.id })
  let path = operation.path
  const names = pathParameters(path)
  for (const name of names) {
    const value = String(parts.path?.[name] ?? '')
    // A dot segment would change which path is called.
    if (value === '' || value === '.' || value === '..' || value.length > 500)
      throw wrong(`path.${name}`, 'a value is needed')
    path = path.replace(`{${name}}`, () => encodeURIComponent(wellFormed(value, name, wrong)))
  }
  const stray = Object.keys(parts.path ?? {}).find((name) => !names.includes(name))
  if (stray !== undefined) throw wrong(`path.${stray}`, `the path has no such part (${operation.path})`)
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    if (RESERVED.has(name)) throw wrong(`query.${name}`, 'the client sets it itself')
    if (typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value))
      throw wrong(`query.${name}`, 'it has lost digits; ids are strings')
    const text = value === undefined ? '' : Array.isArray(value) ? value.join(',') : String(value)
    if (text !== '') query[name] = wellFormed(text, name, wrong)
  }
  if (operation.encoding === 'multipart') {
    if (parts.body !== undefined) throw wrong('body', 'this is an upload: hand over form')
    return { path, query, ...multipart(parts.form ?? {}, random, wrong) }
  }
  if (parts.form !== undefined) throw wrong('form', 'this is not an upload: hand over body')
  const given = parts.body
  if (operation.method === 'GET' && given !== undefined) throw wrong('body', 'a GET has none')
  const wantsOne = operation.method === 'POST' || operation.method === 'PUT'
  const body = given !== undefined ? writeShopJson(given) : wantsOne ? '{}' : undefined
  return { path, query, body, contentType: 'application/json' }
}

type Wrong = (field: string, message: string) => UsageError

function wellFormed(text: string, field: string, wrong: Wrong): string {
  // A lone surrogate has no bytes of its own, so what is signed and what is sent could differ.
  if (/[\uD800-\uDFFF]/u.test(text)) throw wrong(field, 'it is not well-formed Unicode')
  return text
}

/** Source: RFC 7578. */
function multipart(
  form: Readonly<Record<string, ShopFormPart | undefined>>,
  random: Random,
  wrong: Wrong,
): { body: Uint8Array; contentType: string } {
  const boundary = `tockwork-${Array.from(random.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  for (const [name, part] of Object.entries(form)) {
    if (part === undefined) continue
    const file = typeof part === 'string' ? undefined : part
    for (const text of [name, file?.filename ?? '', file?.contentType ?? ''])
      if (/[\r\n"]/.test(text)) throw wrong(`form.${name}`, 'names hold no quotes or line breaks')
    const head =
      file === undefined
        ? ''
        : `; filename="${file.filename}"\r\nContent-Type: ${file.contentType ?? 'application/octet-stream'}`
    pieces.push(
      encoder.encode(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${head}\r\n\r\n`),
      file === undefined ? encoder.encode(part as string) : file.bytes,
      encoder.encode('\r\n'),
    )
  }
  if (pieces.length === 0) throw wrong('form', 'an upload needs its parts')
  pieces.push(encoder.encode(`--${boundary}--\r\n`))
  const body = new Uint8Array(pieces.reduce((length, piece) => length + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    body.set(piece, at)
    at += piece.byteLength
  }
  return { body, contentType: `multipart/form-data; boundary=${boundary}` }
}
