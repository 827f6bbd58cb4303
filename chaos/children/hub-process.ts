/** A hub as a process of its own, told by the environment what to be. It ends with whoever started it. */
import { serve } from '@tockwork/hub'

const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
process.once('disconnect', () => ending.abort())
process.exitCode = await serve({
  env: process.env,
  json: true,
  write: (line) => process.send?.(JSON.parse(line)),
  writeError: (line) => process.stderr.write(`${line}\n`),
  signal: ending.signal,
})
if (process.connected) process.disconnect()
