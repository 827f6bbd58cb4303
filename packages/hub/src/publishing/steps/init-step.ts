import type { RateRule } from '../../governor/governor.ts'
import { findAsset } from '../../storage/assets.ts'
import { findPost } from '../../storage/posts.ts'
import type { PlatformFailure, PlatformResult } from '../../tiktok/outcome.ts'
import { givenUpFor, isEnough, kindOf } from '../failures.ts'
import { retryPause, statusPause } from '../pace.ts'
import { type Post, pullsMedia } from '../post.ts'
import type { InitAnswer, InitRequest } from '../posting-port.ts'
import { canReconcile, RECONCILE_FIRST_MS } from '../reconcile.ts'
import type { Step } from '../step.ts'
import { endByFailure, fail, waitForWindow } from './endings.ts'
import { beginWhole } from './whole-step.ts'

/** Where the upload address of a post is sealed. */
export function uploadPlace(post: Post) {
  return {
    workspaceId: post.workspaceId,
    ownerId: post.id,
    column: 'posts.upload_sealed',
    generation: post.initAttempt,
  }
}

/**
 * The one call that can make a post. That it is sent is written down before it is: after a crash or a lost answer an
 * upload is begun again, since without bytes there is no post, and a download never is.
 */
export async function initStep(step: Step): Promise<Post | undefined> {
  const { post, parts, move, call } = step
  const { clock, port } = parts
  const account = await step.account()
  if (account !== undefined && parts.wholes(account.platform) !== undefined) return beginWhole(step)
  if (post.initSentAt !== undefined) return answerLost(step, post, 'process_lost')
  const request = await requestOf(step)
  if (request === undefined)
    return fail(step, {
      reason: 'asset_missing',
      detail: 'The uploaded file is no longer there.',
      action: 'Upload it again and make a new post.',
    })
  const rule = ruleOf(step)
  let sent: Post | undefined
  const outcome = await call(rule, 'init', async (ready): Promise<PlatformResult<InitAnswer>> => {
    const now = clock.now()
    sent = await move({ set: { initSentAt: now, initAttempt: post.initAttempt + 1 }, at: now })
    if (sent === undefined) return SUPERSEDED
    await ready()
    return port.init(post, request)
  })
  if ('waitUntil' in outcome) return waitForWindow(step, rule.endpoint, outcome.waitUntil)
  if (sent === undefined) return undefined
  const { result } = outcome
  if (result.ok) return answered(step, sent, result.value)
  if (kindOf(result.failure) === 'lost') return answerLost(step, sent, result.failure.code, result.failure)
  return endByFailure(step, rule.endpoint, rule.windowMs, result.failure, { initSentAt: undefined }, sent)
}

const SUPERSEDED: PlatformResult<never> = {
  ok: false,
  failure: { code: 'superseded', message: 'The post was changed meanwhile.', retry: 'never', sent: 'no' },
}

async function answered(step: Step, sent: Post, answer: InitAnswer): Promise<Post | undefined> {
  const { move, parts } = step
  const now = parts.clock.now()
  const { publishId, upload } = answer
  const change = {
    to: upload === undefined ? ('processing' as const) : ('uploading' as const),
    cause: 'init_answered',
    detail: { publish_id: publishId, init_attempt: sent.initAttempt },
    set: {
      publishId,
      upload: upload?.plan,
      uploadSealed: upload === undefined ? undefined : await parts.vault.seal(upload.url, uploadPlace(sent)),
      uploadedBytes: 0,
      initSentAt: undefined,
      processingSince: now,
      failures: 0,
      stateReason: undefined,
    },
    at: upload === undefined ? now + statusPause(0) : now,
  }
  const saved = await move(change, sent)
  if (saved !== undefined || upload !== undefined) return saved
  // The answer came so late that the post was given up as doubtful meanwhile: now there is no doubt any more.
  const fresh = await findPost(parts.db, sent.workspaceId, sent.id)
  if (fresh?.initAttempt !== sent.initAttempt || fresh.publishId !== undefined) return undefined
  if (fresh.state !== 'needs_attention' && fresh.state !== 'initialising') return undefined
  return move(change, fresh)
}

/** Nobody knows whether the init arrived. */
async function answerLost(
  step: Step,
  sent: Post,
  why: string,
  failure?: PlatformFailure,
): Promise<Post | undefined> {
  const { move, parts } = step
  const now = parts.clock.now()
  const detail = { why, ...(failure === undefined ? {} : { message: failure.message }) }
  if (!pullsMedia(sent)) {
    const failures = sent.failures + 1
    if (failure !== undefined && isEnough(failure, failures))
      return fail(step, givenUpFor(failure, failures), sent)
    return move(
      {
        to: 'initialising',
        cause: 'init_answer_lost',
        detail: { ...detail, next: 'begun again: without bytes there is no post' },
        set: { initSentAt: undefined, failures, stateReason: why },
        at: failure === undefined ? now : Math.ceil(now + retryPause(failures, parts.random)),
      },
      sent,
    )
  }
  const account = await step.account()
  return move(
    {
      to: 'needs_attention',
      cause: 'init_answer_lost',
      detail: { ...detail, next: 'a second init could post twice, so a person decides' },
      set: { stateReason: 'init_outcome_unknown' },
      at: canReconcile(sent, account?.scopes ?? []) ? now + RECONCILE_FIRST_MS : undefined,
    },
    sent,
  )
}

async function requestOf({ post, parts }: Step): Promise<InitRequest | undefined> {
  const { kind, mode, options, source } = post
  if (source.type === 'url') return { kind, mode, options, source: { type: 'url', url: source.url } }
  if (source.type === 'photos') return { kind, mode, options, source }
  if (source.type === 'text') throw new Error(`${post.id} has no media, which its platform wants`)
  const asset = await findAsset(parts.db, post.workspaceId, source.assetId)
  if (asset === undefined) return undefined
  return {
    kind,
    mode,
    options,
    source: { type: 'file', size: asset.sizeBytes, contentType: asset.contentType },
  }
}

function ruleOf({ post, parts: { rates } }: Step): RateRule {
  if (post.kind === 'photo') return rates.initContent
  return post.mode === 'direct' ? rates.initVideo : rates.initInboxVideo
}
