/** 256-bit hashes stand one after the other in a Uint32Array, eight words each. */
export const HASH_WORDS = 8
export const HASH_BITS = 256

function popcount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * Bits that differ between hash `i` of `a` and hash `j` of `b`. Stops counting half way once it is beyond `limit`, and
 * then returns some number beyond it.
 */
export function distance(a: Uint32Array, i: number, b: Uint32Array, j: number, limit = HASH_BITS): number {
  const p = i * HASH_WORDS
  const q = j * HASH_WORDS
  const half =
    popcount((a[p] as number) ^ (b[q] as number)) +
    popcount((a[p + 1] as number) ^ (b[q + 1] as number)) +
    popcount((a[p + 2] as number) ^ (b[q + 2] as number)) +
    popcount((a[p + 3] as number) ^ (b[q + 3] as number))
  if (half > limit) return half
  return (
    half +
    popcount((a[p + 4] as number) ^ (b[q + 4] as number)) +
    popcount((a[p + 5] as number) ^ (b[q + 5] as number)) +
    popcount((a[p + 6] as number) ^ (b[q + 6] as number)) +
    popcount((a[p + 7] as number) ^ (b[q + 7] as number))
  )
}

/** As PDQ's own tools print it: the highest word first. */
export function hashToHex(hashes: Uint32Array, index = 0): string {
  let text = ''
  for (let word = HASH_WORDS - 1; word >= 0; word--)
    text += (hashes[index * HASH_WORDS + word] as number).toString(16).padStart(8, '0')
  return text
}
