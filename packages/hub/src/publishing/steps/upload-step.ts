import { findAsset } from '../../storage/assets.ts'
import { renewLease } from '../../storage/posts.ts'
import type { PlatformFailure, PlatformResult } from '../../tiktok/outcome.ts'
import { kindOf } from '../failures.ts'
import { statusPause } from '../pace.ts'
import type { Post, UploadPlan } from '../post.ts'
import { LEASE_MS, type Step } from '../step.ts'
import { endByFailure, fail, tryAgain } from './endings.ts'
import { uploadPlace } from './init-step.ts'
import { publishWhole } from './whole-step.ts'

/** Upload addresses that came to nothing before the post is given up. */
const MOST_UPLOADS = 5
const HEARTBEAT_MS = LEASE_MS / 4

type Stop = 'lease_lost' | 'cancel' | 'done'

/** Sends what TikTok has not got yet; on which process that began does not matter. */
export async function uploadStep(step: Step): Promise<Post | undefined> {
  const { post, parts, move } = step
  const { clock, blobs, db, vault, port } = parts
  const now = clock.now()
  if (post.upload?.whole === true) return wholeStep(step)
  const { upload: plan, uploadSealed, publishId, source } = post
  if (plan === undefined || uploadSealed === undefined || publishId === undefined || source.type !== 'asset')
    throw new Error(`${post.id} is uploading without an address`)
  if (post.cancelRequestedAt !== undefined) return cancelUpload(step, publishId, plan, post)
  if (now >= plan.urlExpiresAt) return beginAnew(step, post, publishId, 'upload_url_expired')
  const asset = await findAsset(db, post.workspaceId, source.assetId)
  if (asset === undefined || !(await blobs.has(asset.hash)))
    return fail(step, { reason: 'asset_missing', detail: 'The uploaded file is no longer there.' })
  const url = await vault.open(uploadSealed, uploadPlace(post))
  // From here on bytes may have left, so whoever comes next asks where it stands.
  const begun = plan.begun ? post : await move({ set: { upload: { ...plan, begun: true } }, at: now })
  if (begun === undefined) return undefined

  const stop = new AbortController()
  const watch = watchOver(step, stop)
  let result: PlatformResult<void>
  try {
    result = await port.upload(post, {
      publishId,
      url: url.reveal(),
      plan,
      open: () => blobs.open(asset.hash),
      onProgress: watch.progress,
      signal: AbortSignal.any([stop.signal, step.signal]),
    })
  } catch (error) {
    const why = stop.signal.aborted ? (stop.signal.reason as Stop) : undefined
    if (why === 'lease_lost') return undefined
    if (why === 'cancel') return cancelUpload(step, publishId, plan, begun)
    throw error
  } finally {
    await watch.end()
  }
  if (result.ok)
    return move(
      {
        to: 'processing',
        cause: 'upload_done',
        detail: { bytes: plan.totalBytes },
        set: {
          uploadedBytes: plan.totalBytes,
          uploadSealed: undefined,
          upload: undefined,
          processingSince: clock.now(),
          failures: 0,
          stateReason: undefined,
        },
        at: clock.now() + statusPause(0),
      },
      begun,
    )
  return uploadFailed(step, begun, publishId, result.failure)
}

async function wholeStep(step: Step): Promise<Post | undefined> {
  const account = await step.account()
  const whole = account === undefined ? undefined : step.parts.wholes(account.platform)
  if (whole === undefined) return fail(step, { reason: 'account_gone', detail: 'The account was erased.' })
  return publishWhole(step, whole)
}

async function uploadFailed(
  step: Step,
  post: Post,
  publishId: string,
  failure: PlatformFailure,
): Promise<Post | undefined> {
  if (failure.code === 'upload_url_expired' || failure.code === 'upload_task_not_found')
    return beginAnew(step, post, publishId, failure.code)
  const kind = kindOf(failure)
  if (failure.code === 'upload_interrupted' || (kind !== 'grant' && kind !== 'refused'))
    return tryAgain(step, failure, {}, post)
  return endByFailure(step, 'posting.uploadMedia', 60_000, failure, {}, post)
}

/** The address is no longer good. Unless TikTok has every byte after all, there is no post, and a new init is safe. */
async function beginAnew(step: Step, post: Post, publishId: string, why: string): Promise<Post | undefined> {
  const { parts, move } = step
  const now = parts.clock.now()
  const standing = await parts.port.status(post, publishId)
  const gone = !standing.ok && standing.failure.code === 'invalid_publish_id'
  if (!standing.ok && !gone) return tryAgain(step, standing.failure, {}, post)
  const status = standing.ok ? standing.value.status : 'FAILED'
  if (status !== 'PROCESSING_UPLOAD' && status !== 'FAILED')
    return move(
      { to: 'processing', cause: 'upload_done', set: { processingSince: now, failures: 0 }, at: now },
      post,
    )
  // Failed for a reason of its own, such as a withdrawn grant, is the post's end; for want of bytes it is not.
  const reason = standing.ok ? standing.value.failReason : undefined
  if (status === 'FAILED' && reason !== undefined && reason !== 'internal') {
    const known = parts.port.explain(reason)
    return fail(step, { reason, detail: known?.meaning ?? reason, action: known?.action }, post)
  }
  if (post.initAttempt >= MOST_UPLOADS)
    return fail(
      step,
      { reason: why, detail: `${MOST_UPLOADS} uploads were not finished in their hour.` },
      post,
    )
  return move(
    {
      to: 'initialising',
      cause: why,
      detail: { publish_id: publishId, uploaded_bytes: post.uploadedBytes },
      set: {
        publishId: undefined,
        upload: undefined,
        uploadSealed: undefined,
        uploadedBytes: 0,
        stateReason: why,
      },
      at: now,
    },
    post,
  )
}

/** Stopping before the last byte is as good as cancelling: TikTok makes nothing of half a file. */
async function cancelUpload(
  step: Step,
  publishId: string,
  plan: UploadPlan,
  post: Post,
): Promise<Post | undefined> {
  const { parts, move } = step
  const now = parts.clock.now()
  const standing = await parts.port.status(post, publishId)
  if (!standing.ok) return tryAgain(step, standing.failure, {}, post)
  const { status, uploadedBytes = 0 } = standing.value
  if (status === 'FAILED' || (status === 'PROCESSING_UPLOAD' && uploadedBytes < plan.totalBytes))
    return move(
      {
        to: 'cancelled',
        cause: 'cancelled_by_caller',
        detail: { publish_id: publishId, uploaded_bytes: uploadedBytes },
        set: { upload: undefined, uploadSealed: undefined },
        at: undefined,
      },
      post,
    )
  return move(
    {
      to: 'processing',
      cause: 'cancel_came_too_late',
      set: { cancelRequestedAt: undefined, processingSince: now },
      at: now,
    },
    post,
  )
}

/** Keeps the post ours while bytes flow, writes down how far they are, and hears of a wish to cancel. */
function watchOver(
  { parts, post }: Step,
  stop: AbortController,
): { progress: (sentBytes: number) => void; end: () => Promise<void> } {
  const { clock, db, owner } = parts
  const over = new AbortController()
  const step = post.upload?.chunkSize ?? 1
  let sent = post.uploadedBytes
  let written = sent
  let writing: Promise<void> = Promise.resolve()
  const write = (): void => {
    written = sent
    writing = writing
      .then(() => renewLease(db, post.id, { owner, until: clock.now() + LEASE_MS }, written))
      .then((held) => {
        if (held === undefined) stop.abort('lease_lost' satisfies Stop)
        else if (held.cancelRequested) stop.abort('cancel' satisfies Stop)
      })
      // The database is away: the lease ends by itself, and whoever writes next finds out.
      .catch(() => undefined)
  }
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, over.signal)
      write()
    }
  }
  beat().catch(() => undefined)
  return {
    progress: (sentBytes) => {
      sent = sentBytes
      if (Math.floor(sent / step) !== Math.floor(written / step)) write()
    },
    end: async () => {
      over.abort('done' satisfies Stop)
      await writing
    },
  }
}
