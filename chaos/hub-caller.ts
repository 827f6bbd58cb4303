/** Calls a hub that comes and goes, as a careful caller does: again with the same key until there is an answer. */

import { setTimeout as pause } from 'node:timers/promises'
import { createHubClient, type HubClient, Problem } from '@tockwork/api'
import { Secret } from '@tockwork/kernel'
import type { HubSlot } from './processes.ts'

const PAUSE_MS = 150

export class HubCaller {
  readonly #slots: readonly HubSlot[]
  readonly #key: Secret
  #turn = 0
  /** Calls that had to be made again. */
  repeated = 0

  constructor(slots: readonly HubSlot[], key: string) {
    this.#slots = slots
    this.#key = new Secret(key)
  }

  /**
   * Repeats `make` on whichever process is up until it answers.
   * @throws {Problem} a refusal that another try would not change
   */
  async call<T>(make: (client: HubClient) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      const slot = this.#nextUp()
      if (slot?.url === undefined) {
        await pause(PAUSE_MS)
        continue
      }
      try {
        const client = createHubClient({ origin: slot.url, apiKey: this.#key, attempts: 1 })
        return await make(client)
      } catch (error) {
        if (error instanceof Problem && !mayPass(error)) throw error
        this.repeated += 1
        await pause(error instanceof Problem && error.retryAfter !== undefined ? 1_000 : PAUSE_MS)
      }
    }
  }

  #nextUp(): HubSlot | undefined {
    const up = this.#slots.filter(({ url }) => url !== undefined)
    this.#turn += 1
    return up[this.#turn % Math.max(1, up.length)]
  }
}

/** 409 while the first request of that key is still at work, or a dead process is taken for one that works. */
function mayPass({ status, code }: Problem): boolean {
  return status >= 500 || status === 429 || status === 408 || code === 'idempotency_in_progress'
}
