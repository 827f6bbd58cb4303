import { mediaRules } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'

/** Bytes `first` to `last` of the file, both included; chunk `number` (from 1) of its plan. */
export interface Chunk {
  number: number
  first: number
  last: number
}

/** How a file is cut: `count` chunks of `chunkSize` bytes, the last of which takes the remainder too. */
export interface ChunkPlan {
  size: number
  chunkSize: number
  count: number
}

const { minChunkBytes, maxChunkBytes } = mediaRules.upload
const smallestChunk = minChunkBytes.plan
const largestChunk = maxChunkBytes.plan

/**
 * Cuts a file by TikTok's rules: `count` = floor(size / chunk size); one chunk below 5 MB, several above 64 MB; the
 * final chunk takes the remainder and so stays under twice the chunk size, which is within its 128 MB.
 * Source: developers.tiktok.com/doc/content-posting-api-media-transfer-guide.
 * @param size bytes of the file.
 * @param preferred bytes of a chunk, 5,242,880 to 64,000,000 (within both readings of "MB").
 * @throws {UsageError} when the size or the preferred chunk size is out of bounds.
 */
export function planChunks(size: number, preferred: number = largestChunk): ChunkPlan {
  if (!Number.isInteger(size) || size < 1 || size > mediaRules.video.maxBytes) {
    throw new UsageError(
      `A video has 1 to ${mediaRules.video.maxBytes} bytes (4 GB); this one has ${size}.`,
      {
        code: size === 0 ? 'source_empty' : 'source_size',
        field: 'source.size',
      },
    )
  }
  // What a plan of a small file says of itself, handed back by whoever resumes it.
  if (preferred === size && size <= largestChunk) return { size, chunkSize: size, count: 1 }
  if (!Number.isInteger(preferred) || preferred < smallestChunk || preferred > largestChunk) {
    throw new UsageError(
      `chunkSize is ${preferred}; a whole number from ${smallestChunk} to ${largestChunk} is needed.`,
      {
        field: 'chunkSize',
      },
    )
  }
  const count = Math.floor(size / preferred)
  if (count >= 2) return { size, chunkSize: preferred, count }
  // A single chunk is declared with its own length, so that chunk size, count and length agree in every reading.
  if (size <= largestChunk) return { size, chunkSize: size, count: 1 }
  return { size, chunkSize: Math.floor(size / 2), count: 2 }
}

/** What is to be sent next when the upload stands at `offset`: the rest of the chunk that `offset` lies in. */
export function chunkAt(plan: ChunkPlan, offset: number): Chunk {
  const index = Math.min(Math.floor(offset / plan.chunkSize), plan.count - 1)
  const end = index === plan.count - 1 ? plan.size : (index + 1) * plan.chunkSize
  return { number: index + 1, first: offset, last: end - 1 }
}
