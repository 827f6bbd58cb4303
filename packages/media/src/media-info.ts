/** Where the bytes are. The name of a file is never used to guess what is inside. */
export type MediaSource = { kind: 'file'; path: string } | { kind: 'bytes'; bytes: Uint8Array }

export type MediaContainer =
  | 'mp4'
  | 'mov'
  | 'webm'
  | 'mkv'
  | 'avi'
  | 'jpeg'
  | 'webp'
  | 'png'
  | 'gif'
  | 'heic'
  | 'unknown'

/**
 * - `empty`: no byte at all
 * - `unreadable`: not a picture or video this package knows, or its structure is broken
 * - `truncated`: the file ends before its own structure says it does
 * - `no-movie-header`: an MP4 or MOV without its `moov` box
 * - `no-video-track`: nothing to see in it, for example a sound file
 * - `no-frames`: a video track without a single frame
 * - `too-complex`: reading it would take more time or memory than any honest file needs
 */
export type MediaProblemCode =
  | 'empty'
  | 'unreadable'
  | 'truncated'
  | 'no-movie-header'
  | 'no-video-track'
  | 'no-frames'
  | 'too-complex'

export interface MediaProblem {
  code: MediaProblemCode
  /** A sentence for a person, with offsets where they help. */
  detail: string
}

export interface VideoTrackInfo {
  /** `h264`, `h265`, `vp8`, `vp9`, `av1`, or the container's own name of it, such as `mp4v`. */
  codec: string
  /** RFC 6381 form (`avc1.42c01f`), where the file carries enough to build it. */
  codecString?: string
  /** Pixels as a viewer sees them: after sample aspect and rotation. */
  width: number
  height: number
  /** Clockwise degrees a player turns the coded picture by: 0, 90, 180 or 270. */
  rotation: number
  /** Frames a second over the whole track, rounded to 0.01; 0 if there is no frame. */
  frameRate: number
  /** True when the gaps between frames differ by more than rounding does. */
  variableFrameRate?: boolean
}

export interface AudioTrackInfo {
  codec: string
  /** Hz */
  sampleRate: number
  channels: number
}

export interface MediaInfo {
  kind: 'video' | 'photo' | 'unknown'
  container: MediaContainer
  sizeBytes: number
  /** Whatever could still be read stands beside the problems. */
  problems: MediaProblem[]
  /** Seconds, the longest track's. */
  durationSec?: number
  video?: VideoTrackInfo
  audio?: AudioTrackInfo
  /** Pixels as stored; a photo's orientation tag is not applied. */
  photo?: { width: number; height: number }
  /** MP4 and MOV: the movie header stands before the media data, so playing can start early. */
  moovFirst?: boolean
}

/** What a parser of one format hands back; the prober adds the rest. */
export type ParsedMedia = Omit<MediaInfo, 'sizeBytes'>
