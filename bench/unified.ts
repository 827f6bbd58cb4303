/** Lists of the unified API where there is much to list: a workspace of 100,000 accounts, an account of 10,000 contents. */
import type { LoadAnswer } from './children/load.ts'
import { startHubWorld } from './hub-world.ts'
import { type Measurements, measured } from './measurement.ts'
import { startWorker } from './worker.ts'

const CONNECTIONS = 4
const CONTENTS = 10_000

interface Case {
  what: string
  path: string
  body?: object
  extend?: string
  statements: { sql: string; params: unknown[] }[]
}

export async function measureUnified({ quick }: { quick: boolean }): Promise<Measurements> {
  const accounts = quick ? 5_000 : 100_000
  const seconds = quick ? 0.5 : 3
  const rounds = quick ? 1 : 3
  const world = await startHubWorld({ creators: 1 })
  const load = await startWorker('load')
  const sqlLoad = await startWorker('sql-load')
  try {
    for (const statement of seedOf(accounts)) await world.db.query(statement)
    await world.db.query('analyze')
    const hub = await world.startHub({ TOCKWORK_HUB_WORKER: 'false' })
    const ids = await idsOf(world.db)
    const results: Measurements = {}
    for (const [name, one] of Object.entries(cases(ids, accounts))) {
      const request = requestOf(one, world.apiKey)
      const answered: LoadAnswer[] = []
      const alone: LoadAnswer[] = []
      for (let round = 0; round <= rounds; round += 1) {
        const whole = { connections: CONNECTIONS, seconds: round === 0 ? Math.min(1, seconds) : seconds }
        const a = await load.ask<LoadAnswer>('load', { ...whole, port: hub.port, request })
        const b = await sqlLoad.ask<LoadAnswer>('load', {
          ...whole,
          url: world.databaseUrl,
          statements: one.statements,
        })
        // The first round warms both up.
        if (round === 0) continue
        answered.push(a)
        alone.push(b)
      }
      results[`${name}-p99`] = measured({
        unit: 'ms',
        what: `${one.what} at ${CONNECTIONS} connections, slowest hundredth; PostgreSQL alone, the same rows`,
        values: answered.map(({ p99Ms }) => p99Ms),
        against: alone.map(({ p99Ms }) => p99Ms),
      })
    }
    await hub.stop()
    return results
  } finally {
    await Promise.all([load.stop(), sqlLoad.stop()])
    await world.stop()
  }
}

/** Past the API: what connecting and reading so many would leave. Account 1 has all the contents. */
function seedOf(accounts: number): string[] {
  const app = '(select id from apps limit 1)'
  const workspace = '(select workspace_id from apps limit 1)'
  const video = `jsonb_build_object('title', 'Soup ' || n, 'video_description', 'Soup number ' || n || ' #soup #mika @noor',
    'duration', 15 + n % 40, 'cover_image_url', 'https://p16.example/' || md5(n::text) || '.jpeg?x-expires=1',
    'share_url', 'https://www.tiktok.com/@mika/video/' || n, 'embed_link', 'https://www.tiktok.com/player/v1/' || n,
    'like_count', n, 'comment_count', n, 'share_count', n, 'view_count', 10 * n)`
  return [
    `insert into accounts (id, workspace_id, app_id, platform, external_id, username, display_name, status, scopes,
        connected_at, changed_at)
      select 'acc_bench_' || n, ${workspace}, ${app}, 'tiktok', gen_random_uuid()::text, 'creator' || n, 'Creator ' || n,
        'connected', '{user.info.basic,user.info.profile,user.info.stats,video.list}', now() - n * interval '1 minute', now()
      from generate_series(1, ${accounts}) n`,
    `insert into unified_users (id, workspace_id, environment, name, external_id, created_at, updated_at)
      select gen_random_uuid()::text, ${workspace}, 'production', 'Person ' || n, 'person-' || n,
        now() - n * interval '1 minute', now() from generate_series(1, ${accounts}) n`,
    `insert into unified_accounts (account_id, id, profile_id, workspace_id, user_id, products, created_at, updated_at)
      select 'acc_bench_' || substr(u.external_id, 8), gen_random_uuid()::text, gen_random_uuid()::text, u.workspace_id, u.id,
        '{IDENTITY,ENGAGEMENT}', u.created_at, now() from unified_users u`,
    `insert into account_syncs (account_id, workspace_id, due_at, completed_at)
      select id, workspace_id, now() + interval '1 hour', now() from accounts`,
    `insert into profiles (account_id, workspace_id, data, source_call, read_at)
      select id, workspace_id, jsonb_build_object('username', username, 'display_name', display_name, 'follower_count', 10,
        'following_count', 2, 'likes_count', 30, 'video_count', 4, 'bio_description', 'Cooks.'), 'display.userInfo', now()
      from accounts`,
    `insert into videos (account_id, video_id, workspace_id, posted_at, data, source_call, read_at)
      select 'acc_bench_1', (7300000000000000000 + n)::text, ${workspace}, now() - n * interval '1 hour', ${video},
        'display.videoList', now() from generate_series(1, ${CONTENTS}) n`,
    // Others' contents lie between, as they would.
    `insert into videos (account_id, video_id, workspace_id, posted_at, data, source_call, read_at)
      select 'acc_bench_' || (2 + n % 1000), (7400000000000000000 + n)::text, ${workspace}, now() - n * interval '1 minute',
        ${video}, 'display.videoList', now() from generate_series(1, ${accounts / 2}) n`,
  ]
}

interface Ids {
  workspace: string
  account: string
  user: string
  contents: string[]
}

async function idsOf(db: {
  query: (sql: string) => Promise<{ rows: Record<string, string>[] }>
}): Promise<Ids> {
  const { rows } = await db.query(
    "select workspace_id, id, user_id from unified_accounts where account_id = 'acc_bench_1'",
  )
  const contents = await db.query(
    `select unified_content_id(account_id, video_id) as id from videos where account_id = 'acc_bench_1'
      order by video_id limit 100`,
  )
  return {
    workspace: rows[0]?.workspace_id ?? '',
    account: rows[0]?.id ?? '',
    user: rows[0]?.user_id ?? '',
    contents: contents.rows.map(({ id = '' }) => id),
  }
}

function cases({ workspace, account, user, contents }: Ids, accounts: number): Record<string, Case> {
  const many = accounts.toLocaleString('en-US')
  const videos = (offset: number) => ({
    sql: `select * from videos where account_id = 'acc_bench_1' and gone_at is null
      order by posted_at desc, video_id desc limit 100 offset ${offset}`,
    params: [],
  })
  const bonds = (offset: number) => ({
    sql: `select * from unified_accounts where workspace_id = $1 order by created_at desc, id desc limit 100 offset ${offset}`,
    params: [workspace],
  })
  return {
    'unified-contents': {
      what: `contents, first 100 of 10,000`,
      path: `/v1/social/contents?account_id=${account}&limit=100`,
      statements: [videos(0)],
    },
    'unified-contents-deep': {
      what: 'contents, the last 100 by offset',
      path: `/v1/social/contents?account_id=${account}&limit=100&offset=${CONTENTS - 100}`,
      statements: [videos(CONTENTS - 100)],
    },
    'unified-contents-total': {
      what: 'contents with total and cursor',
      path: `/v1/social/contents?account_id=${account}&limit=100`,
      extend: 'paging,source',
      statements: [videos(0)],
    },
    'unified-contents-search': {
      what: '100 contents by id',
      path: '/v1/social/contents/search',
      body: { ids: contents },
      statements: [
        {
          sql: 'select * from videos where unified_content_id(account_id, video_id) = any($1::text[])',
          params: [contents],
        },
      ],
    },
    'unified-accounts': {
      what: `accounts, first 100 of ${many}`,
      path: '/v1/accounts?limit=100',
      statements: [bonds(0)],
    },
    'unified-accounts-deep': {
      what: 'accounts, the last 100 by offset',
      path: `/v1/accounts?limit=100&offset=${accounts - 100}`,
      statements: [bonds(accounts - 100)],
    },
    'unified-accounts-total': {
      what: 'accounts of a platform with total and cursor',
      path: '/v1/accounts?limit=100&work_platform_id=de55aeec-0dc8-4119-bf90-16b3d1f0c987',
      extend: 'paging',
      statements: [
        bonds(0),
        { sql: 'select count(*) from unified_accounts where workspace_id = $1', params: [workspace] },
      ],
    },
    'unified-accounts-user': {
      what: 'accounts of a user',
      path: `/v1/accounts?user_id=${user}`,
      statements: [{ sql: 'select * from unified_accounts where user_id = $1', params: [user] }],
    },
    'unified-profiles': {
      what: `profiles, first 100 of ${many}`,
      path: '/v1/profiles?limit=100',
      statements: [
        {
          sql: `select * from unified_accounts join profiles using (account_id) where unified_accounts.workspace_id = $1
            order by created_at desc, id desc limit 100`,
          params: [workspace],
        },
      ],
    },
    'unified-users': {
      what: `users, first 100 of ${many}`,
      path: '/v1/users?limit=100',
      statements: [
        {
          sql: 'select * from unified_users where workspace_id = $1 order by created_at desc, id desc limit 100',
          params: [workspace],
        },
      ],
    },
  }
}

function requestOf({ path, body, extend }: Case, key: string): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  return [
    `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${key}`,
    ...(extend === undefined ? [] : [`tockwork-extend: ${extend}`]),
    ...(body === undefined
      ? []
      : ['content-type: application/json', `content-length: ${Buffer.byteLength(text)}`]),
    '',
    text,
  ].join('\r\n')
}
