/** A request that is sent twice with the same `Idempotency-Key` is carried out once and answered twice. */
import { problem } from '@tockwork/api'
import { type Clock, type Random, systemClock } from '@tockwork/kernel'
import type { Idempotency, IdempotentRequest, StoredAnswer } from '../http/ports.ts'
import type { Database, Transaction } from '../storage/database.ts'
import {
  claimIdempotencyKey,
  deleteExpiredIdempotencyKeys,
  type HeldKey,
  releaseIdempotencyKey,
  renewIdempotencyClaim,
  storeIdempotentAnswer,
} from '../storage/idempotency.ts'
import type { SealPlace, Vault } from '../vault/sealing.ts'

const KEPT_MS = 24 * 3_600_000
/**
 * A claim that is not renewed for so long is of a process that died, and the next request with the key carries on. Short
 * enough that a caller who repeats gets through, long enough for a database that restarts.
 */
const LEASE_MS = 20_000
const RENEW_MS = 5_000
const WAIT_MS = 10_000
const LOOK_AGAIN_MS = 100

export interface IdempotencyParts {
  db: Database
  clock: Clock
  random: Random
  vault: Vault
  /** Paces the renewals. A lease runs by the database's clock, so that this is the machine's, also where `clock` is moved by hand. */
  leaseClock?: Clock
}

export class IdempotencyKeys implements Idempotency {
  readonly #db: Database
  readonly #clock: Clock
  readonly #random: Random
  readonly #vault: Vault
  readonly #leaseClock: Clock
  readonly #claims = new WeakMap<IdempotentRequest, { held: HeldKey; over: AbortController }>()

  constructor(parts: IdempotencyParts) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#random = parts.random
    this.#vault = parts.vault
    this.#leaseClock = parts.leaseClock ?? systemClock
  }

  /** A duplicate that comes while the first request is at work waits for its answer, ten seconds at most. */
  async begin(request: IdempotentRequest): ReturnType<Idempotency['begin']> {
    const { caller, hash, key, operation } = request
    const patience = this.#clock.now() + WAIT_MS
    const claimId = Buffer.from(this.#random.bytes(12)).toString('base64url')
    const { workspaceId } = caller
    for (;;) {
      const now = this.#clock.now()
      const found = await claimIdempotencyKey(this.#db, {
        workspaceId,
        key,
        operation,
        bodyHash: hash,
        now,
        claimId,
        leaseMs: LEASE_MS,
        expiredBefore: now - KEPT_MS,
      })
      if (found === 'claimed') {
        this.#hold(request, { workspaceId, key, claimId })
        return { kind: 'first' }
      }
      if (found.operation !== operation || Buffer.compare(found.bodyHash, hash) !== 0)
        return { kind: 'reused' }
      if (found.status !== null && found.answerSealed !== null) {
        const body = (await this.#vault.open(found.answerSealed, answerPlace(request))).reveal()
        return { kind: 'repeat', answer: { status: found.status, body } }
      }
      if (now >= patience) return { kind: 'running' }
      await this.#clock.sleep(LOOK_AGAIN_MS)
    }
  }

  /**
   * Sealed, since an answer can hold what is shown only once, such as a new API key.
   * @throws {Problem} `idempotency_in_progress` when this process stood still for so long that another request took over;
   * the transaction that the answer belongs to must not be committed, and the caller's repeat gets the other's answer
   */
  async store(request: IdempotentRequest, answer: StoredAnswer, tx?: Transaction): Promise<void> {
    const sealed = await this.#vault.seal(answer.body, answerPlace(request))
    const { status } = answer
    const claim = this.#end(request)
    if (claim === undefined || !(await storeIdempotentAnswer(tx ?? this.#db, claim, { status, sealed })))
      throw problem('idempotency_in_progress', 'Another request with this key took over', { retryAfter: 1 })
  }

  async release(request: IdempotentRequest): Promise<void> {
    const claim = this.#end(request)
    if (claim !== undefined) await releaseIdempotencyKey(this.#db, claim)
  }

  /** Forgets what is older than a day. Returns how many. */
  forgetExpired(): Promise<number> {
    return deleteExpiredIdempotencyKeys(this.#db, this.#clock.now() - KEPT_MS)
  }

  #hold(request: IdempotentRequest, held: HeldKey): void {
    const over = new AbortController()
    this.#claims.set(request, { held, over })
    void this.#renew(held, over.signal)
  }

  /** Ends the renewals: what follows is the request's last word. While it is being said, its row is locked. */
  #end(request: IdempotentRequest): HeldKey | undefined {
    const claim = this.#claims.get(request)
    claim?.over.abort()
    return claim?.held
  }

  async #renew(held: HeldKey, over: AbortSignal): Promise<void> {
    // A database that stays away longer than a lease ends the claim anyway.
    for (let failures = 0; failures * RENEW_MS < LEASE_MS; ) {
      await this.#leaseClock.sleep(RENEW_MS, over).catch(() => undefined)
      if (over.aborted) return
      try {
        if (!(await renewIdempotencyClaim(this.#db, held, LEASE_MS))) return
        failures = 0
      } catch {
        failures += 1
      }
    }
  }
}

function answerPlace({ caller, key }: IdempotentRequest): SealPlace {
  return { workspaceId: caller.workspaceId, ownerId: key, column: 'idempotency_keys.answer_sealed' }
}
