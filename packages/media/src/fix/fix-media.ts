import { link, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import type { CheckRules } from '../check/check-media.ts'
import { type Finding, judgePhoto, judgeVideo } from '../judge.ts'
import type { MediaInfo } from '../media-info.ts'
import { probe } from '../probe.ts'
import { readOrientation } from '../provenance/orientation.ts'
import { ffmpegPhotoEncoder, type PhotoEncoder, sharpEncoder } from './encode-photo.ts'
import { encodeVideo } from './encode-video.ts'
import { type Ffmpeg, FfmpegFailed, findFfmpeg } from './ffmpeg.ts'
import { type PhotoPlan, planPhoto } from './plan-photo.ts'
import { planVideo, type VideoPlan } from './plan-video.ts'

export interface FixOptions {
  rules: CheckRules
  creatorMaxDurationSec?: number
  /** Where the result goes; by default beside the original, as `name.fixed.mp4` or `.jpg`. Never the original. */
  out?: string
  /** Whether what is too long may be cut; default false. */
  trim?: boolean
  /** `PATH` to find ffmpeg on, or `TOCKWORK_FFMPEG`, a path to one or `none`. */
  env: NodeJS.ProcessEnv
  /** Milliseconds; by default two minutes and thirty times the video's own length. */
  timeLimitMs?: number
  signal?: AbortSignal
  /** Share of the work that is done, 0 to 1. */
  onProgress?: (share: number) => void
}

/**
 * - `nothing-to-do`: the file passes as it is
 * - `fixed`: the result passes
 * - `partly`: something was mended, and something is left that is not mended unasked
 * - `not-possible`: no program can help; the reasons stand in `left`
 * - `tool-missing`: a program on this machine could; `missing` says which
 */
export interface FixResult {
  status: 'nothing-to-do' | 'fixed' | 'partly' | 'not-possible' | 'tool-missing'
  /** The new file, where there is one. */
  path?: string
  /** What was done, or would be with the missing tool. */
  steps: readonly string[]
  /** True when every picture and sound stayed bit for bit. */
  lossless: boolean
  left: readonly string[]
  missing?: string
  /** What made it. */
  with?: string
  /** What the rules say about the new file. */
  findings: readonly Finding[]
}

/**
 * Makes a file that TikTok takes out of one that it would refuse, losing as little as possible: what can be moved into
 * another container is not encoded again. The result is checked like any other file; the original is never touched.
 *
 * @throws UsageError when the path cannot be opened, or the result would replace a file; `FfmpegFailed` as `cause` of a
 *   UsageError (`media_fix_failed`) when the program gives up.
 */
export async function fixMedia(path: string, options: FixOptions): Promise<FixResult> {
  const { signal } = options
  const info = await probe({ kind: 'file', path }, signal === undefined ? {} : { signal })
  const findings = judge(info, options)
  if (info.problems.length > 0) {
    const left = info.problems.map(({ detail }) => detail)
    return { status: 'not-possible', steps: [], lossless: true, left, findings }
  }
  const { video, photo } = options.rules
  if (info.kind === 'video' && video) {
    const plan = planVideo(info, {
      rules: video,
      ...(options.creatorMaxDurationSec !== undefined &&
        video.creatorDuration !== 'trimmed in the app' && { maxDurationSec: options.creatorMaxDurationSec }),
      trim: options.trim === true,
    })
    return carryOut(path, info, plan, findings, options, () =>
      videoWork(path, info, plan as VideoPlan, options),
    )
  }
  if (info.kind === 'photo' && photo) {
    const orientation = await readOrientation({ kind: 'file', path }, info.container)
    const plan = planPhoto(info, photo, orientation)
    return carryOut(path, info, plan, findings, options, () =>
      photoWork(path, info, plan as PhotoPlan, orientation, options),
    )
  }
  const left = [`it is a ${info.kind === 'unknown' ? 'file of an unknown kind' : info.kind}`]
  return { status: 'not-possible', steps: [], lossless: true, left, findings }
}

/** A tool and what it does, or what is missing. */
type Work = { with: string; ending: string; run(output: string): Promise<void> } | { missing: string }

async function carryOut(
  path: string,
  info: MediaInfo,
  plan: VideoPlan | PhotoPlan | undefined,
  findings: Finding[],
  options: FixOptions,
  prepare: () => Promise<Work>,
): Promise<FixResult> {
  if (!plan) {
    const left = findings.map(({ rule, found }) => `${rule} is ${found}`)
    const status = findings.length === 0 ? 'nothing-to-do' : 'not-possible'
    return { status, steps: [], lossless: true, left, findings }
  }
  const { steps, left, lossless } = plan
  if (steps.length === 0) return { status: 'not-possible', steps, lossless: true, left, findings }
  const work = await prepare()
  if ('missing' in work) {
    return { status: 'tool-missing', steps, lossless, left, missing: work.missing, findings }
  }
  const target = await targetOf(path, work.ending, options.out)
  const made = await intoPlace(target, (output) => work.run(output))
  const after = judge(made, options)
  return {
    status: after.length === 0 ? 'fixed' : 'partly',
    path: target,
    steps,
    lossless,
    left: after.length === 0 ? [] : [...left, ...leftOver(after, left)],
    with: work.with,
    findings: after,
  }

  /** Written under another name first, so that no half file ever carries the real one. */
  async function intoPlace(place: string, run: (output: string) => Promise<void>): Promise<MediaInfo> {
    const part = join(dirname(place), `.${basename(place)}.${process.pid}.part`)
    try {
      await run(part)
      const looked = await probe({ kind: 'file', path: part })
      refuseIfWrong(info, looked)
      // A link fails where a file has come to stand meanwhile; file systems without links get a plain rename.
      await link(part, place).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') throw standsAlready(place)
        await rename(part, place)
      })
      return looked
    } catch (error) {
      if (error instanceof FfmpegFailed) {
        throw new UsageError(`${basename(path)} could not be converted: ${error.message}`, {
          code: 'media_fix_failed',
          cause: error,
        })
      }
      throw error
    } finally {
      await rm(part, { force: true })
    }
  }
}

/** A converter that lost most of a file must not be believed, even if what is left would pass. */
function refuseIfWrong(before: MediaInfo, after: MediaInfo): void {
  const [was, is] = [before.photo ?? before.video, after.photo ?? after.video]
  const turned = was && is && was.width / was.height > 1 !== is.width / is.height > 1
  const shape = (size: { width: number; height: number }) =>
    Math.max(size.width, size.height) / Math.min(size.width, size.height)
  const distorted = before.kind === 'photo' && was && is && Math.abs(shape(was) / shape(is) - 1) > 0.02
  if (after.problems.length > 0 || !is || distorted || (turned && before.kind === 'video')) {
    throw new FfmpegFailed(after.problems[0]?.detail ?? 'the result is not the same picture')
  }
}

function leftOver(after: readonly Finding[], known: readonly string[]): string[] {
  return known.length > 0
    ? []
    : after.map(({ rule, found, allowed }) => `${rule} is ${found}; allowed: ${allowed}`)
}

function judge(info: MediaInfo, { rules, creatorMaxDurationSec }: FixOptions): Finding[] {
  const context = creatorMaxDurationSec === undefined ? {} : { maxDurationSec: creatorMaxDurationSec }
  if (rules.photo && (info.kind === 'photo' || !rules.video)) return judgePhoto(info, rules.photo)
  return rules.video ? judgeVideo(info, rules.video, context) : []
}

async function videoWork(path: string, info: MediaInfo, plan: VideoPlan, options: FixOptions): Promise<Work> {
  const ffmpeg = await findFfmpeg(options.env)
  if (!ffmpeg) return { missing: 'ffmpeg 5 or newer on the PATH (https://ffmpeg.org/download.html)' }
  const seconds = plan.keepSec ?? info.durationSec ?? 0
  const { onProgress, signal } = options
  return {
    with: nameOf(ffmpeg),
    ending: plan.container,
    run: (output) =>
      encodeVideo(
        ffmpeg,
        { input: resolve(path), output, info, plan },
        {
          timeLimitMs: options.timeLimitMs ?? 120_000 + seconds * 30_000,
          ...(signal && { signal }),
          ...(onProgress && {
            onProgress: (done) => onProgress(seconds > 0 ? Math.min(1, done / seconds) : 0),
          }),
        },
      ),
  }
}

async function photoWork(
  path: string,
  info: MediaInfo,
  plan: PhotoPlan,
  orientation: number,
  options: FixOptions,
): Promise<Work> {
  const encoder = await photoEncoder(info, options)
  if (!encoder) {
    return {
      missing:
        info.container === 'heic'
          ? 'ffmpeg 7.1 or newer on the PATH, which reads HEIC; or let the phone save photos as JPEG'
          : 'the package sharp (npm install sharp), or ffmpeg 5 or newer on the PATH',
    }
  }
  const { signal, timeLimitMs = 120_000 } = options
  return {
    with: encoder.name,
    ending: 'jpg',
    run: (output) =>
      encoder.encode(
        { input: resolve(path), output, info, plan, orientation },
        { timeLimitMs, ...(signal && { signal }) },
      ),
  }
}

async function photoEncoder(info: MediaInfo, options: FixOptions): Promise<PhotoEncoder | undefined> {
  const sharp = await sharpEncoder()
  if (sharp?.takes(info.container)) return sharp
  const ffmpeg = await findFfmpeg(options.env)
  const other = ffmpeg && ffmpegPhotoEncoder(ffmpeg)
  return other?.takes(info.container) ? other : undefined
}

async function targetOf(path: string, ending: string, out: string | undefined): Promise<string> {
  const target = resolve(out ?? join(dirname(path), `${basename(path, extname(path))}.fixed.${ending}`))
  if (await stat(target).catch(() => undefined)) throw standsAlready(target)
  return target
}

function standsAlready(target: string): UsageError {
  return new UsageError(`${target} is there already; nothing is overwritten.`, {
    field: 'out',
    action: 'Name another file with --out, or remove it.',
  })
}

function nameOf(ffmpeg: Ffmpeg): string {
  return `ffmpeg ${ffmpeg.version}`
}
