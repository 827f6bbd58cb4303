/** `explain`: what a code of TikTok means, from the contracts. */
import {
  type ErrorEntry,
  failReasons,
  lookUpError,
  oauthErrors,
  openErrors,
  uploadStatuses,
} from '@tockwork/contracts'
import { uploadMedia } from '@tockwork/contracts/posting'
import { UsageError } from '@tockwork/kernel'
import { closest } from '../closest.ts'
import type { Context } from '../context.ts'

export interface Explanation {
  code: string
  /** Where it appears: `open`, `oauth`, `fail_reason` or `upload`. */
  api: string
  meaning: string
  retry: string
  action: string
  sources: string[]
  /** What else is known, and how: where pages disagree, and what was seen but never promised. */
  notes?: Note[]
}

export interface Note {
  how: 'contradiction' | 'observed' | 'assumed'
  text: string
  source: string
}

const places: Readonly<Record<string, string>> = {
  open: 'error.code of an API answer',
  oauth: 'error of an OAuth answer',
  fail_reason: 'fail_reason of a post that ended as FAILED',
  upload: 'HTTP status of the PUT of media bytes',
}

export async function explain({ out }: Pick<Context, 'out'>, asked: string): Promise<void> {
  const found = explanationsOf(asked.trim())
  const notes = found.length === 0 ? [] : await notesOn(asked.trim())
  const [first, ...others] = found
  if (first === undefined) {
    const near = closest(asked, allCodes())
    throw new UsageError(`${asked} is no code that TikTok documents.`, {
      code: 'unknown_code',
      field: 'code',
      action:
        near.length === 0
          ? 'Give the code as it stands in error.code, error or fail_reason, or the HTTP status of an upload.'
          : `Did you mean ${near.join(', or ')}?`,
    })
  }
  // The same name can stand in two places; the shape stays, and the other places are added.
  out.result(
    {
      ...first,
      ...(others.length === 0 ? {} : { also: others }),
      ...(notes.length === 0 ? {} : { notes }),
    },
    [
      ...found.flatMap((each, index) => [...(index === 0 ? [] : ['']), ...describe(each, out)]),
      ...notes.flatMap(({ how, text }) => ['', `  ${titles[how]}: ${text}`]),
    ],
  )
}

export function explanationsOf(code: string): Explanation[] {
  const entries = lookUpError(code).map((entry) => toExplanation(code, entry))
  if (!Object.hasOwn(uploadStatuses, code)) return entries
  const { meaning, action, retry } = uploadStatuses[Number(code) as keyof typeof uploadStatuses]
  return [...entries, { code, api: 'upload', meaning, retry, action, sources: [uploadMedia.doc.url] }]
}

const titles: Readonly<Record<Note['how'], string>> = {
  contradiction: 'Sources disagree',
  observed: 'Unconfirmed (seen on the wire, not documented)',
  assumed: 'Unconfirmed (nobody says; assumed)',
}

/** Loaded for this command alone: it is a long text. */
async function notesOn(code: string): Promise<Note[]> {
  const { contradictionsAbout, observations, unstated } = await import('@tockwork/contracts/knowledge')
  const named = new RegExp(`(?<![\\w.])${code.replace(/[^\w]/g, '\\$&')}(?![\\w])`)
  return [
    ...contradictionsAbout(code).map(({ topic, versions, use }) => ({
      how: 'contradiction' as const,
      text: `${topic}: ${versions.map(({ says }) => says).join('; or ')}. ${use}`,
      source: versions[0]?.source ?? '',
    })),
    ...[...observations, ...unstated]
      .filter(({ statement, provenance }) => provenance !== 'documented' && named.test(statement))
      .map(({ statement, source, provenance }) => ({
        how: provenance === 'observed' ? ('observed' as const) : ('assumed' as const),
        text: statement,
        source,
      })),
  ]
}

function toExplanation(code: string, entry: ErrorEntry): Explanation {
  const { kind, meaning, retry, action, source } = entry
  return { code, api: kind, meaning, retry, action, sources: [source] }
}

function describe(
  { code, api, meaning, retry, action, sources }: Explanation,
  out: Context['out'],
): string[] {
  return [
    `${out.style('bold', code)} ${out.style('dim', `(${places[api] ?? api})`)}`,
    `  ${meaning}`,
    `  To do   ${action}`,
    `  Retry   ${retries[retry] ?? retry}`,
    ...sources.map((source) => `  Source  ${source}`),
  ]
}

const retries: Readonly<Record<string, string>> = {
  never: 'never: the same call cannot succeed',
  now: 'yes, as said above',
  after: 'later, once its window has passed',
  'outcome-unknown': 'find out first whether it was carried out',
}

function allCodes(): string[] {
  return [openErrors, oauthErrors, failReasons, uploadStatuses].flatMap((table) => Object.keys(table))
}
