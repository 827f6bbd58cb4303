import { redact } from '@tockwork/kernel'
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Names under which a secret could reach a log line, at the top or one level down. */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["x-api-key"]',
  'access_token',
  'refresh_token',
  'accessToken',
  'refreshToken',
  'client_secret',
  'clientSecret',
  'secret',
  'password',
  'code_verifier',
  'token',
  'apiKey',
  'upload_url',
  'uploadUrl',
]

/** A code is a reason, or what TikTok's callback brings: which of them, its shape tells. */
const CODE = 'code'
/**
 * `invalid_grant`, `ECONNRESET`, `42P01`, 503: words, or a SQLSTATE. An authorization code is random characters of both cases
 * with digits and signs in between.
 */
const REASON = /^(?:[a-z]+(?:[_-][a-z0-9]+)*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*|[0-9A-Z]{5}|-?\d{1,10})$/
const LONGEST_REASON = 64

const paths = [...SECRET_NAMES, CODE]
  .flatMap((name) => {
    const below = name.startsWith('[') ? name : `.${name}`
    return [name, `*${below}`, `*.*${below}`]
  })
  .concat(['req.headers', 'headers.authorization', 'headers.cookie'])

/**
 * One JSON line for each event. Secrets are removed twice: fields by their name, and whatever looks like a token out of
 * messages, addresses and error texts.
 */
export function createLogger(options: { level: LogLevel; destination?: DestinationStream }): Logger {
  const settings = {
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    base: { name: 'tockwork-hub' },
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor },
    serializers: { err: errorFields, error: errorFields, url: (url: unknown) => clearOf(String(url)) },
    hooks: {
      logMethod(args: Parameters<Logger['info']>, method: (...args: Parameters<Logger['info']>) => void) {
        // Messages are constant sentences by habit; this holds for those that were built from somebody's text.
        const clean = args.map((arg: unknown) => (typeof arg === 'string' ? clearOf(arg) : arg))
        method.apply(this, clean as Parameters<Logger['info']>)
      },
    },
  }
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination)
}

function censor(value: unknown, path: string[]): unknown {
  return path.at(-1) === CODE && isReason(value) ? value : '[secret]'
}

function isReason(value: unknown): boolean {
  if (typeof value === 'number') return true
  return typeof value === 'string' && value.length <= LONGEST_REASON && REASON.test(value)
}

/** API keys have a shape of their own; the rest is the shared word for TikTok's secrets. */
const API_KEY = /\btwk_(live|test)_[0-9A-Za-z]+/g
/** What a login is recognised by on its way back from TikTok. */
const LOGIN_STATE = /([?&]state=)[^&#\s]+/g
/** Whoever has the address of a publish page can post with it. */
const PUBLISH_TOKEN = /(\/publish\/)[\w-]{43}/g
/** The password in a database address. */
const URL_PASSWORD = /(:\/\/[^:/@\s]+:)[^@\s]+@/g

export function clearOf(text: string): string {
  return redact(text)
    .replace(API_KEY, 'twk_$1_[secret]')
    .replace(LOGIN_STATE, '$1[secret]')
    .replace(PUBLISH_TOKEN, '$1[secret]')
    .replace(URL_PASSWORD, '$1[secret]@')
}

function errorFields(error: unknown): unknown {
  if (!(error instanceof Error))
    return typeof error === 'object' ? error : { message: clearOf(String(error)) }
  const code: unknown = Reflect.get(error, 'code')
  return {
    type: error.name,
    message: clearOf(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    stack: clearOf(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: errorFields(error.cause) }),
  }
}
