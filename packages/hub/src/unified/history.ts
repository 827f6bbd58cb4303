/** Counters over time: what other services overwrite. */
import { problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { dayOf, listPoints } from '../storage/metrics.ts'
import type { UnifiedContext } from './context.ts'
import { day, time } from './wire.ts'

const count = z.number().nullable()

export const historyQuery = z.object({
  from_date: day.optional().meta({ description: 'First day, UTC; 30 days before `to_date` unless told' }),
  to_date: day.optional().meta({ description: 'Last day, UTC; today unless told' }),
})

export const history = z
  .object({
    data: z.array(
      z.object({
        date: day,
        read_at: time,
        view_count: count,
        like_count: count,
        comment_count: count,
        share_count: count,
        follower_count: count,
        following_count: count,
        content_count: count,
      }),
    ),
    metadata: z.object({ from_date: day, to_date: day }),
  })
  .meta({ id: 'MetricHistory' })

const DAY_MS = 86_400_000

/** The last reading of each day for 90 days, of each week for a year, of each month before that; oldest first. */
export async function historyOf(
  { db, clock }: { db: Database; clock: Clock },
  of: { accountId: string; contentId: string },
  query: z.output<typeof historyQuery>,
  { time: at }: Pick<UnifiedContext, 'time'>,
): Promise<z.input<typeof history>> {
  const to = query.to_date ?? dayOf(clock.now())
  const from = query.from_date ?? dayOf(Date.parse(to) - 30 * DAY_MS)
  if (from > to) throw problem('invalid_request', 'from_date is after to_date.', { field: 'from_date' })
  const points = await listPoints(db, of.accountId, of.contentId, { from, to })
  return {
    data: points.map(({ day: date, at: readAt, counts }) => ({
      date,
      read_at: at(readAt),
      view_count: counts.views ?? null,
      like_count: counts.likes ?? null,
      comment_count: counts.comments ?? null,
      share_count: counts.shares ?? null,
      follower_count: counts.followers ?? null,
      following_count: counts.following ?? null,
      content_count: counts.videos ?? null,
    })),
    metadata: { from_date: from, to_date: to },
  }
}
