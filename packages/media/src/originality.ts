/** Whether a file was uploaded before: fingerprints, how they are compared, and where they are kept. */
export { decodeFingerprint, encodeFingerprint, FingerprintFormatError } from './fingerprint/encoding.ts'
export {
  FINGERPRINT_VERSION,
  type Fingerprint,
  type HashGrid,
  type Match,
  type MatchedSegment,
  type MatchVerdict,
  type QueryFingerprint,
  type StoredFingerprint,
} from './fingerprint/fingerprint.ts'
export { hashPictures, PHOTO_LYING, type TimedLuma, VIDEO_LYING } from './fingerprint/hash-pictures.ts'
export {
  type FingerprintOptions,
  fingerprintFile,
  fingerprintPhoto,
  fingerprintVideo,
  sha256OfFile,
} from './fingerprint/make-fingerprint.ts'
export { matchFingerprints } from './fingerprint/match.ts'
export type { Orientation } from './fingerprint/pdq.ts'
export { picturesSha256 } from './fingerprint/pictures-sha256.ts'
export { THRESHOLDS } from './fingerprint/thresholds.ts'
export { FingerprintIndex, type FingerprintIndexStats } from './library/fingerprint-index.ts'
export {
  FingerprintLibrary,
  type LibraryEntry,
  type LibraryMatch,
  type LibraryOptions,
} from './library/fingerprint-library.ts'
export { HashIndex, MAX_RADIUS, type SharedHashIndex } from './library/hash-index.ts'
