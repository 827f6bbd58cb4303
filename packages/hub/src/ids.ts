import type { Clock, Random } from '@tockwork/kernel'

/** Crockford's base 32: no I, L, O or U, so that an id read aloud or typed survives. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LENGTH = 10
const RANDOM_BYTES = 10

/** The kinds of things that carry an id; the prefix says what an id is of wherever it turns up. */
export type IdPrefix =
  | 'ws'
  | 'key'
  | 'app'
  | 'cs'
  | 'acc'
  | 'con'
  | 'post'
  | 'grp'
  | 'ast'
  | 'req'
  | 'whk'
  | 'evt'
  | 'dlv'
  | 'inb'

/**
 * A new id: `prefix_` and a ULID of 26 characters (48 bits of `clock` in milliseconds, 80 random bits). Ids made
 * in different milliseconds sort by time, which keeps the tables' indexes dense.
 */
export function newId(prefix: IdPrefix, clock: Clock, random: Random): string {
  let time = Math.max(0, Math.trunc(clock.now()))
  let head = ''
  for (let at = 0; at < TIME_LENGTH; at += 1) {
    head = ALPHABET[time % 32] + head
    time = Math.floor(time / 32)
  }
  let bits = 0n
  for (const byte of random.bytes(RANDOM_BYTES)) bits = (bits << 8n) | BigInt(byte)
  let tail = ''
  for (let at = 0; at < (RANDOM_BYTES * 8) / 5; at += 1) {
    tail = ALPHABET[Number(bits & 31n)] + tail
    bits >>= 5n
  }
  return `${prefix}_${head}${tail}`
}

/** What every id looks like, for schemas: `idPattern('acc')`. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`)
}
