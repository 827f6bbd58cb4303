/** `tockwork serve` as several processes on one database, each with a data folder of its own, as on machines of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHubClient, type HubClient, postOperations } from '@tockwork/api'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { Secret } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { appliedMigrations, MIGRATIONS } from '../src/storage/migrate.ts'
import { scratchFolder, type TestDatabase, testDatabase } from './database.ts'

const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')
const PROCESSES = 4
const CREATORS = ['ada', 'bea', 'cid', 'dov']
const POSTS = 12

interface HubProcess {
  child: ChildProcess
  exit: Promise<number | null>
  url: string
}

let folder: string
let database: TestDatabase
let emulator: Emulator
let files: Server
let clip: string
let hubs: HubProcess[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-several-'))
  database = await testDatabase({ empty: true })
  emulator = await startEmulator({ seed: 'several' })
  emulator.plant({ creators: CREATORS.map((username) => ({ username, daily_post_cap: 100 })) })
  const video = makeSampleVideo({ durationSec: 4 })
  files = createServer((_request, response) => response.end(video))
  await new Promise<void>((done) => files.listen(0, '127.0.0.1', done))
  clip = `http://127.0.0.1:${(files.address() as AddressInfo).port}/clip.mp4`
})

afterAll(async () => {
  for (const { child } of hubs) child.kill('SIGKILL')
  await Promise.all(hubs.map(({ exit }) => exit))
  files?.close()
  await emulator?.close()
  await database?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function startProcess(index: number): Promise<HubProcess> {
  const dataDir = join(folder, String(index))
  mkdirSync(dataDir)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hub-process.ts')], {
    env: {
      PATH: process.env.PATH,
      TOCKWORK_DATA_DIR: dataDir,
      TOCKWORK_HUB_PORT: '0',
      TOCKWORK_DATABASE_URL: database.url,
      TOCKWORK_DATABASE_POOL: '4',
      TOCKWORK_SECRET_KEY: MASTER_KEY,
      TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
      TOCKWORK_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const exit = new Promise<number | null>((done) => child.once('close', done))
  await vi.waitFor(() => expect(text).toContain('"hub"'), { timeout: 60_000, interval: 50 })
  return { child, exit, url: (JSON.parse(text) as { hub: string }).hub }
}

/** The key stands on the machine of the process that made it. */
function clientOf({ url }: HubProcess, attempts?: number): HubClient {
  const made = readdirSync(folder).filter((name) => readdirSync(join(folder, name)).includes('admin.key'))
  expect(made).toHaveLength(1)
  const key = readFileSync(join(folder, made[0] ?? '', 'admin.key'), 'utf8').trim()
  return createHubClient({
    origin: url,
    apiKey: new Secret(key),
    ...(attempts === undefined ? {} : { attempts }),
  })
}

it('started at the same moment on an empty database, they make one of everything', {
  timeout: 120_000,
}, async () => {
  hubs = await Promise.all(Array.from({ length: PROCESSES }, (_, index) => startProcess(index)))
  expect(await appliedMigrations(database.db)).toEqual(Object.keys(MIGRATIONS).sort())
  for (const hub of hubs) {
    const client = clientOf(hub)
    expect((await client.workspaces.list()).data).toHaveLength(1)
    expect((await client.apps.list()).data).toHaveLength(1)
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200)
  }
})

it('a request whose process is killed in the middle goes through on another within half a minute, and is done once', {
  timeout: 90_000,
}, async () => {
  const [, , other, killed] = hubs as [HubProcess, HubProcess, HubProcess, HubProcess]
  const options = { idempotencyKey: 'in-the-middle' }
  const body = { name: 'once' }
  // What the request has to write is held up, so that it is in the middle for as long as that takes.
  const holder = await database.pool.connect()
  await holder.query('begin')
  await holder.query('lock table workspaces in exclusive mode')
  const broken = clientOf(killed, 1)
    .workspaces.create({ body }, options)
    .catch((error: unknown) => error)
  await vi.waitFor(
    async () => {
      const { rowCount } = await database.pool.query(
        "select 1 from pg_locks where not granted and locktype = 'relation'",
      )
      expect(rowCount).toBe(1)
    },
    { timeout: 60_000, interval: 50 },
  )
  killed.child.kill('SIGKILL')
  expect(await broken).toBeInstanceOf(Error)
  await holder.query('rollback')
  holder.release()

  const from = performance.now()
  const again = clientOf(other, 1)
  await vi.waitFor(() => again.workspaces.create({ body }, options), { timeout: 30_000, interval: 500 })
  const waited = performance.now() - from
  // It did wait: nobody may take the key of a process that could be alive.
  expect(waited).toBeGreaterThan(5_000)
  const made = (await again.workspaces.list()).data.filter(({ name }) => name === body.name)
  expect(made).toHaveLength(1)
})

it('one that is asked to end hands its work back, and one that is killed leaves it to the others', {
  timeout: 120_000,
}, async () => {
  const [stopped, killed, other] = hubs as [HubProcess, HubProcess, HubProcess]
  const client = clientOf(other)
  const app_id = (await client.apps.list()).data[0]?.id ?? ''
  const accounts: string[] = []
  for (const user of CREATORS) {
    const session = await client.connectSessions.create({ body: { app_id } })
    // Each process calls itself by its own port here; any of them serves the page.
    const page = `${other.url}${new URL(session.url).pathname}`
    const gone = await fetch(page, { method: 'POST', redirect: 'manual' })
    await fetch(emulator.consent(String(gone.headers.get('location')), user), { redirect: 'manual' })
    const { account_id } = await client.connectSessions.get({ params: { session_id: session.id } })
    accounts.push(account_id ?? '')
  }
  // Slow answers, so that both ends come into work that is under way.
  emulator.addFault({ match: { endpoint: 'posting.*' }, action: { delay_ms: 300 } })
  for (let n = 0; n < POSTS; n += 1) {
    const body = {
      accounts: [accounts[n % accounts.length] ?? ''],
      mode: 'direct' as const,
      video: { url: clip },
      options: { privacy_level: 'SELF_ONLY', title: `post ${n}` },
    }
    await client.posts.create({ body }, { idempotencyKey: `post-${n}` })
  }
  killed.child.kill('SIGKILL')
  stopped.child.kill('SIGTERM')
  expect(await stopped.exit).toBe(0)
  await killed.exit

  const read = async () => {
    const found = []
    for await (const row of client.each(postOperations[1], { query: { limit: 100 } })) found.push(row)
    return found
  }
  // A dead process is known by its silence, after which its jobs and leases go to the others.
  await vi.waitFor(
    async () => {
      const moving = (await read()).filter(
        ({ state }) => state !== 'published' && state !== 'needs_attention',
      )
      expect(moving).toEqual([])
    },
    { timeout: 90_000, interval: 500 },
  )
  const rows = await read()
  expect(rows).toHaveLength(POSTS)
  const standing = [...emulator.world.publishes.values()]
    .filter(({ state }) => state === 'PUBLISH_COMPLETE')
    .map(({ postInfo }) => postInfo.title)
  expect(new Set(standing).size).toBe(standing.length)
  for (const { state, state_reason, options } of rows) {
    if (state === 'published') expect(standing).toContain(options.title)
    // Only what the killed one had asked TikTok for without hearing the answer.
    else expect(state_reason).toBe('init_outcome_unknown')
  }
  expect(rows.filter(({ state }) => state === 'published').length).toBeGreaterThan(POSTS / 2)
})
