import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { API_SCOPES } from '@tockwork/api'
import { cryptoRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboardPage } from '../../src/http/dashboard-pages.ts'
import { SessionCookie } from '../../src/owners/cookies.ts'
import { Passwords } from '../../src/owners/passwords.ts'
import { PASSWORD, PeopleWorld, type Visitor } from './people-world.ts'

const MINUTE = 60_000
const HOUR = 3_600_000

let world: PeopleWorld
let owner: Visitor
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-pages-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Tockwork</title>')
  writeFileSync(join(folder, 'assets', 'index-AbC123.js'), 'let a')
  writeFileSync(join(folder, 'assets', 'index-AbC123.js.gz'), gzipSync('let a'))
  world = await PeopleWorld.start({ folder })
  owner = world.visitor()
}, 60_000)
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

describe('the first person', () => {
  test('makes their account by the link of the start, once, and is signed in', async () => {
    expect((await owner.look()).first_start).toBe(true)
    const token = new URL(world.firstLink).hash.slice(1)
    const shown = await owner.send('POST', '/session/invitation', { token })
    expect(shown.json).toMatchObject({ kind: 'first', role: 'owner', login: null })
    const short = await owner.send('POST', '/session/accept', {
      token,
      login: 'robin',
      name: 'Robin',
      password: 'short',
    })
    expect([short.status, short.json.code]).toEqual([400, 'invalid_request'])

    const other = (await world.people.firstLink())?.reveal() ?? ''
    expect((await owner.accept(world.firstLink, ' Robin@Example.com ')).status).toBe(200)
    const session = await owner.look()
    expect(session).toMatchObject({
      person: { login: 'robin@example.com', role: 'owner' },
      scopes: API_SCOPES,
    })
    expect((await owner.send('GET', '/v1/workspaces')).json.data).toHaveLength(1)

    for (const used of [world.firstLink, other]) {
      const again = await world.visitor().accept(used, 'somebody')
      expect([again.status, again.json.code]).toEqual([404, 'invitation_unknown'])
    }
    expect(await world.people.firstLink()).toBeUndefined()
    expect(await world.visitor().look()).toEqual({ person: null, first_start: false })
  })

  test('two at the same moment: one of them', async () => {
    const { json } = await owner.send('POST', '/v1/people/invitations', { role: 'viewer' })
    const answers = await Promise.all(['one', 'two'].map((login) => world.visitor().accept(json.url, login)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404])
  })
})

describe('a password', () => {
  test('opens; a wrong one and an unknown login are refused alike', async () => {
    const visitor = world.visitor()
    expect(
      (await visitor.send('POST', '/session', { login: 'robin@example.com', password: PASSWORD })).status,
    ).toBe(200)
    expect((await visitor.look()).person.login).toBe('robin@example.com')
    const wrong = await world
      .visitor()
      .send('POST', '/session', { login: 'robin@example.com', password: 'x' })
    const unknown = await world.visitor().send('POST', '/session', { login: 'nobody', password: 'x' })
    expect(wrong.status).toBe(401)
    const { request_id: _one, ...first } = wrong.json
    const { request_id: _other, ...second } = unknown.json
    expect(first).toEqual(second)
    expect(wrong.headers.getSetCookie()).toEqual([])
  })

  test('may be tried ten times in a quarter of an hour; then even the right one waits', async () => {
    await world.join(owner, 'viewer', 'guessed')
    const visitor = world.visitor()
    const trial = (password: string) => visitor.send('POST', '/session', { login: 'guessed', password })
    const answers = await Promise.all(Array.from({ length: 14 }, (_guess, at) => trial(`guess ${at}`)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4)
    const late = await trial(PASSWORD)
    expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true])
    await world.clock.advance(16 * MINUTE)
    expect((await trial(PASSWORD)).status).toBe(200)
  })

  test('is kept by scrypt with a salt, and one that does not exist costs as much to refuse', async () => {
    const passwords = new Passwords(cryptoRandom, { logN: 4, r: 8, p: 1 })
    const hash = await passwords.hash('pässword')
    expect(hash).toMatch(/^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
    expect(await passwords.hash('pässword')).not.toBe(hash)
    // The accent as a character of its own.
    expect(await passwords.matches('pa\u0308ssword', hash)).toBe(true)
    expect(await passwords.matches('passwort', hash)).toBe(false)
    for (const none of [null, undefined, '', 'scrypt$4$8$1$$']) {
      expect(await passwords.matches('', none)).toBe(false)
    }
    expect(await new Passwords(cryptoRandom).hash('x')).toMatch(/^scrypt\$17\$8\$1\$/)
  })

  test('that is changed ends the other sessions; a link sets another without the old one', async () => {
    const here = await world.join(owner, 'publisher', 'pat')
    const there = world.visitor()
    await there.send('POST', '/session', { login: 'pat', password: PASSWORD })
    await there.look()
    const change = (current: string) =>
      here.send('POST', '/session/password', { current, password: 'another long password' })
    expect((await change('not it')).status).toBe(401)
    expect((await change(PASSWORD)).status).toBe(204)
    expect((await here.look()).person.login).toBe('pat')
    expect((await there.look()).person).toBeNull()

    const id = (await here.look()).person.id
    const { json } = await owner.send('POST', `/v1/people/${id}/password-link`)
    const token = new URL(json.url).hash.slice(1)
    const again = world.visitor()
    expect((await again.send('POST', '/session/invitation', { token })).json).toMatchObject({
      kind: 'reset',
      login: 'pat',
    })
    expect(
      (await again.send('POST', '/session/accept', { token, password: 'a third long password' })).status,
    ).toBe(200)
    expect((await here.look()).person).toBeNull()
    expect(
      (await world.visitor().send('POST', '/session', { login: 'pat', password: 'a third long password' }))
        .status,
    ).toBe(200)
  })
})

describe('a session', () => {
  test('ends after a day without use, after thirty days in any case, and by signing out', async () => {
    const idle = await world.join(owner, 'viewer', 'idle')
    await world.clock.advance(23 * HOUR)
    expect((await idle.look()).person.login).toBe('idle')
    await world.clock.advance(23 * HOUR)
    expect((await idle.look()).person.login).toBe('idle')
    await world.clock.advance(25 * HOUR)
    expect((await idle.look()).person).toBeNull()

    const busy = world.visitor()
    await busy.send('POST', '/session', { login: 'idle', password: PASSWORD })
    for (let hours = 0; hours < 30 * 24; hours += 20) {
      expect((await busy.look()).person?.login).toBe('idle')
      await world.clock.advance(20 * HOUR)
    }
    expect((await busy.look()).person).toBeNull()

    owner = world.visitor()
    await owner.send('POST', '/session', { login: 'robin@example.com', password: PASSWORD })
    await owner.look()
    const out = world.visitor()
    await out.send('POST', '/session', { login: 'idle', password: PASSWORD })
    await out.look()
    const { cookie } = out
    expect((await out.send('DELETE', '/session')).status).toBe(204)
    out.cookie = cookie
    expect((await out.look()).person).toBeNull()
    await world.people.housekeeping()
    const { rows } = await world.accounts.database.pool.query(
      'select count(*)::int as count from person_sessions',
    )
    expect(rows[0].count).toBeLessThan(4)
  })

  test('lives in a cookie that no script reads and no other site sends; of it and of links a hash is stored', async () => {
    const visitor = world.visitor()
    const { headers } = await visitor.send('POST', '/session', {
      login: 'robin@example.com',
      password: PASSWORD,
    })
    const [cookie = ''] = headers.getSetCookie()
    expect(cookie).toMatch(/^tockwork_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
    const secure = new SessionCookie('https://hub.example.com')
    expect(secure.set('t')).toMatch(
      /^__Host-tockwork=t; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
    )
    expect(secure.read('__Host-tockwork=a; other=b')).toBe('a')
    expect(secure.read('__Host-tockwork=a; __Host-tockwork=b')).toBeUndefined()

    const token = visitor.cookie?.split('=')[1] ?? ''
    const { json } = await owner.send('POST', '/v1/people/invitations', { role: 'viewer' })
    const link = new URL(json.url).hash.slice(1)
    const { rows } = await world.accounts.database.pool.query(
      'select to_jsonb(s)::text as row from person_sessions s union all select to_jsonb(i)::text from person_invitations i union all select to_jsonb(p)::text from people p',
    )
    const stored = rows.map(({ row }) => row).join()
    for (const secret of [token, link, PASSWORD]) expect(stored + world.lines.join()).not.toContain(secret)
  })

  test('another site acts with it in none of these ways, and nothing changes', async () => {
    const before = (await owner.send('GET', '/v1/people')).json.data.length
    const wrong: [string, Record<string, string>][] = [
      ['another origin', { origin: 'https://evil.example' }],
      ['another port', { origin: 'http://localhost:1' }],
      ['the origin of a sandboxed frame', { origin: 'null' }],
      ['no header against forgery', { 'x-tockwork-csrf': '' }],
      ['one of another session', { 'x-tockwork-csrf': 'A'.repeat(43) }],
      ['what a browser says of another site', { 'sec-fetch-site': 'cross-site' }],
      ['another site of the same domain', { 'sec-fetch-site': 'same-site' }],
    ]
    for (const [name, headers] of wrong)
      for (const [method, path] of [
        ['POST', '/v1/people/invitations'],
        ['DELETE', '/session'],
      ] as const) {
        const body = method === 'POST' ? { role: 'owner' } : undefined
        const { status, json } = await owner.send(method, path, body, headers)
        expect([status, json.code], `${name}: ${path}`).toEqual([403, 'forbidden_origin'])
      }
    const { status } = await world
      .visitor()
      .send(
        'POST',
        '/session',
        { login: 'robin@example.com', password: PASSWORD },
        { origin: 'https://evil.example' },
      )
    expect(status).toBe(403)
    expect((await owner.send('GET', '/v1/people')).json.data).toHaveLength(before)
    expect((await owner.look()).person).not.toBeNull()
  })

  test('a key beside the cookie is what counts, and a form is not taken for JSON', async () => {
    const bad = await owner.send('GET', '/v1/people', undefined, { authorization: 'Bearer nothing' })
    expect(bad.status).toBe(401)
    const form = await owner.send('POST', '/session', {}, { 'content-type': 'text/plain' })
    expect([form.status, form.json.code]).toEqual([415, 'unsupported_media_type'])
  })
})

describe('roles', () => {
  test('a viewer reads; who publishes does not invite; nobody gives more than they have', async () => {
    const viewer = await world.join(owner, 'viewer', 'vera')
    expect((await viewer.send('GET', '/v1/connected-accounts')).status).toBe(200)
    for (const [method, path, body] of [
      ['POST', '/v1/connect-sessions', { app_id: world.tenant.appId }],
      ['GET', '/v1/api-keys', undefined],
      ['GET', '/v1/audit-log', undefined],
      ['POST', '/v1/people/invitations', { role: 'viewer' }],
    ] as const) {
      const { status, json } = await viewer.send(method, path, body)
      expect([status, json.code], path).toEqual([403, 'scope_missing'])
    }
    const second = await world.join(owner, 'owner', 'otto')
    expect((await second.look()).scopes).toContain('workspaces:write')
    const { json } = await second.send('POST', '/v1/api-keys', { name: 'x', scopes: ['posts:read'] })
    expect(json.key).toMatch(/^twk_live_/)
  })

  test('counts at once, and the last owner stays one', async () => {
    const visitor = await world.join(owner, 'publisher', 'paul')
    const { id } = (await visitor.look()).person
    expect((await visitor.send('POST', '/v1/connect-sessions', { app_id: world.tenant.appId })).status).toBe(
      201,
    )
    await owner.send('PATCH', `/v1/people/${id}`, { role: 'viewer' })
    expect((await visitor.send('POST', '/v1/connect-sessions', { app_id: world.tenant.appId })).status).toBe(
      403,
    )
    expect((await owner.send('DELETE', `/v1/people/${id}`)).status).toBe(204)
    expect((await visitor.look()).person).toBeNull()

    const people = (await owner.send('GET', '/v1/people')).json.data
    const self = (await owner.look()).person.id
    for (const other of people.filter(
      (one: { role: string; id: string }) => one.role === 'owner' && one.id !== self,
    ))
      await owner.send('DELETE', `/v1/people/${other.id}`)
    const demoted = await owner.send('PATCH', `/v1/people/${self}`, { role: 'viewer' })
    expect([demoted.status, demoted.json.code]).toEqual([409, 'conflict'])
    expect((await owner.send('DELETE', `/v1/people/${self}`)).status).toBe(409)
  })

  test('of another workspace, nobody is seen or touched; what was done is in the audit log, by id alone', async () => {
    const other = await world.accounts.tenant('Other')
    const key = { authorization: `Bearer ${other.key}` }
    const self = (await owner.look()).person.id
    expect((await world.visitor().send('GET', '/v1/people', undefined, key)).json.data).toEqual([])
    expect((await world.visitor().send('DELETE', `/v1/people/${self}`, undefined, key)).status).toBe(404)
    const { json } = await owner.send('GET', '/v1/audit-log?limit=100')
    const actions = new Set(json.data.map(({ action }: { action: string }) => action))
    for (const action of [
      'person.join',
      'person.sign_in',
      'person.sign_in_failed',
      'person.invite',
      'person.role',
      'person.remove',
    ])
      expect(actions).toContain(action)
    expect(json.data[0].actor).toBe(`person:${self}`)
    expect(JSON.stringify(json)).not.toMatch(/robin|vera|paul/)
  })
})

describe('passkeys', () => {
  test('a challenge is of the origin’s host; an answer to none, a strange one and garbage are refused', async () => {
    const { json } = await owner.send('POST', '/session/passkeys/challenge', {})
    expect(json).toMatchObject({
      rp: { id: 'localhost' },
      authenticatorSelection: { userVerification: 'required' },
    })
    const response = {
      id: 'AAAA',
      rawId: 'AAAA',
      type: 'public-key',
      response: {},
      clientExtensionResults: {},
    }
    const made = await owner.send('POST', '/session/passkeys', { name: 'x', response })
    expect([made.status, made.json.code]).toEqual([422, 'passkey_refused'])
    const entered = await world.visitor().send('POST', '/session/passkey', { response })
    expect([entered.status, entered.json.code]).toEqual([401, 'sign_in_failed'])
    expect((await world.visitor().send('POST', '/session/passkeys/challenge', {})).status).toBe(401)
  })
})

describe('the pages', () => {
  const page = { accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' }

  test('of signing in do not ask ahead who is signed in', async () => {
    for (const path of ['/login', '/welcome'])
      expect((await world.ask(path, { ...page, cookie: 'any=one' })).headers.link).toBe(undefined)
  })

  test('are there for a browser that goes somewhere, under a policy without anything inline', async () => {
    for (const path of ['/', '/accounts/acc_1', '/anything']) {
      const { status, headers, text } = await world.ask(path, page)
      expect([status, text]).toEqual([200, '<!doctype html><title>Tockwork</title>'])
      const policy = headers['content-security-policy']
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers['cache-control']).toBe('no-cache')
      // Who is signed in is asked for ahead, of a browser that may be: not where that changes after the page has come.
      expect(headers.link).toBe(undefined)
      const known = await world.ask(path, { ...page, cookie: 'any=one' })
      expect(known.headers.link).toBe('</session>; rel=preload; as=fetch; crossorigin')
    }
  })

  test('until they are built, say so and ask again by themselves; the policy lets nothing run', async () => {
    const building = dashboardPage({ folder, state: () => 'building' }, undefined)
    const answer = await building('GET', '/', page)
    expect([answer?.status, answer?.headers?.refresh]).toEqual([503, '2'])
    expect(answer?.body).toContain('is being built')
    const failed = dashboardPage({ folder, state: () => 'failed', problem: 'a <b> is missing' }, undefined)
    const said = await failed('GET', '/', page)
    expect([said?.headers?.refresh, String(said?.body)]).toEqual([
      undefined,
      expect.stringContaining('a &#60;b&#62; is'),
    ])
  })

  test('are nowhere else: the API, programs, and what is no page get what they got before', async () => {
    for (const [path, headers] of [
      ['/v1/nothing', page],
      ['/v1', page],
      ['/session/nothing', page],
      ['/connect/cs_1/x', page],
      ['/assets/none.js', page],
      ['/accounts', { accept: 'application/json' }],
      ['/accounts', { ...page, 'sec-fetch-mode': 'cors' }],
    ] as const) {
      const { status, headers: said } = await world.ask(path, headers)
      expect(status, path).toBe(404)
      expect(said['content-type'], path).toMatch(/^application\/problem\+json/)
    }
  })

  test('their files are kept for good, compressed for whoever takes that, and nothing outside is reached', async () => {
    const file = await world
      .visitor()
      .send('GET', '/assets/index-AbC123.js', undefined, { 'accept-encoding': 'gzip' })
    expect([file.status, file.text]).toEqual([200, 'let a'])
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(file.headers.get('content-encoding')).toBe('gzip')
    const plain = await world
      .visitor()
      .send('GET', '/assets/index-AbC123.js', undefined, { 'accept-encoding': 'identity' })
    expect([plain.text, plain.headers.get('content-encoding')]).toEqual(['let a', null])
    for (const path of [
      '/assets/..%2findex.html',
      '/assets/%2e%2e',
      '/assets/index-AbC123.js.gz',
      '/assets/a%00.js',
    ])
      expect((await world.visitor().send('GET', path)).status).toBeGreaterThanOrEqual(400)
  })
})
