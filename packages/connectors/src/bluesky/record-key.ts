import { createHash } from 'node:crypto'

/** Sorts as it counts. Source: atproto.com/specs/tid. */
const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz'

/**
 * The record key of a post, always the same for the same `key` and `at`, so that sending it again finds what is there.
 * A TID: 53 bits of microseconds, 10 bits of clock id. Below the millisecond it is made of a hash of `key`.
 * @param at milliseconds since the epoch
 */
export function recordKey(key: string, at: number): string {
  const hash = createHash('sha256').update(key).digest()
  const micros = BigInt(at) * 1000n + BigInt(hash.readUInt32BE(0) % 1000)
  let rest = (micros << 10n) | BigInt(hash.readUInt16BE(4) & 0x3ff)
  let text = ''
  for (let place = 0; place < 13; place += 1) {
    text = `${ALPHABET[Number(rest & 31n)]}${text}`
    rest >>= 5n
  }
  return text
}
