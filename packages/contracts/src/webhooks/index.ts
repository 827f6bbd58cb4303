/** Webhooks. Sources: developers.tiktok.com/doc/webhooks-overview, -events, -verification, and the status page. */
import * as z from 'zod/mini'
import { type FailReason, failReasons } from '../errors.ts'
import { count, int64, openEnum } from '../schema.ts'

const EVENTS = 'https://developers.tiktok.com/doc/webhooks-events'
const STATUS = 'https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status'

/** `content` is JSON inside a string: parse twice. */
export const envelope = z.looseObject({
  client_key: z.string(),
  event: z.string(),
  /** Epoch seconds. */
  create_time: count(),
  /** Missing in the sample of `portability.download.ready`. */
  user_openid: z.optional(z.string()),
  content: z.string(),
})

/** A number in the documentation, a string in captured payloads. */
const postId = z.codec(z.union([z.string(), int64()]), z.string(), {
  decode: (wire) => String(wire),
  encode: (ours) => ours,
})
/** `INBOX_SHARE` is documented; direct posts have been captured as `DIRECT_PUBLISH`. */
const publishType = z.optional(openEnum(['INBOX_SHARE', 'DIRECT_PUBLISH']))
const published = z.looseObject({ publish_id: z.string(), publish_type: publishType })
const publicly = z.looseObject({
  publish_id: z.string(),
  post_id: z.optional(postId),
  publish_type: publishType,
})
const shared = z.looseObject({ share_id: z.string() })

export const events = {
  'authorization.removed': {
    title: 'The user, the app or TikTok ended a grant',
    source: EVENTS,
    content: z.looseObject({ reason: count() }),
  },
  'video.upload.failed': { title: 'Video Kit upload failed (legacy)', source: EVENTS, content: shared },
  'video.publish.completed': { title: 'Video Kit video published (legacy)', source: EVENTS, content: shared },
  'portability.download.ready': {
    title: 'A data export is ready',
    source: EVENTS,
    content: z.looseObject({ request_id: int64() }),
  },
  'post.publish.failed': {
    title: 'A post failed',
    source: STATUS,
    content: z.looseObject({
      publish_id: z.string(),
      /** As `fail_reason` of the status call. */
      reason: openEnum(Object.keys(failReasons) as FailReason[]),
      publish_type: publishType,
    }),
  },
  'post.publish.complete': {
    title: 'A post was made; may come again for further posts from one draft',
    source: STATUS,
    content: published,
  },
  'post.publish.inbox_delivered': { title: 'A draft reached the inbox', source: STATUS, content: published },
  'post.publish.publicly_available': {
    title: 'A post can be seen by everyone',
    source: STATUS,
    content: publicly,
  },
  'post.publish.no_longer_publicaly_available': {
    title: 'A post is no longer public (spelt so by TikTok)',
    source: STATUS,
    content: publicly,
  },
} as const

export type WebhookEventName = keyof typeof events

/** Other spellings seen on older pages and in public code, and the name they stand for. */
export const eventAliases: Readonly<Record<string, WebhookEventName>> = {
  'post.publish.publicaly_available': 'post.publish.publicly_available',
  'post.publish.no_longer_publicly_available': 'post.publish.no_longer_publicaly_available',
}

/** `reason` of `authorization.removed`. */
export const removalReasons = {
  0: 'unknown',
  1: 'the user disconnected the app in TikTok',
  2: "the user's account was deleted",
  3: "the user's age changed",
  4: "the user's account was banned",
  5: 'the developer revoked the grant',
} as const

/** The signature header and how it is made. Source: developers.tiktok.com/doc/webhooks-verification. */
export const signature = {
  header: 'TikTok-Signature',
  /** `t=<epoch seconds>,s=<64 lowercase hex>`: HMAC-SHA256 with the client secret over `t + "." + raw body`. */
  pattern: /^t=(\d+),s=([0-9a-f]{64})$/,
  /** None is prescribed; five minutes is common. */
  defaultToleranceSeconds: 300,
} as const

/** The portal alone subscribes; there is no call for it. Source: developers.tiktok.com/doc/webhooks-overview. */
export const subscription = {
  scheme: 'https',
  /** A callback URL gets every event; none can be chosen. */
  events: 'all',
  testUrl: 'a button in the portal sends a test POST',
  source: 'https://developers.tiktok.com/doc/webhooks-overview',
} as const

/**
 * Any answer but 200 is a failure, retried with growing pauses for 72 hours. Duplicates happen and no body has an id of
 * its own: what tells two apart is the body itself. Source: developers.tiktok.com/doc/webhooks-overview.
 */
export const delivery = { successStatus: 200, retryForSeconds: 72 * 3600, atLeastOnce: true } as const
