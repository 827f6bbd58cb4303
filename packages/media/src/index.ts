export { type Finding, judgePhoto, judgeVideo, type PhotoRules, type VideoRules } from './judge.ts'
export type {
  AudioTrackInfo,
  MediaContainer,
  MediaInfo,
  MediaProblem,
  MediaProblemCode,
  MediaSource,
  VideoTrackInfo,
} from './media-info.ts'
export { probe } from './probe.ts'
