import type { MatchedSegment } from '@tockwork/media/originality'
import type { RepeatedPost } from '../storage/media-verdicts.ts'
import type { FetchFailure } from '../storage/post-media.ts'
import type { LookReport } from './look.ts'
import { type MediaPolicy, stricter, verdictOfRepeat } from './media-policy.ts'

export type FindingLevel = 'warn' | 'block'

/**
 * - `repeat_same_account`, `repeat_other_account`: the same media went out before
 * - `repeat_queued`: another post with it is on its way
 * - `watermark`: somebody else's mark
 * - `download`: it was taken from a platform
 * - `unreachable`: what stands behind an address was not looked at, because it did not come
 * - `unfit_address`: what an address gave is nothing that TikTok takes
 */
export interface PostFinding {
  rule:
    | 'repeat_same_account'
    | 'repeat_other_account'
    | 'repeat_queued'
    | 'watermark'
    | 'download'
    | 'unreachable'
    | 'unfit_address'
  level: FindingLevel
  /** Which of the post's media it is about, counted from 0. */
  positions: readonly number[]
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

/** One thing that the post shows. */
export interface LookedAt {
  position: number
  /** What was seen in it; absent when there was nothing to look at. */
  report: LookReport | undefined
  /** Why it did not come. */
  failure: { code: FetchFailure; detail: string } | undefined
}

/** Everything that is known about one post when it is decided about. */
export interface PostCase {
  policy: MediaPolicy
  accountId: string
  /** Handles that are no foreign marks, lower case, without `@`. */
  ownHandles: ReadonlySet<string>
  /** In the order of the post. */
  media: readonly LookedAt[]
  repeats: readonly RepeatedPost[]
  /** Whether the post declares that it was made by AI. */
  declaresAigc: boolean
  /** Rules that a person has overruled for this media. */
  overruled: readonly string[]
  now: number
}

/** Of several things that a post shows so many must be those of another, for the post to be a repetition of it. */
const REPEATED_SHARE = 0.5

/** What follows from the policy for one post. */
export function judgePost(about: PostCase): MediaDecision {
  const { media, overruled, declaresAigc } = about
  const findings = [
    ...media.flatMap((one) => fetchFindings(one, about)),
    ...about.repeats.flatMap((repeat) => repeatFinding(repeat, about)),
    ...media.flatMap((one) => markFindings(one, about)),
  ]
  const blocks = findings.filter(({ level }) => level === 'block')
  const aiSigns = [...new Set(media.flatMap(({ report }) => report?.aiSigns ?? []))]
  const aigcSuggested = aiSigns.length > 0 && !declaresAigc
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
    skipped: media.flatMap((one) =>
      skippedOf(one).map((what) => (media.length === 1 ? what : `Photo ${one.position}: ${what}`)),
    ),
    aigcSuggested,
    because: aigcSuggested ? aiSigns : [],
  }
}

function skippedOf({ report, failure }: LookedAt): readonly string[] {
  return failure === undefined ? (report?.skipped ?? []) : [`It was not looked at: ${failure.detail}`]
}

/** What an address gave is a fact; that it gave nothing may be so for us alone, so that is for the policy to say. */
const UNFIT: ReadonlySet<FetchFailure> = new Set(['redirects', 'not_media', 'too_large'])

function fetchFindings({ position, failure }: LookedAt, { policy, media }: PostCase): PostFinding[] {
  if (failure === undefined) return []
  const what = media.length === 1 ? 'The address' : `The address of photo ${position}`
  const positions = [position]
  if (UNFIT.has(failure.code))
    return [
      {
        rule: 'unfit_address',
        level: 'block',
        positions,
        message: `${what} gives nothing that TikTok takes. ${failure.detail}`,
      },
    ]
  if (policy.unreachable === 'allow') return []
  const message = `${what} gave nothing to look at. ${failure.detail}`
  return [{ rule: 'unreachable', level: policy.unreachable, positions, message }]
}

function repeatFinding(repeat: RepeatedPost, { policy, accountId, media, now }: PostCase): PostFinding[] {
  const sameAccount = repeat.accountId === accountId
  const rule = sameAccount ? policy.sameAccount : policy.otherAccount
  // What is on its way counts as going out now, and besides by its own rule.
  const verdict = repeat.queued
    ? stricter(policy.queued, verdictOfRepeat(rule, 0))
    : verdictOfRepeat(rule, now - repeat.at)
  if (verdict === 'allow') return []
  const { hits } = repeat
  const certain = hits.filter(({ match }) => match?.verdict !== 'review')
  // What may be a template or a series is nothing to hold a post for, nor is one slide that all posts of a brand end with.
  const level = certain.length >= media.length * REPEATED_SHARE ? verdict : 'warn'
  const when = repeat.queued ? 'is on its way' : `went out ${new Date(repeat.at).toISOString()}`
  const where = sameAccount ? 'on the same account' : `on ${repeat.accountId}`
  const [first] = hits
  const scores = hits.map(({ match }) => match?.score ?? 1)
  return [
    {
      rule: repeat.queued ? 'repeat_queued' : sameAccount ? 'repeat_same_account' : 'repeat_other_account',
      level,
      message: `${repeat.postId} with ${whatRepeats(repeat, media.length)} ${when} ${where}.`,
      positions: hits.map(({ position }) => position),
      postId: repeat.postId,
      accountId: repeat.accountId,
      assetId: first?.assetId,
      score: scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length),
      segments: first?.match?.segments ?? [],
    },
  ]
}

function whatRepeats({ hits }: RepeatedPost, count: number): string {
  if (count > 1) return `${hits.length} of these ${count} photos`
  const match = hits[0]?.match
  if (match === undefined) return 'the same file'
  return match.verdict === 'duplicate' ? 'the same pictures' : 'like pictures'
}

function markFindings(
  { position, report }: LookedAt,
  { policy, ownHandles, media }: PostCase,
): PostFinding[] {
  const findings: PostFinding[] = []
  if (policy.watermarks === 'allow' || report === undefined) return findings
  const positions = [position]
  const on = media.length === 1 ? '' : ` on photo ${position}`
  const words = new Set(policy.brandWords.map((word) => word.toLowerCase()))
  for (const { kind, platform, text, fromSec, toSec, verdict } of report.watermarks) {
    const plain = (text ?? '').replace(/^@/, '').toLowerCase()
    // Accounts and words that became ours after the file was looked at.
    if (kind === 'handle' && ownHandles.has(plain)) continue
    if (plain !== '' && words.has(plain)) continue
    const named = [platform, text === undefined ? undefined : `"${text}"`].filter(Boolean).join(' ')
    const when = toSec > 0 ? ` from ${fromSec} to ${toSec} s` : ''
    findings.push({
      rule: 'watermark',
      level: verdict === 'block' ? policy.watermarks : 'warn',
      message: `A mark (${kind}${named === '' ? '' : `: ${named}`})${on}${when}.`,
      positions,
    })
  }
  for (const { name, because } of report.downloads)
    findings.push({
      rule: 'download',
      level: 'warn',
      message: `A download from ${name} (${because})${on}.`,
      positions,
    })
  return findings
}
