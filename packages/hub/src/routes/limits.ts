import { type limitOperations, problem } from '@tockwork/api'
import type { RateGovernor } from '../governor/governor.ts'
import type { Handlers } from '../http/ports.ts'
import type { Database } from '../storage/database.ts'
import { listWindows, type WindowRow } from '../storage/rate-slots.ts'
import { reachableAccount } from './connected-accounts.ts'
import { iso } from './iso-time.ts'

export interface LimitRouteParts {
  db: Database
  governor: RateGovernor
}

export function limitHandlers({ db, governor }: LimitRouteParts): Handlers<typeof limitOperations> {
  return {
    'limits.list': async ({ query }, { caller }) => {
      const { account_id: accountId, limit } = query
      if (accountId !== undefined) await reachableAccount(db, caller, accountId)
      const rows = await listWindows(db, {
        workspaceId: caller.workspaceId,
        accountId,
        after: query.cursor === undefined ? undefined : keyInCursor(query.cursor),
        limit: limit + 1,
      })
      const now = await governor.now()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        data: page.map((row) => windowToJson(row, now)),
        next_cursor: rows.length > limit && last !== undefined ? cursorOf(last.key) : null,
      }
    },
  }
}

/** Windows are told apart by a key of words and ids, unlike the lists of things with one id. */
function cursorOf(key: string): string {
  return Buffer.from(`w1:${key}`).toString('base64url')
}

function keyInCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!/^w1:app_[\w./]+$/.test(text))
    throw problem('invalid_cursor', 'Use next_cursor of a page as it came.', { field: 'cursor' })
  return text.slice(3)
}

function windowToJson(row: WindowRow, now: number) {
  const used = row.granted.filter((at) => at > now - row.windowMs).sort((a, b) => a - b)
  const full = used.length >= row.requests
  const free = full ? (used[used.length - row.requests] as number) + row.windowMs : now
  const blocked = row.blockedUntil !== undefined && row.blockedUntil > now ? row.blockedUntil : undefined
  return {
    app_id: row.appId,
    account_id: row.accountId ?? null,
    endpoint: row.endpoint,
    limit: row.requests,
    window_ms: row.windowMs,
    used: used.length,
    remaining: blocked === undefined ? Math.max(0, row.requests - used.length) : 0,
    waiting: row.waiting,
    next_free_at: iso(Math.max(free, blocked ?? 0)),
    blocked_until: blocked === undefined ? null : iso(blocked),
  }
}
