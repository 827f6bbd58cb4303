/** Finds codes, known messages and JSON answers in lines of a log. */
import { messagesLike } from '@tockwork/contracts/knowledge'
import { allCodes, explanationsOf } from './explanation.ts'
import { type Finding, findingOf } from './finding.ts'
import { isObject, readAnswer, tryJson } from './read-answer.ts'

/** Names that are also plain English say nothing alone: only as the value of a field, or in quotes, are they codes. */
const PLAIN_WORDS = new Set(['internal'])
const LOG_ID = /\blog_?id\b["'\s:=]+([0-9A-Za-z]{16,})/i
const FAIL_REASON = /fail_?reason|post\.publish\.failed|\bFAILED\b/

export function readLog(text: string): Finding[] {
  return text.split(/\r?\n/).flatMap((line, index) => readLine(line, `line ${index + 1}`))
}

function readLine(line: string, where: string): Finding[] {
  if (line.trim() === '') return []
  const embedded = jsonIn(line)
  const answered = embedded === undefined ? undefined : readAnswer(embedded, { where })
  if (answered !== undefined && answered.length > 0) return answered
  const [, logId] = LOG_ID.exec(line) ?? []
  const place = { where, ...(logId === undefined ? {} : { log_id: logId }) }
  const codes = codesIn(line)
  if (codes.length > 0)
    return codes.map((code) => ({
      ...findingOf(code, line, tableOf(code, line), place),
      evidence: evidence(line),
    }))
  const [said] = messagesLike(line)
  if (said !== undefined)
    return [{ ...findingOf(said.code ?? said.id, line, 'open', place), evidence: evidence(line) }]
  const upload = uploadStatusIn(line)
  return upload === undefined
    ? []
    : [{ ...findingOf(upload, line, 'upload', place), evidence: evidence(line) }]
}

/** The longest codes that stand in a line as whole words: `spam_risk_text` is not also `spam_risk`. */
function codesIn(line: string): string[] {
  const words = new Set(line.match(/[a-z][a-z_]+/g))
  return allCodes().filter((code, index, all) => {
    if (all.indexOf(code) !== index || !words.has(code)) return false
    return !PLAIN_WORDS.has(code) || new RegExp(`(?:reason|code|error)["'\\s:=]+${code}\\b`, 'i').test(line)
  })
}

/** A name that is both a refusal and a fail reason is the latter where the line speaks of a post that failed. */
function tableOf(code: string, line: string): string {
  const tables = explanationsOf(code).map(({ api }) => api)
  return FAIL_REASON.test(line) && tables.includes('fail_reason') ? 'fail_reason' : (tables[0] ?? 'open')
}

function uploadStatusIn(line: string): string | undefined {
  if (!/open-upload|upload_?id|\bPUT\b|content-range/i.test(line)) return undefined
  return /\b(400|403|404|416|500)\b/.exec(line)?.[1]
}

/** The object at the end of a line, as loggers write it. */
function jsonIn(line: string): unknown {
  const start = line.indexOf('{')
  if (start === -1) return undefined
  const value = tryJson(line.slice(start, line.lastIndexOf('}') + 1))
  return isObject(value) ? value : undefined
}

function evidence(line: string): string {
  return line.trim().slice(0, 500)
}
