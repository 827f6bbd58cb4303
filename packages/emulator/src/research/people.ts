/** Users of the made-up world, each computed from its number. */
import type { ResearchUser } from '@tockwork/contracts/research'
import { mix, normal, skewed, unit, weighted } from './mix.ts'
import { firstNames, regionShares, regions, secondNames } from './vocabulary.ts'

/** Creators who post far more than others, and what they are followed for. */
export const HEAVY = 64

export class People {
  readonly seed: number
  readonly count: number

  constructor(seed: number, count: number) {
    this.seed = seed
    this.count = Math.max(HEAVY * 4, count)
  }

  /** A handle says which user it is. */
  handle(user: number): string {
    const h = mix(this.seed, user, 1)
    return `${firstNames[h % firstNames.length]}${secondNames[(h >>> 8) % secondNames.length]}${user}`
  }

  find(handle: string): number | undefined {
    const digits = /\d+$/.exec(handle.toLowerCase())?.[0]
    const user = Number(digits)
    return digits !== undefined && user < this.count && this.handle(user) === handle.toLowerCase()
      ? user
      : undefined
  }

  displayName(user: number): string {
    const h = mix(this.seed, user, 1)
    const first = firstNames[h % firstNames.length] as string
    return `${first[0]?.toUpperCase()}${first.slice(1)} ${secondNames[(h >>> 8) % secondNames.length]}`
  }

  region(user: number): string {
    return regions[weighted(unit(this.seed, user, 2), regionShares)] as string
  }

  /** About what this user likes to talk. */
  taste(user: number): number {
    return unit(this.seed, user, 3)
  }

  /** Private accounts and minors cannot be looked into. */
  standing(user: number): 'public' | 'private' | 'ineligible' {
    if (user < HEAVY) return 'public'
    const u = unit(this.seed, user, 4)
    return u < 0.04 ? 'private' : u < 0.06 ? 'ineligible' : 'public'
  }

  followerCount(user: number): number {
    const size = Math.exp(5 + normal(this.seed, user, 5) * 1.6)
    return Math.round(user < HEAVY ? size * 20_000 * (1 + HEAVY - user) : size)
  }

  followingCount(user: number): number {
    return Math.round(Math.exp(5 + normal(this.seed, user, 6)))
  }

  showsFollowing(user: number): boolean {
    return unit(this.seed, user, 7) < 0.6
  }

  showsLikes(user: number): boolean {
    return unit(this.seed, user, 8) < 0.15
  }

  /** The `n`th follower or followed one; well-known users are met more often. */
  relation(kind: 'follower' | 'followed', user: number, n: number): number {
    const salt = kind === 'follower' ? 0x0f01 : 0x0f02
    const other =
      kind === 'follower'
        ? mix(this.seed ^ salt, user, n) % this.count
        : skewed(unit(this.seed ^ salt, user, n), this.count)
    return other === user ? (other + 1) % this.count : other
  }

  profile(user: number, videoCount: number): ResearchUser {
    const followers = this.followerCount(user)
    return {
      display_name: this.displayName(user),
      bio_description:
        unit(this.seed, user, 9) < 0.2 ? '' : `${this.displayName(user)} from ${this.region(user)}`,
      bio_url: unit(this.seed, user, 10) < 0.2 ? `https://example.com/${this.handle(user)}` : '',
      avatar_url: `https://p16-sign.tiktokcdn.com/${mix(this.seed, user, 11).toString(16)}.jpeg`,
      is_verified: followers > 2_000_000,
      follower_count: followers,
      following_count: this.followingCount(user),
      likes_count: followers * (3 + (mix(this.seed, user, 12) % 40)),
      video_count: videoCount,
    }
  }
}
