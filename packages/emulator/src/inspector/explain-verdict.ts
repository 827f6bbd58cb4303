import { type ErrorEntry, lookUpError, uploadStatuses } from '@tockwork/contracts'
import type { LoggedRequest } from '../control/request-log.ts'

export interface Explanation {
  meaning: string
  action?: string
  /** What a program may do with the same request. */
  retry?: string
  source?: string
}

const RETRY: Readonly<Record<ErrorEntry['retry'], string>> = {
  now: 'may be repeated at once',
  after: 'may be repeated after a while',
  never: 'cannot succeed by repeating',
  'outcome-unknown': 'it is not known whether it worked: look before repeating',
}

/** What the contracts say about the verdict on a request. */
export function explainVerdict(request: LoggedRequest): Explanation[] {
  const verdict = request.verdict.replace(/^fault \S+( (after|before) )?/, '')
  const entries = lookUpError(verdict)
  if (entries.length > 0)
    return entries.map(({ meaning, action, retry, source }) => ({
      meaning,
      action,
      retry: RETRY[retry],
      source,
    }))
  const status = /^(\d{3})\b/.exec(verdict)?.[1]
  if (status !== undefined && Object.hasOwn(uploadStatuses, status)) {
    const entry = uploadStatuses[Number(status) as keyof typeof uploadStatuses]
    return [{ meaning: entry.meaning, action: entry.action, retry: RETRY[entry.retry] }]
  }
  return []
}

/** How a verdict is coloured: fine, refused by a rule, or disturbed on purpose. */
export function verdictKind({ verdict }: Pick<LoggedRequest, 'verdict'>): 'good' | 'bad' | 'warn' {
  return verdict === 'ok' ? 'good' : verdict.startsWith('fault ') ? 'warn' : 'bad'
}
