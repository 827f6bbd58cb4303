/**
 * The process that decodes with the optional WebCodecs package: takes a task as its argument, writes pictures to
 * standard output, and a complaint to standard error with a code other than 0.
 */
import { readFile } from 'node:fs/promises'
import { probe } from '../probe.ts'
import { averageAreas, turn } from './area-average.ts'
import { DecodeError } from './frame-source.ts'
import { TIME_BYTES, type WebCodecsTask } from './webcodecs.ts'

type WebCodecs = typeof import('@napi-rs/webcodecs')
type VideoFrame = InstanceType<WebCodecs['VideoFrame']>
type Chunk = InstanceType<WebCodecs['EncodedVideoChunk']>

const PHOTO_TYPES: Record<string, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
}
/** Packets of one group that are held to see whether a wanted picture is among them. */
const MAX_GROUP_BYTES = 64 * 2 ** 20
/** Pictures that are decoded and not yet looked at; each is as large as the video. */
const MAX_AHEAD = 8
/** Time stamps are rounded to a container's own unit. */
const SLACK_SEC = 0.002
const MAX_PHOTO_BYTES = 128 * 2 ** 20

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as WebCodecsTask
  const watch = setInterval(() => checkMemory(task.limits.memoryBytes), 50)
  try {
    const codecs = await import('@napi-rs/webcodecs')
    if (task.format in PHOTO_TYPES) await decodePhoto(codecs, task)
    else await decodeVideo(codecs, task)
  } finally {
    clearInterval(watch)
  }
}

function checkMemory(limit: number): void {
  if (process.memoryUsage.rss() <= limit) return
  process.stderr.write('memory limit\n')
  process.exit(1)
}

async function decodePhoto(codecs: WebCodecs, task: WebCodecsTask): Promise<void> {
  const info = await probe({ kind: 'file', path: task.path })
  if (info.sizeBytes > MAX_PHOTO_BYTES)
    throw new DecodeError('memory', 'memory limit: the photo has too many bytes')
  checkPixels(info.photo?.width ?? 0, info.photo?.height ?? 0, task)
  const decoder = new codecs.ImageDecoder({
    data: await readFile(task.path),
    type: PHOTO_TYPES[task.format] as string,
  })
  const { image } = await decoder.decode()
  await write(await shrink(image, task, 0), 0)
  image.close()
  decoder.close()
}

async function decodeVideo(codecs: WebCodecs, task: WebCodecsTask): Promise<void> {
  const Demuxer = { isobmff: codecs.Mp4Demuxer, matroska: codecs.MkvDemuxer }[task.format]
  if (Demuxer === undefined)
    throw new DecodeError('undecodable', `this is ${task.format}; no pictures are taken from it`)
  const info = await probe({ kind: 'file', path: task.path })
  const rotation = info.video?.rotation ?? 0
  let failure: Error | undefined
  const fail = (error: Error): void => {
    failure ??= error
  }
  const demuxer = new Demuxer({ error: fail })
  await demuxer.load(task.path)
  const config = demuxer.videoDecoderConfig
  if (config === null) throw new DecodeError('undecodable', 'it has no picture track that can be decoded')
  checkPixels(config.codedWidth, config.codedHeight, task)

  const picker = new Picker(task)
  let ahead = 0
  let room: (() => void) | undefined
  let shown = Promise.resolve()
  let before: VideoFrame | undefined
  const show = async (frame: VideoFrame, times: readonly number[]): Promise<void> => {
    if (times.length === 0 || failure !== undefined) return
    const picture = await shrink(frame, task, rotation)
    for (const time of times) await write(picture, time)
  }
  const decoder = new codecs.VideoDecoder({
    error: fail,
    output: (frame) => {
      const done = async (): Promise<void> => {
        const { own, earlier } = picker.take(frame.timestamp / 1e6)
        if (before !== undefined) {
          await show(before, earlier)
          before.close()
        }
        await show(frame, before === undefined ? [...earlier, ...own] : own)
        before = frame
        ahead -= 1
        room?.()
      }
      shown = shown.then(done).catch(fail)
    },
  })
  decoder.configure({ ...config, hardwareAcceleration: 'prefer-software' })
  const decode = async (chunk: Chunk): Promise<void> => {
    ahead += 1
    decoder.decode(chunk)
    // Pictures come out of order and late, so a full house may also be waiting for the next packet: hence the time.
    for (let turns = 0; ahead > MAX_AHEAD && failure === undefined && turns < 4; turns++) {
      await new Promise<void>((resolve) => {
        room = resolve
        setTimeout(resolve, 5)
      })
    }
    if (failure !== undefined) throw failure
  }
  for await (const group of groups(demuxer as AsyncIterable<Packet>, task.at === 'keyframes')) {
    if (picker.done) break
    if (!picker.wants(group)) continue
    for (const chunk of group.chunks) await decode(chunk)
  }
  await decoder.flush()
  await shown
  if (before !== undefined) {
    await show(before, picker.rest())
    before.close()
  }
  if (failure !== undefined) throw failure
  decoder.close()
  demuxer.close()
}

interface Packet {
  readonly chunkType: string
  readonly videoChunk?: Chunk
}

/** Packets from one that decodes by itself to the next; `endSec` is unknown for the last, and for a part of a group. */
interface Group {
  readonly startSec: number
  readonly endSec: number | undefined
  readonly chunks: readonly Chunk[]
}

async function* groups(packets: AsyncIterable<Packet>, keysOnly: boolean): AsyncGenerator<Group> {
  let chunks: Chunk[] = []
  let bytes = 0
  let startSec = 0
  let whole = true
  for await (const { videoChunk } of packets) {
    if (videoChunk === undefined) continue
    const key = videoChunk.type === 'key'
    if (keysOnly && !key) continue
    if (key && chunks.length > 0) {
      yield { startSec, endSec: whole ? videoChunk.timestamp / 1e6 : undefined, chunks }
      chunks = []
      bytes = 0
      whole = true
    }
    if (key) startSec = videoChunk.timestamp / 1e6
    chunks.push(videoChunk)
    bytes += videoChunk.byteLength
    if (bytes > MAX_GROUP_BYTES) {
      // Too much to hold: decoded whether it is wanted or not, and the rest of the group after it.
      yield { startSec, endSec: undefined, chunks }
      chunks = []
      bytes = 0
      whole = false
    }
  }
  if (chunks.length > 0) yield { startSec, endSec: undefined, chunks }
}

/** Decides which pictures are handed out. Times count from the first picture that is decoded. */
class Picker {
  readonly #task: WebCodecsTask
  readonly #times: readonly number[] | undefined
  #next = 0
  #last = 0
  #origin: number | undefined

  constructor(task: WebCodecsTask) {
    this.#task = task
    if (task.at !== 'keyframes' && 'timesSec' in task.at) {
      this.#times = task.at.timesSec
        .filter((time) => time >= task.fromSec && time <= (task.toSec ?? Infinity))
        .sort((a, b) => a - b)
    }
  }

  get done(): boolean {
    return this.#wanted() > (this.#task.toSec ?? Infinity) || this.#wanted() === Infinity
  }

  /** Whether a picture of the group is asked for. */
  wants({ startSec, endSec }: Group): boolean {
    this.#origin ??= startSec
    const from = this.#task.at === 'keyframes' ? this.#task.fromSec : this.#wanted()
    return endSec === undefined || endSec - this.#origin > from
  }

  /**
   * The times that a picture stands for: its own, when it is wanted as it comes, and those before it, which belong to the
   * picture that was on the screen until then.
   */
  take(timestamp: number): { own: number[]; earlier: number[] } {
    const time = timestamp - (this.#origin ?? 0)
    this.#last = time
    if (this.#task.at === 'keyframes') {
      const inRange = time >= this.#task.fromSec && time <= (this.#task.toSec ?? Infinity)
      return { own: inRange ? [time] : [], earlier: [] }
    }
    const earlier: number[] = []
    while (this.#wanted() < time - SLACK_SEC && !this.done) {
      earlier.push(this.#wanted())
      this.#next += 1
    }
    const own = Math.abs(this.#wanted() - time) <= SLACK_SEC && !this.done ? [this.#wanted()] : []
    this.#next += own.length
    return { own, earlier }
  }

  /** Times at and after the last picture. Of those asked for one by one there is one; evenly spaced ones end with it. */
  rest(): number[] {
    if (this.#times === undefined || this.done) return []
    const time = Math.min(this.#wanted(), this.#last)
    this.#next = this.#times.length
    return [time]
  }

  #wanted(): number {
    const { at, fromSec } = this.#task
    if (at === 'keyframes') return 0
    if (this.#times !== undefined) return this.#times[this.#next] ?? Infinity
    return fromSec + this.#next / (at as { fps: number }).fps
  }
}

function checkPixels(width: number, height: number, { limits }: WebCodecsTask): void {
  if (width * height > limits.pixels)
    throw new DecodeError('memory', `memory limit: ${width}x${height} pixels are too many`)
}

async function shrink(frame: VideoFrame, task: WebCodecsTask, rotation: number): Promise<Uint8Array> {
  const quarter = rotation === 90 || rotation === 270
  const to = quarter ? { width: task.height, height: task.width } : { width: task.width, height: task.height }
  const { codedWidth: width, codedHeight: height, format } = frame
  const out = new Uint8Array(to.width * to.height * task.channels)
  if (task.channels === 1 && format !== null && /^(I4|NV)/.test(format)) {
    const data = new Uint8Array(frame.allocationSize())
    const [plane] = await frame.copyTo(data)
    const stride = plane?.stride ?? width
    const luma = plane?.offset ?? 0
    // More than eight bits come in two bytes, the smaller first; the upper eight of them are enough.
    const bits = Number(/P(\d\d)$/.exec(format)?.[1] ?? 8)
    const eight = bits === 8 ? data : upperBits(data, luma, stride * height, bits - 8)
    averageAreas(
      eight,
      bits === 8 ? { width, height, stride, offset: luma } : { width, height, stride: stride / 2 },
      to,
      out,
    )
  } else {
    const data = new Uint8Array(frame.allocationSize({ format: 'RGBA' }))
    const [plane] = await frame.copyTo(data, { format: 'RGBA' })
    const from = { width, height, stride: plane?.stride ?? width * 4, step: 4 }
    if (task.channels === 3) {
      for (let offset = 0; offset < 3; offset++)
        averageAreas(data, { ...from, offset }, { ...to, step: 3, offset }, out)
    } else averageAreas(lumaOf(data, from.stride, width, height), { width, height, stride: width }, to, out)
  }
  return rotation === 0 ? out : turn(out, to.width, to.height, task.channels, rotation)
}

function upperBits(data: Uint8Array, offset: number, length: number, shift: number): Uint8Array {
  const out = new Uint8Array(length / 2)
  for (let i = 0; i < out.length; i++)
    out[i] = ((data[offset + 2 * i] as number) | ((data[offset + 2 * i + 1] as number) << 8)) >> shift
  return out
}

/** ITU-R BT.601's weights, which JPEG uses. */
function lumaOf(rgba: Uint8Array, stride: number, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * stride + x * 4
      out[y * width + x] =
        ((rgba[at] as number) * 299 + (rgba[at + 1] as number) * 587 + (rgba[at + 2] as number) * 114) / 1000
    }
  }
  return out
}

async function write(picture: Uint8Array, timeSec: number): Promise<void> {
  const head = new Uint8Array(TIME_BYTES)
  new DataView(head.buffer).setFloat64(0, timeSec, true)
  process.stdout.write(head)
  if (!process.stdout.write(picture)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}

try {
  await main()
  // Native threads may still hold the process open.
  process.stdout.write('', () => process.exit(0))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`, () => process.exit(1))
}
