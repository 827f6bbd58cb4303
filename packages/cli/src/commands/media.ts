/** `media check`: whether TikTok would take files, and why not. */
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type MediaProfileName, mediaProfiles } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'
import {
  type CheckOptions,
  type CheckRules,
  checkMedia as check,
  type FixResult,
  type MediaInfo,
  type MediaReport,
  openFrameSource,
  openUrl,
  type ReportFinding,
  reportJson,
  WatermarkFinder,
} from '@tockwork/media'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Reported } from '../output/failure.ts'
import { ProgressLine, size } from '../output/progress.ts'
import { checkFixOptions, fixJson, fixLines, fixOne, type MediaFixOptions } from './media-fix.ts'

export interface MediaCheckOptions extends MediaFixOptions {
  endpoint?: string
  creatorMaxDuration?: string
  ownHandle?: string[]
  brandWord?: string[]
  /** Watermarks are left out with `--rules-only`. */
  rulesOnly?: boolean
}

/** What commander hands over; a folder stands for the media in it. */
export async function checkMedia(
  context: Context,
  sources: readonly string[],
  options: MediaCheckOptions,
): Promise<void> {
  const { out, signal, cwd } = context
  const files = (await Promise.all(sources.map((source) => expand(source, cwd)))).flat()
  await using finder = new WatermarkFinder()
  const checking: CheckOptions = {
    rules: rulesFor(options.endpoint),
    ...readDuration(options.creatorMaxDuration),
    ...(options.rulesOnly === true
      ? { watermarks: false }
      : { frames: await openFrameSource({ env: context.config.environment }), finder }),
    ...(options.ownHandle && { ownHandles: options.ownHandle }),
    ...(options.brandWord && { brandWords: options.brandWord }),
    signal,
  }
  checkFixOptions(options, files.length)
  const reports: Checked[] = []
  for (const file of files) {
    const checked: Checked = { file, report: await checkOne(context, file, checking) }
    reports.push(checked)
    if (!out.json) out.result(undefined, reportLines(context, file, checked.report, options))
    if (options.fix !== true) continue
    checked.fix = await fixOne(context, file, checking, options)
    if (!out.json) out.result(undefined, fixLines(context, checked.fix))
  }
  const [first] = reports
  const one = reports.length === 1 && files.length === sources.length
  if (out.json && first) out.result(one ? checkedJson(first, cwd) : severalJson(reports, cwd), '')
  else if (reports.length > 1) {
    const count = (verdict: MediaReport['verdict']) =>
      reports.filter(({ report }) => report.verdict === verdict).length
    out.result(
      undefined,
      `${reports.length} files: ${count('ok')} pass, ${count('review')} to look at, ${count('block')} refused`,
    )
  }
  if (!reports.every(passes)) throw new Reported(exitCodes.failure)
}

interface Checked {
  file: string
  report: MediaReport
  fix?: FixResult
}

/** After mending, what counts is the new file; marks in the picture are not mended. */
function passes({ report, fix }: Checked): boolean {
  const refused = report.findings.some(({ failReason }) => failReason !== undefined)
  return (
    report.ok ||
    (refused && fix?.status === 'fixed' && !report.watermarks.some(({ verdict }) => verdict === 'block'))
  )
}

function checkedJson({ report, fix }: Checked, cwd: string) {
  return { ...reportJson(report), ...(fix && { fix: fixJson(fix, cwd) }) }
}

function severalJson(reports: readonly Checked[], cwd: string) {
  const worst = (['block', 'review', 'ok'] as const).find((verdict) =>
    reports.some(({ report }) => report.verdict === verdict),
  )
  return {
    ok: worst !== 'block',
    verdict: worst,
    files: reports.map((checked) => ({ file: checked.file, ...checkedJson(checked, cwd) })),
  }
}

async function checkOne(context: Context, file: string, options: CheckOptions): Promise<MediaReport> {
  const { cwd, clock, fetch, out, signal } = context
  const line = new ProgressLine(out, clock)
  // The rules take milliseconds, the pictures seconds: a person hears of the first before the second.
  const checking: CheckOptions = {
    ...options,
    onRules: (findings) => {
      const refused = findings.some(({ failReason }) => failReason !== undefined)
      line.wait(`${refused ? 'TikTok would refuse this' : 'within the rules'}; looking for foreign marks`)
    },
  }
  try {
    if (!isUrl(file)) return await check({ kind: 'file', path: resolve(cwd, file) }, checking)
    await using remote = await openUrl(file, { fetch, signal })
    return await check(remote.source, checking)
  } finally {
    line.end()
  }
}

function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source)
}

/** Without an endpoint, a photo is held against the photo rules and everything else against those of Direct Post. */
function rulesFor(endpoint: string | undefined): CheckRules {
  if (endpoint === undefined) {
    return { video: mediaProfiles['direct-post'].rules, photo: mediaProfiles['photo-post'].rules }
  }
  if (!Object.hasOwn(mediaProfiles, endpoint)) {
    throw new UsageError(
      `There is no endpoint "${endpoint}"; there are ${Object.keys(mediaProfiles).join(', ')}.`,
      { field: 'endpoint' },
    )
  }
  const profile = mediaProfiles[endpoint as MediaProfileName]
  return profile.kind === 'video' ? { video: profile.rules } : { photo: profile.rules }
}

function readDuration(given: string | undefined): { creatorMaxDurationSec?: number } {
  if (given === undefined) return {}
  const seconds = Number(given)
  if (!(seconds > 0 && seconds <= 36_000)) {
    throw new UsageError(`--creator-max-duration is ${given}; it takes seconds, such as 180.`, {
      field: 'creator-max-duration',
    })
  }
  return { creatorMaxDurationSec: seconds }
}

const MEDIA_ENDING = /\.(mp4|m4v|mov|qt|webm|mkv|avi|jpe?g|webp|png|heic|heif|avif|gif)$/i

async function expand(source: string, cwd: string): Promise<string[]> {
  if (isUrl(source)) return [source]
  const path = resolve(cwd, source)
  if ((await stat(path).catch(() => undefined))?.isDirectory() !== true) return [source]
  const order = new Intl.Collator('en', { numeric: true })
  const names = (await readdir(path)).filter((name) => MEDIA_ENDING.test(name) && !name.startsWith('.'))
  if (names.length === 0) throw new UsageError(`${source} is a folder without media.`, { field: 'file' })
  return names.sort(order.compare).map((name) => join(source, name))
}

const VERDICTS = {
  ok: { mark: '✓', style: 'green', text: 'TikTok takes this' },
  review: { mark: '!', style: 'yellow', text: 'look at this before it is posted' },
  block: { mark: '✗', style: 'red', text: 'this must not go out as it is' },
} as const

function reportLines(
  { out }: Context,
  file: string,
  report: MediaReport,
  { rulesOnly }: MediaCheckOptions,
): string[] {
  const { mark, style, text } = VERDICTS[report.verdict]
  const refused = report.findings.some(({ failReason }) => failReason !== undefined)
  const verdict = refused ? 'TikTok would refuse this' : text
  const lines = [`${out.style(style, mark)} ${file}: ${verdict} (${facts(report.info).join(', ')})`]
  for (const finding of report.findings) lines.push(...findingLines(finding))
  const { origins, aiSigns } = report.provenance
  for (const { name, kind, because } of origins) {
    if (kind !== 'download') lines.push(row('origin', `${name} (${because})`))
  }
  if (aiSigns.length > 0) lines.push(row('AI label', `suggested: ${aiSigns.join('; ')}`))
  // Who asked for the rules alone need not hear that they got them.
  for (const sentence of rulesOnly === true ? [] : report.skipped) lines.push(row('not done', sentence))
  return lines
}

function findingLines({ rule, found, failReason, allowed, fix }: ReportFinding): string[] {
  // What cannot be read has no figure to compare.
  const readable = rule !== 'readable'
  return [
    row(rule, `${readable ? found : found.replace(/^[\w-]+: /, '')}${failReason ? `  [${failReason}]` : ''}`),
    ...(readable ? [row('', `allowed  ${allowed}`)] : []),
    row('', `to do    ${fix}`),
  ]
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(13)} ${text}`.trimEnd()
}

function facts(info: MediaInfo): string[] {
  const { video, audio, photo, durationSec } = info
  return [
    info.container,
    video && [video.codec, video.profile, video.level].filter(Boolean).join(' '),
    video && `${video.width}x${video.height}`,
    video?.rotation ? `turned by ${video.rotation}°` : undefined,
    video && `${video.frameRate} fps${video.variableFrameRate === true ? ' on average' : ''}`,
    video?.bitDepth !== undefined && video.bitDepth > 8 ? `${video.bitDepth} bits` : undefined,
    video?.hdr && `HDR (${video.hdr})`,
    audio && `${audio.codec} with ${audio.channels === 1 ? '1 channel' : `${audio.channels} channels`}`,
    photo && `${photo.width}x${photo.height}`,
    durationSec === undefined ? undefined : `${durationSec} s`,
    info.moovFirst === false ? 'header at the end' : undefined,
    size(info.sizeBytes),
  ].filter((fact) => typeof fact === 'string')
}
