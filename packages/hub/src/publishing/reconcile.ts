import type { Post } from './post.ts'
import type { RecentVideo } from './posting-port.ts'

/** When the creator's videos are looked at first after a lost answer: TikTok has to download and process them. */
export const RECONCILE_FIRST_MS = 30_000

/** Whether the creator's list of public videos can tell: it must show the post, and the post must be told apart. */
export function canReconcile(post: Post, scopes: readonly string[]): boolean {
  return (
    scopes.includes('video.list') &&
    post.mode === 'direct' &&
    post.options.privacyLevel === 'PUBLIC_TO_EVERYONE' &&
    captionOf(post) !== ''
  )
}

/** The one video that the post must have become: made after the init, with its caption, and no other post of ours. */
export function findOwnVideo(
  post: Post,
  videos: readonly RecentVideo[],
  known: ReadonlySet<string>,
): RecentVideo | undefined {
  const { initSentAt } = post
  if (initSentAt === undefined) return undefined
  // TikTok gives whole seconds.
  const since = Math.floor(initSentAt / 1000) * 1000
  const caption = captionOf(post)
  const fits = videos.filter(
    (video) => video.createdAt >= since && video.text.trim() === caption && !known.has(video.id),
  )
  return fits.length === 1 ? fits[0] : undefined
}

/** When to look again; `undefined` when two hours have brought nothing: a download takes one at most. */
export function reconcilePause(ageMs: number): number | undefined {
  if (ageMs > 2 * 3_600_000) return undefined
  return Math.max(RECONCILE_FIRST_MS, ageMs)
}

function captionOf({ options }: Post): string {
  return (options.description ?? options.title ?? '').trim()
}
