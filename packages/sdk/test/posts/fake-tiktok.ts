/** TikTok as far as posting needs it, in memory: a `Caller` whose clock moves by itself when someone sleeps. */
import type { Endpoint } from '@tockwork/contracts'
import { parseContentRange } from '@tockwork/contracts/posting'
import { type Clock, PlatformError, seededRandom, TransportError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Caller } from '../../src/caller.ts'
import type { Http, HttpRequest, HttpResponse } from '../../src/http.ts'

class RestlessClock implements Clock {
  time = 1_800_000_000_000
  /** Milliseconds of each sleep that ran to its end. */
  readonly sleeps: number[] = []
  /** Called whenever time has moved. */
  onMove: ((now: number) => void) | undefined
  #sleepers: { at: number; wake: () => void }[] = []
  #turning = false

  now(): number {
    return this.time
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const sleeper = { at: this.time + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal.reason)
      })
      void this.#turn()
    })
    this.sleeps.push(ms)
  }

  /** Wakes the next sleeper once everyone else has come to rest. */
  async #turn(): Promise<void> {
    if (this.#turning) return
    this.#turning = true
    while (this.#sleepers.length > 0) {
      for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setTimeout(resolve, 0))
      const next = this.#sleepers.sort((a, b) => a.at - b.at).shift()
      if (next === undefined) break
      this.time = Math.max(this.time, next.at)
      this.onMove?.(this.time)
      next.wake()
    }
    this.#turning = false
  }
}

/** What a PUT meets: `drop-before` loses it, `drop-after` takes the bytes and loses the answer. */
export type PutFault =
  | 'drop-before'
  | 'drop-half'
  | 'drop-after'
  | number
  | { status: number; range?: string }

export const UPLOAD_URL = 'https://open-upload.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123'

export interface FakePut {
  status: number | 'dropped'
  range: string
  headers: Record<string, string>
  url: string
}

export class FakeTikTok implements Caller {
  readonly clock = new RestlessClock()
  readonly random = seededRandom(7)
  readonly calls: { endpoint: string; at: number; input: unknown }[] = []
  readonly puts: FakePut[] = []
  /** Faults of the coming PUTs, in order; `undefined` lets one pass. */
  putFaults: (PutFault | undefined)[] = []
  /** Answers of the coming calls of an endpoint: an error to throw, or output. */
  script: Record<string, (unknown | Error)[]> = {}
  /** How `Content-Range` of an answer counts; `none` leaves it out. */
  rangeStyle: 'last-index' | 'count' | 'none' = 'last-index'
  /** Whether the status knows how many bytes arrived. */
  tellsUploadedBytes = true
  received = 0
  declared: { video_size: number; chunk_size: number; total_chunk_count: number } | undefined
  bytes: Uint8Array = new Uint8Array(0)
  status: Record<string, unknown> = { status: 'PROCESSING_UPLOAD' }
  origin = ''

  resolve(url: string): string {
    return this.origin === '' ? url : url.replace('https://open.tiktokapis.com', this.origin)
  }

  // The fake answers by endpoint id; the types of each answer are those of the contracts.
  call = (async (endpoint: Endpoint, options: { input?: unknown; signal?: AbortSignal } = {}) => {
    options.signal?.throwIfAborted()
    // Throws when the input is none that the contract knows.
    if (endpoint.input !== undefined) z.encode(endpoint.input as z.ZodMiniType, options.input)
    this.calls.push({ endpoint: endpoint.id, at: this.clock.now(), input: options.input })
    const scripted = this.script[endpoint.id]?.shift()
    if (scripted instanceof Error) throw scripted
    if (scripted !== undefined) return scripted
    if (endpoint.id === 'posting.publishStatus') {
      return { ...(this.tellsUploadedBytes ? { uploaded_bytes: this.received } : {}), ...this.status }
    }
    if (endpoint.id === 'posting.initVideo' || endpoint.id === 'posting.initInboxVideo') {
      const { source_info } = options.input as {
        source_info: NonNullable<FakeTikTok['declared']> & { source: string }
      }
      if (source_info.source === 'PULL_FROM_URL') return { publish_id: 'v_pub_url~v2.1' }
      this.declared = source_info
      this.bytes = new Uint8Array(source_info.video_size)
      return { publish_id: 'v_pub_file~v2-1.1', upload_url: UPLOAD_URL }
    }
    if (endpoint.id === 'posting.initContent') return { publish_id: 'p_pub_url~v2.1' }
    return {}
  }) as Caller['call']

  readonly http: Http = { send: (request) => this.#put(request) }

  async #put(request: HttpRequest): Promise<HttpResponse> {
    const range = request.headers['content-range'] ?? ''
    const fault = this.putFaults.shift()
    const record = (status: number | 'dropped'): void => {
      this.puts.push({ status, range, headers: request.headers, url: request.url })
    }
    const drop = (): never => {
      record('dropped')
      throw new TransportError('The connection was reset.', {
        code: 'connection_reset',
        retry: 'outcome-unknown',
        sent: 'maybe',
      })
    }
    const answer = (status: number, rangeHeader?: string): HttpResponse => {
      record(status)
      const header = rangeHeader ?? this.#range()
      return response(status, header === undefined ? {} : { 'content-range': header })
    }
    const parsed = parseContentRange(range)
    if (parsed === undefined || parsed.total !== this.bytes.byteLength) return answer(400)
    const body = await collect(
      request,
      fault === 'drop-half' ? (parsed.last - parsed.first) >> 1 : Number.MAX_SAFE_INTEGER,
    )
    if (fault === 'drop-before' || fault === 'drop-half') return drop()
    if (typeof fault === 'number') return answer(fault)
    if (typeof fault === 'object') return answer(fault.status, fault.range)
    if (body.byteLength !== parsed.last + 1 - parsed.first) return answer(400)
    if (parsed.first !== this.received) return answer(416)
    this.bytes.set(body, parsed.first)
    this.received = parsed.last + 1
    const all = this.received === this.bytes.byteLength
    if (all) this.status = { status: 'PROCESSING_UPLOAD', ...this.afterUpload }
    if (fault === 'drop-after') return drop()
    return answer(all ? 201 : 206)
  }

  /** The status once every byte is there. */
  afterUpload: Record<string, unknown> = { status: 'PUBLISH_COMPLETE' }

  #range(): string | undefined {
    if (this.rangeStyle === 'none') return undefined
    const end = this.rangeStyle === 'count' ? this.received : Math.max(0, this.received - 1)
    return `bytes 0-${end}/${this.bytes.byteLength}`
  }

  callsOf(endpoint: string): number {
    return this.calls.filter((call) => call.endpoint === endpoint).length
  }
}

async function collect(request: HttpRequest, most: number): Promise<Uint8Array> {
  const { body } = request
  if (typeof body !== 'object' || body instanceof Uint8Array) throw new Error('expected a streamed body')
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body.open()) {
    pieces.push(piece.slice())
    length += piece.byteLength
    if (length > most) break
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

function response(status: number, headers: Record<string, string>): HttpResponse {
  return {
    status,
    headers,
    text: async () => '',
    bytes: async () => new Uint8Array(0),
    async *stream() {},
  }
}

export function refusedWith(code: string, retry: 'never' | 'now' | 'after' = 'never'): PlatformError {
  return new PlatformError(`TikTok said ${code}.`, { code, retry })
}

/** `size` bytes that begin like an MP4 and differ at every place. */
export function video(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 31 + (index >> 8)) & 0xff
  bytes.set(new TextEncoder().encode('\0\0\0\x18ftypmp42').subarray(0, size))
  return bytes
}
