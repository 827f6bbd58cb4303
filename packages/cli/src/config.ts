/** Every environment variable that the command reads, checked in one place. */
import { resolve } from 'node:path'
import { Secret, UsageError } from '@tockwork/kernel'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Config {
  /** Absolute path of `TOCKWORK_DATA_DIR`. */
  dataDir: string
  emulatorPort: number
  /** `TOCKWORK_TIKTOK_ORIGIN` without a slash at its end. */
  tiktokOrigin: string | undefined
  clientKey: string | undefined
  clientSecret: Secret | undefined
  /** As it was given: the hub reads and checks its own part when it is started. */
  environment: Environment
}

const DEFAULT_EMULATOR_PORT = 4646

/**
 * @param cwd folder that a relative data folder lies in.
 * @throws {UsageError} naming the variable.
 */
export function readConfig(env: Environment, cwd: string): Config {
  const secret = text(env, 'TIKTOK_CLIENT_SECRET')
  const port = text(env, 'TOCKWORK_EMULATOR_PORT')
  return {
    dataDir: resolve(cwd, text(env, 'TOCKWORK_DATA_DIR') ?? '.tockwork'),
    emulatorPort: port === undefined ? DEFAULT_EMULATOR_PORT : parsePort(port, 'TOCKWORK_EMULATOR_PORT'),
    tiktokOrigin: readOrigin(text(env, 'TOCKWORK_TIKTOK_ORIGIN')),
    clientKey: text(env, 'TIKTOK_CLIENT_KEY'),
    clientSecret: secret === undefined ? undefined : new Secret(secret),
    environment: env,
  }
}

/** @throws {UsageError} naming where it came from. */
export function parsePort(value: string, name: string): number {
  const port = Number(value)
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port
  throw new UsageError(`${name} is ${JSON.stringify(value)}; a port is a whole number from 0 to 65535.`, {
    field: name,
    action: 'Use 0 for any free port.',
  })
}

function readOrigin(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isOrigin = url !== undefined && url.pathname === '/' && url.search === '' && url.username === ''
  if (!isOrigin || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError('TOCKWORK_TIKTOK_ORIGIN is not an origin such as http://localhost:4646.', {
      field: 'TOCKWORK_TIKTOK_ORIGIN',
      action: 'Unset it to talk to the real TikTok.',
    })
  }
  return url.origin
}

/** An empty variable counts as absent: that is how a shell or a compose file leaves one out. */
function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}
