/** What is laid over the clips: marks that must be found, and what people put there that is none. */
import type { Source } from './sources.ts'

export interface Overlay {
  readonly kind: string
  /** What the finder must say; absent for what is no mark. */
  readonly expected?: { readonly platform: string } | { readonly handle: string } | 'wordless'
  /** For the table: size and opacity. */
  readonly variant: string
  /** ffmpeg video filters, joined by commas. */
  readonly filter: string
  /** Moves with what is filmed, so it is drawn when the clip is made. */
  readonly scene?: string
}

export const OWN_HANDLES = ['mika.kitchen', 'northwind_films']
export const BRAND_WORDS = ['northwind']

/** Of the short side. */
const SIZES = [0.032, 0.045, 0.065]
const OPACITIES = [0.4, 0.6, 0.9]
const STATIC_NAMES: readonly (readonly [written: string, platform: string])[] = [
  ['Kwai', 'Kwai'],
  ['CapCut', 'CapCut'],
  ['YouTube', 'YouTube'],
  ['Instagram', 'Instagram'],
  ['Snapchat', 'Snapchat'],
  ['Reels', 'Instagram'],
  ['Shorts', 'YouTube'],
  ['InShot', 'InShot'],
  ['KineMaster', 'KineMaster'],
  ['Likee', 'Likee'],
  ['Lemon8', 'Lemon8'],
  ['Made with CapCut', 'CapCut'],
]
const HANDLES = ['lou.travels', 'noor_cooks88', 'the_real_sam', 'danceclub.tv', 'pixelfox_', 'ana.maria99']
const CORNERS = [
  'x=w*0.04:y=h*0.05',
  'x=w-tw-w*0.04:y=h*0.05',
  'x=w*0.04:y=h-th-h*0.06',
  'x=w-tw-w*0.04:y=h-th-h*0.06',
]
const GLYPHS = ['♫', '✪', '▶', '❖', '✈', '☀']

const LOGOS = [
  { kind: 'logo without words', colour: 'white', opacity: 0.7 },
  { kind: 'faint logo without words', colour: 'white', opacity: 0.45 },
  { kind: 'dark logo without words', colour: 'black', opacity: 0.6 },
] as const

/** The marks for one source: every kind, with sizes, opacities, names and corners taking turns from source to source. */
export function marksFor(source: Source, turn: number, fonts: readonly string[]): Overlay[] {
  const short = Math.min(source.width, source.height)
  const pick = <Item>(items: readonly Item[], by: number): Item => items[(turn + by) % items.length] as Item
  const text = (
    written: string,
    by: number,
    options: string,
    colour = 'white',
    opacity = pick(OPACITIES, by),
  ): string =>
    `drawtext=${pick(fonts, by)}text='${written}':fontsize=${Math.round(short * pick(SIZES, by * 2))}:fontcolor=${colour}@${opacity}:${options}`
  const variant = (by: number, opacity: number = pick(OPACITIES, by)): string =>
    `${pick(SIZES, by * 2) * 100} % high, ${opacity * 100} % opaque`
  const [name, platform] = pick(STATIC_NAMES, 0)
  const [darkName, darkPlatform] = pick(STATIC_NAMES, 5)
  const [driftName, driftPlatform] = pick(STATIC_NAMES, 3)
  const handle = pick(HANDLES, 0)
  const below = `y=h*0.05+${Math.round(short * 0.085)}`
  const jump = (by: number, more = 0): string =>
    `x='if(lt(mod(t,4),2),w*0.05,w-tw-w*0.05)':y='if(lt(mod(t,4),2),h*0.12,h*0.78)+${more}'${by === 0 ? '' : ''}`
  return [
    {
      kind: 'word and @handle in a corner',
      expected: { platform: 'TikTok' },
      variant: variant(0),
      filter: `${text('TikTok', 0, 'x=w*0.04:y=h*0.05')},${text(`@${handle}`, 0, `x=w*0.04:${below}`)}`,
    },
    {
      kind: 'word in a corner, light',
      expected: { platform },
      variant: variant(1),
      filter: text(name, 1, pick(CORNERS, 1)),
    },
    {
      kind: 'word in a corner, dark',
      expected: { platform: darkPlatform },
      variant: variant(2),
      filter: text(darkName, 2, pick(CORNERS, 2), 'black'),
    },
    {
      kind: 'word and @handle that jump',
      expected: { platform: 'TikTok' },
      variant: variant(1, 0.8),
      filter: `${text('TikTok', 1, jump(0), 'white', 0.8)},${text(`@${handle}`, 1, jump(1, Math.round(short * 0.08)), 'white', 0.8)}`,
    },
    {
      kind: 'word that drifts',
      expected: { platform: driftPlatform },
      variant: variant(2, 0.7),
      filter: text(driftName, 2, "x='w*0.08+t*w*0.04':y='h*0.2+t*h*0.05'", 'white', 0.7),
    },
    {
      kind: '@handle alone',
      expected: { handle },
      variant: variant(0, 0.6),
      filter: text(`@${handle}`, 0, pick(CORNERS, 3), 'white', 0.6),
    },
    {
      kind: 'end card of 1.2 s',
      expected: { platform: 'TikTok' },
      variant: 'opaque',
      filter: `drawbox=c=${turn % 2 === 0 ? 'black' : 'white'}:t=fill:enable='gt(t,4.8)',drawtext=${pick(fonts, 0)}text='TikTok':fontsize=${Math.round(short * 0.11)}:fontcolor=${turn % 2 === 0 ? 'white' : 'black'}:x=(w-tw)/2:y=h*0.42:enable='gt(t,4.8)',drawtext=${pick(fonts, 0)}text='@${handle}':fontsize=${Math.round(short * 0.05)}:fontcolor=gray:x=(w-tw)/2:y=h*0.42+${Math.round(short * 0.15)}:enable='gt(t,4.8)'`,
    },
    ...LOGOS.map(({ kind, colour, opacity }, by) => ({
      kind,
      expected: 'wordless' as const,
      variant: `${opacity * 100} % opaque`,
      filter: `drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf:text='${pick(GLYPHS, by)}':fontsize=${Math.round(short * (0.1 + 0.03 * ((turn + by) % 3)))}:fontcolor=${colour}@${opacity}:${pick(CORNERS, by)}`,
    })),
  ]
}

const SPOKEN = [
  [
    'so the first thing you need',
    'is a very sharp knife',
    'and a bit of patience',
    'then cut it in thin slices',
  ],
  [
    'I saw it on TikTok yesterday',
    'and everybody was talking about it',
    'link is in my Instagram bio',
    'follow for part two',
  ],
  ['we drove all night', 'to see the sun come up', 'over the old harbour', 'it was worth it'],
  [
    'three things nobody tells you',
    'about making YouTube videos',
    'number one - light',
    'number two - sound',
  ],
]
const TITLES = ['How I edit my videos', 'MY TRIP TO ROME', 'Five easy dinners', 'Day 12 of 30']
const THIRDS = [
  ['Samira Haddad', 'Marine biologist'],
  ['Jonas Lind', 'Head of Design, Reels Department'],
  ['LIVE  20-15', 'HOME 2 - 1 AWAY'],
]
const SIGNS = [
  'CAFE ROMA',
  'SHORTS SALE 50',
  'Reels and Rods',
  'OPEN 24 HOURS',
  'Spotlight Theatre',
  'EXIT 12 NORTH',
]

/** What must not be taken for a mark. */
export function harmlessFor(source: Source, turn: number, fonts: readonly string[]): Overlay[] {
  const short = Math.min(source.width, source.height)
  const pick = <Item>(items: readonly Item[], by = 0): Item => items[(turn + by) % items.length] as Item
  const text = (written: string, size: number, options: string): string =>
    `drawtext=${pick(fonts)}text='${written}':fontsize=${Math.round(short * size)}:fontcolor=white:${options}`
  const lines = pick(SPOKEN)
  const [person = '', role = ''] = pick(THIRDS)
  return [
    { kind: 'clean', variant: '', filter: 'null' },
    {
      kind: 'subtitles',
      variant: '',
      filter: lines
        .map((line, at) =>
          text(line, 0.05, `borderw=2:x=(w-tw)/2:y=h*0.82:enable='between(t,${at * 1.5},${at * 1.5 + 1.4})'`),
        )
        .join(','),
    },
    { kind: 'title', variant: '', filter: text(pick(TITLES), 0.075, "x=(w-tw)/2:y=h*0.4:enable='lt(t,3)'") },
    {
      kind: 'lower third',
      variant: '',
      filter: `drawbox=x=iw*0.05:y=ih*0.78:w=iw*0.6:h=ih*0.12:c=0x102030@0.8:t=fill,${text(person, 0.045, 'x=w*0.08:y=h*0.795')},${text(role, 0.032, 'x=w*0.08:y=h*0.85')}`,
    },
    {
      kind: 'letterbox',
      variant: '',
      filter:
        'drawbox=x=0:y=0:w=iw:h=ih*0.12:c=black:t=fill,drawbox=x=0:y=ih*0.88:w=iw:h=ih*0.12:c=black:t=fill',
    },
    { kind: 'frame', variant: '', filter: `drawbox=x=0:y=0:w=iw:h=ih:c=white:t=${Math.round(short * 0.03)}` },
    { kind: 'own handle', variant: '', filter: text(`@${pick(OWN_HANDLES)}`, 0.045, pick(CORNERS)) },
    { kind: 'own brand', variant: '', filter: text('NORTHWIND', 0.045, pick(CORNERS, 2)) },
    { kind: 'text in the scene', variant: '', filter: 'null', scene: pick(SIGNS) },
  ]
}
