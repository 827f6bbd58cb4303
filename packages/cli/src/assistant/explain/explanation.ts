/** What a code of TikTok means, from the contracts. */
import {
  type ErrorEntry,
  failReasons,
  lookUpError,
  oauthErrors,
  openErrors,
  uploadStatuses,
} from '@tockwork/contracts'
import { businessErrors } from '@tockwork/contracts/business'
import { contradictionsAbout, observations, unstated } from '@tockwork/contracts/knowledge'
import { uploadMedia } from '@tockwork/contracts/posting'

export interface Explanation {
  code: string
  /** Where it appears: `open`, `oauth`, `fail_reason`, `upload` or `business`. */
  api: string
  meaning: string
  /** `never`, `now`, `after` or `outcome-unknown`. */
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

/** All meanings of a code, fail reason or upload status; one name can stand in two places. */
export function explanationsOf(code: string): Explanation[] {
  const entries = lookUpError(code).map((entry) => toExplanation(code, entry))
  if (!Object.hasOwn(uploadStatuses, code)) return entries
  const { meaning, action, retry } = uploadStatuses[Number(code) as keyof typeof uploadStatuses]
  return [...entries, { code, api: 'upload', meaning, retry, action, sources: [uploadMedia.doc.url] }]
}

/** Where sources disagree about a code, what was seen without being promised, and whether the code itself was. */
export function notesOn(code: string): Note[] {
  const named = new RegExp(`(?<![\\w.])${code.replace(/[^\w]/g, '\\$&')}(?![\\w])`)
  return [
    ...lookUpError(code)
      .filter(({ provenance }) => provenance !== 'documented')
      .map(({ source, provenance }) => ({
        how: provenance === 'observed' ? ('observed' as const) : ('assumed' as const),
        text: `No page of TikTok lists the code ${code}.`,
        source,
      })),
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

export function allCodes(): string[] {
  return [openErrors, oauthErrors, failReasons, uploadStatuses, businessErrors].flatMap((table) =>
    Object.keys(table),
  )
}

function toExplanation(code: string, entry: ErrorEntry): Explanation {
  const { kind, meaning, retry, action, source } = entry
  return { code, api: kind, meaning, retry, action, sources: [source] }
}
