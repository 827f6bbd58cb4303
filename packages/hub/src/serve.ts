import { type Hub, type HubParts, startHub } from './app.ts'
import { ConfigError, type Environment, parseConfig } from './config.ts'
import { clearOf } from './observability/logger.ts'

export interface ServeOptions {
  env: Environment
  /** One line for people or, with `json`, one JSON object; the rest is the log on standard output. */
  json?: boolean
  write: (line: string) => void
  writeError: (line: string) => void
  /** Aborted when the program is asked to end: by SIGINT or SIGTERM. */
  signal: AbortSignal
  parts?: HubParts
}

/**
 * Runs a hub until the signal: `tockwork serve`.
 * @returns the exit code: 0 after an orderly end, 2 for a wrong configuration, 1 when it could not start.
 */
export async function serve(options: ServeOptions): Promise<number> {
  let hub: Hub
  try {
    hub = await startHub(parseConfig(options.env), options.parts)
  } catch (error) {
    options.writeError(clearOf(error instanceof Error ? error.message : String(error)))
    return error instanceof ConfigError ? 2 : 1
  }
  options.write(
    options.json === true
      ? JSON.stringify({ hub: hub.url, admin_key_file: hub.adminKeyFile })
      : `Hub: ${hub.url}  (API key: ${hub.adminKeyFile})`,
  )
  // The one time that the key is shown; it stands in the file as well.
  if (hub.adminKey !== undefined && options.json !== true)
    options.write(`First API key: ${hub.adminKey.reveal()}`)
  await new Promise<void>((done) => {
    if (options.signal.aborted) return done()
    options.signal.addEventListener('abort', () => done(), { once: true })
  })
  await hub.close()
  return 0
}
