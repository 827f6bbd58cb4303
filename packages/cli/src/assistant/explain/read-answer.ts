/** Finds what is wrong in a JSON answer of TikTok: both error forms, failed posts, webhooks, and version 1. */
import { businessErrors } from '@tockwork/contracts/business'
import { legacyV1, lifecycle } from '@tockwork/contracts/knowledge'
import { parseJson } from '@tockwork/kernel'
import { type Finding, findingOf, type Place } from './finding.ts'

type Json = Record<string, unknown>

/** @returns undefined when the value has no form of TikTok's. */
export function readAnswer(value: unknown, place: Place): Finding[] | undefined {
  if (Array.isArray(value)) {
    const read = value.map((each, index) => readAnswer(each, { ...place, where: `item ${index + 1}` }))
    const known = read.filter((each) => each !== undefined)
    return known.length === 0 ? undefined : known.flat()
  }
  if (!isObject(value)) return undefined
  return (
    readBusiness(value, place) ??
    readEnvelope(value, place) ??
    readFlat(value, place) ??
    readVersion1(value, place) ??
    readStatus(value, place) ??
    readWebhook(value, place)
  )
}

/** API for Business: `{code, message, request_id, data}` with a number of five digits, or 0. TikTok Shop's numbers are longer. */
function readBusiness(value: Json, place: Place): Finding[] | undefined {
  const code = String(value.code ?? '')
  if (!('request_id' in value) || !('data' in value)) return undefined
  if (code === '0') return []
  if (!Object.hasOwn(businessErrors, code)) return undefined
  return [findingOf(code, text(value.message), 'business', withLogId(place, { log_id: value.request_id }))]
}

/** `{data, error: {code, message, log_id}}`. */
function readEnvelope(value: Json, place: Place): Finding[] | undefined {
  const { error, data } = value
  if (!isObject(error) || codeIn(error.code) === undefined) {
    return 'error' in value || !isObject(data) ? undefined : readStatus(data, place)
  }
  const code = codeIn(error.code) as string
  if (code === 'ok') return isObject(data) ? (readStatus(data, place) ?? []) : []
  return [fromError(code, error, place)]
}

/** OAuth's `{error, error_description, log_id}`, and the bare `{code, message, log_id}` of the table of errors. */
function readFlat(value: Json, place: Place): Finding[] | undefined {
  if (typeof value.error === 'string') {
    const message = text(value.error_description)
    return [findingOf(value.error, message, 'oauth', withLogId(place, value))]
  }
  if (typeof value.access_token === 'string' && 'expires_in' in value) return []
  const code = codeIn(value.code)
  if (code === undefined || !('message' in value || 'log_id' in value)) return undefined
  return code === 'ok' ? [] : [fromError(code, value, place)]
}

function fromError(code: string, error: Json, place: Place): Finding {
  const status = typeof error.http_status_code === 'number' ? { http_status: error.http_status_code } : {}
  return findingOf(code, text(error.message), 'open', withLogId({ ...status, ...place }, error))
}

/** Version 1 says `data.error_code`; it ended, so whatever it says, the call has to go. */
function readVersion1(value: Json, place: Place): Finding[] | undefined {
  const { data } = value
  if (!isObject(data) || !('error_code' in data) || !('description' in data)) return undefined
  const end = lifecycle.find(({ id }) => id === 'v1-end')
  if (end === undefined) return undefined
  return [
    {
      code: `v1:${String(data.error_code)}`,
      api: 'open',
      meaning: `An answer of ${legacyV1.host}, version 1 of the API, which ended on ${end.date}.`,
      retry: 'never',
      action: end.action,
      sources: [end.source],
      ...withLogId(place, data),
      evidence: `error_code ${String(data.error_code)}${text(data.description) === '' ? '' : `: ${text(data.description)}`}`,
    },
  ]
}

/** A post's status; one that failed comes with HTTP 200 and the code ok. */
function readStatus(value: Json, place: Place): Finding[] | undefined {
  if (
    typeof value.status !== 'string' ||
    !('fail_reason' in value || 'publish_id' in value || isStatus(value.status))
  )
    return undefined
  if (value.status !== 'FAILED') return []
  const reason = text(value.fail_reason)
  return [
    findingOf(reason === '' ? 'unknown' : reason, 'status FAILED', 'fail_reason', withLogId(place, value)),
  ]
}

const isStatus = (status: string) => /^(PROCESSING_|PUBLISH_|SEND_TO_USER_INBOX|FAILED)/.test(status)

/** A webhook, whose `content` is JSON inside a string. */
function readWebhook(value: Json, place: Place): Finding[] | undefined {
  if (typeof value.event !== 'string' || typeof value.content !== 'string') return undefined
  const content = tryJson(value.content)
  const reason = isObject(content) ? content.reason : undefined
  if (value.event !== 'post.publish.failed' || typeof reason !== 'string') return []
  return [findingOf(reason, value.event, 'fail_reason', place)]
}

function withLogId(place: Place, from: Json): Place {
  const id = text(from.log_id) || text(from.logid)
  return id === '' ? place : { ...place, log_id: id }
}

/** Gateways answer with numbers where the API has words. */
function codeIn(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

export function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

export function tryJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
