import { mediaRules } from './media-rules.ts'

/**
 * What each way to post takes, and TikTok's word for each refusal: the same data for whoever checks a file before it is
 * sent and for the emulator that receives it. Every rule says where it is written down, or that we assume it.
 */
export const mediaProfiles = {
  'direct-post': {
    kind: 'video',
    label: 'Direct Post',
    endpoint: 'posting.initVideo',
    doc: 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide',
    provenance: 'documented',
    /** `max_video_post_duration_sec` of creator info holds: the content sharing guidelines demand that it is checked. */
    rules: { ...mediaRules.video, creatorDuration: 'holds' },
  },
  'inbox-upload': {
    kind: 'video',
    label: 'upload to the inbox',
    endpoint: 'posting.initInboxVideo',
    doc: 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide',
    provenance: 'documented',
    /** The guide says that a creator shortens a longer draft in the app, so that only the ten minutes count here. */
    rules: { ...mediaRules.video, creatorDuration: 'trimmed in the app' },
  },
  'photo-post': {
    kind: 'photo',
    label: 'photo post',
    endpoint: 'posting.initContent',
    doc: 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide',
    provenance: 'documented',
    rules: mediaRules.photo,
  },
  'business-video': {
    kind: 'video',
    label: 'Business video',
    endpoint: '/business/video/publish/',
    doc: 'https://business-api.tiktok.com/portal/docs',
    /** Of its rules, the codecs and the largest side are not documented; those of Content Posting are assumed. */
    provenance: 'documented',
    rules: {
      ...mediaRules.video,
      /** 1 GB; as everywhere, the base is not defined. */
      maxBytes: 1024 ** 3,
      minDurationSec: 3,
      maxDurationSec: 600,
      /** `/business/video/settings/` answers the creator's own limit. */
      creatorDuration: 'holds',
    },
  },
  'business-photo': {
    kind: 'photo',
    label: 'Business photo',
    endpoint: '/business/photo/publish/',
    doc: 'https://business-api.tiktok.com/portal/docs',
    provenance: 'documented',
    rules: mediaRules.photo,
  },
} as const

export type MediaProfileName = keyof typeof mediaProfiles
