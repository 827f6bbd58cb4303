import type { PhotoRules, VideoRules } from '../src/index.ts'

/** TikTok's limits as the tests assume them; https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide */
export const videoRules: VideoRules = {
  containers: ['mp4', 'mov', 'webm'],
  codecs: ['h264', 'h265', 'vp8', 'vp9'],
  frameRate: { min: 23, max: 60 },
  side: { min: 360, max: 4096 },
  maxBytes: 4 * 1024 ** 3,
  maxDurationSec: 600,
  failReasons: {
    format: 'file_format_check_failed',
    duration: 'duration_check_failed',
    frameRate: 'frame_rate_check_failed',
    pictureSize: 'picture_size_check_failed',
  },
}

export const photoRules: PhotoRules = {
  containers: ['jpeg', 'webp'],
  shortSideMax: 1080,
  longSideMax: 1920,
  maxBytes: 20 * 1024 ** 2,
  failReasons: { format: 'file_format_check_failed', pictureSize: 'picture_size_check_failed' },
}
