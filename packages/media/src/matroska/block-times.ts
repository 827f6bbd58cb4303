/** What the blocks of one track say about time; in ticks of the segment's timestamp scale. */
export class BlockTimes {
  count = 0
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY
  /** Length of the last block, if it carries one. */
  lastDuration = 0
  /** True once blocks were left out, so that `count` is not all of them. */
  sampled = false
  #gaps = new Map<number, number>()
  #previous: number | undefined
  /** Ticks and gaps of the stretches that were walked block by block, all but the current one. */
  #walkedTicks = 0
  #walkedGaps = 0
  #stretch = { count: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }

  add(timestamp: number): void {
    this.count += 1
    this.#stretch.count += 1
    this.#stretch.first = Math.min(this.#stretch.first, timestamp)
    this.#stretch.last = Math.max(this.#stretch.last, timestamp)
    this.first = Math.min(this.first, timestamp)
    if (timestamp >= this.last) {
      this.last = timestamp
      this.lastDuration = 0
    }
    if (this.#previous !== undefined) {
      const gap = timestamp - this.#previous
      // Real clips have a handful of different gaps; more than this is noise that need not be kept.
      if (this.#gaps.has(gap) || this.#gaps.size < 1000) this.#gaps.set(gap, (this.#gaps.get(gap) ?? 0) + 1)
    }
    this.#previous = timestamp
  }

  /** Blocks are left out between the last one and the next. */
  skip(): void {
    this.sampled = true
    if (this.#stretch.count > 1) {
      this.#walkedTicks += this.#stretch.last - this.#stretch.first
      this.#walkedGaps += this.#stretch.count - 1
    }
    this.#stretch = { count: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }
    this.#previous = undefined
  }

  /** Mean ticks from one block to the next, over what was walked; 0 if there is too little. */
  get meanGap(): number {
    const { count, first, last } = this.#stretch
    const gaps = this.#walkedGaps + Math.max(0, count - 1)
    return gaps > 0 ? (this.#walkedTicks + (count > 1 ? last - first : 0)) / gaps : 0
  }

  get span(): number {
    return this.count > 1 ? this.last - this.first : 0
  }

  /**
   * True when more than one gap in fifty differs from the mean by more than three ticks and a tenth. Three, because
   * timestamps are rounded to a millisecond as a rule. Undefined where frames are stored out of order, since gaps in
   * storage order say nothing then.
   */
  get variable(): boolean | undefined {
    if (this.count < 2) return false
    const mean = this.meanGap
    let odd = 0
    let all = 0
    for (const [gap, times] of this.#gaps) {
      if (gap < 0) return undefined
      all += times
      if (Math.abs(gap - mean) > Math.max(3, mean * 0.1)) odd += times
    }
    return odd * 50 > all
  }
}
