import { mediaRules } from '@tockwork/contracts'

const MAX_COUNT = mediaRules.upload.maxChunks

/** What is wrong with a declared upload; `undefined` when nothing is. Bounds are read in TikTok's favour of the client. */
export function declarationProblem(declared: {
  video_size: number
  chunk_size: number
  total_chunk_count: number
}): string | undefined {
  const { video_size: size, chunk_size: chunk, total_chunk_count: total } = declared
  const { minChunkBytes, maxChunkBytes, maxFinalChunkBytes } = mediaRules.upload
  if (size < 1) return 'source_info.video_size: must be at least 1'
  if (size > mediaRules.video.maxBytes) return 'source_info.video_size: at most 4 GB'
  if (chunk < 1) return 'source_info.chunk_size: must be at least 1'
  if (chunk > size) return 'source_info.chunk_size: must not exceed video_size'
  if (total < 1 || total > MAX_COUNT) return `source_info.total_chunk_count: must be 1 to ${MAX_COUNT}`
  if (total !== Math.floor(size / chunk))
    return 'source_info.total_chunk_count: must be floor(video_size / chunk_size)'
  if (size < minChunkBytes.accept && total !== 1)
    return 'source_info.total_chunk_count: a video under 5 MB goes in one chunk'
  if (total > 1 && chunk < minChunkBytes.accept)
    return 'source_info.chunk_size: at least 5 MB when there are several chunks'
  if (total > 1 && chunk > maxChunkBytes.accept) return 'source_info.chunk_size: at most 64 MB'
  if (total === 1 && size > maxChunkBytes.accept)
    return 'source_info.total_chunk_count: a video over 64 MB goes in several chunks'
  if (size - chunk * (total - 1) > maxFinalChunkBytes.accept)
    return 'source_info.chunk_size: the final chunk would exceed 128 MB'
  return undefined
}

/** First and last byte of the chunk that starts at `first`; the final one takes the remainder. */
export function chunkAt(
  first: number,
  upload: { totalBytes: number; chunkSize: number; chunkCount: number },
): { last: number; index: number } | undefined {
  if (first % upload.chunkSize !== 0) return undefined
  const index = first / upload.chunkSize
  if (index >= upload.chunkCount) return undefined
  return {
    index,
    last: index === upload.chunkCount - 1 ? upload.totalBytes - 1 : first + upload.chunkSize - 1,
  }
}
