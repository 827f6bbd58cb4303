/** TikTok's own samples as a judge of the SDK: every sample request can be written, every sample answer read. */
import type { Endpoint } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { callbackExamples, webhookExamples } from '@tockwork/contracts/examples'
import { parseJson, stringifyJson, TockworkError } from '@tockwork/kernel'
import { type HttpRequest, parseCallback, signWebhook, TikTok, verifyWebhook } from '@tockwork/sdk'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'

const samples = endpoints.flatMap((endpoint) =>
  (endpoint.examples ?? [])
    .filter(({ response }) => response !== undefined && endpoint.envelope !== 'page')
    .map((example) => ({ endpoint, example, name: `${endpoint.id}: ${example.name}` })),
)

/** A client whose every call is answered with this sample. */
function answering(
  endpoint: Endpoint,
  response: unknown,
  status: number,
): { tiktok: TikTok; sent: HttpRequest[] } {
  const sent: HttpRequest[] = []
  const sample = stringifyJson(response)
  const http = {
    send: async (request: HttpRequest) => {
      const forToken = endpoint.auth === 'client' && request.url.endsWith('/v2/oauth/token/')
      if (!forToken) sent.push(request)
      const text = forToken
        ? '{"access_token":"clt.example","expires_in":7200,"token_type":"Bearer"}'
        : sample
      return {
        status: forToken ? 200 : status,
        headers: { 'content-type': 'application/json' },
        text: async () => text,
        bytes: async () => new TextEncoder().encode(text),
        stream: async function* () {
          yield new TextEncoder().encode(text)
        },
      }
    },
  }
  const tiktok = new TikTok({ clientKey: 'CLIENT_KEY', clientSecret: 'CLIENT_SECRET', http })
  return { tiktok, sent }
}

const ours = (endpoint: Endpoint, part: 'input' | 'query', wire: unknown): never =>
  (endpoint[part] === undefined || wire === undefined
    ? undefined
    : z.decode(endpoint[part] as z.ZodMiniType, wire)) as never

test('there are samples of every family', () => {
  expect(new Set(samples.map(({ endpoint }) => endpoint.id.split('.')[0])).size).toBeGreaterThanOrEqual(4)
})

test.each(samples)('$name', async ({ endpoint, example }) => {
  const { tiktok, sent } = answering(endpoint, example.response, example.status ?? 200)
  // A sample that shows an answer alone is asked for by a sample that shows a request.
  const asked = (endpoint.examples ?? []).find(({ request }) => request !== undefined)
  const request = example.request ?? asked?.request ?? {}
  const fields = example.query ?? (endpoint.examples ?? []).find(({ query }) => query !== undefined)?.query
  const input = ours(endpoint, 'input', parseJson(stringifyJson(request)))
  const query = ours(endpoint, 'query', fields)
  const caller = endpoint.auth === 'user' ? tiktok.withToken('act.example') : undefined
  let outcome: unknown
  try {
    outcome = await (caller === undefined
      ? tiktok.callAsApp(endpoint, { input, query })
      : caller.call(endpoint, { input, query }))
  } catch (error) {
    outcome = error
  }
  const { error, data } = example.response as { error?: string | { code: string }; data?: unknown }
  const code = typeof error === 'object' ? error.code : error
  if (code !== undefined && code !== 'ok') {
    expect(outcome).toBeInstanceOf(TockworkError)
    expect(outcome).toMatchObject({ code, endpoint: endpoint.id })
    return
  }
  expect(outcome).not.toBeInstanceOf(Error)
  const wire = endpoint.output === undefined ? {} : z.encode(endpoint.output as z.ZodMiniType, outcome)
  const expected = endpoint.envelope === 'standard' ? (data ?? {}) : example.response
  expect(parseJson(stringifyJson(wire))).toEqual(parseJson(stringifyJson(expected)))
  if (example.request !== undefined && endpoint.encoding === 'json')
    expect(parseJson(String(sent[0]?.body))).toEqual(parseJson(stringifyJson(example.request)))
})

test.each(webhookExamples.map((example) => ({ ...example, title: `${example.event}: ${example.name}` })))(
  'webhook $title',
  async ({ body, event, read }) => {
    const secret = 'CLIENT_SECRET'
    const verified = await verifyWebhook({ body, secret, signature: await signWebhook({ body, secret }) })
    expect(verified.type).toBe(event)
    expect(verified.content).toMatchObject(read)
  },
)

test.each(callbackExamples)('callback $name', ({ url, read }) => {
  const state = new URL(url).searchParams.get('state') ?? ''
  const parse = (): unknown => parseCallback(url, { state })
  if ('error' in read) expect(parse).toThrow(expect.objectContaining({ code: read.error }))
  else expect(parse()).toMatchObject({ code: read.code, scopes: read.scopes })
})
