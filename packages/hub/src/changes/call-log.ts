/** Which of TikTok's endpoints each app calls. Kept in memory and written down now and then: a call costs nothing. */
import type { Clock } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import { type Call, noteCalls } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'

/** Told of every request that leaves. */
export type OnCall = (workspaceId: string, appId: string, endpoint: string) => void

/** Whether an endpoint is in use does not change from minute to minute. */
const AGAIN_AFTER_MS = 3_600_000
/** Apps come and go; what is forgotten here is written once more. */
const MOST_KNOWN = 20_000

export class CallLog {
  readonly #parts: { db: Database; clock: Clock; log: Log }
  /** When each was last noted, by app and endpoint. */
  readonly #noted = new Map<string, number>()
  #waiting: Call[] = []

  constructor(parts: { db: Database; clock: Clock; log: Log }) {
    this.#parts = parts
  }

  readonly note: OnCall = (workspaceId, appId, endpoint) => {
    const at = this.#parts.clock.now()
    const key = `${appId} ${endpoint}`
    if (at - (this.#noted.get(key) ?? -Infinity) < AGAIN_AFTER_MS) return
    if (this.#noted.size >= MOST_KNOWN) this.#noted.clear()
    this.#noted.set(key, at)
    this.#waiting.push({ workspaceId, appId, endpoint, at })
  }

  /** Writes down what came since the last time. What the database does not take is noted with a later call. */
  async flush(): Promise<void> {
    const calls = this.#waiting
    this.#waiting = []
    try {
      await noteCalls(this.#parts.db, calls)
    } catch (error) {
      for (const { appId, endpoint } of calls) this.#noted.delete(`${appId} ${endpoint}`)
      this.#parts.log.warn(
        { err: error, calls: calls.length },
        'Which endpoints were called was not written down',
      )
    }
  }
}
