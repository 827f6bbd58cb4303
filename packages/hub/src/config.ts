import { resolve } from 'node:path'
import { Secret } from '@tockwork/kernel'
import { type BlobSettings, readBlobSettings } from './assets/blob-settings.ts'
import type { LogLevel } from './observability/logger.ts'
import { KMS_VARIABLE, type KmsSettings, readKmsSettings } from './vault/kms/index.ts'
import { MASTER_KEY_BYTES, MasterKeyTextError, readMasterKeyText } from './vault/master-key-text.ts'

/** How a hub runs. Read once at the start; nothing else looks at the environment. */
export interface Config {
  /** Absent: the embedded PostgreSQL in the data folder. */
  databaseUrl: Secret | undefined
  /** Absolute. */
  dataDir: string
  /**
   * The vault's master keys as given: one base64 key, or several `version:key`, each base64 or wrapped by a service in
   * `kms`. Absent: from a file of mode 0600 in the data folder, made at the first start; never absent together with a
   * database URL.
   */
  secretKey: Secret | undefined
  /** The key management services that wrapped master keys may come from. */
  kms: KmsSettings
  /** Where uploaded files are kept. */
  blobs: BlobSettings
  /** Every TikTok host is reached here: the emulator. Absent: the real hosts. */
  tiktokOrigin: string | undefined
  host: string
  /** 0 picks a free one. */
  port: number
  /** Where callers and browsers reach us, without a slash at the end. Absent: host and port. */
  publicUrl: string | undefined
  logLevel: LogLevel
  /** Believe `x-forwarded-*`. */
  trustProxy: boolean
  /** Webhooks may go to this machine itself, without https: for work on one machine. */
  webhooksToLoopback: boolean
  /** Servers of Bluesky may be this machine itself, without https: for work on one machine. */
  blueskyToLoopback: boolean
  /** The directory of Bluesky's accounts. Absent: plc.directory. */
  plcDirectory: string | undefined
  /** Connections to the database at most, in this process, besides those of the job queue. */
  databasePool: number
  /** False: only the API, other processes run the jobs. */
  work: boolean
  /** OpenTelemetry is asked for by its own variables. */
  tracing: boolean
  /** Directories to find a system PostgreSQL in, when no embedded one is there. */
  searchPath: string | undefined
  /** `rules`: files are held against the platform's rules only, and their pictures are not looked at. */
  mediaChecks: 'full' | 'rules'
  /** Another ffmpeg than the one on the `PATH`, or `none`. */
  ffmpeg: string | undefined
}

/** The environment does not make a configuration; `messages` names each variable with what it may be. */
export class ConfigError extends Error {
  readonly messages: readonly string[]

  constructor(messages: readonly string[]) {
    super(`The configuration is not right:\n${messages.map((message) => `  ${message}`).join('\n')}`)
    this.name = 'ConfigError'
    this.messages = messages
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/**
 * Reads the configuration from environment variables; an empty one counts as absent. Everything that is wrong is said at
 * once, each message beginning with the variable's name and never holding its value when that is a secret.
 * @throws {ConfigError}
 */
export function parseConfig(env: Environment, options: { cwd?: string } = {}): Config {
  const messages: string[] = []
  const read = (name: string): string | undefined => env[name]?.trim() || undefined
  const wrong = (name: string, message: string): undefined => {
    messages.push(`${name} ${message}`)
    return undefined
  }

  const databaseUrl = read('TOCKWORK_DATABASE_URL')
  if (databaseUrl !== undefined && !isDatabaseUrl(databaseUrl))
    wrong('TOCKWORK_DATABASE_URL', 'must be an address like postgres://user:password@host:5432/name')
  const secretKey = read('TOCKWORK_SECRET_KEY')
  const kms = readKmsSettings({ read, wrong })
  if (secretKey !== undefined) {
    const problem = keyProblem(secretKey, read)
    if (problem !== undefined) wrong('TOCKWORK_SECRET_KEY', problem)
  } else if (databaseUrl !== undefined)
    wrong(
      'TOCKWORK_SECRET_KEY',
      'must be set when TOCKWORK_DATABASE_URL is: every process needs the same key, and one made here would be lost with ' +
        'this machine. Make one with `openssl rand -base64 32` and keep it apart from the database',
    )
  const config: Config = {
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
    dataDir: resolve(options.cwd ?? process.cwd(), read('TOCKWORK_DATA_DIR') ?? '.tockwork'),
    secretKey: secretKey === undefined ? undefined : new Secret(secretKey),
    kms,
    blobs: readBlobSettings({ read, wrong }),
    tiktokOrigin: origin('TOCKWORK_TIKTOK_ORIGIN'),
    host: host(),
    port: whole('TOCKWORK_HUB_PORT', 4848, 0, 65_535),
    publicUrl: publicUrl(),
    logLevel: oneOf('TOCKWORK_LOG_LEVEL', LEVELS, 'info'),
    trustProxy: truth('TOCKWORK_TRUST_PROXY', false),
    webhooksToLoopback: truth('TOCKWORK_WEBHOOKS_TO_LOOPBACK', false),
    blueskyToLoopback: truth('TOCKWORK_BLUESKY_TO_LOOPBACK', false),
    plcDirectory: origin('TOCKWORK_PLC_DIRECTORY'),
    databasePool: whole('TOCKWORK_DATABASE_POOL', 10, 1, 500),
    work: truth('TOCKWORK_HUB_WORKER', true),
    tracing:
      (read('OTEL_EXPORTER_OTLP_ENDPOINT') ?? read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')) !== undefined &&
      read('OTEL_SDK_DISABLED')?.toLowerCase() !== 'true',
    searchPath: read('PATH'),
    mediaChecks: oneOf('TOCKWORK_MEDIA_CHECKS', ['full', 'rules'], 'full'),
    ffmpeg: read('TOCKWORK_FFMPEG'),
  }
  if (messages.length > 0) throw new ConfigError(messages)
  return config

  function host(): string {
    const given = read('TOCKWORK_HUB_HOST') ?? '127.0.0.1'
    if (!/^[\w.:-]+$/.test(given))
      wrong('TOCKWORK_HUB_HOST', 'must be an address to listen on, such as 0.0.0.0')
    return given
  }

  function origin(name: string): string | undefined {
    const given = read(name)
    if (given === undefined) return undefined
    const url = URL.parse(given)
    if (
      url === null ||
      !/^https?:$/.test(url.protocol) ||
      url.pathname !== '/' ||
      url.search !== '' ||
      url.username !== ''
    )
      return wrong(name, 'must be an origin such as http://localhost:4646, with nothing after the port')
    return url.origin
  }

  function publicUrl(): string | undefined {
    const name = 'TOCKWORK_PUBLIC_URL'
    const given = read(name)
    if (given === undefined) return undefined
    const url = URL.parse(given)
    if (
      url === null ||
      !/^https?:$/.test(url.protocol) ||
      url.search !== '' ||
      url.hash !== '' ||
      url.username !== ''
    )
      return wrong(
        name,
        'must be an address such as https://hub.example.com, without query, fragment or user',
      )
    return url.href.replace(/\/$/, '')
  }

  function whole(name: string, otherwise: number, least: number, most: number): number {
    const given = read(name)
    if (given === undefined) return otherwise
    const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
    if (value >= least && value <= most) return value
    wrong(name, `must be a whole number from ${least} to ${most}, not ${JSON.stringify(given)}`)
    return otherwise
  }

  function truth(name: string, otherwise: boolean): boolean {
    const given = read(name)?.toLowerCase()
    if (given === undefined) return otherwise
    if (['1', 'true', 'yes', 'on'].includes(given)) return true
    if (['0', 'false', 'no', 'off'].includes(given)) return false
    wrong(name, `must be true or false, not ${JSON.stringify(given)}`)
    return otherwise
  }

  function oneOf<const T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const given = read(name)
    if (given === undefined) return otherwise
    const found = values.find((value) => value === given)
    if (found !== undefined) return found
    wrong(name, `must be one of ${values.join(', ')}, not ${JSON.stringify(given)}`)
    return otherwise
  }
}

/**
 * The key management services alone, for a program that makes a master key before there is one.
 * @throws {ConfigError}
 */
export function parseKmsConfig(env: Environment): KmsSettings {
  const messages: string[] = []
  const kms = readKmsSettings({
    read: (name) => env[name]?.trim() || undefined,
    wrong: (name, message) => {
      messages.push(`${name} ${message}`)
      return undefined
    },
  })
  if (messages.length > 0) throw new ConfigError(messages)
  return kms
}

function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== ''
}

/** What is wrong with the keys, said without them; undefined when nothing is. */
function keyProblem(text: string, read: (name: string) => string | undefined): string | undefined {
  try {
    for (const one of readMasterKeyText(text)) {
      if ('key' in one) {
        const bytes = one.key.export()
        if (bytes.every((byte) => byte === bytes[0]))
          return 'must be random; this key is one byte over and over'
      } else if (read(KMS_VARIABLE[one.scheme]) === undefined)
        return `must be a key that can be unwrapped: version ${one.version} needs ${KMS_VARIABLE[one.scheme]}`
    }
    return undefined
  } catch (error) {
    if (!(error instanceof MasterKeyTextError)) throw error
    return (
      `must be ${MASTER_KEY_BYTES} random bytes in base64, or several as version:key (${error.message}); ` +
      `make one with \`openssl rand -base64 ${MASTER_KEY_BYTES}\``
    )
  }
}
