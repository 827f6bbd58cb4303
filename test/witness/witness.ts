/**
 * Clients that others wrote, run unchanged: TikTok's own host names, their own ways, and nothing told to them but a
 * proxy and a certificate by environment variables. What they send, the emulator must take.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Emulator, type EmulatorProxy, startEmulator } from '@tockwork/emulator'
import { makeSampleVideo } from '@tockwork/media/sample'

export const run = promisify(execFile)

export const REDIRECT = 'https://app.example.com/auth/callback/tiktok'
export const APP = { client_key: 'witness-app', client_secret: 'witness-secret' }

export interface Stage {
  emulator: Emulator
  proxy: EmulatorProxy
  folder: string
  /** A short MP4. */
  clip: string
  /** Environment of a client in another process. */
  env: Record<string, string>
  [Symbol.asyncDispose]: () => Promise<void>
}

/** An emulator behind its proxy; posts are through at once, since clients in other processes do not move its clock. */
export async function stage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-witness-'))
  const emulator = await startEmulator({
    proxyPort: 0,
    seed: 'witness',
    settings: { processingSeconds: 0, moderationSeconds: 0 },
  })
  emulator.plant({ apps: [{ ...APP, name: 'Witness', audited: true, redirect_uris: [REDIRECT] }] })
  const clip = join(folder, 'clip.mp4')
  writeFileSync(clip, makeSampleVideo())
  const { proxy } = emulator
  if (proxy === undefined) throw new Error('no proxy was started')
  const { PATH = '', HOME = '' } = process.env
  return {
    emulator,
    proxy,
    folder,
    clip,
    env: { PATH, HOME, PYTHONDONTWRITEBYTECODE: '1', ...proxy.environment },
    [Symbol.asyncDispose]: async () => {
      await emulator.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs a program of `clients/`, which prints what it got as JSON. */
export async function runClient(on: Stage, command: string, file: string, ...args: string[]) {
  const path = join(import.meta.dirname, 'clients', file)
  const { stdout } = await run(
    command,
    [path, REDIRECT, APP.client_key, APP.client_secret, on.clip, ...args],
    {
      env: on.env,
      timeout: 60_000,
    },
  )
  return JSON.parse(stdout)
}

export const runNodeClient = (on: Stage, file: string, ...args: string[]) =>
  runClient(on, process.execPath, file, ...args)

/** The first of these programs that ends well with these arguments. */
export async function find(
  programs: readonly string[],
  args: readonly string[],
): Promise<string | undefined> {
  for (const program of programs) {
    if (program.startsWith('/') && !existsSync(program)) continue
    const works = await run(program, [...args], { timeout: 60_000 }).then(
      () => true,
      () => false,
    )
    if (works) return program
  }
  return undefined
}

/** What the emulator noted about the requests since it started, without repetitions. */
export function warnings(on: Stage): string[] {
  return [...new Set(on.emulator.requests().flatMap((request) => request.warnings))]
}
