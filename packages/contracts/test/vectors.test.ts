import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { vectors } from '../src/examples.ts'
import { mediaRules } from '../src/index.ts'
import { pkce, VERIFIER_PATTERN } from '../src/oauth/index.ts'
import { parseContentRange } from '../src/posting/index.ts'

test('PKCE: the challenge is the lowercase hex of the hash, not base64url', () => {
  const { verifier, challenge } = vectors.pkce
  expect(verifier).toMatch(VERIFIER_PATTERN)
  expect(challenge).toMatch(pkce.challengePattern)
  expect(createHash('sha256').update(verifier).digest('hex')).toBe(challenge)
})

describe('uploads', () => {
  test.each(vectors.uploads)('$name: chunks follow each other and cover the file', (upload) => {
    const { videoSize, chunkSize, totalChunkCount, chunks, contentType } = upload
    expect(totalChunkCount).toBe(Math.floor(videoSize / chunkSize))
    expect(chunks).toHaveLength(totalChunkCount)
    expect(mediaRules.upload.contentTypes).toContain(contentType)
    let next = 0
    for (const { first, last, bytes, contentRange } of chunks) {
      expect(first).toBe(next)
      expect(bytes).toBe(last - first + 1)
      expect(parseContentRange(contentRange)).toEqual({ first, last, total: videoSize })
      next = last + 1
    }
    expect(next).toBe(videoSize)
    expect(chunks.map(({ status }) => status)).toEqual([...Array<number>(totalChunkCount - 1).fill(206), 201])
  })

  test('the last of five chunks takes the rest', () => {
    const five = vectors.uploads.find(({ totalChunkCount }) => totalChunkCount === 5)
    expect(five?.chunks.at(-1)).toMatchObject({ first: 40_000_000, last: 50_000_122, bytes: 10_000_123 })
  })
})

test.each([
  '',
  'bytes',
  'bytes 0-9',
  'bytes 5-4/10',
  'bytes 0-10/10',
  'bytes */10',
  'bytes 0-9/*',
  'items 0-9/10',
])('Content-Range %j is refused', (header) => {
  expect(parseContentRange(header)).toBeUndefined()
})
