import { type Clock, type Random, TransportError } from '@tockwork/kernel'
import type { Http, HttpResponse } from '../http.ts'
import type { SliceSource } from '../sources/slice-source.ts'
import { type Chunk, type ChunkPlan, chunkAt } from './chunk-plan.ts'
import { type RangeReading, rangeEnd, readAccepted, readPosition } from './content-range.ts'
import { refusal, UploadError, UploadInterruptedError } from './upload-errors.ts'

export interface UploadProgress {
  /** Bytes handed to the network; falls back when a chunk has to be sent again. */
  sentBytes: number
  totalBytes: number
  /** The chunk in flight, from 1. */
  chunk: number
  chunks: number
}

/** Where an upload stands by the status of its post. `received` is missing when the status does not tell. */
export type UploadStanding = { over: true } | { over: false; received?: number | undefined }

export interface UploadTask {
  http: Http
  clock: Clock
  random: Random
  /** Used whole, as it came: its query is the credential, so no Authorization header goes with it. */
  url: string
  publishId: string
  source: SliceSource
  plan: ChunkPlan
  contentType: string
  /** Asks the post's status where the upload stands; throws when the post has failed. */
  standing: () => Promise<UploadStanding>
  /** Bytes that TikTok has already. */
  from?: number | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Tries without progress before an upload is given up: about a minute and a half of outage on average. */
const MAX_TRIES = 9
const MAX_RESYNCS = 3
/** Megabytes can wait in the system's buffers when the last byte is handed over, and TikTok joins the file at the end. */
const SILENCE_MS = 180_000
/** Bytes handed to the network at once: on a slow line each has to leave before a transport's patience ends. */
const WRITE_BYTES = 512 * 1024
const BACKOFF_MS = { first: 500, most: 30_000 }

/**
 * Sends the chunks one after the other, each opened from the source anew, in constant memory.
 *
 * A chunk that met a dropped connection or a 5xx is sent again after a pause with full jitter. Before that, and after a
 * 416, the upload asks where it stands, since TikTok may have taken a chunk whose answer was lost.
 * Source of the statuses: developers.tiktok.com/doc/content-posting-api-media-transfer-guide.
 *
 * @throws {UploadUrlExpiredError} on 403 and 404, {@link UploadError} on other refusals,
 * {@link UploadInterruptedError} when trying again did not help, and whatever the source throws.
 */
export async function upload(task: UploadTask): Promise<void> {
  await new Upload(task).run()
}

class Upload {
  readonly #task: UploadTask
  /** Bytes that TikTok is known to have. */
  #received: number
  #tries = 0
  /** How often a 416 has named another place since a chunk was taken. */
  #resyncs = 0
  #reading: RangeReading | undefined
  #lastStatus: number | undefined
  #reported = -1

  constructor(task: UploadTask) {
    this.#task = task
    this.#received = task.from ?? 0
  }

  async run(): Promise<void> {
    const { plan } = this.#task
    while (this.#received < plan.size) {
      const chunk = chunkAt(plan, this.#received)
      const answer = await this.#put(chunk)
      if (answer instanceof TransportError) {
        await this.#pause(answer)
        if (await this.#askStanding()) return
        continue
      }
      this.#lastStatus = answer.status
      if (answer.status >= 500 || answer.status === 429) {
        await this.#pause(undefined)
        continue
      }
      if (answer.status >= 200 && answer.status < 300) {
        if (this.#accepted(chunk, answer)) return
        continue
      }
      if (await this.#refused(answer)) return
    }
    // Every byte was confirmed, yet TikTok did not say that it has them all: the status decides.
    await this.#confirmEnd()
  }

  /** 201: all parts received; 206: go on. Returns whether the upload is over. */
  #accepted(chunk: Chunk, answer: HttpResponse): boolean {
    const { plan } = this.#task
    const expected = chunk.last + 1
    const end = rangeEnd(answer.headers['content-range'])
    if (end === undefined) {
      this.#advance(expected)
    } else {
      const { received, reading } = readAccepted(end, expected, this.#reading)
      this.#reading = reading ?? this.#reading
      this.#advance(Math.min(received, plan.size))
    }
    this.#report(this.#received, chunk)
    return answer.status !== 206 && this.#received >= plan.size
  }

  /** A 416 says where to go on; everything else is final, unless TikTok has finished in the meantime. */
  async #refused(answer: HttpResponse): Promise<boolean> {
    const { plan, publishId } = this.#task
    if (answer.status !== 416) {
      // The URL of an upload whose last answer was lost may be gone because the upload is complete.
      if (this.#tries > 0 && (answer.status === 403 || answer.status === 404) && (await this.#isOver()))
        return true
      throw refusal(answer.status, publishId, this.#received)
    }
    const end = rangeEnd(answer.headers['content-range'])
    const before = this.#received
    if (end === undefined) {
      if (await this.#askStanding()) return true
    } else {
      const next = readPosition(end, plan, this.#reading)
      if (next !== before) this.#received = Math.min(next, plan.size)
      // Refused again and again at the very byte that the answer names: it must mean the other reading. Not at once,
      // since the rest of a dropped chunk can still be on its way and be refused for that.
      else if (this.#reading === undefined && this.#resyncs > 1) this.#received = next === end ? end + 1 : end
    }
    this.#resyncs += 1
    // A server that says 416 to everything must not be asked for ever, wherever it points.
    if (this.#resyncs > MAX_RESYNCS || this.#received <= before) await this.#pause(undefined)
    else this.#tries = 0
    return false
  }

  #advance(received: number): void {
    if (received > this.#received) {
      this.#tries = 0
      this.#resyncs = 0
    } else {
      this.#countTry(undefined)
    }
    this.#received = received
  }

  async #put(chunk: Chunk): Promise<HttpResponse | TransportError> {
    const { http, url, source, plan, contentType, signal } = this.#task
    signal?.throwIfAborted()
    const length = chunk.last + 1 - chunk.first
    let sourceFailure: { error: unknown } | undefined
    const bodies: AsyncGenerator<Uint8Array>[] = []
    const body = async function* (this: Upload): AsyncGenerator<Uint8Array> {
      try {
        let sent = chunk.first
        for await (const piece of source.slice(chunk.first, chunk.last, {
          reuse: http.releasesPieces === true,
        })) {
          for (let from = 0; from < piece.byteLength; from += WRITE_BYTES) {
            const part = piece.subarray(from, from + WRITE_BYTES)
            yield part
            sent += part.byteLength
            this.#report(sent, chunk)
          }
        }
      } catch (error) {
        sourceFailure = { error }
        throw error
      }
    }
    try {
      const answer = await http.send({
        method: 'PUT',
        url,
        headers: {
          'content-type': contentType,
          'content-length': String(length),
          'content-range': `bytes ${chunk.first}-${chunk.last}/${plan.size}`,
        },
        timeoutMs: SILENCE_MS,
        body: {
          length,
          open: () => {
            const opened = body.call(this)
            bodies.push(opened)
            return opened
          },
        },
        ...(signal === undefined ? {} : { signal }),
      })
      // The body is empty or a remark; the connection serves the next chunk only when it has been read.
      await answer.bytes()
      return answer
    } catch (error) {
      signal?.throwIfAborted()
      // A file that changed is no fault of the network, however the transport wraps it.
      if (sourceFailure !== undefined) throw sourceFailure.error
      if (error instanceof TransportError) return error
      throw error
    } finally {
      // A transport that got its answer early may leave the body half read, and a file open with it. Not awaited: a
      // stream that never goes on would hold the answer up.
      for (const opened of bodies) opened.return(undefined).catch(() => undefined)
    }
  }

  #report(sentBytes: number, chunk: Chunk): void {
    const { onProgress, plan } = this.#task
    if (sentBytes === this.#reported) return
    this.#reported = sentBytes
    onProgress?.({ sentBytes, totalBytes: plan.size, chunk: chunk.number, chunks: plan.count })
  }

  #countTry(cause: TransportError | undefined): void {
    this.#tries += 1
    if (this.#tries < MAX_TRIES) return
    const why =
      cause?.message ?? (this.#lastStatus === undefined ? 'no progress' : `HTTP ${this.#lastStatus}`)
    throw new UploadInterruptedError(
      `The upload stopped at byte ${this.#received} of ${this.#task.plan.size} after ${this.#tries} tries: ${why}`,
      {
        publishId: this.#task.publishId,
        sentBytes: this.#received,
        ...(this.#lastStatus === undefined ? {} : { httpStatus: this.#lastStatus }),
        cause,
      },
    )
  }

  /** Full jitter, so that many uploads that were cut together do not come back together. */
  async #pause(cause: TransportError | undefined): Promise<void> {
    this.#countTry(cause)
    const ceiling = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** (this.#tries - 1))
    await this.#task.clock.sleep(this.#task.random.next() * ceiling, this.#task.signal)
  }

  /** Moves to where the post's status says the upload stands; returns whether it is over. */
  async #askStanding(): Promise<boolean> {
    const standing = await this.#standing()
    if (standing === undefined) return false
    if (standing.over) return true
    // A status can lag behind an answer already given, so it only ever moves the upload forward.
    if (standing.received !== undefined && standing.received > this.#received) {
      this.#received = Math.min(standing.received, this.#task.plan.size)
      this.#tries = 0
    }
    return false
  }

  async #isOver(): Promise<boolean> {
    const standing = await this.#standing()
    return standing?.over === true || (standing?.received ?? 0) >= this.#task.plan.size
  }

  /** `undefined` when the network that dropped the chunk drops the question too: the chunk itself will tell. */
  async #standing(): Promise<UploadStanding | undefined> {
    try {
      return await this.#task.standing()
    } catch (error) {
      this.#task.signal?.throwIfAborted()
      if (error instanceof TransportError) return undefined
      throw error
    }
  }

  async #confirmEnd(): Promise<void> {
    const { plan, publishId } = this.#task
    const standing = await this.#standing()
    // No status, no doubt: TikTok has confirmed each chunk.
    if (standing === undefined || standing.over) return
    if (standing.received === undefined || standing.received >= plan.size) return
    throw new UploadError(
      `TikTok took every chunk but still waits: it has ${standing.received} of ${plan.size} bytes by its own count.`,
      {
        code: 'upload_incomplete',
        publishId,
        sentBytes: standing.received,
        action: 'Call posts.resumeUpload, or start a new post.',
      },
    )
  }
}
