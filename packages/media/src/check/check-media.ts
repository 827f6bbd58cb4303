import type { FrameSourceChoice } from '../frames/open-frame-source.ts'
import { type Finding, judgePhoto, judgeVideo, type PhotoRules, type VideoRules } from '../judge.ts'
import type { MediaInfo, MediaSource } from '../media-info.ts'
import { findWatermarks, type WatermarkFinder } from '../overlay/find-watermarks.ts'
import type { Watermark } from '../overlay/watermark.ts'
import { probe } from '../probe.ts'
import { type Provenance, readProvenance } from '../provenance/provenance.ts'

/** What a file is held against: the rules of one way to post, or of both when its kind decides. */
export interface CheckRules {
  video?: VideoRules
  photo?: PhotoRules
}

export interface CheckOptions {
  rules: CheckRules
  /** The creator's own limit in seconds, where it is known. */
  creatorMaxDurationSec?: number
  /** What decodes pictures, from `openFrameSource`; without it watermarks are not looked for, and the report says so. */
  frames?: FrameSourceChoice
  /** Looks for watermarks; one for many files loads its networks once. */
  finder?: Pick<WatermarkFinder, 'find'>
  /** False leaves watermarks out, which are what takes seconds; default true. */
  watermarks?: boolean
  /** Handles of the uploader's accounts; they are no foreign marks. */
  ownHandles?: readonly string[]
  /** Words of the uploader's own brand. */
  brandWords?: readonly string[]
  /** Called with what the rules say, before pictures are looked at. */
  onRules?: (findings: readonly ReportFinding[], info: MediaInfo) => void
  signal?: AbortSignal
}

/** Like `Finding`; without a fail reason it is nothing TikTok refuses by name, but a reason to look or to hold back. */
export type ReportFinding = Omit<Finding, 'failReason'> & { failReason: string | undefined }

export interface MediaReport {
  /** True unless the verdict is `block`. */
  ok: boolean
  /** `block`: TikTok would refuse it, or it carries somebody else's mark for certain. `review`: a person should look. */
  verdict: 'ok' | 'review' | 'block'
  findings: ReportFinding[]
  watermarks: readonly Watermark[]
  provenance: Provenance
  /** What was not looked at, and what would make it possible; one sentence each. */
  skipped: string[]
  info: MediaInfo
}

/**
 * Everything that can be said about a file before it is sent, in one report: TikTok's rules, other platforms' marks,
 * where it comes from. What could not be looked at is named in `skipped`; it is never taken for good.
 *
 * Bad content never throws.
 * @throws UsageError when the path cannot be opened; the signal's reason when it is aborted.
 */
export async function checkMedia(source: MediaSource, options: CheckOptions): Promise<MediaReport> {
  const { signal } = options
  const cancel = signal === undefined ? {} : { signal }
  const info = await probe(source, cancel)
  const findings: ReportFinding[] = judge(info, options)
  const provenance = await readProvenance(source, info.container, cancel)
  findings.push(...originFindings(provenance))
  options.onRules?.(findings, info)
  const { watermarks, skipped } = await lookForWatermarks(source, info, options)
  findings.push(...watermarks.map(watermarkFinding))
  const verdict = verdictOf(findings, watermarks)
  return {
    ok: verdict !== 'block',
    verdict,
    findings,
    watermarks,
    provenance,
    skipped: [...skipped, ...provenance.unreadable.map((what) => `Not all of its origin was read: ${what}.`)],
    info,
  }
}

/** A file of the wrong kind is held against the rules that there are: it fails them by its container. */
function judge(info: MediaInfo, { rules, creatorMaxDurationSec }: CheckOptions): Finding[] {
  const { video, photo } = rules
  const context = creatorMaxDurationSec === undefined ? {} : { maxDurationSec: creatorMaxDurationSec }
  if (photo && (info.kind === 'photo' || !video)) return judgePhoto(info, photo)
  if (video) return judgeVideo(info, video, context)
  return []
}

function originFindings({ origins }: Provenance): ReportFinding[] {
  return origins
    .filter(({ kind }) => kind === 'download')
    .map(({ name, because }) => ({
      rule: 'origin',
      failReason: undefined,
      found: `a download from ${name} (${because})`,
      allowed: 'original content; copies of what was posted elsewhere are shown to fewer people',
      fix: 'post the original it was made from',
    }))
}

function watermarkFinding(mark: Watermark): ReportFinding {
  const what = [mark.platform ?? mark.kind, mark.text === undefined ? undefined : `"${mark.text}"`]
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const place = `${percent(mark.box.x)} from the left, ${percent(mark.box.y)} from the top`
  return {
    rule: 'watermark',
    failReason: undefined,
    found: `${what.filter(Boolean).join(' ')} at ${place}, ${mark.fromSec} to ${mark.toSec} s`,
    allowed: 'no mark, name or logo of another platform or account',
    fix: mark.verdict === 'block' ? 'use the original without the mark' : 'look at it: is this mark yours?',
  }
}

async function lookForWatermarks(
  source: MediaSource,
  info: MediaInfo,
  options: CheckOptions,
): Promise<{ watermarks: readonly Watermark[]; skipped: readonly string[] }> {
  const not = (why: string) => ({ watermarks: [], skipped: [`Watermarks were not looked for: ${why}.`] })
  if (options.watermarks === false) return not('it was asked to leave them out')
  if (info.problems.length > 0) return not('the file cannot be read')
  if (source.kind !== 'file') return not('that needs the whole file on this machine')
  const { frames, finder, ownHandles, brandWords, signal } = options
  if (frames && !frames.source) return not(frames.reason.replace(/\.$/, ''))
  const find = finder ? finder.find.bind(finder) : findWatermarks
  return find(source.path, info, {
    frames: frames?.source,
    ...(ownHandles && { ownHandles }),
    ...(brandWords && { brandWords }),
    ...(signal && { signal }),
  })
}

function verdictOf(
  findings: readonly ReportFinding[],
  watermarks: readonly Watermark[],
): MediaReport['verdict'] {
  const refused = findings.some(({ failReason }) => failReason !== undefined)
  if (refused || watermarks.some(({ verdict }) => verdict === 'block')) return 'block'
  return findings.length > 0 ? 'review' : 'ok'
}
