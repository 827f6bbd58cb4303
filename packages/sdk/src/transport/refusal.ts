/** TikTok's no: what it means, what to do, and which class of error it becomes. */
import { type Endpoint, type ErrorEntry, oauthErrors, openErrors } from '@tockwork/contracts'
import {
  AuthError,
  PlatformError,
  RateLimitError,
  type RetryVerdict,
  redact,
  type TockworkError,
  type TockworkErrorDetails,
} from '@tockwork/kernel'

export interface Refusal {
  /** TikTok's code, or `http_503` where there was none. */
  code: string
  message: string
  endpoint: Endpoint
  status: number
  logId: string | undefined
  retry: RetryVerdict
  hint: ErrorEntry['retryHint']
  action: string | undefined
  afterSeconds: number | undefined
  /** What is wrong with the credentials, where it is they. */
  needs: AuthError['needs'] | undefined
}

export interface RefusalFacts {
  code: string | undefined
  message: string
  logId: string | undefined
  status: number
  oauth: boolean
  /** The codes of an API that has its own; by default those of TikTok for Developers. */
  catalogue?: Readonly<Record<string, ErrorEntry>>
}

const REFRESHABLE = 'access_token_invalid'

/** Looks a refusal up in the catalogue; codes that are not in it survive with a verdict from the status. */
export function refusalOf(endpoint: Endpoint, facts: RefusalFacts): Refusal {
  const { status, logId } = facts
  const code = facts.code ?? (status === 429 ? 'rate_limit_exceeded' : `http_${status}`)
  const entry = entryOf(code, facts)
  const unknown = unknownVerdict(status, facts.code !== undefined)
  const explanation = entry?.meaning ?? unknown.meaning
  // Without a code the message is our own description of what came instead.
  const words = redact(facts.message.trim())
  const said = words === '' ? '' : facts.code === undefined ? ` ${words}` : ` TikTok says: ${words}`
  return {
    code,
    message: `${endpoint.id}: ${explanation}${said} (${code})`,
    endpoint,
    status,
    logId,
    retry: entry?.retry ?? unknown.retry,
    hint: entry === undefined ? unknown.hint : entry.retryHint,
    action: entry?.action ?? unknown.action,
    afterSeconds: entry?.afterSeconds,
    needs: entry?.needs ?? needsOf(code),
  }
}

function entryOf(code: string, { oauth, catalogue }: RefusalFacts): ErrorEntry | undefined {
  const tables: Readonly<Record<string, ErrorEntry>>[] =
    catalogue !== undefined ? [catalogue] : oauth ? [oauthErrors, openErrors] : [openErrors, oauthErrors]
  for (const table of tables) if (Object.hasOwn(table, code)) return table[code]
  return undefined
}

function unknownVerdict(
  status: number,
  coded: boolean,
): {
  meaning: string
  retry: RetryVerdict
  hint: ErrorEntry['retryHint']
  action: string
} {
  if (status === 429)
    return {
      meaning: 'Too many calls.',
      retry: 'after',
      hint: 'window',
      action: 'Wait, then spread the calls out.',
    }
  if (status >= 500)
    return {
      meaning: `TikTok, or something in front of it, had a problem (HTTP ${status}).`,
      retry: 'now',
      hint: 'backoff',
      action: 'Try again with growing pauses.',
    }
  return {
    meaning: coded
      ? `Refused with HTTP ${status} and a code that is not in the catalogue.`
      : `Refused with HTTP ${status}, without a code.`,
    retry: 'never',
    hint: undefined,
    action: coded
      ? 'Read what TikTok says; with the log_id its support can look the call up.'
      : 'Check the address (origin, proxy): what answered may not be TikTok.',
  }
}

/** The error that a refusal becomes once nothing more can be done about it. */
export function errorOf(refusal: Refusal, now: number, until?: number): TockworkError {
  const details = detailsOf(refusal)
  const { needs } = refusal
  if (needs !== undefined) return new AuthError(refusal.message, { ...details, needs })
  if (refusal.retry === 'after') {
    const ends = until ?? (refusal.afterSeconds === undefined ? undefined : now + refusal.afterSeconds * 1000)
    return new RateLimitError(refusal.message, { ...details, ...(ends === undefined ? {} : { until: ends }) })
  }
  return new PlatformError(refusal.message, details)
}

/** The error of a refusal that only a new consent can mend. */
export function reconnectError(refusal: Refusal): AuthError {
  return new AuthError(refusal.message, {
    ...detailsOf(refusal),
    needs: 'reconnect',
    retry: 'never',
    action: 'A token that was just renewed is refused too. Send the user through consent again.',
  })
}

function detailsOf(refusal: Refusal): TockworkErrorDetails {
  return {
    code: refusal.code,
    retry: refusal.retry,
    httpStatus: refusal.status,
    endpoint: refusal.endpoint.id,
    ...(refusal.action === undefined ? {} : { action: refusal.action }),
    ...(refusal.logId === undefined ? {} : { logId: refusal.logId }),
  }
}

function needsOf(code: string): AuthError['needs'] | undefined {
  switch (code) {
    case REFRESHABLE:
      return 'refresh'
    case 'scope_not_authorized':
    case 'scope_permission_missed':
    case 'invalid_scope':
      return 'scope'
    case 'invalid_grant':
    case 'access_denied':
      return 'reconnect'
    case 'invalid_client':
    case 'unauthorized_client':
      return 'credentials'
    default:
      return undefined
  }
}

/** Whether a fresh token may turn this no into a yes. */
export function wantsFreshToken(refusal: Refusal): boolean {
  return refusal.needs === 'refresh'
}
