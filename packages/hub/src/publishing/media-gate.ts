import { judgeVideo, type MediaInfo, type VideoRules } from '@tockwork/media'
import type { LocalFile } from '../assets/blob-store.ts'

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

/** Judges media before it is posted: format today, watermarks and originality when a gate for them is put in front. */
export interface MediaGate {
  judgeVideo(subject: MediaSubject, context: MediaContext): Promise<MediaVerdict>
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
