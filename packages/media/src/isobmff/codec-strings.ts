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

/**
 * Codec of an audio sample entry, and its channels where its setup knows better than the entry's own field, in which
 * some writers put 2 whatever is true. `bytes` are the boxes inside the entry.
 */
export function audioCodec(entry: string, bytes: Uint8Array): { codec: string; channels?: number } {
  if (entry === 'mp4a' || entry === 'enca') {
    const esds = childrenByType(bytes).get('esds')
    const stream = esds && elementaryStream(bytes.subarray(esds.body + 4, esds.end))
    if (stream?.objectType === 0x69 || stream?.objectType === 0x6b) return { codec: 'mp3' }
    const channels = stream && aacChannels(stream.setup)
    return { codec: 'aac', ...(channels && { channels }) }
  }
  if (entry === '.mp3') return { codec: 'mp3' }
  return { codec: printable(entry).toLowerCase() }
}

/** Object type and decoder setup of an elementary stream descriptor (ISO/IEC 14496-1 7.2.6). */
function elementaryStream(descriptor: Uint8Array): { objectType: number; setup: Uint8Array } | undefined {
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
  if (!enter(4)) return undefined
  const objectType = descriptor[at] ?? 0
  at += 13
  return { objectType, setup: enter(5) ? descriptor.subarray(at) : new Uint8Array(0) }
}

/** channelConfiguration of an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) of the common short forms. */
function aacChannels(setup: Uint8Array): number | undefined {
  const [first = 0xff, second = 0xff] = setup
  const longObjectType = first >> 3 === 31
  const explicitRate = ((first & 7) << 1) + (second >> 7) === 15
  if (setup.length < 2 || longObjectType || explicitRate) return undefined
  const configuration = (second >> 3) & 15
  return configuration === 7 ? 8 : configuration || undefined
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function decimal(value: number): string {
  return String(value).padStart(2, '0')
}
