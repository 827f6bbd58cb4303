import type { Clock, Random } from '@tockwork/kernel'

/** Crockford's base 32: no I, L, O or U, so that an id read aloud or typed survives. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LENGTH = 10
const RANDOM_BYTES = 10
const TAIL_LENGTH = 16

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
  | 'pub'
  | 'per'
  | 'ses'
  | 'inv'
  | 'shp'

/**
 * A new id: `prefix_` and a ULID of 26 characters (48 bits of `clock` in milliseconds, 80 random bits). Ids made
 * in different milliseconds sort by time, which keeps the tables' indexes dense.
 */
export function newId(prefix: IdPrefix, clock: Clock, random: Random): string {
  return idOf(prefix, timeOf(clock), bitsOf(random))
}

/**
 * Ids of one kind that also rise within a millisecond, so that what one process made first sorts first. Not for ids
 * that are secret, such as those of connect links: the next one is near the last one.
 */
export class RisingIds {
  readonly #prefix: IdPrefix
  readonly #clock: Clock
  readonly #random: Random
  #time = -1
  #bits = 0n

  constructor(prefix: IdPrefix, clock: Clock, random: Random) {
    this.#prefix = prefix
    this.#clock = clock
    this.#random = random
  }

  next(): string {
    const time = timeOf(this.#clock)
    // The first of a millisecond lies in the lower half of the range, so that there is room above it.
    // A clock that is set back makes a new beginning: ids keep to the time, as the rows' dates do.
    this.#bits = time === this.#time ? this.#bits + 1n : bitsOf(this.#random) >> 1n
    this.#time = time
    return idOf(this.#prefix, time, this.#bits)
  }
}

function timeOf(clock: Clock): number {
  return Math.max(0, Math.trunc(clock.now()))
}

function bitsOf(random: Random): bigint {
  let bits = 0n
  for (const byte of random.bytes(RANDOM_BYTES)) bits = (bits << 8n) | BigInt(byte)
  return bits
}

function idOf(prefix: IdPrefix, time: number, bits: bigint): string {
  return `${prefix}_${digits(BigInt(time), TIME_LENGTH)}${digits(bits, TAIL_LENGTH)}`
}

/** In base 32, the highest digit first, so that texts sort as numbers do. */
function digits(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text
  return text
}

/** What every id looks like, for schemas: `idPattern('acc')`. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`)
}
