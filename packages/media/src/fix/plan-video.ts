import type { VideoRules } from '../judge.ts'
import type { MediaInfo, VideoTrackInfo } from '../media-info.ts'

/** What has to be done to a video, as decisions; how ffmpeg is told is another matter. */
export interface VideoPlan {
  container: 'mp4' | 'mov' | 'webm'
  /** `copy` keeps every picture bit for bit; the reasons say why another is needed. */
  video: 'copy' | 'h264' | 'h265'
  audio: 'copy' | 'aac' | 'opus' | 'none'
  /** Frames a second of the result, where they change. */
  frameRate?: number
  /** Size of the picture inside the result, and of the result: the rest is black. Only where they change. */
  scale?: { width: number; height: number }
  pad?: { width: number; height: number }
  /** Seconds kept from the beginning, where it is cut. */
  keepSec?: number
  /** Bits a second of the picture, where the file has to become smaller. */
  bitRate?: number
  /** True when nothing that is seen or heard changes. */
  lossless: boolean
  /** What is done, for a person: one sentence each. */
  steps: string[]
  /** What stays wrong, and why. */
  left: string[]
}

export interface PlanOptions {
  rules: VideoRules
  /** The creator's limit, if known. */
  maxDurationSec?: number
  /** Cut what is too long. Never done unasked: what is cut off is somebody's content. */
  trim: boolean
}

/** @returns undefined when there is nothing to do; a plan without steps when nothing that is wrong can be mended */
export function planVideo(
  info: MediaInfo,
  { rules, maxDurationSec, trim }: PlanOptions,
): VideoPlan | undefined {
  const { video } = info
  if (!video || info.kind !== 'video') return undefined
  const steps: string[] = []
  const left: string[] = []
  const plan: VideoPlan = { container: 'mp4', video: 'copy', audio: 'copy', lossless: true, steps, left }

  const codecTaken = rules.codecs.includes(video.codec)
  if (!codecTaken) {
    plan.video = 'h264'
    steps.push(`encode the picture as H.264 instead of ${video.codec}`)
  }
  const rate = takenRate(video.frameRate, rules.frameRate)
  if (rate !== undefined) {
    plan.frameRate = rate
    steps.push(`bring ${video.frameRate} frames a second to ${rate}`)
  }
  Object.assign(plan, takenSize(video, rules.side, steps))
  const longest = Math.min(rules.maxDurationSec, maxDurationSec ?? Number.POSITIVE_INFINITY)
  if (info.durationSec !== undefined && info.durationSec > longest) {
    if (trim) {
      plan.keepSec = longest
      plan.lossless = false
      steps.push(`cut it to its first ${longest} seconds`)
    } else {
      left.push(
        `it lasts ${info.durationSec} seconds, ${longest} are allowed; it is cut only when that is asked for`,
      )
    }
  }
  if (rules.minDurationSec !== undefined && (info.durationSec ?? 0) < rules.minDurationSec) {
    left.push(`it is shorter than ${rules.minDurationSec} seconds, which nothing but more content mends`)
  }
  const seconds = plan.keepSec ?? info.durationSec ?? 0
  if (info.sizeBytes > rules.maxBytes && seconds > 0) {
    // A twentieth for sound, headers and the encoder's inaccuracy.
    plan.bitRate = Math.floor((rules.maxBytes * 8 * 0.95) / seconds)
    steps.push(`lower the bit rate so that it fits into ${rules.maxBytes} bytes`)
  }
  const changed = plan.frameRate !== undefined || plan.scale !== undefined || plan.bitRate !== undefined
  if (changed && plan.video === 'copy') plan.video = 'h264'
  // Light beyond an ordinary screen needs ten bits; squeezed into eight it would look washed out.
  if (plan.video !== 'copy' && video.hdr !== undefined) plan.video = 'h265'
  if (plan.video !== 'copy') plan.lossless = false

  const taken = rules.containers.includes(info.container)
  Object.assign(plan, carry(plan, info, taken))
  if (!taken) steps.push(`put it into ${plan.container.toUpperCase()} instead of ${info.container}`)
  if (steps.length === 0 && info.moovFirst === false) {
    steps.push('move the movie header to the front, so that playing can start while it loads')
  }
  if (steps.length === 0) return left.length === 0 ? undefined : plan
  if (plan.audio === 'aac' || plan.audio === 'opus') {
    plan.lossless = false
    steps.push(`encode the sound as ${plan.audio === 'aac' ? 'AAC' : 'Opus'} instead of ${info.audio?.codec}`)
  }
  return plan
}

/** Container and sound that go with the picture; what can stay as it is stays. */
function carry(plan: VideoPlan, info: MediaInfo, taken: boolean): Pick<VideoPlan, 'container' | 'audio'> {
  const { video, audio } = info
  const soundFor = (container: 'mp4' | 'webm'): VideoPlan['audio'] => {
    if (!audio) return 'none'
    if (container === 'mp4') return audio.codec === 'aac' ? 'copy' : 'aac'
    return audio.codec === 'opus' || audio.codec === 'vorbis' ? 'copy' : 'opus'
  }
  if (plan.video !== 'copy') return { container: 'mp4', audio: soundFor('mp4') }
  if (taken) {
    const container = info.container === 'webm' || info.container === 'mov' ? info.container : 'mp4'
    return { container, audio: audio ? 'copy' : 'none' }
  }
  // VP8 has no place in MP4. VP9 has, and goes there with sound that WebM does not take.
  const webm = video?.codec === 'vp8' || (video?.codec === 'vp9' && soundFor('webm') !== 'opus')
  return webm ? { container: 'webm', audio: soundFor('webm') } : { container: 'mp4', audio: soundFor('mp4') }
}

/** A rate between the limits of which the found one is a whole multiple or part, so that motion stays even. */
function takenRate(rate: number, limits: VideoRules['frameRate']): number | undefined {
  if (rate <= 0 || (rate >= limits.min && rate <= limits.max)) return undefined
  for (let factor = 2; factor <= 60; factor++) {
    const other = rate < limits.min ? rate * factor : rate / factor
    if (other >= limits.min && other <= limits.max) return Math.round(other * 1000) / 1000
  }
  return rate < limits.min ? 30 : limits.max
}

/** Scales both sides into the limits, and adds black where a shape is too long for that. Sides come out even. */
function takenSize(
  video: VideoTrackInfo,
  side: VideoRules['side'],
  steps: string[],
): Pick<VideoPlan, 'scale' | 'pad'> {
  const { width, height } = video
  const short = Math.min(width, height)
  const long = Math.max(width, height)
  if (short < 1 || (short >= side.min && long <= side.max)) return {}
  const factor = long > side.max ? side.max / long : Math.min(side.min / short, side.max / long)
  const scale = { width: even(width * factor), height: even(height * factor) }
  const whole = {
    width: Math.max(scale.width, even(side.min)),
    height: Math.max(scale.height, even(side.min)),
  }
  const padded = whole.width !== scale.width || whole.height !== scale.height
  steps.push(
    `scale ${width}x${height} to ${scale.width}x${scale.height}${padded ? ` on a black ground of ${whole.width}x${whole.height}` : ''}`,
  )
  return padded ? { scale, pad: whole } : { scale }
}

function even(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2))
}
