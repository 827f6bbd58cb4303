import type { MatchedSegment } from '@tockwork/media/originality'
import type { RepeatedPost } from '../storage/media-verdicts.ts'
import type { LookReport } from './look.ts'
import { type MediaPolicy, stricter, verdictOfRepeat } from './media-policy.ts'

export type FindingLevel = 'warn' | 'block'

/**
 * - `repeat_same_account`, `repeat_other_account`: the same media went out before
 * - `repeat_queued`: another post with it is on its way
 * - `watermark`: somebody else's mark
 * - `download`: it was taken from a platform
 */
export interface PostFinding {
  rule: 'repeat_same_account' | 'repeat_other_account' | 'repeat_queued' | 'watermark' | 'download'
  level: FindingLevel
  /** For a person; ids only, so that nothing of a creator stays in it. */
  message: string
  /** The other post, its account and its file. */
  postId?: string | undefined
  accountId?: string | undefined
  assetId?: string | undefined
  /** 1: the same file; 0: strangers. */
  score?: number | undefined
  segments?: readonly MatchedSegment[] | undefined
}

export interface MediaDecision {
  verdict: 'ok' | 'warn' | 'block' | 'overruled'
  findings: PostFinding[]
  /** What was not looked at, one sentence each: no verdict says anything about that. */
  skipped: string[]
  /** The file says that it was made by AI and the post does not: for the creator to declare. */
  aigcSuggested: boolean
  because: string[]
}

/** Everything that is known about one post when it is decided about. */
export interface PostCase {
  policy: MediaPolicy
  accountId: string
  /** Handles that are no foreign marks, lower case, without `@`. */
  ownHandles: ReadonlySet<string>
  report: LookReport
  repeats: readonly RepeatedPost[]
  /** Whether the post declares that it was made by AI. */
  declaresAigc: boolean
  /** Rules that a person has overruled for this file. */
  overruled: readonly string[]
  now: number
}

/** What follows from the policy for one post. */
export function judgePost(about: PostCase): MediaDecision {
  const { report, overruled, declaresAigc } = about
  const findings = [
    ...about.repeats.flatMap((repeat) => repeatFinding(repeat, about)),
    ...markFindings(about),
  ]
  const blocks = findings.filter(({ level }) => level === 'block')
  const aigcSuggested = report.aiSigns.length > 0 && !declaresAigc
  const held = blocks.some(({ rule }) => !overruled.includes(rule))
  return {
    verdict: held
      ? 'block'
      : blocks.length > 0
        ? 'overruled'
        : findings.length > 0 || aigcSuggested
          ? 'warn'
          : 'ok',
    findings,
    skipped: report.skipped,
    aigcSuggested,
    because: aigcSuggested ? report.aiSigns : [],
  }
}

function repeatFinding(repeat: RepeatedPost, { policy, accountId, now }: PostCase): PostFinding[] {
  const sameAccount = repeat.accountId === accountId
  const rule = sameAccount ? policy.sameAccount : policy.otherAccount
  // What is on its way counts as going out now, and besides by its own rule.
  const verdict = repeat.queued
    ? stricter(policy.queued, verdictOfRepeat(rule, 0))
    : verdictOfRepeat(rule, now - repeat.at)
  if (verdict === 'allow') return []
  const { match } = repeat
  // What may be a template or a series is nothing to hold a post for.
  const level = match?.verdict === 'review' ? 'warn' : verdict
  const what =
    match === undefined
      ? 'the same file'
      : match.verdict === 'duplicate'
        ? 'the same pictures'
        : 'like pictures'
  const when = repeat.queued ? 'is on its way' : `went out ${new Date(repeat.at).toISOString()}`
  const where = sameAccount ? 'on the same account' : `on ${repeat.accountId}`
  return [
    {
      rule: repeat.queued ? 'repeat_queued' : sameAccount ? 'repeat_same_account' : 'repeat_other_account',
      level,
      message: `${repeat.postId} with ${what} ${when} ${where}.`,
      postId: repeat.postId,
      accountId: repeat.accountId,
      assetId: repeat.assetId,
      score: match?.score ?? 1,
      segments: match?.segments ?? [],
    },
  ]
}

function markFindings({ policy, report, ownHandles }: PostCase): PostFinding[] {
  const findings: PostFinding[] = []
  if (policy.watermarks === 'allow') return findings
  const words = new Set(policy.brandWords.map((word) => word.toLowerCase()))
  for (const { kind, platform, text, fromSec, toSec, verdict } of report.watermarks) {
    const plain = (text ?? '').replace(/^@/, '').toLowerCase()
    // Accounts and words that became ours after the file was looked at.
    if (kind === 'handle' && ownHandles.has(plain)) continue
    if (plain !== '' && words.has(plain)) continue
    const named = [platform, text === undefined ? undefined : `"${text}"`].filter(Boolean).join(' ')
    findings.push({
      rule: 'watermark',
      level: verdict === 'block' ? policy.watermarks : 'warn',
      message: `A mark (${kind}${named === '' ? '' : `: ${named}`}) from ${fromSec} to ${toSec} s.`,
    })
  }
  for (const { name, because } of report.downloads)
    findings.push({ rule: 'download', level: 'warn', message: `A download from ${name} (${because}).` })
  return findings
}
