import type { ByteReader } from '../byte-reader.ts'
import { ID, MAX_HEADER_BYTES, readElement } from './ebml.ts'

const CLUSTER_ID = Buffer.from('1f43b675', 'hex')
const STEP = 2 ** 20
/** The header and the first byte behind it. */
const LOOKED_AT = MAX_HEADER_BYTES + 1
/** The longest distance from one cluster to the next that is searched: five seconds of 4K. */
const MAX_SEARCHED = 24 * 2 ** 20

/**
 * The offset of the next cluster at or behind `from`, found by what it looks like, as a player finds it when it seeks in a
 * recording without an index: the id, a size, and its timestamp first. Undefined when there is none near.
 */
export async function findCluster(reader: ByteReader, from: number): Promise<number | undefined> {
  const until = Math.min(reader.size, from + MAX_SEARCHED)
  for (let at = from; at < until; at += STEP) {
    const page = await reader.read(at, STEP + LOOKED_AT)
    const bytes = Buffer.from(page.buffer, page.byteOffset, page.length)
    for (let hit = bytes.indexOf(CLUSTER_ID); hit >= 0; hit = bytes.indexOf(CLUSTER_ID, hit + 1)) {
      const head = bytes.subarray(hit, hit + LOOKED_AT)
      const element = readElement(head, 0)
      if (element === undefined || element === 'short') continue
      if (head[element.body] === ID.Timestamp) return at + hit
    }
  }
  return undefined
}
