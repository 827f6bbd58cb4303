/** `explain`: what a code, an answer, a log line or a recording says, and what to do. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { UsageError } from '@tockwork/kernel'
import { explainText } from '../assistant/explain/explain-text.ts'
import { type Explanation, explanationsOf, type Note } from '../assistant/explain/explanation.ts'
import type { Finding } from '../assistant/explain/finding.ts'
import type { Context } from '../context.ts'

type Needs = Pick<Context, 'out' | 'cwd'>

/** Recordings of a browser are large; what is larger than this is no recording of a fault. */
const MAX_BYTES = 64 * 1024 * 1024

const places: Readonly<Record<string, string>> = {
  open: 'error.code of an API answer',
  oauth: 'error of an OAuth answer',
  fail_reason: 'fail_reason of a post that ended as FAILED',
  upload: 'HTTP status of the PUT of media bytes',
  business: 'code of an answer of TikTok API for Business',
  recording: 'seen in the recording',
}

/** @param given a code, a log line, JSON, a file's name; `-` or nothing reads stdin. */
export async function explain(needs: Needs, given: string | undefined): Promise<void> {
  const { out } = needs
  const explained = explainText(await read(needs, given))
  if (explained.kind === 'code') {
    showCode(out, explained.explanations, explained.notes)
    return
  }
  const { kind, findings } = explained
  const counted = explained.kind === 'har' ? { requests: explained.requests } : {}
  out.result({ input: kind, ...counted, findings }, [
    ...(explained.kind === 'har'
      ? [`${explained.requests} requests to TikTok, ${findings.length} findings`, '']
      : findings.length === 0
        ? ['Nothing in it says that something went wrong.']
        : []),
    ...findings.flatMap((finding, index) => [...(index === 0 ? [] : ['']), ...describeFinding(finding, out)]),
  ])
}

async function read({ out, cwd }: Needs, given: string | undefined): Promise<string> {
  if (given === '-' || given === undefined) {
    if (given === undefined && out.stdin.isTTY === true)
      throw new UsageError('Nothing was given to explain.', {
        code: 'nothing_given',
        field: 'input',
        action: 'Give a code, a line of a log, a JSON answer or a file, or pipe one in.',
      })
    return checked(await readAll(out.stdin))
  }
  // A code is never looked for on the disk, and neither is text that cannot be a name.
  if (explanationsOf(given.trim()).length > 0 || /^\s*[{[]|\n/.test(given) || given.length > 1024)
    return checked(given)
  const path = resolve(cwd, given.replace(/^@/, ''))
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) {
    if (found.size > MAX_BYTES) throw tooLarge(given)
    return readFile(path, 'utf8')
  }
  if (given.startsWith('@') || /\.(?:har|json|log|txt)$/i.test(given))
    throw new UsageError(`There is no file ${path}.`, { code: 'no_file', field: 'input' })
  return given
}

function checked(text: string): string {
  if (text.length > MAX_BYTES) throw tooLarge('The input')
  return text
}

function tooLarge(what: string): UsageError {
  return new UsageError(`${what} is larger than 64 MB.`, {
    code: 'too_large',
    field: 'input',
    action: 'Keep the requests around the fault alone.',
  })
}

function showCode(out: Needs['out'], found: readonly Explanation[], notes: readonly Note[]): void {
  // The same name can stand in two places; the shape stays, and the other places are added.
  const [first, ...others] = found
  out.result(
    {
      ...first,
      ...(others.length === 0 ? {} : { also: others }),
      ...(notes.length === 0 ? {} : { notes }),
    },
    [
      ...found.flatMap((each, index) => [...(index === 0 ? [] : ['']), ...describe(each, out)]),
      ...notes.flatMap((note) => ['', describeNote(note)]),
    ],
  )
}

function describeFinding(finding: Finding, out: Needs['out']): string[] {
  const { where, evidence, log_id, http_status, endpoint, notes = [] } = finding
  return [
    ...describe(finding, out),
    `  Where   ${where}${http_status === undefined ? '' : `, HTTP ${http_status}`}${endpoint === undefined ? '' : ` (${endpoint})`}`,
    `  Said    ${evidence}`,
    ...(log_id === undefined ? [] : [`  Log id  ${log_id}`]),
    ...notes.map(describeNote),
  ]
}

function describe({ code, api, meaning, retry, action, sources }: Explanation, out: Needs['out']): string[] {
  return [
    `${out.style('bold', code)} ${out.style('dim', `(${places[api] ?? api})`)}`,
    `  ${meaning}`,
    `  To do   ${action}`,
    `  Retry   ${retries[retry] ?? retry}`,
    ...sources.map((source) => `  Source  ${source}`),
  ]
}

function describeNote({ how, text }: Note): string {
  return `  ${titles[how]}: ${text}`
}

const titles: Readonly<Record<Note['how'], string>> = {
  contradiction: 'Sources disagree',
  observed: 'Unconfirmed (seen on the wire, not documented)',
  assumed: 'Unconfirmed (nobody says; assumed)',
}

const retries: Readonly<Record<string, string>> = {
  never: 'never: the same call cannot succeed',
  now: 'yes, as said above',
  after: 'later, once its window has passed',
  'outcome-unknown': 'find out first whether it was carried out',
}
