/** What re-uploaders do, with fixed parameters. */
import type { Recipe } from './material.ts'
import { CLIP_SEC, type Source } from './sources.ts'

export interface Edit {
  readonly name: string
  /** Beyond what the published figures of hash-based matching cover. */
  readonly hard?: true
  recipe(file: string, source: Source, tools: Tools): Recipe | undefined
}

export interface Tools {
  readonly font: string | undefined
  /** Another clip, to lay the copy over or beside. */
  readonly other: string
}

const even = (value: number): number => 2 * Math.round(value / 2)

function video(filter: string, encoder?: readonly string[]): Edit['recipe'] {
  return (file) => ({
    kind: 'video',
    args: ['-i', file, '-vf', filter],
    ...(encoder === undefined ? {} : { encoder }),
  })
}

function caption(lines: readonly string[], { font }: Tools, size: number, y: string): string | undefined {
  if (font === undefined) return undefined
  return lines
    .map(
      (line, i) =>
        `drawtext=fontfile=${font}:text='${line}':fontsize=${size}:fontcolor=white:borderw=${Math.round(size / 12)}:x=(w-tw)/2:y=${y}+${Math.round(i * size * 1.25)}`,
    )
    .join(',')
}

function captioned(
  before: string,
  lines: readonly string[],
  share: number,
  y: string,
  after = '',
): Edit['recipe'] {
  return (file, { width, height }, tools) => {
    const text = caption(lines, tools, Math.round(Math.min(width, height) * share), y)
    if (text === undefined) return undefined
    return {
      kind: 'video',
      args: ['-i', file, '-vf', [before, text, after].filter((one) => one !== '').join(',')],
    }
  }
}

const LOGO = (width: number, height: number): string => {
  const size = Math.round(Math.min(width, height) * 0.14)
  return `drawbox=x=${width - size - 14}:y=14:w=${size}:h=${size}:color=white@0.85:t=fill,drawbox=x=${width - size + 4}:y=32:w=${Math.round(size * 0.5)}:h=${Math.round(size * 0.5)}:color=red@0.9:t=fill`
}

const TALL = { width: 360, height: 640 }
const WIDE = { width: 640, height: 360 }

/** The other shape than the clip's own. */
const otherShape = ({ width, height }: Source): { width: number; height: number } =>
  width > height ? TALL : WIDE

export const VIDEO_EDITS: readonly Edit[] = [
  {
    name: 're-encode, H.264 crf 38',
    recipe: video('null', ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '38']),
  },
  {
    name: 're-encode, H.265 crf 34',
    recipe: video('null', [
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-crf',
      '34',
      '-x265-params',
      'log-level=error:pools=1',
    ]),
  },
  { name: 'half size', recipe: video('scale=trunc(iw/4)*2:trunc(ih/4)*2') },
  { name: 'stretched by 15 %', recipe: video('scale=trunc(iw*1.15/2)*2:ih,setsar=1') },
  { name: 'brighter', recipe: video('eq=brightness=0.12') },
  { name: 'darker', recipe: video('eq=brightness=-0.12') },
  { name: 'grey', recipe: video('hue=s=0') },
  { name: 'vintage colours', recipe: video('curves=vintage') },
  { name: 'other frame rate', recipe: video('fps=9') },
  { name: 'noise and sharpening', recipe: video('noise=alls=18:allf=t,unsharp=5:5:1.2') },
  { name: 'mirrored', recipe: video('hflip') },
  { name: 'crop 5 %', recipe: video('crop=trunc(iw*0.95/2)*2:trunc(ih*0.95/2)*2') },
  { name: 'crop 10 %', recipe: video('crop=trunc(iw*0.9/2)*2:trunc(ih*0.9/2)*2') },
  { name: 'crop 20 %', recipe: video('crop=trunc(iw*0.8/2)*2:trunc(ih*0.8/2)*2') },
  { name: 'off-centre crop 10 %', recipe: video('crop=trunc(iw*0.9/2)*2:trunc(ih*0.9/2)*2:iw*0.02:ih*0.09') },
  {
    name: 'bars to the other shape',
    recipe: (file, source) => {
      const { width, height } = otherShape(source)
      return {
        kind: 'video',
        args: [
          '-i',
          file,
          '-vf',
          `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,setsar=1`,
        ],
      }
    },
  },
  {
    name: 'blurred sides to the other shape',
    recipe: (file, source) => {
      const { width, height } = otherShape(source)
      return {
        kind: 'video',
        args: [
          '-i',
          file,
          '-filter_complex',
          `[0:v]split[a][b];[a]scale=${width}:${height}:force_original_aspect_ratio=increase,crop=${width}:${height},boxblur=16[bg];[b]scale=${width}:${height}:force_original_aspect_ratio=decrease[fg];[bg][fg]overlay=(W-w)/2:(H-h)/2,setsar=1`,
        ],
      }
    },
  },
  {
    name: 'border 6 %',
    recipe: video(
      'scale=trunc(iw*0.88/2)*2:trunc(ih*0.88/2)*2,pad=trunc(iw/0.88/2)*2:trunc(ih/0.88/2)*2:-1:-1:color=0xd04070',
    ),
  },
  {
    name: 'at 75 % on a plain ground',
    recipe: video(
      'scale=trunc(iw*0.75/2)*2:trunc(ih*0.75/2)*2,pad=trunc(iw/0.75/2)*2:trunc(ih/0.75/2)*2:(ow-iw)/2:(oh-ih)*0.35:color=0xf0f0e8',
    ),
  },
  { name: '10 % faster', recipe: video('setpts=PTS/1.1') },
  { name: '10 % slower', recipe: video('setpts=PTS*1.1') },
  {
    name: 'head and tail cut, 65 % left',
    recipe: video(
      `trim=start=${(CLIP_SEC * 0.2).toFixed(2)}:end=${(CLIP_SEC * 0.85).toFixed(2)},setpts=PTS-STARTPTS`,
    ),
  },
  { name: '3 s card before it', recipe: video('tpad=start_duration=3:start_mode=add:color=0x203050') },
  {
    name: 'corner logo',
    recipe: (file, source, tools) => video(LOGO(source.width, source.height))(file, source, tools),
  },
  {
    name: 'two-line caption',
    recipe: captioned('', ['wait for the end of this', 'you will not believe it'], 0.075, 'h*0.72'),
  },
  {
    name: 'crop, faster, colours and text',
    recipe: captioned(
      'crop=trunc(iw*0.93/2)*2:trunc(ih*0.93/2)*2,setpts=PTS/1.06,eq=brightness=0.06:saturation=1.4',
      ['only today'],
      0.08,
      'h*0.1',
    ),
  },
  {
    name: 'mirrored, crop and text',
    recipe: captioned(
      'hflip,crop=trunc(iw*0.92/2)*2:trunc(ih*0.92/2)*2',
      ['part two is out'],
      0.08,
      'h*0.78',
    ),
  },
  {
    name: 'mirrored, faster, bars',
    hard: true,
    recipe: video('hflip,setpts=PTS/1.08,scale=trunc(iw*0.4)*2:trunc(ih*0.4)*2,pad=iw*1.25:ih*1.25:-1:-1'),
  },
  {
    name: 're-framed to the other shape',
    hard: true,
    recipe: (file, source) => {
      const { width, height } = otherShape(source)
      return {
        kind: 'video',
        args: [
          '-i',
          file,
          '-vf',
          `scale=${width}:${height}:force_original_aspect_ratio=increase,crop=${width}:${height},setsar=1`,
        ],
      }
    },
  },
  {
    name: 're-framed off centre',
    hard: true,
    recipe: (file, source) => {
      const { width, height } = otherShape(source)
      return {
        kind: 'video',
        args: [
          '-i',
          file,
          '-vf',
          `scale=${width}:${height}:force_original_aspect_ratio=increase,crop=${width}:${height}:(iw-ow)*0.27:(ih-oh)*0.27,setsar=1`,
        ],
      }
    },
  },
  { name: 'turned by 3 degrees', hard: true, recipe: video('rotate=3*PI/180') },
  {
    name: 'turned by 2 degrees and zoomed',
    hard: true,
    recipe: video('rotate=-2*PI/180,crop=trunc(iw*0.92/2)*2:trunc(ih*0.92/2)*2'),
  },
  { name: 'turned by 5 degrees', hard: true, recipe: video('rotate=5*PI/180') },
  {
    name: 'four lines on a small picture',
    hard: true,
    recipe: captioned(
      'scale=trunc(iw*0.3)*2:trunc(ih*0.3)*2',
      ['my neighbour said this', 'could never work and', 'then the whole street', 'came to see it'],
      0.055,
      'h*0.5',
    ),
  },
  {
    name: 'meme bar above, text in it',
    hard: true,
    recipe: (file, source, tools) => {
      const text = caption(
        ['when the weekend', 'finally starts'],
        tools,
        Math.round(source.width * 0.07),
        `${Math.round(source.height * 0.04)}`,
      )
      if (text === undefined) return undefined
      return {
        kind: 'video',
        args: [
          '-i',
          file,
          '-vf',
          `pad=iw:trunc(ih*1.28/2)*2:0:oh-ih:color=white,${text.replaceAll('fontcolor=white', 'fontcolor=black').replaceAll(/borderw=\d+/g, 'borderw=0')}`,
        ],
      }
    },
  },
  {
    name: 'picture in picture, 60 %',
    hard: true,
    recipe: (file, { width, height }, { other }) => ({
      kind: 'video',
      args: [
        '-i',
        other,
        '-i',
        file,
        '-filter_complex',
        `[0:v]scale=${width}:${height},setsar=1[bg];[1:v]scale=${even(width * 0.6)}:${even(height * 0.6)}[fg];[bg][fg]overlay=W-w-18:18:shortest=1`,
      ],
    }),
  },
  {
    name: 'above another clip',
    hard: true,
    recipe: (file, { width, height }, { other }) => ({
      kind: 'video',
      args: [
        '-i',
        file,
        '-i',
        other,
        '-filter_complex',
        `[0:v]setsar=1[a];[1:v]scale=${width}:${even(height * 0.8)},setsar=1[b];[a][b]vstack=shortest=1`,
      ],
    }),
  },
]

function photo(filter: string, encoder?: readonly string[]): Edit['recipe'] {
  return (file) => ({
    kind: 'photo',
    args: ['-i', file, '-vf', filter],
    ...(encoder === undefined ? {} : { encoder }),
  })
}

export const PHOTO_EDITS: readonly Edit[] = [
  { name: 'JPEG at low quality', recipe: photo('null', ['-q:v', '24', '-frames:v', '1']) },
  { name: 'quarter size', recipe: photo('scale=trunc(iw/8)*2:trunc(ih/8)*2') },
  { name: 'stretched by 15 %', recipe: photo('scale=trunc(iw*1.15/2)*2:ih,setsar=1') },
  { name: 'brighter', recipe: photo('eq=brightness=0.12') },
  { name: 'darker', recipe: photo('eq=brightness=-0.12') },
  { name: 'grey', recipe: photo('hue=s=0') },
  { name: 'vintage colours', recipe: photo('curves=vintage') },
  { name: 'mirrored', recipe: photo('hflip') },
  { name: 'turned by 90 degrees', recipe: photo('transpose=1') },
  { name: 'crop 5 %', recipe: photo('crop=trunc(iw*0.95/2)*2:trunc(ih*0.95/2)*2') },
  { name: 'crop 10 %', recipe: photo('crop=trunc(iw*0.9/2)*2:trunc(ih*0.9/2)*2') },
  { name: 'crop 20 %', recipe: photo('crop=trunc(iw*0.8/2)*2:trunc(ih*0.8/2)*2') },
  { name: 'off-centre crop 10 %', recipe: photo('crop=trunc(iw*0.9/2)*2:trunc(ih*0.9/2)*2:iw*0.02:ih*0.09') },
  {
    name: 'bars to 9:16',
    recipe: photo('scale=480:854:force_original_aspect_ratio=decrease,pad=480:854:-1:-1,setsar=1'),
  },
  {
    name: 'border 6 %',
    recipe: photo(
      'scale=trunc(iw*0.88/2)*2:trunc(ih*0.88/2)*2,pad=trunc(iw/0.88/2)*2:trunc(ih/0.88/2)*2:-1:-1:color=0xd04070',
    ),
  },
  {
    name: 'corner logo',
    recipe: (file, source, tools) => photo(LOGO(source.width, source.height))(file, source, tools),
  },
  {
    name: 'two-line caption',
    recipe: (file, source, tools) => {
      const text = caption(
        ['wait for the end of this', 'you will not believe it'],
        tools,
        Math.round(source.height * 0.07),
        'h*0.72',
      )
      return text === undefined ? undefined : { kind: 'photo', args: ['-i', file, '-vf', text] }
    },
  },
  { name: 'turned by 3 degrees', hard: true, recipe: photo('rotate=3*PI/180') },
  { name: 're-framed to 9:16', hard: true, recipe: photo('crop=trunc(ih*9/32)*2:ih') },
]
