/** A request that is sent twice with the same `Idempotency-Key` is carried out once and answered twice. */
import { createHash } from 'node:crypto'
import { problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { Database } from '../storage/database.ts'
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

export interface IdempotentRequest {
  workspaceId: string
  key: string
  /** Id of the operation. */
  operation: string
  /** Everything that makes it this request: path parameters, query and body. */
  content: string
}

export interface StoredAnswer {
  status: number
  body: unknown
}

/**
 * Keeps the answer inside the transaction that does the work, so that a crash right after its commit does not make the
 * repetition do it again.
 */
export type KeepAnswer = (tx: Database, answer: StoredAnswer) => Promise<void>

export class IdempotencyKeys {
  readonly #db: Database
  readonly #clock: Clock
  readonly #vault: Vault

  constructor(parts: { db: Database; clock: Clock; vault: Vault }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#vault = parts.vault
  }

  /**
   * Runs `work` once for a key, and answers its stored answer for 24 hours. A duplicate that comes while the first is
   * at work waits for it, ten seconds at most. When `work` throws, the key is free again.
   * @throws {Problem} `idempotency_key_reused` for other content, `idempotency_in_progress` after the wait.
   */
  async run(
    request: IdempotentRequest,
    work: (keep: KeepAnswer) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer & { replayed: boolean }> {
    const { workspaceId, key, operation, content } = request
    const bodyHash = createHash('sha256').update(operation).update('\n').update(content).digest()
    const patience = this.#clock.now() + WAIT_MS
    for (;;) {
      const now = this.#clock.now()
      const claim = { workspaceId, key, operation, bodyHash, now }
      const found = await claimIdempotencyKey(this.#db, {
        ...claim,
        lockedUntil: now + LOCKED_MS,
        expiredBefore: now - KEPT_MS,
      })
      if (found === 'claimed') break
      if (found.operation !== operation || !bodyHash.equals(found.bodyHash))
        throw problem(
          'idempotency_key_reused',
          'This Idempotency-Key was used with another request. Use a new one.',
        )
      if (found.status !== null && found.answerSealed !== null) {
        const opened = await this.#vault.open(found.answerSealed, answerPlace(request))
        return { status: found.status, body: JSON.parse(opened.reveal()), replayed: true }
      }
      if (now >= patience)
        throw problem('idempotency_in_progress', 'The first request with this key is still running.', {
          retryAfter: 1,
        })
      await this.#clock.sleep(LOOK_AGAIN_MS)
    }
    const keep: KeepAnswer = async (tx, answer) => {
      // Sealed, since an answer can hold what is shown only once, such as a new API key.
      const sealed = await this.#vault.seal(JSON.stringify(answer.body ?? null), answerPlace(request))
      await storeIdempotentAnswer(tx, workspaceId, key, { status: answer.status, sealed })
    }
    let answer: StoredAnswer
    try {
      answer = await work(keep)
    } catch (error) {
      await releaseIdempotencyKey(this.#db, workspaceId, key)
      throw error
    }
    await keep(this.#db, answer)
    return { ...answer, replayed: false }
  }

  /** Forgets what is older than a day. Returns how many. */
  forgetExpired(): Promise<number> {
    return deleteExpiredIdempotencyKeys(this.#db, this.#clock.now() - KEPT_MS)
  }
}

function answerPlace({ workspaceId, key }: IdempotentRequest): SealPlace {
  return { workspaceId, ownerId: key, column: 'idempotency_keys.answer_sealed' }
}
