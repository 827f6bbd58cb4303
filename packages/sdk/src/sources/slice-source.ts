/** Where the bytes of a video come from. */
export interface SliceSource {
  /** Bytes in all. */
  readonly size: number
  /** MIME type, when the origin knows it. */
  readonly contentType?: string | undefined
  /** File name, when there is one; its ending is the last hint at the content type. */
  readonly name?: string | undefined
  /**
   * Bytes `first` to `last`, both included, in pieces of any length. A piece belongs to whoever received it, unless
   * `reuse` is set: then the source may write over it once the next one is asked for.
   * A source that is not repeatable can go back only to the `first` of the latest slice.
   */
  slice(first: number, last: number, options?: { reuse?: boolean }): AsyncIterable<Uint8Array>
  /** Whether any range can be asked for at any time. */
  readonly repeatable: boolean
}

/** A stream whose length is known beforehand, which TikTok must be told at init. */
export interface SizedStream {
  stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>
  /** Bytes in all. */
  size: number
  contentType?: string | undefined
  name?: string | undefined
}

/** What can be handed over as a video to be uploaded. */
export type UploadableSource = SliceSource | SizedStream | Uint8Array | ArrayBuffer | Blob
