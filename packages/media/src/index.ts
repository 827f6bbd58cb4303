export {
  type CheckOptions,
  type CheckRules,
  checkMedia,
  type MediaReport,
  type ReportFinding,
} from './check/check-media.ts'
export { reportJson } from './check/report-json.ts'
export { type FixOptions, type FixResult, fixMedia } from './fix/fix-media.ts'
export { DecodeError, type Frame, type FrameRequest, type FrameSource } from './frames/frame-source.ts'
export { type FrameSourceChoice, openFrameSource } from './frames/open-frame-source.ts'
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
export { findWatermarks, WatermarkFinder, type WatermarkOptions } from './overlay/find-watermarks.ts'
export type { FrameBox, Watermark, WatermarkReport } from './overlay/watermark.ts'
export { type ProbeOptions, probe } from './probe.ts'
export type { C2paClaims } from './provenance/c2pa-manifest.ts'
export { type Origin, type Provenance, readProvenance } from './provenance/provenance.ts'
export { type SpooledMedia, spool } from './source/spool.ts'
export { openUrl, type RemoteMedia, type UrlOptions } from './source/url.ts'
