import { existsSync, rmSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mediaProfiles, mediaRules } from '@tockwork/contracts'
import type { PrivacyLevel } from '@tockwork/contracts/posting'
import type { Platform } from '../platform.ts'
import type { PublishRow, PublishState, VideoRow } from '../state/model.ts'
import { pullMedia } from './pull.ts'

/** Timer kinds. */
export const PULL_START = 'pull.start'
export const UPLOAD_EXPIRES = 'upload.expires'
const PROCESSED = 'publish.processed'
const MODERATED = 'publish.moderated'
export const INBOX_POSTED = 'inbox.posted'

/** A publish moves only along these; `FAILED` and `PUBLISH_COMPLETE` are final. */
const TRANSITIONS: Readonly<Record<PublishState, readonly PublishState[]>> = {
  PROCESSING_UPLOAD: ['SEND_TO_USER_INBOX', 'PUBLISH_COMPLETE', 'FAILED'],
  PROCESSING_DOWNLOAD: ['SEND_TO_USER_INBOX', 'PUBLISH_COMPLETE', 'FAILED'],
  SEND_TO_USER_INBOX: ['PUBLISH_COMPLETE', 'FAILED'],
  PUBLISH_COMPLETE: [],
  FAILED: [],
}

export function isFinal(post: PublishRow): boolean {
  return TRANSITIONS[post.state].length === 0
}

function move(
  platform: Platform,
  post: PublishRow,
  state: PublishState,
  fields: Partial<PublishRow> = {},
): void {
  if (!TRANSITIONS[post.state].includes(state))
    throw new Error(`a publish does not go from ${post.state} to ${state}`)
  platform.world.publishes.patch(post, { state, changedAt: platform.clock.now(), ...fields })
}

/** Ends a publish with TikTok's reason, and tells the app. */
export function failPublish(platform: Platform, post: PublishRow, reason: string): void {
  if (isFinal(post)) return
  move(platform, post, 'FAILED', { failReason: reason })
  forget(platform, post)
  tell(platform, post, 'post.publish.failed', { reason })
}

/** All bytes are here: the file is looked at now, and the outcome shows after the processing time. */
export function startProcessing(platform: Platform, post: PublishRow): void {
  platform.world.publishes.patch(post, { processing: true, changedAt: platform.clock.now() })
  platform.timers.after(platform.settings.processingSeconds, PROCESSED, post.id)
}

export function mediaPath(platform: Platform, post: PublishRow, index = 0): string {
  return join(platform.mediaFolder, `${post.id.replace(/[^\w.-]/g, '_')}.${index}`)
}

/** Registers what happens by time. Each can run again after a restart. */
export function registerLifeCycle(platform: Platform): void {
  const { timers, world } = platform
  const living = (id: string): PublishRow | undefined => {
    const post = world.publishes.get(id)
    return post === undefined || isFinal(post) ? undefined : post
  }
  timers.on(PULL_START, async (id) => {
    const post = living(id)
    if (post !== undefined) await pull(platform, post)
  })
  timers.on(UPLOAD_EXPIRES, (id) => {
    const post = living(id)
    if (post === undefined || post.processing || post.state !== 'PROCESSING_UPLOAD') return
    // What TikTok answers for an upload that never came is not documented; `internal` is assumed.
    failPublish(platform, post, 'internal')
  })
  timers.on(PROCESSED, async (id) => {
    const post = living(id)
    if (post !== undefined) await processed(platform, post)
  })
  timers.on(MODERATED, (id) => {
    const post = world.publishes.get(id)
    if (post !== undefined) moderated(platform, post)
  })
  timers.on(INBOX_POSTED, (id) => {
    const post = world.publishes.get(id)
    if (post !== undefined && post.state === 'SEND_TO_USER_INBOX') postFromInbox(platform, post)
  })
}

async function pull(platform: Platform, post: PublishRow): Promise<void> {
  let bytes = 0
  for (const [index, url] of post.urls.entries()) {
    const result = await pullMedia(url, mediaPath(platform, post, index), {
      maxBytes: post.media === 'video' ? mediaRules.video.maxBytes : mediaRules.photo.maxBytes * 4,
      local: platform.settings.pullFromLocal,
      real: platform.real,
      cancelled: () => isFinal(post),
      progress: (count) => {
        post.downloadedBytes = bytes + count
      },
    })
    if (isFinal(post)) return forget(platform, post)
    if (!result.ok)
      return failPublish(platform, post, post.media === 'video' ? 'video_pull_failed' : 'photo_pull_failed')
    bytes += result.bytes
  }
  platform.world.publishes.patch(post, { downloadedBytes: bytes })
  startProcessing(platform, post)
}

async function processed(platform: Platform, post: PublishRow): Promise<void> {
  const grant = platform.world.grants.get(post.grant)
  if (grant === undefined || grant.endedAt !== undefined) return failPublish(platform, post, 'auth_removed')
  const files = post.urls.length === 0 ? [0] : [...post.urls.keys()]
  // Media is no part of a snapshot, and someone may tidy up the data folder.
  if (!files.every((index) => existsSync(mediaPath(platform, post, index))))
    return failPublish(platform, post, 'internal')
  const verdict = await judge(platform, post)
  if (isFinal(post)) return
  if (verdict.failReason !== undefined) return failPublish(platform, post, verdict.failReason)
  platform.world.publishes.patch(post, { found: verdict.found })
  dropBigFiles(platform, post)
  if (post.mode === 'inbox') {
    move(platform, post, 'SEND_TO_USER_INBOX')
    tell(platform, post, 'post.publish.inbox_delivered')
    if (platform.settings.inboxPostsAfterSeconds > 0)
      platform.timers.after(platform.settings.inboxPostsAfterSeconds, INBOX_POSTED, post.id)
    return
  }
  complete(platform, post, (post.postInfo.privacy_level as PrivacyLevel | undefined) ?? 'SELF_ONLY')
}

async function judge(
  platform: Platform,
  post: PublishRow,
): Promise<{ failReason?: string; found: NonNullable<PublishRow['found']> }> {
  // Loaded when the first file is looked at: most runs of the emulator start without one.
  const { judgePhoto, judgeVideo, probe } = await import('@tockwork/media')
  const creator = platform.world.creators.get(post.creator)
  const found = { durationSec: 0, width: 0, height: 0 }
  if (post.media === 'video') {
    const info = await probe({ kind: 'file', path: mediaPath(platform, post) })
    Object.assign(found, {
      durationSec: info.durationSec ?? 0,
      width: info.video?.width ?? 0,
      height: info.video?.height ?? 0,
    })
    const { rules } = mediaProfiles[post.mode === 'inbox' ? 'inbox-upload' : 'direct-post']
    const first = judgeVideo(info, rules, {
      maxDurationSec: creator?.maxDurationSec ?? mediaRules.video.maxDurationSec,
    })[0]
    return first === undefined ? { found } : { failReason: first.failReason, found }
  }
  for (const index of post.urls.keys()) {
    const info = await probe({ kind: 'file', path: mediaPath(platform, post, index) })
    if (index === 0) Object.assign(found, { width: info.photo?.width ?? 0, height: info.photo?.height ?? 0 })
    const first = judgePhoto(info, mediaProfiles['photo-post'].rules)[0]
    if (first !== undefined) return { failReason: first.failReason, found }
  }
  return { found }
}

/** The creator finishes a draft in the app. One draft can become several posts. */
export function postFromInbox(platform: Platform, post: PublishRow, privacy?: PrivacyLevel): void {
  const creator = platform.world.creators.get(post.creator)
  complete(
    platform,
    post,
    privacy ?? (creator?.private === true ? 'FOLLOWER_OF_CREATOR' : 'PUBLIC_TO_EVERYONE'),
  )
}

function complete(platform: Platform, post: PublishRow, privacy: PrivacyLevel): void {
  const { world, clock, ids, timers, settings } = platform
  move(platform, post, 'PUBLISH_COMPLETE')
  const title = typeof post.postInfo.title === 'string' ? post.postInfo.title : ''
  const description = typeof post.postInfo.description === 'string' ? post.postInfo.description : title
  world.videos.put({
    id: ids.postId(clock.seconds()),
    creator: post.creator,
    createdAt: clock.now(),
    title,
    description,
    durationSec: post.found?.durationSec ?? 0,
    width: post.found?.width ?? 0,
    height: post.found?.height ?? 0,
    privacy,
    kind: post.media,
    public: false,
    reach: Math.round((world.creators.get(post.creator)?.followers ?? 100) * 1.7),
    publishId: post.id,
  })
  tell(platform, post, 'post.publish.complete')
  if (privacy === 'PUBLIC_TO_EVERYONE') timers.after(settings.moderationSeconds, MODERATED, post.id)
}

/** Only public posts that pass get a public id. */
function moderated(platform: Platform, post: PublishRow): void {
  if (platform.settings.moderation === 'reject') return
  for (const video of platform.world.videos.where('creator', post.creator)) {
    if (video.publishId !== post.id || video.public || video.privacy !== 'PUBLIC_TO_EVERYONE') continue
    platform.world.videos.patch(video, { public: true })
    platform.world.publishes.patch(post, { postIds: [...post.postIds, video.id] })
    tell(platform, post, 'post.publish.publicly_available', { post_id: video.id })
  }
}

/** The creator changes in the app who may see a post; the app that posted it is told when it comes into public view or leaves it. */
export function changePrivacy(platform: Platform, video: VideoRow, privacy: PrivacyLevel): void {
  const before = video.privacy
  platform.world.videos.patch(video, { privacy })
  const post = video.publishId === undefined ? undefined : platform.world.publishes.get(video.publishId)
  if (post === undefined || before === privacy) return
  const now = { post_id: video.id }
  if (before === 'PUBLIC_TO_EVERYONE' && video.public)
    tell(platform, post, 'post.publish.no_longer_publicaly_available', now)
  if (privacy !== 'PUBLIC_TO_EVERYONE') return
  if (video.public) tell(platform, post, 'post.publish.publicly_available', now)
  else platform.timers.after(platform.settings.moderationSeconds, MODERATED, post.id)
}

function tell(platform: Platform, post: PublishRow, event: string, more: Record<string, unknown> = {}): void {
  const openId = platform.world.grants.get(post.grant)?.openId
  const publishType = post.mode === 'inbox' ? 'INBOX_SHARE' : 'DIRECT_PUBLISH'
  platform.notify(post.clientKey, event, openId, { publish_id: post.id, ...more, publish_type: publishType })
}

/** Files of a publish that will not be needed again. */
function forget(platform: Platform, post: PublishRow): void {
  for (const index of post.urls.length === 0 ? [0] : post.urls.keys())
    rmSync(mediaPath(platform, post, index), { force: true })
}

function dropBigFiles(platform: Platform, post: PublishRow): void {
  const path = mediaPath(platform, post)
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > platform.settings.keepMediaBytes) rmSync(path, { force: true })
}

/** Files that no publish owns any more, after a reset. */
export async function sweepMedia(platform: Platform): Promise<void> {
  const known = new Set(
    [...platform.world.publishes.values()].flatMap((post) =>
      (post.urls.length === 0 ? [0] : [...post.urls.keys()]).map((index) => mediaPath(platform, post, index)),
    ),
  )
  for (const name of await readdir(platform.mediaFolder)) {
    const path = join(platform.mediaFolder, name)
    if (!known.has(path)) rmSync(path, { force: true })
  }
}
