/**
 * Where the bytes are. The name of a file is never used to guess what is inside. `ranges` is anything that can answer
 * for a part of a whole of known size, such as a web server; see `openUrl`.
 */
export type MediaSource =
  | { kind: 'file'; path: string }
  | { kind: 'bytes'; bytes: Uint8Array }
  | {
      kind: 'ranges'
      size: number
      /** Exactly the bytes from `offset`, `length` of them; fewer only at the end. */
      read(offset: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array>
    }

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
 * - `encrypted`: copy protection; nobody without the key sees a picture
 * - `damaged`: the structure is whole, but what stands where pictures should be are none
 */
export type MediaProblemCode =
  | 'empty'
  | 'unreadable'
  | 'truncated'
  | 'no-movie-header'
  | 'no-video-track'
  | 'no-frames'
  | 'too-complex'
  | 'encrypted'
  | 'damaged'

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
  /** `Constrained Baseline`, `High 10`, `Main 10`, `Profile 0`: the codec's own name of what it uses. */
  profile?: string
  /** The codec's own level, such as `4.1`. */
  level?: string
  /** Of one sample of luma: 8, 10 or 12. */
  bitDepth?: number
  /** Light beyond what an ordinary screen shows. Absent for ordinary video, and where the file does not say. */
  hdr?: 'pq' | 'hlg' | 'dolby-vision'
  /** Pixels as a viewer sees them: after sample aspect and rotation. */
  width: number
  height: number
  /** Pixels as stored, where that differs from what a viewer sees for another reason than rotation. */
  stored?: { width: number; height: number }
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
  /** MP4 and MOV: the frames are described piece by piece, as recorders of live video do. */
  fragmented?: boolean
  /** MP4 and MOV: entries of the video track's edit list beyond the usual one that shows all of it. */
  edits?: number
  /** Every track, in the file's order: a picture, a sound, or the container's own name of anything else. */
  tracks?: { kind: string; codec: string }[]
}

/** What a parser of one format hands back; the prober adds the rest. */
export type ParsedMedia = Omit<MediaInfo, 'sizeBytes'>
