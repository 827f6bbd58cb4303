/** `status` and `cancel` of a post. */
import type { PostStatus } from '@tockwork/sdk'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Interrupted, Reported } from '../output/failure.ts'
import { size } from '../output/progress.ts'
import { urlsOf } from '../posting/follow.ts'
import { openSession, type Session } from '../session.ts'
import { markPost, readPost } from '../state/post-records.ts'
import { chooseTarget } from '../target.ts'

/** Of the 30 status calls a minute that a token has, watching uses two thirds. */
const WATCH_MS = 3000

export async function status(
  context: Context,
  publishId: string,
  options: { watch?: boolean; as?: string },
): Promise<void> {
  const { out, signal, clock } = context
  const session = await sessionOf(context, publishId, options.as)
  const post = session.creator.posts.open(publishId)
  let now = await post.status({ signal })
  if (options.watch === true) {
    try {
      for (let shown = ''; ; now = await post.status({ signal })) {
        const line = lineOf(now)
        if (line !== shown && !isEnd(now))
          out.note(`${new Date(clock.now()).toISOString().slice(11, 19)}  ${line}`)
        shown = line
        if (isEnd(now)) break
        await clock.sleep(WATCH_MS, signal)
      }
    } catch (error) {
      if (signal.aborted) throw new Interrupted('Stopped watching; the post goes on at TikTok.')
      throw error
    }
  }
  if (isEnd(now)) await markPost(session.target, publishId, now.status)
  const urls = await urlsOf(context, session, now.postIds)
  out.result(toJson(session, now, urls), [
    lineOf(now),
    ...(now.failure === undefined ? [] : [`  ${now.failure.explanation}`, `  ${now.failure.action}`]),
    ...now.postIds.map((id) => `  post id ${id}`),
    ...urls.map((url) => `  ${url}`),
  ])
  if (options.watch === true && now.status === 'FAILED') throw new Reported(exitCodes.refused)
}

export async function cancel(context: Context, publishId: string, options: { as?: string }): Promise<void> {
  const { out, signal } = context
  const session = await sessionOf(context, publishId, options.as)
  await session.creator.posts.open(publishId).cancel({ signal })
  out.result(
    { target: session.target.origin ?? 'tiktok', publish_id: publishId, cancelled: true },
    `${out.style('green', '✓')} TikTok was asked to cancel; it ends as FAILED with publish_cancelled. See: tockwork status '${publishId}'`,
  )
}

/** The account that made the post, where that is known. */
async function sessionOf(context: Context, publishId: string, as: string | undefined): Promise<Session> {
  const record = await readPost(await chooseTarget(context), publishId)
  return openSession(context, as ?? record?.openId)
}

function isEnd({ status }: PostStatus): boolean {
  return status === 'PUBLISH_COMPLETE' || status === 'FAILED' || status === 'SEND_TO_USER_INBOX'
}

function lineOf({ status, uploadedBytes, downloadedBytes, failure }: PostStatus): string {
  const bytes = uploadedBytes ?? downloadedBytes
  const what = uploadedBytes === undefined ? 'downloaded' : 'uploaded'
  return [
    status,
    ...(failure === undefined ? [] : [failure.reason]),
    ...(bytes === undefined ? [] : [`${size(bytes)} ${what}`]),
  ].join(', ')
}

function toJson({ target }: Session, status: PostStatus, urls: readonly string[]): Record<string, unknown> {
  const { publishId, postIds, uploadedBytes, downloadedBytes, failure } = status
  return {
    target: target.origin ?? 'tiktok',
    publish_id: publishId,
    status: status.status,
    post_ids: postIds,
    urls,
    ...(uploadedBytes === undefined ? {} : { uploaded_bytes: uploadedBytes }),
    ...(downloadedBytes === undefined ? {} : { downloaded_bytes: downloadedBytes }),
    ...(failure === undefined ? {} : { failure }),
  }
}
