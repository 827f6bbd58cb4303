import { defineEndpoint } from '../vocabulary.ts'

const TRANSFER = 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide'

/**
 * The PUT of media bytes. The whole `upload_url` is used as it came (paths `/video/` and `/upload/` are seen); its
 * query is the credential. Headers: Content-Type, Content-Length, `Content-Range: bytes FIRST-LAST/TOTAL`.
 */
export const uploadMedia = defineEndpoint({
  id: 'posting.uploadMedia',
  title: 'Send the bytes of a video, chunk by chunk',
  host: 'open-upload.tiktokapis.com',
  method: 'PUT',
  path: '/video/',
  doc: { url: TRANSFER },
  auth: 'upload-url',
  encoding: 'bytes',
  envelope: 'empty',
  // Each chunk names its bytes, so sending one again is harmless: TikTok answers where it stands.
  repeat: 'safe',
})

/** Reads `bytes FIRST-LAST/TOTAL`; `undefined` when it is malformed. */
export function parseContentRange(
  header: string,
): { first: number; last: number; total: number } | undefined {
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+)$/i.exec(header.trim())
  if (match === null) return undefined
  const [first, last, total] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return first <= last && last < total && Number.isSafeInteger(total) ? { first, last, total } : undefined
}
