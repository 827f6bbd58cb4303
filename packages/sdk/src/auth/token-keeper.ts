/**
 * Keeps users' tokens fresh: one renewal in flight for each user however many callers wait, a rotated refresh token
 * stored before it is used, a pause after a failure, and no refresh token ever lost.
 */
import { AuthError, type Clock, TockworkError } from '@tockwork/kernel'
import type { TikTokEvent } from '../events.ts'
import { renewalDue, type TokenSet } from './token-set.ts'
import type { TokenStore } from './token-store.ts'

export interface TokenKeeperParts {
  store: TokenStore
  clock: Clock
  /** Asks TikTok for new tokens. */
  exchange: (tokens: TokenSet) => Promise<TokenSet>
  emit: (event: TikTokEvent) => void
}

const FIRST_COOL_DOWN_MS = 1_000
const LONGEST_COOL_DOWN_MS = 60_000

interface Failure {
  error: TockworkError
  /** The refresh token it happened with: a new one is a new chance. */
  refreshToken: string
  /** `Infinity` for one that TikTok will never take again. */
  until: number
  times: number
}

export class TokenKeeper {
  readonly #parts: TokenKeeperParts
  readonly #flights = new Map<string, Promise<TokenSet>>()
  readonly #failures = new Map<string, Failure>()
  /** Sets that TikTok gave and the store would not take yet. Their refresh tokens exist nowhere else. */
  readonly #unsaved = new Map<string, TokenSet>()

  constructor(parts: TokenKeeperParts) {
    this.#parts = parts
  }

  /** A set whose access token is good now. */
  async fresh(openId: string, signal?: AbortSignal): Promise<TokenSet> {
    const tokens = await this.#load(openId)
    const now = this.#parts.clock.now()
    if (now < renewalDue(tokens) && !this.#unsaved.has(openId)) return tokens
    try {
      return await this.#shared(openId, undefined, signal)
    } catch (error) {
      // The old token still works for a while; the renewal is tried again after its pause.
      if (signal?.aborted || now >= tokens.expiresAt || this.#unsaved.has(openId)) throw error
      if (!(error instanceof TockworkError)) throw error
      return tokens
    }
  }

  /** A newer set than the one whose access token TikTok refused, or than the current one when none is named. */
  async renew(openId: string, rejected: string | undefined, signal?: AbortSignal): Promise<TokenSet> {
    const tokens = await this.#shared(openId, rejected ?? 'any', signal)
    // The flight that was joined may have begun before this token was refused, and have found it good.
    return tokens.accessToken.reveal() === rejected ? this.#shared(openId, rejected, signal) : tokens
  }

  /** Keeps a set that TikTok just gave. */
  async keep(tokens: TokenSet): Promise<void> {
    this.#unsaved.set(tokens.openId, tokens)
    await this.#save(tokens.openId)
    this.#failures.delete(tokens.openId)
  }

  async forget(openId: string): Promise<void> {
    this.#unsaved.delete(openId)
    this.#failures.delete(openId)
    await this.#parts.store.delete(openId)
  }

  async #load(openId: string): Promise<TokenSet> {
    const tokens = this.#unsaved.get(openId) ?? (await this.#parts.store.get(openId))
    if (tokens !== undefined) return tokens
    throw new AuthError(`There are no tokens for the user ${openId}.`, {
      code: 'not_connected',
      needs: 'reconnect',
      retry: 'never',
      action: 'Send the user through consent (auth.start, auth.finish) with this token store.',
    })
  }

  #shared(openId: string, rejected: string | undefined, signal: AbortSignal | undefined): Promise<TokenSet> {
    let flight = this.#flights.get(openId)
    if (flight === undefined) {
      const work = (): Promise<TokenSet> => this.#renew(openId, rejected)
      const { store } = this.#parts
      flight = (store.lock === undefined ? work() : store.lock(openId, work)).finally(() => {
        this.#flights.delete(openId)
      })
      this.#flights.set(openId, flight)
    }
    return signal === undefined ? flight : orAborted(flight, signal)
  }

  /** Runs alone for its user, also among processes where the store has a lock. */
  async #renew(openId: string, rejected: string | undefined): Promise<TokenSet> {
    const { clock, exchange, emit, store } = this.#parts
    if (this.#unsaved.has(openId)) await this.#save(openId)
    const tokens = await this.#load(openId)
    const now = clock.now()
    // Somebody else was faster.
    const accessToken = tokens.accessToken.reveal()
    if (rejected === undefined ? now < renewalDue(tokens) : rejected !== 'any' && accessToken !== rejected)
      return tokens
    this.#refuseHopeless(tokens, now)
    try {
      const renewed = await exchange(tokens)
      this.#unsaved.set(openId, renewed)
      await this.#save(openId)
      this.#failures.delete(openId)
      emit({ type: 'refresh', openId, outcome: 'ok', code: undefined })
      return renewed
    } catch (error) {
      if (!(error instanceof TockworkError)) throw error
      emit({ type: 'refresh', openId, outcome: 'failed', code: error.code })
      if (needsReconnect(error)) {
        // Without a lock another process may have rotated the token under us.
        const current = await store.get(openId)
        if (current !== undefined && current.refreshToken.reveal() !== tokens.refreshToken.reveal())
          return current
      }
      this.#remember(tokens, error)
      throw error
    }
  }

  #refuseHopeless(tokens: TokenSet, now: number): void {
    const failure = this.#failures.get(tokens.openId)
    if (
      failure !== undefined &&
      failure.refreshToken === tokens.refreshToken.reveal() &&
      now < failure.until
    ) {
      throw failure.error
    }
    if (now < tokens.refreshExpiresAt) return
    throw new AuthError(`The grant of the user ${tokens.openId} has run out.`, {
      code: 'refresh_token_expired',
      needs: 'reconnect',
      retry: 'never',
      action: 'Send the user through consent again.',
    })
  }

  #remember(tokens: TokenSet, error: TockworkError): void {
    const times = (this.#failures.get(tokens.openId)?.times ?? 0) + 1
    const pause = Math.min(LONGEST_COOL_DOWN_MS, FIRST_COOL_DOWN_MS * 2 ** (times - 1))
    this.#failures.set(tokens.openId, {
      error,
      refreshToken: tokens.refreshToken.reveal(),
      until: needsReconnect(error) ? Number.POSITIVE_INFINITY : this.#parts.clock.now() + pause,
      times,
    })
  }

  async #save(openId: string): Promise<void> {
    const tokens = this.#unsaved.get(openId)
    if (tokens === undefined) return
    await this.#parts.store.put(tokens)
    if (this.#unsaved.get(openId) === tokens) this.#unsaved.delete(openId)
  }
}

function needsReconnect(error: TockworkError): boolean {
  return error instanceof AuthError && error.needs === 'reconnect'
}

/** The shared work goes on for the others when one caller loses interest. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
