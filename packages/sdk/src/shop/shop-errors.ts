/** TikTok Shop's no, as the error that says what to do next. */
import { coreShopErrors, type ShopErrorEntry, type ShopRetry, shopRetryOf } from '@tockwork/contracts/shop'
import {
  AuthError,
  PlatformError,
  RateLimitError,
  redact,
  type TockworkError,
  type TockworkErrorDetails,
} from '@tockwork/kernel'

export interface ShopRefusal {
  operation: string
  /** TikTok's code; `undefined` where something answered that was not in its envelope. */
  code: number | undefined
  message: string
  status: number
  requestId: string | undefined
  retry: ShopRetry
}

export function refusalOf(facts: Omit<ShopRefusal, 'retry'>): ShopRefusal {
  return { ...facts, retry: retryOf(facts.code, facts.status) }
}

/** The status decides where the code says nothing: throttling is known to come with either alone. */
function retryOf(code: number | undefined, status: number): ShopRetry {
  const known = code === undefined ? 'never' : shopRetryOf(code)
  if (known !== 'never') return known
  if (status === 429) return 'throttled'
  return status >= 500 ? 'transient' : 'never'
}

/** @param mayHaveActed the call may have been carried out although it was refused, and acts again when repeated */
export function errorOf(refusal: ShopRefusal, mayHaveActed: boolean, until?: number): TockworkError {
  const { operation, code, status, retry, requestId } = refusal
  const entry: ShopErrorEntry | undefined = code === undefined ? undefined : coreShopErrors[code]
  const said = redact(refusal.message.trim().slice(0, 500))
  const words = [entry?.meaning, said === '' ? '' : `TikTok says: ${said}`].filter(Boolean).join(' ')
  const name = code === undefined ? `http_${status}` : String(code)
  const message = `${operation}: ${words || 'Refused.'} (${name})`
  const details: TockworkErrorDetails = {
    code: name,
    retry: 'never',
    httpStatus: status,
    endpoint: operation,
    action: entry?.action ?? actionOf(retry),
    ...(requestId === undefined ? {} : { logId: requestId }),
  }
  if (entry?.needs !== undefined) return new AuthError(message, { ...details, needs: entry.needs })
  if (retry === 'throttled')
    return new RateLimitError(message, {
      ...details,
      retry: 'after',
      ...(until === undefined ? {} : { until }),
    })
  if (retry === 'transient') details.retry = mayHaveActed ? 'outcome-unknown' : 'now'
  return new PlatformError(message, details)
}

function actionOf(retry: ShopRetry): string {
  if (retry === 'throttled') return 'Wait, then spread the calls out.'
  if (retry === 'transient') return 'Try again with growing pauses; ask for the state first where it acts.'
  return 'Read what TikTok says; with the request id its support can look the call up.'
}

/** A failure of one thing in a batch that as a whole succeeded. */
export interface PartialFailure {
  code: number | undefined
  message: string
  detail: Readonly<Record<string, unknown>>
}

/** What failed in a batch: TikTok answers success and lists only the failures, in `errors`. Empty: all succeeded. */
export function partialFailures(data: Readonly<Record<string, unknown>>): PartialFailure[] {
  if (!Array.isArray(data.errors)) return []
  return data.errors.map((each: unknown) => {
    const { code, message, detail } = (typeof each === 'object' && each !== null ? each : {}) as Record<
      string,
      unknown
    >
    const number = Number(code)
    return {
      code: code === undefined || !Number.isSafeInteger(number) ? undefined : number,
      message: typeof message === 'string' ? message : '',
      detail:
        typeof detail === 'object' && detail !== null ? (detail as Readonly<Record<string, unknown>>) : {},
    }
  })
}
