/** A binary heap by time and then by arrival: the next of 100,000 timers is found without looking at the others. */
export class DueQueue {
  readonly #heap: { due: number; order: number; id: string }[] = []
  #count = 0

  get size(): number {
    return this.#heap.length
  }

  peek(): { due: number; id: string } | undefined {
    return this.#heap[0]
  }

  clear(): void {
    this.#heap.length = 0
  }

  push(due: number, id: string): void {
    this.#count += 1
    const heap = this.#heap
    heap.push({ due, order: this.#count, id })
    let at = heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) break
      this.#swap(at, parent)
      at = parent
    }
  }

  pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    let at = 0
    for (;;) {
      const left = at * 2 + 1
      if (left >= heap.length) return
      const child = left + 1 < heap.length && this.#before(left + 1, left) ? left + 1 : left
      if (!this.#before(child, at)) return
      this.#swap(child, at)
      at = child
    }
  }

  #before(a: number, b: number): boolean {
    const left = this.#heap[a] as { due: number; order: number }
    const right = this.#heap[b] as { due: number; order: number }
    return left.due === right.due ? left.order < right.order : left.due < right.due
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as { due: number; order: number; id: string }
    this.#heap[a] = this.#heap[b] as typeof kept
    this.#heap[b] = kept
  }
}
