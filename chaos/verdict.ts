/** Compares what the emulator has written down with what the hub says. Knows no processes and no network. */

import type { RateLimit } from '@tockwork/contracts'
import { userInfo, videoList, videoQuery } from '@tockwork/contracts/display'
import {
  creatorInfo,
  initContent,
  initInboxVideo,
  initVideo,
  publishStatus,
} from '@tockwork/contracts/posting'
import type { LoggedRequest } from '@tockwork/emulator'
import type { Grant, Publish } from './emulator-books.ts'

/** A post that was asked for; `postId` is what the hub answered, if it ever did. */
export interface AskedPost {
  title: string
  mode: 'direct' | 'draft'
  kind: 'video' | 'photo'
  creator: string
  postId?: string
}

/** A post as the hub has it. */
export interface PostRow {
  id: string
  state: string
  state_reason: string | null
  publish_id: string | null
  options: { title?: string | undefined }
  failure: { reason: string; detail: string | null } | null
}

/** An account as the hub has it. */
export interface AccountRow {
  id: string
  external_id: string
  status: string
  status_reason: string | null
}

export interface Findings {
  posts: readonly AskedPost[]
  rows: readonly PostRow[]
  accounts: readonly AccountRow[]
  publishes: readonly Publish[]
  grants: readonly Grant[]
  requests: readonly LoggedRequest[]
}

export interface Verdict {
  posts_asked: number
  photos_published: number
  posts_published: number
  /** Left to a person, and the hub says so: TikTok's answer was lost, and asking again could post twice. */
  posts_in_doubt: number
  posts_failed: number
  posts_lost: number
  posts_doubled: number
  /** The hub calls it failed or cancelled, and it stands on TikTok. */
  posts_misreported: number
  grants_lost: number
  /** A creator left at TikTok, and for the hub the account is still connected. */
  removals_missed: number
  windows_exceeded: number
  /** One line for each thing that is not as it must be. */
  problems: string[]
}

const LIMITS: ReadonlyMap<string, RateLimit> = new Map(
  [
    creatorInfo,
    initVideo,
    initInboxVideo,
    initContent,
    publishStatus,
    userInfo,
    videoList,
    videoQuery,
  ].flatMap(({ id, limits }) => {
    const [limit] = limits ?? []
    return limit === undefined ? [] : [[id, limit] as const]
  }),
)

export function judge(findings: Findings): Verdict {
  const { posts, rows, publishes } = findings
  const problems: string[] = []
  const rowsById = new Map(rows.map((row) => [row.id, row]))
  const done = publishes.filter(({ state }) => state === 'PUBLISH_COMPLETE' || state === 'SEND_TO_USER_INBOX')
  const doneById = new Map(done.map((publish) => [publish.id, publish]))
  const byTitle = Map.groupBy(
    done.filter(({ mode }) => mode === 'direct'),
    ({ postInfo }) => postInfo.title ?? '',
  )
  const count = { published: 0, photos: 0, doubt: 0, failed: 0, lost: 0, doubled: 0, misreported: 0 }
  const wrong = (kind: 'lost' | 'doubled' | 'misreported', what: string): void => {
    count[kind] += 1
    problems.push(`${kind}: ${what}`)
  }

  for (const post of posts) {
    const row = post.postId === undefined ? undefined : rowsById.get(post.postId)
    const made = post.mode === 'direct' ? (byTitle.get(post.title) ?? []) : draftOf(row, doneById)
    const name = `${post.title} (${post.creator}, ${post.postId ?? 'never accepted'})`
    if (made.length > 1) wrong('doubled', `${name} is ${made.map(({ id }) => id).join(' and ')}`)
    if (row === undefined) {
      wrong('lost', `${name} is not in the hub`)
      continue
    }
    switch (row.state) {
      case 'published':
      case 'in_inbox':
        if (made.length === 0) wrong('lost', `${name} is ${row.state} for the hub and nothing for TikTok`)
        else {
          count.published += 1
          if (post.kind === 'photo') count.photos += 1
        }
        break
      case 'needs_attention':
        count.doubt += 1
        break
      case 'failed':
      case 'cancelled':
        if (made.length > 0) wrong('misreported', `${name} is ${row.state}, and stands as ${made[0]?.id}`)
        else count.failed += 1
        break
      default:
        wrong('lost', `${name} stays ${row.state} (${row.state_reason ?? 'no reason'})`)
    }
  }

  const known = new Set(posts.map(({ postId }) => postId))
  for (const { id, options } of rows)
    if (!known.has(id))
      wrong('doubled', `${id} (${options.title ?? ''}) was made by a request that was repeated`)
  const asked = new Set(posts.map(({ title }) => title))
  const held = new Set(rows.map(({ publish_id: id }) => id))
  const doubtfulDrafts = draftsInDoubt(posts, rowsById)
  for (const { id, mode, creator, postInfo } of done) {
    const ours =
      mode === 'direct' ? asked.has(postInfo.title ?? '') : held.has(id) || takeOne(doubtfulDrafts, creator)
    if (!ours) wrong('doubled', `${id} stands on TikTok and belongs to no post of the hub`)
  }

  return {
    posts_asked: posts.length,
    photos_published: count.photos,
    posts_published: count.published,
    posts_in_doubt: count.doubt,
    posts_failed: count.failed,
    posts_lost: count.lost,
    posts_doubled: count.doubled,
    posts_misreported: count.misreported,
    grants_lost: lostGrants(findings, problems),
    removals_missed: missedRemovals(findings, problems),
    windows_exceeded: exceededWindows(findings.requests, problems),
    problems,
  }
}

/** Drafts bear no caption: one that the hub is in doubt about may be one in that creator's inbox, and no more than one. */
function draftsInDoubt(posts: readonly AskedPost[], rows: ReadonlyMap<string, PostRow>): Map<string, number> {
  const doubtful = new Map<string, number>()
  for (const { mode, creator, postId } of posts) {
    const row = postId === undefined ? undefined : rows.get(postId)
    if (mode !== 'draft' || row?.state !== 'needs_attention' || row.publish_id !== null) continue
    doubtful.set(creator, (doubtful.get(creator) ?? 0) + 1)
  }
  return doubtful
}

function takeOne(counts: Map<string, number>, name: string): boolean {
  const left = counts.get(name) ?? 0
  counts.set(name, left - 1)
  return left > 0
}

function draftOf(row: PostRow | undefined, done: ReadonlyMap<string, Publish>): Publish[] {
  const publish = row?.publish_id == null ? undefined : done.get(row.publish_id)
  return publish === undefined ? [] : [publish]
}

/** Grants that live for TikTok and are of no use to the hub. */
function lostGrants({ accounts, grants, rows, posts }: Findings, problems: string[]): number {
  const byOpenId = new Map(accounts.map((account) => [account.external_id, account]))
  const refused = new Set(
    rows.filter(({ failure }) => failure?.reason === 'reauthorization_required').map(({ id }) => id),
  )
  const barred = new Set(
    posts.filter(({ postId }) => postId !== undefined && refused.has(postId)).map(({ creator }) => creator),
  )
  let lost = 0
  for (const { creator, openId, endedAt } of grants) {
    if (endedAt !== undefined) continue
    const account = byOpenId.get(openId)
    if (account?.status === 'connected' && !barred.has(creator)) continue
    lost += 1
    problems.push(
      `grant lost: ${creator} is ${account?.status ?? 'unknown'} (${account?.status_reason ?? 'no reason'})`,
    )
  }
  return lost
}

/** Accounts that go on as if nothing were, though nothing of theirs lives at TikTok any more. */
function missedRemovals({ accounts, grants }: Findings, problems: string[]): number {
  const live = new Set(grants.filter(({ endedAt }) => endedAt === undefined).map(({ openId }) => openId))
  const missed = accounts.filter(
    ({ external_id: openId, status }) => status === 'connected' && !live.has(openId),
  )
  for (const { id } of missed)
    problems.push(`removal missed: ${id} left at TikTok and is connected for the hub`)
  return missed.length
}

/** Calls that came when the window of their grant was full, by our own count, and refusals that nobody ordered. */
function exceededWindows(requests: readonly LoggedRequest[], problems: string[]): number {
  let exceeded = 0
  const calls = new Map<string, number[]>()
  for (const { endpoint, user, at, verdict } of requests) {
    const refused = /(^|(after|before) )rate_limit_exceeded$/.test(verdict)
    if (refused) {
      exceeded += 1
      problems.push(`window exceeded: TikTok refused ${endpoint ?? '?'} of ${user ?? '?'} at ${at}`)
    }
    const limit = endpoint === undefined ? undefined : LIMITS.get(endpoint)
    if (limit === undefined || user === undefined || refused) continue
    const key = `${endpoint} of ${user}`
    const times = calls.get(key) ?? []
    calls.set(key, times)
    times.push(Date.parse(at))
  }
  for (const [key, times] of calls) {
    const limit = LIMITS.get(key.split(' ')[0] ?? '')
    if (limit === undefined) continue
    times.sort((a, b) => a - b)
    for (let n = limit.requests; n < times.length; n += 1) {
      const spanMs = (times[n] as number) - (times[n - limit.requests] as number)
      if (spanMs >= limit.seconds * 1000) continue
      exceeded += 1
      problems.push(`window exceeded: ${limit.requests + 1} calls of ${key} within ${spanMs} ms`)
    }
  }
  return exceeded
}
