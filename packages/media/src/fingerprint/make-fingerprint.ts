import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { UsageError } from '@tockwork/kernel'
import { DecodeError, type FrameRequest, type FrameSource } from '../frames/frame-source.ts'
import type { MediaInfo } from '../media-info.ts'
import type { Fingerprint } from './fingerprint.ts'
import { hashPictures, PHOTO_LYING, type TimedLuma, VIDEO_LYING } from './hash-pictures.ts'
import { PICTURE_SIDE } from './picture.ts'
import { picturesSha256 } from './pictures-sha256.ts'

export interface FingerprintOptions {
  /**
   * `all`: four pictures a second. `keyframes`: only those that decode by themselves, in a fraction of the time; it
   * finds fewer edited copies, and what it makes cannot be stored.
   */
  readonly look?: 'all' | 'keyframes'
  readonly signal?: AbortSignal
}

const QUERY_FPS = 4
/** A longer video is looked at less often, so that time and memory stay what they are for two minutes. */
const MAX_PICTURES = 480
const MIN_FPS = 1
/** What comes after is not looked at. */
const MAX_SEC = 1200
/** Of the pictures of a query each fourth is stored; of a short clip more, of a long one fewer. */
/** Fewer pictures that decode by themselves than this are no look at a video. */
const MIN_KEYFRAMES = 5
const STORED_STRIDE = 4
const MIN_STORED = 8
const MAX_STORED = 120

/**
 * The fingerprint of a file, video or photo.
 *
 * @param info what `probe` said of it
 * @throws UsageError when it is neither; DecodeError when its pictures cannot be decoded
 */
export function fingerprintFile(
  path: string,
  info: MediaInfo,
  frames: FrameSource,
  options: FingerprintOptions = {},
): Promise<Fingerprint> {
  if (info.kind === 'video') return fingerprintVideo(path, info, frames, options)
  if (info.kind === 'photo') return fingerprintPhoto(path, info, frames, options)
  throw new UsageError(`${path} is neither a video nor a photo`, { field: 'path' })
}

/**
 * The fingerprint of a video.
 *
 * @param info what `probe` said of it
 * @throws DecodeError when its pictures cannot be decoded
 */
export async function fingerprintVideo(
  path: string,
  info: MediaInfo,
  frames: FrameSource,
  { look = 'all', signal }: FingerprintOptions = {},
): Promise<Fingerprint> {
  const durationSec = info.durationSec ?? 0
  const fps = Math.min(QUERY_FPS, Math.max(MIN_FPS, MAX_PICTURES / Math.max(durationSec, 1)))
  const request: FrameRequest = {
    ...{ width: PICTURE_SIDE, height: PICTURE_SIDE, channels: 1, toSec: MAX_SEC },
    at: look === 'keyframes' ? 'keyframes' : { fps },
    ...(signal === undefined ? {} : { signal }),
  }
  let [pictures, fileSha256, encoded] = await Promise.all([
    takePictures(frames.frames(path, request), MAX_SEC * MIN_FPS),
    sha256OfFile(path, signal),
    picturesSha256({ kind: 'file', path }, info.container, signal),
  ])
  if (look === 'keyframes' && pictures.length < MIN_KEYFRAMES)
    // A clip of a few seconds has one or two, which prove nothing; all of it is quick to decode.
    pictures = await takePictures(frames.frames(path, { ...request, at: { fps } }), MAX_SEC * MIN_FPS)
  const { width, height } = info.video ?? { width: 1, height: 1 }
  const aspect = width / height
  const fitting = Math.max(1, Math.min(STORED_STRIDE, Math.floor(pictures.length / MIN_STORED)))
  const storeEvery = Math.max(fitting, Math.ceil(pictures.length / MAX_STORED))
  const hashed = hashPictures(pictures, { aspect, storeEvery, lying: VIDEO_LYING })
  const common = {
    kind: 'video',
    durationSec,
    fileSha256,
    ...(encoded === undefined ? {} : { picturesSha256: encoded }),
  } as const
  return {
    query: { ...common, ...hashed.query },
    ...(look === 'all' ? { stored: { ...common, aspect, grid: hashed.stored } } : {}),
  }
}

/**
 * The fingerprint of a photo.
 *
 * @param info what `probe` said of it
 * @throws DecodeError when it cannot be decoded
 */
export async function fingerprintPhoto(
  path: string,
  info: MediaInfo,
  frames: FrameSource,
  { signal }: Pick<FingerprintOptions, 'signal'> = {},
): Promise<Fingerprint> {
  const request: FrameRequest = {
    ...{ width: PICTURE_SIDE, height: PICTURE_SIDE, channels: 1, at: { timesSec: [0] } },
    ...(signal === undefined ? {} : { signal }),
  }
  const [pictures, fileSha256] = await Promise.all([
    takePictures(frames.frames(path, request), 1),
    sha256OfFile(path, signal),
  ])
  const { width, height } = info.photo ?? { width: 1, height: 1 }
  const aspect = width / height
  const hashed = hashPictures(pictures, { aspect, storeEvery: 1, lying: PHOTO_LYING, kind: 'photo' })
  const common = { kind: 'photo', durationSec: 0, fileSha256 } as const
  return { query: { ...common, ...hashed.query }, stored: { ...common, aspect, grid: hashed.stored } }
}

async function takePictures(
  frames: AsyncIterable<{ timeSec: number; pixels: Uint8Array }>,
  most: number,
): Promise<TimedLuma[]> {
  const pictures: TimedLuma[] = []
  for await (const { timeSec, pixels } of frames) {
    pictures.push({ timeSec, luma: pixels })
    if (pictures.length >= most) break
  }
  if (pictures.length === 0) throw new DecodeError('undecodable', 'it has no picture')
  return pictures
}

/** Of the whole file, in hex. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, signal === undefined ? {} : { signal }))
    hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
