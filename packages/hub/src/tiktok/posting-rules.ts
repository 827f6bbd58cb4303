import { type Endpoint, lookUpError, mediaProfiles, mediaRules } from '@tockwork/contracts'
import { videoList } from '@tockwork/contracts/display'
import {
  creatorInfo,
  initContent,
  initInboxVideo,
  initVideo,
  privacyLevels,
  publishStatus,
} from '@tockwork/contracts/posting'
import type { RateRule } from '../governor/governor.ts'
import type { PostingRules } from '../publishing/check-post.ts'

/** TikTok's figures for posts. `origin` is set where an emulator stands in for TikTok. */
export function postingRules(origin: string | undefined): PostingRules {
  const local = origin !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname)
  return {
    caption: mediaRules.caption,
    photoCount: mediaRules.photo.maxCount,
    privacyLevels,
    localHttp: local,
  }
}

export const videoRules = mediaProfiles['direct-post'].rules

/** What a post may show; drafts are held against the same figures. */
export const postMediaRules = { video: videoRules, photo: mediaProfiles['photo-post'].rules }

/** The windows of the calls that publishing makes, from the contracts. */
export const rateRules = {
  creatorInfo: rateRule(creatorInfo),
  initVideo: rateRule(initVideo),
  initInboxVideo: rateRule(initInboxVideo),
  initContent: rateRule(initContent),
  status: rateRule(publishStatus),
  listVideos: rateRule(videoList),
}

function rateRule(endpoint: Endpoint): RateRule {
  const limit = endpoint.limits?.[0]
  if (limit === undefined) throw new TypeError(`${endpoint.id} has no limit in its contract`)
  return {
    endpoint: endpoint.id,
    requests: limit.requests,
    windowMs: limit.seconds * 1000,
    per: limit.per === 'app' ? 'app' : 'account',
  }
}

/** What a code or fail reason means and what to do about it, in words for a person. */
export function explain(code: string): { meaning: string; action: string } | undefined {
  return lookUpError(code)[0]
}
