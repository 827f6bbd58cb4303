/** Explains whatever is given: a code, an answer, a recording, or lines of a log. */
import { UsageError } from '@tockwork/kernel'
import { closest } from '../../closest.ts'
import { Scrubber } from '../scrubber.ts'
import { allCodes, type Explanation, explanationsOf, type Note, notesOn } from './explanation.ts'
import type { Finding } from './finding.ts'
import { readAnswer, tryJson } from './read-answer.ts'
import { asHar, readHar } from './read-har.ts'
import { readLog } from './read-log.ts'

export type Explained =
  | { kind: 'code'; explanations: Explanation[]; notes: Note[] }
  | { kind: 'answer' | 'log'; findings: Finding[] }
  | { kind: 'har'; findings: Finding[]; requests: number }

/**
 * All that comes back is free of the secrets that were in the text.
 * @throws {UsageError} when nothing of TikTok's is recognised in it.
 */
export function explainText(given: string): Explained {
  const text = given.replace(/^\uFEFF/, '').trim()
  const explanations = explanationsOf(text)
  if (explanations.length > 0) return { kind: 'code', explanations, notes: notesOn(text) }
  const scrubber = new Scrubber()
  if (/^[{[]/.test(text)) {
    const value = tryJson(text)
    if (value !== undefined) {
      scrubber.learn(value)
      return scrubber.value(explainJson(value, scrubber))
    }
  }
  const findings = readLog(text)
  if (findings.length > 0) return { kind: 'log', findings: scrubber.value(findings) }
  throw unknown(scrubber.text(text.slice(0, 80)), /\s/.test(text))
}

function explainJson(value: unknown, scrubber: Scrubber): Explained {
  const recording = harOf(value)
  if (recording !== undefined) return { kind: 'har', ...readHar(recording, scrubber) }
  const findings = readAnswer(value, { where: 'answer' })
  if (findings !== undefined) return { kind: 'answer', findings }
  throw new UsageError('This JSON is neither an answer or webhook of TikTok nor a HAR recording.', {
    code: 'unknown_answer',
    field: 'code',
    action: 'Give the whole body of the answer, with its error or data.',
  })
}

function harOf(value: unknown) {
  try {
    return asHar(value)
  } catch (cause) {
    throw new UsageError(`This HAR cannot be read: ${(cause as Error).message}.`, {
      code: 'bad_har',
      field: 'code',
      action: 'Export it anew, with content, from the network panel of the browser.',
      cause,
    })
  }
}

function unknown(shown: string, isText: boolean): UsageError {
  const near = isText ? [] : closest(shown, allCodes())
  return new UsageError(
    isText ? 'No code or message of TikTok’s is in this text.' : `${shown} is no code that TikTok documents.`,
    {
      code: 'unknown_code',
      field: 'code',
      action:
        near.length === 0
          ? 'Give the code as it stands in error.code, error or fail_reason, the HTTP status of an upload, a line of a log, a whole JSON answer or a HAR file.'
          : `Did you mean ${near.join(', or ')}?`,
    },
  )
}
