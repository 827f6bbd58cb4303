/** Many posts at once, each as if it were changed alone: see `savePost`. */
import { sql } from 'kysely'
import type { Post } from '../publishing/post.ts'
import { assertTransition, type PostState } from '../publishing/post-states.ts'
import type { Database, Transaction } from './database.ts'
import { type PostChange, toColumns, toPost } from './post-rows.ts'
import type { Row } from './tables.ts'

/** Takes those of the posts that are due to work on them; those that are not due, or that someone has, are missing. */
export async function claimPosts(
  db: Database,
  ids: readonly string[],
  lease: { owner: string; now: number; until: number },
): Promise<Map<string, Post>> {
  const now = new Date(lease.now)
  const rows = await db
    .updateTable('posts')
    .set({ lease_owner: lease.owner, lease_until: new Date(lease.until) })
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .where('step_at', '<=', now)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
    .returningAll()
    .execute()
  return new Map(rows.map((row) => [row.id, toPost(row)]))
}

/** One recorded change of state of a post, which may have gone through several before it is written. */
export interface PostRecord {
  at: number
  from: PostState
  to: PostState
  cause: string
  detail: Record<string, unknown>
}

export interface PostMove {
  /** The post as it was read. */
  post: Post
  set: NonNullable<PostChange['set']>
  /** In their order; the last one's `to` is the state that it goes to. Empty: it stays. */
  records: readonly PostRecord[]
  now: number
}

/** A post after its move, and whether its workspace has an endpoint that may want to hear of it. */
export interface MovedPost {
  post: Post
  heard: boolean
}

/**
 * Changes posts as they were read; in the place of one that somebody has changed since stands `undefined`. A post may
 * occur once.
 * @throws {PostTransitionError} and then nothing is changed
 */
export async function savePosts(
  tx: Transaction,
  moves: readonly PostMove[],
): Promise<(MovedPost | undefined)[]> {
  for (const { records } of moves) for (const { from, to } of records) assertTransition(from, to)
  const saved = new Map<string, MovedPost>()
  for (const alike of byColumns(moves))
    for (const { heard, ...row } of await write(tx, alike)) saved.set(row.id, { post: toPost(row), heard })
  return moves.map(({ post }) => saved.get(post.id))
}

interface Written {
  columns: Record<string, unknown> & { id: string; version: number }
  records: readonly PostRecord[]
}

/** Posts in the same step change the same columns, and those go in one statement. */
function byColumns(moves: readonly PostMove[]): Written[][] {
  const groups = new Map<string, Written[]>()
  for (const { post, set, records, now } of moves) {
    const state = records.at(-1)?.to
    const columns = {
      ...toColumns(set),
      ...(state === undefined ? {} : { state }),
      changed_at: new Date(now),
    }
    const key = Object.keys(columns).sort().join()
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push({ columns: { ...columns, id: post.id, version: post.version }, records })
  }
  return [...groups.values()]
}

/** Rows and records in one statement: a round trip, however many there are. */
async function write(
  tx: Transaction,
  posts: readonly Written[],
): Promise<(Row<'posts'> & { heard: boolean })[]> {
  const columns = Object.keys(posts[0]?.columns ?? {}).filter((name) => name !== 'id' && name !== 'version')
  const given = JSON.stringify(
    posts.map((post) => Object.fromEntries(Object.entries(post.columns).map(asJson))),
  )
  const records = JSON.stringify(
    posts.flatMap(({ columns: { id }, records: some }) =>
      some.map(({ at, from, to, cause, detail }) => ({ id, at: new Date(at), from, to, cause, detail })),
    ),
  )
  const { rows } = await sql<Row<'posts'> & { heard: boolean }>`
    with saved as (
      update posts set ${sql.join(columns.map((name) => sql`${sql.ref(name)} = given.${sql.ref(name)}`))},
        version = posts.version + 1
      from jsonb_populate_recordset(null::posts, ${given}::jsonb) given
      where posts.id = given.id and posts.version = given.version
      returning posts.*),
    recorded as (
      insert into post_transitions (post_id, at, from_state, to_state, cause, detail)
      select done.id, done.at, done."from", done."to", done.cause, done.detail
      from jsonb_to_recordset(${records}::jsonb)
        as done(id text, at timestamptz, "from" text, "to" text, cause text, detail jsonb)
      join saved on saved.id = done.id)
    select saved.*, exists (select 1 from webhook_endpoints e where e.workspace_id = saved.workspace_id) as heard
    from saved`.execute(tx)
  return rows
}

/** `jsonb` is handed over as text elsewhere, and here it would arrive as a string. */
const JSON_COLUMNS = new Set(['options', 'source', 'upload'])

function asJson([name, value]: [string, unknown]): [string, unknown] {
  if (value instanceof Uint8Array) return [name, `\\x${Buffer.from(value).toString('hex')}`]
  if (typeof value === 'string' && JSON_COLUMNS.has(name)) return [name, JSON.parse(value)]
  return [name, value]
}
