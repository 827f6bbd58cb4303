/** What posts name by address, and the copies that were made of it for the media gate to look at. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { PostSource } from '../publishing/post.ts'
import { type Asset, toAsset } from './assets.ts'
import type { Database, Transaction } from './database.ts'

type Db = Database | Transaction

/**
 * - `wanted`: it is being fetched, or will be
 * - `fetched`: a copy of it is there, unless somebody deleted that since
 * - `failed`: it did not come, for the reason in `failure`
 */
export interface PostMedia {
  /** In the order of the post, counted from 0. */
  position: number
  addressSha256: Uint8Array
  state: 'wanted' | 'fetched' | 'failed'
  asset: Asset | undefined
  contentHash: Uint8Array | undefined
  requestedAt: number
  settledAt: number | undefined
  tries: number
  failure: { code: FetchFailure; detail: string } | undefined
}

/**
 * - `unreachable`: nothing came, or not to its end
 * - `refused`: it leads to where the hub does not go
 * - `too_slow`: it came so slowly that it was given up
 * - `redirects`: it leads on, which TikTok does not follow
 * - `too_large`, `not_media`: what came is nothing that TikTok takes
 */
export type FetchFailure = 'unreachable' | 'refused' | 'too_slow' | 'redirects' | 'too_large' | 'not_media'

/** Names one thing of a post as it was when the work on it began. */
export interface MediaPlace {
  workspaceId: string
  postId: string
  position: number
  addressSha256: Uint8Array
}

export function hashOfAddress(address: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(address).digest())
}

/** What a post names by address, in its order; nothing where it has a file of the library. */
export function addressesOf(source: PostSource): readonly string[] {
  if (source.type === 'url') return [source.url]
  return source.type === 'photos' ? source.urls : []
}

export async function findPostMedia(db: Db, workspaceId: string, postId: string): Promise<PostMedia[]> {
  const rows = await db
    .selectFrom('post_media')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('post_id', '=', postId)
    .orderBy('position')
    .execute()
  const ids = rows.flatMap(({ asset_id }) => asset_id ?? [])
  const assets =
    ids.length === 0 ? [] : await db.selectFrom('assets').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(assets.map((row) => [row.id, toAsset(row)]))
  return rows.map((row) => ({
    position: row.position,
    addressSha256: row.address_sha256,
    state: row.state,
    asset: byId.get(row.asset_id ?? ''),
    contentHash: row.content_hash ?? undefined,
    requestedAt: row.requested_at.getTime(),
    settledAt: row.settled_at?.getTime(),
    tries: row.tries,
    failure:
      row.failure === null
        ? undefined
        : // Written by this program.
          { code: row.failure as FetchFailure, detail: row.failure_detail ?? '' },
  }))
}

/** Notes that these are to be fetched, whatever was known of them, and forgets what a post of `count` has no place for. */
export async function wantMedia(
  tx: Transaction,
  post: { id: string; workspaceId: string; count: number },
  places: readonly { position: number; addressSha256: Uint8Array }[],
  now: number,
): Promise<void> {
  await tx
    .deleteFrom('post_media')
    .where('post_id', '=', post.id)
    .where('position', '>=', post.count)
    .execute()
  if (places.length === 0) return
  await tx
    .insertInto('post_media')
    .values(
      places.map(({ position, addressSha256 }) => ({
        post_id: post.id,
        position,
        workspace_id: post.workspaceId,
        address_sha256: addressSha256,
        state: 'wanted' as const,
        requested_at: new Date(now),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['post_id', 'position']).doUpdateSet((set) => ({
        address_sha256: set.ref('excluded.address_sha256'),
        requested_at: set.ref('excluded.requested_at'),
        state: 'wanted',
        asset_id: null,
        content_hash: null,
        settled_at: null,
        tries: 0,
        failure: null,
        failure_detail: null,
      })),
    )
    .execute()
}

/**
 * A copy of the same address that was made for another post since `since`: it serves this one too.
 * @returns whether there was one
 */
export async function shareCopy(
  tx: Transaction,
  place: MediaPlace,
  { since }: { since: number },
): Promise<boolean> {
  const found = await tx
    .selectFrom('post_media')
    .innerJoin('assets', 'assets.id', 'post_media.asset_id')
    .select(['assets.id', 'assets.hash', 'post_media.settled_at'])
    .where('post_media.workspace_id', '=', place.workspaceId)
    .where('post_media.address_sha256', '=', place.addressSha256)
    .where('post_media.state', '=', 'fetched')
    .where('post_media.settled_at', '>', new Date(since))
    .where('assets.released_at', 'is', null)
    .orderBy('post_media.settled_at', 'desc')
    .limit(1)
    // Whoever lets copies go waits until this one has another post.
    .forKeyShare('assets')
    .executeTakeFirst()
  // The time of the look is the other's: this post did not look itself.
  return (
    found !== undefined &&
    (await settleFetched(tx, place, { id: found.id, hash: found.hash }, found.settled_at?.getTime() ?? since))
  )
}

/** @returns false when the post is gone, or names something else by now: then nothing of this may be written down. */
export async function settleFetched(
  tx: Transaction,
  place: MediaPlace,
  copy: { id: string; hash: Uint8Array },
  now: number,
): Promise<boolean> {
  const row = await tx
    .updateTable('post_media')
    .set({
      state: 'fetched',
      asset_id: copy.id,
      content_hash: copy.hash,
      settled_at: new Date(now),
      failure: null,
      failure_detail: null,
    })
    .where('post_id', '=', place.postId)
    .where('workspace_id', '=', place.workspaceId)
    .where('position', '=', place.position)
    .where('address_sha256', '=', place.addressSha256)
    .returning('post_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Notes a try that failed. `final`: it is not tried again. */
export async function settleFailed(
  db: Db,
  place: MediaPlace,
  failure: { code: FetchFailure; detail: string; final: boolean },
  now: number,
): Promise<void> {
  await db
    .updateTable('post_media')
    .set({
      ...(failure.final ? { state: 'failed' as const, settled_at: new Date(now) } : {}),
      tries: sql`tries + 1`,
      failure: failure.code,
      failure_detail: failure.detail,
    })
    .where('post_id', '=', place.postId)
    .where('workspace_id', '=', place.workspaceId)
    .where('position', '=', place.position)
    .where('address_sha256', '=', place.addressSha256)
    .where('state', '=', 'wanted')
    .execute()
}

/** Brings a post forward that waits for its media, once none of it is wanted any more. @returns whether it did */
export async function wakeWhenFetched(
  tx: Transaction,
  { postId, reason, now }: { postId: string; reason: string; now: number },
): Promise<boolean> {
  const row = await tx
    .updateTable('posts')
    .set({ step_at: new Date(now) })
    .where('id', '=', postId)
    .where('state', '=', 'checking')
    .where('state_reason', '=', reason)
    .where('step_at', '>', new Date(now))
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('post_media')
            .select('post_media.post_id')
            .whereRef('post_media.post_id', '=', 'posts.id')
            .where('post_media.state', '=', 'wanted'),
        ),
      ),
    )
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Lets what failed be tried again, when somebody says that it may come now. */
export async function forgetFailures(tx: Transaction, postId: string): Promise<void> {
  await tx.deleteFrom('post_media').where('post_id', '=', postId).where('state', '=', 'failed').execute()
}
