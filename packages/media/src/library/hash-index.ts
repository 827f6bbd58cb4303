/**
 * Finds the 256-bit hashes within some distance of one, exactly, among millions.
 *
 * Each hash is cut into 16 slots of 16 bits. Two hashes within 15 bits share a slot; within 31 they have one that
 * differs by one bit at most, within 47 by two (multi-index hashing; Norouzi, Punjani, Fleet 2012). A slot takes every
 * sixteenth bit: neighbouring bits of perceptual hashes go together, and would crowd some buckets.
 *
 * Everything is in shared memory: one thread adds and removes, others look up in the same arrays.
 */
import { distance, HASH_WORDS } from '../fingerprint/hash.ts'

const SLOTS = 16
const BUCKETS = 65536
const NONE = 0
/** Hashes of one piece of memory: pieces are added, never copied, so an addition costs the same at any size. */
const PIECE_BITS = 15
const PIECE = 1 << PIECE_BITS
const MAX_PIECES = 4096
/** Owner of a hash that was removed. */
const REMOVED = 0xffffffff

export const MAX_RADIUS = 47

interface Piece {
  /** Eight words a hash, bits in the order of slots. */
  readonly hashes: Uint32Array
  /** For each hash and slot: the hash before it in its bucket, plus one. */
  readonly links: Uint32Array
  /** Whose hash it is. */
  readonly owners: Uint32Array
}

/** What another thread needs to look up in the same index; plain data that passes through `postMessage`. */
export interface SharedHashIndex {
  readonly count: SharedArrayBuffer
  readonly heads: SharedArrayBuffer
  readonly pieces: readonly {
    hashes: SharedArrayBuffer
    links: SharedArrayBuffer
    owners: SharedArrayBuffer
  }[]
}

export class HashIndex {
  readonly #count: Int32Array
  /** For each slot and bucket: the last hash in it, plus one. */
  readonly #heads: Uint32Array
  readonly #pieces: Piece[] = []
  readonly #query = new Uint32Array(HASH_WORDS)
  #removed = 0

  constructor(shared?: SharedHashIndex) {
    this.#count = new Int32Array(shared?.count ?? new SharedArrayBuffer(4))
    this.#heads = new Uint32Array(shared?.heads ?? new SharedArrayBuffer(SLOTS * BUCKETS * 4))
    for (const piece of shared?.pieces ?? [])
      this.#pieces.push({
        hashes: new Uint32Array(piece.hashes),
        links: new Uint32Array(piece.links),
        owners: new Uint32Array(piece.owners),
      })
  }

  /** Hashes in memory, those removed included. */
  get size(): number {
    return Atomics.load(this.#count, 0)
  }

  /** Bytes of shared memory. */
  get bytes(): number {
    return SLOTS * BUCKETS * 4 + this.#pieces.length * PIECE * (HASH_WORDS * 4 + SLOTS * 4 + 4)
  }

  /** Share of memory that is held by removed hashes; a rebuild gives it back. */
  get waste(): number {
    return this.size === 0 ? 0 : this.#removed / this.size
  }

  /** Hand this to a worker again after additions: memory that was added later is not in it. */
  share(): SharedHashIndex {
    return {
      count: this.#count.buffer as SharedArrayBuffer,
      heads: this.#heads.buffer as SharedArrayBuffer,
      pieces: this.#pieces.map(({ hashes, links, owners }) => ({
        hashes: hashes.buffer as SharedArrayBuffer,
        links: links.buffer as SharedArrayBuffer,
        owners: owners.buffer as SharedArrayBuffer,
      })),
    }
  }

  /**
   * Adds hash number `at` of `hashes`.
   *
   * @param owner whose it is, from 0 to 2^32 - 2
   * @returns its number in the index
   */
  add(hashes: Uint32Array, at: number, owner: number): number {
    const id = this.size
    if (id >>> PIECE_BITS >= this.#pieces.length) this.#grow()
    const piece = this.#pieces[id >>> PIECE_BITS] as Piece
    const place = id & (PIECE - 1)
    bySlots(hashes, at, piece.hashes, place)
    piece.owners[place] = owner
    for (let slot = 0; slot < SLOTS; slot++) {
      const head = slot * BUCKETS + slotOf(piece.hashes, place, slot)
      piece.links[place * SLOTS + slot] = this.#heads[head] as number
      // Whoever looks up meanwhile sees the bucket before or after this hash, both whole.
      Atomics.store(this.#heads, head, id + 1)
    }
    Atomics.store(this.#count, 0, id + 1)
    return id
  }

  /** Takes hashes out of what is found; their memory stays until the index is built anew. */
  remove(id: number): void {
    const piece = this.#pieces[id >>> PIECE_BITS]
    const place = id & (PIECE - 1)
    if (piece === undefined || id >= this.size || piece.owners[place] === REMOVED) return
    piece.owners[place] = REMOVED
    this.#removed += 1
  }

  /**
   * All hashes within `radius` of hash number `at` of `hashes`, each once, in no order.
   *
   * @param radius 0 to 47; beyond, looking at all of them is quicker
   */
  search(
    hashes: Uint32Array,
    at: number,
    radius: number,
    found: (owner: number, bits: number, id: number) => void,
  ): void {
    if (!(radius >= 0 && radius <= MAX_RADIUS)) throw new RangeError(`radius is 0 to ${MAX_RADIUS}`)
    const query = this.#query
    bySlots(hashes, at, query, 0)
    const slack = Math.floor(radius / SLOTS)
    const size = this.size
    for (let slot = 0; slot < SLOTS; slot++) {
      const value = slotOf(query, 0, slot)
      this.#look(query, slot, value, radius, slack, size, found)
      if (slack === 0) continue
      for (let a = 0; a < 16; a++) {
        this.#look(query, slot, value ^ (1 << a), radius, slack, size, found)
        if (slack === 1) continue
        for (let b = a + 1; b < 16; b++)
          this.#look(query, slot, value ^ (1 << a) ^ (1 << b), radius, slack, size, found)
      }
    }
  }

  #look(
    query: Uint32Array,
    slot: number,
    bucket: number,
    radius: number,
    slack: number,
    size: number,
    found: (owner: number, bits: number, id: number) => void,
  ): void {
    let next = this.#heads[slot * BUCKETS + bucket] as number
    while (next !== NONE) {
      const id = next - 1
      const piece = this.#pieces[id >>> PIECE_BITS]
      // Memory that was added after this thread was told of the index.
      if (piece === undefined) return
      const place = id & (PIECE - 1)
      const bits = distance(query, 0, piece.hashes, place, radius)
      if (
        bits <= radius &&
        id < size &&
        piece.owners[place] !== REMOVED &&
        !seenBefore(query, piece.hashes, place, slot, slack)
      )
        found(piece.owners[place] as number, bits, id)
      next = piece.links[place * SLOTS + slot] as number
    }
  }

  #grow(): void {
    if (this.#pieces.length === MAX_PIECES)
      throw new RangeError(`an index holds at most ${MAX_PIECES * PIECE} hashes`)
    this.#pieces.push({
      hashes: new Uint32Array(new SharedArrayBuffer(PIECE * HASH_WORDS * 4)),
      links: new Uint32Array(new SharedArrayBuffer(PIECE * SLOTS * 4)),
      owners: new Uint32Array(new SharedArrayBuffer(PIECE * 4)),
    })
  }
}

/** Whether an earlier slot of the search has led to this hash already. */
function seenBefore(
  query: Uint32Array,
  hashes: Uint32Array,
  place: number,
  slot: number,
  slack: number,
): boolean {
  for (let earlier = 0; earlier < slot; earlier++) {
    let differing = slotOf(query, 0, earlier) ^ slotOf(hashes, place, earlier)
    let bits = 0
    while (differing !== 0) {
      differing &= differing - 1
      bits += 1
    }
    if (bits <= slack) return true
  }
  return false
}

function slotOf(bySlot: Uint32Array, at: number, slot: number): number {
  const word = bySlot[at * HASH_WORDS + (slot >>> 1)] as number
  return slot % 2 === 0 ? word & 0xffff : word >>> 16
}

/** Bit `b` of the hash becomes bit `b >> 4` of slot `b & 15`. Distances stay what they are. */
function bySlots(hashes: Uint32Array, at: number, target: Uint32Array, place: number): void {
  const from = at * HASH_WORDS
  const to = place * HASH_WORDS
  for (let word = 0; word < HASH_WORDS; word++) {
    // Two slots a word: the even one below, the odd one above.
    let value = 0
    for (let row = 0; row < HASH_WORDS; row++) {
      const bits = (hashes[from + row] as number) >>> (2 * word)
      value |= ((bits & 1) << (2 * row)) | (((bits >>> 16) & 1) << (2 * row + 1))
      value |= (((bits >>> 1) & 1) << (16 + 2 * row)) | (((bits >>> 17) & 1) << (16 + 2 * row + 1))
    }
    target[to + word] = value
  }
}
