/** Element ids used here, with their marker bits, as RFC 8794 and RFC 9559 list them. */
export const ID = {
  Ebml: 0x1a45dfa3,
  DocType: 0x4282,
  Segment: 0x18538067,
  Info: 0x1549a966,
  TimestampScale: 0x2ad7b1,
  Duration: 0x4489,
  Tracks: 0x1654ae6b,
  TrackEntry: 0xae,
  TrackNumber: 0xd7,
  TrackType: 0x83,
  CodecId: 0x86,
  CodecPrivate: 0x63a2,
  DefaultDuration: 0x23e383,
  Video: 0xe0,
  PixelWidth: 0xb0,
  PixelHeight: 0xba,
  DisplayWidth: 0x54b0,
  DisplayHeight: 0x54ba,
  DisplayUnit: 0x54b2,
  Colour: 0x55b0,
  BitsPerChannel: 0x55b2,
  TransferCharacteristics: 0x55ba,
  ContentEncodings: 0x6d80,
  ContentEncoding: 0x6240,
  ContentEncryption: 0x5035,
  Projection: 0x7670,
  PoseRoll: 0x7675,
  Audio: 0xe1,
  SamplingFrequency: 0xb5,
  Channels: 0x9f,
  Cluster: 0x1f43b675,
  Timestamp: 0xe7,
  SimpleBlock: 0xa3,
  BlockGroup: 0xa0,
  Block: 0xa1,
  BlockDuration: 0x9b,
} as const

export interface Element {
  id: number
  body: number
  /** Undefined when the writer did not know it, as live recorders do not. */
  end: number | undefined
}

/** Most bytes a header takes: four of id, eight of size. */
export const MAX_HEADER_BYTES = 12

/**
 * The element whose header begins `bytes`; `'short'` when the header is cut off, undefined when it is not one.
 * `base` is the offset of `bytes` in the file.
 */
export function readElement(bytes: Uint8Array, base: number): Element | 'short' | undefined {
  if (bytes.length === 0) return 'short'
  const idBytes = Math.clz32(bytes[0]!) - 23
  if (idBytes > 4) return undefined
  if (bytes.length < idBytes + 1) return 'short'
  const id = uint(bytes, 0, idBytes)
  const sizeBytes = Math.clz32(bytes[idBytes]!) - 23
  if (sizeBytes > 8) return undefined
  if (bytes.length < idBytes + sizeBytes) return 'short'
  const mask = 2 ** (8 - sizeBytes) - 1
  let size = bytes[idBytes]! & mask
  let unknown = size === mask
  for (let i = 1; i < sizeBytes; i++) {
    const byte = bytes[idBytes + i]!
    size = size * 256 + byte
    unknown &&= byte === 0xff
  }
  const body = base + idBytes + sizeBytes
  return { id, body, end: unknown ? undefined : body + size }
}

/** The elements of a master element held in memory; stops at the first that does not fit. */
export function* elements(bytes: Uint8Array): Generator<{ id: number; bytes: Uint8Array }> {
  let offset = 0
  while (offset < bytes.length) {
    const element = readElement(bytes.subarray(offset, offset + MAX_HEADER_BYTES), offset)
    if (!element || element === 'short' || element.end === undefined || element.end > bytes.length) return
    yield { id: element.id, bytes: bytes.subarray(element.body, element.end) }
    offset = element.end
  }
}

export function uint(bytes: Uint8Array, from = 0, length = bytes.length): number {
  let value = 0
  for (let i = from; i < from + length && i < bytes.length; i++) value = value * 256 + bytes[i]!
  return value
}

export function float(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length === 4) return view.getFloat32(0)
  if (bytes.length === 8) return view.getFloat64(0)
  return 0
}
