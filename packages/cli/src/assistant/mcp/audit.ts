/** One line of JSON for every call of a tool. */
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface AuditEntry {
  at: string
  transport: 'stdio' | 'http'
  tool: string
  /** Without secrets. */
  arguments: unknown
  outcome: 'ok' | 'refused' | 'failed'
  /** Code of a refusal or failure. */
  code?: string
  took_ms: number
}

export class AuditLog {
  readonly path: string
  #last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Resolves once the line is written; lines keep their order. A call whose line cannot be written fails. */
  add(entry: AuditEntry): Promise<void> {
    const write = async () => {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
      await appendFile(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    }
    const written = this.#last.then(write)
    this.#last = written.catch(() => {})
    return written
  }
}
