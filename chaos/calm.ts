/** Waits until nothing moves any more, and reads what the hub has then. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { connectedAccountOperations, type HubClient, postOperations } from '@tockwork/api'
import { exportDatabase, parseConfig } from '@tockwork/hub'
import type { EmulatorBooks } from './emulator-books.ts'
import type { HubCaller } from './hub-caller.ts'
import type { AccountRow, PostRow } from './verdict.ts'
import type { TellingFindings, ToldPost } from './webhook-verdict.ts'

/** How long nothing at all may come to rest, before what still moves counts as never ending. */
const STUCK_MS = 180_000
/** Whatever happens, it ends. */
export const SETTLE_MS = 900_000
/** An event about a post that nobody knows is kept for two minutes, in case the post is written down late. */
const EVENTS_MS = 150_000
const LOOK_AGAIN_MS = 2_000
const AT_ONCE = 8
const REST: ReadonlySet<string> = new Set(['published', 'in_inbox', 'failed', 'cancelled', 'needs_attention'])
const [listAccounts] = connectedAccountOperations
const listPosts = postOperations[1]

/** A post with its whole story. */
export type SettledPost = PostRow & ToldPost

export class Calm {
  readonly #caller: HubCaller
  readonly #since: number
  readonly #say: (line: string) => void

  constructor(parts: { caller: HubCaller; since: number; say: (line: string) => void }) {
    this.#caller = parts.caller
    this.#since = parts.since
    this.#say = parts.say
  }

  /** Waits until no post moves any more, or for as long as that may take. */
  async posts(): Promise<SettledPost[]> {
    const signal = AbortSignal.timeout(SETTLE_MS + 60_000)
    let until = Date.now() + STUCK_MS
    const read = (client: HubClient, post_id: string) => client.posts.get({ params: { post_id } })
    let moving = await this.#caller.call(async (client) => {
      const found: string[] = []
      for await (const { id } of client.each(listPosts, { query: { limit: 100 } })) found.push(id)
      return found
    }, signal)
    const all = moving.length
    const rested: SettledPost[] = []
    for (;;) {
      const found: Awaited<ReturnType<typeof read>>[] = []
      for (let from = 0; from < moving.length; from += AT_ONCE)
        found.push(
          ...(await Promise.all(
            moving
              .slice(from, from + AT_ONCE)
              .map((id) => this.#caller.call((client) => read(client, id), signal)),
          )),
        )
      const late = Date.now() > until
      const before = moving.length
      moving = []
      for (const row of found)
        if (late || !this.#moves(row)) rested.push(row)
        else moving.push(row.id)
      if (moving.length === 0) return rested
      if (moving.length < before) until = Date.now() + STUCK_MS
      this.#say(`${moving.length} of ${all} posts still move`)
      await pause(LOOK_AGAIN_MS)
    }
  }

  /** What is in doubt is looked for among the creator's videos half a minute after, and that mostly ends the doubt. */
  #moves(row: {
    state: string
    state_reason: string | null
    next_step_at: string | null
    created_at: string
  }): boolean {
    if (!REST.has(row.state)) return true
    if (row.state !== 'needs_attention' || row.state_reason !== 'init_outcome_unknown') return false
    return (
      row.next_step_at !== null && Date.now() - Math.max(this.#since, Date.parse(row.created_at)) < 75_000
    )
  }

  accounts(): Promise<(AccountRow & { id: string })[]> {
    return this.#caller.call(async (client) => {
      const found = []
      for await (const row of client.each(listAccounts, { query: { limit: 100 } })) found.push(row)
      return found
    }, AbortSignal.timeout(60_000))
  }

  /** Waits until every webhook of the hub was taken, or for as long as that may take. */
  async webhooks(): Promise<void> {
    const signal = AbortSignal.timeout(SETTLE_MS + 60_000)
    const until = Date.now() + SETTLE_MS
    for (;;) {
      const waiting = await this.#caller.call(
        (client) => client.webhookDeliveries.list({ query: { state: 'pending', limit: 100 } }),
        signal,
      )
      const { length } = waiting.data
      if (length === 0 || Date.now() > until) return
      this.#say(`${length}${waiting.next_cursor === null ? '' : ' or more'} webhooks are still on their way`)
      await pause(LOOK_AGAIN_MS)
    }
  }
}

/**
 * Waits until the hub has acted on what TikTok told it, and reads both sides. The hub's side is out of an export of its
 * database, since the API does not show TikTok's events.
 */
export async function readEvents(
  books: EmulatorBooks,
  options: { folder: string; env: Record<string, string>; say: (line: string) => void },
): Promise<Pick<TellingFindings, 'tiktokDelivered' | 'tiktokUndelivered' | 'inbound'>> {
  const giveUp = Date.now() + SETTLE_MS
  let until = Date.now() + EVENTS_MS
  let stored = 0
  for (;;) {
    const events = await books.events()
    const file = join(options.folder, 'export.jsonl.gz')
    await exportDatabase(parseConfig(options.env), file)
    const inbound = await inboundOf(file)
    const pending = events.filter(({ state }) => state === 'pending').length
    const unread = inbound.filter(({ processed }) => !processed).length
    // Each that comes has its own two minutes.
    if (inbound.length > stored) until = Date.now() + EVENTS_MS
    stored = inbound.length
    if (pending + unread === 0 || Date.now() > Math.min(until, giveUp))
      return {
        inbound,
        tiktokUndelivered: events.filter(({ state }) => state !== 'delivered').length,
        tiktokDelivered: events
          .filter(({ state }) => state === 'delivered')
          .map(({ event, body }) => ({ event, hash: createHash('sha256').update(body).digest('hex') })),
      }
    options.say(`${pending} of TikTok's events are on their way, ${unread} are not yet acted on`)
    await pause(5_000)
  }
}

async function inboundOf(file: string): Promise<{ hash: string; processed: boolean }[]> {
  const found: { hash: string; processed: boolean }[] = []
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    if (!line.startsWith('["inbound_events"')) continue
    const [, row] = JSON.parse(line) as [string, { hash: string; processed_at: string | null }]
    found.push({ hash: row.hash.replace(/^\\x/, ''), processed: row.processed_at !== null })
  }
  return found
}
