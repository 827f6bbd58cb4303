/** The transport on Bun, Deno, edge runtimes and browsers: the platform's `fetch`. */
import type { Http, HttpBody, HttpRequest, HttpResponse } from './http.ts'
import { DEFAULT_TIMEOUT_MS, type HttpOptions } from './http-options.ts'
import { connectionFailure } from './transport/connection-failure.ts'

/** `fetch` has no timeout for silence, so a body gets this much more time: 32 bytes a millisecond is 32 kB/s. */
const SLOWEST_BYTES_PER_MS = 32

/** Creates the transport of this runtime. */
export function createHttp(options: HttpOptions & { fetch?: typeof fetch } = {}): Http {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const send = options.fetch ?? fetch
  return {
    async send(request: HttpRequest): Promise<HttpResponse> {
      const { url, body, signal } = request
      const watch = new Watch(timeoutMs, signal, url)
      watch.restart((request.timeoutMs ?? timeoutMs) + lengthOf(body) / SLOWEST_BYTES_PER_MS)
      try {
        const init: RequestInit & { duplex?: 'half' } = {
          method: request.method,
          headers: request.headers,
          redirect: 'manual',
          signal: watch.signal,
        }
        if (body !== undefined) init.body = bodyOf(body)
        if (init.body instanceof ReadableStream) init.duplex = 'half'
        const response = await send(url, init)
        watch.restart(timeoutMs)
        return new FetchResponse(response, watch)
      } catch (error) {
        throw watch.failure(error)
      }
    },
  }
}

/** Ends a request that has gone silent, or whose caller has lost interest. */
class Watch {
  readonly #controller = new AbortController()
  readonly #timeoutMs: number
  readonly #caller: AbortSignal | undefined
  readonly #url: string
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #onAbort = (): void => {
    this.stop()
    this.#controller.abort(this.#caller?.reason)
  }

  constructor(timeoutMs: number, caller: AbortSignal | undefined, url: string) {
    this.#timeoutMs = timeoutMs
    this.#caller = caller
    this.#url = url
    if (caller?.aborted) this.#controller.abort(caller.reason)
    else caller?.addEventListener('abort', this.#onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  restart(ms = this.#timeoutMs): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(new Error(`nothing came for ${ms} ms`)), ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#onAbort)
  }

  failure(error: unknown): unknown {
    this.stop()
    return this.#caller?.aborted ? this.#caller.reason : connectionFailure(error, this.#url)
  }
}

class FetchResponse implements HttpResponse {
  readonly status: number
  readonly headers: Record<string, string>
  readonly #response: Response
  readonly #watch: Watch

  constructor(response: Response, watch: Watch) {
    this.status = response.status
    this.headers = Object.fromEntries(response.headers)
    this.#response = response
    this.#watch = watch
  }

  text(): Promise<string> {
    return this.#whole(this.#response.text())
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.#whole(this.#response.arrayBuffer()))
  }

  async *stream(): AsyncIterable<Uint8Array> {
    const reader = this.#response.body?.getReader()
    try {
      for (;;) {
        this.#watch.restart()
        const part = await reader?.read()
        if (part?.value === undefined) break
        yield part.value
      }
    } catch (error) {
      throw this.#watch.failure(error)
    } finally {
      this.#watch.stop()
      // Left early: let the connection go. A finished stream takes no notice.
      reader?.cancel().catch(() => {})
    }
  }

  async #whole<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading
    } catch (error) {
      throw this.#watch.failure(error)
    } finally {
      this.#watch.stop()
    }
  }
}

function lengthOf(body: HttpBody | undefined): number {
  return body === undefined ? 0 : body.length
}

function bodyOf(body: HttpBody): BodyInit {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  const iterator = body.open()[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel(reason) {
      await iterator.return?.(reason)
    },
  })
}
