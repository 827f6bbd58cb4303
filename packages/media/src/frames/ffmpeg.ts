import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { UsageError } from '@tockwork/kernel'
import { type Sniffed, sniff } from '../sniff.ts'
import { decoderEnvironment, runDecoder } from './decoder-process.ts'
import {
  checkRequest,
  DecodeError,
  type DecoderLimits,
  type Frame,
  type FrameRequest,
  type FrameSource,
} from './frame-source.ts'

/**
 * ffmpeg is told what the file is instead of guessing: playlists and other text formats would make it open further
 * files by name, so a "video" could show what else lies on this machine.
 */
const DEMUXERS: Partial<Record<string, string>> = {
  isobmff: 'mov',
  heic: 'mov',
  avif: 'mov',
  matroska: 'matroska',
  avi: 'avi',
  jpeg: 'jpeg_pipe',
  png: 'png_pipe',
  webp: 'webp_pipe',
  gif: 'gif',
}

/** Up to here each time is sought by itself; beyond, one pass over the file is cheaper than many seeks. */
const MAX_SEEKS = 6
/** When a time lies behind the last picture: how far back to look for that one, in seconds. */
const STEPS_BACK = [0.25, 1, 3]

/**
 * A separate ffmpeg process a request.
 *
 * @param file name or path of the program, 5.0 or newer
 * @returns undefined with the reason when there is none that works
 */
export async function openFfmpeg(
  file: string,
  env: NodeJS.ProcessEnv,
  limits: DecoderLimits,
): Promise<{ source: FrameSource } | { source: undefined; reason: string }> {
  let banner: string
  try {
    const { stdout } = await promisify(execFile)(file, ['-nostdin', '-version'], {
      env: decoderEnvironment(env),
      timeout: 10_000,
      maxBuffer: 2 ** 20,
    })
    banner = stdout
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { source: undefined, reason: code === 'ENOENT' ? `there is no ${file}` : `${file} does not run` }
  }
  const version = /^ffmpeg version (\S+)/.exec(banner)?.[1]
  if (version === undefined) return { source: undefined, reason: `${file} is not ffmpeg` }
  // Builds straight from the repository carry no number (`N-118000-g…`) and are newer than any that is too old.
  const [major = 99, minor = 0] = /^n?(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? []
  if (major < 5) return { source: undefined, reason: `${file} is ${version}; 5.0 is the oldest that works` }
  const passthrough = major > 5 || minor >= 1 ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough']
  return { source: new FfmpegFrameSource(file, version, passthrough, env, limits) }
}

class FfmpegFrameSource implements FrameSource {
  readonly name: string
  readonly #file: string
  readonly #passthrough: readonly string[]
  readonly #env: NodeJS.ProcessEnv
  readonly #limits: DecoderLimits

  constructor(
    file: string,
    version: string,
    passthrough: readonly string[],
    env: NodeJS.ProcessEnv,
    limits: DecoderLimits,
  ) {
    this.name = `ffmpeg ${version}`
    this.#file = file
    this.#passthrough = passthrough
    this.#env = decoderEnvironment(env)
    this.#limits = limits
  }

  async *frames(path: string, request: FrameRequest): AsyncGenerator<Frame> {
    checkRequest(request)
    const input = ['-f', await demuxerOf(path), '-i', `file:${resolve(path)}`]
    const { at, fromSec = 0, toSec } = request
    if (at !== 'keyframes' && 'timesSec' in at) {
      const times = at.timesSec
        .filter((time) => time >= fromSec && time <= (toSec ?? Infinity))
        .sort((a, b) => a - b)
      if (times.length === 0) return
      yield* times.length <= MAX_SEEKS
        ? this.#seek(input, request, times)
        : this.#select(input, request, times)
      return
    }
    const range = [
      ...(fromSec > 0 ? ['-ss', String(fromSec)] : []),
      ...(toSec === undefined ? [] : ['-t', String(Math.max(0, toSec - fromSec))]),
    ]
    if (at === 'keyframes') {
      // Two ways to say it: not every demuxer can leave packets out, and not every decoder can skip.
      const quick = ['-discard', 'nokey', '-skip_frame', 'nokey']
      yield* this.#run([...quick, ...range, ...input], request, { passthrough: true, fromSec })
      return
    }
    let n = 0
    for await (const frame of this.#run([...range, ...input], request, {
      // The picture that is on the screen at each time; otherwise one up to half an interval later.
      filter: `fps=${at.fps}:round=up`,
    })) {
      yield { ...frame, timeSec: fromSec + n / at.fps }
      n += 1
    }
  }

  async *#seek(
    input: readonly string[],
    request: FrameRequest,
    times: readonly number[],
  ): AsyncGenerator<Frame> {
    let last = -1
    for (const time of times) {
      let found: Frame | undefined
      for (const back of [0, ...STEPS_BACK]) {
        const from = Math.max(0, time - back)
        // Behind the end there is nothing: then the last picture of a stretch before it.
        const seek = ['-ss', String(from), ...(back === 0 ? [] : ['-t', String(back + 0.1)])]
        try {
          const options = { passthrough: true, fromSec: from, ...(back === 0 ? { count: 1 } : {}) }
          for await (const frame of this.#run([...seek, ...input], request, options)) found = frame
        } catch (error) {
          if (!(error instanceof DecodeError && error.code === 'undecodable')) throw error
          if (from === 0) throw error
        }
        if (found !== undefined || from === 0) break
      }
      if (found === undefined || found.timeSec <= last) continue
      last = found.timeSec
      yield found
    }
    if (last === -1)
      throw new DecodeError('undecodable', `${this.name} found no picture at the times asked for`)
  }

  /** One pass, keeping the first picture at or after each time. */
  #select(input: readonly string[], request: FrameRequest, times: readonly number[]): AsyncGenerator<Frame> {
    const [first = 0, ...rest] = times
    const crossed = rest.map((time) => `lt(prev_t,${time})*gte(t,${time})`)
    const start = `gte(t,${first})*(isnan(prev_t)+lt(prev_t,${first}))`
    const until = ['-t', String((times.at(-1) ?? 0) + 1)]
    return this.#run([...until, ...input], request, {
      filter: `select='${[start, ...crossed].join('+')}'`,
      passthrough: true,
    })
  }

  async *#run(
    input: readonly string[],
    request: FrameRequest,
    options: { filter?: string; passthrough?: boolean; fromSec?: number; count?: number },
  ): AsyncGenerator<Frame> {
    const { width, height, channels } = request
    const times = new TimeQueue()
    const filters = [
      ...(options.filter === undefined ? [] : [options.filter]),
      `scale=${width}:${height}:flags=area`,
      `format=${channels === 1 ? 'gray' : 'rgb24'}`,
      ...(options.passthrough === true ? ['showinfo=checksum=0'] : []),
    ]
    const { threads, pixels } = this.#limits
    // Blocks' edges cannot be seen in a picture this small, and smoothing them is a fifth of the work.
    const rough = width * height <= 256 * 256 ? ['-skip_loop_filter', 'all'] : []
    const args = [
      ...[
        '-nostdin',
        '-hide_banner',
        '-loglevel',
        options.passthrough === true ? 'level+info' : 'level+error',
      ],
      ...['-max_pixels', String(pixels), '-protocol_whitelist', 'file,pipe', '-threads', String(threads)],
      ...[...rough, ...input, '-map', '0:v:0', '-an', '-sn', '-dn', '-filter_threads', '1'],
      ...['-vf', filters.join(',')],
      ...(options.count === undefined ? [] : ['-frames:v', String(options.count)]),
      ...(options.passthrough === true ? this.#passthrough : []),
      ...['-f', 'rawvideo', 'pipe:1'],
    ]
    const records = runDecoder(
      {
        name: this.name,
        file: this.#file,
        args,
        env: this.#env,
        recordBytes: width * height * channels,
        capAddressSpace: true,
        onLine: (line) => times.read(line) || !/\[(error|fatal|panic)\]/.test(line),
      },
      this.#limits,
      request.signal,
    )
    for await (const pixels of records) {
      const timeSec = options.passthrough === true ? (options.fromSec ?? 0) + (await times.next()) : 0
      yield { timeSec, width, height, channels, pixels }
    }
  }
}

/** ffmpeg says a picture's time on standard error, beside the picture on standard output: the two are paired here. */
class TimeQueue {
  readonly #known: number[] = []
  #waiting: ((time: number) => void) | undefined

  /** @returns whether the line was about a picture */
  read(line: string): boolean {
    if (!line.includes('Parsed_showinfo')) return false
    const time = / n: *\d+ pts: *\S+ pts_time:(\S+)/.exec(line)?.[1]
    if (time === undefined) return true
    const seconds = Number.isFinite(Number(time)) ? Number(time) : 0
    if (this.#waiting === undefined) this.#known.push(seconds)
    else {
      this.#waiting(seconds)
      this.#waiting = undefined
    }
    return true
  }

  next(): Promise<number> {
    const known = this.#known.shift()
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }
}

/** @throws UsageError when the path cannot be opened, DecodeError when it is no picture */
async function demuxerOf(path: string): Promise<string> {
  const format = await formatOf(path)
  const demuxer = typeof format === 'string' ? DEMUXERS[format] : undefined
  if (demuxer !== undefined) return demuxer
  const what = typeof format === 'string' ? format : format.other
  throw new DecodeError('undecodable', `this is ${what}; no pictures are taken from it`)
}

export async function formatOf(path: string): Promise<Sniffed> {
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(new Uint8Array(256), 0, 256, 0)
    return sniff(buffer.subarray(0, bytesRead))
  } catch (cause) {
    throw new UsageError(`cannot open ${path}`, { field: 'path', cause })
  }
}
