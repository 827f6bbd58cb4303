import type { MediaInfo } from '../media-info.ts'
import { type Ffmpeg, inputArgs, type RunOptions, runFfmpeg } from './ffmpeg.ts'
import type { PhotoPlan } from './plan-photo.ts'

export interface PhotoJob {
  input: string
  output: string
  info: MediaInfo
  plan: PhotoPlan
  /** Exif's number, 1 to 8. */
  orientation: number
}

/** Something that writes a JPEG of the planned size, upright, on white where the original is transparent. */
export interface PhotoEncoder {
  /** For reports: `sharp`, `ffmpeg 5.1.6`. */
  name: string
  takes(container: MediaInfo['container']): boolean
  encode(job: PhotoJob, options: RunOptions): Promise<void>
}

const QUALITY = 92

/** The `sharp` package, where it is installed. */
export async function sharpEncoder(): Promise<PhotoEncoder | undefined> {
  // An optional peer: its absence is no error.
  const loaded = await import('sharp').catch(() => undefined)
  if (!loaded) return undefined
  const sharp = loaded.default
  return {
    name: 'sharp',
    takes: (container) => ['jpeg', 'webp', 'png', 'gif'].includes(container),
    encode: async ({ input, output, plan }, { signal }) => {
      signal?.throwIfAborted()
      await sharp(input, { limitInputPixels: 400_000_000, failOn: 'error' })
        .rotate()
        .flatten({ background: '#ffffff' })
        .resize(plan.width, plan.height, { fit: 'fill' })
        .toColourspace('srgb')
        .jpeg({ quality: QUALITY, mozjpeg: false })
        .toFile(output)
    },
  }
}

const DEMUXERS: Partial<Record<MediaInfo['container'], string>> = {
  jpeg: 'jpeg_pipe',
  webp: 'webp_pipe',
  png: 'png_pipe',
  gif: 'gif',
  heic: 'mov',
}

/** Undoes an Exif orientation: https://exiftool.org/TagNames/EXIF.html, tag 0x0112. */
const TURNS: Record<number, string> = {
  2: 'hflip',
  3: 'hflip,vflip',
  4: 'vflip',
  5: 'transpose=0',
  6: 'transpose=1',
  7: 'transpose=3',
  8: 'transpose=2',
}

export function ffmpegPhotoEncoder(ffmpeg: Ffmpeg): PhotoEncoder {
  // Tiled HEIC, which is what phones write, is read as one picture since 7.1; before, the first tile came out.
  const readsHeic = ffmpeg.major === 0 || ffmpeg.major > 7 || (ffmpeg.major === 7 && ffmpeg.minor >= 1)
  return {
    name: `ffmpeg ${ffmpeg.version}`,
    takes: (container) => DEMUXERS[container] !== undefined && (container !== 'heic' || readsHeic),
    encode: async ({ input, output, info, plan, orientation }, options) => {
      const demuxer = DEMUXERS[info.container]
      if (demuxer === undefined) throw new TypeError(`there is no way to read ${info.container} as a photo`)
      const size = `${plan.width}x${plan.height}`
      const turn = TURNS[orientation] === undefined ? '' : `${TURNS[orientation]},`
      const upright = `[0:v]${turn}scale=${plan.width}:${plan.height}:flags=lanczos,format=rgba[p]`
      const onWhite = `color=c=white:s=${size}[w];[w][p]overlay=format=rgb:shortest=1,format=yuvj444p[o]`
      const args = ['-noautorotate', ...inputArgs(demuxer, input), '-filter_complex', `${upright};${onWhite}`]
      const out = [
        '-map',
        '[o]',
        '-frames:v',
        '1',
        '-c:v',
        'mjpeg',
        '-q:v',
        '2',
        '-f',
        'image2',
        '-update',
        '1',
      ]
      await runFfmpeg(ffmpeg, [...args, ...out, '-n', `file:${output}`], options)
    },
  }
}
