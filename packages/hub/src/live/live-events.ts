/** What changes in the database, told to whoever looks: triggers notify, every process listens, each watcher hears its workspace. */
import { problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import pg from 'pg'
import { z } from 'zod'
import type { Log } from '../observability/log.ts'

export interface LiveEvent {
  /** Tells events apart; the same in every process. */
  id: string
  workspaceId: string
  kind: 'post' | 'account' | 'delivery'
  /** The id of what changed. */
  subject: string
  /** Its state or status now. */
  state: string
}

/** `reset`: events may have been missed; what is shown is to be read anew. */
export type Told = LiveEvent | 'reset'

export interface LiveLimits {
  /** Events that are kept for those who come back. */
  kept: number
  /** Watchers of this process, and of one workspace in it. */
  watchers: number
  watchersOfOne: number
  /** Events that one watcher may be behind. */
  behind: number
}

const LIMITS: LiveLimits = { kept: 5_000, watchers: 500, watchersOfOne: 50, behind: 500 }
const RECONNECT_MS = 1_000

const payload = z.object({
  i: z.number(),
  w: z.string(),
  k: z.enum(['post', 'account', 'delivery']),
  s: z.string(),
  t: z.string(),
})

interface Watcher {
  workspaceId: string
  tell(event: Told): void
  end(): void
}

export interface LiveParts {
  /** Of the database itself: a pooler in transaction mode does not pass notifications on. */
  url: string
  clock: Clock
  log: Log
  limits?: LiveLimits
}

export class LiveEvents {
  readonly #parts: LiveParts
  readonly #limits: LiveLimits
  readonly #watchers = new Set<Watcher>()
  readonly #kept: LiveEvent[] = []
  readonly #closing = new AbortController()
  #client: pg.Client | undefined
  #running: Promise<void> | undefined

  constructor(parts: LiveParts) {
    this.#parts = parts
    this.#limits = parts.limits ?? LIMITS
  }

  /** Listens until `close`, also over a database that goes away. */
  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const watcher of this.#watchers) watcher.end()
    await this.#client?.end().catch(() => undefined)
    await this.#running
  }

  /**
   * Events of a workspace from now on, or from after the one that the watcher heard last.
   * @throws {Problem} `too_many_requests`
   */
  watch(workspaceId: string, lastId: string | undefined, signal: AbortSignal): AsyncGenerator<Told> {
    if (this.#closing.signal.aborted)
      throw problem('unavailable', 'The server is about to stop', { retryAfter: 1 })
    const ofOne = [...this.#watchers].filter((other) => other.workspaceId === workspaceId).length
    if (this.#watchers.size >= this.#limits.watchers || ofOne >= this.#limits.watchersOfOne)
      throw problem('too_many_requests', 'Too many watch already', { retryAfter: 30 })
    const waiting: Told[] = this.#since(workspaceId, lastId)
    let ended = signal.aborted
    let wake = (): void => undefined
    const watcher: Watcher = {
      workspaceId,
      tell: (event) => {
        // Whoever is so far behind reads anew; that is less than what waits for them.
        if (waiting.length >= this.#limits.behind) waiting.splice(0, waiting.length, 'reset')
        else waiting.push(event)
        wake()
      },
      end: () => {
        ended = true
        wake()
      },
    }
    this.#watchers.add(watcher)
    signal.addEventListener('abort', watcher.end, { once: true })
    const watchers = this.#watchers
    return (async function* () {
      try {
        for (;;) {
          const next = waiting.shift()
          if (next !== undefined) yield next
          else if (ended) return
          else
            await new Promise<void>((go) => {
              wake = go
            })
        }
      } finally {
        watchers.delete(watcher)
        signal.removeEventListener('abort', watcher.end)
      }
    })()
  }

  /** What a watcher missed; `reset` when that is not known any more. */
  #since(workspaceId: string, lastId: string | undefined): Told[] {
    if (lastId === undefined) return []
    const at = this.#kept.findIndex(({ id }) => id === lastId)
    if (at < 0) return ['reset']
    return this.#kept.slice(at + 1).filter((event) => event.workspaceId === workspaceId)
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#parts
    const { signal } = this.#closing
    for (let first = true; !signal.aborted; first = false) {
      try {
        await this.#listen(first)
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'Listening for changes broke off; trying again')
      }
      if (signal.aborted) return
      await clock.sleep(RECONNECT_MS, signal).catch(() => undefined)
    }
  }

  async #listen(first: boolean): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#parts.url,
      application_name: 'tockwork-live',
      keepAlive: true,
    })
    const broken = new Promise<never>((_done, fail) => {
      client.on('error', fail)
      client.on('end', () => fail(new Error('The connection ended')))
    })
    // Until it is waited for below, a failure here is the connect's to tell.
    broken.catch(() => undefined)
    client.on('notification', ({ payload: text }) => this.#hear(text ?? ''))
    this.#client = client
    try {
      // A connect that `close` cuts short would never be over.
      await Promise.race([client.connect(), broken])
      await client.query('listen tockwork_live')
      if (!first) this.#forget()
      await broken
    } finally {
      this.#client = undefined
      await client.end().catch(() => undefined)
    }
  }

  /** Nobody knows what was told while nobody listened. */
  #forget(): void {
    this.#kept.length = 0
    for (const watcher of this.#watchers) watcher.tell('reset')
  }

  #hear(text: string): void {
    const read = payload.safeParse(jsonOf(text))
    // A newer version of the hub on the same database may tell of more than this one knows.
    if (!read.success) return
    const { i, w, k, s, t } = read.data
    const event: LiveEvent = { id: String(i), workspaceId: w, kind: k, subject: s, state: t }
    this.#kept.push(event)
    if (this.#kept.length > this.#limits.kept) this.#kept.splice(0, this.#kept.length - this.#limits.kept)
    for (const watcher of this.#watchers) if (watcher.workspaceId === w) watcher.tell(event)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
