/** What must not bring the emulator down, or leave it in a state that it cannot get out of. No claims about TikTok. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.ts'
import { connect, directPost, frozenEmulator, put, send } from './client.ts'

let emulator: Emulator
const bugs: unknown[] = []
beforeEach(async () => {
  bugs.length = 0
  emulator = await frozenEmulator({ onBug: (error) => bugs.push(error) })
})
afterEach(() => emulator.close())

const control = (method: string, path: string, body: string) =>
  send(emulator, method, `/_emulator/${path}`, { body, headers: { 'content-type': 'application/json' } })

test.each(['{"advance_seconds":1e300}', '{"advance_seconds":1e400}', '{"now":"+275760-09-13T00:00:00Z"}'])(
  'the clock does not go where dates end: %s',
  async (body) => {
    const before = emulator.clock.now()
    const { status, body: answer } = await control('POST', 'clock', body)
    expect([status, typeof answer.problem, emulator.clock.now()]).toEqual([400, 'string', before])
    expect((await send(emulator, 'GET', '/_emulator/health')).status).toBe(200)
  },
)

test('neither does advance(), nor backwards; a start that is no time is refused', async () => {
  for (const seconds of [Number.NaN, -1, Number.POSITIVE_INFINITY])
    await expect(emulator.advance(seconds)).rejects.toThrow('time moves forward')
  await expect(startEmulator({ now: 'garbage' })).rejects.toThrow('now: garbage')
})

test('a body of endless brackets is read without using up the stack', async () => {
  const mika = await connect(emulator)
  const { status } = await send(emulator, 'POST', '/v2/post/publish/creator_info/query/', {
    body: `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    headers: { authorization: `Bearer ${mika.tokens.access_token}`, 'content-type': 'application/json' },
  })
  expect([status, bugs]).toEqual([200, []])
})

test.each([
  ['{"processingSeconds":-1}', 'processingSeconds: must be a number from 0'],
  ['{"processingSeconds":1e400}', 'processingSeconds: must be a number from 0'],
  ['{"refreshRotation":"banana"}', 'refreshRotation: must be keep or rotate or grace'],
  ['{"oauthErrorStatus":99999}', 'oauthErrorStatus: must be 200 or 400'],
])('the setting %s is refused by its rule, and nothing changes', async (body, rule) => {
  const before = { ...emulator.settings }
  const answer = await control('POST', 'settings', body)
  expect(answer.status).toBe(400)
  expect(answer.body.problem).toContain(rule)
  expect(emulator.settings).toEqual(before)
})

test.each([
  ['POST', 'settings', '{'],
  ['POST', 'settings', 'null'],
  ['POST', 'apps/tw-demo-app/url-properties', '{"value":"http://x y","kind":"prefix"}'],
  ['POST', 'publishes/none/fail', '{"reason":"internal"}'],
  ['PATCH', 'videos/none', '{"privacy":"SELF_ONLY"}'],
])('%s %s with %s is 400', async (method, path, body) => {
  const answer = await control(method, path, body)
  expect([answer.status, answer.body.problem, bugs]).toEqual([400, expect.any(String), []])
})

test.each([
  ['state.json', '{garbage'],
  ['state.json', '[]'],
  ['state.json', '{"apps":{"x":1}}'],
  ['state.json', '{"apps":[null]}'],
  ['journal.ndjson', '5\n["apps","a",null]\n'],
  ['journal.ndjson', '["apps","a",{"id":"b"}]\n["apps","a",null]\n'],
])('a damaged %s is named, with what to do, and left as it is: %s', async (name, content) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tockwork-damaged-'))
  try {
    writeFileSync(join(dataDir, name), content)
    await expect(startEmulator({ dataDir })).rejects.toMatchObject({
      code: 'state_damaged',
      message: expect.stringContaining(join(dataDir, name)),
      action: expect.stringContaining('Move'),
    })
    expect(readFileSync(join(dataDir, name), 'utf8')).toBe(content)
  } finally {
    rmSync(dataDir, { recursive: true })
  }
})

describe('a snapshot', () => {
  test.each([
    '{"version":1}',
    '{"version":1,"contents":null}',
    '{"version":1,"contents":[]}',
    '{"version":1,"contents":{"apps":[{"id":1}]}}',
    '{"version":1,"contents":{"creators":"x"}}',
    '{"version":1,"contents":{"apps":[null]}}',
    '{"version":1,"contents":{},"settings":{"strict":"x"}}',
  ])('%s is refused, and the world stays', async (body) => {
    const apps = emulator.world.apps.size
    expect((await control('PUT', 'snapshot', body)).status).toBe(400)
    expect(emulator.world.apps.size).toBe(apps)
  })

  test('taken in the middle of a post fails it elsewhere, where its file is not, and all else goes on', async () => {
    const mika = await connect(emulator)
    const clip = makeSampleVideo({ durationSec: 5 })
    const init = await mika.as('/v2/post/publish/video/init/', directPost(clip.length))
    await put(emulator, init.body.data.upload_url, clip, `bytes 0-${clip.length - 1}/${clip.length}`)
    const snapshot = await send(emulator, 'GET', '/_emulator/snapshot')
    await emulator.close()
    emulator = await frozenEmulator({ onBug: (error) => bugs.push(error) })
    expect((await control('PUT', 'snapshot', snapshot.text)).status).toBe(200)
    await emulator.advance(10)
    const { body } = await send(emulator, 'POST', '/v2/post/publish/status/fetch/', {
      json: { publish_id: init.body.data.publish_id },
      headers: { authorization: `Bearer ${mika.tokens.access_token}` },
    })
    expect(body.data).toMatchObject({ status: 'FAILED', fail_reason: 'internal' })
    expect([bugs, emulator.world.timers.size]).toEqual([[], 0])
  })

  test('brings its time along, unless it is later here', async () => {
    await emulator.advance(1000)
    const { text } = await send(emulator, 'GET', '/_emulator/snapshot')
    const then = emulator.clock.now()
    await emulator.close()
    emulator = await frozenEmulator()
    await control('PUT', 'snapshot', text)
    expect(emulator.clock.now()).toBe(then)
    await emulator.advance(500)
    await control('PUT', 'snapshot', text)
    expect(emulator.clock.now()).toBe(then + 500_000)
  })
})
