import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cryptoRandom, type Random } from '@tockwork/kernel'

/** Bytes by their SHA-256: the same content is kept once, whoever brings it. */
export interface BlobStore {
  /** Takes a stream in constant memory; the blob is durable when this resolves. @throws {BlobTooLargeError} */
  put(content: AsyncIterable<Uint8Array>, options: { maxBytes: number }): Promise<StoredBlob>
  has(hash: Uint8Array): Promise<boolean>
  /** The content as a file that may be read at any place, and stays until `release`. */
  localFile(hash: Uint8Array): Promise<LocalFile>
  delete(hash: Uint8Array): Promise<void>
}

export interface StoredBlob {
  hash: Uint8Array
  sizeBytes: number
}

export interface LocalFile {
  path: string
  release(): Promise<void>
}

export class BlobTooLargeError extends Error {
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`)
    this.name = 'BlobTooLargeError'
    this.maxBytes = maxBytes
  }
}

/** Blobs on the local disk: `<folder>/ab/cdef…`, written beside and moved into place when whole. */
export class LocalBlobStore implements BlobStore {
  readonly #folder: string
  readonly #random: Random

  constructor(folder: string, random: Random = cryptoRandom) {
    this.#folder = folder
    this.#random = random
  }

  async put(content: AsyncIterable<Uint8Array>, { maxBytes }: { maxBytes: number }): Promise<StoredBlob> {
    const incoming = join(this.#folder, 'incoming', Buffer.from(this.#random.bytes(16)).toString('hex'))
    await mkdir(dirname(incoming), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    let sizeBytes = 0
    const measured = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of content) {
        sizeBytes += piece.byteLength
        if (sizeBytes > maxBytes) throw new BlobTooLargeError(maxBytes)
        hash.update(piece)
        yield piece
      }
    }
    try {
      await pipeline(measured, createWriteStream(incoming, { mode: 0o600, highWaterMark: 1 << 20 }))
      await sync(incoming)
      const digest = new Uint8Array(hash.digest())
      const path = this.#path(digest)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await rename(incoming, path)
      await sync(dirname(path))
      return { hash: digest, sizeBytes }
    } catch (error) {
      await rm(incoming, { force: true })
      throw error
    }
  }

  async has(hash: Uint8Array): Promise<boolean> {
    return (await stat(this.#path(hash)).catch(() => undefined))?.isFile() === true
  }

  localFile(hash: Uint8Array): Promise<LocalFile> {
    return Promise.resolve({ path: this.#path(hash), release: () => Promise.resolve() })
  }

  async delete(hash: Uint8Array): Promise<void> {
    await rm(this.#path(hash), { force: true })
  }

  #path(hash: Uint8Array): string {
    const name = Buffer.from(hash).toString('hex')
    return join(this.#folder, name.slice(0, 2), name.slice(2))
  }
}

/** What is acknowledged survives a power cut; a folder keeps the name of a file only when it is synced too. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
