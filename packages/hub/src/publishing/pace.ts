/** How long to wait before asking or trying again, in milliseconds. */
import type { Random } from '@tockwork/kernel'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * Status of a post under way, by its age: 512 MB are processed in under 30 seconds, 4 GB take minutes, moderation of a
 * public post can take hours. Source: developers.tiktok.com/doc/content-posting-api-reference-get-video-status.
 */
export function statusPause(ageMs: number): number {
  if (ageMs < 10 * SECOND) return 2 * SECOND
  if (ageMs < MINUTE) return 5 * SECOND
  if (ageMs < 10 * MINUTE) return 20 * SECOND
  if (ageMs < HOUR) return MINUTE
  return 5 * MINUTE
}

/** A draft waits for its creator: asked ever more rarely; `undefined` when it is not asked any more. */
export function inboxPause(ageMs: number): number | undefined {
  if (ageMs > 7 * 24 * HOUR) return undefined
  return Math.min(6 * HOUR, Math.max(MINUTE, ageMs / 4))
}

/** The public id of a published post comes with moderation; `undefined` when it is not asked for any more. */
export function publicIdPause(ageMs: number): number | undefined {
  if (ageMs > 12 * HOUR) return undefined
  return Math.min(HOUR, Math.max(5 * SECOND, ageMs / 2))
}

/** After a failure that can pass: doubling from 2 seconds to 5 minutes, half of it by chance. */
export function retryPause(failures: number, random: Random): number {
  const ceiling = Math.min(5 * MINUTE, 2 * SECOND * 2 ** Math.min(failures, 10))
  return ceiling / 2 + (random.next() * ceiling) / 2
}
