/** Runs named steps, a few at a time, and remembers what each said. */
import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'

export interface StepResult {
  name: string
  ok: boolean
  seconds: number
  /** What to show when it failed. */
  output: string
  /** One line worth showing when it passed. */
  note?: string
}

export interface Step {
  name: string
  run(): Promise<{ ok: boolean; output: string; note?: string }>
}

const ROOT = resolve(import.meta.dirname, '..')
const running = new Set<ChildProcess>()

/** A step is a process group of its own, so that what it started ends with it. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // It has ended by itself.
  }
}

/** Ends every running step, for Ctrl-C. */
export function killSteps(): void {
  for (const child of running) kill(child, 'SIGKILL')
}

/**
 * Runs a program of node_modules/.bin, or a script of ours, under the repository's Node, without stdin.
 * @param options.timeoutSeconds after which it is killed and counts as failed
 */
export function runCommand(
  args: readonly string[],
  options: { env?: Record<string, string>; timeoutSeconds?: number } = {},
): Promise<{ ok: boolean; output: string }> {
  const { env = {}, timeoutSeconds = 300 } = options
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: {
        ...process.env,
        PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
        ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    running.add(child)
    let output = ''
    const take = (data: string): void => {
      output += data
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    const timer = setTimeout(() => {
      output += `\nKilled: not done after ${timeoutSeconds} s.`
      kill(child, 'SIGKILL')
    }, timeoutSeconds * 1000)
    child.on('error', (error) => take(error.message))
    child.on('close', (code) => {
      clearTimeout(timer)
      running.delete(child)
      done({ ok: code === 0, output: output.trim() })
    })
  })
}

/** Runs the steps in order, at most `lanes` at a time; `report` hears of each as it ends. */
export async function runSteps(
  steps: readonly Step[],
  lanes: number,
  report: (result: StepResult) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = []
  const waiting = [...steps]
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const from = performance.now()
      const outcome = await step.run().catch((error: unknown) => ({
        ok: false,
        output: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }))
      const result = { name: step.name, seconds: (performance.now() - from) / 1000, ...outcome }
      results.push(result)
      report(result)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}
