import type { ByteReader } from '../byte-reader.ts'
import { elements, MAX_HEADER_BYTES, readElement } from '../matroska/ebml.ts'
import type { Tags } from './tags.ts'

const ID = {
  Ebml: 0x1a45dfa3,
  Segment: 0x18538067,
  SeekHead: 0x114d9b74,
  Seek: 0x4dbb,
  SeekId: 0x53ab,
  SeekPosition: 0x53ac,
  Info: 0x1549a966,
  Title: 0x7ba9,
  MuxingApp: 0x4d80,
  WritingApp: 0x5741,
  Tags: 0x1254c367,
  Tag: 0x7373,
  SimpleTag: 0x67c8,
  TagName: 0x45a3,
  TagString: 0x4487,
  Cluster: 0x1f43b675,
} as const

const MAX_ELEMENT_BYTES = 2 ** 20
/** What stands before the first cluster is a handful of elements. */
const MAX_ELEMENTS = 50

/** The writer's name and the tags of a WebM or Matroska: before the first cluster, or where its index says they are. */
export async function readMatroskaTags(reader: ByteReader, tags: Tags): Promise<void> {
  let segment = 0
  let tagsAt: number | undefined
  let offset = 0
  for (let count = 0; count < MAX_ELEMENTS && offset < reader.size; count++) {
    const element = await elementAt(reader, offset)
    if (!element) return
    if (element.id === ID.Segment) {
      segment = element.body
      offset = element.body
      continue
    }
    if (element.id === ID.Cluster || element.end === undefined) break
    const content = await contentOf(reader, element.body, element.end)
    if (element.id === ID.SeekHead && content) tagsAt = segment + (positionOfTags(content) ?? Number.NaN)
    if (element.id === ID.Info && content) readInfo(content, tags)
    if (element.id === ID.Tags && content) readTags(content, tags)
    offset = element.end
  }
  if (tagsAt === undefined || !Number.isSafeInteger(tagsAt) || tagsAt < offset) return
  const element = await elementAt(reader, tagsAt)
  if (element?.id !== ID.Tags || element.end === undefined) return
  const content = await contentOf(reader, element.body, element.end)
  if (content) readTags(content, tags)
}

async function elementAt(reader: ByteReader, offset: number) {
  const element = readElement(await reader.read(offset, MAX_HEADER_BYTES), offset)
  return element === 'short' ? undefined : element
}

async function contentOf(reader: ByteReader, from: number, to: number): Promise<Uint8Array | undefined> {
  return to - from > MAX_ELEMENT_BYTES || to > reader.size ? undefined : await reader.read(from, to - from)
}

function positionOfTags(seekHead: Uint8Array): number | undefined {
  for (const seek of elements(seekHead)) {
    if (seek.id !== ID.Seek) continue
    const parts = new Map([...elements(seek.bytes)].map(({ id, bytes }) => [id, number(bytes)]))
    if (parts.get(ID.SeekId) === ID.Tags) return parts.get(ID.SeekPosition)
  }
  return undefined
}

function readInfo(info: Uint8Array, tags: Tags): void {
  for (const { id, bytes } of elements(info)) {
    if (id === ID.Title) tags.add('title', utf8(bytes))
    if (id === ID.MuxingApp) tags.add('muxer', utf8(bytes))
    if (id === ID.WritingApp) tags.add('encoder', utf8(bytes))
  }
}

function readTags(content: Uint8Array, tags: Tags): void {
  for (const tag of elements(content)) {
    if (tag.id !== ID.Tag) continue
    for (const simple of elements(tag.bytes)) {
      if (simple.id !== ID.SimpleTag) continue
      const parts = new Map([...elements(simple.bytes)].map(({ id, bytes }) => [id, bytes]))
      const [name, text] = [parts.get(ID.TagName), parts.get(ID.TagString)]
      if (name && text) tags.add(utf8(name).toLowerCase(), utf8(text))
    }
  }
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 4096))
}
