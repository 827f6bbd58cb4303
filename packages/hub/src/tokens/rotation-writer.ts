/**
 * Writes renewed pairs. Those that come while a write is under way go together in the next one, so that a process that
 * refreshes thousands of accounts waits for the disk a few times instead of thousands of times.
 */
import type { Clock } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import type { Database } from '../storage/database.ts'
import { type RotatedTokens, storeRotatedTokens } from '../storage/token-vault.ts'

const MOST_AT_ONCE = 500
const TRIES = 6
const FIRST_PAUSE_MS = 100

interface Waiting {
  pair: RotatedTokens
  resolve: (written: boolean) => void
  reject: (error: unknown) => void
}

export class RotationWriter {
  readonly #db: Database
  readonly #clock: Clock
  readonly #log: Log
  readonly #waiting: Waiting[] = []
  /** Pairs that TikTok gave and the database would not take. Their refresh tokens exist nowhere else. */
  readonly #unsaved = new Map<string, RotatedTokens>()
  #running: Promise<void> | undefined

  constructor(db: Database, clock: Clock, log: Log) {
    this.#db = db
    this.#clock = clock
    this.#log = log
  }

  /**
   * Resolves when the pair is durable: true, or false when another pair has taken its place. Rejects when the database
   * did not take it after several tries; the pair is kept and `retryUnsaved` tries again.
   */
  store(pair: RotatedTokens): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pair, resolve, reject })
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined
      })
    })
  }

  /** How many pairs exist in this process only. */
  get unsaved(): number {
    return this.#unsaved.size
  }

  /** Whether this account's newest pair exists in this process only. */
  holds(accountId: string): boolean {
    return this.#unsaved.has(accountId)
  }

  /**
   * Tries once more to write what could not be written, and returns what was. Throws when the database still does not
   * take it.
   */
  async retryUnsaved(): Promise<RotatedTokens[]> {
    if (this.#unsaved.size === 0) return []
    const pairs = [...this.#unsaved.values()]
    const written = await storeRotatedTokens(this.#db, pairs, this.#clock.now())
    // Written, or replaced by a newer pair: either way nothing is left to save.
    for (const pair of pairs)
      if (this.#unsaved.get(pair.accountId) === pair) this.#unsaved.delete(pair.accountId)
    this.#log.info({ pairs: written.size }, 'token pairs that waited for the database are stored')
    return pairs.filter((pair) => written.has(pair.accountId))
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE)
      try {
        const written = await this.#write(batch.map(({ pair }) => pair))
        for (const { pair, resolve } of batch) resolve(written.has(pair.accountId))
      } catch (error) {
        for (const { pair, reject } of batch) {
          this.#unsaved.set(pair.accountId, pair)
          reject(error)
        }
      }
    }
  }

  async #write(pairs: RotatedTokens[]): Promise<Set<string>> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await storeRotatedTokens(this.#db, pairs, this.#clock.now())
      } catch (error) {
        if (tried >= TRIES) throw error
        this.#log.warn(
          { err: error, tried, pairs: pairs.length },
          'renewed token pairs could not be stored yet',
        )
        await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** tried)
      }
    }
  }
}
