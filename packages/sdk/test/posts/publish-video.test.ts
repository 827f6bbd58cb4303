import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TransportError } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { fileSource } from '../../src/node/file-source.ts'
import { Posts, PublishFailedError, type StartedPost } from '../../src/posts/index.ts'
import type { UploadProgress } from '../../src/upload/index.ts'
import { FakeTikTok, refusedWith, UPLOAD_URL, video } from './fake-tiktok.ts'

test('a file is posted: init, chunks in order, the status to the end', async () => {
  const tiktok = new FakeTikTok()
  const bytes = video(12_000_123)
  const folder = await mkdtemp(join(tmpdir(), 'tockwork-sdk-'))
  try {
    const path = join(folder, 'clip.mp4')
    await writeFile(path, bytes)
    const progress: UploadProgress[] = []
    const started: StartedPost[] = []
    const post = await new Posts(tiktok).publishVideo({
      source: fileSource(path),
      title: 'a #cat',
      privacyLevel: 'SELF_ONLY',
      disableComment: true,
      coverTimestampMs: 1000,
      aigc: true,
      chunkSize: 6_000_000,
      onInit: (info) => void started.push(info),
      onProgress: (event) => progress.push(event),
    })
    expect(tiktok.calls[0]?.input).toEqual({
      post_info: {
        privacy_level: 'SELF_ONLY',
        title: 'a #cat',
        disable_comment: true,
        disable_duet: undefined,
        disable_stitch: undefined,
        video_cover_timestamp_ms: 1000,
        brand_content_toggle: false,
        brand_organic_toggle: false,
        is_aigc: true,
      },
      source_info: {
        source: 'FILE_UPLOAD',
        video_size: 12_000_123,
        chunk_size: 6_000_000,
        total_chunk_count: 2,
      },
    })
    expect(started).toEqual([{ publishId: 'v_pub_file~v2-1.1', uploadUrl: UPLOAD_URL, chunkSize: 6_000_000 }])
    expect(tiktok.puts.map(({ status, range }) => [status, range])).toEqual([
      [206, 'bytes 0-5999999/12000123'],
      [201, 'bytes 6000000-12000122/12000123'],
    ])
    expect(tiktok.puts[0]).toMatchObject({
      url: UPLOAD_URL,
      headers: { 'content-type': 'video/mp4', 'content-length': '6000000' },
    })
    expect(Object.keys(tiktok.puts[0]?.headers ?? {})).not.toContain('authorization')
    expect(Buffer.from(tiktok.bytes).equals(bytes)).toBe(true)
    expect(progress.at(-1)).toEqual({ sentBytes: 12_000_123, totalBytes: 12_000_123, chunk: 2, chunks: 2 })

    tiktok.status = { status: 'PUBLISH_COMPLETE', publicaly_available_post_id: ['7602997517160123666'] }
    expect(await post.completed()).toEqual({
      publishId: 'v_pub_file~v2-1.1',
      status: 'PUBLISH_COMPLETE',
      postIds: ['7602997517160123666'],
      uploadedBytes: 12_000_123,
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a failed post is data to status() and a typed error to completed()', async () => {
  const tiktok = new FakeTikTok()
  tiktok.afterUpload = { status: 'FAILED', fail_reason: 'picture_size_check_failed' }
  const post = await new Posts(tiktok).publishVideo({ source: video(1000), privacyLevel: 'SELF_ONLY' })
  expect(await post.status()).toMatchObject({
    status: 'FAILED',
    failure: { reason: 'picture_size_check_failed', retry: 'never' },
  })
  const error = await post.completed().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PublishFailedError)
  expect(error).toMatchObject({
    code: 'picture_size_check_failed',
    failReason: 'picture_size_check_failed',
    retry: 'never',
    publishId: 'v_pub_file~v2-1.1',
    explanation: expect.stringContaining('Width or height'),
    action: expect.stringContaining('360 to 4096'),
  })
})

test('what TikTok refuses at init reaches the caller as it is, and no byte is sent', async () => {
  const tiktok = new FakeTikTok()
  tiktok.script['posting.initVideo'] = [refusedWith('spam_risk_too_many_posts', 'after')]
  await expect(
    new Posts(tiktok).publishVideo({ source: video(1000), privacyLevel: 'SELF_ONLY' }),
  ).rejects.toMatchObject({ code: 'spam_risk_too_many_posts' })
  expect(tiktok.puts).toEqual([])
})

test('a lost answer to an init that makes TikTok download says how to find out', async () => {
  const tiktok = new FakeTikTok()
  const lost = new TransportError('No answer came.', {
    code: 'timeout',
    retry: 'outcome-unknown',
    sent: 'maybe',
  })
  tiktok.script['posting.initVideo'] = [lost]
  const options = { source: { url: 'https://example.com/a.mp4' }, privacyLevel: 'SELF_ONLY' } as const
  await expect(new Posts(tiktok).publishVideo(options)).rejects.toMatchObject({
    name: 'TransportError',
    code: 'timeout',
    retry: 'outcome-unknown',
    sent: 'maybe',
    action: expect.stringContaining('posts twice'),
    cause: lost,
  })
  expect(tiktok.callsOf('posting.initVideo')).toBe(1)
  expect((await new Posts(tiktok).publishVideo(options)).publishId).toBe('v_pub_url~v2.1')
})
