import { cryptoRandom, ManualClock } from '@tockwork/kernel'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RateGovernor } from '../../src/governor/governor.ts'
import { silentLog } from '../../src/observability/log.ts'
import { claimDueSyncs } from '../../src/storage/account-syncs.ts'
import { storePoints, thinPoints } from '../../src/storage/metrics.ts'
import type { AccountReading, VideoPage } from '../../src/sync/account-reading.ts'
import { type SyncDueParts, syncDue } from '../../src/sync/sync-due.ts'
import { TikTokReading } from '../../src/tiktok/sync.ts'
import { type TestDatabase, testDatabase } from '../database.ts'

/** `TOCKWORK_SYNC_SCALE=10000` for the figures in docs/hub.md. */
const ACCOUNTS = Number(process.env.TOCKWORK_SYNC_SCALE ?? 150)
const VIDEOS = 50
const PAGE = 20
const DAY = 86_400_000

let database: TestDatabase
const clock = new ManualClock('2026-11-24T12:00:00Z')

beforeAll(async () => {
  database = await testDatabase({ max: 20 })
  const { db } = database
  const at = new Date(clock.now())
  await sql`insert into workspaces (id, name, created_at) values ('ws_1', 'w', now())`.execute(db)
  await sql`insert into apps (id, workspace_id, name, environment, client_key, secret_sealed, key_version, created_at)
    values ('app_1', 'ws_1', 'a', 'production', 'k', '', 1, now())`.execute(db)
  // As many again are not due and must not be looked at. Ids are as long as real ones, since rows are measured.
  await sql`insert into accounts (id, workspace_id, app_id, platform, external_id, status, scopes, connected_at, changed_at)
    select 'acc_' || lpad(n::text, 26, '0'), 'ws_1', 'app_1', 'tiktok', 'o' || n, 'connected',
      '{user.info.basic,user.info.profile,user.info.stats,video.list}', ${at}, ${at}
    from generate_series(1, ${2 * ACCOUNTS}::int) n`.execute(db)
  await sql`insert into account_syncs (account_id, workspace_id, due_at)
    select id, 'ws_1', ${at}::timestamptz + (case when row_number() over (order by id) > ${ACCOUNTS}::int
      then interval '1 hour' else interval '0' end) from accounts`.execute(db)
  await sql`analyze`.execute(db)
}, 120_000)
afterAll(() => database.close())

/** Answers at once, with rows as large as TikTok's. */
function reading(asked: string[]): AccountReading {
  const tiktok = new TikTokReading({ withAccess: () => Promise.reject(new Error('nobody is asked')) })
  const answers: Pick<AccountReading, 'profile' | 'videos'> = {
    profile: ({ accountId }) => {
      asked.push(accountId)
      const counters = { follower_count: 1200, following_count: 80, likes_count: 90_000, video_count: VIDEOS }
      return Promise.resolve({ ok: true, value: { username: accountId, display_name: 'Mika', ...counters } })
    },
    videos: ({ accountId }, before) => {
      const from = before === undefined ? 0 : VIDEOS - 1 - Number(before.slice(-2))
      const seen = Number(accountId.slice(-9)) * 100
      const videos = Array.from({ length: Math.min(PAGE, VIDEOS - from) }, (_, n) => videoOf(seen, from + n))
      const last = from + videos.length - 1
      const next = last === VIDEOS - 1 ? undefined : String(clock.now() - (last + 1) * DAY).slice(0, -2)
      const cursor = next === undefined ? undefined : `${next}${String(VIDEOS - 2 - last).padStart(2, '0')}`
      const reachedTo = cursor === undefined ? undefined : Number(cursor)
      return Promise.resolve({ ok: true, value: { videos, next: cursor, reachedTo } satisfies VideoPage })
    },
  }
  return Object.assign(Object.create(tiktok), answers)
}

function videoOf(first: number, n: number): VideoPage['videos'][number] {
  return {
    videoId: String(7_300_000_000_000_000_000n + BigInt(first + n)),
    postedAt: clock.now() - (n + 1) * DAY,
    data: {
      title: 'A day at the lake #summer #lake',
      video_description: 'A day at the lake, with the whole family and far too much cake #summer #lake',
      cover_image_url: `https://p16-sign.tiktokcdn.com/obj/tos-maliva-p-0068/${'x'.repeat(160)}?x-expires=1`,
      share_url: 'https://www.tiktok.com/@mika/video/7300000000000000000?utm_campaign=tt4d_open_api',
      duration: 31,
      height: 1024,
      width: 576,
      view_count: 10_000 + n,
      like_count: 900,
      comment_count: 31,
      share_count: 12,
    },
  }
}

function processOf(holder: string, asked: string[]): SyncDueParts {
  const { db } = database
  return {
    db,
    clock,
    random: cryptoRandom,
    log: silentLog,
    holder,
    governor: new RateGovernor({ db, clock, time: 'clock' }),
    readingOf: () => reading(asked),
  }
}

async function rowsOf(table: string): Promise<{ rows: number; bytes: number }> {
  await sql`vacuum analyze ${sql.table(table)}`.execute(database.db)
  const { rows } = await sql<{ rows: number; bytes: number }>`
    select count(*)::int as rows, pg_total_relation_size(${table})::int8 as bytes from ${sql.table(table)}`.execute(
    database.db,
  )
  return rows[0] ?? { rows: 0, bytes: 0 }
}

test(`${ACCOUNTS} accounts of ${VIDEOS} videos are read once each by two processes, in a number of statements that does not grow`, async () => {
  const { db } = database
  const asked: string[] = []
  const queries = vi.spyOn(pg.Client.prototype, 'query')
  const startedAt = performance.now()
  const reports = await Promise.all(['one', 'two'].map((holder) => syncDue(processOf(holder, asked))))
  const seconds = (performance.now() - startedAt) / 1000
  const statements = queries.mock.calls.length
  queries.mockRestore()
  expect(reports.reduce((sum, { done }) => sum + done, 0)).toBe(ACCOUNTS)
  expect(new Set(asked).size).toBe(ACCOUNTS)
  expect(asked).toHaveLength(ACCOUNTS)
  const videos = await rowsOf('videos')
  const points = await rowsOf('metric_points')
  expect(videos.rows).toBe(ACCOUNTS * VIDEOS)
  expect(points.rows).toBe(ACCOUNTS * (VIDEOS + 1))
  // Four calls (a profile, three pages), each with its slot and its commit; a handful around them.
  expect(statements / ACCOUNTS).toBeLessThan(50)
  // Nothing was due twice, and the next readings are spread.
  const { rows } = await sql<{ least: number; most: number }>`
      select min(extract(epoch from due_at - ${new Date(clock.now())})) as least,
        max(extract(epoch from due_at - ${new Date(clock.now())})) as most
      from account_syncs where completed_at is not null`.execute(db)
  expect(Number(rows[0]?.least)).toBeGreaterThanOrEqual(0.8 * 3 * 3600)
  expect(Number(rows[0]?.most)).toBeLessThanOrEqual(1.2 * 3 * 3600)
  console.log(
    `${ACCOUNTS} accounts in ${seconds.toFixed(1)} s: ${Math.round(ACCOUNTS / seconds)} accounts, ` +
      `${Math.round((ACCOUNTS * VIDEOS) / seconds)} videos a second; ${(statements / ACCOUNTS).toFixed(1)} statements ` +
      `an account; ${Math.round(videos.bytes / videos.rows)} bytes a video, ${Math.round(points.bytes / points.rows)} a point`,
  )
}, 600_000)

test('due accounts are found by index', async () => {
  const { db } = database
  await sql`analyze account_syncs`.execute(db)
  const plans: string[] = []
  await db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx)
    const { rows } = await sql<Record<string, unknown>>`
        explain select account_id from account_syncs
        where due_at <= ${new Date(clock.now())} order by due_at limit 1 for update skip locked`.execute(tx)
    plans.push(JSON.stringify(rows))
  })
  expect(plans[0]).toContain('account_syncs_due')
  expect(plans[0]).not.toContain('Sort')
  expect(await claimDueSyncs(db, { holder: 'x', now: clock.now(), until: clock.now() + 1 }, 10)).toEqual([])
})

test('a year of a video is small: read daily while it is new, weekly then, and thinned', async () => {
  const { db } = database
  const accountId = `acc_${'1'.padStart(26, '0')}`
  await sql`truncate metric_points`.execute(db)
  const videos = Array.from({ length: VIDEOS }, (_, n) => ({
    videoId: String(7_400_000_000_000_000_000n + BigInt(n)),
    counts: { views: 1_000_000 + n, likes: 50_000, comments: 900, shares: 120 },
  }))
  const age = async (fromDay: number, toDay: number): Promise<{ rows: number; bytes: number }> => {
    await db.transaction().execute(async (tx) => {
      for (let day = fromDay; day < toDay; day += day < 30 ? 1 : 7)
        await storePoints(tx, accountId, clock.now() + day * DAY, videos)
    })
    await thinPoints(db, accountId, clock.now() + toDay * DAY)
    await sql`vacuum full metric_points`.execute(db)
    return rowsOf('metric_points')
  }
  const first = await age(0, 365)
  const second = await age(365, 730)
  const third = await age(730, 1095)
  console.log(
    [first, second, third]
      .map(
        ({ rows, bytes }, year) =>
          `after ${year + 1} years ${rows / VIDEOS} points, ${Math.round(bytes / VIDEOS)} bytes a video`,
      )
      .join('; '),
  )
  // Thirty days, and 48 weeks of the rest of the year.
  expect(first.rows / VIDEOS).toBeLessThanOrEqual(80)
  expect(first.bytes / VIDEOS).toBeLessThan(25_000)
  // Each year after that a dozen more.
  expect(third.rows / VIDEOS - second.rows / VIDEOS).toBeLessThanOrEqual(13)
})
