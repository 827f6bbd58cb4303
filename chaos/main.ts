/**
 * Loses nothing and posts nothing twice, whatever is killed: tried, and compared with the emulator's own books.
 *
 *   npm run chaos [-- --kills 100 --minutes 10 --processes 1 --database URL --seed N --json --keep]
 *
 * Everything speaks to 127.0.0.1, is bounded in time, and ends with this program. docs/chaos.md tells the method.
 */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { killEverything } from './processes.ts'
import { makeRunFolder, runStorm, type StormReport } from './storm.ts'

const MUST_BE_0 = [
  'posts_lost',
  'posts_doubled',
  'posts_misreported',
  'grants_lost',
  'removals_missed',
  'windows_exceeded',
  'webhook_events_lost',
  'webhook_events_unfounded',
  'webhook_events_out_of_order',
  'tiktok_events_lost',
] as const

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      kills: { type: 'string' },
      minutes: { type: 'string' },
      processes: { type: 'string', default: '1' },
      creators: { type: 'string' },
      seed: { type: 'string' },
      database: { type: 'string' },
    },
  })
  const { quick } = values
  const whole = (
    name: 'kills' | 'minutes' | 'processes' | 'creators' | 'seed',
    otherwise: number,
  ): number => {
    const given = values[name]
    if (given === undefined) return otherwise
    if (/^\d{1,6}$/.test(given) && Number(given) > 0) return Number(given)
    console.error(`--${name} must be a whole number from 1 on, not ${JSON.stringify(given)}.`)
    process.exit(2)
  }
  const creators = whole('creators', quick ? 8 : 24)
  const options = {
    kills: whole('kills', quick ? 5 : 100),
    minutes: whole('minutes', 10),
    processes: whole('processes', 1),
    creators,
    // TikTok takes 6 inits a minute of a creator; faults make some of them twice.
    perSecond: Math.min(3, creators * (quick ? 0.05 : 0.025)),
    accessSeconds: quick ? 15 : 60,
    urls: !quick,
    seed: whole('seed', 1 + Math.floor(Math.random() * 999_999)),
    databaseUrl: values.database,
    say: (line: string) => console.error(line),
  }
  if (options.processes > 16) {
    console.error('--processes: 16 at most.')
    process.exit(2)
  }
  console.error(`seed ${options.seed}; ${options.kills} kills within ${options.minutes} min at most`)
  // Whatever hangs, it ends.
  const tooLong = setTimeout(
    () => {
      console.error('It does not come to an end; giving up.')
      process.exit(1)
    },
    options.minutes * 60_000 + 20 * 60_000,
  )
  const { report, problems } = await runStorm(folder, options)
  clearTimeout(tooLong)
  for (const problem of problems.slice(0, 50)) console.error(problem)
  const held =
    problems.length === 0 && report.posts_published > 0 && MUST_BE_0.every((name) => report[name] === 0)
  if (!held || values.keep) {
    kept = true
    console.error(`Data, logs and problems.json are in ${folder}`)
  }
  console.log(values.json ? JSON.stringify(report) : table(report))
  process.exitCode = held ? 0 : 1
}

function table(report: StormReport): string {
  const wide = Math.max(...Object.keys(report).map(({ length }) => length))
  return Object.entries(report)
    .map(([name, value]) => `${name.replaceAll('_', ' ').padEnd(wide)}  ${value.toLocaleString('en')}`)
    .join('\n')
}

let kept = false
const folder = makeRunFolder()
process.once('exit', () => {
  killEverything()
  if (!kept) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.once(signal, () => process.exit(code))

try {
  await main()
} catch (error) {
  kept = true
  console.error(error)
  console.error(`Data and logs are in ${folder}`)
  process.exitCode = 1
}
// What was started may still hold the loop.
process.exit()
