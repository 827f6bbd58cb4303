import type { IncomingMessage } from 'node:http'
import type { Answer } from './answer.ts'

const MAX_BODY_BYTES = 1024 * 1024

export class BodyTooLarge extends Error {}

/** One request on its way through the emulator, and what was learnt about it. */
export class Exchange {
  readonly request: IncomingMessage
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Host and port by which the client came, lower case. */
  readonly authority: string
  /** Without the port. */
  readonly host: string
  readonly logId: string
  readonly startedAt: number
  /** What a strict server would refuse. */
  readonly warnings: string[] = []
  endpoint: string | undefined
  clientKey: string | undefined
  creator: string | undefined
  /** Why it was answered as it was: an error code, a fault, `ok`. */
  verdict = 'ok'
  /** What the verdict says of this request in particular, such as the field and the rule. */
  detail: string | undefined
  /** Rate-limit headers of this answer. */
  rate: { remaining: number; resetSeconds: number } | undefined
  #body: Promise<Buffer> | undefined

  constructor(request: IncomingMessage, logId: string, startedAt: number) {
    this.request = request
    this.method = request.method ?? 'GET'
    const url = request.url ?? '/'
    // A forward proxy's client sends the whole address.
    const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/]*/i, '') || '/'
    const mark = target.indexOf('?')
    this.path = mark < 0 ? target : target.slice(0, mark)
    this.query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
    const forwarded = this.header('x-forwarded-host')
    const absolute = /^https?:\/\/([^/]+)/i.exec(url)?.[1]
    this.authority = (forwarded ?? absolute ?? this.header('host') ?? '').toLowerCase()
    this.host = this.authority.replace(/:\d+$/, '')
    this.logId = logId
    this.startedAt = startedAt
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  get contentType(): string {
    return (this.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  }

  /** The whole body, read once. @throws {BodyTooLarge} */
  body(maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
    this.#body ??= readAll(this.request, maxBytes)
    return this.#body
  }

  warn(text: string): void {
    this.warnings.push(text)
  }
}

/** By events: an async iterator over a body of one piece costs more than everything else that is done with it. */
function readAll(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
    return Promise.resolve(Buffer.alloc(0))
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    const stop = (): void => {
      request.off('data', take).off('end', end).off('error', fail).off('close', gone)
    }
    const take = (part: Buffer): void => {
      size += part.length
      if (size > maxBytes) fail(new BodyTooLarge())
      else parts.push(part)
    }
    const end = (): void => {
      stop()
      resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size))
    }
    const fail = (error: Error): void => {
      stop()
      request.pause()
      reject(error)
    }
    const gone = (): void => fail(new Error('the connection closed before the body was whole'))
    request.on('data', take).on('end', end).on('error', fail).on('close', gone)
  })
}

export type RawHandler = (exchange: Exchange, params: Record<string, string>) => Answer | Promise<Answer>
