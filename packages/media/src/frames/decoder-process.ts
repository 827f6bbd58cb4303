import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { DecodeError, type DecoderLimits } from './frame-source.ts'

export interface DecoderCommand {
  /** For messages. */
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Every picture on standard output is this long. */
  readonly recordBytes: number
  /** Whether the kernel shall hold the process to the memory limit; a JavaScript engine reserves too much for that. */
  readonly capAddressSpace: boolean
  /** Lines of standard error; true when the line is no complaint. */
  readonly onLine?: (line: string) => boolean
}

/** How much of what a decoder complains about is kept. */
const MAX_COMPLAINT = 2000
/** Longest line looked at: a hostile file can make a decoder print what it likes. */
const MAX_LINE = 4000

/**
 * Runs a decoder in a process of its own and hands out its pictures one by one; the process waits while the caller is
 * busy with one. It gets none of our environment but what it needs to start, and it ends with the loop over this.
 */
export async function* runDecoder(
  command: DecoderCommand,
  limits: DecoderLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted()
  const child = startLimited(command, limits)
  const ended = waitForEnd(child)
  let tookTooLong = false
  const timer = setTimeout(() => {
    tookTooLong = true
    child.kill('SIGKILL')
  }, limits.timeMs)
  const abort = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  const complaint = collectLines(child.stderr as Readable, command.onLine)
  let whole = false
  let records = 0
  try {
    const record = new RecordBuffer(command.recordBytes)
    for await (const chunk of child.stdout as Readable) {
      for (const picture of record.add(chunk as Uint8Array)) {
        records += 1
        yield picture
        // Before the next picture, not after it: an abort means that no more are wanted.
        signal?.throwIfAborted()
      }
    }
    const end = await ended
    signal?.throwIfAborted()
    if (tookTooLong)
      throw new DecodeError('timeout', `decoding took longer than ${Math.round(limits.timeMs / 1000)} s`)
    if (end.error !== undefined)
      throw new DecodeError('no-decoder', `${command.name} did not start`, { cause: end.error })
    if (end.code !== 0) throw explain(command.name, end, await complaint)
    if (records === 0)
      throw new DecodeError(
        'undecodable',
        `${command.name} found no picture in it${because(await complaint)}`,
      )
    whole = true
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    if (!whole) child.kill('SIGKILL')
  }
}

interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
  error?: Error
}

/** Starts a program under a limit of memory, where the system can hold it to one. */
export function startLimited(
  command: Pick<DecoderCommand, 'file' | 'args' | 'env' | 'capAddressSpace'>,
  limits: Pick<DecoderLimits, 'memoryBytes'>,
): ChildProcess {
  const options = { stdio: ['ignore', 'pipe', 'pipe'] as const, env: command.env, windowsHide: true }
  const { file, args } = command
  if (!command.capAddressSpace || process.platform === 'win32')
    return spawn(file, args, { ...options, stdio: [...options.stdio] })
  // Only a shell can lower a limit for what it then turns into; the command itself never passes through its grammar.
  const script = 'ulimit -v "$1" 2>/dev/null; shift; exec "$@"'
  const kilobytes = String(Math.ceil(limits.memoryBytes / 1024))
  return spawn('/bin/sh', ['-c', script, 'sh', kilobytes, file, ...args], {
    ...options,
    stdio: [...options.stdio],
  })
}

function waitForEnd(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

/** The last complaints, as one text. */
async function collectLines(stream: Readable, onLine?: (line: string) => boolean): Promise<string> {
  let kept = ''
  let open = ''
  const take = (line: string): void => {
    if (onLine?.(line) === true) return
    kept = `${kept}${line.trim()}\n`.slice(-MAX_COMPLAINT)
  }
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      const lines = (open + (chunk as string)).split('\n')
      open = (lines.pop() ?? '').slice(0, MAX_LINE)
      for (const line of lines) take(line)
    }
  } catch {
    // The pipe of a killed process may end with an error; why it was killed is known elsewhere.
  }
  if (open !== '') take(open)
  return kept.trim()
}

function explain(name: string, end: ProcessEnd, complaint: string): DecodeError {
  if (/cannot allocate memory|out of memory|memory limit/i.test(complaint))
    return new DecodeError('memory', `decoding wanted more memory than it may have${because(complaint)}`)
  if (end.code === 126 || end.code === 127)
    return new DecodeError('no-decoder', `${name} did not start${because(complaint)}`)
  const how = end.signal === null ? `ended with code ${end.code}` : `was ended by ${end.signal}`
  return new DecodeError('undecodable', `${name} ${how}${because(complaint)}`)
}

/** The last lines say what was fatal; addresses of the decoder's own structures say nothing to anybody. */
function because(complaint: string): string {
  const lines = complaint
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]* @ 0x[0-9a-f]+\] ?/, '').replace(/^file:.*?: (?=[A-Z])/, ''))
    .filter((line) => line !== '')
  return lines.length === 0 ? '' : `: ${[...new Set(lines)].slice(-2).join('; ')}`
}

/** Cuts a stream into records of one length, each with memory of its own. */
class RecordBuffer {
  readonly #length: number
  #record: Uint8Array
  #filled = 0

  constructor(length: number) {
    this.#length = length
    this.#record = new Uint8Array(length)
  }

  *add(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0
    while (at < chunk.length) {
      const taken = Math.min(this.#length - this.#filled, chunk.length - at)
      this.#record.set(chunk.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled < this.#length) return
      const record = this.#record
      this.#record = new Uint8Array(this.#length)
      this.#filled = 0
      yield record
    }
  }
}

/** What a decoder needs to start: never our own settings, some of which are secrets. */
export function decoderEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['PATH', 'Path', 'SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP']
  return Object.fromEntries([
    ...kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    // Each thread would reserve its own stretch of addresses, which counts against the limit.
    ['MALLOC_ARENA_MAX', '2'],
    ['LC_ALL', 'C'],
  ])
}
