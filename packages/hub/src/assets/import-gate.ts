import { problem } from '@tockwork/api'

/** Downloads that one process has under way: each holds a connection, a file or two parts of one, and the caller's request. */
const MOST_AT_ONCE = 32
/** Of one workspace, so that one that brings a whole library in leaves room for the others. */
const MOST_OF_A_WORKSPACE = 8
const RETRY_AFTER_SEC = 5

/** Bounds how many files are downloaded at once. Refuses instead of queueing: a caller that waits would hold a request open. */
export class ImportGate {
  readonly #running = new Map<string, number>()

  /** Held until it is disposed of. @throws {Problem} `too_many_requests` */
  enter(workspaceId: string): Disposable {
    const mine = this.#running.get(workspaceId) ?? 0
    const all = [...this.#running.values()].reduce((sum, running) => sum + running, 0)
    if (mine >= MOST_OF_A_WORKSPACE || all >= MOST_AT_ONCE)
      throw problem(
        'too_many_requests',
        `${mine} downloads of this workspace run already, of ${MOST_OF_A_WORKSPACE} at most (${MOST_AT_ONCE} of all workspaces). Repeat it when one has ended.`,
        { retryAfter: RETRY_AFTER_SEC },
      )
    this.#running.set(workspaceId, mine + 1)
    return {
      [Symbol.dispose]: () => {
        const running = (this.#running.get(workspaceId) ?? 1) - 1
        if (running === 0) this.#running.delete(workspaceId)
        else this.#running.set(workspaceId, running)
      },
    }
  }
}
