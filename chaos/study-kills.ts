/**
 * A study that is killed with SIGKILL at random moments, again and again, against one that is left alone:
 *
 *   npm run chaos:study [-- --kills 100] [--days 60] [--seed 1] [--json]
 *
 * The files of both must be the same, byte for byte. Exits with 1 when they are not.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '@tockwork/kernel'

const COMMAND = join(import.meta.dirname, '../packages/cli/bin/tockwork.mjs')
const QUERY = 'views:>=0'
/** A collection that does not end by itself is given up. */
const LONGEST_MS = 20 * 60_000

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    days: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const kills = Number(values.kills)
const random = seededRandom(Number(values.seed))
const folder = mkdtempSync(join(tmpdir(), 'study-kills-'))
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const deadline = Date.now() + LONGEST_MS

const emulator = start([
  'emulate',
  '--memory',
  '--port',
  '0',
  '--json',
  ...['researchVideos=1500000', 'researchDailyRequests=10000000', 'researchNotReady=0'].flatMap((pair) => [
    '--setting',
    pair,
  ]),
])
const origin = await new Promise<string>((resolve, reject) => {
  let text = ''
  emulator.stdout?.on('data', (piece) => {
    text += piece
    if (text.includes('\n'))
      resolve((JSON.parse(text.split('\n')[0] as string) as { emulator: string }).emulator)
  })
  emulator.once('exit', () => reject(new Error('the emulator did not start')))
})
const from = '2026-01-01'
const to = new Date(Date.UTC(2026, 0, Number(values.days))).toISOString().slice(0, 10)
const begin = (out: string) => [
  ...['research', 'videos', '--query', QUERY, '--from', from, '--to', to, '--out', out],
  ...['--format', 'jsonl,parquet', '--daily-requests', '1000000'],
]

const quiet = start(begin('quiet'))
const started = Date.now()
if ((await ended(quiet)) !== 0) throw new Error('the collection that is left alone failed')
const alone = Date.now() - started
const expected = digestOf('quiet')

let sent = 0
let starts = 1
let running = start(begin('killed'))
for (;;) {
  if (Date.now() > deadline) throw new Error('it does not end')
  // Kills are spread over the time that the whole takes, so that each part of it is met.
  const moment = 300 + random.next() * Math.min(2_500, Math.max(400, (alone * 2) / kills))
  const over = await Promise.race([
    ended(running),
    new Promise<undefined>((resolve) => setTimeout(resolve, moment)),
  ])
  if (over !== undefined && (over !== 0 || sent >= kills)) {
    if (over !== 0) throw new Error(`a run ended by itself with ${over}`)
    break
  }
  if (over === 0) {
    // Done before all kills were sent: once more from the start, into another folder.
    if (digestOf('killed') !== expected) break
    rmSync(join(folder, 'killed'), { recursive: true })
    running = start(begin('killed'))
    starts += 1
    continue
  }
  if (sent < kills) {
    running.kill('SIGKILL')
    await ended(running)
    sent += 1
    running = start(
      hasManifest() ? ['research', 'resume', 'killed', '--daily-requests', '1000000'] : begin('killed'),
    )
    starts += 1
  } else await ended(running)
}
const same = digestOf('killed') === expected
const figures = {
  kills: sent,
  starts,
  videos: readFileSync(join(folder, 'quiet/videos.jsonl'), 'utf8').split('\n').length - 1,
  identical: same,
  seconds_alone: Math.round(alone / 1000),
  seconds: Math.round((Date.now() - started) / 1000),
}
console.log(
  values.json
    ? JSON.stringify(figures)
    : `${figures.kills} kills in ${figures.seconds} s over a collection of ${figures.videos} videos (${figures.seconds_alone} s when left alone): ${same ? 'the files are identical' : 'THE FILES DIFFER'}`,
)
process.exit(same ? 0 : 1)

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      ...(args[0] === 'emulate' ? {} : { TOCKWORK_TIKTOK_ORIGIN: origin }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout?.resume()
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

function ended(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? 137)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 137)))
}

function hasManifest(): boolean {
  try {
    readFileSync(join(folder, 'killed/manifest.json'))
    return true
  } catch {
    return false
  }
}

function digestOf(study: string): string {
  const hash = createHash('sha256')
  for (const name of ['videos.jsonl', 'videos.parquet']) hash.update(readFileSync(join(folder, study, name)))
  return hash.digest('hex')
}
