/** Child processes that are told what to do and answer: nothing measured shares a process with what measures it. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const running = new Set<ChildProcess>()

/** Ends whatever still runs; for the end of the program, however it comes. */
export function killChildren(): void {
  for (const child of running) child.kill('SIGKILL')
}

function track(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

export interface Worker {
  pid: number
  /** Sends one question and waits for its answer. */
  ask<T>(question: string, details?: unknown): Promise<T>
  stop(): Promise<void>
}

/** Starts a program of `bench/children` that calls `answerQuestions`. It ends with this process, even by kill -9. */
export async function startWorker(name: string, nodeFlags: readonly string[] = []): Promise<Worker> {
  const child = fork(join(import.meta.dirname, 'children', `${name}.ts`), [], {
    execArgv: [...process.execArgv, ...nodeFlags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  track(child)
  let count = 0
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  child.on('message', (message) => {
    const { id, value, error } = message as { id: number; value?: unknown; error?: string }
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new Error(`${name}: ${error}`))
  })
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended (${signal ?? code})`))
    waiting.clear()
  })
  const ask = <T>(question: string, details: unknown = {}): Promise<T> => {
    count += 1
    const id = count
    return new Promise<T>((resolve, reject) => {
      if (child.exitCode !== null || !child.connected) return reject(new Error(`${name} has ended`))
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      child.send({ id, question, details })
    })
  }
  await ask('ready')
  return { pid: child.pid as number, ask, stop: () => end(child) }
}

/** A program as users start it. Resolves with its first line on stdout that contains `wanted`. */
export async function startProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  wanted = '',
): Promise<{ pid: number; line: string; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  track(child)
  let out = ''
  let complaints = ''
  child.stderr.on('data', (bytes) => {
    complaints = `${complaints}${bytes}`.slice(-4000)
  })
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (bytes) => {
      out += bytes
      const found = out
        .split('\n')
        .slice(0, -1)
        .find((one) => one.includes(wanted))
      if (found !== undefined) resolve(found)
      complaints = `${complaints}${bytes}`.slice(-4000)
      out = out.slice(out.lastIndexOf('\n') + 1)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${complaints}`)))
  })
  return { pid: child.pid as number, line, stop: () => end(child) }
}

/** A server that answers everything with this. */
export async function startBareServer(
  body = '{}',
  headers: Record<string, string> = {},
): Promise<{ pid: number; port: number; stop: () => Promise<void> }> {
  const { pid, line, stop } = await startProgram([
    join(import.meta.dirname, 'bare-server.mjs'),
    body,
    JSON.stringify(headers),
  ])
  return { pid, port: (JSON.parse(line) as { port: number }).port, stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  // A database writes down what it holds before it ends.
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await gone
  clearTimeout(late)
}

type Answers = Record<string, (details: never) => unknown>

/** The child's side. */
export function answerQuestions(answers: Answers): void {
  process.on('message', async (message) => {
    const { id, question, details } = message as { id: number; question: string; details: never }
    try {
      const value = question === 'ready' ? true : await answers[question]?.(details)
      process.send?.({ id, value })
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack ?? String(error) })
    }
  })
  process.on('SIGTERM', () => process.exit())
  process.on('disconnect', () => process.exit())
}

export interface ResidentBytes {
  now: number
  /** Highest so far, since `forgetPeak` where the system can. */
  peak: number
}

/** Memory of a process that lies in RAM. Linux only; elsewhere `undefined`. */
export function residentBytes(pid: number | 'self'): ResidentBytes | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const read = (name: string): number =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
    return { now: read('VmRSS'), peak: read('VmHWM') }
  } catch {
    return undefined
  }
}
