import { overlap, union } from './gray-image.ts'
import { isSameHandle, type ReadMark } from './read-mark.ts'
import type { FrameBox, Watermark } from './watermark.ts'

/** A mark read once, in one picture or in the mean of a window. */
export interface Sighting {
  readonly mark: ReadMark
  readonly text: string
  readonly box: FrameBox
  /** Of the reading, 0 to 1. */
  readonly score: number
  readonly fromSec: number
  readonly toSec: number
  /** Read in the mean of a window whose picture moves: the mark stayed where it is. */
  readonly persists: boolean
  /** The picture around it is one flat ground. */
  readonly plain: boolean
}

/** Two readings closer than this show one moment. */
const ONE_MOMENT_SEC = 0.4
/** Subtitles and titles are centred; marks are not, except on end cards. */
const CENTRED = 0.06
const EDGE = 0.22
const MANY_MOMENTS = 3

/**
 * What the readings amount to. A name read at two moments, or once in what stayed for two seconds, blocks. One reading is
 * for a person to look at, and so is a name in the middle of a moving picture: a word of a subtitle looks like that.
 *
 * @param ownKnown some of the uploader's handles are known; where none is, nobody can say that a handle is foreign
 */
export function judgeSightings(sightings: readonly Sighting[], ownKnown: boolean): Watermark[] {
  return groupByMark(sightings).flatMap((group) => {
    const [{ mark }] = group as [Sighting]
    // What the picture's side cuts off belongs to what is filmed: `SHORTS` out of `SHORTS SALE` on a wall.
    const whole = mark.everydayWord ? group.filter(({ box }) => !isCut(box)) : group
    const places = groupByPlace(whole)
    // An everyday word that never comes back to a place is part of the scene, or spoken of; one that wanders through many
    // pictures may be either.
    const staying = places.filter((place) => place.some(({ persists }) => persists) || comesBack(place))
    const wanders = moments(whole) >= MANY_MOMENTS
    if (mark.everydayWord && staying.length === 0 && !wanders) return []
    const repeated = moments(group) >= 2 || group.some(({ persists }) => persists)
    const evidence = mark.everydayWord && staying.length > 0 ? staying.flat() : whole
    const isCaption = evidence.every(({ box, plain }) => !plain && isCentred(box))
    const isNearEdge = evidence.some(({ box }) => touchesEdge(box))
    const isForeign = mark.kind !== 'handle' || ownKnown
    const blocks =
      isForeign && repeated && !isCaption && (!mark.everydayWord || (staying.length > 0 && isNearEdge))
    return places.map((place) => report(place, group, blocks))
  })
}

function report(place: readonly Sighting[], group: readonly Sighting[], blocks: boolean): Watermark {
  const best = place.reduce((a, b) => (b.score * b.mark.fit > a.score * a.mark.fit ? b : a))
  const { mark } = best
  // Each further moment halves what doubt the first left.
  const doubt = (1 - 0.75 * best.score * mark.fit) * 0.5 ** (moments(group) - 1) * (blocks ? 0.6 : 1)
  return {
    kind: mark.kind,
    ...(mark.platform !== undefined && { platform: mark.platform }),
    text: best.text,
    box: best.box,
    fromSec: Math.min(...place.map(({ fromSec }) => fromSec)),
    toSec: Math.max(...place.map(({ toSec }) => toSec)),
    confidence: Math.round((1 - doubt) * (blocks ? 1 : 0.7) * 100) / 100,
    verdict: blocks ? 'block' : 'review',
  }
}

function groupByMark(sightings: readonly Sighting[]): Sighting[][] {
  const groups: Sighting[][] = []
  for (const one of sightings) {
    const group = groups.find(([first]) => first !== undefined && isSameMark(first.mark, one.mark))
    if (group === undefined) groups.push([one])
    else group.push(one)
  }
  return groups
}

const isSameMark = (a: ReadMark, b: ReadMark): boolean =>
  a.kind === b.kind &&
  a.everydayWord === b.everydayWord &&
  (a.kind === 'handle' ? isSameHandle(a.key, b.key) : a.key === b.key)

function groupByPlace(sightings: readonly Sighting[]): Sighting[][] {
  const places: { box: FrameBox; members: Sighting[] }[] = []
  for (const one of sightings) {
    const place = places.find(({ box }) => overlap(box, one.box) > 0.4)
    if (place === undefined) places.push({ box: one.box, members: [one] })
    else {
      place.members.push(one)
      // What drifts slowly stays one place, as wide as its way.
      place.box = union(place.box, one.box)
    }
  }
  return places.map(({ members }) => members)
}

/** How many moments of the clip show it. */
function moments(sightings: readonly Sighting[]): number {
  const times = sightings.map(({ fromSec, toSec }) => (fromSec + toSec) / 2).sort((a, b) => a - b)
  let count = 0
  let last = Number.NEGATIVE_INFINITY
  for (const time of times)
    if (time - last >= ONE_MOMENT_SEC) {
      count += 1
      last = time
    }
  return count
}

/** Read at two moments in the very same spot. */
const comesBack = (place: readonly Sighting[]): boolean =>
  place.some((one) => moments(place.filter(({ box }) => isSameSpot(box, one.box))) >= 2)

const isSameSpot = (a: FrameBox, b: FrameBox): boolean =>
  Math.abs(a.x + a.width / 2 - b.x - b.width / 2) < 0.015 &&
  Math.abs(a.y + a.height / 2 - b.y - b.height / 2) < 0.015

const isCentred = (box: FrameBox): boolean => Math.abs(box.x + box.width / 2 - 0.5) < CENTRED

const isCut = ({ x, width }: FrameBox): boolean => x < 0.008 || x + width > 0.992

const touchesEdge = ({ x, y, width, height }: FrameBox): boolean =>
  x < EDGE || y < EDGE || x + width > 1 - EDGE || y + height > 1 - EDGE
