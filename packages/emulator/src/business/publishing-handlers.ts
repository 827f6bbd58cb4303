import {
  businessPublishStatus,
  businessVideoSettings,
  publishBusinessPhotos,
  publishBusinessVideo,
} from '@tockwork/contracts/business'
import type { Handlers } from '../endpoint/handlers.ts'
import { type Platform, Refusal } from '../platform.ts'
import { startPublish } from '../posting/handlers.ts'
import { failPublish } from '../posting/life-cycle.ts'
import { directPostCap, privacyOptions, pullProblem } from '../posting/rules.ts'
import type { AppRow, CreatorRow, GrantRow, PublishRow } from '../state/model.ts'

export const publishingEndpoints = {
  publishBusinessVideo,
  publishBusinessPhotos,
  businessPublishStatus,
  businessVideoSettings,
}

export const publishingHandlers: Handlers<typeof publishingEndpoints> = {
  publishBusinessVideo({ platform, app, creator, grant, input }) {
    checkPull(platform, app, input.video_url, 'video_url')
    const { upload_to_draft: draft, caption, is_ai_generated } = input.post_info
    return begin(platform, app, creator, grant, {
      mode: draft === true ? 'inbox' : 'direct',
      media: 'video',
      urls: [input.video_url],
      postInfo:
        draft === true
          ? {}
          : {
              title: caption ?? '',
              privacy_level: privacyOptions(creator)[0],
              is_aigc: is_ai_generated === true,
            },
      prefix: 'v_pub_url~v1.',
    })
  },

  publishBusinessPhotos({ platform, app, creator, grant, input, fail }) {
    for (const [index, url] of input.photo_images.entries())
      checkPull(platform, app, url, `photo_images.${index}`)
    const { privacy_level, title, caption, is_draft: draft } = input.post_info
    const options = privacyOptions(creator)
    if (!options.includes(privacy_level))
      throw fail('40002', `post_info.privacy_level: must be one of ${options.join(', ')}`)
    if ((input.photo_cover_index ?? 0) >= input.photo_images.length)
      throw fail('40002', 'photo_cover_index: there is no such photo')
    return begin(platform, app, creator, grant, {
      mode: draft === true ? 'inbox' : 'direct',
      media: 'photo',
      urls: [...input.photo_images],
      postInfo: { title: title ?? '', description: caption ?? '', privacy_level },
      prefix: 'p_pub_url~v1.',
    })
  },

  businessPublishStatus({ platform, grant, query, fail }) {
    const post = platform.world.publishes.get(query.publish_id)
    if (post === undefined || post.grant !== grant.id)
      throw fail('40007', 'publish_id: there is no such publication of this account')
    return {
      // What is uploaded in parts belongs to the other platform, so that state does not occur here.
      status: post.state === 'PROCESSING_UPLOAD' ? 'PROCESSING_DOWNLOAD' : post.state,
      post_ids: [...post.postIds],
      ...(post.failReason === undefined ? {} : { reason: post.failReason }),
    }
  },

  businessVideoSettings({ creator }) {
    return {
      privacy_level_options: privacyOptions(creator),
      comment_disabled: creator.commentsOff,
      duet_disabled: creator.private || creator.duetOff,
      stitch_disabled: creator.private || creator.stitchOff,
      max_video_post_duration_sec: creator.maxDurationSec,
    }
  },
}

function begin(
  platform: Platform,
  app: AppRow,
  creator: CreatorRow,
  grant: GrantRow,
  start: Pick<PublishRow, 'mode' | 'media' | 'urls' | 'postInfo'> & { prefix: string },
): { share_id: string } {
  const scope = start.mode === 'inbox' ? 'video.upload' : 'video.publish'
  if (!grant.scopes.includes(scope))
    throw new Refusal('40001', `The account did not grant the scope: ${scope}`)
  const cap = start.mode === 'direct' ? directPostCap(platform, app, creator) : undefined
  const post = startPublish(platform, app, creator, grant, { ...start, source: 'PULL_FROM_URL' })
  // Spam risks are among the reasons of failure, not among the codes of the call.
  if (cap !== undefined && cap !== 'reached_active_user_cap') failPublish(platform, post, cap)
  return { share_id: post.id }
}

/** Which code TikTok has for an address that is not verified is assumed. */
function checkPull(platform: Platform, app: AppRow, url: string, field: string): void {
  const problem = pullProblem(platform, app, url)
  if (problem !== undefined) throw new Refusal('40002', `${field}: ${problem.why}`)
}
