/**
 * Which parts of a picture are hashed. What re-uploaders do to a picture is undone by looking at parts: a crop of the
 * copy meets the same crop of the original, a band meets what was re-framed to it, and a part without the caption
 * meets that part.
 */

/** A part of a picture in shares of its width and height, perhaps turned about its own middle. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Degrees, clockwise, by which the part lies turned in the picture. */
  readonly turned?: number
}

export const WHOLE: Region = { left: 0, top: 0, width: 1, height: 1 }

/**
 * How a region came about. Only regions that can stand for each other are compared: see `comparable`. The numbers are
 * stored; they do not change their meaning.
 */
export const REGION = {
  full: 0,
  active: 1,
  centre95: 2,
  centre90: 3,
  centre80: 4,
  band16x9: 5,
  band4x3: 6,
  band1x1: 7,
  band3x4: 8,
  band9x16: 9,
  band2x1: 10,
  cornerTopLeft: 11,
  cornerTopRight: 12,
  cornerBottomLeft: 13,
  cornerBottomRight: 14,
  /** Of the whole picture where the active part is smaller: a plain sky is taken for a bar. */
  wholeCentre90: 15,
  wholeCentre80: 16,
  leftPart: 20,
  rightPart: 21,
  topPart: 22,
  bottomPart: 23,
  topHalf: 24,
  bottomHalf: 25,
  turnedLeft4: 30,
  turnedLeft2: 31,
  turnedRight2: 32,
  turnedRight4: 33,
  /** Of a photo: turned by other angles, and by the same for the middle of the original. */
  turned: 34,
  inset: 40,
  inset90: 41,
  /** Upright strips side by side across a wide picture, and where such a strip may lie in an upright one. */
  strip: 50,
  /** Of a photo: where the middle of the original lies after a crop at any place. */
  slid: 60,
} as const
export type RegionKind = (typeof REGION)[keyof typeof REGION]

export interface NamedRegion {
  readonly kind: RegionKind
  readonly region: Region
}

const BANDS: readonly [RegionKind, number][] = [
  [REGION.band16x9, 16 / 9],
  [REGION.band4x3, 4 / 3],
  [REGION.band1x1, 1],
  [REGION.band3x4, 3 / 4],
  [REGION.band9x16, 9 / 16],
  [REGION.band2x1, 2],
]
/** A caption fills a third of the picture at most, or it is the picture. */
const PART = 0.62
/** A caption of many lines takes up to half. */
const HALF = 0.5
/** Width by height of what a wide picture is re-framed to, how many strips of it are stored, and how much of each. */
const STRIP = { shape: 9 / 16, count: 9, inner: 0.8 }
/** Shifts of a strip, in shares of its width, that lie between two stored ones. */
const STRIP_SHIFTS = [-0.1, -0.05, 0, 0.05, 0.1]
/** What is left of a picture in its own shape after it was turned by 4 degrees and the corners were cut. */
const TURNED_INNER = 0.88
/** Angles at which the parts of a photo are looked at besides. */
const PHOTO_TURNS = [-5, -3, -1, 1, 3, 5]
/** What is left of each side of a photo by a crop that is looked for at every place, and how far apart those places lie. */
const CROPS = [0.95, 0.9, 0.85]
const SLID_STEP = 0.02
/** The part of the original that is looked for in it. */
const SLID_CENTRE = 0.8
/** A region that covers nearly all of another says the same again. */
const SAME = 0.96

/**
 * What is hashed of a file that may be a copy.
 *
 * @param active the part of the picture that is no bar or border
 * @param insets rectangles inside the picture that look like pictures of their own
 * @param aspect width by height of the whole picture, as it is seen
 */
export function queryRegions(
  active: Region,
  insets: readonly Region[],
  aspect: number,
  kind: 'video' | 'photo' = 'video',
): NamedRegion[] {
  const shape = (aspect * active.width) / active.height
  return distinct([
    { kind: REGION.full, region: WHOLE },
    { kind: REGION.active, region: active },
    ...[0.95, 0.9, 0.8].map((share, i) => ({
      kind: [REGION.centre95, REGION.centre90, REGION.centre80][i] as RegionKind,
      region: within(active, centred(share)),
    })),
    { kind: REGION.wholeCentre90, region: centred(0.9) },
    { kind: REGION.wholeCentre80, region: centred(0.8) },
    ...BANDS.map(([kind, band]) => ({ kind, region: within(active, bandOf(shape, band)) })),
    ...parts(active),
    ...(shape < 0.7
      ? STRIP_SHIFTS.map((shift) => ({
          kind: REGION.strip,
          region: within(active, shifted(centred(STRIP.inner), shift)),
        }))
      : []),
    ...insets.flatMap((inset) => [
      { kind: REGION.inset, region: inset },
      { kind: REGION.inset90, region: within(inset, centred(0.9)) },
    ]),
    ...(
      [
        [REGION.turnedLeft4, -4],
        [REGION.turnedLeft2, -2],
        [REGION.turnedRight2, 2],
        [REGION.turnedRight4, 4],
      ] as const
    ).map(([kind, turned]) => ({ kind, region: { ...within(active, centred(TURNED_INNER)), turned } })),
    // A photo is one picture: looking at a hundred parts of it costs less than a second of video.
    ...(kind === 'photo' ? [...slidRegions(active), ...turnedRegions(active)] : []),
  ])
}

/** Every place of the original's middle in a picture that was cropped by no more than `CROPS` say, off centre too. */
function slidRegions(active: Region): NamedRegion[] {
  return CROPS.flatMap((left) => {
    const share = SLID_CENTRE / left
    const way = 1 - share
    const steps = Math.max(1, Math.round(way / SLID_STEP))
    const places = Array.from({ length: steps + 1 }, (_, i) => (i / steps) * way)
    return places.flatMap((x) =>
      places.map((y) => ({
        kind: REGION.slid,
        region: within(active, { left: x, top: y, width: share, height: share }),
      })),
    )
  })
}

function turnedRegions(active: Region): NamedRegion[] {
  return PHOTO_TURNS.flatMap((turned) =>
    [SLID_CENTRE, TURNED_INNER].map((share) => ({
      kind: REGION.turned,
      region: { ...within(active, centred(share)), turned },
    })),
  )
}

/** What is kept of a file, for later copies to be compared with. */
export function storedRegions(active: Region, aspect: number): NamedRegion[] {
  const shape = (aspect * active.width) / active.height
  const tall = bandOf(shape, 9 / 16)
  return distinct([
    { kind: REGION.active, region: active },
    { kind: REGION.full, region: WHOLE },
    { kind: REGION.centre90, region: within(active, centred(0.9)) },
    { kind: REGION.centre80, region: within(active, centred(0.8)) },
    { kind: REGION.band9x16, region: within(active, tall) },
    { kind: REGION.wholeCentre90, region: centred(0.9) },
    { kind: REGION.wholeCentre80, region: centred(0.8) },
    ...(tall.width < 0.6
      ? Array.from({ length: STRIP.count }, (_, i) => ({
          kind: REGION.strip,
          region: within(
            within(active, { ...tall, left: (i / (STRIP.count - 1)) * (1 - tall.width) }),
            centred(STRIP.inner),
          ),
        }))
      : []),
    { kind: REGION.band2x1, region: within(active, bandOf(shape, 2)) },
    ...(
      [
        [REGION.cornerTopLeft, 0, 0],
        [REGION.cornerTopRight, 0.1, 0],
        [REGION.cornerBottomLeft, 0, 0.1],
        [REGION.cornerBottomRight, 0.1, 0.1],
      ] as const
    ).map(([kind, left, top]) => ({ kind, region: within(active, { left, top, width: 0.9, height: 0.9 }) })),
    ...parts(active),
  ])
}

/**
 * Whether a part of a possible copy may be compared with a part of what is stored. Parts of half a picture meet only
 * the same part: each further pair is one more chance for strangers to look alike.
 */
export function comparable(query: number, stored: number, mirrored: boolean): boolean {
  if (query === REGION.strip || stored === REGION.strip) return query === stored
  if (isPart(query) || isPart(stored)) {
    const asSeen = mirrored && query <= REGION.rightPart ? REGION.leftPart + REGION.rightPart - query : query
    return stored === asSeen
  }
  if (query === REGION.slid) return stored === REGION.centre80
  if (query >= REGION.turnedLeft4 && query <= REGION.turned)
    return stored === REGION.centre90 || stored === REGION.centre80
  return true
}

/** Part of a picture that leaves out a caption, and is met by its like alone. */
export function isPart(kind: number): boolean {
  return kind >= REGION.leftPart && kind <= REGION.bottomHalf
}

function parts(active: Region): NamedRegion[] {
  return [
    { kind: REGION.topPart, region: within(active, { left: 0, top: 0, width: 1, height: PART }) },
    { kind: REGION.bottomPart, region: within(active, { left: 0, top: 1 - PART, width: 1, height: PART }) },
    { kind: REGION.topHalf, region: within(active, { left: 0, top: 0, width: 1, height: HALF }) },
    { kind: REGION.bottomHalf, region: within(active, { left: 0, top: 1 - HALF, width: 1, height: HALF }) },
    { kind: REGION.leftPart, region: within(active, { left: 0, top: 0, width: PART, height: 1 }) },
    { kind: REGION.rightPart, region: within(active, { left: 1 - PART, top: 0, width: PART, height: 1 }) },
  ]
}

function shifted(region: Region, x: number): Region {
  return { ...region, left: region.left + x }
}

function centred(share: number): Region {
  return { left: (1 - share) / 2, top: (1 - share) / 2, width: share, height: share }
}

/** The largest part of the given shape in the middle of a picture. */
function bandOf(shape: number, band: number): Region {
  const width = Math.min(1, band / shape)
  const height = Math.min(1, shape / band)
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height }
}

export function within(outer: Region, inner: Region): Region {
  return {
    left: outer.left + inner.left * outer.width,
    top: outer.top + inner.top * outer.height,
    width: inner.width * outer.width,
    height: inner.height * outer.height,
  }
}

/** Leaves out what nearly is another region of the list, and slivers that show too little. */
function distinct(regions: readonly NamedRegion[]): NamedRegion[] {
  const kept: NamedRegion[] = []
  for (const one of regions) {
    const { region } = one
    if (region.width < 0.12 || region.height < 0.12) continue
    // Half pictures are only met by their like, and a turned one is like no other.
    const alone =
      isPart(one.kind) || one.kind === REGION.strip || one.kind === REGION.slid || region.turned !== undefined
    const same = ({ kind, region: other }: NamedRegion): boolean =>
      !isPart(kind) &&
      kind !== REGION.strip &&
      kind !== REGION.slid &&
      other.turned === undefined &&
      overlap(other, region) > SAME
    if (!alone && kept.some(same)) continue
    kept.push(one)
  }
  return kept
}

/** Shared area by joint area. */
export function overlap(a: Region, b: Region): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top)
  if (width <= 0 || height <= 0) return 0
  return (width * height) / (a.width * a.height + b.width * b.height - width * height)
}
