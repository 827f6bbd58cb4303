import {
  type Clock,
  ContractError,
  cryptoRandom,
  type Random,
  type Secret,
  systemClock,
  TransportError,
} from '@tockwork/kernel'
import type { z } from 'zod'
import { OPERATIONS, type Operation } from './all.ts'
import type { OperationResult, OperationShape } from './operation.ts'
import { Problem, problemSchema } from './problem.ts'

export interface HubClientOptions {
  /** Where the hub is: `http://localhost:4848`. */
  origin: string
  apiKey: Secret
  fetch?: typeof fetch
  clock?: Clock
  random?: Random
  /** Tries of a call at most, when no answer came or the hub asked to try again; 3 unless told. */
  attempts?: number
}

export interface CallOptions {
  /**
   * For POST: the hub does what this key stands for once, however often it is sent. One is made for each call, which
   * covers this client's own retries; give your own to cover a crash of your program as well.
   */
  idempotencyKey?: string
  signal?: AbortSignal
}

type Part<O, Name extends string, Optional extends boolean> =
  O extends Record<Name, infer S>
    ? S extends z.ZodType
      ? Optional extends true
        ? { [N in Name]?: z.input<S> }
        : { [N in Name]: z.input<S> }
      : S extends 'stream'
        ? { [N in Name]: AsyncIterable<Uint8Array> | Uint8Array }
        : unknown
    : unknown

/** What an operation is called with: `{ params, query, body }`, as far as it has them. */
export type CallRequest<O> = Part<O, 'params', false> & Part<O, 'query', true> & Part<O, 'body', false>

type CallArguments<O> =
  unknown extends CallRequest<O>
    ? [request?: Record<string, never>, options?: CallOptions]
    : Record<never, never> extends CallRequest<O>
      ? [request?: CallRequest<O>, options?: CallOptions]
      : [request: CallRequest<O>, options?: CallOptions]

type Call<O extends OperationShape> = (...given: CallArguments<O>) => Promise<OperationResult<O>>

type ResourceOf<Id extends string> = Id extends `${infer Resource}.${string}` ? Resource : never

/** `client.posts.create({ body })`: a method for each operation, by its id. */
export type HubCalls = {
  [R in ResourceOf<Operation['id']>]: {
    [O in Operation as O['id'] extends `${R}.${infer Verb}` ? Verb : never]: Call<O>
  }
}

export type HubClient = HubCalls & {
  /** Goes through a list page by page: `for await (const post of client.each(listPosts, { query }))`. */
  each<O extends ListOperation>(operation: O, request?: CallRequest<O>): AsyncGenerator<ItemOf<O>>
}

type ListOperation = OperationShape & { answer: z.ZodType<{ data: unknown[]; next_cursor: string | null }> }
type ItemOf<O extends ListOperation> = z.output<O['answer']>['data'][number]

/**
 * The typed client of the hub's API. A refusal is thrown as a `Problem`; no answer as a `TransportError`. Calls that are
 * safe to repeat are repeated: reads always, POST by its idempotency key.
 */
export function createHubClient(options: HubClientOptions): HubClient {
  const caller = new Caller(options)
  const resources: Record<string, Record<string, unknown>> = {}
  for (const operation of OPERATIONS) {
    const [resource = '', verb = ''] = operation.id.split('.')
    resources[resource] = {
      ...resources[resource],
      [verb]: (request?: Given, callOptions?: CallOptions) =>
        caller.call(operation, request ?? {}, callOptions ?? {}),
    }
  }
  const each = async function* (operation: ListOperation, request: Given = {}): AsyncGenerator<unknown> {
    let cursor = request.query?.['cursor']
    do {
      const query = { ...request.query, ...(cursor === undefined ? {} : { cursor }) }
      const page = (await caller.call(operation, { ...request, query }, {})) as z.output<
        ListOperation['answer']
      >
      yield* page.data
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
  }
  // Made of the same list that the type is made of, under the same names.
  return { ...resources, each } as unknown as HubClient
}

interface Given {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

class Caller {
  readonly #options: HubClientOptions
  readonly #fetch: typeof fetch
  readonly #clock: Clock
  readonly #random: Random

  constructor(options: HubClientOptions) {
    this.#options = options
    this.#fetch = options.fetch ?? fetch
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? cryptoRandom
  }

  async call(operation: OperationShape, given: Given, options: CallOptions): Promise<unknown> {
    const url = this.#urlOf(operation, given)
    const headers: Record<string, string> = { authorization: `Bearer ${this.#options.apiKey.reveal()}` }
    const streams = operation.body === 'stream'
    if (operation.method === 'POST' && operation.idempotency !== 'natural')
      headers['idempotency-key'] = options.idempotencyKey ?? this.#newKey()
    let body: BodyInit | undefined
    if (streams) body = bodyOf(given.body)
    else if (given.body !== undefined) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(given.body)
    }
    // A stream is spent after the first try.
    const attempts = streams && !(given.body instanceof Uint8Array) ? 1 : (this.#options.attempts ?? 3)
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= attempts
      const answer = await this.#send(operation, url, headers, body, options.signal, last)
      if (answer === undefined) {
        await this.#clock.sleep(this.#pause(attempt), options.signal)
        continue
      }
      if (answer.ok) return answer.status === 204 ? undefined : await this.#read(operation, answer)
      const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
      const passes = answer.status === 429 || answer.status >= 502 || !Number.isNaN(wait)
      if (last || !passes) throw await problemOf(answer)
      await answer.body?.cancel()
      await this.#clock.sleep(Number.isNaN(wait) ? this.#pause(attempt) : wait * 1_000, options.signal)
    }
  }

  /** Undefined: no answer, and it may be tried again. */
  async #send(
    operation: OperationShape,
    url: string,
    headers: Record<string, string>,
    body: BodyInit | undefined,
    signal: AbortSignal | undefined,
    last: boolean,
  ): Promise<Response | undefined> {
    try {
      return await this.#fetch(url, {
        method: operation.method,
        headers,
        ...(body === undefined ? {} : { body, duplex: 'half' }),
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (cause) {
      if (signal?.aborted === true) throw cause
      if (!last) return undefined
      throw new TransportError(`The hub did not answer ${operation.id}`, {
        code: 'hub_unreachable',
        retry: operation.method === 'GET' ? 'now' : 'outcome-unknown',
        sent: 'maybe',
        endpoint: operation.id,
        cause,
      })
    }
  }

  async #read(operation: OperationShape, answer: Response): Promise<unknown> {
    try {
      // Not held against the schema: a newer hub may say more, or new words, than this client knows.
      return await answer.json()
    } catch (cause) {
      throw new ContractError(`The answer to ${operation.id} is not JSON`, {
        code: 'hub_answer',
        retry: 'never',
        endpoint: operation.id,
        cause,
      })
    }
  }

  #urlOf(operation: OperationShape, given: Given): string {
    const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
      encodeURIComponent(String(given.params?.[name])),
    )
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(given.query ?? {}))
      if (value !== undefined) query.set(name, String(value))
    const search = query.size === 0 ? '' : `?${query}`
    return `${this.#options.origin.replace(/\/$/, '')}${path}${search}`
  }

  #newKey(): string {
    return Array.from(this.#random.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  /** Half a second, doubling, with jitter so that many callers do not come back together. */
  #pause(attempt: number): number {
    return 500 * 2 ** (attempt - 1) * (0.5 + this.#random.next())
  }
}

function bodyOf(given: unknown): BodyInit {
  if (given instanceof Uint8Array) return given as Uint8Array<ArrayBuffer>
  const source = (given as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await source.return?.()
    },
  })
}

/** A refusal as the hub sent it; what something in between answered gets a code of its own. */
async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text()
  const parsed = problemSchema.safeParse(jsonOrNothing(text))
  if (!parsed.success)
    return new Problem({
      status: answer.status,
      code: 'unexpected_answer',
      title: `Status ${answer.status} without an explanation`,
    })
  const { status, code, title, detail, field, errors } = parsed.data
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return new Problem({
    status,
    code,
    title,
    ...(detail === undefined ? {} : { detail }),
    ...(field === undefined ? {} : { field }),
    ...(errors === undefined ? {} : { errors }),
    ...(Number.isNaN(retryAfter) ? {} : { retryAfter }),
  })
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
