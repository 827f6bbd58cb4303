import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock, Secret, seededRandom } from '@tockwork/kernel'
import { FileShopGrantStore, FileTokenStore } from '@tockwork/sdk/node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { type Diagnosis, rules } from './diagnosis.ts'
import { examine } from './examine.ts'
import { type Facts, gatherFacts, type SeenRequest } from './facts.ts'
import { toSarif } from './sarif.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const DAY = 86_400_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-doctor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** What answers under an address: a body, or the `Date` that a HEAD brings. */
type Answers = Record<string, { body?: unknown; date?: string; status?: number }>

async function findings(env: Record<string, string> = {}, answers: Answers = {}): Promise<Diagnosis[]> {
  const fetch = (async (input: string | URL | Request) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const answer = answers[`${url.origin}${url.pathname}`]
    if (answer === undefined) throw new TypeError('nothing answers')
    return Response.json(answer.body ?? null, {
      status: answer.status ?? 200,
      headers: answer.date === undefined ? {} : { date: answer.date },
    })
  }) as typeof globalThis.fetch
  const facts = await gatherFacts({
    config: readConfig({ TOCKWORK_EMULATOR_PORT: '0', TOCKWORK_HUB_PORT: '0', ...env }, folder),
    cwd: folder,
    clock: new ManualClock(NOW),
    random: seededRandom(1),
    fetch,
    signal: new AbortController().signal,
    pid: 1,
  })
  return examine(facts)
}

const ids = (found: readonly Diagnosis[]) => found.map(({ rule, level }) => `${level} ${rule}`)

async function logIn(days: number | undefined, clientKey = 'aw1', target = 'tiktok'): Promise<void> {
  const home = join(folder, '.tockwork/cli', target)
  await mkdir(home, { recursive: true })
  const account = { openId: 'o1', clientKey, username: 'mika', scopes: [], loggedInAt: '2026-01-01' }
  await writeFile(join(home, 'accounts.json'), JSON.stringify({ accounts: [account] }))
  if (days === undefined) return
  await new FileTokenStore(join(home, 'tokens')).put({
    openId: 'o1',
    accessToken: new Secret('act.secret1'),
    refreshToken: new Secret('rft.secret1'),
    scopes: [],
    obtainedAt: NOW - DAY,
    // An access token that has expired is no fault: it is renewed at the next call.
    expiresAt: NOW - 1,
    refreshExpiresAt: NOW + days * DAY,
  })
}

const EMULATOR = 'http://localhost:4646'
const seen = (verdict: string, more: Partial<SeenRequest> = {}): SeenRequest => ({
  at: new Date(NOW).toISOString(),
  method: 'POST',
  host: 'open.tiktokapis.com',
  path: '/v2/video/list/',
  endpoint: 'display.videoList',
  client_key: 'tw-demo-app',
  verdict,
  ...more,
})
const record = (...requests: SeenRequest[]): Answers => ({
  [`${EMULATOR}/_emulator/requests`]: { body: { requests } },
})
const afterRequests = (...requests: SeenRequest[]) =>
  findings({ TOCKWORK_TIKTOK_ORIGIN: EMULATOR }, record(...requests))

const HUB = 'http://127.0.0.1:4848'
const hubEnv = { TOCKWORK_HUB_URL: HUB, TOCKWORK_API_KEY: 'key-1234567' }
const ACC = `acc_${'0'.repeat(26)}`
const can = { available: true, reason: null, scope: 'x' }
const hubAccount = {
  id: ACC,
  app_id: `app_${'0'.repeat(26)}`,
  platform: 'tiktok',
  external_id: 'o1',
  external_user_id: null,
  username: 'noor',
  display_name: null,
  avatar_url: null,
  status: 'connected',
  status_reason: null as string | null,
  scopes: [],
  missing_scopes: [] as string[],
  capabilities: { direct_post: can, drafts: can, display: can, profile: can, stats: can },
  connected_at: '2026-11-01T00:00:00.000Z',
  changed_at: '2026-11-01T00:00:00.000Z',
}
const hubWindow = {
  app_id: hubAccount.app_id,
  account_id: ACC as string | null,
  endpoint: 'posting.initVideo',
  limit: 20,
  window_ms: 60_000,
  used: 0,
  remaining: 20,
  waiting: 0,
  next_free_at: '2026-11-28T12:00:00.000Z',
  blocked_until: null as string | null,
}
function hub(
  accounts: (typeof hubAccount)[] = [],
  windows: (typeof hubWindow)[] = [],
  posts: unknown[] = [],
  shops: unknown[] = [],
): Answers {
  const page = (data: unknown) => ({ body: { data, next_cursor: null } })
  return {
    [`${HUB}/healthz`]: { body: { status: 'ok' } },
    [`${HUB}/v1/connected-accounts`]: page(accounts),
    [`${HUB}/v1/limits`]: page(windows),
    [`${HUB}/v1/posts`]: page(posts),
    [`${HUB}/v1/webhook-endpoints`]: page([]),
    [`${HUB}/v1/shops`]: page(shops),
    [`${HUB}/v1/webhook-deliveries`]: page([]),
  }
}

describe('a clean installation has no finding', () => {
  test('a new folder', async () => {
    expect(await findings()).toEqual([])
  })

  test('one that is in use', async () => {
    await logIn(300)
    const env = {
      ...hubEnv,
      TIKTOK_CLIENT_KEY: 'aw1',
      TIKTOK_CLIENT_SECRET: 'secret-secret',
      TOCKWORK_PUBLIC_URL: 'https://hub.example.com',
    }
    const answers = {
      ...hub([hubAccount], [hubWindow]),
      'https://open.tiktokapis.com/': { date: new Date(NOW - 2000).toUTCString() },
    }
    expect(await findings(env, answers)).toEqual([])
  })

  test('an emulator that answered well, and a refusal that a person met twice', async () => {
    const twice = seen('invalid_params')
    expect(await afterRequests(seen('ok'), twice, twice)).toEqual([])
  })
})

describe('configuration', () => {
  test.each(['TOCKWORK_TIKTOK_ORIGIN', 'TOCKWORK_HUB_URL', 'TOCKWORK_PUBLIC_URL', 'TIKTOK_SHOP_BASE_URL'])(
    '%s without encryption on another machine',
    async (name) => {
      const found = await findings({ [name]: 'http://10.0.0.7:4646' })
      expect(found).toContainEqual(
        expect.objectContaining({ rule: 'http-base-url', level: 'error', where: name }),
      )
      expect(await findings({ [name]: 'http://localhost:4646' })).toEqual([])
    },
  )

  test('a hub that would not start', async () => {
    const found = await findings({ TOCKWORK_DATABASE_URL: 'postgres://u:passwordInUrl@h/db' })
    expect(found).toMatchObject([{ rule: 'config-invalid', level: 'error', where: 'TOCKWORK_SECRET_KEY' }])
    expect(JSON.stringify(found)).not.toContain('passwordInUrl')
  })

  test('a key that the hub does not take', async () => {
    const body = { type: 'about:blank', title: 'No valid API key', status: 401, code: 'unauthenticated' }
    const answers = { ...hub(), [`${HUB}/v1/limits`]: { status: 401, body } }
    expect(await findings(hubEnv, answers)).toMatchObject([{ rule: 'hub-unreadable', level: 'error' }])
  })

  test('half of the credentials', async () => {
    expect(ids(await findings({ TIKTOK_CLIENT_KEY: 'aw1' }))).toEqual(['error credentials-half'])
    expect(ids(await findings({ TIKTOK_CLIENT_SECRET: 'secret-secret' }))).toEqual(['error credentials-half'])
    expect(await findings({ TIKTOK_SHOP_APP_KEY: 'k1' })).toMatchObject([
      { rule: 'credentials-half', where: 'TIKTOK_SHOP_APP_SECRET' },
    ])
  })

  test.each([
    [90, ['warning clock-skew']],
    [-1000, ['error clock-skew']],
    [30, []],
  ])('a clock that is %i seconds fast', async (seconds, expected) => {
    const env = { TIKTOK_CLIENT_KEY: 'aw1', TIKTOK_CLIENT_SECRET: 'secret-secret' }
    const date = new Date(NOW - seconds * 1000).toUTCString()
    expect(ids(await findings(env, { 'https://open.tiktokapis.com/': { date } }))).toEqual(expected)
  })
})

describe('logins', () => {
  test.each<[string, number | undefined, string[]]>([
    ['has lapsed', -1, ['error login-lapsed']],
    ['lapses soon', 5, ['warning login-lapsing']],
    ['lost its tokens', undefined, ['error login-lapsed']],
    ['is good', 100, []],
  ])('one that %s', async (_name, days, expected) => {
    await logIn(days)
    const found = await findings()
    expect(ids(found)).toEqual(expected)
    expect(JSON.stringify(found)).not.toContain('secret1')
  })

  test('one of another app cannot be renewed', async () => {
    await logIn(100, 'aw-other')
    const env = { TIKTOK_CLIENT_KEY: 'aw1', TIKTOK_CLIENT_SECRET: 'secret-secret' }
    expect(ids(await findings(env))).toEqual(['warning refresh-impossible'])
  })

  test('an account of the hub that must be connected again, with the reason', async () => {
    const account = {
      ...hubAccount,
      status: 'reauthorization_required',
      status_reason: 'refresh_answer_lost',
    }
    const found = await findings(hubEnv, hub([account]))
    expect(found).toMatchObject([{ rule: 'refresh-refused', level: 'error' }])
    expect(found[0]?.evidence).toContain('refresh_answer_lost')
    expect(found[0]?.why).toContain('lost on the way')
  })

  test('sellers whose authorization ends: of the hub, and kept on this machine', async () => {
    const shop = (days: number) => ({
      external_id: '749',
      name: 'Pinecart',
      app_id: 'app_1',
      account_status: 'connected',
      authorization_ends_at: new Date(NOW + days * DAY).toISOString(),
    })
    expect(ids(await findings(hubEnv, hub([], [], [], [shop(10), shop(200)])))).toEqual([
      'warning shop-authorization-ending',
    ])
    await new FileShopGrantStore(join(folder, '.tockwork/cli/tiktok/shop/grants')).put({
      openId: 'seller1',
      accessToken: new Secret('sellerToken1'),
      refreshToken: new Secret('sellerRefresh1'),
      obtainedAt: NOW - DAY,
      expiresAt: NOW,
      refreshExpiresAt: NOW - 1,
      userType: 'seller',
      scopes: [],
      sellerName: 'Kedai Hijau',
      sellerBaseRegion: 'MY',
    })
    const found = await findings()
    expect(found).toMatchObject([{ rule: 'shop-authorization-ending', level: 'error', where: 'Kedai Hijau' }])
    expect(JSON.stringify(found)).not.toContain('seller1')
  })

  test('scopes that were asked for and not granted', async () => {
    const found = await findings(hubEnv, hub([{ ...hubAccount, missing_scopes: ['video.publish'] }]))
    expect(found).toMatchObject([{ rule: 'scope-missing', evidence: 'missing: video.publish' }])
  })
})

describe('calls', () => {
  test('a call without its scope, with the scope that it needs', async () => {
    const found = await afterRequests(seen('scope_not_authorized'))
    expect(found).toMatchObject([{ rule: 'scope-refused', where: 'display.videoList' }])
    expect(found[0]?.evidence).toContain('video.list')
  })

  test('renewals that are refused', async () => {
    const token = { path: '/v2/oauth/token/', endpoint: 'oauth.refreshToken' }
    expect(await afterRequests(seen('invalid_grant', token))).toMatchObject([
      { rule: 'refresh-refused', level: 'error', evidence: expect.stringContaining('1 times') },
    ])
  })

  test('an unaudited app that posts publicly', async () => {
    const verdict = 'unaudited_client_can_only_post_to_private_accounts'
    const found = await afterRequests(
      seen(verdict, { path: '/v2/post/publish/video/init/', client_key: 'tw-u' }),
    )
    expect(found).toMatchObject([{ rule: 'unaudited-public', level: 'error', where: 'tw-u' }])
  })

  test('retries that cannot help: three within a minute, and not over a day', async () => {
    const at = (seconds: number) =>
      seen('invalid_params', { at: new Date(NOW + seconds * 1000).toISOString() })
    expect(ids(await afterRequests(at(0), at(10), at(20)))).toEqual(['warning retry-in-vain'])
    expect(ids(await afterRequests(at(0), at(3600), at(7200)))).toEqual([])
  })

  test('the same of TikTok Shop, whose codes are numbers', async () => {
    const shop = { endpoint: 'shop.order.GetOrderList.202309', path: '/order/202309/orders/search' }
    const three = (code: string) => afterRequests(seen(code, shop), seen(code, shop), seen(code, shop))
    expect(ids(await three('36009004'))).toEqual(['warning retry-in-vain'])
    expect(ids(await three('36009003'))).toEqual([])
    expect(ids(await three('36009002'))).toEqual(['warning limit-near'])
  })

  test('posts of one account that fail for good, over and over within an hour', async () => {
    const failed = (id: number, minutes: number, reason: string) => ({
      id: `post_${String(id).padStart(26, '0')}`,
      account_id: ACC,
      created_at: new Date(NOW + minutes * 60_000).toISOString(),
      failure: { reason },
    })
    const all = (reason: string, apart: number): Facts => ({
      now: NOW,
      config: readConfig({}, folder),
      cwd: folder,
      logins: [],
      dates: [],
      requests: [],
      deliveries: [],
      hub: {
        origin: HUB,
        accounts: [],
        limits: [],
        endpoints: [],
        dead: [],
        posts: [0, 1, 2].map((at) => failed(at, at * apart, reason)),
      },
    })
    expect(ids(await examine(all('frame_rate_check_failed', 5)))).toEqual(['warning retry-in-vain'])
    expect(ids(await examine(all('frame_rate_check_failed', 50)))).toEqual([])
    expect(ids(await examine(all('internal', 5)))).toEqual([])
  })

  test('limits that calls ran into', async () => {
    expect(await afterRequests(seen('rate_limit_exceeded'))).toMatchObject([
      { rule: 'limit-near', level: 'warning', where: 'display.videoList' },
    ])
  })

  test.each([
    ['nearly used up', { remaining: 2 }, 1],
    ['closed by TikTok', { blocked_until: '2026-11-28T13:00:00.000Z' }, 1],
    ['closed once', { blocked_until: '2026-11-28T11:00:00.000Z' }, 0],
    ['half used', { remaining: 10 }, 0],
  ])('a window of the hub that is %s', async (_name, change, count) => {
    const found = await findings(hubEnv, hub([], [{ ...hubWindow, ...change }]))
    expect(ids(found)).toEqual(Array(count).fill('warning limit-near'))
  })

  test('addresses that have ended or will', async () => {
    const old = seen('ok', { host: 'open-api.tiktok.com', path: '/video/list/' })
    const embed = seen('ok', { host: 'www.tiktok.com', path: '/oembed' })
    expect(ids(await afterRequests(embed, old))).toEqual(['error retired-endpoint', 'note retired-endpoint'])
    expect(ids(await findings({ TOCKWORK_TIKTOK_ORIGIN: 'https://open-api.tiktok.com' }))).toEqual([
      'error retired-endpoint',
    ])
  })
})

test('a failed post of the hub counts for the audit', async () => {
  const facts: Facts = {
    now: NOW,
    config: readConfig({}, folder),
    cwd: folder,
    logins: [],
    dates: [],
    requests: [],
    deliveries: [],
    hub: {
      origin: HUB,
      accounts: [],
      limits: [],
      endpoints: [],
      dead: [],
      posts: [{ id: 'post_1', failure: { reason: 'unaudited_client_can_only_post_to_private_accounts' } }],
    },
  }
  expect(await examine(facts)).toMatchObject([{ rule: 'unaudited-public', where: 'post_1' }])
})

test('SARIF: each result points at a rule that is listed', async () => {
  const sarif = toSarif(await findings({ TIKTOK_CLIENT_KEY: 'aw1' }), '0.1.0') as {
    version: string
    runs: {
      tool: { driver: { rules: { id: string }[] } }
      results: { ruleId: string; ruleIndex: number }[]
    }[]
  }
  expect(sarif.version).toBe('2.1.0')
  const [run] = sarif.runs
  expect(run?.tool.driver.rules).toHaveLength(Object.keys(rules).length)
  const [result] = run?.results ?? []
  expect(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id).toBe('credentials-half')

  // What stands in code is shown beside it.
  const inCode = { ...(await findings({ TIKTOK_CLIENT_KEY: 'aw1' }))[0], where: 'src/app.ts:12' } as Diagnosis
  expect(toSarif([inCode], '0.1.0', 'web')).toMatchObject({
    runs: [
      {
        results: [
          {
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'web/src/app.ts' },
                  region: { startLine: 12 },
                },
              },
            ],
          },
        ],
      },
    ],
  })
})
