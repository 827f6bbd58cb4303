import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Json, Shop } from './tockwork.ts'

const bin = fileURLToPath(new URL('../bin/tockwork.mjs', import.meta.url))

let shop: Shop
let client: Client
beforeEach(async () => {
  shop = await Shop.open()
  client = new Client({ name: 'test', version: '1.0.0' })
})
afterEach(async () => {
  await client.close()
  await shop.close()
})

async function overStdio(args: readonly string[] = [], env: Record<string, string> = {}): Promise<void> {
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [bin, 'mcp', ...args],
      cwd: shop.folder,
      env: { PATH: process.env.PATH ?? '', TOCKWORK_EMULATOR_PORT: '0', TOCKWORK_HUB_PORT: '0', ...env },
      stderr: 'ignore',
    }),
  )
}

async function ask(
  name: string,
  given: Record<string, unknown> = {},
): Promise<{ isError: boolean; value: Json }> {
  const answer = await client.callTool({ name, arguments: given })
  const [content] = answer.content as { text: string }[]
  return { isError: answer.isError === true, value: JSON.parse(content?.text ?? 'null') as Json }
}

const audit = async () =>
  (await readFile(join(shop.folder, '.tockwork/cli/mcp-audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)

const READ_ONLY = [
  'search_docs',
  'lookup_endpoint',
  'explain_error',
  'check_config',
  'list_accounts',
  'list_posts',
  'limits',
  'diagnose_post',
  'dry_run_post',
  'list_creators',
  'read_creator',
  'list_contents',
  'content_metrics',
  'list_comments',
]

test('stdio: the official client lists and calls the tools; nothing that publishes is there', {
  timeout: 60_000,
}, async () => {
  await overStdio()
  expect(client.getServerVersion()?.name).toBe('tockwork')
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(READ_ONLY)
  for (const { annotations } of tools) expect(annotations?.readOnlyHint).toBe(true)

  const explained = await ask('explain_error', { text: 'spam_risk_too_many_posts' })
  expect(explained.value).toMatchObject({ kind: 'code', explanations: [{ retry: 'after' }, {}] })
  const found = await ask('search_docs', { query: 'search id invalid or expired' })
  expect(found.value.hits[0].cite).toBe('messages/search-id')
  const looked = await ask('lookup_endpoint', { endpoint: 'https://open.tiktokapis.com/v2/video/list/' })
  expect(looked.value.endpoints[0]).toMatchObject({
    cite: 'endpoints/display.videoList',
    scopes: ['video.list'],
  })
  expect((await ask('check_config')).value).toEqual({ findings: [] })

  const payments = await ask('lookup_endpoint', { endpoint: 'shop.finance.GetPayments' })
  expect(payments.value.endpoints).toMatchObject([
    { id: 'shop.finance.GetPayments.202605', age: { state: 'current' } },
    { id: 'shop.finance.GetPayments.202309', age: { state: 'retired', on: '2026-08-15' } },
  ])

  expect(await ask('lookup_endpoint', { endpoint: 'display.videolst' })).toMatchObject({
    isError: true,
    value: {
      error: { code: 'unknown_endpoint', action: expect.stringContaining('Did you mean display.videoList') },
    },
  })
  expect((await ask('list_posts')).value.error.code).toBe('no_hub')
  const lines = await audit()
  expect(lines.map(({ tool, outcome }) => `${tool} ${outcome}`)).toEqual([
    'explain_error ok',
    'search_docs ok',
    'lookup_endpoint ok',
    'check_config ok',
    'lookup_endpoint ok',
    'lookup_endpoint refused',
    'list_posts refused',
  ])
  expect(lines[0]).toMatchObject({ transport: 'stdio', arguments: { text: 'spam_risk_too_many_posts' } })
  expect((await stat(join(shop.folder, '.tockwork/cli/mcp-audit.jsonl'))).mode & 0o777).toBe(0o600)
})

test('streamable HTTP: with the token alone, from this machine alone', { timeout: 60_000 }, async () => {
  const running = shop.start(['mcp', '--http', '--json'])
  const facts = JSON.parse(await running.line()) as Json
  expect(facts.mcp).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  expect((await stat(facts.token_file)).mode & 0o777).toBe(0o600)
  const token = (await readFile(facts.token_file, 'utf8')).trim()
  const post = (headers: Record<string, string>) =>
    fetch(facts.mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    })
  expect((await post({})).status).toBe(401)
  expect((await post({ authorization: 'Bearer wrong' })).status).toBe(401)
  const bearer = { authorization: `Bearer ${token}` }
  expect((await post({ ...bearer, origin: 'https://evil.example' })).status).toBe(403)

  await client.connect(
    new StreamableHTTPClientTransport(new URL(facts.mcp), { requestInit: { headers: bearer } }),
  )
  expect((await client.listTools()).tools).toHaveLength(READ_ONLY.length)
  const { value } = await ask('explain_error', { text: 'HTTP 429 daily_quota_limit_exceeded' })
  expect(value.findings[0]).toMatchObject({ code: 'daily_quota_limit_exceeded', retry: 'after' })
  expect((await audit())[0]).toMatchObject({ transport: 'http', outcome: 'ok' })
  await client.close()
  expect((await running.kill('SIGTERM')).code).toBe(0)
})

test('no secret of the installation comes out of any tool, however it is asked for', async () => {
  const secrets = {
    TIKTOK_CLIENT_SECRET: 'clientSecret-471',
    TOCKWORK_API_KEY: 'apiKey-tw-9913',
    SOME_OTHER_TOKEN: 'otherToken-5531',
  }
  const held = {
    accessToken: 'accessOpaque-77123',
    refreshToken: 'refreshOpaque-88234',
    admin: 'adminKey-661234',
    seller: 'sellerOpaque-55210',
    sellerRefresh: 'sellerRefresh-55211',
  }
  const target = join(shop.folder, '.tockwork/cli/tiktok')
  const openId = '-000YSS'
  await mkdir(join(target, 'tokens'), { recursive: true })
  await writeFile(join(shop.folder, '.tockwork/admin.key'), held.admin)
  const account = {
    openId,
    clientKey: 'aw1',
    username: held.accessToken,
    scopes: ['x'],
    loggedInAt: '2026-11-01',
  }
  await writeFile(join(target, 'accounts.json'), JSON.stringify({ accounts: [account] }))
  const { FileShopGrantStore, FileTokenStore } = await import('@tockwork/sdk/node')
  const { Secret } = await import('@tockwork/kernel')
  await new FileTokenStore(join(target, 'tokens')).put({
    openId,
    accessToken: new Secret(held.accessToken),
    refreshToken: new Secret(held.refreshToken),
    scopes: ['x'],
    obtainedAt: 1,
    expiresAt: 2,
    refreshExpiresAt: Date.now() + 1e12,
  })
  await new FileShopGrantStore(join(target, 'shop/grants')).put({
    openId: 'seller1',
    accessToken: new Secret(held.seller),
    refreshToken: new Secret(held.sellerRefresh),
    obtainedAt: 1,
    expiresAt: 2,
    refreshExpiresAt: 3,
    userType: 'seller',
    scopes: [],
    // The name comes out with a finding of check_config, so here it is a token too.
    sellerName: held.seller,
    sellerBaseRegion: 'US',
  })
  await overStdio(['--allow-publish'], {
    ...secrets,
    TIKTOK_CLIENT_KEY: 'aw1',
    HTTPS_PROXY: 'http://127.0.0.1:9',
  })
  const all = [...Object.values(secrets), ...Object.values(held)]
  const asked = [
    ...all,
    '.tockwork/admin.key',
    '@.tockwork/admin.key',
    'file:///proc/self/environ',
    'TIKTOK_CLIENT_SECRET',
    'access_token',
    '../cli/tiktok/tokens',
  ]
  const { tools } = await client.listTools()
  const said: string[] = []
  for (const { name, inputSchema } of tools) {
    const texts = Object.entries(inputSchema.properties ?? {}).filter(
      ([, each]) => (each as Json).type === 'string',
    )
    for (const text of texts.length === 0 ? [''] : asked) {
      const given = Object.fromEntries(texts.map(([key]) => [key, text]))
      said.push(
        JSON.stringify(await client.callTool({ name, arguments: given }).catch((error) => String(error))),
      )
    }
  }
  // The display name is a token here, so that one does stand in an answer and has to be taken out.
  const { value } = await ask('list_accounts')
  expect(value.logins[0]).toMatchObject({ open_id: openId, username: '[secret]' })
  expect(said.join()).toContain('The authorization of the seller [secret] has ended')
  expect(said.length).toBeGreaterThan(80)
  for (const text of said) {
    const leaks = all.filter((secret) => text.includes(secret))
    // A refusal of the input by its schema may repeat what the caller himself has said.
    if (!text.includes('Input validation')) expect(leaks, text).toEqual([])
  }
  const log = await readFile(join(shop.folder, '.tockwork/cli/mcp-audit.jsonl'), 'utf8')
  for (const secret of all) expect(log).not.toContain(secret)
}, 60_000)

/** A creator goes through the consent of the emulator; what is asked of the hub then is answered from what it read. */
async function readsCreators(facts: Json): Promise<void> {
  const key = (await readFile(join(shop.folder, '.tockwork/admin.key'), 'utf8')).trim()
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(facts.hub + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return (await answer.json()) as Json
  }
  const apps = await call('GET', '/v1/apps')
  const wish = { app_id: apps.data[0].id, external_user_id: 'ada-1' }
  const session = await call('POST', '/v1/connect-sessions', wish)
  const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
  const consent = await fetch(`${facts.emulator}/_emulator/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorize_url: gone.headers.get('location'), user: 'mika' }),
  })
  await fetch(((await consent.json()) as Json).redirect_url, { redirect: 'manual' })
  const creators = async () =>
    (await ask('list_creators', { platform: 'tiktok', external_id: 'ada-1' })).value
  await expect
    .poll(async () => (await creators()).data[0]?.data.engagement.status, { timeout: 30_000 })
    .toBe('SYNCED')
  const { data, metadata } = await creators()
  expect(metadata.total).toBe(1)
  expect(data[0]).toMatchObject({ username: 'mika', work_platform: { name: 'TikTok' } })
  const account_id = data[0].id
  const { profile, metrics } = (await ask('read_creator', { account_id })).value
  expect(profile.reputation.follower_count).toBe(metrics[0].follower_count)
  const contents = (await ask('list_contents', { account_id, limit: 2 })).value
  expect(contents.data.length).toBeGreaterThan(0)
  const [one] = contents.data
  expect(one.source.call).toBe('display.videoList')
  // What the platform does not tell is left out.
  expect(one.engagement).not.toHaveProperty('save_count')
  const history = (await ask('content_metrics', { content_id: one.id })).value
  expect(history.metrics).toHaveLength(1)
  expect((await ask('list_comments', { account_id })).value.data).toEqual([])
  expect((await ask('list_creators', { platform: 'Orkut' })).value.error.code).toBe('unknown_platform')
  const nobody = '00000000-0000-4000-8000-000000000000'
  expect((await ask('read_creator', { account_id: nobody })).value.error.code).toBe('incorrect_account_id')
}

test('with a hub: lists, limits, and publishing only after a confirmation', { timeout: 90_000 }, async () => {
  const dev = shop.start(['dev', '--json'])
  // A database is made anew first, which takes long on a busy machine.
  await expect.poll(() => dev.stdout, { timeout: 60_000 }).toContain('\n')
  const facts = JSON.parse(await dev.line()) as Json
  await overStdio(['--allow-publish'], { TOCKWORK_HUB_URL: facts.hub })
  expect((await ask('list_accounts')).value.hub).toEqual({ data: [], next_cursor: null })
  expect((await ask('list_posts', { limit: 5 })).value).toEqual({ data: [], next_cursor: null })
  expect((await ask('limits')).value.data).toEqual([])
  expect((await ask('diagnose_post', { id: 'post_00000000000000000000000000' })).isError).toBe(true)

  await readsCreators(facts)

  const wanted = {
    account_id: 'acc_00000000000000000000000000',
    mode: 'draft',
    video_url: 'https://example.com/clip.mp4',
    idempotency_key: 'test-key-1',
  }
  const first = await ask('publish', wanted)
  expect(first.value.error).toMatchObject({ code: 'confirmation_needed' })
  expect(first.value.error.action).toContain(`publish to ${wanted.account_id}`)
  expect((await ask('publish', { ...wanted, confirm: 'yes' })).value.error.code).toBe('confirmation_needed')
  const second = await ask('publish', { ...wanted, confirm: `publish to ${wanted.account_id}` })
  // The hub was asked, and there is no such account.
  expect(second.value.error.code).not.toBe('confirmation_needed')
  expect(second.value.error.code).not.toBe('failure')
  // Only asked about: what is wrong comes back as data.
  const tried = await ask('dry_run_post', { ...wanted, scheduled_at: '2020-01-01T00:00:00Z' })
  expect(tried.value).toMatchObject({
    ok: false,
    errors: [
      { field: 'scheduled_at', rule: 'in_the_past' },
      { field: 'accounts[0]', rule: 'not_found' },
    ],
  })
  const at = '2027-06-01T18:00:00Z'
  expect((await ask('schedule', wanted)).value.error.code).toBe('usage')
  expect((await ask('schedule', { ...wanted, scheduled_at: at })).value.error).toMatchObject({
    code: 'confirmation_needed',
    action: expect.stringContaining(`schedule for ${wanted.account_id} at ${at}`),
  })
  const post = 'post_00000000000000000000000000'
  expect((await ask('reschedule', { post_id: post, scheduled_at: at })).value.error.code).toBe(
    'confirmation_needed',
  )
  const moved = await ask('reschedule', { post_id: post, scheduled_at: at, confirm: `move ${post} to ${at}` })
  expect(moved.value.error.code).toMatch(/not_found/)
  expect((await ask('cancel', { post_id: post })).value.error.code).toBe('confirmation_needed')
  expect((await ask('cancel', { post_id: post, confirm: `cancel ${post}` })).value.error.code).toMatch(
    /not_found/,
  )
  expect((await audit()).map(({ tool, outcome }) => `${tool} ${outcome}`).slice(-10)).toEqual([
    'publish refused',
    'publish refused',
    'publish refused',
    'dry_run_post ok',
    'schedule refused',
    'schedule refused',
    'reschedule refused',
    'reschedule refused',
    'cancel refused',
    'cancel refused',
  ])
})
