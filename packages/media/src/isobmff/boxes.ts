import { asciiAt, type ByteReader, MalformedMedia, viewOf } from '../byte-reader.ts'

export interface Box {
  type: string
  /** Where its header begins, in the file or in the bytes walked. */
  start: number
  /** Where its content begins. */
  body: number
  end: number
}

/** A box header at `offset`, or undefined if fewer than eight bytes are left. Size 0 means "to `limit`". */
function readBox(bytes: Uint8Array, offset: number, base: number, limit: number): Box | undefined {
  if (offset + 8 > bytes.length) return undefined
  const view = viewOf(bytes)
  const start = base + offset
  const type = asciiAt(bytes, offset + 4, 4)
  let size = view.getUint32(offset)
  let body = start + 8
  if (size === 1) {
    if (offset + 16 > bytes.length) return undefined
    size = Number(view.getBigUint64(offset + 8))
    body = start + 16
  } else if (size === 0) {
    size = limit - start
  }
  return { type, start, body, end: start + size }
}

/**
 * The boxes of one container held in memory. A box that leaves its container makes the file malformed; the zeros
 * that QuickTime puts at the end of some containers do not.
 */
export function* children(bytes: Uint8Array, start = 0, end = bytes.length): Generator<Box> {
  let offset = start
  while (offset + 8 <= end) {
    const box = readBox(bytes, offset, 0, end)
    if (!box || box.type === '\0\0\0\0') return
    if (box.end < box.body || box.end > end)
      throw new MalformedMedia(`box ${printable(box.type)} leaves its container`)
    yield box
    offset = box.end
  }
}

export function childrenByType(bytes: Uint8Array, start = 0, end = bytes.length): Map<string, Box> {
  const found = new Map<string, Box>()
  for (const box of children(bytes, start, end)) if (!found.has(box.type)) found.set(box.type, box)
  return found
}

/** One step of the walk over a file's outermost boxes. */
export type TopLevelStep =
  | { kind: 'box'; box: Box }
  | { kind: 'overrun'; box: Box }
  | { kind: 'not-a-box'; at: number; bytesLeft: number }

/** Walks the outermost boxes to the file's end. After anything but a box the walk is over. */
export async function* walkTopLevel(reader: ByteReader): AsyncGenerator<TopLevelStep> {
  let offset = 0
  while (offset < reader.size) {
    const head = await reader.read(offset, 16)
    const box = readBox(head, 0, offset, reader.size)
    if (!box || box.end < box.body || !isBoxType(box.type)) {
      if (!(await onlyZeros(reader, offset)))
        yield { kind: 'not-a-box', at: offset, bytesLeft: reader.size - offset }
      return
    }
    if (box.end > reader.size) {
      yield { kind: 'overrun', box }
      return
    }
    yield { kind: 'box', box }
    offset = box.end
  }
}

/** Some writers align a file to a block with zeros; nothing is missing then. */
async function onlyZeros(reader: ByteReader, offset: number): Promise<boolean> {
  const longestPadding = 64 * 2 ** 10
  if (reader.size - offset > longestPadding) return false
  const rest = await reader.read(offset, longestPadding)
  return rest.every((byte) => byte === 0)
}

function isBoxType(type: string): boolean {
  // Apple's metadata types begin with a copyright sign.
  return /^[\x20-\x7e\xa9][\x20-\x7e]{3}$/.test(type)
}

export function printable(type: string): string {
  return type.replace(/[^\x20-\x7e]/g, '?').trim() || '????'
}
