import { type Hub, type HubParts, startHub } from './app.ts'
import { ConfigError, type Environment, parseConfig } from './config.ts'
import { clearOf } from './observability/logger.ts'
import { isConnectionLost } from './storage/database.ts'

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
  const hearing = (error: unknown): void => hearConnectionError(error, options.writeError)
  process.on('uncaughtException', hearing)
  try {
    return await run(options)
  } finally {
    process.off('uncaughtException', hearing)
  }
}

/**
 * A connection to the database that breaks while nobody listens to it does not end the program: whoever uses it meets the
 * same error with the next statement. The job queue takes its listeners off a connection before it closes it, so that a
 * server which dies in that moment is heard by nobody. Anything else ends the program, as ever.
 */
export function hearConnectionError(error: unknown, write: (line: string) => void): void {
  if (!isConnectionLost(error)) throw error
  write(`A database connection broke while it was closed: ${clearOf((error as Error).message)}`)
}

async function run(options: ServeOptions): Promise<number> {
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
