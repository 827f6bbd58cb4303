import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AccountWorld, TEST_MASTER_KEY, type Tenant } from '../account-world.ts'

let world: AccountWorld
let tenant: Tenant
beforeAll(async () => {
  world = await AccountWorld.start()
  tenant = await world.tenant()
})
afterAll(() => world.close())

const DAY = 86_400
const HTML = /^text\/html/

test('a life: session, consent page, callback, account, refresh after days, disconnect, erase', async () => {
  const made = await world.call(tenant, 'POST', '/v1/connect-sessions', {
    app_id: tenant.appId,
    external_user_id: 'user-77',
    return_url: 'https://example.com/done?keep=1',
  })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({
    id: expect.stringMatching(/^cs_/),
    url: `http://localhost:4848/connect/${made.json.id}`,
    expires_at: '2026-11-24T13:00:00.000Z',
    outcome: null,
  })

  const page = await world.visit('GET', made.json.url)
  expect(page.status).toBe(200)
  expect(page.headers['content-type']).toMatch(HTML)
  expect(page.text).toContain('Soup &#38; Sons asks to connect your TikTok account')
  expect(page.text).toContain('Post content to TikTok')
  expect(page.text).not.toContain('<script')
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${world.emulator.origin}`)

  const gone = await world.visit('POST', made.json.url)
  expect(gone.status).toBe(303)
  const authorizeUrl = new URL(String(gone.headers.location))
  expect(authorizeUrl.origin).toBe(world.emulator.origin)
  expect(authorizeUrl.searchParams.get('code_challenge')).toMatch(/^[0-9a-f]{64}$/)

  const callback = world.emulator.consent(authorizeUrl.href, 'mika')
  const back = await world.visit('GET', callback, { 'user-agent': 'Phone 1.0' })
  expect(back.status).toBe(303)
  const returned = new URL(String(back.headers.location))
  expect(returned.origin + returned.pathname).toBe('https://example.com/done')
  const accountId = returned.searchParams.get('account_id')
  expect(Object.fromEntries(returned.searchParams)).toEqual({
    keep: '1',
    connect_session: made.json.id,
    status: 'connected',
    account_id: accountId,
  })

  const account = await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}`)
  expect(account.json).toMatchObject({
    id: accountId,
    platform: 'tiktok',
    external_user_id: 'user-77',
    username: 'mika',
    display_name: 'Mika',
    status: 'connected',
    missing_scopes: [],
    capabilities: { direct_post: { available: true, reason: null, scope: 'video.publish' } },
  })
  const consents = await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}/consents`)
  expect(consents.json.data).toEqual([
    expect.objectContaining({
      granted_at: '2026-11-24T12:00:00.000Z',
      expires_at: '2027-11-24T12:00:00.000Z',
      user_agent: 'Phone 1.0',
      ip: '127.0.0.1',
      ended_at: null,
    }),
  ])

  await world.emulator.advance(3 * DAY)
  const report = await world.services.tokens.accessToken(tenant.workspaceId, accountId!)
  expect(report).toMatchObject({
    ok: true,
    value: { accountId, expiresAt: world.emulator.clock.now() + DAY * 1000 },
  })

  await world.emulator.advance(2 * DAY)
  // Its access token is over: TikTok would refuse to revoke it, so it is refreshed first.
  const ended = await world.call(tenant, 'POST', `/v1/connected-accounts/${accountId}/disconnect`)
  expect(ended.json).toMatchObject({
    status: 'disconnected',
    capabilities: { drafts: { reason: 'disconnected' } },
  })
  expect(world.emulator.world.grants.get('tw-demo-app:mika')).toMatchObject({ endReason: 5 })
  const again = await world.call(tenant, 'POST', `/v1/connected-accounts/${accountId}/disconnect`)
  expect(again.status).toBe(200)

  const erased = await world.call(tenant, 'DELETE', `/v1/connected-accounts/${accountId}`)
  expect(erased.json).toMatchObject({
    account_id: accountId,
    grant_at_tiktok: 'none',
    erased: { token_pairs: 0, profile_fields: 5, consents_anonymised: 1, connect_sessions: 1, posts: 0 },
  })
  const tombstone = await world.call(tenant, 'GET', `/v1/connected-accounts/${accountId}`)
  expect(tombstone.json).toMatchObject({
    id: accountId,
    status: 'erased',
    username: null,
    external_id: `erased:${accountId}`,
    external_user_id: null,
  })
  const listed = await world.call(tenant, 'GET', '/v1/connected-accounts')
  expect(listed.json.data).toEqual([])
  const audit = await world.call(tenant, 'GET', `/v1/audit-log?subject=${accountId}`)
  expect(audit.json.data.map((entry: { action: string }) => entry.action)).toEqual([
    'account.erase',
    'account.disconnect',
    'account.connect',
  ])
  expect(world.process.events.map((event) => event.type)).toEqual([
    'account.connected',
    'account.disconnected',
    'account.erased',
  ])
  // Nothing of the creator is left in any row.
  for (const table of ['accounts', 'consents', 'connect_sessions', 'audit_log', 'token_vault'] as const) {
    const text = JSON.stringify(await world.database.db.selectFrom(table).selectAll().execute())
    for (const trace of ['mika', 'Mika', 'user-77', 'Phone 1.0', '127.0.0.1'])
      expect(text).not.toContain(trace)
  }
})

test('scopes that the creator left out are visible at once, as missing capabilities and in the return address', async () => {
  const { authorizeUrl } = await world.invite(tenant, { return_url: 'https://example.com/done' })
  const callback = world.emulator.consent(authorizeUrl, 'noor', ['video.publish', 'user.info.stats'])
  const back = await world.visit('GET', callback)
  const returned = new URL(String(back.headers.location)).searchParams
  expect(returned.get('missing_scopes')).toBe('video.publish,user.info.stats')
  const { json } = await world.call(tenant, 'GET', `/v1/connected-accounts/${returned.get('account_id')}`)
  expect(json.missing_scopes).toEqual(['video.publish', 'user.info.stats'])
  expect(json.capabilities).toMatchObject({
    direct_post: { available: false, reason: 'scope_missing', scope: 'video.publish' },
    stats: { available: false, reason: 'scope_missing' },
    drafts: { available: true, reason: null },
    display: { available: true, reason: null },
  })
  // The same callback once more says the same, and connects nothing twice.
  const twice = await world.visit('GET', callback)
  expect(twice.headers.location).toBe(back.headers.location)
})

test('reconnecting the same creator updates the account and ends the old consent', async () => {
  const first = await world.connect(tenant, 'lane', { external_user_id: 'lane-1' }, ['video.list'])
  await world.emulator.advance(60)
  const second = await world.connect(tenant, 'lane')
  expect(second).toBe(first)
  const account = await world.call(tenant, 'GET', `/v1/connected-accounts/${first}`)
  expect(account.json).toMatchObject({ missing_scopes: [], external_user_id: 'lane-1', status: 'connected' })
  const { data } = (await world.call(tenant, 'GET', `/v1/connected-accounts/${first}/consents`)).json
  expect(data).toMatchObject([
    { ended_at: null, end_reason: null },
    { end_reason: 'replaced', ended_at: data[0].granted_at },
  ])
})

test('a creator who refuses, a forged state and a callback without one change nothing and get a plain page', async () => {
  const { id, url, authorizeUrl } = await world.invite(tenant)
  const state = new URL(authorizeUrl).searchParams.get('state')!
  const denied = await world.visit('GET', `/connect/callback?error=access_denied&state=${state}`)
  expect(denied.status).toBe(200)
  expect(denied.text).toContain('Nothing was connected')
  expect(denied.text).toContain(`href="/connect/${id}"`)
  expect((await world.call(tenant, 'GET', `/v1/connect-sessions/${id}`)).json).toMatchObject({
    outcome: 'denied',
    outcome_code: 'access_denied',
    account_id: null,
  })
  // A second try with the same link works, with a state of its own.
  expect((await world.visit('GET', url)).text).toContain('You can try again')

  for (const query of [
    '',
    '?code=abc',
    '?code=abc&state=',
    `?code=abc&state=${'x'.repeat(43)}`,
    '?state=a&state=b',
  ])
    expect((await world.visit('GET', `/connect/callback${query}`)).status, query).toBe(400)
  expect((await world.visit('GET', '/connect/callback?error=access_denied')).status).toBe(200)
  expect((await world.visit('GET', `/connect/callback?code=forged&state=${state}`)).text).not.toContain(
    ' is connected',
  )
})

test('two callbacks at the same moment connect once', async () => {
  const { id, authorizeUrl } = await world.invite(tenant)
  const callback = world.emulator.consent(authorizeUrl, 'lane')
  const answers = await Promise.all([1, 2, 3].map(() => world.visit('GET', callback)))
  expect(answers.filter(({ text }) => text.includes('lane is connected')).length).toBeGreaterThanOrEqual(1)
  for (const answer of answers) expect([200, 409]).toContain(answer.status)
  const session = await world.call(tenant, 'GET', `/v1/connect-sessions/${id}`)
  expect(session.json.outcome).toBe('connected')
  const exchanges = world.emulator.requests().filter(({ endpoint }) => endpoint === 'oauth.exchangeCode')
  expect(new Set(exchanges.map(({ id: one }) => one)).size).toBe(exchanges.length)
})

test('an expired link, an expired state and a used link lead nowhere', async () => {
  const { url, authorizeUrl } = await world.invite(tenant, { expires_in: 60 })
  const late = world.emulator.consent(authorizeUrl, 'lane')
  await world.emulator.advance(61)
  expect((await world.visit('GET', url)).status).toBe(410)
  expect((await world.visit('POST', url)).status).toBe(410)
  // The creator left in time; the code at TikTok lives five minutes, the state a quarter of an hour longer.
  await world.emulator.advance(16 * 60)
  const answer = await world.visit('GET', late)
  expect(answer.status).toBe(410)
  expect((await world.visit('GET', '/connect/cs_00000000000000000000000000')).status).toBe(404)
  expect((await world.visit('GET', '/connect/%3Cscript%3E')).status).toBe(404)

  const used = await world.invite(tenant)
  await world.visit('GET', world.emulator.consent(used.authorizeUrl, 'lane'))
  const reopened = await world.visit('POST', used.url)
  expect(reopened.status).toBe(200)
  expect(reopened.text).toContain('is connected')
})

test('TikTok failing in the middle is said, and the link can be used again', async () => {
  const { id, url, authorizeUrl } = await world.invite(tenant)
  world.emulator.addFault({ match: { endpoint: 'oauth.exchangeCode' }, times: 1, action: { status: 503 } })
  const failed = await world.visit('GET', world.emulator.consent(authorizeUrl, 'lane'))
  expect(failed.status).toBe(502)
  expect((await world.call(tenant, 'GET', `/v1/connect-sessions/${id}`)).json.outcome).toBe('failed')
  const gone = await world.visit('POST', url)
  await world.visit('GET', world.emulator.consent(String(gone.headers.location), 'lane'))
  expect((await world.call(tenant, 'GET', `/v1/connect-sessions/${id}`)).json.outcome).toBe('connected')
})

test('a link asks for what can be asked for, and returns to where it may', async () => {
  const refused = async (wish: object) =>
    (await world.call(tenant, 'POST', '/v1/connect-sessions', { app_id: tenant.appId, ...wish })).json
  for (const return_url of [
    'javascript:alert(1)',
    'http://example.com/',
    '//example.com',
    'https://user:pass@example.com/',
    'https://example.com/#x',
    'data:text/html,x',
  ])
    expect(await refused({ return_url }), return_url).toMatchObject({ status: 400, field: 'return_url' })
  expect(await refused({ scopes: ['video.everything'] })).toMatchObject({ status: 400, field: 'scopes' })
  expect(await refused({ scopes: ['research.data.basic'] })).toMatchObject({ status: 400, field: 'scopes' })
  expect(await refused({ app_id: 'app_00000000000000000000000000' })).toMatchObject({ status: 404 })
  const local = await world.call(tenant, 'POST', '/v1/connect-sessions', {
    app_id: tenant.appId,
    scopes: ['video.list'],
    return_url: 'http://localhost:3000/back',
  })
  expect(local.json.scopes).toEqual(['user.info.basic', 'video.list'])
})

test('names from outside stay text on the page', async () => {
  const evil = await world.tenant('<img src=x onerror=alert(1)>')
  const { url } = await world.invite(evil)
  const page = await world.visit('GET', url)
  expect(page.text).not.toContain('<img')
  expect(page.text).toContain('&#60;img src=x onerror=alert(1)&#62;')
})

test('neither rows nor logs hold a state, a verifier, a code, a token or a secret in the clear', async () => {
  const { authorizeUrl } = await world.invite(tenant)
  const state = new URL(authorizeUrl).searchParams.get('state')!
  const callback = world.emulator.consent(authorizeUrl, 'lane')
  const code = new URL(callback).searchParams.get('code')!
  await world.visit('GET', callback)
  const { rows } = await world.database.pool.query<{ row: string }>(
    `select s::text as row from connect_sessions s union all select v::text from token_vault v
     union all select a::text from apps a union all select k::text from api_keys k union all select l::text from audit_log l`,
  )
  const bytes = (text: string) => Buffer.from(text).toString('hex')
  const everything = rows.map(({ row }) => row).join('\n')
  for (const secret of [state, code, 'tw-demo-secret', 'act.', 'rft.', tenant.key]) {
    expect(everything).not.toContain(secret)
    expect(everything).not.toContain(bytes(secret))
    expect(world.lines.some((line) => line.includes(secret))).toBe(false)
  }
  expect(world.lines.length).toBeGreaterThan(10)
  // Nor does anything that is printed whole, as a debugger or a careless log line would.
  const printed = inspect(world.services, { depth: 12, showHidden: true })
  for (const secret of ['tw-demo-secret', 'act.', 'rft.', tenant.key, TEST_MASTER_KEY])
    expect(printed.includes(secret), secret.slice(0, 4)).toBe(false)
})
