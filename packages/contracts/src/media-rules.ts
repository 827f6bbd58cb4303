/**
 * What TikTok takes. Source: developers.tiktok.com/doc/content-posting-api-media-transfer-guide.
 * "1080p" for photos is not defined there: short side up to 1080 and long side up to 1920 is what we assume.
 */
export const mediaRules = {
  video: {
    /** The first of each is recommended. */
    containers: ['mp4', 'mov', 'webm'],
    codecs: ['h264', 'h265', 'vp8', 'vp9'],
    frameRate: { min: 23, max: 60 },
    side: { min: 360, max: 4096 },
    /** 4 GB; the base is not defined, the larger reading is what TikTok can have meant at most. */
    maxBytes: 4 * 1024 ** 3,
    /** Ten minutes through the API; `max_video_post_duration_sec` of the creator may be less. */
    maxDurationSec: 600,
    /** What creators may post: everyone three minutes, some five or ten. */
    creatorDurationsSec: [180, 300, 600],
    failReasons: {
      format: 'file_format_check_failed',
      duration: 'duration_check_failed',
      frameRate: 'frame_rate_check_failed',
      pictureSize: 'picture_size_check_failed',
    },
  },
  photo: {
    containers: ['jpeg', 'webp'],
    shortSideMax: 1080,
    longSideMax: 1920,
    maxBytes: 20 * 1024 ** 2,
    maxCount: 35,
    failReasons: { format: 'file_format_check_failed', pictureSize: 'picture_size_check_failed' },
  },
  /**
   * How a file is cut for upload. "MB" is not defined: the samples use 10,000,000-byte chunks and call 4,194,304 bytes
   * "4 MB", so we plan within both readings and accept either.
   */
  upload: {
    contentTypes: ['video/mp4', 'video/quicktime', 'video/webm'],
    /** Below this a file goes in one piece. */
    minChunkBytes: { plan: 5 * 1024 ** 2, accept: 5_000_000 },
    maxChunkBytes: { plan: 64_000_000, accept: 64 * 1024 ** 2 },
    maxFinalChunkBytes: { plan: 128_000_000, accept: 128 * 1024 ** 2 },
    /** `total_chunk_count` = floor(size / chunk size): the last chunk takes the rest. In order, one after the other. */
    maxChunks: 1000,
    urlValidSeconds: 3600,
  },
  pull: {
    /** https alone; an answer 3xx is a failure. */
    schemes: ['https'],
    redirects: false,
    timeoutSeconds: 3600,
  },
  caption: { videoTitleMax: 2200, photoTitleMax: 90, photoDescriptionMax: 4000 },
} as const

/** A file of TikTok's that needs no verified address. Source: the media transfer guide. */
export const pullTestUrl =
  'https://sf16-va.tiktokcdn.com/obj/eden-va2/uvpapzpbxjH-aulauvJ-WV[[/ljhwZthlaukjlkulzlp/3min.mp4'

/** Caps around posting. Sources: content-sharing-guidelines, upload-video, photo-post. */
export const postingCaps = {
  /** "Typically around 15", shared by all apps of a creator; a guide of 2026 says 25. */
  postsPerCreatorPerDay: 15,
  pendingSharesPerDay: 5,
  unauditedUsersPerDay: 5,
  windowSeconds: 86_400,
} as const
