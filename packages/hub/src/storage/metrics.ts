/** Counters over time: at most one point a day for each video and account, a week beyond 90 days, a month beyond a year. */
import { sql } from 'kysely'
import type { Database, Transaction } from './database.ts'

export const METRICS = ['views', 'likes', 'comments', 'shares', 'followers', 'following', 'videos'] as const
export type Metric = (typeof METRICS)[number]
export type Counts = Partial<Record<Metric, number | null>>

export interface MetricPoint {
  /** `2026-11-24`, in UTC. */
  day: string
  at: number
  counts: Counts
}

/** What stands for the account itself in place of a video's id. */
export const ACCOUNT = ''
const DAY = 86_400_000
const DAILY_FOR_DAYS = 90
const WEEKLY_FOR_DAYS = 365

/** Writes what was read; of one day the latest stays. */
export async function storePoints(
  tx: Transaction,
  accountId: string,
  at: number,
  points: readonly { videoId: string; counts: Counts }[],
): Promise<void> {
  if (points.length === 0) return
  const day = dayOf(at)
  await tx
    .insertInto('metric_points')
    .values(
      points.map(({ videoId, counts }) => ({
        account_id: accountId,
        video_id: videoId,
        day,
        at: new Date(at),
        ...Object.fromEntries(METRICS.map((metric) => [metric, counts[metric] ?? null])),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'video_id', 'day']).doUpdateSet(({ ref }) => ({
        at: ref('excluded.at'),
        views: ref('excluded.views'),
        likes: ref('excluded.likes'),
        comments: ref('excluded.comments'),
        shares: ref('excluded.shares'),
        followers: ref('excluded.followers'),
        following: ref('excluded.following'),
        videos: ref('excluded.videos'),
      })),
    )
    .execute()
}

/** Of an account's points older than 90 days keeps the last of each week, older than a year the last of each month. */
export async function thinPoints(db: Database, accountId: string, now: number): Promise<number> {
  const weeks = await thin(db, accountId, 'week', dayOf(now - DAILY_FOR_DAYS * DAY))
  return weeks + (await thin(db, accountId, 'month', dayOf(now - WEEKLY_FOR_DAYS * DAY)))
}

async function thin(
  db: Database,
  accountId: string,
  span: 'week' | 'month',
  before: string,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from metric_points as old
    where old.account_id = ${accountId} and old.day < ${before}::date and exists (
      select 1 from metric_points as later
      where later.account_id = old.account_id and later.video_id = old.video_id and later.day > old.day
        and later.day < ${before}::date
        and later.day < (date_trunc(${sql.lit(span)}, old.day::timestamp) + ${sql.lit(`1 ${span}`)}::interval)::date)`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0n)
}

/** Points of a video, or of the account with `ACCOUNT`, from and to these days, both included, oldest first. */
export async function listPoints(
  db: Database,
  accountId: string,
  videoId: string,
  { from, to }: { from: string; to: string },
): Promise<MetricPoint[]> {
  const rows = await db
    .selectFrom('metric_points')
    .select([...METRICS, 'at', sql<string>`day::text`.as('day')])
    .where('account_id', '=', accountId)
    .where('video_id', '=', videoId)
    .where(sql<boolean>`day between ${from}::date and ${to}::date`)
    .orderBy('day')
    .execute()
  return rows.map(({ day, at, ...counts }) => ({ day, at: at.getTime(), counts }))
}

/** A UTC day as the table has it. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
