import { judgePhoto, judgeVideo, type MediaInfo, type PhotoRules, type VideoRules } from '@tockwork/media'
import type { LocalFile } from '../assets/blob-store.ts'
import type { MediaDecision } from '../originality/judge-post.ts'
import type { Asset } from '../storage/assets.ts'
import type { FetchFailure } from '../storage/post-media.ts'
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

/** One thing that a post shows: a file of the library, a copy of what it names by address, or why there is none. */
export interface PostItem {
  /** In the order of the post, counted from 0. */
  position: number
  asset?: Asset | undefined
  /** Of the content; of the address where that gave none. */
  contentHash: Uint8Array
  /** When the copy was made. TikTok downloads by itself later, so what it gets may be something else. */
  fetchedAt?: number | undefined
  failure?: { code: FetchFailure; detail: string } | undefined
}

/** What a post shows, or that it is being fetched: ask again then. */
export type MediaCollection =
  | { kind: 'ready'; items: readonly PostItem[] }
  | { kind: 'wait'; reason: string; until: number }

/**
 * - `decided`: what the workspace's policy says; unless it is `block`, the post has its place before all that repeat it
 * - `wait`: something of it was not looked at yet; ask again then
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
  /** The same for one photo of a post. */
  judgePhoto(subject: MediaSubject): Promise<MediaVerdict>
  /** Copies of what a post names by address; a gate without it looks at files of the library alone. */
  collect?(post: Post): Promise<MediaCollection>
  /** By marks and by what the workspace posted before; asked when the post is about to go out. */
  judgePost?(post: Post, items: readonly PostItem[]): Promise<PostMediaAnswer>
}

/** The platform's rules for each kind of media. */
export interface PostMediaRules {
  video: VideoRules
  photo: PhotoRules
}

/** The gate that holds media against the platform's rules, by what the probe found. */
export function rulesGate({ video, photo }: PostMediaRules): MediaGate {
  return {
    judgeVideo: ({ info }, { maxDurationSec }) =>
      Promise.resolve(
        verdictOf(judgeVideo(info, video, maxDurationSec === undefined ? {} : { maxDurationSec })),
      ),
    judgePhoto: ({ info }) => Promise.resolve(verdictOf(judgePhoto(info, photo))),
  }
}

function verdictOf(findings: MediaFinding[]): MediaVerdict {
  return { verdict: findings.length === 0 ? 'ok' : 'block', findings }
}
