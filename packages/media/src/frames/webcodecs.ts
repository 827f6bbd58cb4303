import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decoderEnvironment, runDecoder } from './decoder-process.ts'
import { formatOf } from './ffmpeg.ts'
import {
  checkRequest,
  type DecoderLimits,
  type Frame,
  type FrameRequest,
  type FrameSource,
} from './frame-source.ts'

const WEBCODECS_PACKAGE = '@napi-rs/webcodecs'

/** What the process that decodes is asked for, as JSON in its arguments. */
export interface WebCodecsTask {
  readonly path: string
  readonly format: string
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly at: FrameRequest['at']
  readonly fromSec: number
  readonly toSec?: number
  readonly limits: DecoderLimits
}

/** Before each picture on standard output: its time, a 64-bit float in little endian. */
export const TIME_BYTES = 8

/**
 * The decoder of an optional package, for machines without ffmpeg. It runs in a process of its own all the same: what
 * it decodes is not to be trusted, and a fault in native code takes down whatever it runs in.
 *
 * The package's binary has GPL parts, so nothing that is published depends on it; whoever installs it chose to.
 */
export async function openWebCodecs(
  env: NodeJS.ProcessEnv,
  limits: DecoderLimits,
): Promise<{ source: FrameSource } | { source: undefined; reason: string }> {
  const require = createRequire(import.meta.url)
  let version: string
  try {
    require.resolve(WEBCODECS_PACKAGE)
    version = (require(`${WEBCODECS_PACKAGE}/package.json`) as { version: string }).version
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND')
      return { source: undefined, reason: `the package ${WEBCODECS_PACKAGE} is not installed` }
    version = ''
  }
  return { source: new WebCodecsFrameSource(version, env, limits) }
}

class WebCodecsFrameSource implements FrameSource {
  readonly name: string
  readonly #env: NodeJS.ProcessEnv
  readonly #limits: DecoderLimits

  constructor(version: string, env: NodeJS.ProcessEnv, limits: DecoderLimits) {
    this.name = `${WEBCODECS_PACKAGE} ${version}`.trim()
    this.#env = decoderEnvironment(env)
    this.#limits = limits
  }

  async *frames(path: string, request: FrameRequest): AsyncGenerator<Frame> {
    checkRequest(request)
    const { width, height, channels, at, fromSec = 0, toSec } = request
    const format = await formatOf(path)
    const task: WebCodecsTask = {
      path: resolve(path),
      format: typeof format === 'string' ? format : format.other,
      ...{ width, height, channels, at, fromSec },
      ...(toSec === undefined ? {} : { toSec }),
      limits: this.#limits,
    }
    const records = runDecoder(
      {
        name: this.name,
        file: process.execPath,
        args: [
          '--max-old-space-size=256',
          '--disable-warning=ExperimentalWarning',
          programPath(),
          JSON.stringify(task),
        ],
        env: this.#env,
        recordBytes: TIME_BYTES + width * height * channels,
        capAddressSpace: false,
      },
      this.#limits,
      request.signal,
    )
    for await (const record of records) {
      const timeSec = new DataView(record.buffer, record.byteOffset).getFloat64(0, true)
      yield { timeSec, width, height, channels, pixels: record.subarray(TIME_BYTES) }
    }
  }
}

/** Beside this file, in the sources as in what is built of them. */
function programPath(): string {
  const here = import.meta.url
  return fileURLToPath(new URL(`./webcodecs-process.${here.endsWith('.ts') ? 'ts' : 'js'}`, here))
}
