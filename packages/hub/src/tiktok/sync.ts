import { type UserField, userFieldScopes, userInfo, videoList, videoQuery } from '@tockwork/contracts/display'
import type { RateRule } from '../governor/governor.ts'
import type { Counts } from '../storage/metrics.ts'
import type { Fields, ReadVideo } from '../storage/videos.ts'
import type {
  AccountReading,
  AccountRef,
  ReadableParts,
  ReadCall,
  VideoPage,
} from '../sync/account-reading.ts'
import type { PlatformResult } from './outcome.ts'
import type { Video } from './platform.ts'
import type { AccountAccess } from './posting.ts'

type Call = typeof userInfo | typeof videoList | typeof videoQuery

const profileCall: ReadCall = { id: userInfo.id, rule: ruleOf(userInfo) }
const videosCall: ReadCall = { id: videoList.id, rule: ruleOf(videoList) }
const videosByIdCall: ReadCall = { id: videoQuery.id, rule: ruleOf(videoQuery) }
/** How long a cover's address is good. Source: developers.tiktok.com/doc/tiktok-api-v2-video-object. */
export const COVER_LIVES_MS = 6 * 3_600_000

/** Parts of an account's data, and the scope that each needs. Source: developers.tiktok.com/doc/tiktok-api-scopes. */
export const PART_SCOPES = {
  basic: 'user.info.basic',
  profile: 'user.info.profile',
  stats: 'user.info.stats',
  videos: 'video.list',
} as const

/** Reads profiles and videos of TikTok accounts. */
export class TikTokReading implements AccountReading {
  readonly calls = { profile: profileCall, videos: videosCall, videosById: videosByIdCall }
  readonly idsAtOnce = 20
  readonly #access: AccountAccess

  constructor(access: AccountAccess) {
    this.#access = access
  }

  parts(scopes: readonly string[]): ReadableParts {
    const has = (scope: string): boolean => scopes.includes(scope)
    return {
      profile: Object.values(userFieldScopes).some(has),
      counters: has(PART_SCOPES.stats),
      videos: has(PART_SCOPES.videos),
      skipped: Object.entries(PART_SCOPES).flatMap(([part, scope]) => (has(scope) ? [] : [part])),
    }
  }

  /** Every profile field that the granted scopes unlock, and no other. */
  profile(
    account: AccountRef,
    scopes: readonly string[],
  ): Promise<PlatformResult<Partial<Record<UserField, unknown>>>> {
    return this.#access.withAccess(account, (platform, token) => platform.userInfo(token, scopes))
  }

  /** Up to twenty public videos, newest first, from a cursor of an earlier page on. */
  async videos(account: AccountRef, before: string | undefined): Promise<PlatformResult<VideoPage>> {
    const result = await this.#access.withAccess(account, (platform, token) =>
      platform.videoPage(token, { before }),
    )
    if (!result.ok) return result
    const { videos, cursor, hasMore } = result.value
    return {
      ok: true,
      value: {
        videos: videos.flatMap(readVideo),
        // A cursor that does not move would be read for ever.
        next: hasMore && cursor !== before ? cursor : undefined,
        // A cursor is the time of the last video of its page: what follows was posted before. The order is trusted, not
        // the oldest video seen, since a pinned one may stand out of it.
        reachedTo: hasMore ? Number(cursor) : undefined,
      },
    }
  }

  /** Up to twenty videos of the creator's, by id; those that are no longer public are absent. */
  async videosById(account: AccountRef, ids: readonly string[]): Promise<PlatformResult<ReadVideo[]>> {
    const result = await this.#access.withAccess(account, (platform, token) =>
      platform.videosById(token, ids),
    )
    return result.ok ? { ok: true, value: result.value.flatMap(readVideo) } : result
  }

  videoCounts(data: Fields): Counts {
    return {
      views: countOf(data.view_count),
      likes: countOf(data.like_count),
      comments: countOf(data.comment_count),
      shares: countOf(data.share_count),
    }
  }

  accountCounts(data: Fields): Counts {
    return {
      followers: countOf(data.follower_count),
      following: countOf(data.following_count),
      likes: countOf(data.likes_count),
      videos: countOf(data.video_count),
    }
  }
}

function readVideo({ id, create_time, ...data }: Partial<Video>): ReadVideo[] {
  return id === undefined ? [] : [{ videoId: id, postedAt: (create_time ?? 0) * 1000, data }]
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function ruleOf(endpoint: Call): RateRule {
  const limit = endpoint.limits[0]
  return {
    endpoint: endpoint.id,
    requests: limit.requests,
    windowMs: limit.seconds * 1000,
    per: 'account',
  }
}
