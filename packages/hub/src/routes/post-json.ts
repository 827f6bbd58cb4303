/** Posts as the API shows them. */
import type { MediaDecision } from '../originality/judge-post.ts'
import type { Post, PostOptions, PostTransition } from '../publishing/post.ts'
import { iso } from './iso-time.ts'

type WireOptions = {
  title?: string | undefined
  description?: string | undefined
  privacy_level?: string | undefined
  disable_comment?: boolean | undefined
  disable_duet?: boolean | undefined
  disable_stitch?: boolean | undefined
  cover_timestamp_ms?: number | undefined
  brand_content?: boolean | undefined
  brand_organic?: boolean | undefined
  aigc?: boolean | undefined
  auto_add_music?: boolean | undefined
  alt_texts?: string[] | undefined
  languages?: string[] | undefined
}

export function optionsFrom(options: WireOptions): PostOptions {
  return {
    title: options.title,
    description: options.description,
    privacyLevel: options.privacy_level,
    disableComment: options.disable_comment,
    disableDuet: options.disable_duet,
    disableStitch: options.disable_stitch,
    coverTimestampMs: options.cover_timestamp_ms,
    brandContent: options.brand_content,
    brandOrganic: options.brand_organic,
    aigc: options.aigc,
    autoAddMusic: options.auto_add_music,
    altTexts: options.alt_texts,
    languages: options.languages,
  }
}

function optionsToJson(options: PostOptions): WireOptions {
  return {
    title: options.title,
    description: options.description,
    privacy_level: options.privacyLevel,
    disable_comment: options.disableComment,
    disable_duet: options.disableDuet,
    disable_stitch: options.disableStitch,
    cover_timestamp_ms: options.coverTimestampMs,
    brand_content: options.brandContent,
    brand_organic: options.brandOrganic,
    aigc: options.aigc,
    auto_add_music: options.autoAddMusic,
    alt_texts: options.altTexts,
    languages: options.languages,
  }
}

/** @param mediaVerdict what the media gate decided about its file; absent while it was not asked */
export function postToJson(post: Post, mediaVerdict?: MediaDecision['verdict']) {
  const { source } = post
  return {
    id: post.id,
    group_id: post.groupId,
    account_id: post.accountId,
    kind: post.kind,
    mode: post.mode,
    state: post.state,
    state_reason: post.stateReason ?? null,
    next_step_at: isoOrNull(post.stepAt),
    options: optionsToJson(post.options),
    video:
      source.type === 'asset'
        ? { asset_id: source.assetId }
        : source.type === 'url'
          ? { url: source.url }
          : null,
    photos: source.type === 'photos' ? { urls: source.urls, cover_index: source.coverIndex } : null,
    scheduled_at: isoOrNull(post.scheduledAt),
    time_zone: post.timeZone ?? null,
    publish_id: post.publishId ?? null,
    post_ids: post.postIds,
    uploaded_bytes: post.uploadedBytes,
    total_bytes: post.upload?.totalBytes ?? null,
    attempt: post.attempt,
    version: post.version,
    slot_at: isoOrNull(post.slotAt),
    approval: approvalToJson(post),
    media_verdict: mediaVerdict ?? null,
    cancel_requested: post.cancelRequestedAt !== undefined && post.state !== 'cancelled',
    failure:
      post.failReason === undefined
        ? null
        : { reason: post.failReason, detail: post.failDetail ?? null, action: post.failAction ?? null },
    created_at: iso(post.createdAt),
    changed_at: iso(post.changedAt),
    published_at: isoOrNull(post.publishedAt),
  }
}

function approvalToJson(post: Post) {
  if (!post.approvalRequired) return null
  return {
    asked_by: post.madeBy ?? null,
    decision: post.decision ?? null,
    decided_by: post.decidedBy ?? null,
    decided_at: isoOrNull(post.decidedAt),
    reason: post.decisionReason ?? null,
  }
}

export function transitionToJson({ at, from, to, cause, detail }: PostTransition) {
  return { at: iso(at), from: from ?? null, to, cause, detail }
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms)
}
