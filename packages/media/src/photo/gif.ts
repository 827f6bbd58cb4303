import { type ByteReader, viewOf } from '../byte-reader.ts'
import type { ParsedMedia } from '../media-info.ts'

/** Reads a GIF's screen size. No platform here takes GIF as a photo, so its blocks are not walked. */
export async function parseGif(reader: ByteReader): Promise<ParsedMedia> {
  const head = await reader.read(0, 13)
  const parsed: ParsedMedia = { kind: 'photo', container: 'gif', problems: [] }
  if (head.length < 13) {
    parsed.problems.push({ code: 'truncated', detail: 'the file ends inside its header' })
    return parsed
  }
  const view = viewOf(head)
  parsed.photo = { width: view.getUint16(6, true), height: view.getUint16(8, true) }
  return parsed
}
