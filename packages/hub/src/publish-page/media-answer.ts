/** A file for the preview, by ranges: players ask for the parts that they show, and some for nothing else. */
import type { OpenBlob } from '../assets/blob-store.ts'
import type { PlainAnswer } from '../http/ports.ts'

export function mediaAnswer(
  blob: OpenBlob,
  contentType: string,
  rangeHeader: string | undefined,
): PlainAnswer {
  const { sizeBytes } = blob
  const range = rangeHeader === undefined ? undefined : rangeOf(rangeHeader, sizeBytes)
  const headers = { 'content-type': contentType, 'accept-ranges': 'bytes', 'cache-control': 'no-store' }
  if (range === 'unsatisfiable')
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${sizeBytes}` } }
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 }
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      'content-length': String(last - first + 1),
      ...(range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${sizeBytes}` }),
    },
    body: blob.slice(first, last),
  }
}

/** RFC 9110, 14.1.2. One range is all that players ask for; of anything else the whole is sent, as the RFC allows. */
export function rangeOf(
  header: string,
  size: number,
): { first: number; last: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim())
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '') {
    if (to === '') return undefined
    const length = Number(to)
    return length === 0 || size === 0
      ? 'unsatisfiable'
      : { first: Math.max(0, size - length), last: size - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return undefined
  if (first >= size) return 'unsatisfiable'
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
