import type { MediaInfo, Watermark } from '@tockwork/media'
import type { MatchedSegment } from '@tockwork/media/originality'

/** What was seen in a file, as it is kept. */
export interface LookReport {
  /** What decoded its pictures; null: nothing here could. */
  decoder: string | null
  watermarks: Omit<Watermark, 'evidence'>[]
  /** Platforms that it seems to be a download from, and why. */
  downloads: { name: string; because: string }[]
  /** Why the AI label is suggested; empty: nothing speaks for it. */
  aiSigns: string[]
  /** What was not looked at, one sentence each. */
  skipped: string[]
}

/** An earlier file of the workspace that shows the same. */
export interface MatchedAsset {
  assetId: string
  verdict: 'duplicate' | 'review'
  /** 1: bit by bit the same; 0: as different as strangers. */
  score: number
  segments: readonly MatchedSegment[]
}

/** A picture as evidence: of a match the file on the left and the earlier one on the right, or the crop of a mark. */
export interface SeenFrame {
  kind: 'match' | 'watermark'
  otherAssetId?: string
  atSec: number
  otherAtSec?: number
  png: Uint8Array
}

export interface LookTask {
  path: string
  info: MediaInfo
  /** Whether marks are looked for, which takes seconds. */
  watermarks: boolean
  ownHandles: readonly string[]
  brandWords: readonly string[]
}

export interface Look {
  /** Names it for `near` and `compare`, until the next look. */
  id: number
  report: LookReport
  /** What is kept for comparing later files with it; absent when its pictures were not decoded. */
  fingerprint: Uint8Array | undefined
  /** Crops of watermarks. */
  frames: SeenFrame[]
}

export interface StoredData {
  assetId: string
  data: Uint8Array
}

/** Files by where they lie on this machine, with the moments that match. */
export interface PairTask {
  one: { path: string; info: MediaInfo }
  other: { path: string; info: MediaInfo }
  /** Seconds in the one and in the other. */
  moments: readonly (readonly [number, number])[]
}

/**
 * Looks at pictures. All of it is heavy, so a hub has it done away from the thread that serves (`WorkerLooker`). Knows
 * each workspace's uploads only by what `add` was given for that workspace.
 */
export interface Looker extends AsyncDisposable {
  /** What decodes pictures, or why nothing does. */
  decoder(): Promise<{ name: string; reason?: undefined } | { name: undefined; reason: string }>
  look(task: LookTask): Promise<Look>
  /** The number up to which a workspace's index is filled; 0: it is not there, or was dropped for want of memory. */
  indexedUpTo(workspaceId: string): Promise<number>
  /** Fills a workspace's index on. `upTo`: the number of the last of these. */
  add(workspaceId: string, entries: readonly StoredData[], upTo: number): Promise<void>
  /** Uploads of the workspace that come near to what was looked at last, nearest first. */
  near(workspaceId: string, lookId: number): Promise<string[]>
  compare(lookId: number, stored: readonly StoredData[]): Promise<MatchedAsset[]>
  /** Both files side by side at these moments, as PNG. */
  sideBySide(task: PairTask): Promise<Uint8Array[]>
}
