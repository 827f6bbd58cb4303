import { cryptoRandom, ManualClock, Secret } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { SmallServer } from '../src/bluesky/small-server.ts'
import { type ConformanceStage, conformanceCases } from '../src/conformance.ts'
import {
  type BlueskyClient,
  BlueskyConnector,
  blueskyClientMetadata,
  blueskyLoopbackClientId,
  newSigningKey,
} from '../src/index.ts'

const REDIRECT = 'https://hub.example.com/connect/callback'
const AT = Date.UTC(2026, 10, 28, 12)
const about = { name: 'Soup & Sons', uri: 'https://hub.example.com', redirectUri: REDIRECT }
const confidential: BlueskyClient = {
  clientId: 'https://hub.example.com/oauth/client.json',
  key: newSigningKey(cryptoRandom).text,
}
const local: BlueskyClient = { clientId: blueskyLoopbackClientId('http://127.0.0.1:4848/connect/callback') }

function makeStage(client: BlueskyClient) {
  const clock = new ManualClock(AT)
  const server = new SmallServer({
    appView: true,
    clock,
    clientMetadata: async () => JSON.parse(JSON.stringify(blueskyClientMetadata(client, about))),
  })
  const connector = new BlueskyConnector({ fetch: server.fetch, clock, client })
  const page = connector.consentPage
  if (page === undefined) throw new Error('there is no consent page')
  const login = { state: 'the-state-of-one-login', redirectUri: REDIRECT }
  const start = async (identifier: string = server.handle) => {
    const begun = await page.start({ ...login, scopes: page.defaultScopes, identifier })
    if (!begun.ok) throw new Error(`${begun.failure.code}: ${begun.failure.message}`)
    return begun.value
  }
  const authorize: ConformanceStage['authorize'] = async () => {
    const { url, secret } = await start()
    const answer = await page.finish(new URL(server.signIn.consent(url)).searchParams, { ...login, secret })
    if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.message}`)
    return answer.value
  }
  const stage: ConformanceStage = {
    connector,
    authorize,
    publication: (key) => ({ key, at: AT, text: key, media: [] }),
    refused: { key: 'refused', at: AT, text: 'a'.repeat(301), media: [] },
    loseAnswers: (lost) => {
      server.losesAnswers = lost
    },
    requests: () => server.requests,
  }
  return { server, clock, connector, page, login, start, authorize, stage }
}

describe.each([
  { who: 'a client with a document and a key', client: confidential },
  { who: 'a client of this machine', client: local },
])('$who', ({ client }) => {
  for (const { name, run } of conformanceCases(makeStage(client).stage)) test(name, run)
})

test.each(['@Mika.example.com', 'at://mika.example.com', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'])(
  'the account of %s is found, and its server, and the page where its owner agrees',
  async (identifier) => {
    const { start } = makeStage(confidential)
    const { url } = await start(identifier)
    expect(new URL(url).origin + new URL(url).pathname).toBe('https://signin.example.com/oauth/authorize')
    expect([...new URL(url).searchParams.keys()]).toEqual(['client_id', 'request_uri'])
  },
)

test('a handle that its account does not name belongs to nobody', async () => {
  const { server, page, login } = makeStage(confidential)
  const fetch: typeof globalThis.fetch = async (input, init) =>
    String(input) === 'https://thief.example.com/.well-known/atproto-did'
      ? new Response(server.did)
      : server.fetch(input, init)
  const connector = new BlueskyConnector({ fetch, client: confidential })
  const answer = await connector.consentPage?.start({
    ...login,
    scopes: page.defaultScopes,
    identifier: 'thief.example.com',
  })
  expect(answer).toMatchObject({ ok: false, failure: { code: 'account_not_found', field: 'identifier' } })
})

test('TXT records say whose a handle is; two of them say nothing', async () => {
  const { server, clock, page, login } = makeStage(confidential)
  const found = async (records: string[][]) => {
    const connector = new BlueskyConnector({
      fetch: async (input, init) =>
        String(input).includes('atproto-did') ? new Response('', { status: 404 }) : server.fetch(input, init),
      clock,
      client: confidential,
      resolveTxt: async (name) => (name === '_atproto.mika.example.com' ? records : []),
    })
    const wish = { ...login, scopes: page.defaultScopes, identifier: 'mika.example.com' }
    const answer = await connector.consentPage?.start(wish)
    return answer?.ok === true ? 'found' : answer?.failure.code
  }
  expect(await found([['did=', server.did], ['v=spf1']])).toBe('found')
  expect(await found([[`did=${server.did}`], ['did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa']])).toBe(
    'account_not_found',
  )
})

test.each([
  { what: 'another login', change: { state: 'another' }, code: 'state_mismatch' },
  { what: 'another server', change: { iss: 'https://evil.example.com' }, code: 'issuer_mismatch' },
])('an answer of $what is not taken, and its code not spent', async ({ change, code }) => {
  const { server, page, login, start } = makeStage(confidential)
  const { url, secret } = await start()
  const callback = new URL(server.signIn.consent(url)).searchParams
  const before = server.requests
  const changed = new URLSearchParams({ ...Object.fromEntries(callback), ...change })
  expect(await page.finish(changed, { ...login, secret })).toMatchObject({ ok: false, failure: { code } })
  expect(server.requests).toBe(before)
})

test('a creator who does not agree is a failure of their own words', async () => {
  const { server, page, login, start } = makeStage(confidential)
  const { url, secret } = await start()
  const callback = new URL(server.signIn.consent(url, { deny: true })).searchParams
  expect(await page.finish(callback, { ...login, secret })).toMatchObject({
    ok: false,
    failure: { code: 'access_denied', sent: 'answered' },
  })
})

test('a nonce that changed costs one more request, and a call goes through once', async () => {
  const { server, connector, authorize } = makeStage(confidential)
  const grant = await authorize()
  expect(await connector.reading.profile(grant)).toMatchObject({ ok: true })
  server.signIn.nonce = 'nonce-2'
  const before = server.requests
  const publication = { key: 'once', at: AT, text: 'once', media: [] }
  expect(await connector.publishing.publish(grant, publication)).toMatchObject({ ok: true })
  expect(server.requests).toBe(before + 2)
  expect(server.records.size).toBe(1)
})

test('a token that ran out asks for a refresh; the fresh one keeps its key and its server', async () => {
  const { clock, connector, authorize } = makeStage(confidential)
  const grant = await authorize()
  await clock.advance(1_800_000)
  expect(await connector.reading.profile(grant)).toMatchObject({ ok: false, failure: { needs: 'refresh' } })
  const fresh = await connector.refresh(grant)
  expect(fresh.ok && (await connector.reading.profile(fresh.value))).toMatchObject({ ok: true })
  // Used once more, it is worthless, and says so.
  expect(await connector.refresh(grant)).toMatchObject({
    ok: false,
    failure: { code: 'invalid_grant', needs: 'reconnect' },
  })
})

test('an access token is worthless to whoever has not the key', async () => {
  const { connector, authorize } = makeStage(confidential)
  const grant = await authorize()
  const other = await authorize()
  const stolen = { ...grant, ...(other.binding === undefined ? {} : { binding: other.binding }) }
  expect(await connector.reading.profile(stolen)).toMatchObject({ ok: false, failure: { httpStatus: 401 } })
  expect(JSON.stringify(grant)).not.toContain(grant.access.reveal())
  expect(grant.binding).toBeInstanceOf(Secret)
})

test('answers under a post, and answers to those, are comments with who wrote them', async () => {
  const { server, connector, authorize } = makeStage(confidential)
  const grant = await authorize()
  const posted = await connector.publishing.publish(grant, { key: 'talk', at: AT, text: 'talk', media: [] })
  const id = posted.ok ? posted.value.publishId : ''
  const at = new Date(AT + 60_000).toISOString()
  server.replies.push(
    { to: id, uri: 'at://did:plc:other/app.bsky.feed.post/a', text: 'first', at },
    {
      to: 'at://did:plc:other/app.bsky.feed.post/a',
      uri: 'at://did:plc:other/app.bsky.feed.post/b',
      text: 'second',
      at,
    },
  )
  const answer = await connector.reading.comments(grant, id)
  expect(answer).toMatchObject({
    ok: true,
    value: {
      comments: [
        {
          text: 'first',
          parentId: null,
          contentId: id,
          authorUsername: 'noor.example.com',
          replies: 1,
          likes: 1,
        },
        { text: 'second', parentId: 'at://did:plc:other/app.bsky.feed.post/a', postedAt: AT + 60_000 },
      ],
    },
  })
  expect(await connector.reading.comments(grant, id.replace(/.$/, 'z'))).toMatchObject({
    value: { comments: [] },
  })
})
