/** A signed call with all that may happen to it: a token that ended, throttling, failures that pass. */
import { type ShopOperation, shopAge, signing } from '@tockwork/contracts/shop'
import { TransportError, UsageError } from '@tockwork/kernel'
import { backoffMs, RetryBudget } from '../transport/retry.ts'
import { type EncodedShopCall, encodeShopCall, type ShopCallParts } from './encode-call.ts'
import type { ShopGrant } from './grant.ts'
import { errorOf, type ShopRefusal } from './shop-errors.ts'
import type { ShopParts } from './shop-parts.ts'
import { exchange, type ShopAnswer } from './shop-wire.ts'
import { signShopRequest } from './signing.ts'

export interface ShopCallOptions extends ShopCallParts {
  signal?: AbortSignal | undefined
}

/** Where a call gets its token from: the store, or one that was handed over. */
export interface ShopTokens {
  current(openId: string): Promise<ShopGrant>
  /** After TikTok said that this one has ended. */
  replace(refused: ShopGrant): Promise<ShopGrant>
}

/** A wait that is longer than this is the caller's to decide about. */
const LONGEST_WAIT_MS = 60_000

export class ShopCaller {
  readonly #parts: ShopParts
  readonly #tokens: ShopTokens
  readonly #budget = new RetryBudget()
  readonly #warned = new Set<string>()

  constructor(parts: ShopParts, tokens: ShopTokens) {
    this.#parts = parts
    this.#tokens = tokens
  }

  /** @param cipher the parameter that names the shop or asset, once it is known which token is used */
  async call(
    openId: string,
    operation: ShopOperation,
    options: ShopCallOptions,
    cipher: () => Promise<Record<string, string>>,
  ): Promise<Record<string, unknown>> {
    this.#judgeAge(operation)
    const { signal } = options
    const encoded = encodeShopCall(operation, options, this.#parts.random)
    let grant = await this.#tokens.current(openId)
    checkUserType(operation, grant)
    const identifiers = await cipher()
    const call = { ...encoded, query: { ...encoded.query, ...identifiers } }
    let renewed = false
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted()
      let answer: ShopAnswer
      const permit = await this.#parts.windows.acquire(operation, identifiers.shop_cipher ?? openId, signal)
      try {
        answer = await this.#attempt(operation, call, grant, attempt, signal)
        permit.settle()
      } catch (error) {
        if (error instanceof TransportError && error.sent === 'no') permit.giveBack()
        else permit.settle()
        if (!(error instanceof TransportError) || !this.#mayRepeat(operation, attempt, error.sent === 'no'))
          throw error
        await this.#pause(operation, attempt, error.code, backoffMs(attempt, this.#parts.random), signal)
        continue
      }
      if (answer.ok) {
        this.#budget.succeeded()
        return answer.data
      }
      const { refusal } = answer
      if (refusal.retry === 'refresh' && !renewed) {
        renewed = true
        grant = await this.#tokens.replace(grant)
        continue
      }
      const delayMs = this.#delayOf(answer, attempt)
      // Throttled calls were not carried out, so even what acts may be repeated.
      if (delayMs === undefined || !this.#mayRepeat(operation, attempt, refusal.retry === 'throttled'))
        throw this.#failure(operation, refusal, answer.retryAfterMs)
      await this.#pause(operation, attempt, nameOf(refusal), delayMs, signal)
    }
  }

  #mayRepeat(operation: ShopOperation, attempt: number, notCarriedOut: boolean): boolean {
    if (attempt >= this.#parts.maxAttempts) return false
    return (notCarriedOut || operation.repeat === 'safe') && this.#budget.take()
  }

  /** How long to wait before another attempt; `undefined` where none can help. */
  #delayOf(answer: Extract<ShopAnswer, { ok: false }>, attempt: number): number | undefined {
    const { retry } = answer.refusal
    if (retry !== 'throttled' && retry !== 'transient') return undefined
    const { retryAfterMs = 0 } = answer
    if (retryAfterMs > LONGEST_WAIT_MS) return undefined
    const backoff = backoffMs(attempt, this.#parts.random)
    // The quota is for a second: to come back sooner is in vain.
    return Math.max(retryAfterMs, retry === 'throttled' ? 1000 + backoff : backoff)
  }

  #failure(operation: ShopOperation, refusal: ShopRefusal, retryAfterMs: number | undefined): Error {
    const until = retryAfterMs === undefined ? undefined : this.#parts.clock.now() + retryAfterMs
    return errorOf(refusal, operation.repeat !== 'safe', until)
  }

  async #attempt(
    operation: ShopOperation,
    call: EncodedShopCall,
    grant: ShopGrant,
    attempt: number,
    signal: AbortSignal | undefined,
  ): Promise<ShopAnswer> {
    const { appKey, appSecret, origin, http, clock, maxAnswerBytes, onEvent } = this.#parts
    const { path, body, contentType } = call
    const started = clock.now()
    // Signed anew for each attempt: a timestamp holds for five minutes.
    const query: Record<string, string> = {
      ...call.query,
      [signing.appKey]: appKey,
      [signing.timestamp]: String(Math.floor(started / 1000)),
    }
    query[signing.sign] = await signShopRequest({ secret: appSecret, path, query, body, contentType })
    const search = Object.entries(query)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&')
    const address = `${origin ?? `https://${operation.host}`}${path}`
    const { id: endpoint, method } = operation
    onEvent?.({ type: 'request', endpoint, attempt, method, url: address, user: grant.openId })
    const answer = await exchange(
      http,
      endpoint,
      {
        method,
        url: `${address}?${search}`,
        headers: {
          [signing.tokenHeader]: grant.accessToken.reveal(),
          'content-type': contentType,
          accept: 'application/json',
        },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      },
      maxAnswerBytes,
    )
    onEvent?.({
      type: 'response',
      endpoint,
      attempt,
      status: answer.ok ? answer.status : answer.refusal.status,
      code: answer.ok ? 'ok' : nameOf(answer.refusal),
      logId: answer.ok ? answer.requestId : answer.refusal.requestId,
      ms: clock.now() - started,
    })
    return answer
  }

  async #pause(
    { id: endpoint }: ShopOperation,
    attempt: number,
    reason: string,
    delayMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#parts.onEvent?.({ type: 'retry', endpoint, attempt, delayMs, reason })
    await this.#parts.clock.sleep(delayMs, signal)
  }

  #judgeAge(operation: ShopOperation): void {
    const age = shopAge(operation, this.#parts.clock.now())
    if (age.state === 'current') return
    const { id, domain, name, lifecycle } = operation
    const successor =
      lifecycle.successor === undefined ? '' : ` Use shop.${domain}.${name}.${lifecycle.successor} instead.`
    if (age.state === 'retired')
      throw new UsageError(`${id} was retired on ${age.on}.${successor}`, {
        code: 'endpoint_retired',
        endpoint: id,
        action: successor === '' ? 'Stop using it; there is no successor.' : successor.trim(),
      })
    if (this.#warned.has(id)) return
    this.#warned.add(id)
    const words =
      age.state === 'ending'
        ? `${id} ends on ${age.on}.`
        : age.state === 'doubtful'
          ? `${id} belongs to a group that was announced to end on ${age.on}; whether it has is not certain.`
          : `${id} is deprecated${age.since === 'unknown' ? '' : ` since ${age.since}`}.`
    const code = age.state === 'ending' ? 'endpoint_ending' : 'endpoint_deprecated'
    this.#parts.onEvent?.({ type: 'warning', code, message: `${words}${successor}` })
  }
}

function nameOf({ code, status }: ShopRefusal): string {
  return code === undefined ? `http_${status}` : String(code)
}

const TOKEN_OF = {
  shop: 'seller',
  seller: 'seller',
  creator: 'creator',
  account: 'partner',
  asset: 'partner',
} as const

/** TikTok would refuse it with a code that stands for much else. */
function checkUserType({ id, entity }: ShopOperation, { userType }: ShopGrant): void {
  if (entity === 'app')
    throw new UsageError(`${id} is not called by itself: use auth.exchange or auth.refresh.`, {
      endpoint: id,
    })
  const wanted = TOKEN_OF[entity]
  if (userType === undefined || userType === wanted) return
  throw new UsageError(`${id} is called as a ${wanted}, and this account is a ${userType}.`, {
    code: 'wrong_account_kind',
    endpoint: id,
    action: `Connect a ${wanted}, and call it as that one.`,
  })
}
