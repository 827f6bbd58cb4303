import type { Endpoint, ErrorOf, InputOf, OutputOf, QueryOf } from '@tockwork/contracts'
import type { Exchange } from '../http/exchange.ts'
import type { Platform, Refusal } from '../platform.ts'
import type { AppRow, CreatorRow, GrantRow } from '../state/model.ts'

/** What a handler of an endpoint is given: the parsed request, and who calls. */
export interface HandlerContext<E extends Endpoint> {
  platform: Platform
  exchange: Exchange
  query: QueryOf<E>
  input: InputOf<E>
  /** The caller; `user` endpoints have all three. */
  app: AppRow
  creator: CreatorRow
  grant: GrantRow
  accessToken: string
  /** Makes the refusal with a code that the contract declares: `throw fail('invalid_grant', 'why')`. */
  fail: (code: ErrorOf<E>, message?: string) => Refusal
}

export type Handler<E extends Endpoint> = (context: HandlerContext<E>) => OutputOf<E> | Promise<OutputOf<E>>

/** A table with a handler for each endpoint of a module; a missing one does not compile. */
export type Handlers<M extends Record<string, Endpoint>> = { [K in keyof M]: Handler<M[K]> }

export interface BoundEndpoint {
  endpoint: Endpoint
  // biome-ignore lint/suspicious/noExplicitAny: the pairing with its endpoint is checked by `Handlers`
  handler: Handler<any>
}

/** Pairs endpoints with their handlers. */
export function bind<M extends Record<string, Endpoint>>(
  endpoints: M,
  handlers: Handlers<M>,
): BoundEndpoint[] {
  return Object.keys(endpoints).map((name) => ({
    endpoint: endpoints[name] as Endpoint,
    handler: handlers[name] as BoundEndpoint['handler'],
  }))
}
