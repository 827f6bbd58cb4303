import { redact } from '@tockwork/kernel'

/** One answered request, with credentials removed. Times in milliseconds. */
export interface LoggedRequest {
  id: number
  at: string
  method: string
  host: string
  path: string
  query: string
  endpoint?: string
  client_key?: string
  user?: string
  status: number
  /** `ok`, the error code, or the fault that fired. */
  verdict: string
  /** What the verdict says of this request: the field, the rule, the number. */
  detail?: string
  warnings: string[]
  took_ms: number
  log_id: string
}

const KEEP = 2000

/** The last requests, newest last. */
export class RequestLog {
  #entries: LoggedRequest[] = []
  #count = 0
  readonly #listeners = new Set<(entry: LoggedRequest) => void>()

  add(entry: Omit<LoggedRequest, 'id'>): void {
    this.#count += 1
    const logged = { id: this.#count, ...entry, query: entry.query === '' ? '' : redact(entry.query) }
    this.#entries.push(logged)
    // Trimmed in steps, so that a busy server does not move the whole list for each request.
    if (this.#entries.length > KEEP * 2) this.#entries = this.#entries.slice(-KEEP)
    for (const listener of this.#listeners) listener(logged)
  }

  list(limit = KEEP): LoggedRequest[] {
    return this.#entries.slice(-Math.min(limit, KEEP))
  }

  get(id: number): LoggedRequest | undefined {
    return this.#entries.find((entry) => entry.id === id)
  }

  clear(): void {
    this.#entries = []
  }

  listen(listener: (entry: LoggedRequest) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
