import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented, observed } from './claim.ts'
import { authorizeUrl, connect, directPost, form, frozenEmulator, REDIRECT, send } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const api = (method: string, path: string, json?: unknown) =>
  send(emulator, method, `/_emulator/${path}`, json === undefined ? {} : { json })

async function newApp(more: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await api('POST', 'apps', {
    name: 'Kitchen',
    redirect_uris: [REDIRECT],
    scopes: ['user.info.basic', 'video.publish'],
    ...more,
  })
  expect(status).toBe(200)
  return body.client_key
}

async function goLive(key: string): Promise<void> {
  await api('POST', `apps/${key}/review`, { decision: 'submit' })
  expect((await api('POST', `apps/${key}/review`, { decision: 'approve' })).body.review).toBe('live')
}

describe('apps', () => {
  test(
    'a new one gets a key and a secret that is told once',
    observed('public code: prefixes aw and sb'),
    async () => {
      const { body } = await api('POST', 'apps', { name: 'Kitchen' })
      expect(body.client_key).toMatch(/^aw[0-9a-f]{16}$/)
      expect(body.client_secret).toMatch(/^[0-9a-f]{32}$/)
      expect((await api('GET', `apps/${body.client_key}`)).text).not.toContain(body.client_secret)
      expect((await api('GET', 'apps')).text).not.toContain(body.client_secret)
      expect((await api('GET', `apps/${body.client_key}/secret`)).body.client_secret).toBe(body.client_secret)
    },
  )

  test('a new secret works, the old one does not', async () => {
    const token = (client_secret: string) =>
      form(emulator, '/v2/oauth/token/', {
        client_key: 'tw-demo-app',
        client_secret,
        grant_type: 'client_credentials',
      })
    const { body } = await api('POST', 'apps/tw-demo-app/rotate-secret')
    expect((await token('tw-demo-secret')).body.error).toBe('invalid_client')
    expect((await token(body.client_secret)).body.access_token).toMatch(/^clt\./)
  })

  test.each([
    [{ name: '' }, 'name', '1 to 50'],
    [{ scopes: ['video.everything'] }, 'scopes', 'video.everything'],
    [{ redirect_uris: ['http://kitchen.example/cb'] }, 'redirect_uris.0', 'https'],
    [{ redirect_uris: [REDIRECT, 'https://kitchen.example/cb?a=1'] }, 'redirect_uris.1', 'query'],
    [{ redirect_uris: ['https://kitchen.example/#a'] }, 'redirect_uris.0', 'fragment'],
    [{ redirect_uris: [REDIRECT, REDIRECT] }, 'redirect_uris.1', 'twice'],
    [
      { redirect_uris: Array.from({ length: 11 }, (_, i) => `https://kitchen.example/${i}`) },
      'redirect_uris',
      'at most 10',
    ],
    [{ platform: 'desktop', redirect_uris: ['https://kitchen.example/cb'] }, 'redirect_uris.0', 'localhost'],
    [{ webhook_url: 'ftp://kitchen.example/' }, 'webhook_url', 'https'],
    [{ webhook_url: 'https://192.168.1.4/' }, 'webhook_url', 'internal'],
    [{ active_user_cap: 0 }, 'active_user_cap', 'at least 1'],
  ])(
    'refuses %j, naming the field and the rule',
    documented('login-kit-web'),
    async (details, field, rule) => {
      const { status, body } = await api('POST', 'apps', { name: 'Kitchen', ...details })
      expect(status).toBe(400)
      expect(body.problems).toContainEqual({ field, rule: expect.stringContaining(rule) })
      expect(body.problem).toContain(field)
    },
  )

  test('a change is made whole or not at all', async () => {
    const key = await newApp()
    const refused = await api('PATCH', `apps/${key}`, { name: 'Garden', webhook_url: 'nonsense' })
    expect(refused.body.problems).toEqual([{ field: 'webhook_url', rule: 'must be an absolute URL' }])
    expect((await api('GET', `apps/${key}`)).body.name).toBe('Kitchen')
    expect((await api('PATCH', `apps/${key}`, { name: 'Garden' })).body).toMatchObject({
      name: 'Garden',
      redirect_uris: [REDIRECT],
    })
    expect((await api('PATCH', `apps/${key}`, { platform: 'desktop' })).body.problems[0].field).toBe(
      'redirect_uris.0',
    )
  })

  test('an unknown one is 404, an unknown field is named', async () => {
    expect((await api('GET', 'apps/nobody')).status).toBe(404)
    expect((await api('PATCH', 'apps/tw-demo-app', { secret: 'x' })).status).toBe(400)
  })

  test('goes with its grants, tokens and sandboxes', async () => {
    const mika = await connect(emulator)
    await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging' })
    await api('DELETE', 'apps/tw-demo-app')
    expect([...emulator.world.apps.values()].map((app) => app.id)).not.toContain('tw-demo-app')
    expect([...emulator.world.apps.values()].filter((app) => app.kind === 'sandbox')).toEqual([])
    expect((await mika.get('/v2/user/info/?fields=open_id')).body.error.code).toBe('access_token_invalid')
  })

  test('survive a restart', async () => {
    const key = await newApp()
    const kept = emulator.snapshot()
    await emulator.reset()
    expect((await api('GET', `apps/${key}`)).status).toBe(404)
    await emulator.restore(kept)
    expect((await api('GET', `apps/${key}`)).body.name).toBe('Kitchen')
  })
})

describe('sandboxes', () => {
  test('have a key of their own and the configuration of the app', documented('add-a-sandbox'), async () => {
    const { body } = await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging' })
    expect(body.client_key).toMatch(/^sb/)
    const parent = (await api('GET', 'apps/tw-demo-app')).body
    expect(body.redirect_uris).toEqual(parent.redirect_uris)
    expect(parent.sandboxes).toEqual([body.client_key])
    const again = await api('POST', 'apps/tw-demo-app/sandboxes', {
      name: 'Two',
      clone_from: body.client_key,
    })
    expect(again.body.scopes).toEqual(body.scopes)
  })

  test('are five at most', documented('add-a-sandbox'), async () => {
    for (let i = 0; i < 5; i += 1)
      expect((await api('POST', 'apps/tw-demo-app/sandboxes', { name: `S${i}` })).status).toBe(200)
    const { status, body } = await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'S5' })
    expect(status).toBe(400)
    expect(body.problems).toEqual([{ field: 'sandboxes', rule: 'at most 5 for one app' }])
  })

  test('have no Data Portability API', documented('add-a-sandbox'), async () => {
    const { body } = await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging' })
    expect(body.scopes.filter((scope: string) => scope.startsWith('portability.'))).toEqual([])
    const refused = await api('PATCH', `apps/${body.client_key}`, { scopes: ['portability.all.single'] })
    expect(refused.body.problems).toEqual([
      { field: 'scopes', rule: 'portability.all.single is not available in a sandbox' },
    ])
  })

  test('are authorized by their target users alone, ten at most', documented('add-a-sandbox'), async () => {
    const { body: sandbox } = await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging' })
    const url = authorizeUrl(emulator, { client_key: sandbox.client_key })
    const before = await api('POST', 'authorize', { authorize_url: url, user: 'noor' })
    expect(before.body.problem).toContain('not among the accounts')
    await api('PUT', `apps/${sandbox.client_key}/target-users`, { users: ['noor'] })
    expect((await api('POST', 'authorize', { authorize_url: url, user: 'noor' })).status).toBe(200)
    expect((await api('POST', 'authorize', { authorize_url: url, user: 'mika' })).status).toBe(400)
    const many = Array.from({ length: 11 }, (_, i) => `user${i}`)
    for (const username of many) await api('POST', 'creators', { username })
    const refused = await api('PUT', `apps/${sandbox.client_key}/target-users`, { users: many })
    expect(refused.body.problems).toEqual([{ field: 'users', rule: 'at most 10 for one sandbox' }])
    const nobody = await api('PUT', `apps/${sandbox.client_key}/target-users`, { users: ['nobody'] })
    expect(nobody.body.problem).toBe('users: there is no creator nobody')
    expect((await api('PUT', 'apps/tw-demo-app/target-users', { users: [] })).body.problem).toContain(
      'only sandboxes',
    )
  })

  test('never post publicly, though their app is audited', documented('add-a-sandbox'), async () => {
    const { body: sandbox } = await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging' })
    await api('PUT', `apps/${sandbox.client_key}/target-users`, { users: ['mika'] })
    const app = { client_key: sandbox.client_key, client_secret: sandbox.client_secret }
    const mika = await connect(emulator, 'mika', { app })
    const { body } = await mika.as('/v2/post/publish/video/init/', directPost(1000))
    expect(body.error.code).toBe('unaudited_client_can_only_post_to_private_accounts')
  })

  test('need no review and get no audit', documented('add-a-sandbox'), async () => {
    const { body: sandbox } = await api('POST', 'apps/tw-demo-app/sandboxes', { name: 'Staging' })
    expect(
      (await api('POST', `apps/${sandbox.client_key}/review`, { decision: 'submit' })).body.problem,
    ).toContain('no review')
    expect(
      (await api('POST', `apps/${sandbox.client_key}/audit`, { decision: 'submit' })).body.problem,
    ).toContain('cannot be audited')
  })
})

describe('review and audit', () => {
  test(
    'nobody can log in before the app is live',
    assumed('an app in draft has no production access'),
    async () => {
      const key = await newApp()
      const url = authorizeUrl(emulator, { client_key: key, scope: 'user.info.basic' })
      expect((await send(emulator, 'GET', url)).text).toContain('not live')
      await goLive(key)
      expect((await send(emulator, 'GET', url)).status).toBe(200)
    },
  )

  test('a rejection says why, and the app can come again', documented('app-review-guidelines'), async () => {
    const key = await newApp()
    const review = (json: unknown) => api('POST', `apps/${key}/review`, json)
    expect((await review({ decision: 'approve' })).body.problem).toContain('submit first')
    await review({ decision: 'submit' })
    expect((await review({ decision: 'reject' })).body.problems[0].field).toBe('comment')
    const rejected = await review({ decision: 'reject', comment: 'Show every scope in the video.' })
    expect(rejected.body).toMatchObject({
      review: 'not_approved',
      review_comment: 'Show every scope in the video.',
    })
    expect((await review({ decision: 'submit' })).body).toMatchObject({
      review: 'in_review',
      review_comment: '',
    })
    expect((await review({ decision: 'recall' })).body.review).toBe('draft')
  })

  test(
    'a live app stays usable while a revision is in review',
    assumed('"create revision to change" of a live app'),
    async () => {
      const url = authorizeUrl(emulator)
      await api('POST', 'apps/tw-demo-app/review', { decision: 'submit' })
      expect((await send(emulator, 'GET', url)).status).toBe(200)
      expect((await api('POST', 'apps/tw-demo-app/review', { decision: 'recall' })).body.review).toBe('live')
    },
  )

  test(
    'what a reviewer would send back is said at submission',
    documented('app-review-guidelines'),
    async () => {
      const key = await newApp({ name: 'My TikTok tool', redirect_uris: [] })
      await api('POST', `apps/${key}/url-properties`, { value: 'static.example.com' })
      const { body } = await api('POST', `apps/${key}/review`, { decision: 'submit' })
      expect(body.problems.map((one: { field: string }) => one.field)).toEqual([
        'name',
        'redirect_uris',
        'url_properties',
      ])
    },
  )

  test('the audit opens public posting', documented('content-sharing-guidelines'), async () => {
    const key = await newApp()
    const audit = (json: unknown) => api('POST', `apps/${key}/audit`, json)
    expect((await audit({ decision: 'submit' })).body.problems[0].field).toBe('review')
    await goLive(key)
    const secret = (await api('GET', `apps/${key}/secret`)).body.client_secret
    const mika = await connect(emulator, 'mika', {
      app: { client_key: key, client_secret: secret },
      scope: 'user.info.basic,video.publish',
    })
    const post = async () => (await mika.as('/v2/post/publish/video/init/', directPost(1000))).body.error.code
    expect(await post()).toBe('unaudited_client_can_only_post_to_private_accounts')
    await audit({ decision: 'submit' })
    expect((await audit({ decision: 'reject', comment: 'UX point 3.' })).body).toMatchObject({
      audit: 'rejected',
      audit_comment: 'UX point 3.',
    })
    await audit({ decision: 'submit' })
    expect((await audit({ decision: 'approve' })).body.audit).toBe('approved')
    expect(await post()).toBe('ok')
  })
})

describe('creators', () => {
  test('are made and changed in the words of a seed', async () => {
    const made = await api('POST', 'creators', { username: 'sol', private: true, followers: 12 })
    expect(made.body).toMatchObject({ username: 'sol', private: true, followers: 12 })
    expect((await api('POST', 'creators', { username: 'sol' })).body.problem).toBe('username: is taken')
    expect((await api('POST', 'creators', { username: 'no blanks' })).body.problems[0].field).toBe('username')
    const changed = await api('PATCH', 'creators/sol', { private: false, daily_post_cap: 2 })
    expect(changed.body).toMatchObject({ private: false, daily_post_cap: 2, followers: 12 })
    expect((await api('PATCH', 'creators/sol', { daily_post_cap: -1 })).body.problems[0].field).toBe(
      'daily_post_cap',
    )
    expect((await api('PATCH', 'creators/sol', { wings: true })).body.problems).toEqual([
      { field: 'wings', rule: 'no such field' },
    ])
    expect((await api('PATCH', 'creators/nobody', {})).status).toBe(404)
  })

  test('a ban shows at the next call', documented('content-posting-api-reference-direct-post'), async () => {
    const mika = await connect(emulator)
    await api('PATCH', 'creators/mika', { banned: true })
    const { body } = await mika.as('/v2/post/publish/creator_info/query/')
    expect(body.error.code).toBe('spam_risk_user_banned_from_posting')
  })
})
