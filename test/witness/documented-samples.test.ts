/**
 * TikTok's own samples as a judge: each documented request is sent as it stands, in strict mode, and the answer must
 * have every field of the documented answer, of the same kind.
 */
import { request as httpRequest } from 'node:http'
import type { Endpoint, EndpointExample } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { endpointExamples } from '@tockwork/contracts/examples'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { parseJson } from '@tockwork/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const APP = 'CLIENT_KEY'
const TOKEN = 'act.example12345Example12345Example'
const GRANT = `${APP}:scout2015`
const CALLBACKS = ['https://example.com/callback/', 'http://localhost:3455/callback/']
const CHALLENGE = '834b6e67aab8d76ccef4846478052cf0737a3107973ec19c7b7ec9dd1b1cf304'

let emulator: Emulator
beforeAll(async () => {
  // Time stands still: nothing is fetched from the addresses in the samples.
  emulator = await startEmulator({
    frozen: true,
    seed: 'samples',
    settings: { strict: true, rateLimits: false, pendingSharesPerDay: 100 },
    world: {
      apps: [
        {
          client_key: APP,
          client_secret: 'CLIENT_SECRET',
          audited: true,
          redirect_uris: CALLBACKS,
          url_properties: ['example.verified.domain.com', 'tiktokcdn.com'],
        },
      ],
      creators: [{ username: 'scout2015', display_name: 'Scout', videos: 3 }],
    },
  })
})
afterAll(() => emulator.close())

/** The world in which the samples make sense. */
beforeEach(() => {
  const { world, clock } = emulator
  const now = clock.now()
  const later = now + 3_600_000
  const scopes = [...world.apps.values()].flatMap((app) => app.scopes)
  const grant = { clientKey: APP, creator: 'scout2015', openId: 'open-id', scopes, createdAt: now }
  world.grants.put({ id: GRANT, ...grant })
  world.accessTokens.put({ id: TOKEN, kind: 'user', clientKey: APP, grant: GRANT, expiresAt: later })
  world.refreshTokens.put({ id: 'rft.example12345Example12345Example', grant: GRANT, expiresAt: later })
  const code = { clientKey: APP, creator: 'scout2015', scopes, expiresAt: later }
  world.codes.put({ id: 'CODE', ...code, redirectUri: CALLBACKS[0] as string })
  world.codes.put({ id: 'CODE*0!6410', ...code, redirectUri: CALLBACKS[1] as string, challenge: CHALLENGE })
  world.qrCodes.put({ id: 'VJ5J', clientKey: APP, scopes, ticket: '', status: 'new', expiresAt: later })
  const [like] = world.videos.values()
  for (const id of ['7077642457847994444', '6718335390845095173'])
    if (like !== undefined) world.videos.put({ ...like, id })
})

/** A post in the state that the sample speaks of. */
function postAs(state: 'FAILED' | 'PROCESSING_DOWNLOAD'): void {
  emulator.world.publishes.put({
    id: 'v_pub_url~v2.123456789',
    clientKey: APP,
    creator: 'scout2015',
    grant: GRANT,
    mode: 'direct',
    media: 'video',
    source: state === 'FAILED' ? 'FILE_UPLOAD' : 'PULL_FROM_URL',
    urls: [],
    postInfo: {},
    state,
    processing: false,
    ...(state === 'FAILED' ? { failReason: 'picture_size_check_failed' } : {}),
    uploadedBytes: 10_000,
    downloadedBytes: 10_000,
    postIds: [],
    createdAt: emulator.clock.now(),
    changedAt: emulator.clock.now(),
  })
}

const unsent = new Set(['oauth.authorize', 'posting.uploadMedia'])
const takesNoInput = (endpoint: Endpoint) => endpoint.id === 'posting.creatorInfo'
const refused = (sample: EndpointExample) =>
  (sample.status ?? 200) >= 400 || /comes with HTTP 200/.test(sample.name)

const cases = endpoints
  .filter(
    (endpoint) => !unsent.has(endpoint.id) && !/^(?:portability|research|commercial)\./.test(endpoint.id),
  )
  .flatMap((endpoint) =>
    (endpointExamples[endpoint.id] ?? [])
      .filter(
        (sample) => sample.request !== undefined || sample.query !== undefined || takesNoInput(endpoint),
      )
      .filter((sample) => !refused(sample))
      .map((sample) => [`${endpoint.id}: ${sample.name}`, endpoint, sample] as const),
  )

test.each(cases)('%s', async (_name, endpoint, sample) => {
  if (endpoint.id === 'posting.publishStatus') postAs('FAILED')
  if (endpoint.id === 'posting.cancelPublish') postAs('PROCESSING_DOWNLOAD')
  const request =
    endpoint.id === 'display.videoQuery' && sample.request === undefined
      ? { filters: { video_ids: ['7077642457847994444'] } }
      : sample.request
  const answer = await send(endpoint, sample.query, request)
  expect(answer, JSON.stringify(answer)).toMatchObject({ status: 200 })
  expect(answer.warnings).toEqual([])
  const body = parseJson(answer.text)
  if (endpoint.envelope === 'standard') expect(body).toMatchObject({ error: { code: 'ok' } })
  else expect(body).not.toHaveProperty('error')
  if (sample.response !== undefined) expect(kinds(body)).toMatchObject(kinds(sample.response) as object)
})

test('there are samples of every endpoint that the emulator models', () => {
  expect(new Set(cases.map(([, { id }]) => id)).size).toBeGreaterThanOrEqual(16)
})

/** Sends a sample as TikTok's pages show it: their host, their content type, their encoding. */
function send(endpoint: Endpoint, query: EndpointExample['query'], body: unknown) {
  const form = endpoint.encoding === 'form'
  const headers: Record<string, string> = { host: endpoint.host, connection: 'close' }
  if (endpoint.auth === 'user') headers.authorization = `Bearer ${TOKEN}`
  if (endpoint.method === 'POST')
    headers['content-type'] = form ? 'application/x-www-form-urlencoded' : 'application/json; charset=UTF-8'
  const text =
    body === undefined || body === null
      ? ''
      : form
        ? new URLSearchParams(body as Record<string, string>).toString()
        : JSON.stringify(body)
  headers['content-length'] = String(Buffer.byteLength(text))
  const path = endpoint.path + (query === undefined ? '' : `?${new URLSearchParams(query)}`)
  return new Promise<{ status: number; text: string; warnings: string[] }>((resolve, reject) => {
    const sent = httpRequest(
      { port: emulator.port, host: '127.0.0.1', method: endpoint.method, path, headers, agent: false },
      (answer) => {
        let got = ''
        answer.setEncoding('utf8').on('data', (part: string) => {
          got += part
        })
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: got,
            warnings: emulator.requests().at(-1)?.warnings ?? [],
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}

/** Each value replaced by its kind; of a list, the kind of its first. */
function kinds(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [kinds(value[0])]
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, kinds(inner)]))
  return typeof value === 'bigint' ? 'number' : typeof value
}
