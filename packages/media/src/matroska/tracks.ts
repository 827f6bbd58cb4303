import { asciiAt, BudgetExceeded, MAX_TRACKS } from '../byte-reader.ts'
import { videoCodecString } from '../isobmff/codec-strings.ts'
import { hdrOf, type VideoDetails, videoDetails } from '../isobmff/video-details.ts'
import { elements, float, ID, uint } from './ebml.ts'

export interface MatroskaTrack {
  number: number
  type: 'video' | 'audio' | 'other'
  codec: string
  codecString?: string
  details: VideoDetails
  encrypted: boolean
  /** As stored, before the display size is applied. */
  stored: { width: number; height: number }
  /** Nanoseconds of a frame, if the writer said so. */
  defaultDuration: number
  width: number
  height: number
  rotation: number
  sampleRate: number
  channels: number
}

const CODECS: Record<string, string> = {
  V_VP8: 'vp8',
  V_VP9: 'vp9',
  V_AV1: 'av1',
  'V_MPEG4/ISO/AVC': 'h264',
  'V_MPEGH/ISO/HEVC': 'h265',
  A_OPUS: 'opus',
  A_VORBIS: 'vorbis',
  A_AAC: 'aac',
  'A_MPEG/L3': 'mp3',
  A_FLAC: 'flac',
  A_AC3: 'ac-3',
  A_EAC3: 'ec-3',
}

/** Reads the content of a `Tracks` element. */
export function parseTracks(bytes: Uint8Array): MatroskaTrack[] {
  const tracks: MatroskaTrack[] = []
  for (const element of elements(bytes)) {
    if (element.id !== ID.TrackEntry) continue
    if (tracks.length === MAX_TRACKS) throw new BudgetExceeded(`more than ${MAX_TRACKS} tracks`)
    tracks.push(parseTrack(element.bytes))
  }
  return tracks
}

function parseTrack(bytes: Uint8Array): MatroskaTrack {
  const track: MatroskaTrack = {
    number: 0,
    type: 'other',
    codec: 'unknown',
    details: {},
    encrypted: false,
    stored: { width: 0, height: 0 },
    defaultDuration: 0,
    width: 0,
    height: 0,
    rotation: 0,
    sampleRate: 0,
    channels: 0,
  }
  let codecId = ''
  let setup: Uint8Array | undefined
  for (const element of elements(bytes)) {
    if (element.id === ID.TrackNumber) track.number = uint(element.bytes)
    if (element.id === ID.TrackType) track.type = typeOf(uint(element.bytes))
    if (element.id === ID.DefaultDuration) track.defaultDuration = uint(element.bytes)
    if (element.id === ID.CodecId) codecId = asciiAt(element.bytes, 0, 32).replace(/\0.*$/s, '')
    if (element.id === ID.CodecPrivate) setup = element.bytes
    if (element.id === ID.Video) readPicture(element.bytes, track)
    if (element.id === ID.Audio) readSound(element.bytes, track)
    if (element.id === ID.ContentEncodings) track.encrypted = hasEncryption(element.bytes)
  }
  track.codec =
    CODECS[codecId] ?? CODECS[codecId.replace(/^(A_AAC)\/.*/, '$1')] ?? fourCharacterCode(codecId, setup)
  const boxed = setup && boxedSetup(codecId, setup)
  if (boxed) {
    const codecString = videoCodecString(boxed.entry, boxed.bytes)
    if (codecString) track.codecString = codecString
    // What the track says of itself was read first and goes first.
    track.details = { ...videoDetails(boxed.bytes), ...track.details }
  }
  return track
}

function hasEncryption(bytes: Uint8Array): boolean {
  for (const encoding of elements(bytes)) {
    if (encoding.id !== ID.ContentEncoding) continue
    for (const inner of elements(encoding.bytes)) if (inner.id === ID.ContentEncryption) return true
  }
  return false
}

function typeOf(type: number): MatroskaTrack['type'] {
  if (type === 1) return 'video'
  return type === 2 ? 'audio' : 'other'
}

/** Video for Windows hides its real codec in a BITMAPINFOHEADER. */
function fourCharacterCode(codecId: string, setup: Uint8Array | undefined): string {
  const name = codecId === 'V_MS/VFW/FOURCC' && setup ? asciiAt(setup, 16, 4) : codecId
  return name.replace(/[^\x20-\x7e]/g, '?').trim() || 'unknown'
}

/** CodecPrivate is the content of the box MP4 would have; only the box header is missing. */
function boxedSetup(codecId: string, setup: Uint8Array): { entry: string; bytes: Uint8Array } | undefined {
  const [box, entry] =
    { 'V_MPEG4/ISO/AVC': ['avcC', 'avc1'], 'V_MPEGH/ISO/HEVC': ['hvcC', 'hvc1'], V_AV1: ['av1C', 'av01'] }[
      codecId
    ] ?? []
  if (!box || !entry) return undefined
  const boxed = new Uint8Array(setup.length + 8)
  new DataView(boxed.buffer).setUint32(0, boxed.length)
  for (let i = 0; i < 4; i++) boxed[4 + i] = box.charCodeAt(i)
  boxed.set(setup, 8)
  return { entry, bytes: boxed }
}

function readPicture(bytes: Uint8Array, track: MatroskaTrack): void {
  let display = { width: 0, height: 0, unit: 0 }
  for (const element of elements(bytes)) {
    if (element.id === ID.PixelWidth) track.width = uint(element.bytes)
    if (element.id === ID.PixelHeight) track.height = uint(element.bytes)
    if (element.id === ID.DisplayWidth) display = { ...display, width: uint(element.bytes) }
    if (element.id === ID.DisplayHeight) display = { ...display, height: uint(element.bytes) }
    if (element.id === ID.DisplayUnit) display = { ...display, unit: uint(element.bytes) }
    if (element.id === ID.Projection) {
      for (const inner of elements(element.bytes)) {
        if (inner.id !== ID.PoseRoll) continue
        // The roll turns counter-clockwise, our figure clockwise.
        track.rotation = (((Math.round(-float(inner.bytes) / 90) % 4) + 4) % 4) * 90
      }
    }
    if (element.id === ID.Colour) readColour(element.bytes, track)
  }
  track.stored = { width: track.width, height: track.height }
  // Pixels (0) and aspect ratio (3) both give the shape; the stored pixels give the size. Centimetres give neither.
  if (display.width > 0 && display.height > 0 && (display.unit === 0 || display.unit === 3)) {
    const height = Math.round((track.width * display.height) / display.width)
    if (height >= track.height) track.height = height
    else track.width = Math.round((track.height * display.width) / display.height)
  }
}

function readColour(bytes: Uint8Array, track: MatroskaTrack): void {
  for (const element of elements(bytes)) {
    const value = uint(element.bytes)
    if (element.id === ID.BitsPerChannel && value > 0) track.details.bitDepth = value
    const hdr = element.id === ID.TransferCharacteristics ? hdrOf(value) : undefined
    if (hdr !== undefined) track.details.hdr = hdr
  }
}

function readSound(bytes: Uint8Array, track: MatroskaTrack): void {
  // RFC 9559's defaults, for writers that leave them out.
  track.sampleRate = 8000
  track.channels = 1
  for (const element of elements(bytes)) {
    if (element.id === ID.SamplingFrequency) track.sampleRate = Math.round(float(element.bytes))
    if (element.id === ID.Channels) track.channels = uint(element.bytes)
  }
}
