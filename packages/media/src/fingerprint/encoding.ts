import { FINGERPRINT_VERSION, type HashGrid, type StoredFingerprint } from './fingerprint.ts'
import { HASH_WORDS } from './hash.ts'

/**
 * Layout, little endian: `TWFP`, version (1 byte), kind (1 byte: 0 video, 1 photo), number of regions (2), number of
 * pictures (4), seconds (4, float), aspect (4, float), SHA-256 of the file (32), kinds, times (4 each, float), quality
 * (1 a hash), hashes (32 a hash, words from lowest to highest); then, where it is known, SHA-256 of the encoded pictures (32).
 */
const MAGIC = 0x50465754
const HEAD_BYTES = 52
const SHA256_BYTES = 32
const MAX_REGIONS = 64
const MAX_PICTURES = 4096

/** Thrown for bytes that are no stored fingerprint, or one of a version that this program does not read. */
export class FingerprintFormatError extends Error {
  override readonly name = 'FingerprintFormatError'
}

export function encodeFingerprint({
  kind,
  durationSec,
  aspect,
  fileSha256,
  picturesSha256,
  grid,
}: StoredFingerprint): Uint8Array {
  const regions = grid.kinds.length
  const pictures = grid.times.length
  const count = regions * pictures
  const hashesEnd = HEAD_BYTES + regions + pictures * 4 + count * (1 + HASH_WORDS * 4)
  const bytes = new Uint8Array(hashesEnd + (picturesSha256 === undefined ? 0 : SHA256_BYTES))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint8(4, FINGERPRINT_VERSION)
  view.setUint8(5, kind === 'video' ? 0 : 1)
  view.setUint16(6, regions, true)
  view.setUint32(8, pictures, true)
  view.setFloat32(12, durationSec, true)
  view.setFloat32(16, aspect, true)
  bytes.set(Buffer.from(fileSha256, 'hex'), 20)
  bytes.set(grid.kinds, HEAD_BYTES)
  let at = HEAD_BYTES + regions
  for (const time of grid.times) {
    view.setFloat32(at, time, true)
    at += 4
  }
  bytes.set(grid.quality, at)
  at += count
  for (const word of grid.hashes) {
    view.setUint32(at, word, true)
    at += 4
  }
  if (picturesSha256 !== undefined) bytes.set(Buffer.from(picturesSha256, 'hex'), hashesEnd)
  return bytes
}

/** @throws FingerprintFormatError */
export function decodeFingerprint(bytes: Uint8Array): StoredFingerprint {
  const fail = (why: string): never => {
    throw new FingerprintFormatError(`not a stored fingerprint: ${why}`)
  }
  if (bytes.length < HEAD_BYTES) fail('too short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0, true) !== MAGIC) fail('other first bytes')
  const version = view.getUint8(4)
  if (version !== FINGERPRINT_VERSION) fail(`version ${version} where ${FINGERPRINT_VERSION} is read`)
  const kind = view.getUint8(5)
  const regions = view.getUint16(6, true)
  const pictures = view.getUint32(8, true)
  if (kind > 1 || regions === 0 || regions > MAX_REGIONS || pictures === 0 || pictures > MAX_PICTURES)
    fail('counts out of bounds')
  const count = regions * pictures
  const hashesEnd = HEAD_BYTES + regions + pictures * 4 + count * (1 + HASH_WORDS * 4)
  // The SHA-256 of the pictures came later than the format, and is not known of every file.
  const hasPictures = bytes.length === hashesEnd + SHA256_BYTES
  if (bytes.length !== hashesEnd && !hasPictures) fail('wrong length')
  let at = HEAD_BYTES + regions
  const times = new Float32Array(pictures)
  for (let i = 0; i < pictures; i++) {
    times[i] = view.getFloat32(at, true)
    at += 4
    if (!Number.isFinite(times[i]) || (i > 0 && (times[i] as number) < (times[i - 1] as number)))
      fail('times that do not rise')
  }
  const quality = bytes.slice(at, at + count)
  at += count
  const hashes = new Uint32Array(count * HASH_WORDS)
  for (let i = 0; i < hashes.length; i++, at += 4) hashes[i] = view.getUint32(at, true)
  const grid: HashGrid = { times, kinds: bytes.slice(HEAD_BYTES, HEAD_BYTES + regions), hashes, quality }
  return {
    kind: kind === 0 ? 'video' : 'photo',
    durationSec: view.getFloat32(12, true),
    aspect: view.getFloat32(16, true),
    fileSha256: Buffer.from(bytes.subarray(20, HEAD_BYTES)).toString('hex'),
    ...(hasPictures && { picturesSha256: Buffer.from(bytes.subarray(hashesEnd)).toString('hex') }),
    grid,
  }
}
