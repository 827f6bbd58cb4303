import type { Orientation } from './pdq.ts'

/** Stored fingerprints begin with it. Raised when what is stored can no longer be compared with what is made. */
export const FINGERPRINT_VERSION = 1

/** Hashes of several regions of a picture at several times. */
export interface HashGrid {
  /** Seconds from the first picture, rising. */
  readonly times: Float32Array
  /** The kind of each region, see `REGION`. A kind may stand for several regions of a query. */
  readonly kinds: Uint8Array
  /** Of picture `t` and region `r`: hash number `t * kinds.length + r`, eight words each. */
  readonly hashes: Uint32Array
  /** PDQ's measure of how much there is to see, 0 to 100, in the order of the hashes. */
  readonly quality: Uint8Array
}

/** What is kept of an upload: about half a kilobyte a second of video, up to two minutes; half a kilobyte of a photo. */
export interface StoredFingerprint {
  readonly kind: 'video' | 'photo'
  readonly durationSec: number
  /** Width by height as seen. */
  readonly aspect: number
  /** SHA-256 of the file, in hex. */
  readonly fileSha256: string
  /** Of a video's encoded pictures, whatever holds them; absent where they could not be listed. */
  readonly picturesSha256?: string
  readonly grid: HashGrid
}

/** What is compared with stored fingerprints: more pictures, more regions, and the ways a copy may lie. */
export interface QueryFingerprint {
  readonly kind: 'video' | 'photo'
  readonly durationSec: number
  readonly fileSha256: string
  readonly picturesSha256?: string
  readonly grid: HashGrid
  /** Hashes of the same pictures and regions lying otherwise, in the grid's order. */
  readonly turned: readonly { readonly orientation: Orientation; readonly hashes: Uint32Array }[]
}

/** Of one file: what to look for, and what to keep once it is uploaded. Plain data, so it passes between threads. */
export interface Fingerprint {
  readonly query: QueryFingerprint
  /** Absent when only pictures that decode by themselves were looked at: that is enough to ask, not to be found. */
  readonly stored?: StoredFingerprint
}

/** A stretch of two videos that shows the same. */
export interface MatchedSegment {
  readonly query: { readonly fromSec: number; readonly toSec: number }
  readonly stored: { readonly fromSec: number; readonly toSec: number }
  /** Seconds of the copy for one second of the original: 0.9 is played faster. */
  readonly speed: number
  readonly orientation: Orientation
}

/**
 * - `duplicate`: the same pictures, edited at most
 * - `review`: alike in what may be a template, a backdrop or an edit; a person decides
 * - `distinct`: not the same
 */
export type MatchVerdict = 'duplicate' | 'review' | 'distinct'

export interface Match {
  readonly verdict: MatchVerdict
  /** 1: bit by bit the same; 0: as different as strangers. */
  readonly score: number
  /** Mean number of differing bits of 256 along the match. */
  readonly distance: number
  /** By how many bits pictures at the same time are nearer than pictures at different times; 0 for photos. */
  readonly contrast: number
  readonly segments: readonly MatchedSegment[]
}
