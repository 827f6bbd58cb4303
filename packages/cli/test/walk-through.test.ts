import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Shop } from './tockwork.ts'

let shop: Shop
let origin: string

beforeAll(async () => {
  shop = await Shop.open()
  origin = (await shop.emulate()).origin
})
afterAll(() => shop.close())

test('from nothing to a published video, as the walk-through says', async () => {
  expect((await shop.run(['sample', 'clip.mp4'])).code).toBe(0)
  const login = await shop.json('login', '--user', 'mika')
  expect(login.value).toMatchObject({
    target: origin,
    app: 'tw-demo-app',
    username: 'mika',
    missing_scopes: [],
  })

  const posted = await shop.run(['post', 'clip.mp4', '--title', 'Hello #tockwork', '--privacy', 'public'])
  expect(posted).toMatchObject({ code: 0 })
  expect(posted.stdout).toMatch(/PUBLISH_COMPLETE.*@mika/)
  expect(posted.stderr).toContain(`emulator at ${origin}`)
  const postId = /post id\s+(\d{19})/.exec(posted.stdout)?.[1]
  expect(postId).toBeDefined()

  const videos = await shop.json('videos', '--limit', '3')
  expect(videos.value.videos[0]).toMatchObject({ id: postId, title: 'Hello #tockwork' })
  expect(videos.value.videos).toHaveLength(3)

  const publishId = /publish id\s+(\S+)/.exec(posted.stdout)?.[1] as string
  expect((await shop.json('status', publishId)).value).toMatchObject({
    status: 'PUBLISH_COMPLETE',
    post_ids: [postId],
  })
  expect((await shop.json('whoami')).value.user).toMatchObject({ username: 'mika', follower_count: 48_200 })
})

test('photos of a folder are fetched from this machine, a draft lands in the inbox', async () => {
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(shop.folder, 'photos'))
  await shop.run(['sample', 'photos/2.jpg'])
  await shop.run(['sample', 'photos/10.webp'])
  const photos = await shop.json('post', 'photos', '--title', 'Trip', '--privacy', 'private', '--cover', '2')
  expect(photos).toMatchObject({ code: 0, value: { status: 'PUBLISH_COMPLETE', draft: false } })
  const draft = await shop.json('post', 'clip.mp4', '--draft')
  expect(draft).toMatchObject({ code: 0, value: { status: 'SEND_TO_USER_INBOX', draft: true } })
})

test('several accounts, one of which is used', async () => {
  await shop.run(['login', '--user', 'noor', '--deny', 'video.list'])
  expect((await shop.json('accounts', '--as', 'mika')).value.accounts).toMatchObject([
    { username: 'mika', default: true },
    { username: 'noor', default: false },
  ])
  const refused = await shop.json('videos', '--as', 'noor')
  expect(refused.code).toBe(3)
  expect(refused.value.error).toMatchObject({ code: 'scope_not_authorized', exit: 3 })
  expect((await shop.json('logout', '--as', 'noor')).value).toMatchObject({ revoked: true })
  expect((await shop.json('accounts')).value.accounts).toHaveLength(1)
  const grants = await (await fetch(`${origin}/_emulator/grants`)).json()
  expect(JSON.stringify(grants)).toMatch(/"creator":"noor"[^}]*"endedAt"/)
})

test('any endpoint can be called, with its input checked and its secrets hidden', async () => {
  const user = await shop.run(['call', 'display.userInfo', '--query', 'fields=open_id,username'])
  expect(JSON.parse(user.stdout)).toMatchObject({ user: { username: 'mika' } })
  const list = await shop.run(['call', '/v2/video/list', '--query', 'fields=id', '--json', '{"max_count":2}'])
  expect(JSON.parse(list.stdout).videos).toHaveLength(2)
  const token = await shop.run(['call', 'oauth.clientToken', '--json', '{"grant_type":"client_credentials"}'])
  expect(JSON.parse(token.stdout)).toMatchObject({ access_token: '[secret]', expires_in: 7200 })
  const wrong = await shop.run(['call', 'display.userInfo', '--query', 'fields=open_id,shoe_size'])
  expect(wrong.code).toBe(2)
  expect(JSON.parse(wrong.stdout).error.message).toContain('follower_count')
})

test('the controls of the emulator', async () => {
  const before = (await shop.json('emulator', 'clock')).value
  const after = (await shop.json('emulator', 'clock', '--advance', '2h')).value
  expect(after.offset_seconds - before.offset_seconds).toBe(7200)
  const fault =
    '{"match":{"endpoint":"display.userInfo"},"times":1,"action":{"status":403,"code":"spam_risk_user_banned_from_posting"}}'
  expect((await shop.json('emulator', 'faults', '--add', fault)).value.faults).toHaveLength(1)
  expect((await shop.run(['whoami'])).code).toBe(4)
  expect((await shop.json('emulator', 'faults', '--clear')).value.faults).toEqual([])
  expect((await shop.json('emulator', 'settings', 'moderation=reject')).value.moderation).toBe('reject')
  const { requests } = (await shop.json('emulator', 'requests', '--limit', '50')).value
  expect(requests.some((each: { path: string }) => each.path.includes('/v2/user/info'))).toBe(true)
  expect((await shop.run(['emulator', 'snapshot', 'world.json'])).code).toBe(0)
  await shop.run(['emulator', 'reset'])
  expect((await shop.run(['whoami'])).code).toBe(3)
  await shop.run(['emulator', 'restore', 'world.json'])
  expect((await shop.run(['whoami'])).code).toBe(0)
})

test('webhooks are received, verified and printed, and the app is left as it was', async () => {
  const listening = shop.start(['webhooks', 'listen', '--count', '1', '--json'])
  await listening.line()
  const posted = await shop.json('post', 'clip.mp4', '--privacy', 'private')
  const { code, stdout } = await listening.ended
  expect(code).toBe(0)
  const event = JSON.parse(stdout.trim().split('\n').at(-1) as string)
  expect(event).toMatchObject({
    type: 'post.publish.complete',
    content: { publish_id: posted.value.publish_id },
  })
  const apps = await (await fetch(`${origin}/_emulator/apps/tw-demo-app`)).json()
  expect(apps).toMatchObject({ webhook_url: '' })
})

test('what is kept is for this user alone', async () => {
  const root = join(shop.folder, '.tockwork')
  const modes = new Set<string>()
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // Media that was received is no secret, but its folder is closed too.
    if (!path.includes('/media/')) modes.add(((await stat(path)).mode & 0o777).toString(8))
  }
  expect([...modes]).toEqual(['600'])
  expect(((await stat(join(root, 'cli'))).mode & 0o777).toString(8)).toBe('700')
})

test('the demo apps are known with their secrets, an app of the portal by asking the emulator', async () => {
  for (const app of ['tw-demo-app', 'tw-unaudited-app', 'tw-research-app']) {
    const token = await shop.run([
      'call',
      'oauth.clientToken',
      '--app',
      app,
      '--json',
      '{"grant_type":"client_credentials"}',
    ])
    expect({ app, code: token.code }).toEqual({ app, code: 0 })
  }
  const seed = 'apps: [{ client_key: own-app, client_secret: own-secret, audited: true }]'
  await fetch(`${origin}/_emulator/seed`, { method: 'POST', body: seed })
  const login = await shop.json('login', '--user', 'lane', '--app', 'own-app')
  expect(login).toMatchObject({ code: 0, value: { app: 'own-app' } })
  expect((await shop.json('whoami')).value).toMatchObject({ app: 'own-app', user: { username: 'lane' } })
})
