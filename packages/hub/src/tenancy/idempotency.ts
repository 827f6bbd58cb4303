/** A request that is sent twice with the same `Idempotency-Key` is carried out once and answered twice. */
import type { Clock } from '@tockwork/kernel'
import type { Idempotency, IdempotentRequest, StoredAnswer } from '../http/ports.ts'
import type { Database, Transaction } from '../storage/database.ts'
import {
  claimIdempotencyKey,
  deleteExpiredIdempotencyKeys,
  releaseIdempotencyKey,
  storeIdempotentAnswer,
} from '../storage/idempotency.ts'
import type { SealPlace, Vault } from '../vault/sealing.ts'

const KEPT_MS = 24 * 3_600_000
/** A request that has not ended by then is taken for dead; the next one with its key carries on. */
const LOCKED_MS = 120_000
const WAIT_MS = 10_000
const LOOK_AGAIN_MS = 100

export class IdempotencyKeys implements Idempotency {
  readonly #db: Database
  readonly #clock: Clock
  readonly #vault: Vault

  constructor(parts: { db: Database; clock: Clock; vault: Vault }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#vault = parts.vault
  }

  /** A duplicate that comes while the first request is at work waits for its answer, ten seconds at most. */
  async begin(request: IdempotentRequest): ReturnType<Idempotency['begin']> {
    const { caller, hash, key, operation } = request
    const patience = this.#clock.now() + WAIT_MS
    for (;;) {
      const now = this.#clock.now()
      const found = await claimIdempotencyKey(this.#db, {
        workspaceId: caller.workspaceId,
        key,
        operation,
        bodyHash: hash,
        now,
        lockedUntil: now + LOCKED_MS,
        expiredBefore: now - KEPT_MS,
      })
      if (found === 'claimed') return { kind: 'first' }
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

  /** Sealed, since an answer can hold what is shown only once, such as a new API key. */
  async store(request: IdempotentRequest, answer: StoredAnswer, tx?: Transaction): Promise<void> {
    const sealed = await this.#vault.seal(answer.body, answerPlace(request))
    const { status } = answer
    await storeIdempotentAnswer(tx ?? this.#db, request.caller.workspaceId, request.key, { status, sealed })
  }

  async release({ caller, key }: IdempotentRequest): Promise<void> {
    await releaseIdempotencyKey(this.#db, caller.workspaceId, key)
  }

  /** Forgets what is older than a day. Returns how many. */
  forgetExpired(): Promise<number> {
    return deleteExpiredIdempotencyKeys(this.#db, this.#clock.now() - KEPT_MS)
  }
}

function answerPlace({ caller, key }: IdempotentRequest): SealPlace {
  return { workspaceId: caller.workspaceId, ownerId: key, column: 'idempotency_keys.answer_sealed' }
}
