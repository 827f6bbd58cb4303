import { TransportError, UsageError } from '@tockwork/kernel'
import type { MediaSource } from '../media-info.ts'
import { spool } from './spool.ts'

/** Media on a web server, open for looking at. */
export interface RemoteMedia extends AsyncDisposable {
  source: MediaSource
  /** Whether the server answers for parts. One that does not had to send everything, which lies in a file meanwhile. */
  ranges: boolean
}

export interface UrlOptions {
  /** Does the requests. A service that opens other people's addresses passes one that refuses private networks. */
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Asked before every request; throws for an address that must not be visited. */
  allow?: (url: URL) => void | Promise<void>
  /** Of a server that sends everything; default 4 GiB. */
  maxBytes?: number
  /** Milliseconds that one request may take; default 20 s. */
  requestTimeoutMs?: number
  signal?: AbortSignal
}

const FIRST_BYTES = 64 * 2 ** 10
const MAX_BYTES = 4 * 2 ** 30
const REQUEST_TIMEOUT_MS = 20_000

/**
 * Opens a video or photo on a web server and reads only the parts that are asked for. Redirects are not followed: TikTok
 * refuses an address that answers with one, and they are the usual way round a guard.
 *
 * @throws UsageError for an address that is no `http` or `https` one, and for an answer that holds no media
 *   (`media_redirects`, `media_status`); TransportError (`media_unreachable`) when no answer came.
 */
export async function openUrl(url: string, options: UrlOptions): Promise<RemoteMedia> {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (!address || (address.protocol !== 'https:' && address.protocol !== 'http:')) {
    throw new UsageError('the address has to begin with https:// or http://', { field: 'url' })
  }
  const server = new RangeServer(address, options)
  const first = await server.request(0, FIRST_BYTES, 'open')
  if (first.status === 206) {
    const size = totalOf(first)
    const head = await bodyOf(first, Math.min(FIRST_BYTES, size))
    server.etag = strongTag(first)
    return {
      ranges: true,
      source: {
        kind: 'ranges',
        size,
        read: async (offset, length, signal) => {
          if (offset + length <= head.length) return head.subarray(offset, offset + length)
          return server.part(offset, length, size, signal)
        },
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }
  if (!first.body) throw new UsageError('the server sent nothing', { code: 'media_status', field: 'url' })
  const { signal, maxBytes = MAX_BYTES } = options
  const spooled = await spool(first.body, { maxBytes, ...(signal && { signal }) })
  return {
    ranges: false,
    source: spooled.source,
    [Symbol.asyncDispose]: () => spooled[Symbol.asyncDispose](),
  }
}

class RangeServer {
  etag: string | undefined
  #address: URL
  #options: UrlOptions

  constructor(address: URL, options: UrlOptions) {
    this.#address = address
    this.#options = options
  }

  async part(
    offset: number,
    length: number,
    size: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const response = await this.request(offset, length, 'part', signal)
    if (response.status !== 206 || totalOf(response) !== size) {
      await response.body?.cancel()
      throw new UsageError('the file at this address changed while it was read', {
        code: 'media_changed',
        field: 'url',
      })
    }
    return bodyOf(response, Math.min(length, size - offset))
  }

  /** One request; a whole file is given time without end, for it is read piece by piece under the caller's signal. */
  async request(offset: number, length: number, why: 'open' | 'part', own?: AbortSignal): Promise<Response> {
    const { fetch, allow, signal, requestTimeoutMs = REQUEST_TIMEOUT_MS } = this.#options
    await allow?.(this.#address)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error('no answer in time')), requestTimeoutMs)
    const signals = [signal, own, late.signal].filter((each) => each !== undefined)
    try {
      const response = await fetch(this.#address.href, {
        redirect: 'manual',
        headers: {
          range: `bytes=${offset}-${offset + length - 1}`,
          'accept-encoding': 'identity',
          ...(this.etag !== undefined && { 'if-range': this.etag }),
        },
        signal: AbortSignal.any(signals),
      })
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel()
        throw new UsageError('the address redirects elsewhere; TikTok does not follow', {
          code: 'media_redirects',
          field: 'url',
          action: 'Give the address that the redirect leads to.',
        })
      }
      if (response.status !== 206 && (why === 'part' || response.status !== 200)) {
        await response.body?.cancel()
        throw new UsageError(`the server answered ${response.status}`, {
          code: 'media_status',
          field: 'url',
          httpStatus: response.status,
        })
      }
      return response
    } catch (cause) {
      signal?.throwIfAborted()
      own?.throwIfAborted()
      if (cause instanceof UsageError) throw cause
      throw new TransportError('the media’s server did not answer', {
        code: 'media_unreachable',
        retry: 'now',
        sent: 'maybe',
        cause,
      })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** `bytes 0-65535/123456`; a server that does not know its file's size is of no use here. */
function totalOf(response: Response): number {
  const total = Number(/^bytes \d+-\d+\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '')?.[1])
  if (!Number.isSafeInteger(total) || total < 1) {
    throw new UsageError('the server answered for a part without saying of how much', {
      code: 'media_status',
      field: 'url',
    })
  }
  return total
}

/** A server may send more than was asked for, without end. */
async function bodyOf(response: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  for await (const chunk of response.body ?? []) {
    const wanted = chunk.subarray(0, length - at)
    bytes.set(wanted, at)
    at += wanted.length
    // Leaving the loop cancels what is still to come.
    if (at >= length) break
  }
  return bytes.subarray(0, at)
}

/** A weak one does not promise the same bytes. */
function strongTag(response: Response): string | undefined {
  const tag = response.headers.get('etag')
  return tag === null || tag.startsWith('W/') ? undefined : tag
}
