import { asciiAt, type ByteReader, MalformedMedia, viewOf } from '../byte-reader.ts'
import type { ParsedMedia } from '../media-info.ts'

/** A picture cut into more chunks is held against its last bytes alone; nobody takes it anyway. */
const MAX_CHUNKS = 1000

/** Reads a PNG's header and walks its chunks to the end. */
export async function parsePng(reader: ByteReader): Promise<ParsedMedia> {
  const parsed: ParsedMedia = { kind: 'photo', container: 'png', problems: [] }
  let offset = 8
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const head = await reader.read(offset, 16)
    if (head.length < 12) {
      parsed.problems.push({ code: 'truncated', detail: `the file ends inside a chunk at byte ${offset}` })
      return parsed
    }
    const type = asciiAt(head, 4, 4)
    if (!/^[A-Za-z]{4}$/.test(type)) throw new MalformedMedia(`no chunk at byte ${offset}`)
    if (type === 'IHDR') {
      const size = await reader.read(offset + 8, 8)
      if (size.length < 8) throw new MalformedMedia('its header is cut off')
      parsed.photo = { width: viewOf(size).getUint32(0), height: viewOf(size).getUint32(4) }
    } else if (!parsed.photo) {
      throw new MalformedMedia('it does not begin with its header')
    }
    const end = offset + 12 + viewOf(head).getUint32(0)
    if (end > reader.size) {
      parsed.problems.push({
        code: 'truncated',
        detail: `its ${type} chunk should end at byte ${end}, the file ends at ${reader.size}`,
      })
      return parsed
    }
    if (type === 'IEND') return parsed
    offset = end
  }
  if (asciiAt(await reader.read(reader.size - 8, 4), 0, 4) !== 'IEND') {
    parsed.problems.push({ code: 'truncated', detail: 'the file does not end with its last chunk' })
  }
  return parsed
}
