/** Posts as rows: how each field is written and read, and what every change leaves behind. */
import type { Selectable, Updateable } from 'kysely'
import type { Post, PostTransition } from '../publishing/post.ts'
import type { PostState } from '../publishing/post-states.ts'
import type { Transaction } from './database.ts'
import type { PostsTable } from './tables.ts'

export interface PostChange {
  /** The state it goes to; absent: it stays, and nothing is recorded. */
  to?: PostState
  cause?: string
  detail?: Record<string, unknown>
  set?: Partial<Omit<Post, 'id' | 'version' | 'state' | 'changedAt'>>
  now: number
}

export async function insertTransitions(
  tx: Transaction,
  transitions: readonly (PostTransition & { postId: string })[],
): Promise<void> {
  await tx.insertInto('post_transitions').values(transitionRows(transitions)).execute()
}

export function transitionRows(transitions: readonly (PostTransition & { postId: string })[]) {
  return transitions.map(({ postId, at, from, to, cause, detail }) => ({
    post_id: postId,
    at: new Date(at),
    from_state: from ?? null,
    to_state: to,
    cause,
    detail: JSON.stringify(detail),
  }))
}

export function toPost(row: Selectable<PostsTable>): Post {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    groupId: row.group_id,
    accountId: row.account_id,
    kind: row.kind,
    mode: row.mode,
    state: row.state as PostState,
    stateReason: row.state_reason ?? undefined,
    options: row.options as Post['options'],
    source: row.source as Post['source'],
    scheduledAt: row.scheduled_at?.getTime(),
    timeZone: row.time_zone ?? undefined,
    publishId: row.publish_id ?? undefined,
    uploadSealed: row.upload_sealed ?? undefined,
    upload: (row.upload ?? undefined) as Post['upload'],
    uploadedBytes: row.uploaded_bytes,
    initAttempt: row.init_attempt,
    initSentAt: row.init_sent_at?.getTime(),
    firstSentAt: row.first_sent_at?.getTime(),
    postIds: row.post_ids,
    failReason: row.fail_reason ?? undefined,
    failDetail: row.fail_detail ?? undefined,
    failAction: row.fail_action ?? undefined,
    attempt: row.attempt,
    stepAt: row.step_at?.getTime(),
    version: row.version,
    createdAt: row.created_at.getTime(),
    changedAt: row.changed_at.getTime(),
    leaseOwner: row.lease_owner ?? undefined,
    leaseUntil: row.lease_until?.getTime(),
    failures: row.failures,
    processingSince: row.processing_since?.getTime(),
    cancelRequestedAt: row.cancel_requested_at?.getTime(),
    publishedAt: row.published_at?.getTime(),
    approvalRequired: row.approval_required,
    madeBy: row.made_by ?? undefined,
    decision: row.decision ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at?.getTime(),
    decisionReason: row.decision_reason ?? undefined,
    slotAt: row.slot_at?.getTime(),
  }
}

/** How each field is written; a key that is set to `undefined` becomes null. */
const COLUMNS: {
  [K in keyof NonNullable<PostChange['set']>]-?: (value: Post[K]) => Updateable<PostsTable>
} = {
  workspaceId: (value) => ({ workspace_id: value }),
  groupId: (value) => ({ group_id: value }),
  accountId: (value) => ({ account_id: value }),
  kind: (value) => ({ kind: value }),
  mode: (value) => ({ mode: value }),
  stateReason: (value) => ({ state_reason: value ?? null }),
  options: (value) => ({ options: JSON.stringify(value) }),
  source: (value) => ({
    source: JSON.stringify(value),
    asset_id: value.type === 'asset' ? value.assetId : null,
  }),
  scheduledAt: (value) => ({ scheduled_at: dateOf(value) }),
  timeZone: (value) => ({ time_zone: value ?? null }),
  publishId: (value) => ({ publish_id: value ?? null }),
  uploadSealed: (value) => ({ upload_sealed: value ?? null }),
  upload: (value) => ({ upload: value === undefined ? null : JSON.stringify(value) }),
  uploadedBytes: (value) => ({ uploaded_bytes: value }),
  initAttempt: (value) => ({ init_attempt: value }),
  initSentAt: (value) => ({ init_sent_at: dateOf(value) }),
  firstSentAt: (value) => ({ first_sent_at: dateOf(value) }),
  postIds: (value) => ({ post_ids: value }),
  failReason: (value) => ({ fail_reason: value ?? null }),
  failDetail: (value) => ({ fail_detail: value ?? null }),
  failAction: (value) => ({ fail_action: value ?? null }),
  attempt: (value) => ({ attempt: value }),
  stepAt: (value) => ({ step_at: dateOf(value) }),
  createdAt: (value) => ({ created_at: new Date(value) }),
  leaseOwner: (value) => ({ lease_owner: value ?? null }),
  leaseUntil: (value) => ({ lease_until: dateOf(value) }),
  failures: (value) => ({ failures: value }),
  processingSince: (value) => ({ processing_since: dateOf(value) }),
  cancelRequestedAt: (value) => ({ cancel_requested_at: dateOf(value) }),
  publishedAt: (value) => ({ published_at: dateOf(value) }),
  approvalRequired: (value) => ({ approval_required: value }),
  madeBy: (value) => ({ made_by: value ?? null }),
  decision: (value) => ({ decision: value ?? null }),
  decidedBy: (value) => ({ decided_by: value ?? null }),
  decidedAt: (value) => ({ decided_at: dateOf(value) }),
  decisionReason: (value) => ({ decision_reason: value ?? null }),
  slotAt: (value) => ({ slot_at: dateOf(value) }),
}

export function toColumns(set: NonNullable<PostChange['set']>): Updateable<PostsTable> {
  const columns: Updateable<PostsTable> = {}
  for (const [key, value] of Object.entries(set)) {
    // The table above pairs each key with the writer of its own type.
    const write = COLUMNS[key as keyof typeof COLUMNS] as (value: unknown) => Updateable<PostsTable>
    Object.assign(columns, write(value))
  }
  return columns
}

export function dateOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms)
}
