import { type accountDataOperations, Problem, problem } from '@tockwork/api'
import type { Handlers } from '../http/ports.ts'
import { type AccountSync, findSync, requestSync } from '../storage/account-syncs.ts'
import type { Account } from '../storage/accounts.ts'
import { ACCOUNT, dayOf, listPoints, METRICS, type MetricPoint } from '../storage/metrics.ts'
import { findProfile, findVideoAccounts, listVideos, type StoredVideo } from '../storage/videos.ts'
import { notConnected, refreshVideos } from '../sync/refresh-videos.ts'
import type { SyncParts } from '../sync/run-sync.ts'
import { ON_DEMAND_EVERY_MS } from '../sync/sync-policy.ts'
import { COVER_LIVES_MS, PART_SCOPES } from '../tiktok/sync.ts'
import { reachableAccount } from './connected-accounts.ts'
import { pageOfItems } from './cursor.ts'
import { iso, isoOrNull } from './iso-time.ts'

type Period = { from?: string | undefined; to?: string | undefined; granularity: 'day' | 'week' | 'month' }

const DAY = 86_400_000

export function accountDataHandlers(parts: SyncParts): Handlers<typeof accountDataOperations> {
  const { db, clock } = parts
  const metricsOf = async (accountId: string, videoId: string, period: Period) => {
    const to = period.to ?? dayOf(clock.now())
    const from = period.from ?? dayOf(Date.parse(to) - 30 * DAY)
    if (from > to) throw problem('invalid_request', '`from` is after `to`.', { field: 'from' })
    const points = await listPoints(db, accountId, videoId, { from, to })
    return {
      account_id: accountId,
      video_id: videoId === ACCOUNT ? null : videoId,
      granularity: period.granularity,
      data: lastOfEach(period.granularity, points).map(pointToJson),
    }
  }
  return {
    'accountData.profile': async ({ params }, { caller }) => {
      const account = await reachableAccount(db, caller, params.account_id)
      const found = await findProfile(db, account.id)
      return {
        account_id: account.id,
        profile: found?.data ?? null,
        source: found === undefined ? null : { call: found.sourceCall, at: iso(found.readAt) },
        sync: syncToJson(account, await findSync(db, account.id), clock.now()),
      }
    },

    'accountData.videos': async ({ params, query }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      return pageOfItems(
        query,
        /^-?\d{1,15}\.[\w:./~-]{1,300}$/,
        (slice) => listVideos(db, id, slice),
        videoToJson,
      )
    },

    'accountData.refreshVideos': async ({ params, body }, { caller }) => {
      const account = await reachableAccount(db, caller, params.account_id)
      const ids = [...new Set(body.video_ids)]
      return { data: (await refreshVideos(parts, account, ids)).map(videoToJson) }
    },

    'accountData.metrics': async ({ params, query }, { caller }) => {
      const { id } = await reachableAccount(db, caller, params.account_id)
      return metricsOf(id, ACCOUNT, query)
    },

    'accountData.videoMetrics': async ({ params, query }, { caller }) => {
      const having = await findVideoAccounts(db, caller.workspaceId, params.video_id)
      for (const accountId of having) {
        if (query.account_id !== undefined && query.account_id !== accountId) continue
        const account = await reachableAccount(db, caller, accountId).catch((error) => {
          if (error instanceof Problem) return undefined
          throw error
        })
        if (account !== undefined) return metricsOf(account.id, params.video_id, query)
      }
      throw problem('not_found', 'There is no such video.')
    },

    'accountData.sync': async ({ params }, { caller }) => {
      const account = await reachableAccount(db, caller, params.account_id)
      return syncToJson(account, await findSync(db, account.id), clock.now())
    },

    'accountData.requestSync': async ({ params }, { caller }) => {
      const account = await reachableAccount(db, caller, params.account_id)
      const before = await findSync(db, account.id)
      if (account.status !== 'connected' || before === undefined) throw notConnected()
      const now = clock.now()
      const wishAt = Math.max(now, (before.completedAt ?? 0) + ON_DEMAND_EVERY_MS)
      return syncToJson(account, await requestSync(db, account.id, { now, wishAt }), now)
    },
  }
}

/** The last point of each week under its Monday, of each month under its first day. */
function lastOfEach(span: Period['granularity'], points: readonly MetricPoint[]): MetricPoint[] {
  const spans = new Map<string, MetricPoint>()
  for (const point of points) {
    const day = firstDayOf(span, point.day)
    spans.set(day, { ...point, day })
  }
  return [...spans.values()]
}

function firstDayOf(span: Period['granularity'], day: string): string {
  if (span === 'day') return day
  if (span === 'month') return `${day.slice(0, 7)}-01`
  const at = Date.parse(day)
  return dayOf(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY)
}

function pointToJson({ day, at, counts }: MetricPoint) {
  const { views, likes, comments, shares, followers, following, videos } = Object.fromEntries(
    METRICS.map((metric) => [metric, counts[metric] ?? null]),
  ) as Record<(typeof METRICS)[number], number | null>
  return { day, read_at: iso(at), views, likes, comments, shares, followers, following, videos }
}

function videoToJson(video: StoredVideo) {
  return {
    id: video.videoId,
    account_id: video.accountId,
    posted_at: iso(video.postedAt),
    gone_at: isoOrNull(video.goneAt),
    cover_expires_at: video.data.cover_image_url == null ? null : iso(video.readAt + COVER_LIVES_MS),
    video: video.data,
    source: { call: video.sourceCall, at: iso(video.readAt) },
  }
}

function syncToJson(account: Account, sync: AccountSync | undefined, now: number) {
  const running = sync?.leaseUntil != null && sync.leaseUntil > now
  const dueAt = account.status === 'connected' ? (sync?.dueAt ?? null) : null
  const state = running
    ? ('running' as const)
    : dueAt === null
      ? ('stopped' as const)
      : ('scheduled' as const)
  return {
    account_id: account.id,
    state,
    runs_at: isoOrNull(running ? now : dueAt),
    last_completed_at: isoOrNull(sync?.completedAt ?? null),
    skipped: (Object.keys(PART_SCOPES) as (keyof typeof PART_SCOPES)[])
      .filter((part) => sync?.skipped.includes(part))
      .map((part) => ({ part, reason: 'scope_missing' as const, scope: PART_SCOPES[part] })),
    failures: sync?.failures ?? 0,
    last_failure: sync?.lastFailure ?? null,
  }
}
