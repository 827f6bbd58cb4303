/** How TikTok API for Business speaks: `Access-Token`, and a number that decides whatever the HTTP status. */
import type { Endpoint } from '@tockwork/contracts'
import {
  accountsPerMinute,
  appWideLimitCodes,
  BUSINESS_OK,
  BUSINESS_PARTLY,
  type BusinessLevel,
  businessEnvelope,
  businessErrors,
  businessLevels,
} from '@tockwork/contracts/business'
import * as z from 'zod/mini'
import type { HttpResponse } from '../http.ts'
import {
  type Answer,
  decodeOutput,
  isRecord,
  misfitError,
  readText,
  strangeAnswer,
  tryJson,
} from '../transport/answer.ts'
import type { Dialect } from '../transport/dialect.ts'
import { refusalOf } from '../transport/refusal.ts'

export function businessDialect(level: BusinessLevel): Dialect {
  const { perSecond, perDay } = businessLevels[level]
  const perMinute = Math.min(
    businessLevels[level].perMinute,
    level === 'basic' ? accountsPerMinute.basic : accountsPerMinute.above,
  )
  const window = (requests: number, seconds: number) =>
    ({ requests, seconds, per: 'app', provenance: 'documented' }) as const
  return {
    tokenHeader: (token) => ({ 'access-token': token }),
    read: readBusinessAnswer,
    shared: {
      limited: {
        id: 'business',
        limits: [window(perSecond, 1), window(perMinute, 60), window(perDay, 86_400)],
      },
      codes: appWideLimitCodes,
    },
  }
}

/** @throws {ContractError} when it is a success that does not fit the contract */
async function readBusinessAnswer(
  endpoint: Endpoint,
  response: HttpResponse,
  maxBytes: number,
): Promise<Answer> {
  const text = await readText(endpoint, response, maxBytes)
  const body = text.trim() === '' ? undefined : tryJson(text)
  const envelope = z.safeParse(businessEnvelope, body)
  const logId = envelope.data?.request_id ?? response.headers['x-tt-logid']
  const { status } = response
  const refused = (code: string | undefined, message: string): Answer => ({
    ok: false,
    refusal: refusalOf(endpoint, { code, message, logId, status, oauth: false, catalogue: businessErrors }),
  })
  if (!envelope.success) {
    const message = strangeAnswer(response, text, body)
    // The edge answers a wrong path or trouble of its own without the envelope; the status is all there is.
    if (status < 200 || status >= 300) return refused(undefined, message)
    throw misfitError(endpoint, response, text, logId, message)
  }
  const { code, message = '', data } = envelope.data
  if (code !== BUSINESS_OK && code !== BUSINESS_PARTLY) return refused(String(code), message)
  const payload = isRecord(data) ? data : {}
  const output = decodeOutput(endpoint, payload, (problem) =>
    misfitError(endpoint, response, text, logId, problem),
  )
  if (code === BUSINESS_OK) return { ok: true, output, logId }
  const words = `${endpoint.id}: done in part; data says what failed. TikTok says: ${message}`
  return { ok: true, output, logId, warning: { code: 'partly_done', message: words } }
}
