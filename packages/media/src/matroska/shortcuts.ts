import type { ByteReader } from '../byte-reader.ts'
import type { Element } from './ebml.ts'
import { findCluster } from './find-cluster.ts'

/** After so many reads the walk no longer goes through every block, so that a file of gigabytes costs milliseconds. */
const WALK_EVERY_BLOCK_UNTIL = 60
/** Places looked at from there to the end; the last one is the end itself. */
const JUMPS = 6
/** Blocks walked at each of them: enough for the mean of anything but a file made to deceive. */
const BLOCKS_A_PLACE = 48
/** Clusters, of mean length, left at the end: what lies there decides how long the video is, and whether it was cut off. */
const CLUSTERS_AT_END = 1.5

/**
 * Where the walk through a large file goes on: a few places on the way, spread evenly, and the end. Clusters are looked
 * up by what they look like, so that neither an index nor sizes are needed; where none is found, those that say how long
 * they are are skipped from one header to the next.
 */
export class Shortcuts {
  #reader: ByteReader
  #first: number | undefined
  #clusters = 0
  /** Bytes of a cluster, by those before the first jump. */
  #mean = 0
  #jumps = 0
  #landed = 0
  #blocks = 0
  /** The last cluster that was skipped; it has to be walked when nothing follows it. */
  #skipped: number | undefined

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  /** At a cluster's header: where to go instead, undefined to walk into it. */
  async atCluster(offset: number, { body, end }: Element): Promise<number | undefined> {
    this.#first ??= offset
    if (this.#jumps === 0) {
      if (this.#clusters > 0) this.#mean = (offset - this.#first) / this.#clusters
      else if (end !== undefined) this.#mean = end - offset
    }
    this.#clusters += 1
    this.#skipped = undefined
    if (offset === this.#landed || this.#reader.reads <= WALK_EVERY_BLOCK_UNTIL) return undefined
    const found = await this.#jump(offset)
    if (found !== undefined || end === undefined || end > this.#reader.size) return found
    this.#skipped = body
    return end
  }

  /** Before a block: where to go instead, undefined to take it. */
  async atBlock(offset: number): Promise<number | undefined> {
    this.#blocks += 1
    const enough = this.#blocks > BLOCKS_A_PLACE && this.#reader.reads > WALK_EVERY_BLOCK_UNTIL
    return enough && this.#mean > 0 ? this.#jump(offset) : undefined
  }

  /** At the end of the file: what is left to be walked after all. */
  atEnd(): number | undefined {
    const skipped = this.#skipped
    this.#skipped = undefined
    return skipped
  }

  async #jump(offset: number): Promise<number | undefined> {
    if (this.#jumps >= JUMPS) return undefined
    this.#jumps += 1
    this.#blocks = 0
    const last = this.#reader.size - CLUSTERS_AT_END * this.#mean
    const target = offset + Math.floor((last - offset) / (JUMPS - this.#jumps + 1))
    if (target <= offset + this.#mean) return undefined
    const found = await findCluster(this.#reader, target)
    // Clusters of another length than before: nothing is won by looking on.
    if (found === undefined) this.#jumps = JUMPS
    else this.#landed = found
    return found
  }
}
