import { expect, test } from 'vitest'
import { type PhotoPostOptions, Posts, type VideoPostOptions } from '../../src/posts/index.ts'
import { FakeTikTok, video } from './fake-tiktok.ts'

const good: VideoPostOptions = { source: video(1000), privacyLevel: 'PUBLIC_TO_EVERYONE' }
const photos: PhotoPostOptions = {
  urls: ['https://example.com/1.jpg', 'https://example.com/2.webp'],
  privacyLevel: 'SELF_ONLY',
}
const many = (count: number): string[] =>
  Array.from({ length: count }, (_url, index) => `https://example.com/${index}.jpg`)
// What JavaScript callers can hand over although the types forbid it.
const untyped = (options: object): VideoPostOptions => options as VideoPostOptions

test.each([
  ['no privacy level', untyped({ source: good.source }), 'privacyLevel', /missing.*PUBLIC_TO_EVERYONE/],
  ['an unknown privacy level', untyped({ ...good, privacyLevel: 'PRIVATE' }), 'privacyLevel', /"PRIVATE"/],
  [
    'a private paid partnership',
    { ...good, privacyLevel: 'SELF_ONLY', brandContent: true },
    'brandContent',
    /SELF_ONLY/,
  ],
  ['a long caption', { ...good, title: 'x'.repeat(2201) }, 'title', /2201 UTF-16.*2200/],
  // 1101 characters that take two code units each.
  ['a long caption of emoji', { ...good, title: '🐈'.repeat(1101) }, 'title', /2202 UTF-16/],
  ['a cover before the start', { ...good, coverTimestampMs: -1 }, 'coverTimestampMs', /-1/],
  ['a pull over http', { ...good, source: { url: 'http://example.com/a.mp4' } }, 'source.url', /http.*https/],
  ['a pull from no URL', { ...good, source: { url: '/a.mp4' } }, 'source.url', /not an absolute URL/],
  ['an empty source', { ...good, source: new Uint8Array(0) }, 'source.size', /1 to/],
  [
    'a stream above 4 GB',
    { ...good, source: { stream: new ReadableStream(), size: 2 ** 32 + 1 } },
    'source.size',
    /4 GB/,
  ],
  ['a path', untyped({ ...good, source: 'clip.mp4' }), 'source', /fileSource/],
  ['a bare stream', untyped({ ...good, source: new ReadableStream() }), 'source', /no length/],
  ['a chunk too small', { ...good, chunkSize: 1_000_000 }, 'chunkSize', /5242880/],
  [
    'a content type TikTok does not take',
    { ...good, contentType: 'video/x-matroska' },
    'contentType',
    /video\/mp4/,
  ],
  ['bytes that are no video', { ...good, source: new Uint8Array(1000) }, 'source', /MP4, MOV or WebM/],
])('a video with %s is refused before anything is sent', async (_what, options, field, message) => {
  const tiktok = new FakeTikTok()
  const refusal = expect(new Posts(tiktok).publishVideo(options as VideoPostOptions)).rejects
  await refusal.toMatchObject({ name: 'UsageError', field, message: expect.stringMatching(message) })
  expect(tiktok.calls).toEqual([])
})

test.each([
  ['no photo', { ...photos, urls: [] }, 'urls', /0 addresses.*1 to 35/],
  ['36 photos', { ...photos, urls: many(36) }, 'urls', /36/],
  [
    'a photo over http',
    { ...photos, urls: ['https://example.com/1.jpg', 'http://example.com/2.jpg'] },
    'urls[1]',
    /http/,
  ],
  ['a cover out of range', { ...photos, coverIndex: 2 }, 'coverIndex', /0 to 1/],
  ['a long title', { ...photos, title: 'x'.repeat(91) }, 'title', /90/],
  ['a long description', { ...photos, description: 'x'.repeat(4001) }, 'description', /4000/],
  ['no privacy level', { urls: photos.urls } as PhotoPostOptions, 'privacyLevel', /missing/],
  ['a private paid partnership', { ...photos, brandContent: true }, 'brandContent', /SELF_ONLY/],
])('photos with %s are refused before anything is sent', async (_what, options, field, message) => {
  const tiktok = new FakeTikTok()
  const refusal = expect(new Posts(tiktok).publishPhotos(options)).rejects
  await refusal.toMatchObject({ name: 'UsageError', field, message: expect.stringMatching(message) })
  expect(tiktok.calls).toEqual([])
})

test('what is just within the rules passes', async () => {
  const tiktok = new FakeTikTok()
  const posts = new Posts(tiktok)
  await posts.publishVideo({ ...good, title: '🐈'.repeat(1100), brandContent: true })
  await posts.publishPhotos({
    ...photos,
    urls: many(35),
    coverIndex: 34,
    title: 'x'.repeat(90),
    description: 'x'.repeat(4000),
  })
  expect(tiktok.callsOf('posting.initVideo')).toBe(1)
  expect(tiktok.callsOf('posting.initContent')).toBe(1)
})

test('photos are described as TikTok wants them, directly and as a draft', async () => {
  const tiktok = new FakeTikTok()
  const posts = new Posts(tiktok)
  const direct = await posts.publishPhotos({
    ...photos,
    title: 'cat',
    autoAddMusic: true,
    disableComment: true,
    coverIndex: 1,
    aigc: true,
  })
  await posts.sendPhotoDraft({ urls: photos.urls, description: 'two cats' })
  expect(direct.publishId).toBe('p_pub_url~v2.1')
  expect(tiktok.calls.map(({ input }) => JSON.parse(JSON.stringify(input)))).toEqual([
    {
      media_type: 'PHOTO',
      post_mode: 'DIRECT_POST',
      is_aigc: true,
      post_info: {
        title: 'cat',
        privacy_level: 'SELF_ONLY',
        disable_comment: true,
        auto_add_music: true,
        brand_content_toggle: false,
        brand_organic_toggle: false,
      },
      source_info: { source: 'PULL_FROM_URL', photo_images: photos.urls, photo_cover_index: 1 },
    },
    {
      media_type: 'PHOTO',
      post_mode: 'MEDIA_UPLOAD',
      post_info: { description: 'two cats' },
      source_info: { source: 'PULL_FROM_URL', photo_images: photos.urls, photo_cover_index: 0 },
    },
  ])
})

test('a draft is the video alone', async () => {
  const tiktok = new FakeTikTok()
  tiktok.afterUpload = { status: 'SEND_TO_USER_INBOX' }
  const post = await new Posts(tiktok).sendVideoDraft({ source: video(1000) })
  expect(tiktok.calls[0]).toMatchObject({ endpoint: 'posting.initInboxVideo' })
  expect(tiktok.calls[0]?.input).toEqual({
    source_info: { source: 'FILE_UPLOAD', video_size: 1000, chunk_size: 1000, total_chunk_count: 1 },
  })
  expect(await post.completed()).toMatchObject({ status: 'SEND_TO_USER_INBOX' })
})

test('plain http to this machine is for an emulator on this machine', async () => {
  const tiktok = new FakeTikTok()
  const local = { ...good, source: { url: 'http://127.0.0.1:8080/a.mp4' } }
  await expect(new Posts(tiktok).publishVideo(local)).rejects.toMatchObject({ field: 'source.url' })
  tiktok.origin = 'http://localhost:4646'
  expect((await new Posts(tiktok).publishVideo(local)).publishId).toBe('v_pub_url~v2.1')
})

const starts: Record<string, string> = {
  'video/mp4': '\0\0\0\x18ftypisom',
  'video/quicktime': '\0\0\0\x14ftypqt  ',
  'video/webm': '\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm',
}
test.each(Object.entries(starts))('%s is known by its first bytes', async (type, start) => {
  const tiktok = new FakeTikTok()
  const bytes = new Uint8Array(100)
  bytes.set(Array.from(start, (letter) => letter.charCodeAt(0)))
  await new Posts(tiktok).publishVideo({ ...good, source: bytes })
  expect(tiktok.puts[0]?.headers['content-type']).toBe(type)
})

test('what the first bytes do not tell, the declared type or the name does', async () => {
  const plain = new Uint8Array(100)
  const sent = async (options: Partial<VideoPostOptions>): Promise<string | undefined> => {
    const tiktok = new FakeTikTok()
    await new Posts(tiktok).publishVideo({ ...good, ...options })
    return tiktok.puts[0]?.headers['content-type']
  }
  expect(await sent({ source: new Blob([plain], { type: 'video/webm;codecs=vp9' }) })).toBe('video/webm')
  expect(await sent({ source: new File([plain], 'CLIP.MOV') })).toBe('video/quicktime')
  expect(await sent({ source: plain, contentType: 'video/mp4' })).toBe('video/mp4')
})
