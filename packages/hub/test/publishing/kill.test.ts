import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { seededRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scratchFolder } from '../database.ts'
import { clip } from './post-world.ts'

const CREATORS = ['ada', 'bea', 'cid', 'dov', 'eva', 'fin']
const KILLS = 4
const POSTS = 18

let folder: string
let emulator: Emulator
interface HubProcess {
  process: ChildProcess
  url: string
  key: string
}
/** Two processes on one embedded PostgreSQL; requests go to the first. */
const hubs: HubProcess[] = []
let ports: number[]

beforeAll(async () => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-kill-'))
  emulator = await startEmulator({ seed: 'kill' })
  emulator.plant({ creators: CREATORS.map((username) => ({ username, daily_post_cap: 100 })) })
  ports = [await freePort(), await freePort()]
  for (const port of ports) hubs.push(await startHubProcess(port))
}, 60_000)

afterAll(async () => {
  await Promise.all(
    hubs.map(async ({ process }) => {
      const ended = new Promise((resolve) => process.once('exit', resolve))
      process.kill('SIGTERM')
      await Promise.race([ended, pause(10_000)])
      process.kill('SIGKILL')
    }),
  )
  await emulator?.close()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

async function startHubProcess(port: number): Promise<HubProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hub-process.ts')], {
    env: {
      PATH: process.env.PATH,
      TOCKWORK_DATA_DIR: folder,
      TOCKWORK_HUB_PORT: String(port),
      TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
      TOCKWORK_PUBLIC_URL: `http://127.0.0.1:${ports[0]}`,
      TOCKWORK_LOG_LEVEL: 'silent',
      // One clip for all posts here, which is what the gate would hold.
      TOCKWORK_MEDIA_CHECKS: 'rules',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}`)))
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', resolve)
  })
  const { url, adminKeyFile } = JSON.parse(line)
  return { process: child, url, key: readFileSync(adminKeyFile, 'utf8').trim() }
}

/** SIGKILL: nothing is said, nothing is finished. Another process takes its place. */
async function killAndRestart(index: number): Promise<void> {
  const { process } = hubs[index] as HubProcess
  const ended = new Promise((resolve) => process.once('exit', resolve))
  process.kill('SIGKILL')
  await ended
  hubs[index] = await startHubProcess(ports[index] ?? 0)
}

/** Calls the hub, again and again while it is away: what a caller with an Idempotency-Key does. */
async function call(
  method: string,
  path: string,
  body?: object | Uint8Array,
  key?: string,
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
): Promise<any> {
  for (;;) {
    const [hub] = hubs as [HubProcess]
    const answer = await fetch(`${hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${hub.key}`,
        ...(body === undefined
          ? {}
          : { 'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof Uint8Array ? new Blob([new Uint8Array(body)]) : JSON.stringify(body) }),
    }).catch(() => undefined)
    if (answer !== undefined && answer.status < 500 && answer.status !== 409) {
      const text = await answer.text().catch(() => undefined)
      if (text !== undefined) {
        if (!answer.ok) throw new Error(`${method} ${path}: ${text}`)
        return JSON.parse(text)
      }
    }
    await pause(200)
  }
}

async function connect(user: string, appId: string): Promise<string> {
  const session = await call('POST', '/v1/connect-sessions', { app_id: appId })
  const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
  await fetch(emulator.consent(String(gone.headers.get('location')), user), { redirect: 'manual' })
  const { account_id } = await call('GET', `/v1/connect-sessions/${session.id}`)
  return account_id
}

it('two hub processes that are killed in turn lose no post and make none twice', {
  timeout: 180_000,
}, async () => {
  const random = seededRandom(11)
  const apps = await call('GET', '/v1/apps')
  const accounts: string[] = []
  for (const user of CREATORS) accounts.push(await connect(user, apps.data[0].id))
  const asset = await call('POST', '/v1/assets', clip(5, 22_000_000))
  // Half of the answers to inits are lost now and then, and chunks take a while, so that kills meet every step.
  emulator.addFault({
    match: { endpoint: 'posting.initVideo', probability: 0.15 },
    action: { drop: 'after' },
  })
  emulator.addFault({
    match: { endpoint: 'posting.uploadMedia', probability: 0.5 },
    action: { delay_ms: 150 },
  })

  const ids: string[] = []
  const posting = (async () => {
    for (let n = 0; n < POSTS; n += 1) {
      const made = await call(
        'POST',
        '/v1/posts',
        {
          accounts: [accounts[n % accounts.length]],
          mode: 'direct',
          video: { asset_id: asset.id },
          options: { privacy_level: 'SELF_ONLY', title: `post ${n}` },
        },
        `post-${n}`,
      )
      ids.push(made.posts[0].id)
      await pause(250)
    }
  })()
  for (let n = 0; n < KILLS; n += 1) {
    await pause(800 + random.next() * 1500)
    await killAndRestart(n % hubs.length)
  }
  await posting
  let states: string[] = []
  for (let turns = 0; turns < 240; turns += 1) {
    states = (await call('GET', '/v1/posts?limit=100')).data.map(({ state }: { state: string }) => state)
    if (states.every((state) => state === 'published')) break
    await pause(500)
  }
  expect(states).toEqual(Array.from({ length: POSTS }, () => 'published'))
  expect(new Set(ids).size).toBe(POSTS)

  // The emulator's own books: every caption became one post, and only what had no bytes was left behind.
  const publishes = [...emulator.world.publishes.values()]
  const complete = publishes.filter(({ state }) => state === 'PUBLISH_COMPLETE')
  expect(complete.map(({ postInfo }) => postInfo.title).sort()).toEqual(
    Array.from({ length: POSTS }, (_, n) => `post ${n}`).sort(),
  )
  const rows = (await call('GET', '/v1/posts?limit=100')).data
  expect(new Set(rows.map(({ publish_id }: { publish_id: string }) => publish_id))).toEqual(
    new Set(complete.map(({ id }) => id)),
  )
  for (const publish of publishes)
    if (publish.state !== 'PUBLISH_COMPLETE') expect(publish.uploadedBytes, publish.id).toBe(0)
  expect(emulator.requests().filter(({ status }) => status === 429)).toEqual([])
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo
      probe.close(() => resolve(free))
    })
  })
}
