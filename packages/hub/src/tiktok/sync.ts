import { type UserField, userFieldScopes, userInfo, videoList, videoQuery } from '@tockwork/contracts/display'
import type { RateRule } from '../governor/governor.ts'
import type { ReadVideo } from '../storage/videos.ts'
import type { PlatformResult } from './outcome.ts'
import type { Video } from './platform.ts'
import type { AccountAccess } from './posting.ts'

type AccountRef = Parameters<AccountAccess['withAccess']>[0]
type Call = typeof userInfo | typeof videoList | typeof videoQuery

/** A call that reading makes: its id is what provenance names, its window what the governor keeps. */
export interface ReadCall {
  id: string
  rule: RateRule
}

export const profileCall: ReadCall = { id: userInfo.id, rule: ruleOf(userInfo) }
export const videosCall: ReadCall = { id: videoList.id, rule: ruleOf(videoList) }
export const videosByIdCall: ReadCall = { id: videoQuery.id, rule: ruleOf(videoQuery) }
/** How long a cover's address is good. Source: developers.tiktok.com/doc/tiktok-api-v2-video-object. */
export const COVER_LIVES_MS = 6 * 3_600_000

/** Parts of an account's data, and the scope that each needs. Source: developers.tiktok.com/doc/tiktok-api-scopes. */
export const PART_SCOPES = {
  basic: 'user.info.basic',
  profile: 'user.info.profile',
  stats: 'user.info.stats',
  videos: 'video.list',
} as const

export interface VideoPage {
  videos: ReadVideo[]
  /** Where the next page starts; undefined on the last one. */
  next: string | undefined
}

/** Reads profiles and videos of TikTok accounts. */
export class TikTokReading {
  readonly #access: AccountAccess

  constructor(access: AccountAccess) {
    this.#access = access
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
}

function readVideo({ id, create_time, ...data }: Partial<Video>): ReadVideo[] {
  return id === undefined ? [] : [{ videoId: id, postedAt: (create_time ?? 0) * 1000, data }]
}

/** Whether anything of the profile can be read at all. */
export function readsProfile(scopes: readonly string[]): boolean {
  return Object.values(userFieldScopes).some((scope) => scopes.includes(scope))
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
