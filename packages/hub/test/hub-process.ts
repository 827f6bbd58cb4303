/** A hub as a process of its own, configured by the environment, that ends on SIGTERM: for tests that kill it. */
import { serve } from '../src/index.ts'

const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
process.exitCode = await serve({
  env: process.env,
  json: true,
  write: (line) => process.stdout.write(`${line}\n`),
  writeError: (line) => process.stderr.write(`${line}\n`),
  signal: ending.signal,
})
