/**
 * Which emulator works on a data folder. The record is a lock too: two emulators on one journal would spoil it. A
 * killed emulator leaves its record; it counts for nothing once its process is gone or nobody answers at its address.
 */
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { Context } from '../context.ts'
import { LocalError } from '../output/failure.ts'
import { readIfThere, writePrivateFile } from './private-file.ts'

const record = z.object({ pid: z.number(), origin: z.optional(z.string()) })
export type EmulatorRecord = z.output<typeof record>

type Needs = Pick<Context, 'config' | 'fetch' | 'clock' | 'pid'>

/** How long a process that has just taken the folder may need until it answers. */
const START_MS = 3000
const HEALTH_MS = 1500

export function emulatorStateFolder(dataDir: string): string {
  return join(dataDir, 'emulator')
}

function recordPath(dataDir: string): string {
  return join(dataDir, 'emulator.json')
}

export type Claim =
  | { taken: false; tell: (origin: string) => Promise<void>; release: () => Promise<void> }
  | { taken: true; origin: string }

/** Takes the data folder for this process, or says which emulator has it. */
export async function claimDataFolder(needs: Needs, dataDir: string): Promise<Claim> {
  const path = recordPath(dataDir)
  const mine = JSON.stringify({ pid: needs.pid })
  const deadline = needs.clock.now() + START_MS
  await writePrivateFile(join(dataDir, '.gitignore'), '*\n')
  for (;;) {
    if (await createRecord(path, mine)) break
    const held = await readRecord(dataDir)
    if (held !== undefined && !isAlive(held.pid, needs.pid)) {
      await rm(path, { force: true })
      continue
    }
    if (held?.origin !== undefined) {
      if (await isEmulator(needs.fetch, held.origin)) return { taken: true, origin: held.origin }
      // Another program got the number of a process that died.
      await rm(path, { force: true })
      continue
    }
    // Just made and not filled in yet, or left so by a crash.
    if (needs.clock.now() > deadline) await rm(path, { force: true })
    else await needs.clock.sleep(50)
  }
  return {
    taken: false,
    tell: (origin) => writePrivateFile(path, JSON.stringify({ pid: needs.pid, origin })),
    release: async () => {
      if ((await readRecord(dataDir))?.pid === needs.pid) await rm(path, { force: true })
    },
  }
}

/** The origin of an emulator that answers: the data folder's, else the one on the usual port. */
export async function findEmulator(needs: Needs): Promise<string | undefined> {
  const held = await readRecord(needs.config.dataDir)
  if (held?.origin !== undefined && (await isEmulator(needs.fetch, held.origin))) return held.origin
  const { emulatorPort } = needs.config
  if (emulatorPort === 0) return undefined
  const usual = `http://localhost:${emulatorPort}`
  return (await isEmulator(needs.fetch, usual)) ? usual : undefined
}

/** Whether a Tockwork emulator answers there. */
export async function isEmulator(fetch: Context['fetch'], origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/_emulator/health`, { signal: AbortSignal.timeout(HEALTH_MS) })
    const health = (await answer.json()) as { ok?: unknown; now?: unknown }
    return answer.ok && health.ok === true && typeof health.now === 'string'
  } catch {
    return false
  }
}

async function createRecord(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(text)
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new LocalError(`The data folder cannot be written: ${(error as Error).message}`, {
      code: 'data_folder',
      action: 'Set TOCKWORK_DATA_DIR or --data-dir to a folder that can be written.',
      cause: error,
    })
  }
}

async function readRecord(dataDir: string): Promise<EmulatorRecord | undefined> {
  const text = await readIfThere(recordPath(dataDir))
  if (text === undefined) return undefined
  try {
    const read = z.safeParse(record, JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number, own: number): boolean {
  if (pid === own) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
