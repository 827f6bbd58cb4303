/** The port through which every byte leaves and enters. Node has an undici implementation, other runtimes use fetch. */

export type HttpBody = string | Uint8Array | { length: number; open: () => AsyncIterable<Uint8Array> }

export interface HttpRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: HttpBody
  signal?: AbortSignal
  /** Milliseconds of silence to bear, where the transport's own setting is too little, as for a long body. */
  timeoutMs?: number
}

export interface HttpResponse {
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  text(): Promise<string>
  bytes(): Promise<Uint8Array>
  stream(): AsyncIterable<Uint8Array>
}

/**
 * Sends one request; redirects are not followed. Rejects with `TransportError` (`sent: 'no'` when the request cannot
 * have left: refused connection, unknown host; `'maybe'` otherwise), or with the signal's reason.
 */
export interface Http {
  send(request: HttpRequest): Promise<HttpResponse>
  /**
   * Whether a piece of a streamed body has been copied out by the time the next one is asked for, so that its memory
   * can serve again. Left out: no.
   */
  readonly releasesPieces?: boolean
}
