/** Compares what had to be told with what was: by the hub to its receiver, and by TikTok to the hub. */

/** A webhook of the hub as its receiver took it. */
export interface Arrival {
  /** `evt_…`, the same for every try. */
  id: string
  type: string
  account: string | null
  post: string | null
  from: string | null
  to: string | null
  postIds: string[]
  /** Whether the signature is the endpoint's. */
  signed: boolean
}

/** A post of the hub with everything that it went through. */
export interface ToldPost {
  id: string
  account_id: string
  state: string
  post_ids: readonly string[]
  transitions: readonly { from: string | null; to: string }[]
}

export interface TellingFindings {
  /** In the order in which they were taken, repetitions among them. */
  arrivals: readonly Arrival[]
  posts: readonly ToldPost[]
  accounts: readonly { id: string; status: string }[]
  /** Events that TikTok knows to be delivered: SHA-256 of the body in hex. */
  tiktokDelivered: readonly { event: string; hash: string }[]
  /** Events that TikTok has not got rid of. */
  tiktokUndelivered: number
  /** What the hub has of TikTok's events. */
  inbound: readonly { hash: string; processed: boolean }[]
}

export interface TellingVerdict {
  webhook_events_due: number
  webhook_events_lost: number
  /** Told, and not so. */
  webhook_events_unfounded: number
  webhook_events_out_of_order: number
  /** At least once means that some come again. */
  webhook_events_repeated: number
  tiktok_events_delivered: number
  /** TikTok got its 200, and the hub has not stored the event or never acted on it. */
  tiktok_events_lost: number
  tiktok_events_undelivered: number
  problems: string[]
}

/** `post.state_changed` has a name of its own besides for these, as the event catalogue says. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'in_inbox',
  'published',
  'failed',
  'cancelled',
  'needs_attention',
])

export function judgeTelling(findings: TellingFindings): TellingVerdict {
  const problems: string[] = []
  const firsts = firstArrivals(findings.arrivals)
  const told = new Map<string, number>()
  for (const arrival of firsts) add(told, nameOf(arrival))
  const due = dueEvents(findings)
  let lost = 0
  let dueCount = 0
  for (const [name, count] of due) {
    dueCount += count
    const missing = count - (told.get(name) ?? 0)
    if (missing <= 0) continue
    lost += missing
    problems.push(`webhook event lost: ${name}${missing > 1 ? ` (${missing} times)` : ''}`)
  }
  // A public id is told with the publishing or after it.
  const tellPublicId = new Map<string, Set<string>>()
  for (const { post, postIds } of firsts)
    if (post !== null) for (const id of postIds) setOf(tellPublicId, post).add(id)
  for (const { id, post_ids } of findings.posts)
    for (const publicId of post_ids) {
      dueCount += 1
      if (tellPublicId.get(id)?.has(publicId) === true) continue
      lost += 1
      problems.push(`webhook event lost: public id ${publicId} of ${id}`)
    }
  let unfounded = 0
  for (const [name, count] of told) {
    // Told as often as it is connected anew; and a public id by itself is no transition.
    if (/^(account\.|post\.publicly_available)/.test(name)) continue
    const extra = count - (due.get(name) ?? 0)
    if (extra <= 0) continue
    unfounded += extra
    problems.push(`webhook event unfounded: ${name}`)
  }
  for (const { id, signed } of firsts) {
    if (signed) continue
    unfounded += 1
    problems.push(`webhook event unfounded: ${id} has a wrong signature`)
  }
  return {
    webhook_events_due: dueCount,
    webhook_events_lost: lost,
    webhook_events_unfounded: unfounded,
    webhook_events_out_of_order: outOfOrder(firsts, findings.posts, problems),
    webhook_events_repeated: findings.arrivals.length - firsts.length,
    tiktok_events_delivered: findings.tiktokDelivered.length,
    tiktok_events_lost: lostOfTikTok(findings, problems),
    tiktok_events_undelivered: findings.tiktokUndelivered,
    problems,
  }
}

function firstArrivals(arrivals: readonly Arrival[]): Arrival[] {
  const seen = new Set<string>()
  return arrivals.filter(({ id }) => {
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
}

function nameOf({ type, account, post, from, to }: Arrival): string {
  if (post === null) return `${type} ${account}`
  return type === 'post.state_changed' ? `${type} ${post} ${from} to ${to}` : `${type} ${post}`
}

/** Every change of a post is told, some under a name of their own as well; accounts that came and went, too. */
function dueEvents({ posts, accounts }: TellingFindings): Map<string, number> {
  const due = new Map<string, number>()
  for (const { id, transitions } of posts)
    for (const { from, to } of transitions) {
      if (from === to) continue
      add(due, `post.state_changed ${id} ${from} to ${to}`)
      if (OWN_NAMES.has(to)) add(due, `post.${to} ${id}`)
    }
  for (const { id, status } of accounts) {
    add(due, `account.connected ${id}`)
    if (status === 'reauthorization_required') add(due, `account.${status} ${id}`)
  }
  return due
}

/**
 * Events of one account come in the order in which they happened. Between posts that is the time in their ids, which are
 * given out under the account's lock; within a post its transitions say it, too.
 */
function outOfOrder(firsts: readonly Arrival[], posts: readonly ToldPost[], problems: string[]): number {
  let wrong = 0
  const latest = new Map<string, string>()
  const steps = new Map<string, string[]>()
  for (const { id, type, account, post, from, to } of firsts) {
    if (account !== null) {
      const time = id.slice('evt_'.length, 'evt_'.length + 10)
      const before = latest.get(account) ?? ''
      if (time < before) {
        wrong += 1
        problems.push(`webhook event out of order: ${type} ${id} of ${account}`)
      } else latest.set(account, time)
    }
    if (post !== null && type === 'post.state_changed')
      steps.set(post, [...(steps.get(post) ?? []), `${from} to ${to}`])
  }
  for (const { id, transitions } of posts) {
    const went = transitions.filter(({ from, to }) => from !== to).map(({ from, to }) => `${from} to ${to}`)
    const heard = steps.get(id) ?? []
    // What is missing is lost, and counted as such.
    if (heard.length !== went.length || heard.every((step, at) => step === went[at])) continue
    wrong += 1
    problems.push(
      `webhook events out of order: ${id} went ${went.join(', ')}, and was told ${heard.join(', ')}`,
    )
  }
  return wrong
}

function lostOfTikTok({ tiktokDelivered, inbound }: TellingFindings, problems: string[]): number {
  const stored = new Map(inbound.map(({ hash, processed }) => [hash, processed]))
  let lost = 0
  for (const { event, hash } of tiktokDelivered) {
    const processed = stored.get(hash)
    if (processed === true) continue
    lost += 1
    problems.push(`TikTok's ${event} ${processed === undefined ? 'is not stored' : 'was never acted on'}`)
  }
  return lost
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const found = sets.get(key) ?? new Set<string>()
  sets.set(key, found)
  return found
}
