import type { Readable } from 'node:stream'
import { decoderEnvironment, startLimited } from '../frames/decoder-process.ts'

/** An ffmpeg program on this machine, run as a process of its own. */
export interface Ffmpeg {
  path: string
  env: NodeJS.ProcessEnv
  /** `5.1.6`, or what it calls itself if that is no number. */
  version: string
  /** The first number; 0 for a build that does not say. */
  major: number
  minor: number
}

/** Older ones miss options used here, and years of repairs to decoders that meet untrusted files. */
const OLDEST_FFMPEG = 5

/**
 * Asks ffmpeg for its version: the one on `PATH`, or the one that `TOCKWORK_FFMPEG` names (`none`: leave it alone).
 * @returns undefined when there is none, when it does not start, or when it is older than {@link OLDEST_FFMPEG}
 */
export async function findFfmpeg(env: NodeJS.ProcessEnv): Promise<Ffmpeg | undefined> {
  const path = env.TOCKWORK_FFMPEG || 'ffmpeg'
  if (path === 'none') return undefined
  const answer = await runProcess({ path, env }, ['-hide_banner', '-version'], { timeLimitMs: 10_000 }).catch(
    () => undefined,
  )
  const version = /^ffmpeg version (\S+)/.exec(answer?.stdout ?? '')?.[1]
  if (version === undefined) return undefined
  const [, major = '0', minor = '0'] = /^n?(\d+)\.(\d+)/.exec(version) ?? []
  // Builds from the development branch carry a date or a hash instead, and are newer than what is asked for.
  const known = Number(major)
  return known > 0 && known < OLDEST_FFMPEG
    ? undefined
    : { path, env, version, major: known, minor: Number(minor) }
}

export interface RunOptions {
  timeLimitMs: number
  signal?: AbortSignal
  /** Called with seconds of the result that are done. */
  onProgress?: (seconds: number) => void
}

/** What ffmpeg said went wrong, in its own last words. */
export class FfmpegFailed extends Error {}

/**
 * Runs ffmpeg without a shell, without reading the terminal, and without any protocol but files: a playlist inside a
 * file must not make it fetch anything. Its memory and its time are limited.
 * @throws FfmpegFailed; the signal's reason when it is aborted
 */
export async function runFfmpeg(ffmpeg: Ffmpeg, args: readonly string[], options: RunOptions): Promise<void> {
  const before = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-max_alloc', String(2 ** 30)]
  await runProcess(ffmpeg, [...before, '-progress', 'pipe:1', ...args], options)
}

/** How to name an input: the demuxer is the one that fits what the probe found, so that the content cannot choose. */
export function inputArgs(demuxer: string, path: string): string[] {
  return ['-protocol_whitelist', 'file,pipe', '-f', demuxer, '-i', `file:${path}`]
}

/** Addresses, not memory in use: an encoder that looks forty 4K frames ahead reserves a few gigabytes. */
const MEMORY_BYTES = 8 * 2 ** 30
const KEPT_OUTPUT = 64 * 1024

function runProcess(
  { path, env }: Pick<Ffmpeg, 'path' | 'env'>,
  args: readonly string[],
  { timeLimitMs, signal, onProgress }: RunOptions,
): Promise<{ stdout: string }> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = startLimited(
      { file: path, args, env: decoderEnvironment(env), capAddressSpace: true },
      { memoryBytes: MEMORY_BYTES },
    )
    let stdout = ''
    let stderr = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, timeLimitMs)
    const abort = () => child.kill('SIGKILL')
    signal?.addEventListener('abort', abort, { once: true })
    const output = child.stdout as Readable
    output.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-KEPT_OUTPUT)
      const micros = [...text.matchAll(/^out_time_us=(\d+)/gm)].at(-1)?.[1]
      if (micros !== undefined) onProgress?.(Number(micros) / 1e6)
    })
    const complaints = child.stderr as Readable
    complaints.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_OUTPUT)
    })
    const done = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      settle()
    }
    child.once('error', (error) => done(() => reject(error)))
    child.once('close', (code) =>
      done(() => {
        if (signal?.aborted) return reject(signal.reason)
        if (late)
          return reject(new FfmpegFailed(`it took longer than ${Math.round(timeLimitMs / 1000)} seconds`))
        if (code === 0) return resolve({ stdout })
        reject(new FfmpegFailed(lastWords(stderr) ?? `ffmpeg ended with ${code}`))
      }),
    )
  })
}

/** Its last line, without addresses in memory and paths of this machine. */
function lastWords(stderr: string): string | undefined {
  const line = stderr.trim().split('\n').at(-1)
  return (
    line
      ?.replace(/\[[^\]]* @ 0x[0-9a-f]+\]\s*/g, '')
      .replace(/(file:)?\/\S*\//g, '')
      .slice(0, 300) || undefined
  )
}
