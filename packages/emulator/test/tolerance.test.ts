/**
 * What real clients send although no page of TikTok's promises that it works: accepted with a warning in the request
 * log, refused in strict mode.
 */

import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { parseJson } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { observed } from './claim.ts'
import {
  authorizeUrl,
  type Connected,
  connect,
  consent,
  DEMO,
  directPost,
  exchange,
  form,
  frozenEmulator,
  hexChallenge,
  REDIRECT,
  send,
} from './client.ts'

const VERIFIER = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG'
const CLIENTS = 'requests of public clients, replayed'
let emulator: Emulator
let mika: Connected
beforeEach(async () => {
  emulator = await frozenEmulator()
  mika = await connect(emulator)
})
afterEach(() => emulator.close())

const lastWarnings = () => emulator.requests().at(-1)?.warnings ?? []
const bearer = () => ({ authorization: `Bearer ${mika.tokens.access_token}` })

interface Sent {
  status: number
  body: { error?: string | { code: string; message: string }; error_description?: string; data?: unknown }
}

/** Writes exactly these headers; `fetch` would add and remove some. */
function raw(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port: emulator.port, method, path, agent: false, headers },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: parseJson(text) as Sent['body'] }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }
const listFields = '/v2/video/list/?fields=id,title'
const clip = JSON.stringify(directPost(1000))
const clientGrant = new URLSearchParams({ ...DEMO, grant_type: 'client_credentials' }).toString()

const cases: [name: string, warning: string, send: () => Promise<Sent>][] = [
  [
    'a path without its trailing slash',
    'path without its trailing slash',
    () => raw('GET', '/v2/user/info?fields=open_id', bearer()),
  ],
  [
    'an unknown query parameter',
    'unknown query parameter lang',
    () => raw('GET', '/v2/user/info/?fields=open_id&lang=en', bearer()),
  ],
  [
    'a query parameter where all stands in the body',
    'unknown query parameter lang',
    () => raw('POST', '/v2/post/publish/video/init/?lang=en', { ...bearer(), ...JSON_TYPE }, clip),
  ],
  [
    'an unknown form field',
    'unknown field client_id',
    () => raw('POST', '/v2/oauth/token/', FORM_TYPE, `${clientGrant}&client_id=x`),
  ],
  [
    'an unknown field in JSON',
    'unknown field open_id',
    () => raw('POST', listFields, { ...bearer(), ...JSON_TYPE }, '{"max_count":2,"open_id":"x"}'),
  ],
  [
    'an unknown field deep in JSON',
    'unknown field source_info.video_cover_timestamp_ms',
    () =>
      raw(
        'POST',
        '/v2/post/publish/video/init/',
        { ...bearer(), ...JSON_TYPE },
        clip.replace('"source_info":{', '"source_info":{"video_cover_timestamp_ms":1000,'),
      ),
  ],
  [
    'a JSON content type on an empty body',
    'content type application/json on an empty body',
    () => raw('POST', listFields, { ...bearer(), ...JSON_TYPE, 'content-length': '0' }),
  ],
  [
    'a form content type on an empty body',
    'on an empty body',
    () => raw('POST', listFields, { ...bearer(), ...FORM_TYPE, 'content-length': '0' }),
  ],
  [
    'a GET with a content type',
    'a GET with a content type',
    () => raw('GET', '/v2/user/info/?fields=open_id', { ...bearer(), ...JSON_TYPE }),
  ],
  [
    'a GET with a body',
    'a GET with a body',
    () => raw('GET', '/v2/user/info/?fields=open_id', { ...bearer(), 'content-length': '2' }, '{}'),
  ],
  [
    'blanks after commas in fields',
    'fields: blanks around commas',
    () => raw('GET', '/v2/user/info/?fields=open_id,%20display_name', bearer()),
  ],
  [
    'fields of the retired v1',
    'avatar_url_200',
    () => raw('GET', '/v2/user/info/?fields=open_id,avatar_url_200', bearer()),
  ],
  [
    'a JSON body where a form is documented',
    'a JSON body where a form is documented',
    () =>
      raw(
        'POST',
        '/v2/oauth/token/',
        JSON_TYPE,
        JSON.stringify({ ...DEMO, grant_type: 'client_credentials' }),
      ),
  ],
  [
    'a form without a content type',
    'content type (none)',
    () => raw('POST', '/v2/oauth/token/', {}, clientGrant),
  ],
  [
    'JSON sent as text',
    'content type text/plain',
    () => raw('POST', '/v2/post/publish/video/init/', { ...bearer(), 'content-type': 'text/plain' }, clip),
  ],
  [
    'numbers written as text',
    'source_info.video_size: a number written as text',
    () =>
      raw(
        'POST',
        '/v2/post/publish/video/init/',
        { ...bearer(), ...JSON_TYPE },
        clip.replace('"video_size":1000', '"video_size":"1000"'),
      ),
  ],
]

const codeOf = ({ body }: Sent): string =>
  typeof body.error === 'string' ? body.error : (body.error?.code ?? 'ok')

describe('requests', () => {
  test.each(cases)('%s is accepted with a warning', observed(CLIENTS), async (_name, warning, ask) => {
    expect([(await ask()).status, codeOf(await ask())]).toEqual([200, 'ok'])
    expect(lastWarnings()).toEqual([expect.stringContaining(warning)])
    expect(emulator.requests().at(-1)?.verdict).toBe('ok')
  })

  test.each(cases)('%s is refused in strict mode, with its name', async (_name, warning, ask) => {
    emulator.configure({ strict: true })
    const answer = await ask()
    expect(codeOf(answer)).toMatch(/^invalid_(request|params?)$/)
    expect(JSON.stringify(answer.body)).toContain(warning)
    expect(emulator.world.publishes.size).toBe(0)
  })

  test('what is documented passes strict mode without a word', async () => {
    emulator.configure({ strict: true })
    const asked: Promise<Sent>[] = [
      // TikTok's own sample of creator_info has this content type and no body.
      raw('POST', '/v2/post/publish/creator_info/query/', {
        ...bearer(),
        ...JSON_TYPE,
        'content-length': '0',
      }),
      raw('POST', '/v2/post/publish/video/init/', { ...bearer(), ...JSON_TYPE }, clip),
      raw(
        'POST',
        listFields,
        { ...bearer(), 'content-type': 'application/json' },
        '{"max_count":20,"cursor":1643332803000}',
      ),
      raw('GET', '/v2/user/info/?fields=open_id,union_id,avatar_url', bearer()),
      raw('POST', '/v2/oauth/token/', { ...FORM_TYPE, 'cache-control': 'no-cache' }, clientGrant),
    ]
    for (const answer of await Promise.all(asked))
      expect([answer.status, codeOf(answer)]).toEqual([200, 'ok'])
    expect(emulator.requests().flatMap(({ warnings }) => warnings)).toEqual([])
  })
})

describe('PKCE', () => {
  const base64url = createHash('sha256').update(VERIFIER).digest('base64url')
  const authorizeWith = (parameters: Record<string, string>) =>
    send(emulator, 'GET', authorizeUrl(emulator, parameters))
  const S256 = { code_challenge_method: 'S256' }

  test('hex is TikTok’s way: no warning, also in strict mode', async () => {
    emulator.configure({ strict: true })
    const pkce = { code_challenge: hexChallenge(VERIFIER), ...S256 }
    expect((await authorizeWith(pkce)).status).toBe(200)
    expect(lastWarnings()).toEqual([])
    const code = (await consent(emulator, 'mika', pkce)).get('code') ?? ''
    expect((await exchange(emulator, code, { code_verifier: VERIFIER })).body.token_type).toBe('Bearer')
  })

  test.each([
    ['base64url', { code_challenge: base64url, ...S256 }, 'code_challenge'],
    ['a challenge without its method', { code_challenge: hexChallenge(VERIFIER) }, 'code_challenge_method'],
  ])(
    '%s is accepted with a warning, refused in strict mode',
    observed(CLIENTS),
    async (_name, pkce, parameter) => {
      expect((await authorizeWith(pkce)).status).toBe(200)
      expect(lastWarnings()).toEqual([expect.stringContaining(parameter)])
      const code = (await consent(emulator, 'mika', pkce)).get('code') ?? ''
      expect((await exchange(emulator, code, { code_verifier: `${VERIFIER}x` })).body.error).toBe(
        'invalid_grant',
      )
      expect((await exchange(emulator, code, { code_verifier: VERIFIER })).body.token_type).toBe('Bearer')
      emulator.configure({ strict: true })
      const strict = await authorizeWith(pkce)
      expect(strict.status).toBe(400)
      expect(strict.text).toContain(`<code>${parameter}</code>`)
    },
  )

  test(
    'a verifier without a challenge is accepted with a warning, refused in strict mode',
    observed(CLIENTS),
    async () => {
      const code = (await consent(emulator, 'mika')).get('code') ?? ''
      emulator.configure({ strict: true })
      const refused = await exchange(emulator, code, { code_verifier: 'whatever' })
      expect(refused.body).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringContaining('code_verifier'),
      })
      emulator.configure({ strict: false })
      expect((await exchange(emulator, code, { code_verifier: 'whatever' })).body.token_type).toBe('Bearer')
      expect(lastWarnings()).toEqual([expect.stringContaining('code_verifier: no code_challenge')])
    },
  )
})

describe('the consent page', () => {
  test.each([
    ['blanks between scopes', { scope: 'user.info.basic, video.list' }, 'scope'],
    ['scopes separated by blanks', { scope: 'user.info.basic video.list' }, 'scope'],
    ['parameters of other providers', { client_id: 'tw-demo-app', access_type: 'offline' }, 'client_id'],
  ])(
    '%s are accepted with a warning, refused in strict mode',
    observed(CLIENTS),
    async (_name, parameters, named) => {
      expect((await send(emulator, 'GET', authorizeUrl(emulator, parameters))).status).toBe(200)
      expect(lastWarnings().join()).toContain(named)
      emulator.configure({ strict: true })
      const strict = await send(emulator, 'GET', authorizeUrl(emulator, parameters))
      expect([strict.status, strict.text.includes(`<code>${named}</code>`)]).toEqual([400, true])
    },
  )

  test('its address without the slash', observed(CLIENTS), async () => {
    const url = authorizeUrl(emulator).replace('/authorize/?', '/authorize?')
    expect((await send(emulator, 'GET', url)).status).toBe(200)
    expect(lastWarnings()).toEqual([expect.stringContaining('trailing slash')])
    emulator.configure({ strict: true })
    expect((await send(emulator, 'GET', url)).status).toBe(400)
  })

  test(
    'user.info.basic comes with every login; strict mode grants what was asked',
    observed(CLIENTS),
    async () => {
      const asked = { scope: 'video.list' }
      await send(emulator, 'GET', authorizeUrl(emulator, asked))
      expect(lastWarnings()).toEqual([expect.stringContaining('user.info.basic, which was added')])
      expect((await consent(emulator, 'mika', asked)).get('scopes')).toBe('user.info.basic,video.list')
      emulator.configure({ strict: true })
      expect((await consent(emulator, 'mika', asked)).get('scopes')).toBe('video.list')
    },
  )

  test('documented parameters pass strict mode', async () => {
    emulator.configure({ strict: true })
    const page = await send(emulator, 'GET', authorizeUrl(emulator, { disable_auto_auth: '1' }))
    expect([page.status, lastWarnings()]).toEqual([200, []])
  })
})

describe('the media PUT', () => {
  test.each([
    ['another content type', { 'content-type': 'application/octet-stream' }, 'Content-Type'],
    ['no Content-Length', { 'content-type': 'video/mp4', 'transfer-encoding': 'chunked' }, 'Content-Length'],
  ])(
    '%s is accepted with a warning, refused in strict mode',
    observed(CLIENTS),
    async (_name, headers, named) => {
      const bytes = makeSampleVideo()
      const init = await mika.as('/v2/post/publish/video/init/', directPost(bytes.length))
      const url = new URL(init.body.data.upload_url)
      const put = (): Promise<number> =>
        new Promise((resolve, reject) => {
          const range = `bytes 0-${bytes.length - 1}/${bytes.length}`
          const length = 'transfer-encoding' in headers ? {} : { 'content-length': String(bytes.length) }
          const sent = httpRequest(
            url,
            { method: 'PUT', agent: false, headers: { ...headers, ...length, 'content-range': range } },
            (answer) => resolve(answer.resume().statusCode ?? 0),
          )
          sent.on('error', reject)
          sent.end(bytes)
        })
      emulator.configure({ strict: true })
      expect(await put()).toBe(400)
      emulator.configure({ strict: false })
      expect(await put()).toBe(201)
      expect(lastWarnings().join()).toContain(named)
    },
  )
})

test('a redirect_uri is compared exactly, whatever else is tolerated', async () => {
  const code = (await consent(emulator, 'mika')).get('code') ?? ''
  const fields = { ...DEMO, grant_type: 'authorization_code', code, redirect_uri: `${REDIRECT}/` }
  expect((await form(emulator, '/v2/oauth/token/', fields)).body.error).toBe('invalid_grant')
})
