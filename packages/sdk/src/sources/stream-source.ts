import { UsageError } from '@tockwork/kernel'
import type { SizedStream, SliceSource } from './slice-source.ts'

/**
 * A stream of known length as a source. A stream passes once, so what was read since the start of the latest slice is
 * kept until a later slice begins: during an upload that is the chunk in flight, at most one chunk of memory, so that
 * a chunk can be sent again. `chunkSize` of the upload is therefore the bound of the memory.
 */
export function streamSource(sized: SizedStream): SliceSource {
  const window = new StreamWindow(iterate(sized.stream), sized.size)
  return {
    size: sized.size,
    contentType: sized.contentType,
    name: sized.name,
    repeatable: false,
    slice: (first, last) => window.slice(first, last),
  }
}

class StreamWindow {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #size: number
  /** Offset of the first byte kept. */
  #start = 0
  /** Offset after the last byte kept. */
  #end = 0
  #pieces: Uint8Array[] = []
  #pulling: Promise<boolean> | undefined

  constructor(iterator: AsyncIterator<Uint8Array>, size: number) {
    this.#iterator = iterator
    this.#size = size
  }

  async *slice(first: number, last: number): AsyncGenerator<Uint8Array> {
    if (first < this.#start) {
      throw new UsageError(
        `The stream was asked for byte ${first} again, but only bytes from ${this.#start} on are kept.`,
        {
          code: 'source_not_repeatable',
          field: 'source',
          action: 'Upload from a file, Blob or bytes, which can be read again from any byte.',
        },
      )
    }
    await this.#skipTo(first)
    let at = first
    while (at <= last) {
      const piece = this.#pieceAt(at)
      if (piece === undefined) {
        if (!(await this.#pull())) throw this.#tooShort()
        continue
      }
      const part = piece.subarray(0, last + 1 - at)
      at += part.byteLength
      // Before the last byte leaves, so that a stream longer than promised fails instead of being cut off.
      if (at === this.#size) await this.#expectEnd()
      yield part
    }
  }

  /** What is kept from offset `at` to the end of the piece it lies in. */
  #pieceAt(at: number): Uint8Array | undefined {
    let start = this.#start
    for (const piece of this.#pieces) {
      if (at < start + piece.byteLength) return piece.subarray(at - start)
      start += piece.byteLength
    }
    return undefined
  }

  /** Lets go of everything before `first`, reading on when the window does not reach it. */
  async #skipTo(first: number): Promise<void> {
    for (;;) {
      for (let head = this.#pieces[0]; head !== undefined && this.#start < first; head = this.#pieces[0]) {
        if (this.#start + head.byteLength > first) {
          this.#pieces[0] = head.subarray(first - this.#start)
          this.#start = first
        } else {
          this.#pieces.shift()
          this.#start += head.byteLength
        }
      }
      if (this.#start >= first) return
      if (!(await this.#pull())) throw this.#tooShort()
    }
  }

  /** One pull at a time: a slice that was given up may still wait for its piece when the next one starts. */
  #pull(): Promise<boolean> {
    this.#pulling ??= this.#iterator
      .next()
      .then(({ done, value }) => {
        if (done === true) return false
        this.#pieces.push(value)
        this.#end += value.byteLength
        return true
      })
      .finally(() => {
        this.#pulling = undefined
      })
    return this.#pulling
  }

  async #expectEnd(): Promise<void> {
    while (this.#end <= this.#size && (await this.#pull()));
    if (this.#end > this.#size) {
      throw new UsageError(`The stream holds more than the ${this.#size} bytes that were announced.`, {
        code: 'source_size_mismatch',
        field: 'source.size',
      })
    }
  }

  #tooShort(): UsageError {
    return new UsageError(
      `The stream ended after ${this.#end} of the ${this.#size} bytes that were announced.`,
      {
        code: 'source_size_mismatch',
        field: 'source.size',
      },
    )
  }
}

function iterate(stream: SizedStream['stream']): AsyncIterator<Uint8Array> {
  if (Symbol.asyncIterator in stream) return stream[Symbol.asyncIterator]()
  const reader = (stream as ReadableStream<Uint8Array>).getReader()
  return {
    async next() {
      const { done, value } = await reader.read()
      return done ? { done: true, value: undefined } : { done: false, value }
    },
  }
}
