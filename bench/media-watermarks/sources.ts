/** Clips to put marks on: photos that distributions ship, panned and zoomed, and ffmpeg's own moving patterns. */
import { execFile } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const CLIP_SEC = 6
const FPS = 25

export interface Source {
  readonly name: string
  readonly width: number
  readonly height: number
  /** Thresholds are chosen on one half of the sources and reported on the other. */
  readonly half: 'tuning' | 'held out'
  /** Writes the clean clip; `scene` is drawn on what is filmed, so that it moves with it. */
  make(file: string, scene?: SceneText): Promise<void>
}

export interface SceneText {
  readonly text: string
  readonly font: string
}

/** Debian's packages of wallpapers put them here; none of them is needed. */
const PHOTOS = '/usr/share/{backgrounds,wallpapers}/**/*.{jpg,png}'
const MAX_PHOTOS = 22

const PATTERNS = [
  'mandelbrot=s=SIZE:rate=25',
  'testsrc2=s=SIZE:rate=25',
  'gradients=s=SIZE:rate=25:n=6:speed=0.02:seed=7',
  'life=s=SIZE:rate=25:mold=10:ratio=0.1:death_color=#402010:life_color=#e0e0b0:seed=3,boxblur=1',
  'cellauto=s=SIZE:rate=25:rule=110:seed=5,boxblur=1',
  'nullsrc=s=SIZE:rate=25,geq=lum=128+60*sin(X/23+T*2)*cos(Y/31-T):cb=120:cr=140',
]

/** How the camera moves over a photo, as crop expressions; the last one stands still. */
const MOVES = [
  "x='(iw-ow)*t/6':y='(ih-oh)*0.5'",
  "x='(iw-ow)*(1-t/6)':y='(ih-oh)*t/6'",
  "x='(iw-ow)*(0.5+0.4*sin(t*2))':y='(ih-oh)*(0.5+0.4*cos(t*1.7))'",
  "x='(iw-ow)*0.5+12*sin(t*9)':y='(ih-oh)*0.5+9*cos(t*7)'",
  "x='(iw-ow)*0.3':y='(ih-oh)*0.4'",
]

export function listSources(): Source[] {
  const photos = globSync(PHOTOS)
    .filter((file) => statSync(file).size > 150_000 && !/thumb|screenshot/i.test(file))
    .sort()
  // One picture of each folder's many sizes, spread over all there are.
  const distinct = [...new Map(photos.map((file) => [file.split('/').slice(0, 5).join('/'), file])).values()]
  const step = Math.max(1, distinct.length / MAX_PHOTOS)
  const chosen = Array.from(
    { length: Math.min(MAX_PHOTOS, distinct.length) },
    (_, at) => distinct[Math.floor(at * step)] as string,
  )
  const sources = [
    ...chosen.map((photo, at) => ({
      name: photo.split('/').slice(4).join('/'),
      input: photoInput(photo, at),
    })),
    ...PATTERNS.map((pattern) => ({
      name: pattern.split('=')[0] as string,
      input: (size: Size, scene: string) => [
        '-f',
        'lavfi',
        '-i',
        `${pattern.replace('SIZE', `${size.width}x${size.height}`)}${scene}`,
      ],
    })),
  ]
  return sources.map(({ name, input }, at) => {
    const size = at % 4 < 2 ? { width: 854, height: 480 } : { width: 480, height: 854 }
    return {
      name,
      ...size,
      half: at % 2 === 0 ? 'tuning' : 'held out',
      async make(file, scene) {
        await encode([...input(size, scene === undefined ? '' : sceneFilter(scene)), '-crf', '18', file])
      },
    }
  })
}

interface Size {
  width: number
  height: number
}

const photoInput =
  (photo: string, at: number) =>
  ({ width, height }: Size, scene: string): string[] => {
    const larger = `scale=${Math.round(width * 1.5)}:${Math.round(height * 1.5)}:force_original_aspect_ratio=increase`
    return [
      '-framerate',
      String(FPS),
      '-i',
      photo,
      '-vf',
      `${larger}${scene},loop=-1:size=1,crop=${width}:${height}:${MOVES[at % MOVES.length]}`,
    ]
  }

const sceneFilter = ({ text, font }: SceneText): string =>
  `,drawtext=${font}text='${text}':fontsize=h*0.045:fontcolor=white:box=1:boxcolor=0x203040@1:boxborderw=8:x=w*0.42:y=h*0.45`

/** ffmpeg to a small H.264 file; the clip's length and rate are always the same. */
export async function encode(args: readonly string[]): Promise<void> {
  const [file = ''] = args.slice(-1)
  await run('ffmpeg', [
    ...['-y', '-v', 'error', '-nostdin'],
    ...args.slice(0, -1),
    ...[
      '-t',
      String(CLIP_SEC),
      '-r',
      String(FPS),
      '-an',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
    ],
    file,
  ])
}

/** A font that is there, as the beginning of drawtext's options; without one, fontconfig's choice. */
export function listFonts(): string[] {
  const wanted = [
    'DejaVuSans-Bold',
    'LiberationSans-Bold',
    'LiberationSans-Regular',
    'DejaVuSans',
    'LiberationSansNarrow-Bold',
  ]
  const files = globSync('/usr/share/fonts/**/*.ttf')
  const found = wanted.flatMap((name) => files.find((file) => file.endsWith(join('/', `${name}.ttf`))) ?? [])
  return found.length === 0 ? [''] : found.map((file) => `fontfile=${file}:`)
}
