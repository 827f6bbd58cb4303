import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createHubClient, type HubClient, listWorkspaces, Problem } from '@tockwork/api'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { Secret } from '@tockwork/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Config, type Hub, parseConfig, startHub } from '../src/index.ts'
import { createLogger } from '../src/observability/logger.ts'
import { scratchFolder, testDatabase } from './database.ts'

const KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')

let folder: string
let lines: string[]
const hubs: Hub[] = []
let emulator: Emulator | undefined

beforeEach(() => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-hub-'))
  lines = []
})
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.close()))
  await emulator?.close()
  emulator = undefined
  rmSync(folder, { recursive: true, force: true })
})

function config(env: Record<string, string> = {}): Config {
  return parseConfig({ TOCKWORK_DATA_DIR: folder, TOCKWORK_HUB_PORT: '0', ...env })
}

async function start(env: Record<string, string> = {}): Promise<Hub> {
  const hub = await startHub(config(env), {
    log: createLogger({ level: 'debug', destination: { write: (line: string) => lines.push(line) } }),
    graceSeconds: 2,
    embeddedSettings: { fsync: 'off' },
  })
  hubs.push(hub)
  return hub
}

function clientOf(hub: Hub, key = readFileSync(hub.adminKeyFile, 'utf8').trim()): HubClient {
  return createHubClient({ origin: hub.url, apiKey: new Secret(key) })
}

async function ready(hub: Hub): Promise<boolean> {
  return (await fetch(`${hub.url}/readyz`)).ok
}

describe('a hub on an empty folder', () => {
  it('comes up with a workspace, a key and the demo app, and again with what it had', async () => {
    emulator = await startEmulator({ port: 0 })
    const env = { TOCKWORK_TIKTOK_ORIGIN: emulator.origin }
    const hub = await start(env)
    expect(await ready(hub)).toBe(true)
    const key = readFileSync(hub.adminKeyFile, 'utf8').trim()
    expect(hub.adminKey?.reveal()).toBe(key)
    expect(key).toMatch(/^twk_live_/)
    for (const file of [hub.adminKeyFile, join(folder, 'secret.key')])
      expect(statSync(file).mode & 0o777).toBe(0o600)
    const client = clientOf(hub)
    expect((await client.workspaces.list()).data).toMatchObject([{ name: 'default' }])
    expect((await client.apps.list()).data).toMatchObject([{ client_key: 'tw-demo-app', audited: true }])
    await hub.close()
    await expect(fetch(`${hub.url}/healthz`)).rejects.toThrow()

    const again = await start(env)
    expect(again.adminKey).toBeUndefined()
    expect((await clientOf(again, key).apps.list()).data).toHaveLength(1)
    const log = lines.join('')
    expect(log).not.toContain(key)
    expect(log).not.toContain(new URL(hub.embedded?.url ?? '').password)
    expect(log).not.toContain('tw-demo-secret')
  })

  it('answers its typed client: values, refusals, pages, and one effect for one idempotency key', async () => {
    const client = clientOf(await start())
    const options = { idempotencyKey: 'once' }
    const made = await client.workspaces.create({ body: { name: 'Second' } }, options)
    const again = await client.workspaces.create({ body: { name: 'Second' } }, options)
    expect(again).toEqual(made)
    expect(made.api_key.key).toMatch(/^twk_live_/)
    for (const name of ['Third', 'Fourth']) await client.workspaces.create({ body: { name } })
    const names: string[] = []
    for await (const { name } of client.each(listWorkspaces, { query: { limit: 1 } })) names.push(name)
    expect(names).toEqual(['Fourth', 'Third', 'Second', 'default'])
    const refusal = await client.workspaces.create({ body: { name: '' } }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Problem)
    expect(refusal).toMatchObject({ status: 400, code: 'invalid_request', field: 'name' })
  })

  it('shows metrics of its jobs and its database', async () => {
    const hub = await start()
    await vi.waitFor(
      async () => {
        const text = await (await fetch(`${hub.url}/metrics`)).text()
        expect(text).toMatch(/tockwork_jobs\{job="advance-post",state="waiting"\} 0/)
        expect(text).toMatch(/tockwork_database_connections\{state="total"\} [1-9]/)
      },
      { timeout: 60_000, interval: 200 },
    )
  })
})

describe('a running hub', () => {
  it('carries every request out once, though its database server is killed again and again', async () => {
    const hub = await start()
    let over = false
    const done: string[] = []
    const unknown: string[] = []
    const key = new Secret(readFileSync(hub.adminKeyFile, 'utf8').trim())
    const caller = async (who: string): Promise<void> => {
      const client = createHubClient({ origin: hub.url, apiKey: key, attempts: 1 })
      for (let n = 0; !over; n += 1) {
        const name = `${who}-${n}`
        const made = await client.workspaces.create({ body: { name } }, { idempotencyKey: name }).then(
          () => done,
          () => unknown,
        )
        made.push(name)
      }
    }
    const callers = ['a', 'b', 'c', 'd'].map(caller)
    for (let kill = 0; kill < 5; kill += 1) {
      const before = done.length
      await vi.waitFor(() => expect(done.length).toBeGreaterThan(before + 5), {
        timeout: 60_000,
        interval: 5,
      })
      const killed = hub.embedded?.pid
      // Never 0: that would be this whole process group.
      if (killed === undefined || killed === 0) throw new Error('the embedded server has no pid')
      process.kill(killed, 'SIGKILL')
      // Orphaned backends can answer for a moment, so being ready alone does not mean that it is back.
      await vi.waitFor(
        async () => {
          expect(hub.embedded?.pid).not.toBe(killed)
          expect(await ready(hub)).toBe(true)
        },
        { timeout: 60_000, interval: 20 },
      )
    }
    over = true
    await Promise.all(callers)
    const found: string[] = []
    for await (const { name } of clientOf(hub).each(listWorkspaces, { query: { limit: 100 } }))
      found.push(name)
    expect(new Set(found).size).toBe(found.length)
    expect(done.filter((name) => !found.includes(name))).toEqual([])
    expect(
      found.filter((name) => name !== 'default' && !done.includes(name) && !unknown.includes(name)),
    ).toEqual([])
    // What was told of as done is done, and sent again it is not done again.
    const client = clientOf(hub)
    for (const name of done.slice(-5))
      await client.workspaces.create({ body: { name } }, { idempotencyKey: name })
    let after = 0
    for await (const _workspace of client.each(listWorkspaces, { query: { limit: 100 } })) after += 1
    expect(after).toBe(found.length)
  }, 60_000)

  it('shares its folder with another process, which keeps the database when the first one goes', async () => {
    const [one, two] = await Promise.all([start(), start()])
    expect([one.adminKey, two.adminKey].filter((key) => key !== undefined)).toHaveLength(1)
    expect((await clientOf(one).workspaces.list()).data).toEqual((await clientOf(two).workspaces.list()).data)
    await one.close()
    expect(await ready(two)).toBe(true)
    expect((await clientOf(two).workspaces.list()).data).toHaveLength(1)
  })

  it('runs the same on a PostgreSQL of its own choosing', async () => {
    const database = await testDatabase({ empty: true })
    try {
      const env = { TOCKWORK_DATABASE_URL: database.url, TOCKWORK_SECRET_KEY: KEY }
      const [hub, api] = await Promise.all([start(env), start({ ...env, TOCKWORK_HUB_WORKER: 'no' })])
      expect(hub.embedded).toBeUndefined()
      expect((await clientOf(hub).workspaces.list()).data).toHaveLength(1)
      expect(await ready(api)).toBe(true)
      await Promise.all([hub.close(), api.close()])
      expect(lines.join('')).not.toContain(new URL(database.url).password)
    } finally {
      await database.close()
    }
  })

  it('starts again when its database goes away during the start', async () => {
    let kills = 0
    const log = createLogger({
      level: 'info',
      destination: {
        write: (line: string) => {
          lines.push(line)
          if (!line.includes('The schema is up to date')) return
          kills += 1
          process.kill(
            Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]),
            'SIGKILL',
          )
        },
      },
    })
    const hub = await startHub(config(), { log, graceSeconds: 2, embeddedSettings: { fsync: 'off' } })
    hubs.push(hub)
    expect(kills).toBe(1)
    expect(await ready(hub)).toBe(true)
    expect((await clientOf(hub).workspaces.list()).data).toHaveLength(1)
    expect(lines.join('')).toContain('went away during the start')
  })

  it('that cannot start leaves nothing running', async () => {
    const hub = await start()
    const port = new URL(hub.url).port
    const refusal = await start({ TOCKWORK_HUB_PORT: port }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'EADDRINUSE' })
    expect(await ready(hub)).toBe(true)
    await expect(
      start({ TOCKWORK_DATABASE_URL: 'postgres://x:hidden@127.0.0.1:1/x', TOCKWORK_SECRET_KEY: KEY }),
    ).rejects.toMatchObject({ code: 'unreachable', message: expect.not.stringContaining('hidden') })
  })
})
