import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { connect, directPost, frozenEmulator, publish, put, refresh, send } from './client.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tockwork-test-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const CLIP = makeSampleVideo({ durationSec: 1 })

test('a restart keeps grants, posts, half uploads and the time', async () => {
  const first = await frozenEmulator({ dataDir })
  const mika = await connect(first)
  await first.advance(100)
  const done = await publish(first, mika, CLIP)
  const size = 20_000_000
  const { body } = await mika.as('/v2/post/publish/video/init/', directPost(size, {}, 10_000_000))
  await put(first, body.data.upload_url, new Uint8Array(10_000_000), `bytes 0-9999999/${size}`)
  await first.close()

  await using second = await frozenEmulator({ dataDir, now: new Date(first.clock.now()).toISOString() })
  const ask = async (id: string | undefined) =>
    (
      await send(second, 'POST', '/v2/post/publish/status/fetch/', {
        json: { publish_id: id },
        headers: { authorization: `Bearer ${mika.tokens.access_token}` },
      })
    ).body.data
  expect(await ask(done.publishId)).toMatchObject({ status: 'PUBLISH_COMPLETE' })
  const url = new URL(body.data.upload_url)
  const rest = await put(
    second,
    url.pathname + url.search,
    new Uint8Array(10_000_000),
    `bytes 10000000-19999999/${size}`,
  )
  expect(rest.status).toBe(201)
})

test('a torn last line of the journal is dropped, the rest is kept', async () => {
  const first = await frozenEmulator({ dataDir })
  const mika = await connect(first)
  // As if killed: nothing is closed, and the last write was cut.
  appendFileSync(join(dataDir, 'journal.ndjson'), '["videos","1",{"id":"1","cre')
  await using second = await frozenEmulator({ dataDir })
  expect((await refresh(second, mika.tokens.refresh_token)).body.open_id).toBe(mika.openId)
  expect(second.world.videos.get('1')).toBeUndefined()
  await first.close()
})

test('kill -9 at any moment loses nothing that was answered', { timeout: 60_000 }, async () => {
  const acknowledged: string[] = []
  const starter = `import { startEmulator } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
    const emulator = await startEmulator({ dataDir: ${JSON.stringify(dataDir)}, settings: { rateLimits: false } })
    console.log(emulator.origin)`
  const start = async (): Promise<{ child: ChildProcess; origin: string }> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', starter], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const origin = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
      child.once('exit', (code) => reject(new Error(`the emulator ended with ${code} before it listened`)))
    })
    return { child, origin }
  }
  for (let round = 0; round < 6; round += 1) {
    const { child, origin } = await start()
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const kill = setTimeout(() => child.kill('SIGKILL'), 40 + round * 35)
    const workers = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 400; i += 1) {
        try {
          const body = new URLSearchParams({
            client_key: 'tw-demo-app',
            client_secret: 'tw-demo-secret',
            grant_type: 'client_credentials',
          })
          const answer = (await (
            await fetch(`${origin}/v2/oauth/token/`, { method: 'POST', body })
          ).json()) as { access_token: string }
          acknowledged.push(answer.access_token)
        } catch {
          return
        }
      }
    })
    await Promise.all(workers)
    clearTimeout(kill)
    child.kill('SIGKILL')
    await gone
  }
  expect(acknowledged.length).toBeGreaterThan(20)
  await using survivor = await startEmulator({ dataDir })
  const lost = acknowledged.filter((token) => survivor.world.accessTokens.get(token) === undefined)
  expect(lost).toEqual([])
})

test('a snapshot put into another emulator is the same world', async () => {
  await using first = await frozenEmulator()
  const mika = await connect(first)
  await publish(first, mika, CLIP)
  const { body: snapshot } = await send(first, 'GET', '/_emulator/snapshot')
  await using second = await frozenEmulator({ seed: 'other' })
  await send(second, 'PUT', '/_emulator/snapshot', { json: snapshot })
  expect((await send(second, 'GET', '/_emulator/publishes')).body).toEqual(
    (await send(first, 'GET', '/_emulator/publishes')).body,
  )
  expect((await refresh(second, mika.tokens.refresh_token)).body.open_id).toBe(mika.openId)
  expect((await send(second, 'PUT', '/_emulator/snapshot', { json: { version: 9 } })).status).toBe(400)
})

test('the same seed gives the same ids and tokens', async () => {
  const run = async () => {
    await using emulator = await frozenEmulator({ seed: 'twice' })
    const mika = await connect(emulator)
    const { publishId } = await publish(emulator, mika, CLIP)
    return [mika.tokens.access_token, mika.openId, publishId]
  }
  expect(await run()).toEqual(await run())
})

test('a seed in YAML adds apps and creators, and a wrong one is refused by field', async () => {
  await using emulator = await frozenEmulator()
  const yaml = 'creators:\n  - username: ada.films\n    followers: 77\n    private: true\n'
  expect((await send(emulator, 'POST', '/_emulator/seed', { body: yaml })).body).toMatchObject({
    creators: 4,
  })
  expect((await connect(emulator, 'ada.films')).openId).toMatch(/-/)
  const wrong = await send(emulator, 'POST', '/_emulator/seed', { body: 'creators:\n  - username: "a b"\n' })
  expect([wrong.status, wrong.body.problem]).toEqual([400, expect.stringMatching(/^creators\.0\.username/)])
})

test('reset brings the first world back', async () => {
  await using emulator = await frozenEmulator()
  await publish(emulator, await connect(emulator), CLIP)
  await send(emulator, 'POST', '/_emulator/reset')
  expect([emulator.world.publishes.size, emulator.world.grants.size, emulator.world.apps.size]).toEqual([
    0, 0, 4,
  ])
})
