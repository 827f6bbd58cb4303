import { judgeVideo, type MediaInfo, type VideoRules } from '@tockwork/media'
import type { LocalFile } from '../assets/blob-store.ts'
import type { MediaDecision } from '../originality/judge-post.ts'
import type { Asset } from '../storage/assets.ts'
import type { Post } from './post.ts'

/** One thing that speaks against a file. */
export interface MediaFinding {
  rule: string
  /** The platform's own word for the refusal that would follow. */
  failReason: string | undefined
  found: string
  allowed: string
  fix: string
}

/** `review`: a person should look first; `block`: the platform would refuse it, or it must not go out. */
export interface MediaVerdict {
  verdict: 'ok' | 'review' | 'block'
  findings: MediaFinding[]
}

/** The file that is judged. `info` is what the probe found when it came in. */
export interface MediaSubject {
  workspaceId: string
  info: MediaInfo
  /** The file itself, for a gate that looks into it; it may have to be fetched first, and is to be released. */
  file: () => Promise<LocalFile>
}

export interface MediaContext {
  /** Of the creator, in seconds; absent while it is not known. */
  maxDurationSec?: number | undefined
}

/**
 * - `decided`: what the workspace's policy says; unless it is `block`, the post has its place before all that repeat it
 * - `wait`: its file was not looked at yet; ask again then
 * - `unasked`: the policy allows everything
 */
export type PostMediaAnswer =
  | { kind: 'decided'; decision: MediaDecision }
  | { kind: 'wait'; reason: string; until: number }
  | { kind: 'unasked' }

/** Judges media before it is posted. */
export interface MediaGate {
  /** By format: what the platform would refuse. Quick, and asked as soon as a post is made. */
  judgeVideo(subject: MediaSubject, context: MediaContext): Promise<MediaVerdict>
  /** By marks and by what the workspace posted before; asked when the post is about to go out. */
  judgePost?(post: Post, asset: Asset): Promise<PostMediaAnswer>
}

/** The gate that holds a file against the platform's rules, by what the probe found. */
export function rulesGate(rules: VideoRules): MediaGate {
  return {
    judgeVideo: ({ info }, { maxDurationSec }) => {
      const findings = judgeVideo(info, rules, maxDurationSec === undefined ? {} : { maxDurationSec })
      return Promise.resolve({ verdict: findings.length === 0 ? 'ok' : 'block', findings })
    },
  }
}
