import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Random } from '@tockwork/kernel'
import type { MediaSource } from '@tockwork/media'
import {
  BlobMissingError,
  type BlobStore,
  BlobStoreUnusableError,
  BlobTooLargeError,
  hexOf,
  type IncomingBlob,
  type LocalFile,
  type OpenBlob,
  placeOf,
  type ReceiveOptions,
} from '../blob-store.ts'
import { removeOlderFiles } from '../local-blob-store.ts'
import { abortUpload, MultipartUpload, PART_BYTES, xmlTexts } from './multipart-upload.ts'
import { type S3Client, S3Error } from './s3-client.ts'

export interface S3BlobStoreOptions {
  client: S3Client
  /** What every key begins with: empty, or ending in a slash. */
  prefix: string
  /** Sent wherever an object is made, such as for encryption at the service. */
  objectHeaders: Readonly<Record<string, string>>
  /** For files that a program here must have whole. */
  scratchFolder: string
  random: Random
}

const COPY_MS = 600_000
const STREAM_TRIES = 4

/**
 * Blobs in a bucket. What fits one part is sent once, under its hash. More goes to `incoming/` part by part, since a name
 * by content is known only at the end, and is then copied by the service itself; two parts are in memory at most.
 */
export class S3BlobStore implements BlobStore {
  readonly #options: S3BlobStoreOptions
  readonly #copies = new Map<string, { path: Promise<string>; users: number }>()

  constructor(options: S3BlobStoreOptions) {
    this.#options = options
  }

  async check(): Promise<void> {
    const { client, prefix } = this.#options
    const query = { 'list-type': '2', 'max-keys': '1', prefix }
    try {
      await client.sendForXml({ method: 'GET', key: '', query, tries: 2 })
    } catch (cause) {
      if (!(cause instanceof S3Error) || cause.status >= 500 || cause.status === 429) throw cause
      throw new BlobStoreUnusableError(`the service answered ${cause.status} ${cause.code}`, { cause })
    }
  }

  async receive(
    content: AsyncIterable<Uint8Array>,
    { maxBytes, signal }: ReceiveOptions,
  ): Promise<IncomingBlob> {
    const { client, prefix, objectHeaders, random } = this.#options
    const incoming = `${prefix}incoming/${hexOf(random.bytes(16))}`
    const hash = createHash('sha256')
    let sizeBytes = 0
    let upload: MultipartUpload | undefined
    let sending: Promise<void> = Promise.resolve()
    // One fills while the other is on its way.
    let filling: Uint8Array = new Uint8Array()
    let spare: Uint8Array | undefined
    let filled = 0
    const sendFull = async (): Promise<void> => {
      upload ??= await MultipartUpload.begin(client, incoming, objectHeaders)
      await sending
      sending = upload.part(filling.subarray(0, filled), signal)
      // Seen when it is awaited, which is later than it fails.
      sending.catch(() => undefined)
      ;[filling, spare] = [spare ?? Buffer.allocUnsafeSlow(PART_BYTES), filling]
      filled = 0
    }
    try {
      for await (const piece of content) {
        signal?.throwIfAborted()
        sizeBytes += piece.byteLength
        if (sizeBytes > maxBytes) throw new BlobTooLargeError(maxBytes)
        hash.update(piece)
        for (let at = 0; at < piece.byteLength; ) {
          if (filling.byteLength === 0) filling = Buffer.allocUnsafeSlow(PART_BYTES)
          if (filled === PART_BYTES) await sendFull()
          const taken = piece.subarray(at, at + PART_BYTES - filled)
          filling.set(taken, filled)
          filled += taken.byteLength
          at += taken.byteLength
        }
      }
      const digest = new Uint8Array(hash.digest())
      if (upload === undefined) return this.#small(digest, filling.subarray(0, filled))
      await sendFull()
      await sending
      return await this.#large(digest, sizeBytes, upload)
    } catch (error) {
      await sending.catch(() => undefined)
      await upload?.abort().catch(() => undefined)
      throw error
    }
  }

  async has(hash: Uint8Array): Promise<boolean> {
    return (await this.#size(this.#key(hash))) !== undefined
  }

  async open(hash: Uint8Array): Promise<OpenBlob> {
    const key = this.#key(hash)
    const sizeBytes = await this.#size(key)
    if (sizeBytes === undefined) throw new BlobMissingError(hash)
    return {
      sizeBytes,
      media: this.#media(key, sizeBytes),
      slice: (first, last) => this.#stream(key, first, last),
    }
  }

  /** Users of one content at one time share one copy. */
  async localFile(hash: Uint8Array): Promise<LocalFile> {
    const id = hexOf(hash)
    const copy = this.#copies.get(id) ?? { path: this.#download(hash), users: 0 }
    this.#copies.set(id, copy)
    copy.users += 1
    const release = async (): Promise<void> => {
      copy.users -= 1
      if (copy.users > 0) return
      this.#copies.delete(id)
      const path = await copy.path.catch(() => undefined)
      if (path !== undefined) await rm(path, { force: true })
    }
    try {
      return { path: await copy.path, release }
    } catch (error) {
      await release()
      throw error
    }
  }

  async delete(hash: Uint8Array): Promise<void> {
    await this.#remove(this.#key(hash))
  }

  async sweepIncoming(before: number): Promise<number> {
    const local = await removeOlderFiles(this.#options.scratchFolder, before)
    return local + (await this.#sweepObjects(before)) + (await this.#sweepUploads(before))
  }

  #small(hash: Uint8Array, bytes: Uint8Array): IncomingBlob {
    const { client, objectHeaders } = this.#options
    const key = this.#key(hash)
    return {
      hash,
      sizeBytes: bytes.byteLength,
      media: { kind: 'bytes', bytes },
      keep: async () => {
        if (await this.has(hash)) return
        const response = await client.send({ method: 'PUT', key, headers: objectHeaders, body: bytes })
        await response.body?.cancel()
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }

  async #large(hash: Uint8Array, sizeBytes: number, upload: MultipartUpload): Promise<IncomingBlob> {
    const { client, objectHeaders } = this.#options
    await upload.complete()
    const incoming = upload.key
    let over = false
    return {
      hash,
      sizeBytes,
      media: this.#media(incoming, sizeBytes),
      keep: async () => {
        if (!(await this.has(hash)))
          await client.sendForXml({
            method: 'PUT',
            key: this.#key(hash),
            headers: { ...objectHeaders, 'x-amz-copy-source': client.copySource(incoming) },
            timeoutMs: COPY_MS,
          })
        await this.#remove(incoming)
        over = true
      },
      [Symbol.asyncDispose]: () => (over ? Promise.resolve() : this.#remove(incoming)),
    }
  }

  #media(key: string, size: number): MediaSource {
    return {
      kind: 'ranges',
      size,
      read: async (offset, length, signal) => {
        const last = Math.min(offset + length, size) - 1
        if (last < offset) return new Uint8Array()
        const pieces: Uint8Array[] = []
        for await (const piece of this.#stream(key, offset, last, signal)) pieces.push(piece)
        return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
      },
    }
  }

  /** Bytes `first` to `last`; a stream that breaks off is taken up where it was. */
  async *#stream(key: string, first: number, last: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let at = first
    for (let tries = 1; at <= last; tries += 1) {
      const before = at
      try {
        const headers = { range: `bytes=${at}-${last}` }
        const request = { method: 'GET', key, headers, signal } as const
        const response = await this.#options.client.send(request)
        // All of it instead of the part: bytes of another place would be taken for those that were asked for.
        if (response.status !== 206) {
          await response.body?.cancel()
          throw new S3Error(response.status, 'RangeIgnored', request)
        }
        for await (const piece of response.body ?? []) {
          at += piece.byteLength
          yield piece
        }
        if (at <= last) throw new Error('the object store ended an answer early')
      } catch (error) {
        if (error instanceof S3Error || signal?.aborted === true) throw error
        if (at === before && tries >= STREAM_TRIES) throw error
        if (at > before) tries = 0
      }
    }
  }

  async #download(hash: Uint8Array): Promise<string> {
    const { scratchFolder, random } = this.#options
    const size = await this.#size(this.#key(hash))
    if (size === undefined) throw new BlobMissingError(hash)
    await mkdir(scratchFolder, { recursive: true, mode: 0o700 })
    const path = join(scratchFolder, `${hexOf(hash)}-${hexOf(random.bytes(6))}`)
    try {
      await pipeline(this.#stream(this.#key(hash), 0, size - 1), createWriteStream(path, { mode: 0o600 }))
      return path
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  async #size(key: string): Promise<number | undefined> {
    try {
      const response = await this.#options.client.send({ method: 'HEAD', key })
      return Number(response.headers.get('content-length') ?? 0)
    } catch (error) {
      if (error instanceof S3Error && error.status === 404) return undefined
      throw error
    }
  }

  async #remove(key: string): Promise<void> {
    try {
      const response = await this.#options.client.send({ method: 'DELETE', key })
      await response.body?.cancel()
    } catch (error) {
      if (!(error instanceof S3Error && error.status === 404)) throw error
    }
  }

  async #sweepObjects(before: number): Promise<number> {
    const { client, prefix } = this.#options
    let removed = 0
    let from: string | undefined
    do {
      const query = {
        'list-type': '2',
        prefix: `${prefix}incoming/`,
        ...(from === undefined ? {} : { 'continuation-token': from }),
      }
      const xml = await client.sendForXml({ method: 'GET', key: '', query })
      for (const [, entry = ''] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
        const [key] = xmlTexts(entry, 'Key')
        if (key === undefined || !isOlder(xmlTexts(entry, 'LastModified')[0], before)) continue
        await this.#remove(key)
        removed += 1
      }
      from = xmlTexts(xml, 'NextContinuationToken')[0]
    } while (from !== undefined)
    return removed
  }

  async #sweepUploads(before: number): Promise<number> {
    const { client, prefix } = this.#options
    let removed = 0
    let markers: Record<string, string> | undefined = {}
    while (markers !== undefined) {
      const query = { uploads: '', prefix: `${prefix}incoming/`, ...markers }
      const xml: string = await client.sendForXml({ method: 'GET', key: '', query }).catch((error) => {
        // Not every compatible service lists them; those have a rule of the bucket's life cycle for it.
        if (error instanceof S3Error && [400, 404, 405, 501].includes(error.status)) return ''
        throw error
      })
      for (const [, entry = ''] of xml.matchAll(/<Upload>([\s\S]*?)<\/Upload>/g)) {
        const [key] = xmlTexts(entry, 'Key')
        const [id] = xmlTexts(entry, 'UploadId')
        if (key === undefined || id === undefined) continue
        if (!isOlder(xmlTexts(entry, 'Initiated')[0], before)) continue
        await abortUpload(client, key, id)
        removed += 1
      }
      const [keyMarker] = xmlTexts(xml, 'NextKeyMarker')
      const [idMarker] = xmlTexts(xml, 'NextUploadIdMarker')
      markers =
        xmlTexts(xml, 'IsTruncated')[0] === 'true' && keyMarker && idMarker
          ? { 'key-marker': keyMarker, 'upload-id-marker': idMarker }
          : undefined
    }
    return removed
  }

  #key(hash: Uint8Array): string {
    return this.#options.prefix + placeOf(hash).join('/')
  }
}

function isOlder(time: string | undefined, before: number): boolean {
  return time !== undefined && Date.parse(time) < before
}
