import type { z } from 'zod'

/** What an API key may be allowed to do. */
export const API_SCOPES = [
  'workspaces:read',
  'workspaces:write',
  'keys:read',
  'keys:write',
  'apps:read',
  'apps:write',
  'accounts:read',
  'accounts:write',
  'posts:read',
  'posts:write',
  'posts:approve',
  'posts:overrule',
  'media:write',
  'assets:read',
  'assets:write',
  'limits:read',
  'audit:read',
  'webhooks:read',
  'webhooks:write',
  'people:read',
  'people:write',
  'shop:read',
  'shop:write',
] as const

export type ApiScope = (typeof API_SCOPES)[number]

type ObjectSchema = z.ZodObject

/**
 * One operation of the hub's API, as data: routes, validation, OpenAPI and the typed client are derived from it.
 * Objects in `params`, `query` and `body` refuse unknown fields, whatever the schema says about them.
 */
export interface OperationShape {
  /** `resource.verb`, unique: names the handler, the client's method and the OpenAPI operationId. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/v1/things/{thing_id}` */
  readonly path: `/${string}`
  readonly summary: string
  readonly description?: string
  /** The scope that the API key needs; `null` when any valid key may call it; `'public'` needs no key. */
  readonly scope: ApiScope | null | 'public'
  readonly params?: ObjectSchema
  /** Values arrive as text: use `z.coerce` for numbers. */
  readonly query?: ObjectSchema
  /** Optional JSON body, up to 1 MiB; `'stream'` hands the raw body to the handler, for uploads. */
  readonly body?: z.ZodType | 'stream'
  /** What is answered: a schema, or `null` for no content. */
  readonly answer: z.ZodType | null
  readonly status: 200 | 201 | 202 | 204
  /**
   * For POST: whether the caller must send `Idempotency-Key` (`required`), may (`optional`, the default), or whether
   * repeating is harmless anyway and the key is ignored (`natural`).
   */
  readonly idempotency?: 'required' | 'optional' | 'natural'
  /** Codes of its own, besides the common ones: code -> status and meaning. */
  readonly errors: Readonly<Record<string, { readonly status: number; readonly title: string }>>
}

/** Writes down an operation; literal types are kept, so that a table of handlers can be checked to be total. */
export function defineOperation<const O extends OperationShape>(operation: O): O {
  return operation
}

type OutputOf<S> = S extends z.ZodType ? z.output<S> : undefined
type InputOf<S> = S extends z.ZodType ? z.input<S> : undefined

/** What the handler of an operation is given, after parsing. */
export interface OperationInput<O extends OperationShape> {
  params: OutputOf<O['params']>
  query: OutputOf<O['query']>
  body: O['body'] extends 'stream' ? AsyncIterable<Uint8Array> : OutputOf<O['body']>
}

/** What the handler of an operation returns; the server serialises it by the schema. */
export type OperationAnswer<O extends OperationShape> = O['answer'] extends z.ZodType
  ? z.input<O['answer']>
  : undefined

/** What a caller of the typed client gives. */
export interface OperationRequest<O extends OperationShape> {
  params: InputOf<O['params']>
  query: InputOf<O['query']>
  body: O['body'] extends 'stream' ? AsyncIterable<Uint8Array> | Uint8Array : InputOf<O['body']>
}

/** What a caller of the typed client receives. */
export type OperationResult<O extends OperationShape> = O['answer'] extends z.ZodType
  ? z.output<O['answer']>
  : undefined

/** The names in braces of a path, in order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}
