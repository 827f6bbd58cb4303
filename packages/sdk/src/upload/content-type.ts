import { mediaRules } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'
import type { SliceSource } from '../sources/slice-source.ts'

export type VideoContentType = (typeof mediaRules.upload.contentTypes)[number]

const BY_ENDING: Readonly<Record<string, VideoContentType>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  qt: 'video/quicktime',
  webm: 'video/webm',
}

/** Boxes that a QuickTime file older than `ftyp` can begin with. */
const QUICKTIME_BOXES = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'])

/**
 * The content type to send: the caller's word, else the first bytes, else what the source declares, else the name.
 * @throws {UsageError} when none of them says MP4, MOV or WebM.
 */
export async function chooseContentType(source: SliceSource, given?: string): Promise<VideoContentType> {
  if (given !== undefined) {
    if (isVideo(given)) return given
    throw new UsageError(
      `contentType is ${given}; TikTok takes ${mediaRules.upload.contentTypes.join(', ')}.`,
      {
        field: 'contentType',
      },
    )
  }
  const sniffed = sniff(await head(source))
  if (sniffed !== undefined) return sniffed
  const declared = source.contentType?.split(';')[0]?.trim().toLowerCase()
  if (declared !== undefined && isVideo(declared)) return declared
  const byName = BY_ENDING[/\.([a-z0-9]+)$/i.exec(source.name ?? '')?.[1]?.toLowerCase() ?? '']
  if (byName !== undefined) return byName
  throw new UsageError(
    'Neither the first bytes nor the name of the source say MP4, MOV or WebM, which is all TikTok takes.',
    {
      field: 'source',
      action: 'Convert the video to MP4; when you are sure of it, pass contentType.',
    },
  )
}

function isVideo(type: string): type is VideoContentType {
  return (mediaRules.upload.contentTypes as readonly string[]).includes(type)
}

/** At most 64 bytes; a stream keeps them for the first chunk. */
async function head(source: SliceSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(64, source.size))
  let at = 0
  for await (const piece of source.slice(0, bytes.byteLength - 1)) {
    bytes.set(piece.subarray(0, bytes.byteLength - at), at)
    at += piece.byteLength
    if (at >= bytes.byteLength) break
  }
  return bytes
}

function sniff(bytes: Uint8Array): VideoContentType | undefined {
  const ascii = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))
  const box = ascii(4, 8)
  if (box === 'ftyp') return ascii(8, 12) === 'qt  ' ? 'video/quicktime' : 'video/mp4'
  if (QUICKTIME_BOXES.has(box)) return 'video/quicktime'
  // EBML is WebM's container and Matroska's; the document type stands in its first element.
  if (ascii(0, 4) === '\x1a\x45\xdf\xa3' && ascii(4, 64).includes('webm')) return 'video/webm'
  return undefined
}
