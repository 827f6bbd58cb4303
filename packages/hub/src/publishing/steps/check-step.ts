import type { FieldError } from '@tockwork/api'
import { findQueue } from '../../storage/account-queues.ts'
import { findAsset } from '../../storage/assets.ts'
import type { Database } from '../../storage/database.ts'
import { checkAccount, checkCreator, mediaErrors } from '../check-post.ts'
import type { MediaCollection, PostItem, PostMediaAnswer } from '../media-gate.ts'
import type { Post } from '../post.ts'
import type { Step } from '../step.ts'
import { endByFailure, fail, isCap, waitForWindow } from './endings.ts'

/** Before anything is asked of the platform: is it time, may it go, does the creator still allow it. */
export async function checkStep(step: Step): Promise<Post | undefined> {
  const { post, parts, move } = step
  const now = parts.clock.now()
  switch (post.state) {
    case 'accepted':
    case 'waiting_for_time': {
      const { scheduledAt } = post
      if (scheduledAt !== undefined && scheduledAt > now)
        return post.state === 'accepted'
          ? move({
              to: 'waiting_for_time',
              cause: 'scheduled',
              detail: { until: new Date(scheduledAt).toISOString() },
              at: scheduledAt,
            })
          : move({ at: scheduledAt })
      if (post.slotAt !== undefined && (await isPaused(parts.db, post.accountId)))
        return move({
          to: 'waiting_for_time',
          cause: 'queue_paused',
          set: { stateReason: 'queue_paused' },
          at: undefined,
        })
      return move({ to: 'checking', cause: 'due', at: now, brief: true })
    }
    case 'waiting_for_rate': {
      // After a day of waiting for a cap the creator's settings may be others; after a minute they are the same.
      const again =
        isCap(post.stateReason) || post.stateReason === `window:${parts.rates.creatorInfo.endpoint}`
      return move({
        to: again ? 'checking' : 'initialising',
        cause: 'wait_over',
        set: { stateReason: undefined },
        at: now,
        brief: true,
      })
    }
    default:
      return check(step)
  }
}

/** Asked when a post of a queue comes due, so that a pause holds whatever has not begun. */
async function isPaused(db: Database, accountId: string): Promise<boolean> {
  return (await findQueue(db, accountId))?.pausedAt !== undefined
}

async function check(step: Step): Promise<Post | undefined> {
  const { post, parts, call, creators } = step
  const { port, gate, rates } = parts
  const account = await step.account()
  if (account === undefined) return fail(step, { reason: 'account_gone', detail: 'The account was erased.' })
  const whole = parts.wholes(account.platform)
  const [barred] =
    whole === undefined
      ? checkAccount(account, post.mode, 'accounts[0]')
      : whole.checkAccount(account, post.mode, 'accounts[0]')
  if (barred !== undefined)
    return fail(step, {
      reason: barred.rule === 'not_connected' ? 'reauthorization_required' : barred.rule,
      detail: barred.message,
      action: 'Connect the account again, then retry the post.',
    })
  // Before TikTok is asked: its windows are for posts that can go on.
  const media = await mediaOf(step)
  if (media === undefined)
    return fail(step, {
      reason: 'asset_missing',
      detail: 'The uploaded file is no longer there.',
      action: 'Upload it again and make a new post.',
    })
  if (media.kind === 'wait') return waitForMedia(step, media)

  let maxDurationSec: number | undefined
  const errors = whole === undefined ? [] : whole.checkContent(post, media.items[0]?.asset)
  if (post.mode === 'direct' && whole === undefined) {
    const outcome = await creators.of(post.accountId, () =>
      call(rates.creatorInfo, 'creator', () => port.creatorInfo(post)),
    )
    if ('waitUntil' in outcome) return waitForWindow(step, rates.creatorInfo.endpoint, outcome.waitUntil)
    const { result } = outcome
    if (!result.ok)
      return endByFailure(step, rates.creatorInfo.endpoint, rates.creatorInfo.windowMs, result.failure)
    maxDurationSec = result.value.maxVideoPostDurationSec
    errors.push(...checkCreator(post, result.value, result.value.name))
  }
  for (const item of whole === undefined ? media.items : [])
    errors.push(...(await ruleErrors(step, item, maxDurationSec)))
  if (errors.length === 0 && media.items.length > 0) {
    const answer = await gate.judgePost?.(post, media.items)
    if (answer !== undefined) return goByMedia(step, answer)
  }
  const [first] = errors
  if (first !== undefined)
    return fail(step, {
      reason: first.rule,
      detail: errors.map(({ message }) => message).join(' '),
      action: 'Change the post, then retry it.',
      more: { errors },
    })
  return goOn(step, {})
}

/** What the post shows, as far as a gate may look at it: undefined when a file of the library is gone. */
async function mediaOf({ post, parts }: Step): Promise<MediaCollection | undefined> {
  const { db, blobs, gate } = parts
  const { source, workspaceId } = post
  if (source.type !== 'asset') return (await gate.collect?.(post)) ?? { kind: 'ready', items: [] }
  const asset = await findAsset(db, workspaceId, source.assetId)
  if (asset === undefined || !(await blobs.has(asset.hash))) return undefined
  return { kind: 'ready', items: [{ position: 0, asset, contentHash: asset.hash }] }
}

/** What TikTok would refuse of it; nothing of what did not come, which is for the workspace's policy to say. */
async function ruleErrors(
  { post, parts: { gate, blobs } }: Step,
  { position, asset }: PostItem,
  maxDurationSec: number | undefined,
): Promise<FieldError[]> {
  if (asset === undefined) return []
  const subject = {
    workspaceId: post.workspaceId,
    info: asset.info,
    file: () => blobs.localFile(asset.hash),
  }
  const { verdict, findings } =
    post.kind === 'photo'
      ? await gate.judgePhoto(subject)
      : await gate.judgeVideo(subject, { maxDurationSec })
  return verdict === 'block' ? mediaErrors(findings, fieldOf(post, position)) : []
}

function fieldOf({ source }: Post, position: number): string {
  if (source.type === 'photos') return `photos.urls[${position}]`
  return source.type === 'asset' ? 'video.asset_id' : 'video.url'
}

function goOn({ move, parts }: Step, detail: Record<string, unknown>): Promise<Post | undefined> {
  return move({
    to: 'initialising',
    cause: 'checked',
    detail,
    set: { failures: 0, stateReason: undefined },
    at: parts.clock.now(),
    brief: true,
  })
}

function waitForMedia(
  { post, move }: Step,
  { reason, until }: { reason: string; until: number },
): Promise<Post | undefined> {
  return post.stateReason === reason
    ? move({ at: until })
    : move({ to: 'checking', cause: reason, set: { stateReason: reason }, at: until })
}

/** What the gate says of marks and repetitions. The whole of it is the post's media report. */
function goByMedia(step: Step, answer: PostMediaAnswer): Promise<Post | undefined> {
  const { move } = step
  if (answer.kind === 'unasked') return goOn(step, {})
  if (answer.kind === 'wait') return waitForMedia(step, answer)
  const { verdict, findings, skipped, aigcSuggested } = answer.decision
  // Which other posts it is about stands in the report alone, which loses them when they are erased.
  const said = findings.map(({ rule, level }) => ({ rule, level }))
  const media = { verdict, findings: said, skipped, is_aigc_suggested: aigcSuggested }
  if (verdict !== 'block') return goOn(step, { media })
  const first = findings.find(({ level }) => level === 'block')
  return move({
    to: 'media_blocked',
    cause: 'media_blocked',
    detail: { media },
    set: { stateReason: first?.rule },
    at: undefined,
  })
}
