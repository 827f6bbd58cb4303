/** Videos read again at once, for a person who waits: fresh counters, and addresses of covers that are good again. */
import { Problem, problem } from '@tockwork/api'
import { newId } from '../ids.ts'
import { holdSync } from '../storage/account-syncs.ts'
import type { Account } from '../storage/accounts.ts'
import { storePoints } from '../storage/metrics.ts'
import { findVideos, markGoneByIds, type StoredVideo, storeVideos } from '../storage/videos.ts'
import { PART_SCOPES } from '../tiktok/sync.ts'
import type { SyncParts } from './run-sync.ts'

/** How long a caller waits for room in the window. */
const PATIENCE_MS = 2_000

/**
 * @param ids at most twenty, of videos that the hub knows or not
 * @throws {Problem} `account_not_connected`, `account_scope_missing`, `too_many_requests`, `upstream_failed`, `not_found`
 *   when the account is erased meanwhile
 */
export async function refreshVideos(
  parts: SyncParts,
  account: Account,
  ids: readonly string[],
): Promise<StoredVideo[]> {
  const { clock, db, governor, random } = parts
  const reading = parts.readingOf(account.platform)
  const { id: accountId, workspaceId, appId, scopes } = account
  if (account.status !== 'connected' || reading === undefined) throw notConnected()
  const call = reading.calls.videosById
  if (!reading.parts(scopes).videos)
    throw new Problem({
      status: 409,
      code: 'account_scope_missing',
      title: 'The creator did not grant what this needs',
      detail: `The account lacks the scope ${PART_SCOPES.videos}.`,
    })
  const ticket = newId('req', clock, random)
  const wish = { appId, accountId, rule: call.rule, lane: 'person', ticket } as const
  const slot = await governor.wait(wish, PATIENCE_MS)
  if (!slot.granted) {
    const waitMs = slot.at - (await governor.now())
    throw problem('too_many_requests', "The platform's limit for this account is used up for now.", {
      retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
    })
  }
  const sentAt = clock.now()
  const result = await reading.videosById({ workspaceId, accountId }, ids)
  const readAt = clock.now()
  const blockedUntil = result.ok ? undefined : result.failure.until
  if (result.ok || result.failure.sent !== 'no')
    await governor.settle(wish, slot, { sentAt, answeredAt: readAt, blockedUntil })
  else await governor.giveBack(slot)
  if (!result.ok) {
    const { code, needs, until } = result.failure
    if (needs === 'reconnect') throw notConnected()
    throw problem(
      until === undefined ? 'upstream_failed' : 'too_many_requests',
      `The platform answered ${code}.`,
      {
        ...(until === undefined ? {} : { retryAfter: Math.max(1, Math.ceil((until - readAt) / 1000)) }),
      },
    )
  }
  const videos = result.value
  return db.transaction().execute(async (tx) => {
    if (!(await holdSync(tx, accountId))) throw problem('not_found', 'There is no such account.')
    await storeVideos(tx, { accountId, workspaceId, sourceCall: call.id, readAt }, videos)
    const points = videos.map(({ videoId, data }) => ({ videoId, counts: reading.videoCounts(data) }))
    await storePoints(tx, accountId, readAt, points)
    const there = new Set(videos.map(({ videoId }) => videoId))
    const missing = ids.filter((id) => !there.has(id))
    await markGoneByIds(tx, accountId, missing, readAt)
    return findVideos(tx, accountId, ids)
  })
}

export function notConnected(): Problem {
  return new Problem({
    status: 409,
    code: 'account_not_connected',
    title: 'The account is not connected',
    detail: 'Send the creator through a connect session again.',
  })
}
