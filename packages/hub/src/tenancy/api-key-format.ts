/**
 * API keys: `twk_live_` or `twk_test_`, 32 random bytes as 43 base62 digits, and a checksum of 6. Scanners recognise
 * them by the prefix and tell real ones from look-alikes by the checksum, without asking anybody.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Random, Secret } from '@tockwork/kernel'

export type KeyMode = 'live' | 'test'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_BYTES = 32
const RANDOM_DIGITS = 43
const CHECKSUM_DIGITS = 6

/** What a scanner looks for. The last six digits are the CRC-32 of all before them, in base62. */
export const API_KEY_PATTERN = /\btwk_(live|test)_[0-9A-Za-z]{49}\b/

/** A new key. It exists in the clear only in what this returns. */
export function makeApiKey(mode: KeyMode, random: Random): Secret {
  const number = BigInt(`0x${Buffer.from(random.bytes(RANDOM_BYTES)).toString('hex')}`)
  const body = `twk_${mode}_${base62(number, RANDOM_DIGITS)}`
  return new Secret(`${body}${checksumOf(body)}`)
}

/** Whether it can be a key at all; answered without the database. */
export function looksLikeApiKey(text: string): boolean {
  if (!new RegExp(`^${API_KEY_PATTERN.source}$`).test(text)) return false
  const body = text.slice(0, -CHECKSUM_DIGITS)
  return checksumOf(body) === text.slice(-CHECKSUM_DIGITS)
}

/** What is stored. 256 random bits need no salt and no slow hash: there is nothing to guess. */
export function hashApiKey(key: string): Uint8Array {
  return createHash('sha256').update(key, 'utf8').digest()
}

/** Compares hashes without telling by its duration where they differ. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The part that may be shown, so that a person knows which key it is. */
export function visiblePart(key: Secret): string {
  return key.reveal().slice(0, 'twk_live_'.length + 4)
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_DIGITS)
}

function base62(number: bigint, length: number): string {
  let rest = number
  let text = ''
  while (rest > 0n) {
    text = DIGITS[Number(rest % 62n)] + text
    rest /= 62n
  }
  return text.padStart(length, '0')
}
