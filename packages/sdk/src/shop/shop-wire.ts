/** One request to TikTok Shop and its answer, without retries. */
import { ContractError, TransportError } from '@tockwork/kernel'
import type { Http, HttpRequest, HttpResponse } from '../http.ts'
import { refusalOf, type ShopRefusal } from './shop-errors.ts'
import { readShopJson } from './wire-json.ts'

export type ShopAnswer =
  | { ok: true; data: Record<string, unknown>; requestId: string | undefined; status: number }
  | { ok: false; refusal: ShopRefusal; retryAfterMs: number | undefined }

export async function exchange(
  http: Http,
  operation: string,
  request: HttpRequest,
  maxBytes: number,
): Promise<ShopAnswer> {
  let response: HttpResponse
  try {
    response = await http.send(request)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    throw new TransportError(`${operation}: ${error.message}`, {
      code: error.code,
      retry: error.retry,
      sent: error.sent,
      endpoint: operation,
      ...(error.action === undefined ? {} : { action: error.action }),
      cause: error.cause,
    })
  }
  const { status, headers } = response
  const text = await readLimited(operation, response, maxBytes)
  let body: unknown
  try {
    body = readShopJson(text)
  } catch {
    body = undefined
  }
  const retryAfterMs = secondsOf(headers['retry-after'])
  const refused = (code: number | undefined, message: string, requestId?: string): ShopAnswer => ({
    ok: false,
    refusal: refusalOf({ operation, code, message, status, requestId }),
    retryAfterMs,
  })
  if (!isRecord(body) || !Number.isSafeInteger(body.code)) {
    if (status < 300)
      throw new ContractError(`${operation}: the answer is not in TikTok Shop's envelope (HTTP ${status}).`, {
        code: 'unexpected_answer',
        retry: 'outcome-unknown',
        httpStatus: status,
        endpoint: operation,
        action: 'Check the address: what answered may be a proxy.',
      })
    return refused(undefined, `Something answered that is not TikTok Shop's envelope (HTTP ${status}).`)
  }
  const requestId = typeof body.request_id === 'string' ? body.request_id : undefined
  if (body.code !== 0)
    return refused(body.code as number, typeof body.message === 'string' ? body.message : '', requestId)
  // `code` is TikTok's own word for success. Operations without an answer send null, or nothing.
  return { ok: true, data: isRecord(body.data) ? body.data : {}, requestId, status }
}

async function readLimited(operation: string, response: HttpResponse, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.stream()) {
    length += part.byteLength
    if (length > maxBytes)
      throw new ContractError(`${operation}: the answer is larger than ${maxBytes} bytes.`, {
        code: 'answer_too_large',
        retry: 'outcome-unknown',
        httpStatus: response.status,
        endpoint: operation,
        action: 'Ask for smaller pages, or raise limits.maxAnswerBytes.',
      })
    parts.push(part)
  }
  const decoder = new TextDecoder()
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode()
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
