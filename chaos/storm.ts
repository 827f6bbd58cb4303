/** One run: a world, a hub of one or several processes, load, faults, kills; then calm, and the comparison. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectedAccountOperations, postOperations } from '@tockwork/api'
import { type Random, seededRandom } from '@tockwork/kernel'
import { EmulatorBooks } from './emulator-books.ts'
import { STORM_FAULTS } from './faults.ts'
import { HubCaller } from './hub-caller.ts'
import { type Creator, Load } from './load.ts'
import { dataDirOf, HubSlot, killPostmaster, startChild, stop } from './processes.ts'
import { type AccountRow, judge, type PostRow, type Verdict } from './verdict.ts'

export interface StormOptions {
  /** SIGKILLs to send. */
  kills: number
  /** How long the storm may last at most, reached or not. */
  minutes: number
  /** Hub processes on one database. */
  processes: number
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

export interface StormReport extends Omit<Verdict, 'problems'> {
  kills: number
  hub_kills: number
  database_kills: number
  kills_while_starting: number
  failed_starts: number
  requests_repeated: number
  requests_refused: number
  refreshes: number
  seconds: number
  seed: number
}

const SETTLE_MS = 300_000
const FOLLOW_MS = 1_500
const MOST_LINES = 20
const REST: ReadonlySet<string> = new Set(['published', 'in_inbox', 'failed', 'cancelled', 'needs_attention'])
const [listAccounts] = connectedAccountOperations
const listPosts = postOperations[1]

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
  const from = performance.now()
  const random = seededRandom(options.seed)
  const usernames = Array.from({ length: options.creators }, (_, n) => `creator${n}`)
  const emulator = await startEmulatorProcess(folder, options, usernames)
  const books = new EmulatorBooks(emulator.origin)
  const slots = await makeSlots(folder, emulator.origin, options)
  const [first] = slots
  if (first === undefined) throw new Error('There is no hub to start')
  // The first one makes the workspace and the key; the others find them.
  await first.start()
  await Promise.all(slots.slice(1).map((slot) => slot.start()))
  const adminKey = (await readFile(first.adminKeyFile as string, 'utf8')).trim()
  const caller = new HubCaller(slots, adminKey)
  const giveUp = new AbortController()
  const creators = await connectAll(caller, books, usernames, giveUp.signal)
  const load = new Load({ caller, random, creators, label: `storm ${options.seed} post` })
  await load.prepare(giveUp.signal)
  options.say(`${creators.length} creators are connected; the storm begins`)

  const following = new AbortController()
  const followed = follow(books, following.signal)
  await books.setFaults(STORM_FAULTS)
  const loadOver = new AbortController()
  const { perSecond, urls } = options
  const loading = load.run({ perSecond, urls, until: loadOver.signal, giveUp: giveUp.signal })
  const kills = await storm(slots, random, options, folder)

  options.say(`${kills.hub + kills.database} kills; waiting for calm`)
  loadOver.abort()
  await books.setFaults([])
  const calmSince = Date.now()
  const giveUpTimer = setTimeout(() => giveUp.abort(), SETTLE_MS)
  await loading
  await settle(caller, options, calmSince)
  // Every access token of the storm has ended by now: what works, works by a refresh.
  await pause(Math.max(0, calmSince + options.accessSeconds * 1000 - Date.now()))
  await load.onceEach(giveUp.signal)
  clearTimeout(giveUpTimer)
  const { rows, accounts } = await settle(caller, options, calmSince)
  following.abort()
  await followed
  await books.follow()
  load.close()

  const { problems, ...verdict } = judge({
    posts: load.posts,
    rows,
    accounts,
    publishes: await books.publishes(),
    grants: await books.grants(),
    requests: books.requests,
  })
  if (books.missed > 0) problems.push(`${books.missed} requests were not counted: the log is too short`)
  await Promise.all(slots.map((slot) => slot.stop()))
  await stop(emulator.child)
  const report: StormReport = {
    kills: kills.hub + kills.database,
    hub_kills: kills.hub,
    database_kills: kills.database,
    kills_while_starting: kills.starting,
    failed_starts: slots.reduce((sum, { failedStarts }) => sum + failedStarts, 0),
    ...verdict,
    requests_repeated: caller.repeated,
    requests_refused: load.refusals.length,
    refreshes: books.requests.filter(({ endpoint }) => endpoint === 'oauth.refreshToken').length,
    seconds: Math.round((performance.now() - from) / 1000),
    seed: options.seed,
  }
  for (const [what, lines] of Object.entries({
    refused: load.refusals,
    failed: rows.flatMap(({ id, failure }) =>
      failure === null ? [] : [`${id}: ${failure.reason} ${failure.detail ?? ''}`],
    ),
  }))
    for (const line of lines.slice(0, MOST_LINES)) options.say(`${what}: ${line}`)
  if (problems.length > 0 || load.refusals.length > 0) {
    const all = { report, problems, refusals: load.refusals, rows, accounts, requests: books.requests }
    writeFileSync(join(folder, 'problems.json'), JSON.stringify(all, null, 1))
  }
  return { report, problems }
}

async function startEmulatorProcess(folder: string, options: StormOptions, usernames: readonly string[]) {
  const spec = {
    seed: `chaos ${options.seed}`,
    creators: usernames.map((username) => ({ username, daily_post_cap: 1000 })),
    settings: {
      accessTokenSeconds: options.accessSeconds,
      refreshRotation: 'grace',
      // Kills in a row can come between a rotation and the next try, which the lease of the dead holds up.
      refreshGraceSeconds: 600,
      processingSeconds: 1,
      moderationSeconds: 3,
    },
  }
  const { child, said } = await startChild<{ origin: string }>('emulator-process', {
    // In the run's own folder, which goes with the run however the process ends.
    args: [JSON.stringify({ ...spec, dataDir: join(folder, 'emulator') })],
    logFile: join(folder, 'emulator.log'),
  })
  return { child, origin: (await said).origin }
}

async function makeSlots(folder: string, tiktok: string, options: StormOptions): Promise<HubSlot[]> {
  mkdirSync(dataDirOf(folder), { mode: 0o711 })
  const secretKey = Buffer.from(seededRandom(options.seed + 1).bytes(32)).toString('base64')
  const database: Record<string, string> =
    options.databaseUrl === undefined
      ? {}
      : { TOCKWORK_DATABASE_URL: options.databaseUrl, TOCKWORK_SECRET_KEY: secretKey }
  const slots: HubSlot[] = []
  for (let index = 0; index < options.processes; index += 1) {
    const publicUrl = slots[0]?.origin
    slots.push(
      await HubSlot.make({
        index,
        folder,
        env: {
          TOCKWORK_TIKTOK_ORIGIN: tiktok,
          ...(publicUrl === undefined ? {} : { TOCKWORK_PUBLIC_URL: publicUrl }),
          ...database,
        },
      }),
    )
  }
  return slots
}

async function connectAll(
  caller: HubCaller,
  books: EmulatorBooks,
  usernames: readonly string[],
  signal: AbortSignal,
): Promise<Creator[]> {
  const apps = await caller.call((client) => client.apps.list(), signal)
  const app_id = apps.data[0]?.id as string
  const creators: Creator[] = []
  for (const username of usernames) {
    const session = await caller.call((client) => client.connectSessions.create({ body: { app_id } }), signal)
    const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
    const back = await books.consent(String(gone.headers.get('location')), username)
    await fetch(back, { redirect: 'manual' })
    const params = { session_id: session.id }
    const { account_id, outcome } = await caller.call(
      (client) => client.connectSessions.get({ params }),
      signal,
    )
    if (account_id === null) throw new Error(`${username} was not connected: ${outcome}`)
    creators.push({ username, accountId: account_id })
  }
  return creators
}

interface Kills {
  hub: number
  database: number
  starting: number
}

/** Kills a process, its database, or both, at moments drawn from the seed, until there were enough. */
async function storm(
  slots: readonly HubSlot[],
  random: Random,
  options: StormOptions,
  folder: string,
): Promise<Kills> {
  const kills: Kills = { hub: 0, database: 0, starting: 0 }
  const until = Date.now() + options.minutes * 60_000
  const starting = new Map<HubSlot, Promise<void>>()
  const ownDatabase = options.databaseUrl === undefined
  const total = (): number => kills.hub + kills.database
  let said = 0
  while (total() < options.kills && Date.now() < until) {
    // Long enough for work to begin, short enough that little of it ends.
    await pause(300 + random.next() ** 2 * 3_000)
    const up = slots.filter((slot) => !starting.has(slot))
    if (up.length === 0) {
      await Promise.race(starting.values())
      continue
    }
    const chance = random.next()
    const victims = chance > 0.93 ? up : [up[Math.floor(random.next() * up.length)] as HubSlot]
    const alsoDatabase = ownDatabase && (chance < 0.12 || chance > 0.9)
    const onlyDatabase = ownDatabase && chance >= 0.12 && chance < 0.27
    if ((alsoDatabase || onlyDatabase) && killPostmaster(dataDirOf(folder))) kills.database += 1
    if (onlyDatabase) continue
    for (const slot of victims) {
      await slot.kill()
      kills.hub += 1
      const early = random.next() < 0.15 ? random.next() * 1_200 : undefined
      const begun = slot.start(early, () => {
        kills.hub += 1
        kills.starting += 1
      })
      starting.set(
        slot,
        begun.finally(() => starting.delete(slot)),
      )
    }
    if (slots.length === 1) await Promise.all(starting.values())
    if (total() - said >= 20) {
      said = total()
      options.say(`${said} kills`)
    }
  }
  await Promise.all(starting.values())
  return kills
}

/** Waits until no post moves any more, or for as long as that may take. */
async function settle(
  caller: HubCaller,
  options: StormOptions,
  calmSince: number,
): Promise<{ rows: PostRow[]; accounts: AccountRow[] }> {
  const signal = AbortSignal.timeout(SETTLE_MS + 60_000)
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const rows = await caller.call(async (client) => {
      const found = []
      for await (const row of client.each(listPosts, { query: { limit: 100 } })) found.push(row)
      return found
    }, signal)
    const moving = rows.filter(
      ({ state, state_reason: reason, next_step_at: next, created_at: made }) =>
        !REST.has(state) ||
        // It is looked for among the creator's videos half a minute after, and that mostly ends the doubt.
        (state === 'needs_attention' &&
          reason === 'init_outcome_unknown' &&
          next !== null &&
          Date.now() - Math.max(calmSince, Date.parse(made)) < 75_000),
    )
    if (moving.length === 0 || Date.now() > until) {
      const accounts = await caller.call(async (client) => {
        const found = []
        for await (const row of client.each(listAccounts, { query: { limit: 100 } })) found.push(row)
        return found
      }, signal)
      return { rows, accounts }
    }
    options.say(`${moving.length} of ${rows.length} posts still move`)
    await pause(2_000)
  }
}

async function follow(books: EmulatorBooks, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await books.follow()
    await pause(FOLLOW_MS, undefined, { signal }).catch(() => undefined)
  }
}
