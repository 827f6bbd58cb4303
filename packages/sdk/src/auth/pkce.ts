import type { Random } from '@tockwork/kernel'

const VERIFIER_BYTES = 48

/** A verifier of 64 unreserved characters. */
export function makeVerifier(random: Random): string {
  return base64url(random.bytes(VERIFIER_BYTES))
}

/**
 * The challenge of a verifier: its SHA-256 as 64 lowercase hex digits, as TikTok's desktop page wants it, or as
 * base64url, as RFC 7636 has it.
 */
export async function challengeOf(verifier: string, form: 'hex' | 'base64url' = 'hex'): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)))
  return form === 'hex'
    ? Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    : base64url(digest)
}

/** Bytes as text that needs no escaping in a URL. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Compares without telling by its duration where two strings differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)]
  let difference = left.length ^ right.length
  for (let i = 0; i < left.length; i += 1) difference |= left[i]! ^ (right[i % right.length] ?? 0)
  return difference === 0
}
