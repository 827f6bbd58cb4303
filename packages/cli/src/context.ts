import type { Clock, Random } from '@tockwork/kernel'
import type { Config } from './config.ts'
import type { Output } from './output/output.ts'

/** Everything a command takes from its surroundings; put together in `main.ts`. */
export interface Context {
  config: Config
  cwd: string
  clock: Clock
  random: Random
  fetch: typeof globalThis.fetch
  out: Output
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal
  pid: number
}
