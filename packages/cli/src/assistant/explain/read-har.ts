/** Finds what went wrong between a client and TikTok in a recording of a browser or a proxy (HAR 1.2). */
import type { Endpoint } from '@tockwork/contracts'
import { decide } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { lifecycle } from '@tockwork/contracts/knowledge'
import * as z from 'zod/mini'
import type { Scrubber } from '../scrubber.ts'
import { explanationsOf } from './explanation.ts'
import { type Finding, findingOf, type Place } from './finding.ts'
import { readAnswer, tryJson } from './read-answer.ts'

const pairs = z._default(z.array(z.looseObject({ name: z.string(), value: z.string() })), [])
const entry = z.looseObject({
  request: z.looseObject({
    method: z.string(),
    url: z.string(),
    headers: pairs,
    cookies: pairs,
    postData: z.optional(z.looseObject({ text: z.optional(z.string()), params: z.optional(pairs) })),
  }),
  response: z.looseObject({
    /** 0 when no answer came. */
    status: z.number(),
    headers: pairs,
    cookies: pairs,
    content: z.optional(z.looseObject({ text: z.optional(z.string()), encoding: z.optional(z.string()) })),
  }),
})
const har = z.looseObject({ log: z.looseObject({ entries: z.array(entry) }) })

type Entry = z.output<typeof entry>
type Har = z.output<typeof har>

/** @returns undefined when it is no HAR. @throws {SyntaxError} naming the field when it is a broken one. */
export function asHar(value: unknown): Har | undefined {
  const looks = typeof value === 'object' && value !== null && 'log' in value
  const log = looks ? (value as { log: unknown }).log : undefined
  if (typeof log !== 'object' || log === null || !('entries' in log)) return undefined
  const read = z.safeParse(har, value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new SyntaxError(`${issue?.path.join('.') ?? 'log'} is not as HAR 1.2 has it`)
}

/** @param scrubber learns every secret of the recording. */
export function readHar(recording: Har, scrubber: Scrubber): { requests: number; findings: Finding[] } {
  const { entries } = recording.log
  // All of it first: a token of the tenth request may stand in the message of the second answer.
  for (const each of entries) learnSecrets(each, scrubber)
  const refused = new Map<string, number>()
  const read = entries.map((each, index) => readEntry(each, index, refused))
  return {
    requests: read.filter((each) => each !== undefined).length,
    findings: read.flatMap((each) => each ?? []),
  }
}

/** @returns undefined when the request is not one to TikTok. */
function readEntry(each: Entry, index: number, refused: Map<string, number>): Finding[] | undefined {
  const { request, response } = each
  if (!URL.canParse(request.url)) return undefined
  const url = new URL(request.url)
  const body = bodyOf(request)
  const endpoint = endpointOf(request.method, url, body)
  if (endpoint === undefined && !isTikTok(url.hostname)) return undefined
  const shown = `${request.method} ${url.origin}${url.pathname}`
  const place: Place = {
    where: `request ${index + 1}: ${shown}`,
    ...(endpoint === undefined ? {} : { endpoint: endpoint.id }),
    ...(response.status > 0 ? { http_status: response.status } : {}),
  }
  const findings = [...wrongAddress(url, place), ...readResponse(each, endpoint, body, place)]
  const key = `${request.method} ${request.url} ${request.postData?.text ?? ''}`
  const before = refused.get(key)
  if (before !== undefined && findings.some(({ retry }) => retry === 'never'))
    findings.push(retriedInVain(before, place))
  if (findings.some(({ retry }) => retry === 'never')) refused.set(key, before ?? index + 1)
  return findings
}

function readResponse(each: Entry, endpoint: Endpoint | undefined, body: unknown, place: Place): Finding[] {
  const { status } = each.response
  if (status === 0) return [noAnswer(endpoint, body, place)]
  if (endpoint?.auth === 'upload-url') {
    return status < 400 || explanationsOf(String(status)).length === 0
      ? []
      : [findingOf(String(status), '', 'upload', place)]
  }
  const text = contentOf(each)
  const answer = tryJson(text)
  const read = answer === undefined ? undefined : readAnswer(answer, place)
  if (read !== undefined) return read
  return status >= 400 ? [withoutEnvelope(status, text, place)] : []
}

function wrongAddress(url: URL, place: Place): Finding[] {
  const plain = `${url.origin}${url.pathname}`
  const ended = lifecycle.find(({ affects = [] }) => affects.includes(plain))
  const host =
    url.hostname === 'open-api.tiktok.com' ? lifecycle.find(({ id }) => id === 'v1-end') : undefined
  const event = ended ?? host
  return [
    ...(url.protocol === 'http:' && isTikTok(url.hostname)
      ? [
          said('http_address', place, {
            meaning: 'The request went out without encryption, with its credentials.',
            action: 'Use https, and treat the credentials of this request as known to others: revoke them.',
            evidence: `${url.protocol}//${url.hostname}`,
            sources: [],
          }),
        ]
      : []),
    ...(event === undefined
      ? []
      : [
          said('retired_address', place, {
            meaning: `${event.what}${event.date === undefined ? '' : ` (${event.kind} ${event.date})`}`,
            action: event.action,
            evidence: plain,
            sources: [event.source],
          }),
        ]),
  ]
}

function noAnswer(endpoint: Endpoint | undefined, body: unknown, place: Place): Finding {
  const safe = endpoint !== undefined && decide(endpoint.repeat, body) === 'safe'
  return {
    ...said('no_answer', place, {
      meaning: safe
        ? 'No answer came. The call only reads, or acts once however often it is sent.'
        : 'No answer came. Whether the call was carried out is not known.',
      action: safe
        ? 'Send it again.'
        : 'Look first whether it was carried out, such as by the status of the post; a second one acts a second time.',
      evidence: 'status 0',
      sources: endpoint === undefined ? [] : [endpoint.doc.url],
    }),
    retry: safe ? 'now' : 'outcome-unknown',
  }
}

function withoutEnvelope(status: number, text: string, place: Place): Finding {
  const passing = status >= 500 || status === 429
  return {
    ...said('gateway', place, {
      meaning: `HTTP ${status} without TikTok’s JSON around it: a gateway spoke, not the API.`,
      action: passing
        ? 'Try again with growing pauses. After a call that acts, look first whether it was carried out.'
        : 'Check the host, the path with its slash at the end, and whether a proxy stands in between.',
      evidence: text.trimStart().startsWith('<')
        ? 'an HTML page'
        : `${text.length} characters that are no answer of the API`,
      sources: [],
    }),
    retry: passing ? 'now' : 'never',
    notes: [
      {
        how: 'observed',
        text: '503 and 504 with an HTML page have been met by clients of the Research API.',
        source: 'public clients of the Research API',
      },
    ],
  }
}

function retriedInVain(first: number, place: Place): Finding {
  return said('retry_in_vain', place, {
    meaning: `The same request was refused for good as request ${first}; sending it again cannot succeed.`,
    action:
      'Retry by the verdict of the code, not by the HTTP status. Refusals count against rate limits too.',
    evidence: `same method, address and body as request ${first}`,
    sources: [],
  })
}

function said(
  code: string,
  place: Place,
  rest: Pick<Finding, 'meaning' | 'action' | 'evidence' | 'sources'>,
): Finding {
  return { code, api: 'recording', retry: 'never', ...rest, ...place }
}

/** By path alone: a client may have been pointed at an emulator or a proxy. */
function endpointOf(method: string, url: URL, body: unknown): Endpoint | undefined {
  const path = url.pathname.replace(/\/?$/, '/')
  return endpoints.find(
    (each) =>
      each.method === method.toUpperCase() &&
      (each.path.replace(/\/?$/, '/') === path ||
        (each.auth === 'upload-url' && url.hostname === each.host)) &&
      (each.when === undefined ||
        (body as Record<string, unknown> | undefined)?.[each.when.field] === each.when.equals),
  )
}

function isTikTok(hostname: string): boolean {
  return /(?:^|\.)(?:tiktok\.com|tiktokapis\.com)$/.test(hostname)
}

function bodyOf({ postData }: Entry['request']): unknown {
  if (postData?.params !== undefined && postData.params.length > 0)
    return Object.fromEntries(postData.params.map(({ name, value }) => [name, value]))
  const text = postData?.text ?? ''
  return tryJson(text) ?? Object.fromEntries(new URLSearchParams(text))
}

function contentOf({ response: { content } }: Entry): string {
  const text = content?.text ?? ''
  return content?.encoding === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text
}

function learnSecrets(each: Entry, scrubber: Scrubber): void {
  const { request, response } = each
  scrubber.learnUrl(request.url)
  for (const { name, value } of [...request.headers, ...response.headers]) {
    scrubber.hideNamed(name, value)
    if (/^(?:location|referer)$/i.test(name)) scrubber.learnUrl(value)
  }
  for (const { value } of [...request.cookies, ...response.cookies]) scrubber.hide(value)
  scrubber.learn(bodyOf(request))
  scrubber.learn(tryJson(contentOf(each)))
}
