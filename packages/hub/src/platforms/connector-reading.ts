/** Reading any platform behind the port, into the tables that everything is served from. */
import type { Connector, Content, Grant, PlatformResult, Profile } from '@tockwork/connectors'
import type { ReadComment } from '../storage/comments.ts'
import type { Counts } from '../storage/metrics.ts'
import type { Fields, ReadVideo } from '../storage/videos.ts'
import type {
  AccountReading,
  AccountRef,
  ReadableParts,
  ReadCall,
  VideoPage,
} from '../sync/account-reading.ts'

export interface ConnectorAccess {
  /** Calls the platform as an account, with a good grant; a refused token is renewed and the call made once more. */
  withGrant<T>(
    account: AccountRef,
    call: (connector: Connector, grant: Grant) => Promise<PlatformResult<T>>,
  ): Promise<PlatformResult<T>>
}

/** Where a platform caps no reading of one account: enough for any account, and no flood. */
const READS = { requests: 300, windowMs: 5 * 60_000 }
/** Pages of comments under one content. */
const MOST_PAGES = 20

export class ConnectorReading implements AccountReading {
  readonly calls: AccountReading['calls']
  readonly idsAtOnce: number
  readonly comments?: NonNullable<AccountReading['comments']>
  readonly #access: ConnectorAccess
  readonly #hasAudience: boolean

  /** @param connector says what the platform is like; calls go to the one that `access` gives */
  constructor(connector: Connector, access: ConnectorAccess) {
    this.#access = access
    this.idsAtOnce = connector.idsAtOnce
    const call: ReadCall = {
      id: connector.platform,
      rule: { endpoint: `${connector.platform}.read`, ...READS, per: 'account' },
    }
    const { comments: hasComments, audience } = connector.capabilities.read
    this.#hasAudience = audience
    this.calls = { profile: call, videos: call, videosById: call, ...(hasComments ? { comments: call } : {}) }
    if (hasComments) this.comments = (account, contentId) => this.#comments(account, contentId)
  }

  /** Platforms with a grant for all or nothing. */
  parts(): ReadableParts {
    return { profile: true, counters: true, videos: true, skipped: [] }
  }

  async profile(account: AccountRef): Promise<PlatformResult<Fields>> {
    const answer = await this.#access.withGrant(account, ({ reading }, grant) => reading.profile(grant))
    if (!answer.ok) return answer
    const value = profileFields(answer.value)
    if (!this.#hasAudience) return { ok: true, value }
    const audience = await this.#access.withGrant(
      account,
      async ({ reading }, grant) => (await reading.audience?.(grant)) ?? { ok: true, value: [] },
    )
    // It stands with the profile, and is read and erased with it.
    return audience.ok ? { ok: true, value: { ...value, audience: audience.value } } : audience
  }

  async videos(account: AccountRef, cursor: string | undefined): Promise<PlatformResult<VideoPage>> {
    const answer = await this.#access.withGrant(account, ({ reading }, grant) =>
      reading.contents(grant, { cursor }),
    )
    if (!answer.ok) return answer
    const { contents, next, reachedTo } = answer.value
    const sourceCall = contents[0]?.source
    return { ok: true, value: { videos: contents.map(readContent), next, reachedTo, sourceCall } }
  }

  async videosById(account: AccountRef, ids: readonly string[]): Promise<PlatformResult<ReadVideo[]>> {
    const answer = await this.#access.withGrant(account, ({ reading }, grant) =>
      reading.contentsById(grant, ids),
    )
    return answer.ok ? { ok: true, value: answer.value.map(readContent) } : answer
  }

  async #comments(account: AccountRef, contentId: string) {
    // One that is written meanwhile moves the others, so that the same may come on two pages.
    const comments = new Map<string, ReadComment>()
    let sourceCall: string | undefined
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.#access.withGrant(
        account,
        async ({ reading }, grant) =>
          (await reading.comments?.(grant, contentId, { cursor })) ?? { ok: true, value: { comments: [] } },
      )
      if (!answer.ok) return answer
      for (const { id, source, ...rest } of answer.value.comments) {
        sourceCall ??= source
        comments.set(id, { ...rest, commentId: id })
      }
      const { next } = answer.value
      if (next === undefined || next === cursor) break
      cursor = next
    }
    return { ok: true as const, value: { comments: [...comments.values()], sourceCall } }
  }

  videoCounts(data: Fields): Counts {
    return {
      views: countIn(data.view_count),
      likes: countIn(data.like_count),
      comments: countIn(data.comment_count),
      shares: countIn(data.share_count),
    }
  }

  accountCounts(data: Fields): Counts {
    return {
      followers: countIn(data.follower_count),
      following: countIn(data.following_count),
      videos: countIn(data.content_count),
    }
  }

  names({ username, display_name, avatar_url }: Fields) {
    return {
      ...(typeof username === 'string' ? { username } : {}),
      ...(typeof display_name === 'string' ? { displayName: display_name } : {}),
      ...(typeof avatar_url === 'string' ? { avatarUrl: avatar_url } : {}),
    }
  }
}

/** As it is stored: the port's words, whatever the platform's own are; the reading takes `source` for provenance. */
function profileFields(profile: Profile): Fields {
  const { username, displayName, about, avatarUrl, url, followers, following, contents, source } = profile
  return {
    username,
    display_name: displayName,
    about,
    avatar_url: avatarUrl,
    url,
    follower_count: followers,
    following_count: following,
    content_count: contents,
    source,
  }
}

function readContent({ id, postedAt, kind, text, url, media, counts }: Content): ReadVideo {
  const shown = media.map(({ previewUrl, ...medium }) => ({ ...medium, preview_url: previewUrl }))
  // Under the names that the counters of all platforms have in the tables.
  const counters = {
    view_count: counts.views,
    like_count: counts.likes,
    comment_count: counts.comments,
    share_count: counts.shares,
    quote_count: counts.quotes,
  }
  return { videoId: id, postedAt, data: { kind, text, url, media: shown, ...counters } }
}

function countIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
