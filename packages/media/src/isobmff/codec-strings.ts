import { viewOf } from '../byte-reader.ts'
import { childrenByType, printable } from './boxes.ts'

const VIDEO_CODECS: Record<string, string> = {
  avc1: 'h264',
  avc2: 'h264',
  avc3: 'h264',
  avc4: 'h264',
  hvc1: 'h265',
  hev1: 'h265',
  dvh1: 'h265',
  dvhe: 'h265',
  vp08: 'vp8',
  vp09: 'vp9',
  av01: 'av1',
}

/** Our name of a sample entry, or the entry's own four characters. */
export function videoCodecName(entry: string): string {
  return VIDEO_CODECS[entry] ?? printable(entry)
}

/**
 * The RFC 6381 string of a video sample entry, as ISO/IEC 14496-15 annex E and the VP9 binding define it.
 * `bytes` are the boxes inside the entry, behind its fixed fields.
 */
export function videoCodecString(entry: string, bytes: Uint8Array): string | undefined {
  const boxes = childrenByType(bytes)
  const content = (type: string) => {
    const box = boxes.get(type)
    return box && bytes.subarray(box.body, box.end)
  }
  const avc = content('avcC')
  if (avc && avc.length >= 4) return `${entry}.${[1, 2, 3].map((i) => hex(avc[i]!)).join('')}`
  const hevc = content('hvcC')
  if (hevc && hevc.length >= 13) return hevcString(entry, hevc)
  const vp = content('vpcC')
  if (vp && vp.length >= 7) {
    return `${entry}.${decimal(vp[4]!)}.${decimal(vp[5]!)}.${decimal(vp[6]! >> 4)}`
  }
  const av1 = content('av1C')
  if (av1 && av1.length >= 3) {
    const tier = av1[2]! & 0x80 ? 'H' : 'M'
    const depth = av1[2]! & 0x40 ? (av1[2]! & 0x20 ? 12 : 10) : 8
    return `${entry}.${av1[1]! >> 5}.${decimal(av1[1]! & 31)}${tier}.${decimal(depth)}`
  }
  return undefined
}

function hevcString(entry: string, hevc: Uint8Array): string {
  const view = viewOf(hevc)
  const space = ['', 'A', 'B', 'C'][hevc[1]! >> 6]!
  const tier = hevc[1]! & 0x20 ? 'H' : 'L'
  let compatibility = 0
  for (let bit = 0; bit < 32; bit++) if (view.getUint32(2) & (1 << bit)) compatibility += 2 ** (31 - bit)
  const constraints = [...hevc.subarray(6, 12)]
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop()
  const parts = [
    entry,
    `${space}${hevc[1]! & 31}`,
    compatibility.toString(16),
    `${tier}${hevc[12]!}`,
    ...constraints.map((byte) => byte.toString(16)),
  ]
  return parts.join('.')
}

/** `bytes` are the boxes inside an audio sample entry. */
export function audioCodecName(entry: string, bytes: Uint8Array): string {
  if (entry === 'mp4a' || entry === 'enca') {
    const esds = childrenByType(bytes).get('esds')
    const objectType = esds && mp4ObjectType(bytes.subarray(esds.body + 4, esds.end))
    return objectType === 0x69 || objectType === 0x6b ? 'mp3' : 'aac'
  }
  if (entry === '.mp3') return 'mp3'
  return printable(entry).toLowerCase()
}

/** objectTypeIndication of an elementary stream descriptor (ISO/IEC 14496-1 7.2.6). */
function mp4ObjectType(descriptor: Uint8Array): number | undefined {
  let at = 0
  const enter = (tag: number): boolean => {
    if (descriptor[at++] !== tag) return false
    while ((descriptor[at] ?? 0) & 0x80) at++
    at++
    return true
  }
  if (!enter(3)) return undefined
  const flags = descriptor[at + 2] ?? 0
  at += 3
  if (flags & 0x80) at += 2
  if (flags & 0x40) at += 1 + (descriptor[at] ?? 0)
  if (flags & 0x20) at += 2
  return enter(4) ? descriptor[at] : undefined
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function decimal(value: number): string {
  return String(value).padStart(2, '0')
}
