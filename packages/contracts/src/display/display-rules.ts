/** Rules of the Display API that no schema can say. Sources: tiktok-api-v2-video-list, -video-query, -video-object. */
export const displayRules = {
  /** `max_count` of a page of videos. */
  page: { defaultCount: 10, maxCount: 20 },
  maxIdsPerQuery: 20,
  /** Newest first. */
  order: 'create_time descending',
  /** `cover_image_url` works for six hours; video/query gives a new one. */
  coverSeconds: 21_600,
  /** The guide suggests to read again every twelve hours in the background. */
  refreshSeconds: 43_200,
  textMaxLength: { title: 150, video_description: 150 },
} as const

/** Addresses as they come back; `<id>`, `<user>` and `<key>` stand for values. */
export const videoAddressForms = {
  share_url: 'https://www.tiktok.com/@<user>/video/<id>?utm_campaign=tt4d_open_api&utm_source=<key>',
  embed_link:
    'https://www.tiktok.com/static/profile-video?id=<id>&hide_author=1&utm_campaign=tt4d_open_api&utm_source=<key>',
} as const
