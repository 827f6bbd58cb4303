/** Puts the command together from the real parts of this process. */
import { readFileSync } from 'node:fs'
import { cryptoRandom, systemClock } from '@tockwork/kernel'
import { readConfig } from './config.ts'
import { exitCodes } from './exit-codes.ts'
import { Output } from './output/output.ts'
import { run } from './run.ts'

const SAME_SIGNAL_MS = 300

export async function main(): Promise<void> {
  const stop = new AbortController()
  let stoppedAt = 0
  const onSignal = (): void => {
    // The second one means it. A terminal and a parent process can pass on the same one.
    if (stop.signal.aborted && Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(exitCodes.interrupted)
    stoppedAt = stop.signal.aborted ? stoppedAt : Date.now()
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // `tockwork videos | head` closes the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
    throw error
  })
  const { env, stdin, stdout, stderr } = process
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const cwd = process.cwd()
  process.exitCode = await run(process.argv.slice(2), {
    version: manifest.version,
    makeOutput: (options) =>
      new Output({
        stdin,
        stdout,
        stderr,
        ...options,
        colours: env.NO_COLOR === undefined && env.TERM !== 'dumb',
      }),
    makeContext: (out) => ({
      config: readConfig(env, cwd),
      cwd,
      clock: systemClock,
      random: cryptoRandom,
      fetch: globalThis.fetch,
      out,
      signal: stop.signal,
      pid: process.pid,
    }),
  })
  // A keep-alive connection or a prompt's stdin must not hold the shell.
  stdin.unref?.()
  const leave = (): void => {
    if (stdout.writableLength === 0) process.exit()
    else stdout.once('drain', leave)
  }
  setTimeout(leave, 300).unref()
}
