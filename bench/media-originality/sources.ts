/**
 * What is uploaded: clips made of ffmpeg's generators and of photos that distributions ship as wallpapers, and those
 * photos themselves. Thresholds were chosen on a third of them and are judged on the others.
 */
import { globSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Recipe } from './material.ts'

export const CLIP_SEC = 6
const FPS = 12

export interface Source {
  readonly name: string
  readonly half: 'tuning' | 'held out'
  readonly recipe: Recipe
  readonly width: number
  readonly height: number
}

/** Different pictures that were made to look alike; within a family none is a copy of another. */
export interface HardFamily {
  readonly name: string
  readonly recipes: readonly Recipe[]
}

/** One file a folder, the largest: wallpapers come in several sizes. */
export function findPhotos(): string[] {
  const all = globSync('/usr/share/{backgrounds,wallpapers}/**/*.{jpg,jpeg,png,webp}').filter(
    (file) => !/screenshot|images_dark|_\d{4}x\d{4}\.|-no-logo/.test(file) && statSync(file).size > 150_000,
  )
  const best = new Map<string, string>()
  for (const file of all.sort()) {
    const key = /\/contents\/images\//.test(file) ? dirname(file) : file
    const other = best.get(key)
    if (other === undefined || statSync(file).size > statSync(other).size) best.set(key, file)
  }
  return [...best.values()]
}

export const smallPhoto = (file: string, width = 1280, height = 960): Recipe => ({
  kind: 'photo',
  args: [
    '-i',
    file,
    '-vf',
    `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=area,crop=${width}:${height}`,
  ],
})

const MOVES = [
  (t: string) => `x='(iw-ow)*${t}':y='(ih-oh)*(0.2+0.6*${t})'`,
  (t: string) => `x='(iw-ow)*(1-${t})':y='(ih-oh)*0.5'`,
  (t: string) => `x='(iw-ow)*(0.5+0.45*sin(2.5*${t}))':y='(ih-oh)*(1-${t})'`,
  (t: string) => `x='(iw-ow)*(0.3+0.3*${t})+10*sin(t*7)':y='(ih-oh)*(0.5-0.3*${t})+8*sin(t*9)'`,
]

/** Three photos one after the other, each under a moving camera. */
export function montage(photos: readonly string[], width: number, height: number, turn: number): Recipe {
  const each = CLIP_SEC / photos.length
  const zoom = 1.25 + (turn % 3) * 0.15
  const big = `${2 * Math.round((width * zoom) / 2)}:${2 * Math.round((height * zoom) / 2)}`
  const parts = photos.map((_, i) => {
    const move = MOVES[(turn + i) % MOVES.length] as (typeof MOVES)[number]
    return `[${i}:v]scale=${big}:force_original_aspect_ratio=increase,crop=${width}:${height}:${move(`(t/${each})`)},setsar=1,trim=duration=${each},setpts=PTS-STARTPTS[p${i}]`
  })
  const filter = `${parts.join(';')};${photos.map((_, i) => `[p${i}]`).join('')}concat=n=${photos.length},noise=alls=4:allf=t:all_seed=${turn}`
  return {
    kind: 'video',
    args: [
      ...photos.flatMap((file) => ['-loop', '1', '-framerate', String(FPS), '-t', String(each), '-i', file]),
      ...['-filter_complex', filter, '-r', String(FPS)],
    ],
  }
}

/** A scene with somebody in it: a photo behind a slightly shaking camera, and a part of another that moves about. */
function scene(backdrop: string, actor: string, width: number, height: number, turn: number): Recipe {
  const size = Math.round(Math.min(width, height) * 0.42)
  const path = [
    `x='(W-w)*(0.5+0.45*sin(t*1.3+${turn}))':y='(H-h)*(0.5+0.4*cos(t*0.9+${turn}))'`,
    `x='(W-w)*mod(t/5+${turn}*0.37,1)':y='(H-h)*(0.6+0.3*sin(t*2+${turn}))'`,
    `x='(W-w)*(0.2+0.1*${turn % 5})+40*sin(t*3)':y='(H-h)*abs(sin(t*1.1+${turn}))'`,
  ][turn % 3] as string
  const filter = [
    `[0:v]scale=${Math.round(width * 0.55) * 2}:${Math.round(height * 0.55) * 2}:force_original_aspect_ratio=increase,crop=${width}:${height}:x='(iw-ow)/2+6*sin(t*5+${turn})':y='(ih-oh)/2+5*sin(t*6.3)'[b]`,
    `[1:v]scale=-2:${size * 2},crop=${size}:${size},setsar=1[a]`,
    `[b][a]overlay=${path}:shortest=1,noise=alls=4:allf=t:all_seed=${turn}`,
  ].join(';')
  const still = (file: string): string[] => [
    '-loop',
    '1',
    '-framerate',
    String(FPS),
    '-t',
    String(CLIP_SEC),
    '-i',
    file,
  ]
  return {
    kind: 'video',
    args: [...still(backdrop), ...still(actor), '-filter_complex', filter, '-r', String(FPS)],
  }
}

const GENERATORS: readonly [string, string][] = [
  ['mandelbrot', 'mandelbrot=s=SIZE:rate=12:end_pts=120'],
  [
    'life',
    'life=s=SMALL:rate=12:mold=10:ratio=0.15:death_color=#305020:life_color=#f0e0b0:seed=3,scale=SIZE:flags=bicubic',
  ],
  ['test card', 'testsrc2=s=SIZE:rate=12'],
  [
    'waves',
    "nullsrc=s=SMALL:rate=12,geq=lum='128+60*sin(X/9+T*2)*cos(Y/13-T)+40*sin((X+Y)/17+3*T)':cb=110:cr=140,scale=SIZE",
  ],
  ['automaton', 'cellauto=s=SMALL:rate=12:rule=110:seed=5,scale=SIZE:flags=neighbor'],
  ['gradient', 'gradients=s=SIZE:rate=12:n=6:speed=0.03:seed=7'],
]

export function videoSources(photos: readonly string[], quick: boolean): Source[] {
  const sources: Source[] = []
  const add = (name: string, width: number, height: number, recipe: Recipe, tuning: boolean): void => {
    sources.push({ name, width, height, recipe, half: tuning ? 'tuning' : 'held out' })
  }
  const size = (i: number): [number, number] => (i % 4 < 2 ? [640, 360] : [360, 640])
  const montages = Math.min(quick ? 3 : 12, Math.floor(photos.length / 3))
  for (let i = 0; i < montages; i++) {
    const [width, height] = size(i)
    add(
      `montage ${i + 1}`,
      width,
      height,
      montage(photos.slice(i * 3, i * 3 + 3), width, height, i),
      i < montages / 3,
    )
  }
  const scenes = Math.min(quick ? 1 : 6, Math.floor(Math.max(0, photos.length - montages * 3) / 2))
  for (let i = 0; i < scenes; i++) {
    const [width, height] = size(i + 1)
    const at = montages * 3 + i * 2
    add(
      `scene ${i + 1}`,
      width,
      height,
      scene(photos[at] as string, photos[at + 1] as string, width, height, i),
      i < scenes / 3,
    )
  }
  const generators = quick ? GENERATORS.slice(0, 2) : GENERATORS
  for (const [i, [name, graph]] of generators.entries()) {
    const [width, height] = size(i)
    const filled = graph
      .replaceAll('SIZE', `${width}x${height}`)
      .replaceAll('SMALL', `${Math.round(width / 4)}x${Math.round(height / 4)}`)
    add(
      name,
      width,
      height,
      {
        kind: 'video',
        args: [
          '-f',
          'lavfi',
          '-t',
          String(CLIP_SEC),
          '-i',
          filled,
          '-vf',
          'setsar=1',
          '-t',
          String(CLIP_SEC),
        ],
      },
      i < generators.length / 3,
    )
  }
  return sources
}

export function hardFamilies(
  photos: readonly string[],
  font: string | undefined,
  quick: boolean,
): HardFamily[] {
  const [first, second, third, fourth, fifth, sixth] = photos.slice(-6) as string[]
  if (first === undefined || sixth === undefined) return []
  const families: HardFamily[] = [
    {
      name: 'same backdrop, somebody else in front',
      recipes: [second, third, fourth]
        .slice(0, quick ? 2 : 3)
        .map((actor, i) => scene(first, actor as string, 360, 640, i)),
    },
    {
      name: 'two takes of one scene',
      recipes: [0, 1, 2]
        .slice(0, quick ? 2 : 3)
        .map((take) => scene(fifth as string, sixth, 640, 360, take * 3 + 1)),
    },
  ]
  if (font === undefined) return families
  const words = [
    ['Which city', 'is the oldest?', 'A  Cadiz   B  Rome'],
    ['Who painted', 'the night watch?', 'A  Hals   B  Vermeer'],
    ['How many bones', 'has a hand?', 'A  27   B  31'],
  ].slice(0, quick ? 2 : 3)
  const card = (lines: readonly string[], backdrop: string, blur: number): Recipe => ({
    kind: 'video',
    args: [
      ...['-loop', '1', '-framerate', String(FPS), '-t', String(CLIP_SEC), '-i', backdrop],
      '-vf',
      [
        `scale=360:640:force_original_aspect_ratio=increase,crop=360:640,setsar=1,boxblur=${blur}`,
        ...lines.map(
          (line, i) =>
            `drawtext=fontfile=${font}:text='${line}':fontsize=34:fontcolor=white:borderw=3:x=(w-tw)/2:y=${190 + i * 85}:enable='gte(t,${i * 1.5})'`,
        ),
      ].join(','),
    ],
  })
  return [
    ...families,
    { name: 'one template, other words', recipes: words.map((lines) => card(lines, second as string, 6)) },
    {
      name: 'one backdrop in focus, other words',
      recipes: words.map((lines) => card(lines, third as string, 1)),
    },
  ]
}

/** Photos to upload, as they were made small. */
export function photoSources(files: readonly string[], quick: boolean): Source[] {
  return files.slice(0, quick ? 8 : 64).map((file, i) => ({
    name: `photo ${i + 1}`,
    half: i % 3 === 0 ? 'tuning' : 'held out',
    recipe: { kind: 'photo', args: ['-i', file] },
    width: 1280,
    height: 960,
  }))
}
