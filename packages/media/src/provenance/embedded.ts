import { asciiAt, BudgetExceeded, type ByteReader, viewOf } from '../byte-reader.ts'
import { walkTopLevel } from '../isobmff/boxes.ts'
import type { MediaContainer } from '../media-info.ts'
import { readMovieTags } from './isobmff-tags.ts'
import { readMatroskaTags } from './matroska-tags.ts'
import { readExif, readIptc } from './photo-tags.ts'
import type { Tags } from './tags.ts'

/** What a file carries beside its pictures and sounds. */
export interface Embedded {
  /** C2PA's manifest store, a JUMBF superbox. */
  jumbf?: Uint8Array
  /** XMP packet, as text. */
  xmp?: string
}

/** Manifests hold thumbnails; those of real files stay under a megabyte or two. */
const MAX_JUMBF_BYTES = 16 * 2 ** 20
const MAX_XMP_BYTES = 2 ** 20
const MAX_PARTS = 4096

/** Finds manifest, XMP and tags in any container that can hold them. */
export async function readEmbedded(
  reader: ByteReader,
  container: MediaContainer,
  tags: Tags,
): Promise<Embedded> {
  switch (container) {
    case 'mp4':
    case 'mov':
    case 'heic':
      return readBoxes(reader, tags)
    case 'webm':
    case 'mkv':
      await readMatroskaTags(reader, tags)
      return {}
    case 'jpeg':
      return readJpeg(reader, tags)
    case 'png':
      return readPng(reader, tags)
    case 'webp':
      return readWebp(reader, tags)
    default:
      return {}
  }
}

/** `uuid` boxes of C2PA (its specification, "Embedding manifests into BMFF-based assets") and of Adobe's XMP. */
const C2PA_UUID = 'd8fec3d61b0e483c92975828877ec481'
const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac'

async function readBoxes(reader: ByteReader, tags: Tags): Promise<Embedded> {
  const found: Embedded = {}
  for await (const step of walkTopLevel(reader)) {
    if (step.kind !== 'box') break
    const { type, body, end } = step.box
    if (type === 'moov') readMovieTags(await reader.read(body, end - body), tags)
    if (type !== 'uuid' || end - body < 16) continue
    const uuid = Buffer.from(await reader.read(body, 16)).toString('hex')
    if (uuid === XMP_UUID) found.xmp = await text(reader, body + 16, end)
    if (uuid === C2PA_UUID && !found.jumbf) {
      // Version and flags, a purpose that ends with a zero, for manifests an offset, then the store.
      const head = await reader.read(body + 20, 64)
      const purpose = asciiAt(head, 0, head.indexOf(0))
      if (purpose !== 'manifest') continue
      found.jumbf = await block(reader, body + 20 + purpose.length + 1 + 8, end, MAX_JUMBF_BYTES)
    }
  }
  return found
}

/** Segments before the first scan: APP1 (Exif, XMP), APP11 (JUMBF in pieces), APP13 (IPTC). */
async function readJpeg(reader: ByteReader, tags: Tags): Promise<Embedded> {
  const found: Embedded = {}
  const stores = new Map<number, Uint8Array[]>()
  let bytes = 0
  let offset = 2
  for (let part = 0; part < MAX_PARTS; part++) {
    const head = await reader.read(offset, 4)
    if (head.length < 4 || head[0] !== 0xff || head[1] === 0xda || head[1] === 0xd9) break
    if (head[1] === 0xff) {
      offset += 1
      continue
    }
    const length = viewOf(head).getUint16(2)
    if (length < 2) break
    const marker = head[1]!
    const interesting = marker === 0xe1 || marker === 0xeb || marker === 0xed
    const content = interesting ? await reader.read(offset + 4, length - 2) : new Uint8Array(0)
    if (marker === 0xe1) {
      const name = asciiAt(content, 0, 29)
      if (name.startsWith('Exif\0\0')) readExif(content.subarray(6), tags)
      if (name.startsWith('http://ns.adobe.com/xap/1.0/\0')) found.xmp = utf8(content.subarray(29))
    }
    if (marker === 0xed) readIptc(content, tags)
    if (marker === 0xeb && asciiAt(content, 0, 2) === 'JP' && content.length > 16) {
      // Every piece repeats the box's header; it counts once.
      const first = viewOf(content).getUint32(4) === 1
      const piece = content.subarray(first ? 8 : 16)
      bytes += piece.length
      if (bytes > MAX_JUMBF_BYTES) throw new BudgetExceeded('a manifest larger than any real one')
      const number = viewOf(content).getUint16(2)
      stores.set(number, [...(stores.get(number) ?? []), piece])
    }
    offset += 2 + length
  }
  // Gain maps and panoramas use such boxes too; C2PA's says so in its description.
  for (const pieces of stores.values()) {
    const whole = Buffer.concat(pieces)
    if (whole.subarray(0, 64).includes('c2pa')) found.jumbf ??= whole
  }
  return found
}

async function readPng(reader: ByteReader, tags: Tags): Promise<Embedded> {
  const found: Embedded = {}
  let offset = 8
  for (let part = 0; part < MAX_PARTS; part++) {
    const head = await reader.read(offset, 8)
    if (head.length < 8) break
    const end = offset + 8 + viewOf(head).getUint32(0)
    const type = asciiAt(head, 4, 4)
    if (type === 'IEND' || end > reader.size) break
    if (type === 'caBX') found.jumbf = await block(reader, offset + 8, end, MAX_JUMBF_BYTES)
    if (type === 'eXIf') readExif(await block(reader, offset + 8, end, MAX_XMP_BYTES), tags)
    if (type === 'tEXt' || type === 'iTXt') {
      const content = await block(reader, offset + 8, end, MAX_XMP_BYTES)
      const name = asciiAt(content, 0, Math.max(0, content.indexOf(0)))
      // Compressed text (a flag in iTXt) would have to be unpacked, which is how bombs are made; it is left alone.
      const skip = type === 'tEXt' ? 1 : content[name.length + 1] === 0 ? 5 : content.length
      const value = utf8(content.subarray(name.length + skip)).replace(/^\0+/, '')
      if (name === 'XML:com.adobe.xmp') found.xmp = value
      else tags.add(name.toLowerCase(), value)
    }
    offset = end + 4
  }
  return found
}

async function readWebp(reader: ByteReader, tags: Tags): Promise<Embedded> {
  const found: Embedded = {}
  let offset = 12
  for (let part = 0; part < MAX_PARTS; part++) {
    const head = await reader.read(offset, 8)
    if (head.length < 8) break
    const size = viewOf(head).getUint32(4, true)
    const end = offset + 8 + size
    if (end > reader.size) break
    const type = asciiAt(head, 0, 4)
    if (type === 'C2PA') found.jumbf = await block(reader, offset + 8, end, MAX_JUMBF_BYTES)
    if (type === 'XMP ') found.xmp = await text(reader, offset + 8, end)
    if (type === 'EXIF') {
      const exif = await block(reader, offset + 8, end, MAX_XMP_BYTES)
      readExif(asciiAt(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif, tags)
    }
    offset = end + (size & 1)
  }
  return found
}

async function block(reader: ByteReader, from: number, to: number, most: number): Promise<Uint8Array> {
  if (to - from > most) throw new BudgetExceeded('a note of the file is larger than any real one')
  // The reader's page is its own; what is kept has to be a copy.
  return to > from ? (await reader.read(from, to - from)).slice() : new Uint8Array(0)
}

async function text(reader: ByteReader, from: number, to: number): Promise<string> {
  return utf8(await block(reader, from, to, MAX_XMP_BYTES))
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
