/** Randomness as a parameter, so that a test or a seed can fix it. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array
}

/** The platform's cryptographic generator. */
export const cryptoRandom: Random = {
  next: () => {
    const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
    return word / 2 ** 32
  },
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
}

/** A repeatable generator (mulberry32) for seeds and tests; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) }
}
