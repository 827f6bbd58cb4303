import type { MediaInfo } from './media-info.ts'

/** What a platform takes as a video. The figures live with the platform's other facts; only the shape is here. */
export interface VideoRules {
  containers: readonly string[]
  codecs: readonly string[]
  /** Frames a second, both ends allowed. */
  frameRate: { min: number; max: number }
  /** Pixels of either side, both ends allowed. */
  side: { min: number; max: number }
  maxBytes: number
  minDurationSec?: number
  maxDurationSec: number
  /** Whether a creator's own limit refuses a longer video, or is left to the creator to keep; `holds` unless given. */
  creatorDuration?: 'holds' | 'trimmed in the app'
  /** The platform's own word for each kind of refusal. */
  failReasons: { format: string; duration: string; frameRate: string; pictureSize: string }
}

export interface PhotoRules {
  containers: readonly string[]
  shortSideMax: number
  longSideMax: number
  maxBytes: number
  failReasons: { format: string; pictureSize: string }
}

/** One reason why a file will be refused. */
export interface Finding {
  /** `readable`, `container`, `codec`, `file-size`, `picture-size`, `frame-rate` or `duration`. */
  rule: string
  failReason: string
  found: string
  allowed: string
  fix: string
}

/** Containers that keep time in milliseconds read 29.97 as 29.98 and 60 as 60.02. */
const FRAME_RATE_TOLERANCE = 0.05
/** A sound track is padded to whole packets, so that a cut at ten minutes lasts a few hundredths longer. */
const DURATION_TOLERANCE_SEC = 0.1

/** Everything that speaks against a video, not only the first; an empty list means that it will be taken. */
export function judgeVideo(
  info: MediaInfo,
  rules: VideoRules,
  context: { maxDurationSec?: number } = {},
): Finding[] {
  const { failReasons } = rules
  const findings = unreadable(info, failReasons.format)
  findings.push(...wrongContainer(info, rules.containers, failReasons.format, 'video'))
  findings.push(...tooManyBytes(info, rules.maxBytes, failReasons.format))
  const { video } = info
  if (video && !rules.codecs.includes(video.codec)) {
    findings.push({
      rule: 'codec',
      failReason: failReasons.format,
      found: video.codec,
      allowed: rules.codecs.join(', '),
      fix: `encode the picture as ${rules.codecs[0]}`,
    })
  }
  if (video && (outside(video.width, rules.side) || outside(video.height, rules.side))) {
    findings.push({
      rule: 'picture-size',
      failReason: failReasons.pictureSize,
      found: `${video.width}x${video.height} pixels`,
      allowed: `${rules.side.min} to ${rules.side.max} pixels on both sides`,
      fix: resizeHint(video, rules.side),
    })
  }
  if (video && hasFrames(info) && outside(video.frameRate, rules.frameRate, FRAME_RATE_TOLERANCE)) {
    findings.push({
      rule: 'frame-rate',
      failReason: failReasons.frameRate,
      found: `${video.frameRate} frames a second`,
      allowed: `${rules.frameRate.min} to ${rules.frameRate.max} frames a second`,
      fix: `encode it at ${video.frameRate < rules.frameRate.min ? 30 : rules.frameRate.max} frames a second`,
    })
  }
  findings.push(...tooShort(info, rules))
  const ofCreator = rules.creatorDuration === 'trimmed in the app' ? undefined : context.maxDurationSec
  const longest = Math.min(rules.maxDurationSec, ofCreator ?? Number.POSITIVE_INFINITY)
  if (info.durationSec !== undefined && info.durationSec > longest + DURATION_TOLERANCE_SEC) {
    findings.push({
      rule: 'duration',
      failReason: failReasons.duration,
      found: `${info.durationSec} seconds`,
      allowed: `at most ${longest} seconds${longest < rules.maxDurationSec ? ' for this creator' : ''}`,
      fix: `cut it to ${longest} seconds`,
    })
  }
  return findings
}

function tooShort(info: MediaInfo, rules: VideoRules): Finding[] {
  const { minDurationSec } = rules
  const { durationSec } = info
  if (minDurationSec === undefined || durationSec === undefined) return []
  if (durationSec >= minDurationSec - DURATION_TOLERANCE_SEC) return []
  return [
    {
      rule: 'duration',
      failReason: rules.failReasons.duration,
      found: `${durationSec} seconds`,
      allowed: `at least ${minDurationSec} seconds`,
      fix: 'make it longer; there is no way to do that without new pictures',
    },
  ]
}

/** Everything that speaks against a photo; an empty list means that it will be taken. */
export function judgePhoto(info: MediaInfo, rules: PhotoRules): Finding[] {
  const { failReasons } = rules
  const findings = unreadable(info, failReasons.format)
  findings.push(...wrongContainer(info, rules.containers, failReasons.format, 'photo'))
  findings.push(...tooManyBytes(info, rules.maxBytes, failReasons.format))
  const { photo } = info
  if (photo) {
    const short = Math.min(photo.width, photo.height)
    const long = Math.max(photo.width, photo.height)
    if (short < 1 || short > rules.shortSideMax || long > rules.longSideMax) {
      findings.push({
        rule: 'picture-size',
        failReason: failReasons.pictureSize,
        found: `${photo.width}x${photo.height} pixels`,
        allowed: `short side up to ${rules.shortSideMax}, long side up to ${rules.longSideMax} pixels`,
        fix: `scale it by ${scaleDown(short, long, rules)} or less`,
      })
    }
  }
  return findings
}

function unreadable(info: MediaInfo, failReason: string): Finding[] {
  return info.problems.map((problem) => ({
    rule: 'readable',
    failReason,
    found: `${problem.code}: ${problem.detail}`,
    allowed: 'a whole file that can be read',
    fix: FIXES[problem.code],
  }))
}

const FIXES: Record<MediaInfo['problems'][number]['code'], string> = {
  empty: 'choose another file; this one has no content',
  unreadable: 'export the file again, in one of the formats that are taken',
  truncated: 'copy or export the file again; its end is missing',
  'no-movie-header': 'export the file again; the recording was probably not finished',
  'no-video-track': 'choose a file with pictures; this one has none',
  'no-frames': 'export the file again; its video track is empty',
  'too-complex': 'export the file again with an ordinary encoder',
  encrypted: 'use the original without copy protection; no platform can play this one',
  damaged: 'copy or export the file again; parts of its content are missing',
}

function wrongContainer(
  info: MediaInfo,
  allowed: readonly string[],
  failReason: string,
  kind: 'video' | 'photo',
): Finding[] {
  // An unknown file was already refused as unreadable; a photo or video of another kind was read and is still wrong.
  if (info.container === 'unknown' && info.problems.length > 0) return []
  if (info.kind === kind && allowed.includes(info.container)) return []
  const found =
    info.kind === kind || info.kind === 'unknown' ? info.container : `${info.container} (a ${info.kind})`
  return [
    {
      rule: 'container',
      failReason,
      found,
      allowed: allowed.join(', '),
      fix: `save it as ${allowed[0]}; the ending of its name does not matter, the content does`,
    },
  ]
}

function tooManyBytes(info: MediaInfo, maxBytes: number, failReason: string): Finding[] {
  if (info.sizeBytes <= maxBytes) return []
  return [
    {
      rule: 'file-size',
      failReason,
      found: `${info.sizeBytes} bytes`,
      allowed: `at most ${maxBytes} bytes`,
      fix: 'encode it at a lower bit rate or quality',
    },
  ]
}

function hasFrames(info: MediaInfo): boolean {
  return !info.problems.some((problem) => problem.code === 'no-frames')
}

function outside(value: number, range: { min: number; max: number }, tolerance = 0): boolean {
  return !(value >= range.min - tolerance && value <= range.max + tolerance)
}

function resizeHint(size: { width: number; height: number }, side: { min: number; max: number }): string {
  const short = Math.min(size.width, size.height)
  const long = Math.max(size.width, size.height)
  if (short > 0 && short < side.min && (long * side.min) / short <= side.max) {
    return `scale it up by ${roundUp(side.min / short)} or more`
  }
  if (long > side.max && (short * side.max) / long >= side.min) {
    return `scale it down by ${roundDown(side.max / long)} or less`
  }
  return `crop or pad it, then scale both sides into ${side.min} to ${side.max} pixels`
}

function scaleDown(short: number, long: number, rules: PhotoRules): number {
  return roundDown(
    Math.min(rules.shortSideMax / Math.max(1, short), rules.longSideMax / Math.max(1, long), 1),
  )
}

function roundUp(factor: number): number {
  return Math.ceil(factor * 1000) / 1000
}

function roundDown(factor: number): number {
  return Math.floor(factor * 1000) / 1000
}
