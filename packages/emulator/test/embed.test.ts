import { afterEach, beforeEach, expect, test } from 'vitest'
import { readShareUrl } from '../src/embed/share-url.ts'
import type { Emulator } from '../src/index.ts'
import { documented, observed } from './claim.ts'
import { frozenEmulator, send } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const oembed = (url: string) => send(emulator, 'GET', `/oembed?url=${encodeURIComponent(url)}`)
const videoOf = (creator: string) => {
  const video = [...emulator.world.videos.values()].find((one) => one.creator === creator)
  if (video === undefined) throw new Error(`${creator} has no video`)
  return video
}

test('a public video is described with the documented fields', documented('embed-videos'), async () => {
  const video = videoOf('mika')
  const page = `https://www.tiktok.com/@mika/video/${video.id}`
  const { status, body } = await oembed(`${page}?utm_source=x`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    version: '1.0',
    type: 'video',
    title: video.title,
    author_url: 'https://www.tiktok.com/@mika',
    author_name: 'Mika',
    width: '100%',
    height: '100%',
    thumbnail_width: 720,
    thumbnail_height: 1280,
    provider_url: 'https://www.tiktok.com',
    provider_name: 'TikTok',
  })
  expect(body.html).toContain(`<blockquote class="tiktok-embed" cite="${page}" data-video-id="${video.id}"`)
  expect(body.html).toContain('https://www.tiktok.com/embed.js')
  expect((await send(emulator, 'GET', body.thumbnail_url)).headers.get('content-type')).toBe('image/png')
})

test('a profile is rich, without thumbnails', documented('embed-creator-profiles'), async () => {
  const { body } = await oembed('https://www.tiktok.com/@lane')
  expect(body).toMatchObject({ version: '1.0', type: 'rich', author_name: 'Lane' })
  expect(body.html).toContain('data-unique-id="lane"')
  expect(body.html).toContain('data-embed-type="creator"')
  expect(Object.keys(body)).not.toContain('thumbnail_url')
})

test('a title cannot break out of the markup', documented('embed-videos'), async () => {
  const video = videoOf('mika')
  emulator.world.videos.patch(video, { title: `</p><script>alert("1")</script>` })
  const { body } = await oembed(`https://www.tiktok.com/@mika/video/${video.id}`)
  expect(body.html).not.toContain('<script>alert')
  expect(body.title).toBe(`</p><script>alert("1")</script>`)
})

test(
  'what is private, unknown or not yet public is 404, other addresses are 400',
  observed('public client code'),
  async () => {
    const video = videoOf('mika')
    const hidden = videoOf('noor')
    for (const path of [
      '@noor',
      `@noor/video/${hidden.id}`,
      '@nobody',
      '@mika/video/1',
      `@lane/video/${video.id}`,
    ])
      expect([path, (await oembed(`https://www.tiktok.com/${path}`)).status]).toEqual([path, 404])
    emulator.world.videos.patch(video, { privacy: 'MUTUAL_FOLLOW_FRIENDS' })
    expect((await oembed(`https://www.tiktok.com/@mika/video/${video.id}`)).status).toBe(404)
    for (const url of [
      'nonsense',
      'https://example.com/@mika',
      'https://www.tiktok.com/explore',
      'ftp://www.tiktok.com/@mika',
    ])
      expect([url, (await oembed(url)).status]).toEqual([url, 400])
    const { status, body } = await send(emulator, 'GET', '/oembed')
    expect(status).toBe(400)
    expect(body.message).toContain('url')
  },
)

test('share addresses are read in the shapes that people copy', () => {
  expect(readShareUrl('https://www.tiktok.com/@a.b_1/video/7412345678901234567?is_copy_url=1')).toEqual({
    username: 'a.b_1',
    postId: '7412345678901234567',
  })
  expect(readShareUrl('https://www.tiktok.com/@mika/photo/7/')).toEqual({ username: 'mika', postId: '7' })
  expect(readShareUrl('http://m.tiktok.com/@mika')).toEqual({ username: 'mika' })
  expect(readShareUrl('https://www.tiktok.com.example/@mika')).toBeUndefined()
})

test('a post and a profile have a plain page where their addresses lead, safe whatever the title says', async () => {
  const video = videoOf('mika')
  emulator.world.videos.patch(video, { title: `<script>alert(1)</script>` })
  const post = await send(emulator, 'GET', `/@mika/video/${video.id}?utm_source=x`)
  expect(post.status).toBe(200)
  expect(post.text).toContain('&#60;script&#62;alert(1)')
  expect(post.text).not.toContain('<script>alert')
  expect((await send(emulator, 'GET', '/@mika')).text).toContain(`/@mika/video/${video.id}`)
  for (const path of ['/@noor', '/@nobody', `/@lane/video/${video.id}`, `/@noor/video/${videoOf('noor').id}`])
    expect([path, (await send(emulator, 'GET', path)).status]).toEqual([path, 404])
})
