import type { Work } from '../storage/unit-of-work.ts'

/** What becomes of an account. Told inside the transaction that makes it so. */
export interface AccountEvent {
  type: 'account.connected' | 'account.reauthorization_required' | 'account.disconnected' | 'account.erased'
  workspaceId: string
  accountId: string
  /** Why, where it is not the caller's own wish: `removed_by_creator`, `refresh_answer_lost` … */
  reason: string | null
  at: number
}

/** Adds jobs or rows to the transaction, such as a webhook to send. When it throws, nothing happens at all. */
export type OnAccountEvent = (work: Work, event: AccountEvent) => Promise<void>

export const noAccountEvents: OnAccountEvent = async () => undefined
