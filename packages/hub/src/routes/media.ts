import { type mediaOperations, type OperationAnswer, problem } from '@tockwork/api'
import type { Handlers } from '../http/ports.ts'
import type { MediaPolicy } from '../originality/media-policy.ts'
import type { OverruleMedia } from '../originality/overrule.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { findLook } from '../storage/media-looks.ts'
import { findMediaPolicy, saveMediaPolicy } from '../storage/media-policies.ts'
import { evidenceOf, findFrame, findVerdict } from '../storage/media-verdicts.ts'
import { actorOf } from '../tenancy/principal.ts'
import { iso } from './iso-time.ts'
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
      const { source, workspaceId } = post
      const verdict = await findVerdict(db, workspaceId, post.id)
      const assetId = source.type === 'asset' ? source.assetId : undefined
      const look = assetId === undefined ? undefined : await findLook(db, workspaceId, assetId)
      const frames = assetId === undefined ? [] : await evidenceOf(db, workspaceId, assetId)
      const current = verdict?.assetId === assetId ? verdict : undefined
      return {
        post_id: post.id,
        verdict: current?.verdict ?? null,
        judged_at: current === undefined ? null : iso(current.judgedAt),
        findings: (current?.findings ?? []).map((finding) => ({
          rule: finding.rule,
          level: finding.level,
          message: finding.message,
          post_id: finding.postId ?? null,
          account_id: finding.accountId ?? null,
          asset_id: finding.assetId ?? null,
          score: finding.score ?? null,
          segments: (finding.segments ?? []).map(({ query, stored, speed, orientation }) => ({
            this: { from_s: query.fromSec, to_s: query.toSec },
            other: { from_s: stored.fromSec, to_s: stored.toSec },
            speed,
            orientation,
          })),
        })),
        watermarks: (look?.report?.watermarks ?? []).map((mark) => ({
          kind: mark.kind,
          platform: mark.platform ?? null,
          text: mark.text ?? null,
          box: { ...mark.box },
          from_s: mark.fromSec,
          to_s: mark.toSec,
          confidence: mark.confidence,
          certain: mark.verdict === 'block',
        })),
        is_aigc_suggested: current?.aigcSuggested ?? false,
        because: current?.because ?? [],
        skipped:
          source.type === 'asset'
            ? (current?.skipped ?? look?.report?.skipped ?? [NOT_YET])
            : [FROM_ELSEWHERE],
        overruled:
          current?.overruled === undefined ? null : { ...current.overruled, at: iso(current.overruled.at) },
        frames: frames.map((frame) => ({
          id: frame.id,
          kind: frame.kind,
          at_s: frame.atSec,
          other_asset_id: frame.otherAssetId ?? null,
          other_at_s: frame.otherAtSec ?? null,
          side: frame.side,
        })),
      } satisfies ReportJson
    },

    'mediaReports.getFrame': async ({ params }, { caller }) => {
      const { source, workspaceId } = await reachablePost(db, caller, params.post_id)
      const png =
        source.type === 'asset'
          ? await findFrame(db, workspaceId, { assetId: source.assetId, id: params.frame_id })
          : undefined
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

const NOT_YET = 'The file was not looked at yet.'
const FROM_ELSEWHERE =
  'TikTok downloads the media from its address, so neither repetitions nor marks were looked for; a file of the library is looked at.'

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
    own_handles: policy.ownHandles,
    brand_words: policy.brandWords,
  }
}
