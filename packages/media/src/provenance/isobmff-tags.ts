import { asciiAt, MalformedMedia, viewOf } from '../byte-reader.ts'
import { type Box, children, childrenByType } from '../isobmff/boxes.ts'
import type { Tags } from './tags.ts'

/** iTunes' and QuickTime's short names of what others write out. */
const NAMES: Record<string, string> = {
  '©cmt': 'comment',
  '©too': 'encoder',
  '©enc': 'encoder',
  '©swr': 'software',
  '©nam': 'title',
  '©ART': 'artist',
  '©aut': 'author',
  '©cpy': 'copyright',
  '©des': 'description',
  '©mak': 'make',
  '©mod': 'model',
  desc: 'description',
  cprt: 'copyright',
}

/**
 * The texts in a `moov` box: `udta` in QuickTime's and iTunes' form, `meta` with keys as phones write it, and the names
 * that writers give their tracks' handlers.
 */
export function readMovieTags(moov: Uint8Array, tags: Tags): void {
  for (const box of children(moov)) {
    if (box.type === 'udta') tolerant(() => readUserData(moov, box, tags))
    if (box.type === 'meta') tolerant(() => readMeta(moov, box, tags))
    if (box.type === 'trak') tolerant(() => readHandler(moov, box, tags))
  }
}

/** A broken list of tags is no reason to lose the others. */
function tolerant(read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof MalformedMedia || error instanceof RangeError)) throw error
  }
}

function readUserData(moov: Uint8Array, udta: Box, tags: Tags): void {
  for (const box of children(moov, udta.body, udta.end)) {
    if (box.type === 'meta') readMeta(moov, box, tags)
    else if (box.type.startsWith('©') && box.end - box.body > 4) {
      // QuickTime: length, language, text.
      const length = Math.min(viewOf(moov).getUint16(box.body), box.end - box.body - 4)
      tags.add(NAMES[box.type] ?? box.type, utf8(moov, box.body + 4, box.body + 4 + length))
    }
  }
}

/** A full box in MP4, a plain one in QuickTime: what stands where the first child's name would be tells. */
function readMeta(moov: Uint8Array, meta: Box, tags: Tags): void {
  const plain = asciiAt(moov, meta.body + 4, 4) === 'hdlr'
  const boxes = childrenByType(moov, meta.body + (plain ? 0 : 4), meta.end)
  const ilst = boxes.get('ilst')
  if (!ilst) return
  const keys = boxes.get('keys')
  const names = keys ? keyNames(moov, keys) : []
  for (const item of children(moov, ilst.body, ilst.end)) {
    const key = names[viewOf(moov).getUint32(item.start + 4) - 1]
    const inner = childrenByType(moov, item.body, item.end)
    const data = inner.get('data')
    if (!data || data.end - data.body < 8) continue
    // Well-known type 1 is UTF-8; pictures and numbers are not looked at. Keys of some writers leave it at 0.
    const type = viewOf(moov).getUint32(data.body) & 0xffffff
    if (type > 1) continue
    const own = inner.get('name')
    const name = key ?? (item.type === '----' && own ? utf8(moov, own.body + 4, own.end) : NAMES[item.type])
    tags.add(name ?? item.type, utf8(moov, data.body + 8, data.end))
  }
}

function keyNames(moov: Uint8Array, keys: Box): string[] {
  const names: string[] = []
  for (const box of children(moov, keys.body + 8, keys.end)) names.push(utf8(moov, box.body, box.end))
  return names
}

/** ISO's is a text that ends with a zero, QuickTime's begins with its length. */
function readHandler(moov: Uint8Array, trak: Box, tags: Tags): void {
  const mdia = childrenByType(moov, trak.body, trak.end).get('mdia')
  const hdlr = mdia && childrenByType(moov, mdia.body, mdia.end).get('hdlr')
  if (!hdlr || hdlr.end - hdlr.body <= 24) return
  const counted = moov[hdlr.body + 24] === hdlr.end - hdlr.body - 25
  tags.add('handler', utf8(moov, hdlr.body + (counted ? 25 : 24), hdlr.end))
}

function utf8(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder().decode(bytes.subarray(from, Math.min(to, from + 4096)))
}
