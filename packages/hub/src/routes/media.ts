import { type mediaOperations, type OperationAnswer, problem } from '@tockwork/api'
import type { Handlers } from '../http/ports.ts'
import type { MediaPolicy } from '../originality/media-policy.ts'
import type { OverruleMedia } from '../originality/overrule.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { findMediaPolicy, saveMediaPolicy } from '../storage/media-policies.ts'
import { findFrame } from '../storage/media-verdicts.ts'
import { actorOf } from '../tenancy/principal.ts'
import { mediaReport, shownMedia } from './media-report.ts'
import { reachablePost } from './posts.ts'
import { shownPost } from './shown-post.ts'

type Operations = typeof mediaOperations
type PolicyJson = OperationAnswer<Operations[0]>
type ReportJson = OperationAnswer<Operations[2]>

export interface MediaRouteParts {
  db: Database
  clock: { now(): number }
  overrule: OverruleMedia
}

export function mediaHandlers({ db, clock, overrule }: MediaRouteParts): Handlers<Operations> {
  return {
    'mediaPolicy.get': async (_input, { caller }) =>
      policyToJson(await findMediaPolicy(db, caller.workspaceId)),

    'mediaPolicy.set': async ({ body }, { caller }) => {
      const { workspaceId } = caller
      const policy: MediaPolicy = {
        sameAccount: { verdict: body.same_account.verdict, cooldownHours: body.same_account.cooldown_hours },
        otherAccount: {
          verdict: body.other_account.verdict,
          cooldownHours: body.other_account.cooldown_hours,
        },
        queued: body.queued,
        watermarks: body.watermarks,
        unreachable: body.unreachable,
        ownHandles: body.own_handles,
        brandWords: body.brand_words,
      }
      return db.transaction().execute(async (tx) => {
        const now = clock.now()
        await saveMediaPolicy(tx, workspaceId, policy, now)
        const actor = actorOf(caller)
        const detail = { ...body }
        await appendAudit(tx, {
          ...{ workspaceId, at: now, actor, action: 'media_policy.set', subject: workspaceId, detail },
        })
        return policyToJson(policy)
      })
    },

    'mediaReports.get': async ({ params }, { caller }) => {
      const post = await reachablePost(db, caller, params.post_id)
      return mediaReport(db, post) satisfies Promise<ReportJson>
    },

    'mediaReports.getFrame': async ({ params }, { caller }) => {
      const post = await reachablePost(db, caller, params.post_id)
      const assetIds = (await shownMedia(db, post)).flatMap(({ asset }) => asset?.id ?? [])
      const png = await findFrame(db, post.workspaceId, { assetIds, id: params.frame_id })
      if (png === undefined) throw problem('not_found', 'There is no such picture.')
      return { content_type: 'image/png', base64: Buffer.from(png).toString('base64') }
    },

    'posts.overruleMedia': async ({ params, body }, { caller }) => {
      const { id, workspaceId } = await reachablePost(db, caller, params.post_id)
      const post = await overrule(workspaceId, id, { by: actorOf(caller), reason: body.reason })
      return shownPost(db, post)
    },
  }
}

function policyToJson(policy: MediaPolicy): PolicyJson {
  const rule = ({ verdict, cooldownHours }: MediaPolicy['sameAccount']) => ({
    verdict,
    cooldown_hours: cooldownHours,
  })
  return {
    same_account: rule(policy.sameAccount),
    other_account: rule(policy.otherAccount),
    queued: policy.queued,
    watermarks: policy.watermarks,
    unreachable: policy.unreachable,
    own_handles: policy.ownHandles,
    brand_words: policy.brandWords,
  }
}
