/** The audit packet and the recorded demo, on a whole hub. Without a chromium the recording is skipped, and says so. */
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHere } from './in-process.ts'
import { type Json, Shop } from './tockwork.ts'

const CHROMIUM = '/usr/bin/chromium'
let shop: Shop
let facts: Json
const site = createServer((_request, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Your videos</h1>'),
)
let videosPage: string

beforeAll(async () => {
  shop = await Shop.open()
  const dev = shop.start(
    ['dev', '--json', '--setting', 'processingSeconds=0', '--setting', 'moderationSeconds=0'],
    // What the pictures show is another test's; the post does not wait for it here.
    { TOCKWORK_MEDIA_CHECKS: 'rules' },
  )
  facts = JSON.parse(await dev.line())
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  videosPage = `http://127.0.0.1:${(site.address() as AddressInfo).port}/videos`
  await writeFile(
    join(shop.folder, 'app.ts'),
    "const scopes = 'user.info.basic,video.list,video.publish'\nawait creator.posts.publishVideo({})\n",
  )
}, 120_000)
afterAll(async () => {
  site.close()
  await shop.close()
})

async function audit(...args: string[]): Promise<{ code: number; value: Json }> {
  const { code, stdout, stderr } = await runHere(['audit', ...args, '--json'], {
    cwd: shop.folder,
    env: { TOCKWORK_HUB_URL: facts.hub },
  })
  expect(stdout, stderr).not.toBe('')
  return { code, value: JSON.parse(stdout) }
}

async function hub(method: string, path: string, body?: BodyInit, type = 'application/json'): Promise<Json> {
  const key = (await readFile(facts.api_key_file, 'utf8')).trim()
  const answer = await fetch(`${facts.hub}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': type, 'idempotency-key': path },
    ...(body === undefined ? {} : { body }),
  })
  return answer.json()
}

test('a packet from code and hub: what uses each scope, what is kept, and what is missing', async () => {
  const { code, value } = await audit('--code', '.')
  expect(code).toBe(1)
  expect(value.app).toMatchObject({ client_key: 'tw-demo-app' })
  expect(value.scopes).toEqual([
    expect.objectContaining({ scope: 'user.info.basic', used_by: [], recorded: null }),
    expect.objectContaining({ scope: 'video.list', used_by: [] }),
    expect.objectContaining({
      scope: 'video.publish',
      used_by: [{ what: 'posting.initVideo', seen: ['app.ts:2'] }],
    }),
  ])
  expect(value.gaps).toEqual([
    'video.list is asked for, and no call was seen that uses it.',
    'There is no demo recording yet (--record).',
  ])
  const page = await readFile(join(shop.folder, 'audit-packet/packet.md'), 'utf8')
  expect(page).toContain(
    '| video.publish | Post content to TikTok | posting.initVideo (app.ts:2) | not recorded |',
  )
  expect(page).toContain('sealed with AES-256-GCM')
  expect(page).toContain('No account was erased yet.')
  // Without videos and counters nothing of them is kept, so nothing of them is told.
  const less = await audit('--scopes', 'user.info.basic')
  expect(less.value.data.map(({ what }: Json) => what).join()).not.toMatch(/counters|captions/)
  expect(less.value.checklist).toEqual([])
})

test('the recorded demo has a step of each scope, and shows every line of the posting screen that it walks through', {
  timeout: 400_000,
}, async (ctx) => {
  if (!existsSync(CHROMIUM)) return ctx.skip(`there is no ${CHROMIUM} on this machine`)
  const asset = await hub(
    'POST',
    '/v1/assets',
    new Uint8Array(makeSampleVideo({ durationSec: 5 })),
    'video/mp4',
  )
  const args = [
    '--scopes',
    'user.info.basic,video.list,video.publish',
    '--record',
    '--user',
    'mika',
    '--asset',
    asset.id,
    '--pace',
    '0.1',
  ]
  const { value } = await audit(...args, '--page', `video.list=${videosPage}`)
  const { steps, frames, folder } = value.recording
  expect(steps.map(({ scope }: Json) => scope)).toEqual([
    null,
    'user.info.basic',
    'video.list',
    'video.publish',
  ])
  let next = 1
  for (const { from, frames: count, scope } of steps) {
    expect({ scope, from }).toEqual({ scope, from: next })
    expect(count, scope).toBeGreaterThan(4)
    next += count
  }
  const files = (await readdir(folder)).filter((name) => name.startsWith('frame-'))
  expect(files).toHaveLength(frames)
  expect(next).toBe(frames + 1)
  expect(value.scopes.every(({ recorded }: Json) => recorded === true)).toBe(true)
  const status = Object.fromEntries(value.checklist.map(({ id, status }: Json) => [id, status]))
  expect(status).toMatchObject({
    nickname: 'shown',
    preview: 'shown',
    'privacy-options': 'shown',
    'interactions-off': 'shown',
    'disclosure-off': 'shown',
    'consent-music': 'shown',
    'show-result': 'shown',
    'original-content': 'yours',
  })
  // The walk ends with a post that really was made.
  const posts = await hub('GET', '/v1/posts')
  expect(posts.data).toHaveLength(1)
  if (value.recording.file !== null) {
    const head = (await readFile(value.recording.file)).subarray(4, 8).toString()
    expect(head).toBe('ftyp')
  } else expect(value.gaps.join()).toContain('ffmpeg')

  // A scope that the product has no screen for is told.
  const erased = await hub(
    'DELETE',
    `/v1/connected-accounts/${(await hub('GET', '/v1/connected-accounts')).data[0].id}`,
  )
  expect(erased.erased.token_pairs).toBe(1)
  const after = await audit('--scopes', 'user.info.basic,video.publish')
  expect(after.value.erasures).toEqual([
    expect.stringMatching(/^\d{4}-.*: acc_\w+; grant at TikTok: revoked; posts: 1; files: 1\.$/),
  ])
  expect(after.value.scopes[1].used_by.map(({ what }: Json) => what)).toContain('posting.initVideo')
})

test('what cannot be is told by the option', async () => {
  for (const [args, field] of [
    [['--scopes', 'user.info.basic', '--app', 'app_unknown'], '--app'],
    [[], '--scopes'],
    [['--scopes', 'video.list', '--page', 'video.list'], '--page'],
  ] as const) {
    const { code, value } = await audit(...args)
    expect({ code, field: value.error.field }).toEqual({ code: 2, field })
  }
})
