import type { Platform } from '../platform.ts'
import type { CreatorRow, VideoRow } from '../state/model.ts'

/** What anybody may see at an address: a profile, or a post on it; undefined where there is nothing for everybody. */
export function findPublic(
  { world }: Platform,
  username: string,
  postId?: string,
): { creator: CreatorRow; video?: VideoRow } | undefined {
  const creator = world.creators.get(username)
  if (creator === undefined || creator.private || creator.banned) return undefined
  if (postId === undefined) return { creator }
  const video = world.videos.get(postId)
  if (video?.creator !== creator.id) return undefined
  // Through moderation, and not limited to friends or followers.
  return video.public && video.privacy === 'PUBLIC_TO_EVERYONE' ? { creator, video } : undefined
}
