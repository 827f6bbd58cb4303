import type { Endpoint, InputOf, OutputOf, QueryOf } from '@tockwork/contracts'
import type { Clock, Random } from '@tockwork/kernel'
import type { Http } from './http.ts'

export interface CallOptions<E extends Endpoint> {
  query?: QueryOf<E>
  input?: InputOf<E>
  signal?: AbortSignal | undefined
}

/** Calls an endpoint as one user (or app): token, limits, retries and errors are dealt with behind it. */
export interface Caller {
  call<E extends Endpoint>(endpoint: E, options?: CallOptions<E>): Promise<OutputOf<E>>
  /** For what is not an endpoint call, such as the media PUT. */
  readonly http: Http
  readonly clock: Clock
  readonly random: Random
  /** Sends a TikTok address to the origin in use (an emulator), or leaves it as it is. */
  resolve(url: string): string
}
