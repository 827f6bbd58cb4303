/** From what came over the wire to the endpoint's output, or to the error that says what to do next. */
import { type Endpoint, flatError, standardEnvelope } from '@tockwork/contracts'
import { ContractError, parseJson, redact } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { HttpResponse } from '../http.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import { whereAndWhat } from './schema-issues.ts'

/** The answer itself, or TikTok's no. A no is data here, since a token, a window or a pause may turn it into a yes. */
export type Answer =
  | {
      ok: true
      output: unknown
      logId: string | undefined
      /** Something to be told about a success, such as that it is one in part. */
      warning?: { code: string; message: string }
    }
  | { ok: false; refusal: Refusal }

const KEPT_CHARACTERS = 4_000

/**
 * Reads an answer. What decides is `error.code` (or OAuth's `error`), never the HTTP status alone; the status is all
 * there is when the answer is not JSON.
 * @throws {ContractError} when it is a success that does not fit the contract; the answer is kept in it, redacted.
 */
export async function readAnswer(
  endpoint: Endpoint,
  response: HttpResponse,
  maxBytes: number,
): Promise<Answer> {
  const { status, headers } = response
  const isJson = /[/+]json/i.test(headers['content-type'] ?? '')
  if (endpoint.envelope === 'bytes' && status < 300 && !isJson) {
    return { ok: true, output: await readBytes(endpoint, response, maxBytes), logId: headers['x-tt-logid'] }
  }
  const text = await readText(endpoint, response, maxBytes)
  const logIdHeader = headers['x-tt-logid']
  const body = text.trim() === '' ? undefined : tryJson(text)

  if (isRecord(body) && isFalseFailure(endpoint, status, body))
    return readSuccess(endpoint, response, text, { ...body, error: { code: 'ok' } })
  const flat = !isStandard(endpoint)
  if (isRecord(body)) {
    const refused = flat ? flatRefusal(body) : standardRefusal(body)
    if (refused !== undefined) {
      const logId = refused.logId ?? logIdHeader
      return {
        ok: false,
        refusal: refusalOf(endpoint, { ...refused, logId, status, oauth: flat && refused.oauth }),
      }
    }
  }
  // `error.code` of `ok` is TikTok's own word for success, whatever status came with it.
  const saysOk = !flat && isRecord(body) && isRecord(body.error) && body.error.code === 'ok'
  if ((status < 200 || status >= 300) && !saysOk) {
    return {
      ok: false,
      refusal: refusalOf(endpoint, {
        code: undefined,
        message: strangeAnswer(response, text, body),
        logId: logIdHeader,
        status,
        oauth: false,
      }),
    }
  }
  return readSuccess(endpoint, response, text, body)
}

/** The error of a success that does not fit the contract; the answer is kept in it, redacted. */
export function misfitError(
  endpoint: Endpoint,
  { status }: HttpResponse,
  text: string,
  logId: string | undefined,
  message: string,
): ContractError {
  return new ContractError(`${endpoint.id}: ${message}`, {
    code: 'unexpected_answer',
    // The call itself may well have been carried out; asking again would act again or fail the same way.
    retry: endpoint.repeat === 'safe' ? 'never' : 'outcome-unknown',
    httpStatus: status,
    endpoint: endpoint.id,
    answer: redact(text.slice(0, KEPT_CHARACTERS)),
    action: 'Report it with the kept answer: what we know of this endpoint is wrong or out of date.',
    ...(logId === undefined ? {} : { logId }),
  })
}

/** The payload in the contract's types. @throws {ContractError} through `misfit` */
export function decodeOutput(
  endpoint: Endpoint,
  payload: unknown,
  misfit: (message: string) => ContractError,
): unknown {
  if (endpoint.output === undefined) return payload
  const decoded = z.safeDecode(endpoint.output, payload as never)
  if (decoded.success) return decoded.data
  const { field, problem } = whereAndWhat(decoded.error.issues)
  throw misfit(`The answer does not fit: ${field === '' ? '' : `${field}: `}${problem}`)
}

function readSuccess(endpoint: Endpoint, response: HttpResponse, text: string, body: unknown): Answer {
  let logId = response.headers['x-tt-logid']
  const misfit = (message: string): ContractError => misfitError(endpoint, response, text, logId, message)
  let payload: unknown = body
  if (isStandard(endpoint)) {
    const whole = endpoint.mayOmitError === true && isRecord(body) ? { error: { code: 'ok' }, ...body } : body
    const envelope = z.safeParse(standardEnvelope, whole)
    if (!envelope.success) throw misfit(strangeAnswer(response, text, body))
    payload = envelope.data.data ?? {}
    logId = envelope.data.error.log_id ?? envelope.data.error.logid ?? logId
  } else if (endpoint.envelope === 'empty') {
    payload = isRecord(body) ? body : {}
  } else if (!isRecord(body)) {
    throw misfit(strangeAnswer(response, text, body))
  }
  return { ok: true, output: decodeOutput(endpoint, payload, misfit), logId }
}

/** HTTP 500 with whole data and no word of an error. Data that does not fit is the failure that the status says. */
function isFalseFailure(endpoint: Endpoint, status: number, body: Record<string, unknown>): boolean {
  const { data, error } = body
  if (endpoint.mayAnswerWith500 !== true || status !== 500 || !isRecord(data)) return false
  const code = isRecord(error) ? error.code : error
  if ((code !== undefined && code !== null && code !== '') || Object.keys(data).length === 0) return false
  return endpoint.output !== undefined && z.safeDecode(endpoint.output, data as never).success
}

function isStandard(endpoint: Endpoint): boolean {
  return endpoint.envelope === 'standard' || endpoint.envelope === 'bytes'
}

interface Refused {
  code: string
  message: string
  logId: string | undefined
  oauth: boolean
}

function standardRefusal(body: Record<string, unknown>): Refused | undefined {
  const envelope = z.safeParse(standardEnvelope, body)
  // A gateway in front of the API can answer in OAuth's flat form.
  if (!envelope.success) return flatRefusal(body)
  const { code, message = '', log_id, logid } = envelope.data.error
  return code === 'ok' ? undefined : { code, message, logId: log_id ?? logid, oauth: false }
}

function flatRefusal(body: Record<string, unknown>): Refused | undefined {
  const flat = z.safeParse(flatError, body)
  if (flat.success && flat.data.error !== '') {
    const { error, error_description = '', log_id } = flat.data
    return { code: error, message: error_description, logId: log_id, oauth: true }
  }
  if (!isRecord(body.error)) return undefined
  const standard = z.safeParse(standardEnvelope, body)
  if (!standard.success || standard.data.error.code === 'ok') return undefined
  const { code, message = '', log_id, logid } = standard.data.error
  return { code, message, logId: log_id ?? logid, oauth: false }
}

/** What came instead of JSON, in words. */
export function strangeAnswer(response: HttpResponse, text: string, body: unknown): string {
  const type = response.headers['content-type']?.split(';')[0] ?? 'no content type'
  const status = `HTTP ${response.status}`
  if (text.trim() === '') return `An empty answer came (${status}).`
  if (body === undefined) {
    const start = redact(text.replace(/\s+/g, ' ').trim().slice(0, 120))
    const kind = /^\s*</.test(text)
      ? 'an HTML page, probably from a gateway or proxy,'
      : 'something that is not JSON'
    return `${kind} came instead of an answer (${status}, ${type}): ${start}`
  }
  return `The answer is not in the documented envelope (${status}).`
}

export async function readText(
  endpoint: Endpoint,
  response: HttpResponse,
  maxBytes: number,
): Promise<string> {
  if (lengthIsBounded(response, maxBytes)) return response.text()
  return new TextDecoder().decode(await readBytes(endpoint, response, maxBytes))
}

/** A stated length ends the body by itself; compressed or unstated ones are counted as they come. */
function lengthIsBounded({ headers }: HttpResponse, maxBytes: number): boolean {
  return (
    headers['content-encoding'] === undefined && Number(headers['content-length'] ?? Infinity) <= maxBytes
  )
}

async function readBytes(endpoint: Endpoint, response: HttpResponse, maxBytes: number): Promise<Uint8Array> {
  if (lengthIsBounded(response, maxBytes)) return response.bytes()
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.stream()) {
    length += part.length
    if (length > maxBytes) {
      throw new ContractError(`${endpoint.id}: the answer is larger than ${maxBytes} bytes`, {
        code: 'answer_too_large',
        retry: 'never',
        httpStatus: response.status,
        endpoint: endpoint.id,
        action: 'Raise limits.maxAnswerBytes, or stream the answer, if an answer of this size is expected.',
      })
    }
    parts.push(part)
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

export function tryJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
