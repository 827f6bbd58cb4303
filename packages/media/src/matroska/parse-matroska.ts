import { asciiAt, BudgetExceeded, type ByteReader } from '../byte-reader.ts'
import type { MediaProblem, ParsedMedia } from '../media-info.ts'
import { BlockTimes } from './block-times.ts'
import { type Element, elements, float, ID, MAX_HEADER_BYTES, readElement, uint } from './ebml.ts'
import { Shortcuts } from './shortcuts.ts'
import { type MatroskaTrack, parseTracks } from './tracks.ts'

/** These are entered; everything else is read or skipped whole, so that the walk needs no stack. */
const ENTERED: ReadonlySet<number> = new Set([ID.Segment, ID.Cluster, ID.BlockGroup])

/** Of the elements read whole (information, tracks), which take a few kilobytes in real files. */
const MAX_HEADER_ELEMENT_BYTES = 4 * 2 ** 20

interface Reading {
  docType: string
  segmentEnd?: number | undefined
  scale: number
  declaredTicks: number
  tracks: MatroskaTrack[]
  times: Map<number, BlockTimes>
  clusterTime: number
  lastBlock?: { times: BlockTimes; timestamp: number } | undefined
}

/**
 * Looks at a WebM or Matroska file: every element down to the header of each block, the last included, but none of the
 * pictures; of a large file, only places spread over it. Works without an index and without sizes, which live recorders do
 * not write.
 */
export async function parseMatroska(reader: ByteReader): Promise<ParsedMedia> {
  const problems: MediaProblem[] = []
  const reading: Reading = {
    docType: '',
    scale: 1_000_000,
    declaredTicks: 0,
    tracks: [],
    times: new Map(),
    clusterTime: 0,
  }
  const shortcuts = new Shortcuts(reader)
  let offset = 0
  while (true) {
    if (offset >= reader.size) {
      const last = shortcuts.atEnd()
      if (last === undefined) break
      offset = last
      continue
    }
    const element = readElement(await reader.read(offset, MAX_HEADER_BYTES), offset)
    if (element === 'short') {
      problems.push({ code: 'truncated', detail: `the file ends inside an element header at byte ${offset}` })
      break
    }
    if (!element) {
      problems.push({ code: 'unreadable', detail: `what stands at byte ${offset} is not an element` })
      break
    }
    const next = await elsewhere(shortcuts, element, offset)
    if (next !== undefined) {
      for (const times of reading.times.values()) times.skip()
      offset = next
      continue
    }
    if (ENTERED.has(element.id)) {
      if (element.id === ID.Segment) reading.segmentEnd = element.end
      offset = element.body
      continue
    }
    if (element.end === undefined) {
      problems.push({ code: 'unreadable', detail: `the element at byte ${offset} has no size` })
      break
    }
    if (element.end > reader.size) {
      problems.push({
        code: 'truncated',
        detail: `the element at byte ${offset} should end at byte ${element.end}, the file ends at ${reader.size}`,
      })
      break
    }
    await take(reader, element, element.end, reading)
    offset = element.end
  }
  if (problems.length === 0 && reading.segmentEnd !== undefined && reading.segmentEnd > reader.size) {
    problems.push({
      code: 'truncated',
      detail: `its segment should end at byte ${reading.segmentEnd}, the file ends at ${reader.size}`,
    })
  }
  return describe(reading, problems)
}

async function elsewhere(
  shortcuts: Shortcuts,
  element: Element,
  offset: number,
): Promise<number | undefined> {
  if (element.id === ID.Cluster) return shortcuts.atCluster(offset, element)
  if (element.id === ID.SimpleBlock || element.id === ID.BlockGroup) return shortcuts.atBlock(offset)
  return undefined
}

async function take(reader: ByteReader, element: Element, end: number, reading: Reading): Promise<void> {
  const content = () => {
    if (end - element.body > MAX_HEADER_ELEMENT_BYTES) {
      throw new BudgetExceeded(
        `an element of ${end - element.body} bytes before byte ${end} is larger than any real one`,
      )
    }
    return reader.read(element.body, end - element.body)
  }
  switch (element.id) {
    case ID.Ebml:
      for (const { id, bytes } of elements(await content())) {
        if (id === ID.DocType) reading.docType = asciiAt(bytes, 0, 16).replace(/\0.*$/s, '')
      }
      break
    case ID.Info:
      for (const { id, bytes } of elements(await content())) {
        if (id === ID.TimestampScale) reading.scale = uint(bytes) || reading.scale
        if (id === ID.Duration) reading.declaredTicks = float(bytes)
      }
      break
    case ID.Tracks:
      if (reading.tracks.length === 0) reading.tracks = parseTracks(await content())
      break
    case ID.Timestamp:
      reading.clusterTime = uint(await content())
      break
    case ID.SimpleBlock:
    case ID.Block:
      takeBlock(await reader.read(element.body, Math.min(12, end - element.body)), reading)
      break
    case ID.BlockDuration:
      if (reading.lastBlock && reading.lastBlock.timestamp === reading.lastBlock.times.last) {
        reading.lastBlock.times.lastDuration = uint(await content())
      }
      break
  }
}

/** Track number as a variable-length integer, then a signed 16-bit time relative to the cluster. */
function takeBlock(bytes: Uint8Array, reading: Reading): void {
  const numberBytes = Math.clz32(bytes[0] ?? 0) - 23
  if (numberBytes > 8 || bytes.length < numberBytes + 3) return
  const number = uint(bytes, 0, numberBytes) - 2 ** (7 * numberBytes)
  const relative = ((bytes[numberBytes]! << 24) >> 16) | bytes[numberBytes + 1]!
  const timestamp = reading.clusterTime + relative
  let times = reading.times.get(number)
  if (!times) {
    // Blocks of tracks nobody declared are no media.
    if (!reading.tracks.some((track) => track.number === number)) return
    times = new BlockTimes()
    reading.times.set(number, times)
  }
  times.add(timestamp)
  reading.lastBlock = { times, timestamp }
}

function describe(reading: Reading, problems: MediaProblem[]): ParsedMedia {
  const parsed: ParsedMedia = {
    kind: 'video',
    container: reading.docType === 'webm' ? 'webm' : 'mkv',
    problems,
  }
  const timesOf = (track: MatroskaTrack) => reading.times.get(track.number) ?? new BlockTimes()
  const pictures = reading.tracks.filter((track) => track.type === 'video')
  const video = pictures.find((track) => timesOf(track).count > 0) ?? pictures[0]
  const audio = reading.tracks.find((track) => track.type === 'audio')
  if (audio) {
    parsed.audio = { codec: audio.codec, sampleRate: audio.sampleRate, channels: audio.channels }
  }
  const seconds = (ticks: number) => (ticks * reading.scale) / 1e9
  const ends = [video, audio].map((track) => {
    if (!track) return 0
    const times = timesOf(track)
    if (times.count === 0) return 0
    const usual = track.defaultDuration / 1e9 || seconds(times.meanGap)
    return seconds(times.last) + (seconds(times.lastDuration) || usual)
  })
  // The declared duration may be missing or a lie; the blocks may lack the last one's length.
  const durationSec = Math.max(seconds(reading.declaredTicks) || 0, ...ends)
  if (Number.isFinite(durationSec) && durationSec > 0)
    parsed.durationSec = Math.round(durationSec * 1000) / 1000

  parsed.tracks = reading.tracks.map(({ type, codec }) => ({ kind: type, codec }))
  if (video?.encrypted || audio?.encrypted) {
    problems.push({ code: 'encrypted', detail: 'its content is encrypted' })
  }
  if (!video) {
    problems.push({ code: 'no-video-track', detail: 'it has no track with pictures' })
    return parsed
  }
  const times = timesOf(video)
  if (times.count === 0) problems.push({ code: 'no-frames', detail: 'its video track has no frame' })
  const turned = video.rotation % 180 !== 0
  const gap = seconds(times.meanGap)
  const measured =
    times.lastDuration && !times.sampled ? times.count / seconds(times.span + times.lastDuration) : 1 / gap
  const nominal = times.count > 0 && video.defaultDuration > 0 ? 1e9 / video.defaultDuration : 0
  // Short stretches of rounded times miss the true rate by a little; the writer's word is exact where they agree.
  const agreed = times.sampled && Math.abs(nominal - measured) < nominal * 0.01
  const frameRate = gap > 0 && !agreed ? measured : nominal
  const reshaped = video.stored.width !== video.width || video.stored.height !== video.height
  parsed.video = {
    codec: video.codec,
    ...(video.codecString && { codecString: video.codecString }),
    ...video.details,
    ...(reshaped && { stored: video.stored }),
    width: turned ? video.height : video.width,
    height: turned ? video.width : video.height,
    rotation: video.rotation,
    frameRate: Math.round(frameRate * 100) / 100,
    ...(times.variable !== undefined && { variableFrameRate: times.variable }),
  }
  return parsed
}
