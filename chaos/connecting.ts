/** Creators who connect through the hub's pages, also while it is being killed, and some who leave again. */
import { setTimeout as pause } from 'node:timers/promises'
import type { EmulatorBooks } from './emulator-books.ts'
import type { HubCaller } from './hub-caller.ts'
import type { Creator } from './load.ts'

const RELOADS = 5
const RELOAD_MS = 500

export class Connecting {
  readonly #caller: HubCaller
  readonly #books: EmulatorBooks
  readonly #appId: string
  /** Connects that a kill came into, so that the creator began again. */
  begunAgain = 0

  private constructor(parts: { caller: HubCaller; books: EmulatorBooks; appId: string }) {
    this.#caller = parts.caller
    this.#books = parts.books
    this.#appId = parts.appId
  }

  static async open(caller: HubCaller, books: EmulatorBooks, signal: AbortSignal): Promise<Connecting> {
    const apps = await caller.call((client) => client.apps.list(), signal)
    const appId = apps.data[0]?.id
    if (appId === undefined) throw new Error('The hub has no app')
    return new Connecting({ caller, books, appId })
  }

  get appId(): string {
    return this.#appId
  }

  /** Sends a creator through consent, from the beginning again where the way broke off, as a person would. */
  async connect(username: string, signal: AbortSignal): Promise<Creator> {
    for (;;) {
      signal.throwIfAborted()
      const body = { app_id: this.#appId }
      const session = await this.#caller.call((client) => client.connectSessions.create({ body }), signal)
      const gone = await visit(session.url, { method: 'POST' })
      const location = gone?.headers.get('location')
      if (location != null) {
        await visit(await this.#books.consent(location, username))
        const params = { session_id: session.id }
        const { account_id } = await this.#caller.call(
          (client) => client.connectSessions.get({ params }),
          signal,
        )
        if (account_id !== null) return { username, accountId: account_id }
      }
      this.begunAgain += 1
    }
  }

  /** Everyone, one after the other; in the storm with `everyMs` in between. */
  async connectAll(
    usernames: readonly string[],
    options: {
      signal: AbortSignal
      everyMs?: number
      until?: AbortSignal
      onConnected?: (creator: Creator) => void
    },
  ): Promise<Creator[]> {
    const creators: Creator[] = []
    for (const username of usernames) {
      if (options.everyMs !== undefined)
        await pause(options.everyMs, undefined, until(options.until)).catch(() => undefined)
      const creator = await this.connect(username, options.signal)
      creators.push(creator)
      options.onConnected?.(creator)
    }
    return creators
  }

  /** Those who take their consent back at TikTok, one after the other. */
  async leaveAll(
    leavers: readonly Creator[],
    options: { everyMs: number; until: AbortSignal },
  ): Promise<void> {
    for (const { username } of leavers) {
      await pause(options.everyMs, undefined, until(options.until)).catch(() => undefined)
      await this.#books.revoke(username)
    }
  }
}

function until(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

/** As a browser does with a person before it: loads the page again while the server is away. */
async function visit(url: string, init: RequestInit = {}): Promise<Response | undefined> {
  for (let tries = 1; tries <= RELOADS; tries += 1) {
    try {
      const answer = await fetch(url, { ...init, redirect: 'manual' })
      await answer.body?.cancel()
      if (answer.status < 500) return answer
    } catch {
      // Cut off; the next load tells more.
    }
    await pause(RELOAD_MS)
  }
  return undefined
}
