/** Rules around posting that no schema can say. */

/**
 * What `privacy_level_options` holds for each kind of account.
 * Source: developers.tiktok.com/doc/content-posting-api-reference-query-creator-info.
 */
export const privacyOptionsByAccount = {
  public: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  private: ['FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
} as const

/**
 * Forms of `publish_id` in TikTok's samples, `<n>` being digits. The id is opaque: nothing may depend on its form.
 * Sources: the reference pages of direct post, upload video and photo post.
 */
export const publishIdForms = {
  directFile: { form: 'v_pub_file~v2-1.<n>', provenance: 'documented' },
  directUrl: { form: 'v_pub_url~v2.<n>', provenance: 'documented' },
  /** With 19 digits, in a capture. */
  directUrlCaptured: { form: 'v_pub_url~v2-1.<n>', provenance: 'observed' },
  inboxFile: { form: 'v_inbox_file~v2.<n>', provenance: 'documented' },
  inboxUrl: { form: 'v_inbox_url~v2.<n>', provenance: 'documented' },
  /** Both modes. */
  photos: { form: 'p_pub_url~v2.<n>', provenance: 'documented' },
} as const

/** Longest values of an init's answer, in characters. */
export const initAnswerLimits = { publishIdMaxLength: 64, uploadUrlMaxLength: 256 } as const

/**
 * From which status a post can come to which; an empty list ends it. A draft in the inbox waits for its user.
 * Source: developers.tiktok.com/doc/content-posting-api-reference-get-video-status.
 */
export const statusFlow = {
  direct: {
    PROCESSING_UPLOAD: ['PUBLISH_COMPLETE', 'FAILED'],
    PROCESSING_DOWNLOAD: ['PUBLISH_COMPLETE', 'FAILED'],
    PUBLISH_COMPLETE: [],
    FAILED: [],
  },
  draft: {
    PROCESSING_UPLOAD: ['SEND_TO_USER_INBOX', 'FAILED'],
    PROCESSING_DOWNLOAD: ['SEND_TO_USER_INBOX', 'FAILED'],
    SEND_TO_USER_INBOX: ['PUBLISH_COMPLETE', 'FAILED'],
    PUBLISH_COMPLETE: [],
    FAILED: [],
  },
} as const

/**
 * Hosts of `upload_url` in TikTok's samples; any host under `tiktokapis.com` is to be expected.
 * Sources: developers.tiktok.com/doc/content-posting-api-media-transfer-guide and the init pages.
 */
export const uploadAddresses = {
  suffix: '.tiktokapis.com',
  samples: [
    'https://open-upload.tiktokapis.com/video/',
    'https://open-upload.tiktokapis.com/upload/',
    'https://upload.us.tiktokapis.com/video/',
  ],
} as const

/** Seconds for which the avatar address of creator info works. Source: the creator info page. */
export const creatorAvatarSeconds = 7200
