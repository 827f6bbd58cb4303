import { propertyCovers, pullTestUrl } from '@tockwork/contracts'
import type { PrivacyLevel } from '@tockwork/contracts/posting'
import type { Platform } from '../platform.ts'
import type { AppRow, CreatorRow, PublishRow } from '../state/model.ts'

const DAY_MS = 86_400_000

/** A public account cannot post to followers, a private one not to everyone. */
export function privacyOptions(creator: CreatorRow): PrivacyLevel[] {
  return [
    creator.private ? 'FOLLOWER_OF_CREATOR' : 'PUBLIC_TO_EVERYONE',
    'MUTUAL_FOLLOW_FRIENDS',
    'SELF_ONLY',
  ]
}

export type CapCode =
  | 'spam_risk_user_banned_from_posting'
  | 'spam_risk_too_many_posts'
  | 'reached_active_user_cap'

/** Why this creator cannot post directly through this app now. */
export function directPostCap(platform: Platform, app: AppRow, creator: CreatorRow): CapCode | undefined {
  if (creator.banned) return 'spam_risk_user_banned_from_posting'
  const since = platform.clock.now() - DAY_MS
  const recent = platform.world.publishes
    .where('creator', creator.id)
    .filter((post) => post.mode === 'direct' && post.createdAt > since && counts(post))
  if (recent.length >= creator.dailyPostCap) return 'spam_risk_too_many_posts'
  const users = new Set(
    platform.world.publishes
      .where('app', app.id)
      .flatMap((post) => (post.mode === 'direct' && post.createdAt > since ? post.creator : [])),
  )
  const cap = isAudited(app) ? app.activeUserCap : platform.settings.unauditedUsersPerDay
  return !users.has(creator.id) && users.size >= cap ? 'reached_active_user_cap' : undefined
}

/** A post that failed, or never got its bytes, uses nothing of the cap (assumed). */
function counts(post: PublishRow): boolean {
  return post.state !== 'FAILED'
}

/** Drafts of the last 24 hours that the creator has not posted yet. */
export function pendingShares(platform: Platform, app: AppRow, creator: CreatorRow): number {
  const since = platform.clock.now() - DAY_MS
  const waiting = new Set(['SEND_TO_USER_INBOX', 'PROCESSING_UPLOAD', 'PROCESSING_DOWNLOAD'])
  return platform.world.publishes
    .where('creator', creator.id)
    .filter(
      (post) =>
        post.clientKey === app.id &&
        post.mode === 'inbox' &&
        post.createdAt > since &&
        post.discardedAt === undefined &&
        waiting.has(post.state),
    ).length
}

export function isAudited(app: AppRow): boolean {
  return app.audit === 'approved' && app.kind === 'production'
}

/** Whether TikTok would pull from this address for this app; the reason otherwise. */
export function pullProblem(
  platform: Platform,
  app: AppRow,
  address: string,
): { code: 'invalid_param' | 'url_ownership_unverified'; why: string } | undefined {
  if (address === pullTestUrl) return undefined
  if (!URL.canParse(address)) return { code: 'invalid_param', why: 'is not an absolute URL' }
  const url = new URL(address)
  const local = isLoopback(url.hostname)
  if (platform.settings.pullFromLocal && local && (url.protocol === 'http:' || url.protocol === 'https:'))
    return undefined
  if (url.protocol !== 'https:') return { code: 'invalid_param', why: 'must be https' }
  if (
    app.urlProperties.some(
      (property) =>
        property.verified && propertyCovers({ kind: property.kind, value: property.value }, address),
    )
  )
    return undefined
  return {
    code: 'url_ownership_unverified',
    why: `${url.hostname} lies under no verified domain or URL prefix of this app`,
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
