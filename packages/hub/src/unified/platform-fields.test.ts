import { expect, test } from 'vitest'
import { differs, wordsOf } from './platform-fields.ts'

const content = (video_description?: string) =>
  wordsOf('tiktok').content('7300000000000000001', { video_description })

test.each([
  ['Soup #mika #Суп #2026_ok', ['mika', 'Суп', '2026_ok'], null],
  ['with @noor.k and @lane.', null, ['noor.k', 'lane']],
  ['mail me at mika@example.com', null, null],
  ['#a #a @b @b', ['a'], ['b']],
  ['# and @ alone', null, null],
])('what is said in "%s"', (text, hashtags, mentions) => {
  expect(content(text)).toMatchObject({ hashtags, mentions, description: text })
})

test('what is not said is null, and the player has an address all the same', () => {
  expect(content()).toEqual({
    title: null,
    description: null,
    format: 'VIDEO',
    type: 'VIDEO',
    url: null,
    mediaUrl: 'https://www.tiktok.com/player/v1/7300000000000000001',
    duration: null,
    thumbnailUrl: null,
    hashtags: null,
    mentions: null,
    likes: null,
    comments: null,
    views: null,
    shares: null,
  })
})

test('addresses that change by themselves are no change, counters and texts are', () => {
  const before = { title: 'a', view_count: 1, cover_image_url: 'https://a' }
  expect(differs('tiktok', before, { cover_image_url: 'https://b', view_count: 1, title: 'a' })).toBe(false)
  expect(differs('tiktok', before, { ...before, view_count: 2 })).toBe(true)
  expect(differs('tiktok', before, { view_count: 1 })).toBe(true)
})
