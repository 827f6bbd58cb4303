import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createHubClient, type HubClient, listWorkspaces } from '@tockwork/api'
import { Secret } from '@tockwork/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startEmbeddedPostgres } from '../src/storage/embedded/index.ts'
import { processState, readPostmaster } from '../src/storage/embedded/postmaster.ts'
import { scratchFolder } from './database.ts'

let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-process-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  if (readPostmaster(join(folder, 'postgres/data')) !== undefined)
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Running {
  child: ChildProcess
  exit: Promise<number | null>
  said: () => string
}

function run(env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hub-process.ts')], {
    env: {
      PATH: process.env['PATH'],
      TOCKWORK_DATA_DIR: folder,
      TOCKWORK_HUB_PORT: '0',
      TOCKWORK_LOG_LEVEL: 'silent',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const exit = new Promise<number | null>((done) => child.once('close', done))
  return { child, exit, said: () => text }
}

async function up(running: Running): Promise<HubClient> {
  await vi.waitFor(() => expect(running.said()).toContain('"hub"'), { timeout: 60_000, interval: 20 })
  const { hub, admin_key_file: file } = JSON.parse(running.said()) as { hub: string; admin_key_file: string }
  return createHubClient({ origin: hub, apiKey: new Secret(readFileSync(file, 'utf8').trim()), attempts: 1 })
}

function serverPid(): number {
  return readPostmaster(join(folder, 'postgres/data'))?.pid ?? 0
}

describe('a hub as a process', () => {
  it('asked to end, ends in order and takes its database with it', async () => {
    const running = run()
    const client = await up(running)
    expect((await client.workspaces.list()).data).toHaveLength(1)
    const pid = serverPid()
    running.child.kill('SIGTERM')
    expect(await running.exit).toBe(0)
    expect(processState(pid)).not.toBe('running')
  })

  it('killed at any moment, with or without its database, has lost nothing that it had answered', async () => {
    const told: string[] = []
    for (let round = 0; round < 4; round += 1) {
      const running = run()
      const client = await up(running)
      const pid = serverPid()
      const writing = (async () => {
        for (let n = 0; ; n += 1) {
          const name = `${round}-${n}`
          await client.workspaces.create({ body: { name } })
          told.push(name)
        }
      })().catch(() => undefined)
      const before = told.length
      await vi.waitFor(() => expect(told.length).toBeGreaterThan(before + 3 + round), {
        timeout: 60_000,
        interval: 2,
      })
      if (round % 2 === 1) process.kill(pid, 'SIGKILL')
      running.child.kill('SIGKILL')
      await Promise.all([writing, running.exit])
    }
    const client = await up(run())
    const found: string[] = []
    for await (const { name } of client.each(listWorkspaces, { query: { limit: 100 } })) found.push(name)
    expect(told.filter((name) => !found.includes(name))).toEqual([])
    expect(new Set(found).size).toBe(found.length)
  }, 60_000)

  it('wrongly configured, says what is wrong and does not start', async () => {
    const running = run({
      TOCKWORK_HUB_PORT: 'many',
      TOCKWORK_DATABASE_URL: 'postgres://x:hidden@localhost/x',
    })
    expect(await running.exit).toBe(2)
    expect(running.said()).toContain('TOCKWORK_HUB_PORT must be a whole number')
    expect(running.said()).toContain('TOCKWORK_SECRET_KEY must be set')
    expect(running.said()).not.toContain('hidden')
  })
})
