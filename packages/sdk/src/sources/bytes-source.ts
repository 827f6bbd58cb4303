import type { SliceSource } from './slice-source.ts'

/** Bytes in memory (a Node `Buffer` is one) as a source; they are not copied. */
export function bytesSource(
  bytes: Uint8Array | ArrayBuffer,
  hints: { contentType?: string | undefined; name?: string | undefined } = {},
): SliceSource {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  return {
    ...hints,
    size: view.byteLength,
    repeatable: true,
    async *slice(first, last) {
      yield view.subarray(first, last + 1)
    },
  }
}
