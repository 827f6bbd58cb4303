/** Calls of the hub's API as the person who is signed in. Types come from the contract, paths from it while building. */

import { operations } from 'virtual:hub-operations'
import type { CallRequest, Operation, OperationId, OperationResult, ProblemJson } from '@tockwork/api'

type Requests = { [O in Operation as O['id']]: CallRequest<O> }
type Results = { [O in Operation as O['id']]: OperationResult<O> }
export type RequestOf<Id extends OperationId> = Requests[Id]
export type ResultOf<Id extends OperationId> = Results[Id]

/** A refusal of the hub, or no answer at all (status 0). */
export class HubProblem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: NonNullable<ProblemJson['errors']>

  constructor(problem: Pick<ProblemJson, 'status' | 'code' | 'title' | 'detail' | 'errors'>) {
    super(problem.detail ?? problem.title)
    this.name = 'HubProblem'
    this.status = problem.status
    this.code = problem.code
    this.errors = problem.errors ?? []
  }
}

let csrf = ''
let onSignedOut = (): void => undefined

/** What changes something must carry; the session says it. */
export function setCsrf(token: string): void {
  csrf = token
}

export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

interface Given {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

export async function call<Id extends OperationId>(
  id: Id,
  ...[request, options = {}]: Record<never, never> extends RequestOf<Id>
    ? [request?: RequestOf<Id>, options?: { signal?: AbortSignal }]
    : [request: RequestOf<Id>, options?: { signal?: AbortSignal }]
): Promise<ResultOf<Id>> {
  const { params, query, body } = (request ?? {}) as Given
  const [method = 'GET', path = ''] = operations[id] ?? []
  const answer = await send(method, addressOf(path, params, query), body, options.signal)
  if (answer.status === 401) onSignedOut()
  // A newer hub may say more than this page knows; its own contract holds its answers to their schemas.
  return (await read(answer)) as ResultOf<Id>
}

/** Routes of the session, which are no operations. */
export async function callSession<T>(method: string, path: string, body?: unknown): Promise<T> {
  return (await read(await send(method, path, body))) as T
}

export function headersFor(method: string): Record<string, string> {
  return method === 'GET' ? {} : { 'x-tockwork-csrf': csrf }
}

function addressOf(path: string, params: Given['params'], query: Given['query']): string {
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(params?.[name])),
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') search.set(name, String(value))
  return search.size === 0 ? filled : `${filled}?${search}`
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = headersFor(method)
  if (body !== undefined) headers['content-type'] = 'application/json'
  // A second click, or a repeat after a lost answer, is another wish: the key is of this one alone.
  if (method === 'POST' && path.startsWith('/v1/')) headers['idempotency-key'] = crypto.randomUUID()
  try {
    return await fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    throw new HubProblem({ status: 0, code: 'no_answer', title: 'The hub does not answer. Is it running?' })
  }
}

async function read(answer: Response): Promise<unknown> {
  const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '')
  const value: unknown = isJson ? await answer.json() : undefined
  if (answer.ok) return value
  throw problemFrom(answer.status, value)
}

export function problemFrom(status: number, value: unknown): HubProblem {
  const known = value as Partial<ProblemJson> | undefined
  return new HubProblem({
    status,
    code: known?.code ?? 'unexpected_answer',
    title: known?.title ?? `The hub answered ${status} without an explanation`,
    detail: known?.detail,
    errors: known?.errors,
  })
}
