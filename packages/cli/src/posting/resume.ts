/** Goes on with an upload that a crash, Ctrl-C or the network cut off. */
import { stat } from 'node:fs/promises'
import { UsageError } from '@tockwork/kernel'
import { UploadUrlExpiredError } from '@tockwork/sdk'
import { fileSource } from '@tockwork/sdk/node'
import type { Context } from '../context.ts'
import { openSession, type Session } from '../session.ts'
import { latestUnfinished, markPost, type PostRecord, readPost } from '../state/post-records.ts'
import { chooseTarget } from '../target.ts'
import { watchUpload } from './send.ts'

/** @param publishId the latest unfinished post without it. */
export async function resume(
  context: Context,
  publishId: string | undefined,
  as: string | undefined,
): Promise<{ session: Session; record: PostRecord }> {
  const target = await chooseTarget(context)
  const record = publishId === undefined ? await latestUnfinished(target) : await readPost(target, publishId)
  if (record === undefined) {
    throw new UsageError(
      publishId === undefined
        ? `No upload is unfinished here (${target.name}).`
        : `No post ${publishId} was begun here (${target.name}).`,
      {
        code: 'nothing_to_resume',
        field: '--resume',
        ...(publishId === undefined
          ? {}
          : { action: `See how it stands with \`npx tockwork status '${publishId}'\`.` }),
      },
    )
  }
  const session = await openSession(context, as ?? record.openId)
  if (record.state === 'uploading') await goOn(context, session, record)
  return { session, record }
}

async function goOn(context: Context, session: Session, record: PostRecord): Promise<void> {
  const { file, uploadUrl, chunkSize, publishId } = record
  if (file === undefined || uploadUrl === undefined) {
    throw new UsageError(`The record of ${publishId} lacks what a resumption needs.`, { field: '--resume' })
  }
  await assertSame(file, record)
  try {
    await watchUpload(
      context,
      () => publishId,
      async (onProgress) =>
        session.creator.posts.resumeUpload({
          publishId,
          uploadUrl,
          source: await fileSource(file),
          chunkSize,
          onProgress,
          signal: context.signal,
        }),
    )
  } catch (error) {
    // The bytes can go nowhere any more; the next --resume must not pick this one.
    if (error instanceof UploadUrlExpiredError)
      await markPost(session.target, publishId, 'upload_url_expired')
    throw error
  }
  await markPost(session.target, publishId, 'PROCESSING_UPLOAD')
}

/** TikTok has a part of the old bytes; another file would be glued to them. */
async function assertSame(file: string, record: PostRecord): Promise<void> {
  const now = await stat(file).catch(() => undefined)
  if (now !== undefined && now.size === record.size && now.mtimeMs === record.mtimeMs) return
  throw new UsageError(`${file} ${now === undefined ? 'is gone' : 'has changed'} since the upload began.`, {
    code: 'source_changed',
    field: '--resume',
    action: 'Post the file anew; what was sent so far makes no post by itself.',
  })
}
