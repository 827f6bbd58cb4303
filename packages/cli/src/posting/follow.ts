/** Follows a post to its end and says what became of it. */
import { TockworkError } from '@tockwork/kernel'
import { type PostStatus, PublishFailedError, PublishTimeoutError } from '@tockwork/sdk'
import type { Context } from '../context.ts'
import { Interrupted } from '../output/failure.ts'
import { ProgressLine } from '../output/progress.ts'
import type { Session } from '../session.ts'
import { nameOf } from '../state/accounts.ts'
import { markPost, type PostRecord } from '../state/post-records.ts'

export interface Waiting {
  wait: boolean
  timeoutMs: number
}

/** How long a public post's id is waited for: moderation takes seconds in the emulator, minutes to hours at TikTok. */
const PUBLIC_ID_MS = 20_000

export async function follow(
  context: Context,
  session: Session,
  record: PostRecord,
  waiting: Waiting,
): Promise<void> {
  const { out, signal } = context
  const { publishId } = record
  const post = session.creator.posts.open(publishId)
  try {
    const status = waiting.wait
      ? await toTheEnd(context, session, record, waiting.timeoutMs)
      : await post.status({ signal })
    await markPost(session.target, publishId, status.status)
    const urls = await urlsOf(context, session, status.postIds)
    out.result(
      {
        target: session.target.origin ?? 'tiktok',
        account: nameOf(session.account),
        publish_id: publishId,
        status: status.status,
        post_ids: status.postIds,
        urls,
        draft: record.draft,
      },
      describe(context, session, record, status, urls),
    )
  } catch (error) {
    if (error instanceof PublishFailedError) await markPost(session.target, publishId, 'FAILED')
    if (!signal.aborted) throw error
    throw new Interrupted(
      'Interrupted while waiting; the post goes on at TikTok.',
      `See how it stands: npx tockwork status '${publishId}' --watch`,
    )
  }
}

async function toTheEnd(
  { out, clock, signal }: Context,
  { creator, target }: Session,
  record: PostRecord,
  timeoutMs: number,
): Promise<PostStatus> {
  const post = creator.posts.open(record.publishId)
  const line = new ProgressLine(out, clock)
  try {
    line.wait(`${target.origin === undefined ? 'TikTok' : 'The emulator'} works on it`)
    const done = await post.completed({ timeoutMs, signal })
    line.end()
    if (done.status !== 'PUBLISH_COMPLETE' || !record.isPublic || done.postIds.length > 0) return done
    await markPost(target, record.publishId, done.status)
    line.wait('Published; waiting for moderation and the public post id')
    return await post
      .completed({ until: 'public', timeoutMs: Math.min(timeoutMs, PUBLIC_ID_MS), signal })
      .catch((error) => {
        if (error instanceof PublishTimeoutError) return done
        throw error
      })
  } finally {
    line.end()
  }
}

/** Addresses of posts that everyone can see. */
export async function urlsOf(
  { signal }: Context,
  session: Session,
  postIds: readonly string[],
): Promise<string[]> {
  const { account, creator } = session
  if (postIds.length === 0) return []
  if (account.scopes.includes('video.list')) {
    try {
      const videos = await creator.videos.query(postIds, ['id', 'share_url'], { signal })
      const found = videos.flatMap(({ share_url }) => (share_url === undefined ? [] : [share_url]))
      if (found.length === postIds.length) return found
    } catch (error) {
      // The post is published whether its address can be asked for or not.
      if (!(error instanceof TockworkError)) throw error
    }
  }
  return account.username === undefined
    ? []
    : postIds.map((id) => `https://www.tiktok.com/@${account.username}/video/${id}`)
}

function describe(
  { out }: Context,
  session: Session,
  record: PostRecord,
  status: PostStatus,
  urls: readonly string[],
): string[] {
  const good = out.style('green', '✓')
  const id = `  publish id  ${record.publishId}`
  switch (status.status) {
    case 'PUBLISH_COMPLETE': {
      const lines = [`${good} Published (PUBLISH_COMPLETE) on ${nameOf(session.account)}.`, id]
      lines.push(
        ...status.postIds.map((postId) => `  post id     ${postId}`),
        ...urls.map((url) => `  ${url}`),
      )
      if (status.postIds.length === 0 && record.isPublic)
        lines.push(
          `  TikTok tells the public post id after moderation: npx tockwork status '${record.publishId}'`,
        )
      if (status.postIds.length === 0 && !record.isPublic && !record.draft)
        lines.push('  TikTok gives no post id for posts that not everyone can see.')
      return lines
    }
    case 'SEND_TO_USER_INBOX':
      return [
        `${good} In the inbox of ${nameOf(session.account)} (SEND_TO_USER_INBOX): it is posted from there.`,
        id,
      ]
    case 'FAILED':
      return [
        `${out.style('red', '✗')} ${status.failure?.explanation ?? 'It failed.'} [${status.failure?.reason}]`,
        id,
      ]
    default:
      return [
        `${out.style('yellow', '…')} ${status.status}`,
        id,
        `  npx tockwork status '${record.publishId}' --watch`,
      ]
  }
}
