import type { SliceSource } from './slice-source.ts'

/** A `Blob` or `File` as a source; it is read slice by slice, never as a whole. */
export function blobSource(blob: Blob): SliceSource {
  return {
    size: blob.size,
    contentType: blob.type === '' ? undefined : blob.type,
    name: 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined,
    repeatable: true,
    async *slice(first, last) {
      // Readers, not `for await`: Safari's streams cannot be iterated yet.
      const reader = blob
        .slice(first, last + 1)
        .stream()
        .getReader()
      try {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) return
          yield value
        }
      } finally {
        await reader.cancel().catch(() => undefined)
      }
    },
  }
}
