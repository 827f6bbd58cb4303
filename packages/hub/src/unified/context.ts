import type { OperationAnswer, OperationInput, OperationShape } from '@tockwork/api'
import type { Secret } from '@tockwork/kernel'
import type { Caller } from '../http/ports.ts'
import type { Log } from '../observability/log.ts'
import type { Transaction } from '../storage/database.ts'
import type { UserScope } from '../storage/unified-users.ts'

/**
 * What a caller asks for beyond the shapes that every service of this kind answers, in the header `Tockwork-Extend`
 * (`paging, source`, or `all`). Nobody else is sent a key that their client does not know.
 */
export const EXTENSIONS = {
  paging: 'Lists tell `total` and `next_cursor` in their metadata; `cursor` goes on from there.',
  source: 'Objects tell the call that they were read with, and when.',
  demographics: 'An audience tells ages and genders each by themselves, where the platform tells no more.',
  capabilities: 'Accounts tell what can be done with them, and why not.',
  utc: 'Times end in `Z`, so that no parser takes them for local ones.',
  strict: 'Fields and parameters that do not exist are refused instead of passed over.',
} as const

export type Extension = keyof typeof EXTENSIONS

/** What a handler knows besides the request itself. */
export interface UnifiedContext<O extends OperationShape = OperationShape> {
  readonly caller: Caller
  /** What the key reaches. */
  readonly scope: UserScope
  /** The client secret that came with the request, which also signs webhooks. */
  readonly secret: Secret
  readonly requestId: string
  readonly log: Log
  readonly signal: AbortSignal
  asks(extension: Extension): boolean
  /** A time as this caller reads it. */
  time(ms: number): string
  timeOrNull(ms: number | null | undefined): string | null
  /** Keeps the answer for the request's Idempotency-Key in the transaction that does the work; call it last. */
  remember(tx: Transaction, answer: OperationAnswer<O>): Promise<void>
}

/** Carries one operation out. Refuses by throwing a `Problem`. */
export type UnifiedHandler<O extends OperationShape> = (
  input: OperationInput<O>,
  context: UnifiedContext<O>,
) => Promise<OperationAnswer<O>>

/** One handler for each operation, by id: a missing one does not compile. */
export type UnifiedHandlers<Operations extends readonly OperationShape[]> = {
  readonly [O in Operations[number] as O['id']]: UnifiedHandler<O>
}
