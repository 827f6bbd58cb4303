/** Many posts at once, each as if it were changed alone: see `savePost`. */
import { sql } from 'kysely'
import type { Post } from '../publishing/post.ts'
import { assertTransition } from '../publishing/post-states.ts'
import type { Database, Transaction } from './database.ts'
import { insertTransitions, type PostChange, toColumns, toPost } from './post-rows.ts'
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

export interface PostMove {
  /** The post as it was read. */
  post: Post
  change: PostChange
}

/**
 * Changes posts as they were read; in the place of one that somebody has changed since stands `undefined`. A post may
 * occur once.
 * @throws {PostTransitionError} and then nothing is changed
 */
export async function savePosts(tx: Transaction, moves: readonly PostMove[]): Promise<(Post | undefined)[]> {
  for (const { post, change } of moves) if (change.to !== undefined) assertTransition(post.state, change.to)
  const saved = new Map<string, Post>()
  for (const alike of byColumns(moves))
    for (const row of await update(tx, alike)) saved.set(row.id, toPost(row))
  const recorded = moves.filter(({ post, change }) => change.to !== undefined && saved.has(post.id))
  if (recorded.length > 0)
    await insertTransitions(
      tx,
      recorded.map(({ post, change }) => ({
        postId: post.id,
        at: change.now,
        from: post.state,
        to: change.to as Post['state'],
        cause: change.cause ?? '',
        detail: change.detail ?? {},
      })),
    )
  return moves.map(({ post }) => saved.get(post.id))
}

type Written = Record<string, unknown> & { id: string; version: number }

/** Posts in the same step change the same columns, and those go in one statement. */
function byColumns(moves: readonly PostMove[]): Written[][] {
  const groups = new Map<string, Written[]>()
  for (const { post, change } of moves) {
    const columns = {
      ...toColumns(change.set ?? {}),
      ...(change.to === undefined ? {} : { state: change.to }),
      changed_at: new Date(change.now),
    }
    const key = Object.keys(columns).sort().join()
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push({ ...columns, id: post.id, version: post.version })
  }
  return [...groups.values()]
}

async function update(tx: Transaction, posts: readonly Written[]): Promise<Row<'posts'>[]> {
  const columns = Object.keys(posts[0] ?? {}).filter((name) => name !== 'id' && name !== 'version')
  const given = JSON.stringify(posts.map((post) => Object.fromEntries(Object.entries(post).map(asJson))))
  const { rows } = await sql<Row<'posts'>>`
    update posts set ${sql.join(columns.map((name) => sql`${sql.ref(name)} = given.${sql.ref(name)}`))},
      version = posts.version + 1
    from jsonb_populate_recordset(null::posts, ${given}::jsonb) given
    where posts.id = given.id and posts.version = given.version
    returning posts.*`.execute(tx)
  return rows
}

/** `jsonb` is handed over as text elsewhere, and here it would arrive as a string. */
const JSON_COLUMNS = new Set(['options', 'source', 'upload'])

function asJson([name, value]: [string, unknown]): [string, unknown] {
  if (value instanceof Uint8Array) return [name, `\\x${Buffer.from(value).toString('hex')}`]
  if (typeof value === 'string' && JSON_COLUMNS.has(name)) return [name, JSON.parse(value)]
  return [name, value]
}
