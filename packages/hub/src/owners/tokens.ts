/** Random tokens of cookies and links. 256 bits need no slow hash: there is nothing to guess. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '@tockwork/kernel'

const BYTES = 32
const SHAPE = /^[\w-]{43}$/

export function newToken(random: Random): string {
  return Buffer.from(random.bytes(BYTES)).toString('base64url')
}

/** What is stored of one; undefined for a text that cannot be one. */
export function hashToken(token: string): Uint8Array | undefined {
  return SHAPE.test(token) ? sha256(token) : undefined
}

/**
 * What requests of a session that change something must say in `x-tockwork-csrf`. Only the page that may read the session
 * knows it, and it follows from the cookie, so nothing has to be stored.
 */
export function csrfTokenOf(sessionToken: string): string {
  return Buffer.from(sha256(`csrf ${sessionToken}`)).toString('base64url')
}

export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other))
}

export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest()
}
