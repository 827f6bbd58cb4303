/** A PostgreSQL, an emulator and hub processes, each a process of its own, as one machine would run them. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { COMMAND } from './emulator-process.ts'
import { startProgram, startWorker } from './worker.ts'

const HUB_TESTS = join(import.meta.dirname, '../packages/hub/test/bench')
const SECRET_KEY = randomBytes(32).toString('base64')

export interface HubProcess {
  pid: number
  port: number
  stop(): Promise<void>
}

export interface HubWorld {
  /** Outside the hub's pool, to look at what it did. */
  db: pg.Pool
  databaseUrl: string
  postmaster: number
  tiktok: string
  videoUrl: string
  secretKey: string
  apiKey: string
  startHub(env?: Record<string, string>): Promise<HubProcess>
  /** Runs a program of packages/hub/test/bench and gives what it printed. */
  run<T>(program: string, args: readonly string[]): Promise<T>
  /** Runs one of the hub's own seeding wishes; packages/hub/test/bench/seed-process.ts says which there are. */
  seed(wish: object): Promise<void>
  stop(): Promise<void>
}

/** With the schema, the first workspace, its key and the emulator's demo app. */
export async function startHubWorld(options: {
  creators: number
  settings?: Record<string, unknown>
}): Promise<HubWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-'))
  const database = await startProgram([join(HUB_TESTS, 'database-process.ts'), folder])
  const { url, pid: postmaster } = JSON.parse(database.line) as { url: string; pid: number }
  // However this program ends: a server that nobody stops would stay.
  const abandon = (): boolean => process.kill(postmaster, 'SIGQUIT')
  process.once('exit', abandon)
  const run = async <T>(program: string, args: readonly string[]): Promise<T> => {
    const { line, stop } = await startProgram([join(HUB_TESTS, `${program}.ts`), ...args])
    await stop()
    return JSON.parse(line) as T
  }
  const emulator = await startWorker('emulator-world')
  const { creators, settings = {} } = options
  const { origin, videoUrl } = await emulator.ask<{ origin: string; videoUrl: string }>('start', {
    creators,
    settings,
  })
  const startHub = async (env: Record<string, string> = {}): Promise<HubProcess> => {
    const settings = {
      PATH: process.env.PATH,
      TMPDIR: process.env.TMPDIR,
      TOCKWORK_DATA_DIR: folder,
      TOCKWORK_DATABASE_URL: url,
      TOCKWORK_SECRET_KEY: SECRET_KEY,
      TOCKWORK_TIKTOK_ORIGIN: origin,
      TOCKWORK_HUB_PORT: '0',
      TOCKWORK_LOG_LEVEL: 'error',
      // Posts of one clip, and no pictures are looked at meanwhile.
      TOCKWORK_MEDIA_CHECKS: 'rules',
      ...env,
    }
    // Its log goes to the same place.
    const { pid, line, stop } = await startProgram([COMMAND, 'serve', '--json'], settings, '"hub":')
    return { pid, port: Number(new URL((JSON.parse(line) as { hub: string }).hub).port), stop }
  }
  const first = await startHub({ TOCKWORK_HUB_WORKER: 'false' })
  const apiKey = readFileSync(join(folder, 'admin.key'), 'utf8').trim()
  await first.stop()
  const db = new pg.Pool({ connectionString: url, max: 4 })
  return {
    db,
    databaseUrl: url,
    postmaster,
    tiktok: origin,
    videoUrl,
    secretKey: SECRET_KEY,
    apiKey,
    startHub,
    run,
    seed: async (wish) => {
      await run('seed-process', [JSON.stringify({ url, secretKey: SECRET_KEY, ...wish })])
    },
    stop: async () => {
      process.off('exit', abandon)
      await db.end()
      await emulator.stop()
      await database.stop()
    },
  }
}
