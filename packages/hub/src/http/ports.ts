import type { ApiScope, OperationAnswer, OperationInput, OperationShape } from '@tockwork/api'
import type { Log } from '../observability/log.ts'
import type { Transaction } from '../storage/database.ts'

/** Who calls: an API key of a workspace, or a person who is signed in to it. */
export interface Caller {
  /** Of the key (`key_…`), or the person (`per_…`). */
  readonly keyId: string
  readonly workspaceId: string
  readonly scopes: readonly ApiScope[]
  /** Test keys reach sandbox apps and their accounts only; live unless told. */
  readonly mode?: 'live' | 'test'
}

/** Finds the caller of a Bearer token. */
export interface Access {
  /** Undefined when there is no such key, or it has ended. */
  authenticate(token: string): Promise<Caller | undefined>
  /**
   * Who is signed in with the browser that sends these headers; asked where there is no `Authorization`.
   * @throws {Problem} when somebody is, and the request does not show that a page of ours makes it
   */
  authenticateBrowser?(
    method: string,
    headers: Readonly<Record<string, string | undefined>>,
  ): Promise<Caller | undefined>
}

/** A POST that carries an `Idempotency-Key`. */
export interface IdempotentRequest {
  readonly caller: Caller
  readonly key: string
  /** `posts.create` */
  readonly operation: string
  /** SHA-256 over what was asked: path, query and body as they were sent. */
  readonly hash: Uint8Array
}

/** An answer as it went out, kept to be given again. */
export interface StoredAnswer {
  readonly status: number
  /** JSON text; empty for no content. */
  readonly body: string
}

export interface Idempotency {
  /**
   * `first`: carry the request out; `repeat`: give this answer again; `running`: the first one has not ended;
   * `reused`: the key came with another request before.
   */
  begin(
    request: IdempotentRequest,
  ): Promise<
    { kind: 'first' } | { kind: 'repeat'; answer: StoredAnswer } | { kind: 'running' } | { kind: 'reused' }
  >
  /** Keeps the answer, within the given transaction when there is one. */
  store(request: IdempotentRequest, answer: StoredAnswer, tx?: Transaction): Promise<void>
  /** The request came to no answer: the key may be used again. An answer that was stored meanwhile stays. */
  release(request: IdempotentRequest): Promise<void>
}

/** What a handler knows besides the request itself. */
export interface RequestContext<O extends OperationShape = OperationShape> {
  /** Operations that are public have none; for all others it is there. */
  readonly caller: O['scope'] extends 'public' ? undefined : Caller
  readonly requestId: string
  readonly log: Log
  readonly ip: string
  readonly userAgent: string | undefined
  /** Headers as they came, lower case: for uploads. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Aborted when the caller went away. */
  readonly signal: AbortSignal
  /**
   * A POST that makes something calls this, or is harmless to repeat. Keeps the answer for the request's Idempotency-Key inside the transaction that does the work, so that a process
   * killed right after the commit does not do the work twice when the caller repeats. Does nothing without a key. Call it
   * last in the transaction and return the same answer.
   */
  remember(tx: Transaction, answer: OperationAnswer<O>): Promise<void>
}

/** Carries one operation out. Refuses by throwing a `Problem`; anything else thrown is our mistake and tells nothing. */
export type Handler<O extends OperationShape> = (
  input: OperationInput<O>,
  context: RequestContext<O>,
) => Promise<OperationAnswer<O>>

/** One handler for each operation, by id: a missing one does not compile. */
export type Handlers<Operations extends readonly OperationShape[]> = {
  readonly [O in Operations[number] as O['id']]: Handler<O>
}

/** Something served that is not an operation of the API: a page for people, a webhook of TikTok's. */
export interface PlainRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/connect/{session_id}` */
  readonly path: `/${string}`
  /** Bytes; 64 KiB unless told. */
  readonly bodyLimit?: number
  /** The body is not collected: `content` brings it piece by piece, and the handler bounds it. */
  readonly streams?: boolean
  handle(request: PlainRequest): Promise<PlainAnswer>
}

export interface PlainRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As it came, for signatures; empty for GET, and for a route that streams. */
  readonly body: Uint8Array
  /** The body of a route that streams; of any other, nothing. */
  readonly content: AsyncIterable<Uint8Array>
  readonly ip: string
  readonly userAgent: string | undefined
  readonly requestId: string
  readonly log: Log
  readonly signal: AbortSignal
}

export interface PlainAnswer {
  readonly status: number
  /** Lower case. `content-type` for anything with a body; these win over the security headers set by default, and an empty one takes its default away. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** A page for a browser that goes to an address; undefined where there is none. */
export type PageFor = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string | undefined>>,
) => Promise<PlainAnswer | undefined>
