import { type ByteReader, viewOf } from '../byte-reader.ts'
import { children, childrenByType, walkTopLevel } from '../isobmff/boxes.ts'
import type { ParsedMedia } from '../media-info.ts'

/**
 * Reads the picture sizes of a HEIC or AVIF (`meta` → `iprp` → `ipco` → `ispe`); the largest is the photo, the others
 * are tiles and thumbnails.
 */
export async function parseHeic(reader: ByteReader, container: 'heic' | 'unknown'): Promise<ParsedMedia> {
  const parsed: ParsedMedia = { kind: 'photo', container, problems: [] }
  for await (const step of walkTopLevel(reader)) {
    if (step.kind === 'not-a-box') {
      parsed.problems.push({ code: 'unreadable', detail: `what stands at byte ${step.at} is not a box` })
      break
    }
    if (step.kind === 'overrun') {
      parsed.problems.push({
        code: 'truncated',
        detail: `its ${step.box.type} box should end at byte ${step.box.end}, the file ends at ${reader.size}`,
      })
      break
    }
    if (step.box.type !== 'meta') continue
    const meta = await reader.read(step.box.body, step.box.end - step.box.body)
    const iprp = childrenByType(meta, 4).get('iprp')
    const ipco = iprp && childrenByType(meta, iprp.body, iprp.end).get('ipco')
    if (!ipco) continue
    for (const box of children(meta, ipco.body, ipco.end)) {
      if (box.type !== 'ispe' || box.end - box.body < 12) continue
      const width = viewOf(meta).getUint32(box.body + 4)
      const height = viewOf(meta).getUint32(box.body + 8)
      const known = parsed.photo
      if (!known || width * height > known.width * known.height) parsed.photo = { width, height }
    }
  }
  if (!parsed.photo && parsed.problems.length === 0) {
    parsed.problems.push({ code: 'unreadable', detail: 'it does not say how large its picture is' })
  }
  return parsed
}
