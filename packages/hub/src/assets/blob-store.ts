import type { MediaSource } from '@tockwork/media'

/** Bytes by their SHA-256: the same content is kept once, whoever brings it. */
export interface BlobStore {
  /**
   * Whether it can be used as it is set up: for the start of a program.
   * @throws {BlobStoreUnusableError} with what to change; anything else may pass.
   */
  check(): Promise<void>
  /**
   * Takes a stream in constant memory to a place of its own. Its hash is known afterwards, and it is kept only when it is
   * told to be. What an upload that broke off had brought by then is removed.
   * @throws {BlobTooLargeError}
   */
  receive(content: AsyncIterable<Uint8Array>, options: ReceiveOptions): Promise<IncomingBlob>
  has(hash: Uint8Array): Promise<boolean>
  /** The content for reading any part of it, without a copy of the whole on this machine. @throws {BlobMissingError} */
  open(hash: Uint8Array): Promise<OpenBlob>
  /** The content as a file of this machine, which stays until `release`; for programs that read nothing else. */
  localFile(hash: Uint8Array): Promise<LocalFile>
  delete(hash: Uint8Array): Promise<void>
  /** Removes what was left of uploads whose process died: whatever has not grown since `before`. Answers how much. */
  sweepIncoming(before: number): Promise<number>
}

/** What a store says when it cannot be used as it is set up, however often it is asked. */
export class BlobStoreUnusableError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'BlobStoreUnusableError'
  }
}

export interface ReceiveOptions {
  maxBytes: number
  signal?: AbortSignal | undefined
}

/** Content that has come and is not kept yet; it goes when this is disposed of before it is kept. */
export interface IncomingBlob extends AsyncDisposable {
  readonly hash: Uint8Array
  readonly sizeBytes: number
  /** For looking into it. */
  readonly media: MediaSource
  /** Puts it under its hash; durable when this resolves. Content that is there already is left as it is. */
  keep(): Promise<void>
}

export interface OpenBlob {
  readonly sizeBytes: number
  readonly media: MediaSource
  /** Where it is a file of this machine anyway. */
  readonly path?: string
  /** Bytes `first` to `last`, both included, in pieces of any length. */
  slice(first: number, last: number): AsyncIterable<Uint8Array>
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

export class BlobMissingError extends Error {
  constructor(hash: Uint8Array) {
    super(`no content with the hash ${hexOf(hash)}`)
    this.name = 'BlobMissingError'
  }
}

export function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}

/** Where content lies in any store: `ab/cdef…`, so that no folder has more than a few thousand entries. */
export function placeOf(hash: Uint8Array): [folder: string, name: string] {
  const hex = hexOf(hash)
  return [hex.slice(0, 2), hex.slice(2)]
}
