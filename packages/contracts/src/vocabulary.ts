/** The words in which an endpoint of TikTok is written down. Everything here is data: nothing calls anything. */
import type { Provenance, RetryVerdict } from '@tockwork/kernel'
import type * as z from 'zod/v4/core'

/** Where a fact stands: TikTok's page, and the day it was read where that is known. */
export interface Source {
  url: string
  retrieved?: string
  provenance?: Provenance
  note?: string
}

export type Host = 'open.tiktokapis.com' | 'open-upload.tiktokapis.com' | 'www.tiktok.com'
/** TikTok API for Business: a platform of its own, with other apps, tokens and error codes. */
export type BusinessHost = 'business-api.tiktok.com'
export type Method = 'GET' | 'POST' | 'PUT'

/**
 * Who calls: a `user` token, a `client` token, the `app` itself (client key and secret in the form), the `upload-url`
 * (its query is the credential), a `session` in a browser, or no one in particular.
 */
export type AuthKind = 'user' | 'client' | 'app' | 'upload-url' | 'session' | 'none'

/** How the request carries its input. */
export type RequestEncoding = 'json' | 'form' | 'multipart' | 'query' | 'bytes'

/**
 * `standard`: `{data, error}`; `flat`: OAuth's top-level fields; `page`: HTML or a redirect; `bare`: the object itself;
 * `business`: `{code, message, request_id, data}` with a number as code, of TikTok API for Business.
 */
export type Envelope = 'standard' | 'flat' | 'page' | 'bare' | 'empty' | 'bytes' | 'business'

/** A value that depends on one field of the request body, named by its dotted path. */
export type Depends<T> = T | { by: string; cases: Readonly<Record<string, T>>; otherwise: T }

/**
 * Whether a call may be made again when its answer was lost. `safe`: yes. `unless-sent`: only when it certainly never
 * arrived, since a second arrival acts a second time.
 */
export type Repeat = 'safe' | 'unless-sent'

/** At most `requests` in any window of `seconds`, counted for each token, each app, or each user. */
export interface RateLimit {
  requests: number
  seconds: number
  per: 'token' | 'app' | 'user'
  provenance: Provenance
}

export interface Lifecycle {
  introduced?: string
  deprecated?: string
  retired?: string
  successor?: string
  notes?: readonly { date: string; text: string }[]
}

type Schema = z.$ZodType

/** An endpoint as written by hand; `defineEndpoint` fills in what is left out. */
export interface EndpointSpec {
  /** Family and operation: `posting.initVideo`. */
  id: string
  title: string
  host: Host | BusinessHost
  method: Method
  path: string
  /** Two operations on one path are told apart by a field of the body, such as `grant_type`. */
  when?: { field: string; equals: string }
  doc: Source
  auth: AuthKind
  encoding: RequestEncoding
  envelope: Envelope
  /** A success of the standard envelope may come without its `error`. */
  mayOmitError?: true
  /** A success can come as HTTP 500 with whole data and no word of an error: observed by clients, not documented. */
  mayAnswerWith500?: true
  /** Any one of these, granted by the user, is enough. */
  scopes?: Depends<readonly string[]>
  query?: Schema
  input?: Schema
  /** Of a multipart input: the text fields that go out as files. */
  files?: readonly string[]
  output?: Schema
  /** Codes it can answer, from the catalogue. */
  errors?: readonly string[]
  /** HTTP status of a code where this endpoint differs from the catalogue. */
  errorStatus?: Readonly<Record<string, number>>
  /** The code answered for a missing or malformed field, by dotted path; others get the family's own. */
  invalidField?: Readonly<Record<string, string>>
  limits?: readonly RateLimit[]
  repeat: Depends<Repeat>
  /** Output fields that a scope unlocks. */
  fieldScopes?: Readonly<Record<string, string>>
  lifecycle?: Lifecycle
  /** Requests and answers on the wire. They stand in `fixtures/`, and are attached in `@tockwork/contracts/all`. */
  examples?: readonly EndpointExample[]
}

/** A request and an answer as they go over the wire: 64-bit ids are numbers (here `bigint`), lists are comma lists. */
export interface EndpointExample {
  name: string
  /** The page that shows it or whose tables it follows. */
  source: string
  /** The day the page was read, where that is known. */
  retrieved?: string
  /** `documented`: on the page; `observed`: captured by somebody; `assumed`: put together from the page's tables. */
  provenance?: Provenance
  note?: string
  query?: Readonly<Record<string, string>>
  request?: unknown
  /** The whole body, envelope and all. */
  response?: unknown
  /** HTTP status; 200 when left out. */
  status?: number
}

export type Endpoint = EndpointSpec

/**
 * Declares an endpoint, keeping its literal types.
 * @__NO_SIDE_EFFECTS__ (bundlers may drop endpoints that nobody calls)
 */
export function defineEndpoint<const E extends EndpointSpec>(spec: E): E {
  return spec
}

/** The value that holds for this request body. */
export function decide<T>(depends: Depends<T>, body: unknown): T {
  if (!isDepends(depends)) return depends
  const value = at(body, depends.by)
  return typeof value === 'string' && Object.hasOwn(depends.cases, value)
    ? (depends.cases[value] as T)
    : depends.otherwise
}

/** Every value it can take. */
export function possibilities<T>(depends: Depends<T>): T[] {
  return isDepends(depends) ? [...Object.values(depends.cases), depends.otherwise] : [depends]
}

function isDepends<T>(
  value: Depends<T>,
): value is { by: string; cases: Readonly<Record<string, T>>; otherwise: T } {
  return typeof value === 'object' && value !== null && 'by' in value && 'cases' in value
}

function at(value: unknown, path: string): unknown {
  let here = value
  for (const key of path.split('.')) {
    if (here === null || typeof here !== 'object') return undefined
    here = (here as Record<string, unknown>)[key]
  }
  return here
}

type SchemaOutput<S> = S extends Schema ? z.output<S> : Record<never, never>

/** What a caller hands over as the request body, in our types (64-bit ids as strings). */
export type InputOf<E extends Endpoint> = SchemaOutput<E['input']>
/** What a caller hands over in the query. */
export type QueryOf<E extends Endpoint> = SchemaOutput<E['query']>
/** What comes back, in our types: `data` of a standard envelope, or the whole body. */
export type OutputOf<E extends Endpoint> = E['envelope'] extends 'bytes'
  ? Uint8Array
  : SchemaOutput<E['output']>
/** Codes that the endpoint declares. */
export type ErrorOf<E extends Endpoint> = E['errors'] extends readonly (infer C extends string)[] ? C : never

/** An error code or fail reason: what it means and what to do. */
export interface ErrorEntry {
  /** Where it appears: an answer's `error.code`, OAuth's `error`, a post's `fail_reason`, or `code` of API for Business. */
  kind: 'open' | 'oauth' | 'fail_reason' | 'upload' | 'business'
  /** HTTP status; OAuth errors and fail reasons come with 200. */
  status: number
  meaning: string
  action: string
  retry: RetryVerdict
  /** What decides the retry: a fresh token, a window, another file. */
  retryHint?: 'refresh' | 'window' | 'backoff' | 'tomorrow' | 'if-url-good'
  /** Seconds to wait where the documentation says so. */
  afterSeconds?: number
  /** What is wrong with the credentials, where it is they. */
  needs?: 'refresh' | 'reconnect' | 'scope' | 'credentials'
  provenance: Provenance
  source: string
}
