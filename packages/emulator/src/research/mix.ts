/** Numbers that look random and are the same every time: the corpus is computed, not kept. */

/** 32 bits from three numbers. The finishing steps are those of MurmurHash3. */
export function mix(seed: number, a: number, b = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(a + 0x7f4a7c15, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  return (h ^ (h >>> 15)) >>> 0
}

/** From 0 up to, and without, 1. */
export function unit(seed: number, a: number, b = 0): number {
  return mix(seed, a, b) / 4_294_967_296
}

/** Roughly normal, with mean 0 and deviation 1. */
export function normal(seed: number, a: number, b = 0): number {
  const u = Math.max(unit(seed, a, b), 1e-9)
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * unit(seed ^ 0x5bd1e995, a, b))
}

/** One of `n`, the first far more often than the last. */
export function skewed(u: number, n: number): number {
  return Math.min(n - 1, Math.floor((n + 1) ** u - 1))
}

/** One of `weights` by its share. */
export function weighted(u: number, cumulative: readonly number[]): number {
  const target = u * (cumulative.at(-1) as number)
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cumulative[middle] as number) > target) high = middle
    else low = middle + 1
  }
  return low
}

export function cumulative(weights: readonly number[]): number[] {
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum
  })
}
