import type { MediaInfo } from '../media-info.ts'
import { type Ffmpeg, inputArgs, type RunOptions, runFfmpeg } from './ffmpeg.ts'
import type { VideoPlan } from './plan-video.ts'

const DEMUXERS: Partial<Record<MediaInfo['container'], string>> = {
  mp4: 'mov',
  mov: 'mov',
  webm: 'matroska',
  mkv: 'matroska',
  avi: 'avi',
}

/** Carries out a plan. `output` must not exist; it is left behind incomplete when this throws. */
export async function encodeVideo(
  ffmpeg: Ffmpeg,
  job: { input: string; output: string; info: MediaInfo; plan: VideoPlan },
  options: RunOptions,
): Promise<void> {
  const demuxer = DEMUXERS[job.info.container]
  if (demuxer === undefined) throw new TypeError(`there is no way to read ${job.info.container} as a video`)
  const args = [
    ...inputArgs(demuxer, job.input),
    // One picture and one sound: covers, subtitles and camera data are what players and platforms stumble over.
    '-map',
    '0:V:0',
    ...(job.plan.audio === 'none' ? [] : ['-map', '0:a:0']),
    ...pictureArgs(job.plan, job.info),
    ...soundArgs(job.plan),
    ...lengthArgs(job.plan),
    ...(job.plan.container === 'webm' ? [] : ['-movflags', '+faststart']),
    '-f',
    job.plan.container,
    '-n',
    `file:${job.output}`,
  ]
  await runFfmpeg(ffmpeg, args, options)
}

/** Packets are cut in the order they are stored in, so that a few pictures behind the cut can come along. */
const REORDERED_SEC = 0.25

function lengthArgs({ keepSec, video }: VideoPlan): string[] {
  if (keepSec === undefined) return []
  return ['-t', String(video === 'copy' ? Math.max(REORDERED_SEC, keepSec - REORDERED_SEC) : keepSec)]
}

function pictureArgs(plan: VideoPlan, info: MediaInfo): string[] {
  if (plan.video === 'copy') {
    // Apple's players know H.265 by this name alone.
    return [
      '-c:v',
      'copy',
      ...(info.video?.codec === 'h265' && plan.container !== 'webm' ? ['-tag:v', 'hvc1'] : []),
    ]
  }
  const filters = [
    ...(plan.frameRate === undefined ? [] : [`fps=${plan.frameRate}`]),
    ...scaleFilters(plan, info),
    'setsar=1',
    `format=${plan.video === 'h265' ? 'yuv420p10le' : 'yuv420p'}`,
  ]
  const encoder =
    plan.video === 'h265'
      ? ['-c:v', 'libx265', '-preset', 'medium', '-tag:v', 'hvc1', '-x265-params', 'log-level=error']
      : ['-c:v', 'libx264', '-preset', 'medium', '-profile:v', 'high']
  const quality =
    plan.bitRate === undefined
      ? ['-crf', plan.video === 'h265' ? '20' : '18']
      : ['-b:v', String(plan.bitRate), '-maxrate', String(plan.bitRate), '-bufsize', String(plan.bitRate * 2)]
  return ['-vf', filters.join(','), ...encoder, ...quality]
}

/** Without a new size the picture is still brought to square pixels, and to the even sides that encoders want. */
function scaleFilters({ scale, pad }: VideoPlan, { video }: MediaInfo): string[] {
  const size = scale ?? {
    width: Math.max(2, 2 * Math.round((video?.width ?? 2) / 2)),
    height: Math.max(2, 2 * Math.round((video?.height ?? 2) / 2)),
  }
  return [
    `scale=${size.width}:${size.height}:flags=lanczos`,
    ...(pad ? [`pad=${pad.width}:${pad.height}:(ow-iw)/2:(oh-ih)/2`] : []),
  ]
}

function soundArgs({ audio }: VideoPlan): string[] {
  switch (audio) {
    case 'none':
      return []
    case 'copy':
      return ['-c:a', 'copy']
    case 'aac':
      return ['-c:a', 'aac', '-b:a', '192k']
    case 'opus':
      return ['-c:a', 'libopus', '-b:a', '160k']
  }
}
