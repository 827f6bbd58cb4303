import { describe, expect, test } from 'vitest'
import { missingLetters, readMarks } from './read-mark.ts'

const exempt = { handles: ['mika.kitchen'], brandWords: ['northwind'] }
const read = (text: string): string[] =>
  readMarks(text, exempt).map(({ kind, key, everydayWord }) => `${kind} ${key}${everydayWord ? '?' : ''}`)

describe('names of platforms', () => {
  test.each([
    ['TikTok', 'TikTok'],
    ['d TikTok', 'TikTok'],
    ['TikTck', 'TikTok'],
    ['TIKT0K', 'TikTok'],
    ['lnstagram', 'Instagram'],
    ['eyouTubey', 'YouTube'],
    ['Made with CapCut', 'CapCut'],
    ['You Tube', 'YouTube'],
    ['www.youtube.com', 'YouTube'],
    ['抖音', 'TikTok'],
    ['Kwai', 'Kwai'],
  ])('%s', (text, platform) => {
    expect(read(text)).toEqual([`platform-text ${platform}`])
  })

  test.each(['Reels', 'SHORTS', 'Threads'])('%s is an everyday word too', (text) => {
    expect(readMarks(text, exempt)).toMatchObject([{ everydayWord: true }])
  })

  test.each([
    'I saw it on TikTok yesterday',
    'link is in my Instagram bio',
    'SHORTS SALE 50',
    'SHORTS SA',
    'likes',
    'Canvas',
    'a video about tools',
    'Head of Design, Reels Department',
    'Kiwi',
    'face book shelf',
    '',
    '@',
  ])('none in "%s"', (text) => {
    expect(read(text)).toEqual([])
  })
})

describe('handles', () => {
  test.each([
    ['@lou.travels', 'lou.travels'],
    ['d@lou.travels', 'lou.travels'],
    ['@the real_sam', 'the_real_sam'],
    ['ID: @noor_cooks88', 'noor_cooks88'],
  ])('%s', (text, handle) => {
    expect(read(text)).toEqual([`handle ${handle}`])
  })

  test("with a platform's name beside it", () => {
    expect(read('TikTok @lou.travels')).toEqual(['platform-text TikTok', 'handle lou.travels'])
  })

  test.each([
    '@mika.kitchen',
    '@mika kitchen',
    '@mikakitcnen',
    '@northwind',
    'hello@northwind.example',
    'apples @ 3 pm',
    '@500usd',
    'thanks to @lou for lending me the boat',
  ])('none in "%s"', (text) => {
    expect(read(text)).toEqual([])
  })

  test("the uploader's own handle does not excuse the platform's name above it", () => {
    expect(read('TikTok @mika.kitchen')).toEqual(['platform-text TikTok'])
  })
})

test('a piece of a name says how much may be missing', () => {
  // `youtube` and `youtubeshorts`, `inshot` and `depositphotos`
  expect(missingLetters('uTub')).toEqual([3, 9])
  expect(missingLetters('hot')).toEqual([3, 10])
  expect(missingLetters('harbour')).toEqual([])
})
