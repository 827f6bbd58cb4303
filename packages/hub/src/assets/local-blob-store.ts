import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cryptoRandom, type Random } from '@tockwork/kernel'
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
} from './blob-store.ts'

const INCOMING = 'incoming'
const PIECE_BYTES = 1 << 20

/** Blobs on a disk that all processes see: written beside, and moved into place when whole. */
export class LocalBlobStore implements BlobStore {
  readonly #folder: string
  readonly #random: Random

  constructor(folder: string, random: Random = cryptoRandom) {
    this.#folder = folder
    this.#random = random
  }

  async check(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await access(this.#folder, constants.R_OK | constants.W_OK)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new BlobStoreUnusableError(`the folder ${this.#folder} cannot be written to (${code})`, { cause })
    }
  }

  async receive(
    content: AsyncIterable<Uint8Array>,
    { maxBytes, signal }: ReceiveOptions,
  ): Promise<IncomingBlob> {
    const path = join(this.#folder, INCOMING, hexOf(this.#random.bytes(16)))
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
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
    // Opened first: a stream that opens by itself may do so after the removal of a content that fails at once.
    const file = await open(path, 'wx', 0o600)
    try {
      const written = file.createWriteStream({ highWaterMark: PIECE_BYTES })
      await pipeline(measured, written, signal === undefined ? {} : { signal })
    } catch (error) {
      await file.close()
      await rm(path, { force: true })
      throw error
    }
    const digest = new Uint8Array(hash.digest())
    const target = this.#path(digest)
    return {
      hash: digest,
      sizeBytes,
      media: { kind: 'file', path },
      keep: async () => {
        await sync(path)
        await mkdir(dirname(target), { recursive: true, mode: 0o700 })
        await rename(path, target)
        await sync(dirname(target))
      },
      [Symbol.asyncDispose]: () => rm(path, { force: true }),
    }
  }

  async has(hash: Uint8Array): Promise<boolean> {
    return (await sizeOf(this.#path(hash))) !== undefined
  }

  async open(hash: Uint8Array): Promise<OpenBlob> {
    const path = this.#path(hash)
    const sizeBytes = await sizeOf(path)
    if (sizeBytes === undefined) throw new BlobMissingError(hash)
    return {
      sizeBytes,
      media: { kind: 'file', path },
      path,
      slice: (start, end) => createReadStream(path, { start, end, highWaterMark: PIECE_BYTES }),
    }
  }

  localFile(hash: Uint8Array): Promise<LocalFile> {
    return Promise.resolve({ path: this.#path(hash), release: () => Promise.resolve() })
  }

  async delete(hash: Uint8Array): Promise<void> {
    await rm(this.#path(hash), { force: true })
  }

  sweepIncoming(before: number): Promise<number> {
    return removeOlderFiles(join(this.#folder, INCOMING), before)
  }

  #path(hash: Uint8Array): string {
    return join(this.#folder, ...placeOf(hash))
  }
}

/** Removes files of a folder that were last written to before a time; answers how many. */
export async function removeOlderFiles(folder: string, before: number): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    // Another process may have swept it, or moved it into place, a moment ago.
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || found.mtimeMs >= before) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return found?.isFile() === true ? found.size : undefined
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
