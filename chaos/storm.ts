/** One run: a world, a hub of one or several processes, load, faults, kills; then calm, and the comparison. */
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '@tockwork/kernel'
import { Calm, readEvents, SETTLE_MS, type SettledPost } from './calm.ts'
import { Connecting } from './connecting.ts'
import { EmulatorBooks } from './emulator-books.ts'
import { STORM_FAULTS } from './faults.ts'
import { Front } from './front.ts'
import { HubCaller } from './hub-caller.ts'
import { killAround } from './kills.ts'
import { Load } from './load.ts'
import { dataDirOf, stop } from './processes.ts'
import { judge, type Verdict } from './verdict.ts'
import { type Arrival, judgeTelling, type TellingVerdict } from './webhook-verdict.ts'
import { hubEnvironment, makeSlots, startEmulatorProcess, startReceiverProcess } from './world.ts'

export interface StormOptions {
  /** SIGKILLs to send. */
  kills: number
  /** How long the storm may last at most, reached or not. */
  minutes: number
  /** Hub processes on one database. */
  processes: number
  /** Of whom a quarter connects during the storm. */
  creators: number
  perSecond: number
  /** Life of an access token: the shorter, the more refreshes meet a kill. */
  accessSeconds: number
  /** Also posts that TikTok downloads, whose lost answers leave a doubt. */
  urls: boolean
  seed: number
  /** An empty database on a PostgreSQL that is not ours; absent: the embedded one, which is killed too. */
  databaseUrl?: string | undefined
  say: (line: string) => void
}

export interface StormReport extends Omit<Verdict, 'problems'>, Omit<TellingVerdict, 'problems'> {
  kills: number
  hub_kills: number
  database_kills: number
  kills_while_starting: number
  failed_starts: number
  connected_in_the_storm: number
  /** Connects that a kill came into: the creator began again. */
  connects_begun_again: number
  left_in_the_storm: number
  requests_repeated: number
  requests_refused: number
  refreshes: number
  /** Of the storm alone, without the calm that is waited for. */
  storm_seconds: number
  seconds: number
  seed: number
}

const FOLLOW_MS = 1_500
const MOST_LINES = 20
/** Each takes as long as webhooks take, and doubts are few. */
const MOST_ROUNDS = 5
/** One creator connects in about so many kills, and one leaves in twice as many. */
const KILL_MS = 2_500

/** A folder for a run. Root hands the database to another user, who has to pass through. */
export function makeRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-chaos-'))
  chmodSync(folder, 0o711)
  return folder
}

/** @param folder gets the data, the logs and, when something is wrong, `problems.json` */
export async function runStorm(
  folder: string,
  options: StormOptions,
): Promise<{ report: StormReport; problems: string[] }> {
  const { say } = options
  const from = performance.now()
  const random = seededRandom(options.seed)
  const { early, late, leaving } = namesOf(options.creators)
  const [emulator, receiver, front] = await Promise.all([
    startEmulatorProcess(folder, options, [...early, ...late, ...leaving]),
    startReceiverProcess(folder, options.seed + 2),
    Front.open(),
  ])
  const books = new EmulatorBooks(emulator.origin)
  const env = hubEnvironment(folder, emulator.origin, front, options)
  const slots = await makeSlots(folder, options.processes, env)
  front.serve(slots)
  // All at the same moment, on an empty database.
  await Promise.all(slots.map((slot) => slot.start()))
  const adminKey = (await readFile(slots[0]?.adminKeyFile as string, 'utf8')).trim()
  const caller = new HubCaller(slots, adminKey)
  const giveUp = new AbortController()
  const { signal } = giveUp
  const { secret } = await caller.call(
    (client) => client.webhookEndpoints.create({ body: { url: `${receiver.origin}/events` } }),
    signal,
  )
  await fetch(`${receiver.origin}/_secret`, { method: 'POST', body: secret })
  const connecting = await Connecting.open(caller, books, signal)
  await books.sendEventsTo(`${front.origin}/webhooks/tiktok/${connecting.appId}`)
  const creators = await connecting.connectAll(early, { signal })
  const leavers = await connecting.connectAll(leaving, { signal })
  const load = new Load({ caller, random, creators, label: `storm ${options.seed} post` })
  await load.prepare(signal)
  say(`${creators.length + leavers.length} creators are connected; the storm begins`)

  const stormFrom = performance.now()
  const following = new AbortController()
  const followed = follow(books, following.signal)
  await books.setFaults(STORM_FAULTS)
  const over = new AbortController()
  const { perSecond, urls } = options
  const loading = load.run({ perSecond, urls, until: over.signal, giveUp: signal })
  const stormMs = Math.min(options.minutes * 60_000, options.kills * KILL_MS)
  const joining = connecting.connectAll(late, {
    signal,
    everyMs: stormMs / (2 * late.length),
    until: over.signal,
    onConnected: (creator) => load.join(creator),
  })
  const parting = connecting.leaveAll(leavers, {
    everyMs: stormMs / (2 * leavers.length),
    until: over.signal,
  })
  const databaseFolder = options.databaseUrl === undefined ? dataDirOf(folder) : undefined
  const kills = await killAround(slots, random, { ...options, databaseFolder })
  const stormSeconds = Math.round((performance.now() - stormFrom) / 1000)

  say(`${kills.hub + kills.database} kills in ${stormSeconds} s; waiting for calm`)
  over.abort()
  await books.setFaults([])
  await fetch(`${receiver.origin}/_calm`, { method: 'POST' })
  const calmSince = Date.now()
  const giveUpTimer = setTimeout(() => giveUp.abort(), SETTLE_MS)
  await Promise.all([loading, joining, parting])
  const calm = new Calm({ caller, since: calmSince, say })
  await calm.posts()
  // Every access token of the storm has ended by now: what works, works by a refresh.
  await pause(Math.max(0, calmSince + options.accessSeconds * 1000 - Date.now()))
  await load.onceEach(signal)
  clearTimeout(giveUpTimer)
  let rows = await calm.posts()
  const events = await readEvents(books, { folder, env, say })
  // A doubt that is cleared up while webhooks are waited for has a webhook of its own: what is compared is of one moment.
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await calm.webhooks()
    const before = rows
    rows = await calm.posts()
    if (storiesOf(before) === storiesOf(rows)) break
  }
  const accounts = await calm.accounts()
  following.abort()
  await followed
  await books.follow()
  load.close()

  const arrivals = (await (await fetch(`${receiver.origin}/_arrivals`)).json()) as Arrival[]
  const { problems: wrong, ...verdict } = judge({
    posts: load.posts,
    rows,
    accounts,
    publishes: await books.publishes(),
    grants: await books.grants(),
    requests: books.requests,
  })
  const { problems: untold, ...telling } = judgeTelling({ arrivals, posts: rows, accounts, ...events })
  const problems = [...wrong, ...untold]
  if (books.missed > 0) problems.push(`${books.missed} requests were not counted: the log is too short`)
  await Promise.all(slots.map((slot) => slot.stop()))
  front.close()
  await Promise.all([stop(emulator.child), stop(receiver.child)])
  const failedStarts = slots.flatMap((slot) => slot.failedStarts)
  const report: StormReport = {
    kills: kills.hub + kills.database,
    hub_kills: kills.hub,
    database_kills: kills.database,
    kills_while_starting: kills.starting,
    failed_starts: failedStarts.length,
    connected_in_the_storm: (await joining).length,
    connects_begun_again: connecting.begunAgain,
    left_in_the_storm: leavers.length,
    ...verdict,
    ...telling,
    requests_repeated: caller.repeated,
    requests_refused: load.refusals.length,
    refreshes: books.requests.filter(({ endpoint }) => endpoint === 'oauth.refreshToken').length,
    storm_seconds: stormSeconds,
    seconds: Math.round((performance.now() - from) / 1000),
    seed: options.seed,
  }
  for (const [what, lines] of Object.entries({
    'start failed': failedStarts,
    refused: load.refusals,
    failed: rows.flatMap(({ id, failure }) =>
      failure === null ? [] : [`${id}: ${failure.reason} ${failure.detail ?? ''}`],
    ),
  }))
    for (const line of lines.slice(0, MOST_LINES)) say(`${what}: ${line}`)
  if (problems.length > 0 || load.refusals.length > 0) {
    const { refusals } = load
    const all = {
      report,
      problems,
      refusals,
      failedStarts,
      rows,
      accounts,
      arrivals,
      requests: books.requests,
    }
    writeFileSync(join(folder, 'problems.json'), JSON.stringify(all, null, 1))
  }
  return { report, problems }
}

function storiesOf(rows: readonly SettledPost[]): string {
  return rows
    .map(({ id, transitions, post_ids }) => `${id} ${transitions.length} ${post_ids.length}`)
    .sort()
    .join()
}

/** Who is there from the beginning, who connects in the storm, and who leaves in it. */
function namesOf(count: number): Record<'early' | 'late' | 'leaving', string[]> {
  const named = (kind: string, many: number) => Array.from({ length: many }, (_, n) => `${kind}${n}`)
  const late = Math.max(1, Math.floor(count / 4))
  return {
    early: named('creator', count - late),
    late: named('joiner', late),
    leaving: named('leaver', Math.max(1, Math.floor(count / 10))),
  }
}

async function follow(books: EmulatorBooks, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await books.follow()
    await pause(FOLLOW_MS, undefined, { signal }).catch(() => undefined)
  }
}
