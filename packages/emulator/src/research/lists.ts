/** Lists that belong to a user: relations by time, liked and reposted videos. */
import type { ResearchRelation } from '@tockwork/contracts/research'
import { Refusal } from '../platform.ts'
import { CORPUS_START, type Corpus } from './corpus.ts'
import { mix, unit } from './mix.ts'

/** More of one account cannot be read, as users report. */
const CEILING = 5000

/** Relations made at or before the cursor, newest first. */
export function relationsPage(
  corpus: Corpus,
  kind: 'follower' | 'followed',
  user: number,
  input: { max_count?: number | undefined; cursor?: string | null | undefined },
  now: number,
): { items: ResearchRelation[]; cursor: string; hasMore: boolean } {
  const { people } = corpus
  const all = Math.min(
    CEILING,
    kind === 'follower' ? people.followerCount(user) : people.followingCount(user),
  )
  const sent = Number(input.cursor ?? 0)
  if (!Number.isSafeInteger(sent) || sent < 0) throw new Refusal('invalid_params', 'Invalid count or cursor')
  const until = sent === 0 ? now : Math.min(sent, now)
  const count = input.max_count ?? 20
  // The nth relation counted from the newest; times fall with n, and no two are the same.
  const end = CORPUS_START + 900 * 86_400
  const timeOf = (n: number): number => end - n * Math.max(2, Math.floor((900 * 86_400) / (all + 1)))
  let start = 0
  while (start < all && timeOf(start) > until) start += 1
  const items: ResearchRelation[] = []
  let n = start
  for (; n < all && items.length < count; n += 1) {
    const other = people.relation(kind, user, n)
    // Only public accounts of adults are shown.
    if (people.standing(other) === 'public')
      items.push({ display_name: people.displayName(other), username: people.handle(other) })
  }
  return { items, cursor: String(n < all ? timeOf(n) : 0), hasMore: n < all }
}

/** Videos that a user liked, the newest video first. */
export function likedNumbers(corpus: Corpus, user: number, now: number): number[] {
  return some(corpus, user, 0x11, 250, now).sort((a, b) => b - a)
}

/** Videos that a user reposted, the last repost first. */
export function repostedNumbers(corpus: Corpus, user: number, now: number): number[] {
  return some(corpus, user, 0x12, 60, now)
}

function some(corpus: Corpus, user: number, salt: number, most: number, now: number): number[] {
  const below = corpus.lowerBound(now)
  const wanted = mix(corpus.seed ^ salt, user, 0) % most
  const found = new Set<number>()
  for (let k = 1; k <= wanted; k += 1) found.add(Math.floor(unit(corpus.seed ^ salt, user, k) * below))
  return [...found]
}
