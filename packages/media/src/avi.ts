import { asciiAt, type ByteReader, viewOf } from './byte-reader.ts'
import type { ParsedMedia } from './media-info.ts'

/**
 * Reads an AVI's main header. No platform here takes AVI, so it is enough to name what it is; the frames are not
 * counted, and the codec is the first video stream's four characters.
 */
export async function parseAvi(reader: ByteReader): Promise<ParsedMedia> {
  const head = await reader.read(0, 4096)
  const view = viewOf(head)
  const parsed: ParsedMedia = { kind: 'video', container: 'avi', problems: [] }
  const declared = head.length >= 8 ? view.getUint32(4, true) + 8 : 0
  if (declared > reader.size) {
    parsed.problems.push({
      code: 'truncated',
      detail: `it should have ${declared} bytes and has ${reader.size}`,
    })
  }
  if (asciiAt(head, 12, 4) !== 'LIST' || asciiAt(head, 24, 4) !== 'avih' || head.length < 72) {
    parsed.problems.push({ code: 'unreadable', detail: 'its main header is missing' })
    return parsed
  }
  const microsPerFrame = view.getUint32(32, true)
  const frames = view.getUint32(48, true)
  const video = asciiAt(head, 72, head.length).indexOf('vids')
  const codec = video < 0 ? '' : asciiAt(head, 72 + video + 4, 4)
  parsed.video = {
    codec: codec.replace(/[^\x20-\x7e]/g, '?').trim() || 'unknown',
    width: view.getUint32(64, true),
    height: view.getUint32(68, true),
    rotation: 0,
    frameRate: microsPerFrame > 0 ? Math.round(1e8 / microsPerFrame) / 100 : 0,
  }
  const durationSec = Math.round((frames * microsPerFrame) / 1000) / 1000
  if (durationSec > 0) parsed.durationSec = durationSec
  return parsed
}
