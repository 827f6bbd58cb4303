/** `research`: a whole study from one command, and what becomes of it. */
import { join, resolve } from 'node:path'
import { researchQuotas, researchRules, researchVideoFields } from '@tockwork/contracts/research'
import { UsageError } from '@tockwork/kernel'
import { FileQuotaLedger } from '@tockwork/sdk/node'
import {
  dayFrom,
  dayOf,
  parseVideoQuery,
  QuotaError,
  Research,
  type ResearchWait,
  splitRange,
} from '@tockwork/sdk/research'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Interrupted, Reported } from '../output/failure.ts'
import { connect } from '../session.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { comply as checkStudy } from '../study/comply.ts'
import { describeStudy } from '../study/describe.ts'
import { lastPage } from '../study/journal.ts'
import { complianceDue, type Manifest, readManifest, studyFormats } from '../study/manifest.ts'
import { barsPlot, daysPlot, pretty } from '../study/plots.ts'
import { reportPage } from '../study/report-page.ts'
import { collect, createStudy, lockStudy, type StudyProgress } from '../study/study.ts'
import { StudyLine } from '../study/study-line.ts'
import { chooseTarget, type Target } from '../target.ts'

const DEMO_APP = 'tw-research-app'

export interface ResearchOptions {
  app?: string
  /** Sleep until the reset instead of ending. */
  wait?: boolean
  dailyRequests?: string
}

export interface CollectOptions extends ResearchOptions {
  query?: string
  from?: string
  to?: string
  out?: string
  fields?: string
  format?: string
  pageSize?: string
  skipFailing?: boolean
  refreshDays?: string
}

/** Begins a study and collects it. */
export async function videos(context: Context, options: CollectOptions): Promise<void> {
  const text = required(options.query, '--query')
  const query = parseVideoQuery(text)
  const from = dayOf(required(options.from, '--from'), '--from')
  const to = dayOf(required(options.to, '--to'), '--to')
  splitRange({ from, to })
  const folder = resolve(context.cwd, required(options.out, '--out'))
  const fields = readList(options.fields, researchVideoFields, '--fields') ?? [...researchVideoFields]
  const formats = readList(options.format, studyFormats, '--format') ?? ['parquet']
  const pageSize =
    whole(options.pageSize, '--page-size', 1, researchRules.maxPageSize.value) ??
    researchRules.maxPageSize.value
  const refreshDays = whole(options.refreshDays, '--refresh-days', 1, 365) ?? researchRules.refreshDays.value
  const target = await researchTarget(context, options.app)
  {
    await using _lock = await lockStudy(folder, context.pid)
    await createStudy(
      folder,
      { text, query, from, to, fields, pageSize },
      {
        source: target.origin ?? 'tiktok',
        clientKey: target.app.clientKey,
        formats,
        refreshDays,
        clock: context.clock,
      },
    )
  }
  const recent = dayFrom(context.clock.now() - researchRules.searchableAfterHours.value * 3_600_000)
  if (to > recent)
    context.out.note(
      `Videos are found up to ${researchRules.searchableAfterHours.value} hours after they were posted: the days from ${pretty(recent)} on may be incomplete.`,
    )
  await run(context, folder, target, options)
}

/** Goes on with a study where it was, whatever ended it. */
export async function resume(context: Context, given: string, options: CollectOptions): Promise<void> {
  const folder = resolve(context.cwd, given)
  const manifest = await readManifest(folder)
  const target = await researchTarget(context, options.app ?? manifest.client_key)
  const source = target.origin ?? 'tiktok'
  if (source !== manifest.source && !(isEmulator(source) && isEmulator(manifest.source)))
    throw new UsageError(`The study was collected from ${manifest.source}, and this would be ${source}.`, {
      field: 'TOCKWORK_TIKTOK_ORIGIN',
      action: 'Point the command at the same TikTok.',
    })
  await run(context, folder, target, options)
}

async function run(
  context: Context,
  folder: string,
  target: Target,
  options: ResearchOptions & { skipFailing?: boolean },
): Promise<void> {
  const { out, clock, signal } = context
  await using _lock = await lockStudy(folder, context.pid)
  const line = new StudyLine(out, clock)
  const research = await openResearch(context, target, options, (wait) => line.waiting(wait))
  let last: StudyProgress | undefined
  try {
    const manifest = await collect(folder, {
      research,
      clock,
      signal,
      whenFailing: options.skipFailing === true ? 'skip' : 'throw',
      onProgress: (progress) => {
        last = progress
        line.progress(progress)
      },
      onWriting: (rows) => line.writing(rows),
    })
    line.end()
    out.result(summary(manifest, folder, await readSoFar(folder)), doneLines(context, manifest, folder))
  } catch (error) {
    line.end()
    const resumeWith = `tockwork research resume ${relative(context, folder)}`
    const read = `${(last?.videos ?? 0).toLocaleString('en')} videos were read in this run; everything is kept`
    if (signal.aborted) throw new Interrupted(`Interrupted. ${read}.`, `Go on with: ${resumeWith}`)
    if (error instanceof QuotaError) {
      if (out.json) throw error
      out.note(
        `${error.message}\n${read}. Go on then with: ${resumeWith}\nOr let it wait by itself: ${resumeWith} --wait`,
      )
      throw new Reported(exitCodes.refused)
    }
    out.note(`${read}. When that is mended: ${resumeWith}`)
    throw error
  }
}

/** How a study stands. */
export async function status(context: Context, given: string): Promise<void> {
  const folder = resolve(context.cwd, given)
  const manifest = await readManifest(folder)
  const due = complianceDue(manifest)
  const read = await readSoFar(folder)
  const videos = manifest.state === 'complete' ? manifest.counts.videos : read.videos
  const lines = [
    `${manifest.question.text}  (${pretty(manifest.question.from)} to ${pretty(manifest.question.to)})`,
    `${manifest.state === 'complete' ? 'Complete' : 'Not complete'}: ${videos.toLocaleString('en')} videos, ${read.pages.toLocaleString('en')} pages in ${manifest.runs.length} ${manifest.runs.length === 1 ? 'run' : 'runs'}`,
    ...manifest.missed.map(({ window, code }) => `Missed: ${pretty(window.from)} (${code})`),
    ...manifest.files.map(
      ({ name, rows }) => `${join(relative(context, folder), name)}: ${rows.toLocaleString('en')} rows`,
    ),
    ...(due === undefined
      ? []
      : [
          `To be checked against deletions by ${due.toISOString().slice(0, 10)}: tockwork research comply ${relative(context, folder)}`,
        ]),
    ...(manifest.state === 'complete'
      ? []
      : [`Go on with: tockwork research resume ${relative(context, folder)}`]),
  ]
  context.out.result({ ...summary(manifest, folder, read), compliance_due: due?.toISOString() }, lines)
}

/** What was collected, drawn here and as a page. */
export async function describe(context: Context, given: string): Promise<void> {
  const folder = resolve(context.cwd, given)
  const manifest = await readManifest(folder)
  const description = await describeStudy(folder, manifest)
  const page = join(folder, 'report.html')
  await writePrivateFile(page, reportPage(manifest, description, new Date(context.clock.now()).toISOString()))
  const width = Math.min(100, (context.out.stdout.columns ?? 80) - 2)
  const { out } = context
  const head = (text: string): string => out.style('bold', text)
  out.result({ ...description, report: page }, [
    `${description.videos.toLocaleString('en')} videos by ${description.authorCount.toLocaleString('en')} creators${manifest.state === 'complete' ? '' : ', so far'}`,
    '',
    head('Videos a day'),
    ...daysPlot(description.days, width),
    '',
    head('Regions'),
    ...barsPlot(description.regions.slice(0, 10), width),
    '',
    head('Hashtags'),
    ...barsPlot(description.hashtags.slice(0, 15), width),
    '',
    `With more charts: ${relative(context, page)}`,
  ])
}

/** Keeps a study lawful: what TikTok no longer confirms is removed or flagged. */
export async function comply(
  context: Context,
  given: string,
  options: ResearchOptions & { flag?: boolean; due?: boolean },
): Promise<void> {
  const { out, clock, signal, cwd } = context
  const folder = resolve(cwd, given)
  await using _lock = await lockStudy(folder, context.pid)
  const before = await readManifest(folder)
  const due = complianceDue(before)
  if (options.due === true && (due === undefined || due.getTime() > clock.now())) {
    out.result(
      { checked: 0, gone: 0, due: due?.toISOString() },
      due === undefined ? 'Nothing was collected yet.' : `Not due before ${due.toISOString().slice(0, 10)}.`,
    )
    return
  }
  const target = await researchTarget(context, options.app ?? before.client_key)
  const line = new StudyLine(out, clock)
  const research = await openResearch(context, target, options, (wait) => line.waiting(wait))
  try {
    const manifest = await checkStudy(folder, {
      research,
      clock,
      signal,
      policy: options.flag === true ? 'flag' : 'remove',
      onProgress: (checked, all) => line.checking(checked, all),
    })
    line.end()
    const check = manifest.compliance.checks.at(-1)
    const next = complianceDue(manifest)
    out.result({ ...check, due: next?.toISOString() }, [
      `${check?.checked.toLocaleString('en')} videos checked, ${check?.gone.toLocaleString('en')} no longer there and ${options.flag === true ? 'flagged' : 'removed'}`,
      `Next by ${next?.toISOString().slice(0, 10)}`,
    ])
  } finally {
    line.end()
  }
}

/** What is left of the day's quotas, as far as the programs of this machine know. */
export async function quota(context: Context, options: ResearchOptions): Promise<void> {
  const target = await researchTarget(context, options.app)
  const state = await (await openResearch(context, target, options)).quota()
  context.out.result(state, [
    ...(['general', 'relations'] as const).map((name) => {
      const { requests, records, limits, refused } = state[name]
      return `${name}: ${requests} of ${limits.requests} requests, ${records} records${refused ? '; TikTok says that nothing is left' : ''}`
    }),
    `renewed at ${new Date(state.general.resetsAt).toISOString()}`,
  ])
}

/** The project's credentials; against an emulator without any, those of its research app. */
export async function researchTarget(context: Context, app?: string): Promise<Target> {
  return chooseTarget(context, app ?? (context.config.clientKey === undefined ? DEMO_APP : undefined))
}

export async function openResearch(
  context: Context,
  target: Target,
  options: ResearchOptions,
  onWait?: (wait: ResearchWait) => void,
): Promise<Research> {
  const { clock } = context
  const requests = whole(options.dailyRequests, '--daily-requests', 1, researchQuotas.relations.requests * 50)
  const tiktok = await connect(context, target)
  const limits = requests === undefined ? undefined : { general: { requests, records: requests * 100 } }
  return new Research(tiktok, {
    clock,
    quota: new FileQuotaLedger(join(target.folder, 'quota'), target.app.clientKey, {
      clock,
      ...(limits === undefined ? {} : { limits }),
    }),
    whenExhausted: options.wait === true ? 'wait' : 'throw',
    ...(onWait === undefined ? {} : { onWait }),
  })
}

function doneLines(context: Context, manifest: Manifest, folder: string): string[] {
  const due = complianceDue(manifest)
  return [
    `${manifest.counts.videos.toLocaleString('en')} videos`,
    ...manifest.files.map(({ name }) => join(relative(context, folder), name)),
    ...manifest.missed.map(({ window, code }) => `Missed: ${pretty(window.from)} (${code})`),
    `Look at them: tockwork research describe ${relative(context, folder)}`,
    ...(due === undefined
      ? []
      : [
          `Check them against deletions by ${due.toISOString().slice(0, 10)}: tockwork research comply ${relative(context, folder)}`,
        ]),
  ]
}

function summary(manifest: Manifest, folder: string, read: Read) {
  const { state, counts, missed, files, runs, question } = manifest
  return {
    folder,
    state,
    query: question.text,
    from: question.from,
    to: question.to,
    videos: state === 'complete' ? counts.videos : read.videos,
    repeated: counts.repeated,
    pages: read.pages,
    runs: runs.length,
    missed,
    files,
  }
}

interface Read {
  pages: number
  videos: number
}

/** What the pages say, which is also right when a run was killed; rows that came again are counted with the rest. */
async function readSoFar(folder: string): Promise<Read> {
  return (await lastPage(folder))?.so_far ?? { pages: 0, videos: 0 }
}

function isEmulator(source: string): boolean {
  return source !== 'tiktok'
}

function relative({ cwd }: Context, path: string): string {
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path
}

function required(value: string | undefined, option: string): string {
  if (value !== undefined && value.trim() !== '') return value
  throw new UsageError(`${option} is needed.`, {
    field: option,
    action:
      "For example: tockwork research videos --query 'region:US hashtag:vote' --from 2026-01-01 --to 2026-01-31 --out study",
  })
}

export function whole(
  value: string | undefined,
  option: string,
  from: number,
  to: number,
): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= from && number <= to) return number
  throw new UsageError(`${option} is ${value}; ${from} to ${to} are possible.`, { field: option })
}

function readList<T extends string>(
  value: string | undefined,
  known: readonly T[],
  option: string,
): T[] | undefined {
  if (value === undefined) return undefined
  const asked = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return asked.map((name) => {
    const found = known.find((one) => one === name)
    if (found !== undefined) return found
    throw new UsageError(`${option}: there is no ${name}.`, {
      field: option,
      action: `There are: ${known.join(', ')}.`,
    })
  })
}
