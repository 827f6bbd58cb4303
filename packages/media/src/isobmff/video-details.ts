import { viewOf } from '../byte-reader.ts'
import type { VideoTrackInfo } from '../media-info.ts'
import { childrenByType } from './boxes.ts'

/** What a decoder's setup says beyond the codec: profile, level, bit depth, high dynamic range. */
export type VideoDetails = Pick<VideoTrackInfo, 'profile' | 'level' | 'bitDepth' | 'hdr'>

/**
 * Reads the boxes inside a visual sample entry.
 * Layouts: ISO/IEC 14496-15 (`avcC`, `hvcC`), 14496-12 (`colr`), the VP9 and AV1 bindings, and Dolby's `dvcC`.
 */
export function videoDetails(bytes: Uint8Array): VideoDetails {
  const boxes = childrenByType(bytes)
  const content = (type: string): Uint8Array | undefined => {
    const box = boxes.get(type)
    return box && bytes.subarray(box.body, box.end)
  }
  const vp = content('vpcC')
  const details: VideoDetails = {
    ...avcDetails(content('avcC')),
    ...hevcDetails(content('hvcC')),
    ...vpDetails(vp),
    ...av1Details(content('av1C')),
  }
  const hdr =
    boxes.has('dvcC') || boxes.has('dvvC')
      ? 'dolby-vision'
      : (hdrOf(colourTransfer(content('colr'))) ?? hdrOf(vp?.[8]))
  return hdr === undefined ? details : { ...details, hdr }
}

/** Transfer characteristics by their number in ITU-T H.273; everything else is ordinary video. */
export function hdrOf(transfer: number | undefined): 'pq' | 'hlg' | undefined {
  if (transfer === 16) return 'pq'
  return transfer === 18 ? 'hlg' : undefined
}

function colourTransfer(colr: Uint8Array | undefined): number | undefined {
  if (!colr || colr.length < 10) return undefined
  const kind = String.fromCharCode(colr[0]!, colr[1]!, colr[2]!, colr[3]!)
  return kind === 'nclx' || kind === 'nclc' ? viewOf(colr).getUint16(6) : undefined
}

const AVC_PROFILES: Record<number, string> = {
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4 Predictive',
}

function avcDetails(avc: Uint8Array | undefined): VideoDetails {
  if (!avc || avc.length < 4) return {}
  const idc = avc[1]!
  const constrained = idc === 66 && (avc[2]! & 0x40) !== 0
  const name = AVC_PROFILES[idc] ?? `profile ${idc}`
  return {
    profile: constrained ? `Constrained ${name}` : name,
    level: String(avc[3]! / 10),
    bitDepth: avcBitDepth(avc),
  }
}

/** The High profiles repeat the depth behind the parameter sets; the others have no choice. */
function avcBitDepth(avc: Uint8Array): number {
  if (![100, 110, 122, 144, 244].includes(avc[1]!)) return 8
  let at = 5
  for (let sets = avc[at++]! & 31; sets > 0; sets--) at += 2 + ((avc[at] ?? 0) << 8) + (avc[at + 1] ?? 0)
  for (let sets = avc[at++] ?? 0; sets > 0; sets--) at += 2 + ((avc[at] ?? 0) << 8) + (avc[at + 1] ?? 0)
  return 8 + ((avc[at + 1] ?? 0) & 7)
}

const HEVC_PROFILES: Record<number, string> = {
  1: 'Main',
  2: 'Main 10',
  3: 'Main Still Picture',
  4: 'Range Extensions',
}

function hevcDetails(hevc: Uint8Array | undefined): VideoDetails {
  if (!hevc || hevc.length < 18) return {}
  const idc = hevc[1]! & 31
  return {
    profile: HEVC_PROFILES[idc] ?? `profile ${idc}`,
    level: String(Math.round(hevc[12]! / 3) / 10),
    bitDepth: 8 + (hevc[17]! & 7),
  }
}

/** A full box: four bytes of version and flags come first. */
function vpDetails(vp: Uint8Array | undefined): VideoDetails {
  if (!vp || vp.length < 7) return {}
  return { profile: `Profile ${vp[4]}`, level: String(vp[5]! / 10), bitDepth: vp[6]! >> 4 }
}

const AV1_PROFILES = ['Main', 'High', 'Professional']

function av1Details(av1: Uint8Array | undefined): VideoDetails {
  if (!av1 || av1.length < 3) return {}
  const level = av1[1]! & 31
  return {
    profile: AV1_PROFILES[av1[1]! >> 5] ?? `profile ${av1[1]! >> 5}`,
    level: `${2 + (level >> 2)}.${level & 3}`,
    bitDepth: av1[2]! & 0x40 ? (av1[2]! & 0x20 ? 12 : 10) : 8,
  }
}
