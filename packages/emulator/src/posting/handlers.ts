import {
  cancelPublish,
  creatorInfo,
  initContent,
  initInboxVideo,
  initVideo,
  publishStatus,
} from '@tockwork/contracts/posting'
import type { HandlerContext, Handlers } from '../endpoint/handlers.ts'
import { type Platform, Refusal } from '../platform.ts'
import type { AppRow, CreatorRow, GrantRow, PublishRow } from '../state/model.ts'
import { declarationProblem } from './chunks.ts'
import { failPublish, PULL_START, UPLOAD_EXPIRES } from './life-cycle.ts'
import { directPostCap, isAudited, pendingShares, privacyOptions, pullProblem } from './rules.ts'

export const postingEndpoints = {
  creatorInfo,
  initVideo,
  initInboxVideo,
  initContent,
  publishStatus,
  cancelPublish,
}

export const postingHandlers: Handlers<typeof postingEndpoints> = {
  creatorInfo({ platform, app, creator, fail }) {
    const cap = directPostCap(platform, app, creator)
    if (cap !== undefined) throw fail(cap)
    return {
      creator_avatar_url: `${platform.origin()}/_emulator/media/avatar/${creator.id}_168.png`,
      creator_username: creator.id,
      creator_nickname: creator.displayName,
      // An unaudited app sees the account's normal options too (observed).
      privacy_level_options: privacyOptions(creator),
      comment_disabled: creator.commentsOff,
      duet_disabled: creator.private || creator.duetOff,
      stitch_disabled: creator.private || creator.stitchOff,
      max_video_post_duration_sec: creator.maxDurationSec,
    }
  },

  initVideo({ platform, app, creator, grant, input }) {
    checkDirect(platform, app, creator, input.post_info.privacy_level)
    return startVideo(platform, app, creator, grant, 'direct', input.source_info, input.post_info)
  },

  initInboxVideo({ platform, app, creator, grant, input }) {
    checkInbox(platform, app, creator)
    return startVideo(platform, app, creator, grant, 'inbox', input.source_info, {})
  },

  initContent({ platform, app, creator, grant, input, fail }) {
    const { photo_images: urls, photo_cover_index: cover } = input.source_info
    if (cover < 0 || cover >= urls.length)
      throw fail('invalid_param', `source_info.photo_cover_index: must be 0 to ${urls.length - 1}`)
    for (const [index, url] of urls.entries())
      checkPull(platform, app, url, `source_info.photo_images.${index}`)
    const direct = input.post_mode === 'DIRECT_POST'
    if (direct) checkDirect(platform, app, creator, input.post_info?.privacy_level)
    else {
      checkInbox(platform, app, creator)
      if (olderThan(creator.appVersion, 31, 8)) throw fail('app_version_check_failed')
    }
    const post = startPublish(platform, app, creator, grant, {
      mode: direct ? 'direct' : 'inbox',
      media: 'photo',
      source: 'PULL_FROM_URL',
      urls,
      postInfo: { ...input.post_info, ...(input.is_aigc === undefined ? {} : { is_aigc: input.is_aigc }) },
      prefix: 'p_pub_url~v2.',
    })
    return { publish_id: post.id }
  },

  publishStatus(context) {
    const post = ownPublish(context)
    return {
      status: post.state,
      ...(post.failReason === undefined ? {} : { fail_reason: post.failReason }),
      publicaly_available_post_id: post.postIds,
      ...(post.source === 'FILE_UPLOAD'
        ? { uploaded_bytes: post.uploadedBytes }
        : { downloaded_bytes: post.downloadedBytes }),
    }
  },

  cancelPublish(context) {
    const post = ownPublish(context)
    if (post.source !== 'PULL_FROM_URL' || post.state !== 'PROCESSING_DOWNLOAD' || post.processing)
      throw context.fail('publish_not_cancellable')
    failPublish(context.platform, post, 'publish_cancelled')
    return {}
  },
}

type OwnPublish = Pick<HandlerContext<typeof publishStatus>, 'platform' | 'grant' | 'input'>

function ownPublish({ platform, grant, input }: OwnPublish): PublishRow {
  const post = platform.world.publishes.get(input.publish_id)
  if (post === undefined) throw new Refusal('invalid_publish_id', 'publish_id: does not exist')
  if (post.grant !== grant.id)
    throw new Refusal(
      'token_not_authorized_for_specified_publish_id',
      'publish_id: belongs to another user or app',
    )
  return post
}

function checkDirect(
  platform: Platform,
  app: AppRow,
  creator: CreatorRow,
  privacy: string | undefined,
): void {
  const cap = directPostCap(platform, app, creator)
  if (cap !== undefined) throw new Refusal(cap, '')
  const options = privacyOptions(creator) as string[]
  if (privacy === undefined || !options.includes(privacy))
    throw new Refusal(
      'privacy_level_option_mismatch',
      `post_info.privacy_level: must be one of ${options.join(', ')}`,
    )
  if (isAudited(app)) return
  if (!creator.private)
    throw new Refusal(
      'unaudited_client_can_only_post_to_private_accounts',
      'The app is not audited: set the account to private, then post SELF_ONLY.',
    )
  if (privacy !== 'SELF_ONLY')
    throw new Refusal(
      'unaudited_client_can_only_post_to_private_accounts',
      'The app is not audited: post_info.privacy_level must be SELF_ONLY.',
    )
}

function checkInbox(platform: Platform, app: AppRow, creator: CreatorRow): void {
  if (creator.banned) throw new Refusal('spam_risk_user_banned_from_posting', '')
  if (pendingShares(platform, app, creator) >= platform.settings.pendingSharesPerDay)
    throw new Refusal('spam_risk_too_many_pending_share', '')
}

function checkPull(platform: Platform, app: AppRow, url: string, field: string): void {
  const problem = pullProblem(platform, app, url)
  if (problem !== undefined) throw new Refusal(problem.code, `${field}: ${problem.why}`)
}

type VideoSource =
  | { source: 'FILE_UPLOAD'; video_size: number; chunk_size: number; total_chunk_count: number }
  | { source: 'PULL_FROM_URL'; video_url: string }

function startVideo(
  platform: Platform,
  app: AppRow,
  creator: CreatorRow,
  grant: GrantRow,
  mode: PublishRow['mode'],
  source: VideoSource,
  postInfo: Record<string, unknown>,
): { publish_id: string; upload_url?: string } {
  const name = mode === 'direct' ? 'pub' : 'inbox'
  if (source.source === 'PULL_FROM_URL') {
    checkPull(platform, app, source.video_url, 'source_info.video_url')
    const post = startPublish(platform, app, creator, grant, {
      mode,
      media: 'video',
      source: 'PULL_FROM_URL',
      urls: [source.video_url],
      postInfo,
      prefix: `v_${name}_url~v2.`,
    })
    return { publish_id: post.id }
  }
  const problem = declarationProblem(source)
  if (problem !== undefined) throw new Refusal('invalid_param', problem)
  const post = startPublish(platform, app, creator, grant, {
    mode,
    media: 'video',
    source: 'FILE_UPLOAD',
    urls: [],
    postInfo,
    prefix: `v_${name}_file~v2-1.`,
  })
  const { world, clock, ids, timers } = platform
  const upload = world.uploads.put({
    id: ids.postId(clock.seconds()),
    publishId: post.id,
    token: ids.uuid(),
    totalBytes: source.video_size,
    chunkSize: source.chunk_size,
    chunkCount: source.total_chunk_count,
    receivedBytes: 0,
    receivedChunks: 0,
    expiresAt: clock.now() + 3_600_000,
    done: false,
  })
  timers.after(3600, UPLOAD_EXPIRES, post.id)
  return {
    publish_id: post.id,
    upload_url: `${platform.uploadOrigin()}/video/?upload_id=${upload.id}&upload_token=${upload.token}`,
  }
}

interface Start {
  mode: PublishRow['mode']
  media: PublishRow['media']
  source: PublishRow['source']
  urls: string[]
  postInfo: Record<string, unknown>
  prefix: string
}

/** A post begins; what is to be pulled is pulled at once. */
export function startPublish(
  platform: Platform,
  app: AppRow,
  creator: CreatorRow,
  grant: GrantRow,
  start: Start,
): PublishRow {
  const { world, clock, ids, timers } = platform
  const { prefix, ...rest } = start
  const post = world.publishes.put({
    id: `${prefix}${ids.postId(clock.seconds())}`,
    clientKey: app.id,
    creator: creator.id,
    grant: grant.id,
    ...rest,
    state: start.source === 'FILE_UPLOAD' ? 'PROCESSING_UPLOAD' : 'PROCESSING_DOWNLOAD',
    processing: false,
    uploadedBytes: 0,
    downloadedBytes: 0,
    postIds: [],
    createdAt: clock.now(),
    changedAt: clock.now(),
  })
  if (start.source === 'PULL_FROM_URL') timers.after(0, PULL_START, post.id)
  return post
}

function olderThan(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a < major || (a === major && b < minor)
}
