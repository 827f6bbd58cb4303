import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHere } from './in-process.ts'
import { Shop } from './tockwork.ts'

let shop: Shop

beforeAll(async () => {
  shop = await Shop.open()
  await shop.emulate()
  await shop.run(['login', '--user', 'lane'])
  await shop.run(['sample', 'clip.mp4'])
  await shop.run(['sample', 'photo.png'])
  await mkdir(join(shop.folder, 'empty-folder'))
  await writeFile(join(shop.folder, 'empty.mp4'), '')
  await writeFile(join(shop.folder, 'text.mp4'), 'this is no video at all')
})
afterAll(() => shop.close())

/** Command line, exit code, and what the message must say. */
const cases: [string[], number, RegExp][] = [
  [['post'], 2, /nothing to post/],
  [['post', 'missing.mp4', '--privacy', 'private'], 2, /missing\.mp4 does not exist/],
  [['post', 'empty.mp4', '--privacy', 'private'], 2, /empty\.mp4 is empty/],
  [['post', 'text.mp4', '--privacy', 'private'], 2, /text\.mp4: .*not a photo or video/],
  [['post', 'empty-folder'], 2, /folder without photos/],
  [['post', 'photo.png', '--privacy', 'private'], 2, /container is png; allowed: jpeg, webp/],
  [['post', 'clip.mp4', 'https://example.com/a.jpg'], 2, /cannot go into one post/],
  [['post', 'clip.mp4'], 0, /only you may see it[\s\S]*--privacy is needed/],
  [['post', 'clip.mp4', '--privacy', 'followers'], 2, /not open to @lane/],
  [['post', 'clip.mp4', '--privacy', 'aliens'], 2, /--privacy aliens is not known/],
  [['post', 'clip.mp4', '--privacy', 'public', '--comment'], 2, /@lane has comment turned off/],
  [['post', 'clip.mp4', '--privacy', 'private', '--brand-content'], 2, /paid partnership must be visible/],
  [['post', 'clip.mp4', '--draft', '--title', 'x'], 2, /--title cannot go with --draft/],
  [['post', 'clip.mp4', '--description', 'x', '--privacy', 'private'], 2, /--description belongs to photo/],
  [['post', 'clip.mp4', '--privacy', 'private', '--cover-ms', 'soon'], 2, /--cover-ms is "soon"/],
  [['post', 'clip.mp4', '--privacy', 'private', '--title', 'x'.repeat(2201)], 2, /2201 UTF-16/],
  [['post', '--resume', 'v_pub_file~v2.1'], 2, /No post v_pub_file~v2\.1/],
  [['post', 'https://example.com/clip.mp4', '--draft'], 4, /url_ownership_unverified.*log_id/],
  [['status', 'nonsense'], 4, /invalid_publish_id/],
  [['videos', '--limit', 'all'], 2, /--limit is all/],
  [['videos', '--fields', 'id,shoe_size'], 2, /shoe_size is no field/],
  [['whoami', '--as', 'nobody'], 2, /Nobody called nobody/],
  [['login', '--scopes', 'video.everything'], 2, /video\.everything is no scope/],
  [['login', '--user', 'nobody'], 2, /nobody is not among the accounts/],
  [['login', '--redirect-uri', 'https://example.com/callback'], 2, /--redirect-uri/],
  [['call', 'vidio.list'], 2, /Did you mean display\.videoList/],
  [['call', 'display.videoList', '--query', 'fields=id', '--json', '{'], 2, /--json is not JSON/],
  [['call', 'display.videoList', '--query', 'fields'], 2, /expected key=value/],
  [['call', 'oauth.authorize'], 2, /tockwork login/],
  [['explain', 'spam_risk_to_many_posts'], 2, /Did you mean spam_risk_too_many_posts/],
  [['media', 'check', 'missing.mp4'], 2, /missing\.mp4/],
  [['sample', 'clip.mp4'], 2, /exists already/],
  [['sample', 'clip.txt'], 2, /\.mp4, \.mov/],
  [['emulator', 'settings', 'bogus=1'], 2, /bogus is no setting/],
  [['emulator', 'clock', '--advance', 'later'], 2, /90s, 15m, 2h or 3d/],
  [['emulate', '--setting', 'strict=maybe'], 2, /strict is "maybe"; a boolean/],
  [['emulate', '--port', '99999'], 2, /--port is "99999"/],
  [['emulate', '--world', 'missing.yaml'], 2, /--world missing\.yaml/],
  [
    ['webhooks', 'verify', '--signature', 'x', '--body-file', 'clip.mp4', '--secret', 's'],
    1,
    /TikTok-Signature/,
  ],
  [['nonsense'], 2, /unknown command/],
  [['post', '--nonsense'], 2, /unknown option/],
]

test.each(cases)('%j ends with %i', async (args, exit, says) => {
  const { code, stdout, stderr } = await runHere(args, { cwd: shop.folder })
  expect({ code, said: stdout + stderr }).toEqual({ code: exit, said: expect.stringMatching(says) })
})

test.each([
  [{ TOCKWORK_EMULATOR_PORT: 'http' }, /TOCKWORK_EMULATOR_PORT is "http"/],
  [{ TOCKWORK_TIKTOK_ORIGIN: 'localhost:4646' }, /TOCKWORK_TIKTOK_ORIGIN is not an origin/],
  [{ TIKTOK_CLIENT_KEY: 'aw123' }, /Nobody is logged in \(TikTok\)/],
])('environment %j is told by name', async (env, says) => {
  const { code, stderr } = await runHere(['whoami'], { cwd: shop.folder, env })
  expect(code).toBeGreaterThan(1)
  expect(stderr).toMatch(says)
})

test('an origin where nothing answers is an unknown outcome', async () => {
  const { code } = await shop.run(['login', '--user', 'mika'], {
    TOCKWORK_TIKTOK_ORIGIN: 'http://127.0.0.1:9',
  })
  expect(code).toBe(5)
})

test('without any TikTok the choices are named', async () => {
  const elsewhere = await Shop.open()
  try {
    const { code, stderr } = await elsewhere.run(['videos'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/tockwork dev[\s\S]*TOCKWORK_TIKTOK_ORIGIN[\s\S]*TIKTOK_CLIENT_KEY/)
  } finally {
    await elsewhere.close()
  }
})

test('fixed shapes of explain and media check', async () => {
  const { value } = await shop.json('explain', '416')
  expect(Object.keys(value)).toEqual(['code', 'api', 'meaning', 'retry', 'action', 'sources'])
  const good = await shop.json('media', 'check', 'clip.mp4', '--rules-only')
  expect(good).toMatchObject({ code: 0 })
  expect(good.value).toEqual({
    ok: true,
    verdict: 'ok',
    findings: [],
    watermarks: [],
    provenance: {},
    skipped: expect.any(Array),
  })
  const bad = await shop.json('media', 'check', 'photo.png', '--rules-only')
  expect(bad.code).toBe(1)
  expect(bad.value).toMatchObject({ ok: false, verdict: 'block', findings: [{ rule: 'container' }] })
  expect(Object.keys(bad.value.findings[0])).toEqual(['rule', 'fail_reason', 'found', 'allowed', 'fix'])
})
