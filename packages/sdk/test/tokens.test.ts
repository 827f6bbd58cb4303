import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { userInfo } from '@tockwork/contracts/display'
import { ManualClock, Secret, seededRandom } from '@tockwork/kernel'
import {
  AuthError,
  MemoryTokenStore,
  parseTokenSet,
  serializeTokenSet,
  TikTok,
  type TikTokEvent,
  type TokenSet,
  type TokenStore,
} from '@tockwork/sdk'
import { FileTokenStore } from '@tockwork/sdk/node'
import { describe, expect, test } from 'vitest'
import { fakeServer, ok, type Received, type Reply, refuse, tokens } from './fake-server.ts'
import { failure, withClock } from './with-clock.ts'

interface Answers {
  refresh?: (form: URLSearchParams) => Reply | Promise<Reply>
  info?: (request: Received) => Reply
  other?: (request: Received) => Reply
}

async function world(answers: Answers, store: TokenStore = new MemoryTokenStore()) {
  const server = await fakeServer((request) => {
    if (request.path === '/v2/user/info/')
      return answers.info?.(request) ?? ok({ user: { open_id: 'user-1' } })
    const form = new URLSearchParams(request.body)
    if (form.get('grant_type') === 'refresh_token') return answers.refresh?.(form) ?? tokens()
    return answers.other?.(request) ?? tokens()
  })
  const clock = new ManualClock()
  const events: TikTokEvent[] = []
  const client = () =>
    new TikTok({
      clientKey: 'key',
      clientSecret: 'secret',
      origin: server.origin,
      tokens: store,
      clock,
      random: seededRandom(3),
      onEvent: (event) => events.push(event),
    })
  const first: TokenSet = {
    openId: 'user-1',
    accessToken: new Secret('act.first'),
    refreshToken: new Secret('rft.first'),
    scopes: ['user.info.basic'],
    obtainedAt: clock.now(),
    expiresAt: clock.now() + 7_200_000,
    refreshExpiresAt: clock.now() + 31_536_000_000,
  }
  await store.put(first)
  const refreshes = () => server.requests.filter((each) => each.body.includes('grant_type=refresh_token'))
  return { server, clock, store, events, tiktok: client(), client, refreshes, first }
}

const ask = (tiktok: TikTok) => tiktok.as('user-1').user.info(['open_id'])
const bearer = (request: Received | undefined) => request?.headers.authorization

describe('renewal', () => {
  test('happens before the end, by what the answer said about its length', async () => {
    const { server, clock, tiktok, refreshes } = await world({})
    await using _ = server
    await clock.advance(7_200_000 - 300_001)
    await ask(tiktok)
    expect(refreshes()).toHaveLength(0)
    await clock.advance(1)
    await ask(tiktok)
    expect(refreshes()).toHaveLength(1)
    expect(bearer(server.requests.at(-1))).toMatch(/^Bearer act\.access/)
  })

  test('a short life has a margin of a tenth', async () => {
    const { server, clock, tiktok, refreshes, store, first } = await world({})
    await using _ = server
    await store.put({ ...first, expiresAt: clock.now() + 100_000 })
    await clock.advance(89_999)
    await ask(tiktok)
    expect(refreshes()).toHaveLength(0)
    await clock.advance(1)
    await ask(tiktok)
    expect(refreshes()).toHaveLength(1)
  })

  test('a hundred callers cause one', async () => {
    const { server, clock, tiktok, refreshes } = await world({})
    await using _ = server
    await clock.advance(7_300_000)
    const users = await Promise.all(Array.from({ length: 100 }, () => ask(tiktok)))
    expect(users).toHaveLength(100)
    expect(refreshes()).toHaveLength(1)
    const used = new Set(server.requests.filter((each) => each.path === '/v2/user/info/').map(bearer))
    expect(used.size).toBe(1)
  })

  test('a hundred callers whose token is refused cause one, and each call goes again once', async () => {
    const { server, tiktok, refreshes } = await world({
      info: (request) =>
        bearer(request) === 'Bearer act.first'
          ? refuse(401, 'access_token_invalid')
          : ok({ user: { open_id: 'user-1' } }),
    })
    await using _ = server
    const users = await Promise.all(Array.from({ length: 100 }, () => ask(tiktok)))
    expect(users.every((user) => user.open_id === 'user-1')).toBe(true)
    expect(refreshes()).toHaveLength(1)
    expect(server.requests.length).toBeLessThanOrEqual(201)
  })

  test('a token that is refused again right after its renewal needs a new consent', async () => {
    const { server, tiktok, refreshes } = await world({ info: () => refuse(401, 'access_token_invalid') })
    await using _ = server
    const error = await failure(ask(tiktok))
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'access_token_invalid', needs: 'reconnect', retry: 'never' })
    expect(refreshes()).toHaveLength(1)
  })

  test('a rotated refresh token is stored before the new access token is used, and then used', async () => {
    const store = new MemoryTokenStore()
    const seen: string[] = []
    const { server, clock, tiktok, refreshes } = await world(
      {
        info: (request) => {
          seen.push(`call ${bearer(request)}`)
          return ok({ user: {} })
        },
      },
      {
        get: (openId) => store.get(openId),
        put: async (set) => {
          await new Promise((resolve) => setImmediate(resolve))
          await store.put(set)
          seen.push(`stored Bearer ${set.accessToken.reveal()}`)
        },
        delete: (openId) => store.delete(openId),
        list: () => store.list(),
      },
    )
    await using _ = server
    seen.length = 0
    await clock.advance(7_300_000)
    await ask(tiktok)
    expect(seen).toHaveLength(2)
    expect(seen[0]?.replace('stored', 'call')).toBe(seen[1])
    await clock.advance(86_400_000)
    await ask(tiktok)
    const sent = refreshes().map((each) => new URLSearchParams(each.body).get('refresh_token'))
    expect(sent[0]).toBe('rft.first')
    expect(sent[1]).toMatch(/^rft\.refresh/)
  })

  test('a store that fails does not lose the rotated token: it is stored before anything else happens', async () => {
    const store = new MemoryTokenStore()
    let broken = false
    const { server, clock, tiktok, refreshes } = await world(
      {},
      {
        get: (openId) => store.get(openId),
        put: async (set) => {
          if (broken) throw new Error('disk full')
          await store.put(set)
        },
        delete: (openId) => store.delete(openId),
        list: () => store.list(),
      },
    )
    await using _ = server
    await clock.advance(7_300_000)
    broken = true
    expect(await failure(ask(tiktok))).toMatchObject({ message: 'disk full' })
    expect(await failure(ask(tiktok))).toMatchObject({ message: 'disk full' })
    broken = false
    await ask(tiktok)
    expect(refreshes()).toHaveLength(1)
    expect((await store.get('user-1'))?.refreshToken.reveal()).toMatch(/^rft\.refresh/)
  })

  test('invalid_grant needs a new consent, is not asked twice, and the old token stays', async () => {
    const { server, clock, tiktok, refreshes, store, first } = await world({
      refresh: () => ({ body: { error: 'invalid_grant', error_description: 'revoked', log_id: 'L' } }),
    })
    await using _ = server
    await clock.advance(7_300_000)
    for (let i = 0; i < 3; i += 1) {
      expect(await failure(ask(tiktok))).toMatchObject({
        name: 'AuthError',
        code: 'invalid_grant',
        needs: 'reconnect',
      })
    }
    expect(refreshes()).toHaveLength(1)
    expect((await store.get('user-1'))?.refreshToken.reveal()).toBe('rft.first')
    // A new consent is a new chance.
    await store.put({ ...first, refreshToken: new Secret('rft.second') })
    await failure(ask(tiktok))
    expect(refreshes()).toHaveLength(2)
  })

  test('another process that was faster is believed', async () => {
    const store = new MemoryTokenStore()
    const w = await world(
      {
        refresh: async () => {
          // Meanwhile elsewhere, without a lock: the token was rotated, and ours is now refused.
          await store.put({
            ...w.first,
            accessToken: new Secret('act.elsewhere'),
            refreshToken: new Secret('rft.elsewhere'),
            obtainedAt: w.clock.now(),
            expiresAt: w.clock.now() + 7_200_000,
          })
          return { body: { error: 'invalid_grant', error_description: '', log_id: '' } }
        },
      },
      store,
    )
    await using _ = w.server
    await w.clock.advance(7_300_000)
    await ask(w.tiktok)
    expect(bearer(w.server.requests.at(-1))).toBe('Bearer act.elsewhere')
  })

  test('TikTok being away is repeated, then rested from, and nothing is lost', async () => {
    let down = true
    const { server, clock, tiktok, refreshes, store } = await world({
      refresh: () => (down ? { body: { error: 'temporarily_unavailable', log_id: 'L' } } : tokens()),
    })
    await using _ = server
    await clock.advance(7_300_000)
    expect(await withClock(clock, failure(ask(tiktok)))).toMatchObject({
      code: 'temporarily_unavailable',
      retry: 'now',
    })
    const tried = refreshes().length
    expect(tried).toBe(4)
    // Within the pause nothing is sent.
    await failure(ask(tiktok))
    expect(refreshes()).toHaveLength(tried)
    expect((await store.get('user-1'))?.refreshToken.reveal()).toBe('rft.first')
    down = false
    await clock.advance(1_000)
    await ask(tiktok)
    expect(refreshes()).toHaveLength(tried + 1)
  })

  test('while the old token still works a failed renewal fails no call', async () => {
    const { server, clock, tiktok, events } = await world({
      refresh: () => ({ status: 500, body: { error: 'server_error', log_id: 'L' } }),
    })
    await using _ = server
    await clock.advance(7_000_000)
    await withClock(clock, ask(tiktok))
    expect(bearer(server.requests.at(-1))).toBe('Bearer act.first')
    expect(events).toContainEqual({
      type: 'refresh',
      openId: 'user-1',
      outcome: 'failed',
      code: 'server_error',
    })
  })

  test('a refresh token whose time is over is not sent', async () => {
    const { server, clock, tiktok, refreshes } = await world({})
    await using _ = server
    await clock.advance(31_536_000_001)
    expect(await failure(ask(tiktok))).toMatchObject({ code: 'refresh_token_expired', needs: 'reconnect' })
    expect(refreshes()).toHaveLength(0)
  })

  test('one caller giving up does not spoil it for the others', async () => {
    const { server, clock, tiktok } = await world({})
    await using _ = server
    await clock.advance(7_300_000)
    const stop = new AbortController()
    const leaving = failure(tiktok.as('user-1').user.info(['open_id'], { signal: stop.signal }))
    const staying = ask(tiktok)
    stop.abort(new Error('gone'))
    expect(await leaving).toMatchObject({ message: 'gone' })
    expect(await staying).toEqual({ open_id: 'user-1' })
  })

  test('a user without tokens is told so', async () => {
    const { server, tiktok } = await world({})
    await using _ = server
    expect(await failure(tiktok.as('nobody').user.info(['open_id']))).toMatchObject({
      code: 'not_connected',
      needs: 'reconnect',
    })
  })

  test('a token that ran out while its call stood in the queue is renewed before it goes', async () => {
    const { server, clock, tiktok, refreshes } = await world({ info: () => ok({ user: {} }) })
    await using _ = server
    await clock.advance(6_880_000)
    await Promise.all(Array.from({ length: 600 }, () => ask(tiktok)))
    expect(refreshes()).toHaveLength(0)
    await withClock(clock, ask(tiktok), 1_000)
    expect(refreshes()).toHaveLength(1)
    expect(bearer(server.requests.at(-1))).toMatch(/^Bearer act\.access/)
  })
})

describe('several processes on one store', () => {
  test('renew once between them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tokens-'))
    try {
      const w = await world(
        {
          info: (request) =>
            bearer(request) === 'Bearer act.first' ? refuse(401, 'access_token_invalid') : ok({ user: {} }),
        },
        new FileTokenStore(folder),
      )
      await using _ = w.server
      const client = () =>
        new TikTok({
          clientKey: 'key',
          clientSecret: 'secret',
          origin: w.server.origin,
          tokens: new FileTokenStore(folder),
        })
      const clients = [client(), client(), client()]
      // The clock of the first set is a manual one: for these clients it is simply good, until TikTok refuses it.
      await w.store.put({
        ...w.first,
        obtainedAt: Date.now(),
        expiresAt: Date.now() + 7_200_000,
        refreshExpiresAt: Date.now() + 8e9,
      })
      await Promise.all(clients.flatMap((each) => Array.from({ length: 20 }, () => ask(each))))
      expect(w.refreshes()).toHaveLength(1)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('revoke', () => {
  test('sends the access token and forgets the grant', async () => {
    const { server, tiktok, store } = await world({ other: () => ({ body: '' }) })
    await using _ = server
    await tiktok.auth.revoke('user-1')
    expect(server.requests.at(-1)?.path).toBe('/v2/oauth/revoke/')
    expect(new URLSearchParams(server.requests.at(-1)?.body).get('token')).toBe('act.first')
    expect(await store.list()).toEqual([])
  })

  test('renews an expired token first', async () => {
    const { server, tiktok, clock } = await world({ other: () => ({ body: {} }) })
    await using _ = server
    await clock.advance(7_300_000)
    await tiktok.auth.revoke('user-1')
    expect(new URLSearchParams(server.requests.at(-1)?.body).get('token')).toMatch(/^act\.access/)
  })

  test('a failure on the way keeps the grant', async () => {
    const { server, tiktok, store, clock } = await world({ other: () => ({ status: 503, body: '' }) })
    await using _ = server
    expect(await withClock(clock, failure(tiktok.auth.revoke('user-1')))).toMatchObject({ code: 'http_503' })
    expect(await store.list()).toEqual(['user-1'])
  })

  test('a grant that is already gone only goes here', async () => {
    const { server, tiktok, store } = await world({
      other: () => ({ body: { error: 'invalid_grant', log_id: 'L' } }),
    })
    await using _ = server
    await tiktok.auth.revoke('user-1')
    expect(await store.list()).toEqual([])
  })
})

describe('client tokens', () => {
  const client = (n: number): Reply => ({
    body: { access_token: `clt.${n}`, expires_in: 7200, token_type: 'Bearer' },
  })

  test('are kept until they are due, and asked for once', async () => {
    let asked = 0
    const { server, tiktok, clock } = await world({
      other: () => {
        asked += 1
        return client(asked)
      },
    })
    await using _ = server
    const many = await Promise.all(Array.from({ length: 20 }, () => tiktok.auth.clientToken()))
    expect(new Set(many.map((each) => each.accessToken.reveal()))).toEqual(new Set(['clt.1']))
    await clock.advance(6_900_000)
    const renewed = await Promise.all(Array.from({ length: 20 }, () => tiktok.auth.clientToken()))
    expect(new Set(renewed.map((each) => each.accessToken.reveal()))).toEqual(new Set(['clt.2']))
    expect(asked).toBe(2)
  })

  test('a failure is not kept', async () => {
    let asked = 0
    const { server, tiktok } = await world({
      other: () => {
        asked += 1
        return asked === 1 ? { body: { error: 'invalid_client', log_id: 'L' } } : client(asked)
      },
    })
    await using _ = server
    expect(await failure(tiktok.auth.clientToken())).toMatchObject({
      code: 'invalid_client',
      needs: 'credentials',
    })
    expect((await tiktok.auth.clientToken()).accessToken.reveal()).toBe('clt.2')
  })

  test('endpoints that want one get one', async () => {
    const { server, tiktok } = await world({ other: () => client(1) })
    await using _ = server
    await tiktok.callAsApp({ ...userInfo, auth: 'client' as const }, { query: { fields: ['open_id'] } })
    expect(bearer(server.requests.at(-1))).toBe('Bearer clt.1')
  })
})

describe('login by QR code', () => {
  const url = 'aweme://authorize?authType=100&client_key=key&client_ticket=tobefilled&x=1'

  test('a ticket of our own goes into the code, and only answers with it are believed', async () => {
    let ticket = ''
    const { server, tiktok } = await world({
      other: (request) =>
        request.path === '/v2/oauth/get_qrcode/'
          ? { body: { scan_qrcode_url: url, token: 'T' } }
          : {
              body: {
                status: 'confirmed',
                client_ticket: ticket,
                redirect_uri: 'https://example.com?code=a%2A1',
                state: 'S',
              },
            },
    })
    await using _ = server
    const code = await tiktok.auth.qr.get({ scopes: ['user.info.basic'] })
    expect(code.url).toBe(url.replace('tobefilled', code.clientTicket))
    expect(code.clientTicket).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(await failure(tiktok.auth.qr.check(code))).toMatchObject({ code: 'client_ticket_mismatch' })
    ticket = code.clientTicket
    expect(await tiktok.auth.qr.check(code)).toEqual({
      status: 'confirmed',
      code: 'a*1',
      redirectUri: 'https://example.com',
      state: 'S',
    })
  })

  test.each(['new', 'expired'])('%s comes without a ticket', async (status) => {
    const { server, tiktok } = await world({ other: () => ({ body: { status, client_ticket: '' } }) })
    await using _ = server
    expect(await tiktok.auth.qr.check({ token: 'T', clientTicket: 'mine' })).toEqual({ status })
  })
})

describe('a token set', () => {
  test('survives storing, and shows no token', async () => {
    const { server, first } = await world({})
    await using _ = server
    const again = parseTokenSet(serializeTokenSet(first))
    expect(again).toMatchObject({ openId: 'user-1', expiresAt: first.expiresAt })
    expect(again.refreshToken.reveal()).toBe('rft.first')
    expect(inspect(again) + JSON.stringify(again)).not.toMatch(/rft\.first|act\.first/)
  })

  test.each(['', '{}', '{"refreshToken":"rft.SECRET"}', 'rft.SECRET'])(
    '%j is damaged, and not quoted',
    (text) => {
      expect(() => parseTokenSet(text)).toThrow(expect.objectContaining({ code: 'token_set_damaged' }))
      expect(() => parseTokenSet(text)).not.toThrow(/SECRET/)
    },
  )
})
