/** A folder with a study in it: made, locked against a second writer, collected into, finished. */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { VideoQuery } from '@tockwork/contracts/research'
import { type Clock, TockworkError, UsageError } from '@tockwork/kernel'
import { QuotaError, type Research, splitRange } from '@tockwork/sdk/research'
import { LocalError } from '../output/failure.ts'
import { Journal } from './journal.ts'
import { MANIFEST, type Manifest, readManifest, type StudyFormat, writeManifest } from './manifest.ts'
import { writeTables } from './table-files.ts'
import { withdrawnOf } from './withdrawn.ts'

export interface StudyQuestion {
  text: string
  query: VideoQuery
  /** `YYYYMMDD` */
  from: string
  to: string
  fields: string[]
  pageSize: number
}

/** What a run says on the way. */
export interface StudyProgress {
  /** Days of the range that are done, and all of them. */
  days: { done: number; all: number }
  /** In all runs, as the days are. */
  pages: number
  requests: number
  videos: number
}

export interface CollectOptions {
  research: Research
  clock: Clock
  signal: AbortSignal
  whenFailing: 'throw' | 'skip'
  onProgress: (progress: StudyProgress) => void
  onWriting: (rows: number) => void
}

/** Makes the folder and its manifest. @throws {UsageError} when something else is in it. */
export async function createStudy(
  folder: string,
  question: StudyQuestion,
  about: { source: string; clientKey: string; formats: StudyFormat[]; refreshDays: number; clock: Clock },
): Promise<Manifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const there = (await readdir(folder)).filter((name) => name !== 'lock')
  if (there.includes(MANIFEST))
    throw new UsageError(`There is a study in ${folder} already.`, {
      field: '--out',
      action: `Go on with it: tockwork research resume ${folder}. Or name another folder.`,
    })
  if (there.length > 0)
    throw new UsageError(`${folder} is not empty.`, {
      field: '--out',
      action: 'Name a folder that is empty or new.',
    })
  const manifest: Manifest = {
    tockwork_study: 1,
    created_at: new Date(about.clock.now()).toISOString(),
    source: about.source,
    client_key: about.clientKey,
    question: {
      text: question.text,
      query: question.query,
      from: question.from,
      to: question.to,
      fields: question.fields,
      page_size: question.pageSize,
    },
    windows: splitRange({ from: question.from, to: question.to }),
    formats: about.formats,
    state: 'collecting',
    runs: [],
    missed: [],
    files: [],
    counts: { videos: 0, repeated: 0, nul_removed: 0 },
    compliance: { refresh_days: about.refreshDays, checks: [] },
  }
  await writeManifest(folder, manifest)
  return manifest
}

/**
 * Collects until everything is there, the quota ends, or the signal comes. What was read stays read, whatever happens;
 * when nothing is left to read, the files are written.
 */
export async function collect(folder: string, options: CollectOptions): Promise<Manifest> {
  const { clock, signal, research } = options
  let manifest = await readManifest(folder)
  const journal = new Journal(folder)
  const last = await journal.recover()
  const started = new Date(clock.now()).toISOString()
  const run: Manifest['runs'][number] = { started_at: started, requests: 0, videos: 0 }
  const soFar = last?.so_far ?? { pages: 0, videos: 0 }
  const before = withKilled(manifest.runs, soFar)
  const keep = async (change: Partial<Manifest>): Promise<void> => {
    manifest = { ...manifest, ...change, runs: [...before, { ...run }] }
    await writeManifest(folder, manifest)
  }
  await keep({})
  const position = last?.next ?? { windows: manifest.windows }
  const { from, to, page_size: pageSize, fields, query } = manifest.question
  const search = research.videos({
    query,
    from,
    to,
    pageSize,
    fields: fields as never,
    resume: position,
    whenFailing: options.whenFailing,
    signal,
  })
  const earlier = manifest.missed
  const missed = (): Manifest['missed'] => [
    ...earlier,
    ...search.missed.map(({ window, cursor, code, message }) => ({
      window,
      ...(cursor === undefined ? {} : { cursor }),
      code,
      message,
      at: new Date(clock.now()).toISOString(),
    })),
  ]
  try {
    options.onProgress(progressOf(manifest, position.windows, soFar, run))
    for await (const { videos, window, next } of oneAhead(search.pages())) {
      run.requests += 1
      run.videos += videos.length
      const so_far = { pages: soFar.pages + run.requests, videos: soFar.videos + run.videos }
      await journal.append({ at: new Date(clock.now()).toISOString(), window, next, so_far, videos })
      options.onProgress(progressOf(manifest, next.windows, soFar, run))
      signal.throwIfAborted()
    }
    await journal.close()
    await keep({ missed: missed() })
    const written = await writeTables(folder, manifest, {
      ...(await withdrawnOf(folder)),
      onRow: options.onWriting,
      signal,
    })
    run.ended_at = new Date(clock.now()).toISOString()
    run.ended_by = 'complete'
    await keep({ ...written, state: 'complete' })
    return manifest
  } catch (error) {
    await journal.close()
    run.ended_at = new Date(clock.now()).toISOString()
    run.ended_by = endedBy(error, signal)
    await keep({ missed: missed() })
    throw error
  }
}

/** A run that was killed could not say what it had read: that is what the journal has and no run names. */
function withKilled(runs: Manifest['runs'], soFar: { pages: number; videos: number }): Manifest['runs'] {
  const last = runs.at(-1)
  if (last === undefined || last.ended_at !== undefined) return runs
  const others = runs.slice(0, -1)
  const sum = (of: 'requests' | 'videos'): number => others.reduce((total, run) => total + run[of], 0)
  const [requests, videos] = [soFar.pages - sum('requests'), soFar.videos - sum('videos')]
  return [...others, { ...last, requests, videos, ended_by: 'killed' }]
}

/** Asks for the next page while this one is written down. A crash in between costs a request, not a page. */
async function* oneAhead<T>(pages: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  let coming = pages.next()
  for (;;) {
    const { value, done } = await coming
    if (done === true) return
    coming = pages.next()
    // Told when it is asked for; until then nobody listens.
    coming.catch(() => undefined)
    yield value
  }
}

function endedBy(error: unknown, signal: AbortSignal): string {
  if (error instanceof QuotaError) return 'quota'
  if (signal.aborted) return 'interrupted'
  return error instanceof TockworkError ? error.code : 'failure'
}

function progressOf(
  manifest: Manifest,
  left: readonly { from: string; to: string }[],
  before: { pages: number },
  run: { requests: number; videos: number },
): StudyProgress {
  const days = (windows: readonly { from: string; to: string }[]): number =>
    windows.reduce((sum, { from, to }) => sum + daysBetween(from, to), 0)
  const all = days(manifest.windows)
  return {
    days: { done: all - days(left), all },
    pages: before.pages + run.requests,
    requests: run.requests,
    videos: run.videos,
  }
}

function daysBetween(from: string, to: string): number {
  const at = (day: string): number =>
    Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)))
  return Math.round((at(to) - at(from)) / 86_400_000) + 1
}

/** Holds a study for this process. The lock of a process that died counts for nothing. */
export async function lockStudy(folder: string, pid: number): Promise<AsyncDisposable> {
  const path = join(folder, 'lock')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (let attempt = 0; ; attempt += 1) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(pid))
      await file.close()
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw error
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (Number.isInteger(holder) && holder > 0 && holder !== pid && isAlive(holder))
        throw new LocalError(`Another process (${holder}) works on ${folder}.`, {
          code: 'study_locked',
          action: 'Wait for it, or end it; what it has read is kept.',
        })
      await rm(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
