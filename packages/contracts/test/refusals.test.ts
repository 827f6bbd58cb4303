import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { userInfo, videoList, videoQuery } from '../src/display/index.ts'
import { authorize, exchangeCode, getQrCode } from '../src/oauth/index.ts'
import { addDataRequest } from '../src/portability/index.ts'
import { initContent, initInboxVideo, initVideo } from '../src/posting/index.ts'

/** `path: message` of the first issue, reading from the wire and writing to it. */
function problems(schema: z.ZodMiniType, value: unknown): string[] {
  const issues = [z.safeDecode(schema, value), z.safeEncode(schema, value)].map(
    (result) => result.error?.issues[0],
  )
  return issues.map((issue) => (issue === undefined ? 'accepted' : issue.path.join('.')))
}
/** Where reading alone fails. */
const unread = (schema: z.ZodMiniType, value: unknown): string => problems(schema, value)[0] as string

/** Both directions refuse at this field. */
function expectRefused(schema: z.ZodMiniType, value: unknown, field: string): void {
  expect(problems(schema, value)).toEqual([field, field])
}

const upload = { source: 'FILE_UPLOAD', video_size: 10, chunk_size: 10, total_chunk_count: 1 }
const photos = { source: 'PULL_FROM_URL', photo_images: ['https://example.com/1.jpg'], photo_cover_index: 0 }
const video = (post: object): unknown => ({
  post_info: { privacy_level: 'SELF_ONLY', ...post },
  source_info: upload,
})
const photo = (post: object, more: object = {}): unknown => ({
  media_type: 'PHOTO',
  post_mode: 'DIRECT_POST',
  post_info: { privacy_level: 'SELF_ONLY', ...post },
  source_info: photos,
  ...more,
})

describe('lengths are counted in UTF-16 code units', () => {
  // An emoji is two units, a family of four joined ones eleven.
  const EMOJI = '😀'
  const FAMILY = '👨‍👩‍👧‍👦'

  test.each([
    [
      'video title',
      2200,
      (text: string) => problems(initVideo.input, video({ title: text })),
      'post_info.title',
    ],
    [
      'photo title',
      90,
      (text: string) => problems(initContent.input, photo({ title: text })),
      'post_info.title',
    ],
    [
      'photo description',
      4000,
      (text: string) => problems(initContent.input, photo({ description: text })),
      'post_info.description',
    ],
  ] as const)('%s: %i', (_name, max, check, field) => {
    expect(check('a'.repeat(max))).toEqual(['accepted', 'accepted'])
    expect(check('a'.repeat(max + 1))).toEqual([field, field])
    expect(check(EMOJI.repeat(max / 2))).toEqual(['accepted', 'accepted'])
    expect(check(`${EMOJI.repeat(max / 2)}a`)).toEqual([field, field])
    const families = Math.floor(max / FAMILY.length)
    expect(check(FAMILY.repeat(families))).toEqual(['accepted', 'accepted'])
    expect(check(FAMILY.repeat(families + 1))).toEqual([field, field])
  })
})

describe('what is sent must be known', () => {
  test('an unknown privacy level, also of another case', () => {
    expectRefused(initVideo.input, video({ privacy_level: 'FRIENDS' }), 'post_info.privacy_level')
    expectRefused(initVideo.input, video({ privacy_level: 'self_only' }), 'post_info.privacy_level')
    expectRefused(initContent.input, photo({ privacy_level: '' }), 'post_info.privacy_level')
  })

  test('an unknown post mode, media type or source', () => {
    expectRefused(initContent.input, photo({}, { post_mode: 'DIRECT POST' }), 'post_mode')
    expectRefused(initContent.input, photo({}, { media_type: 'VIDEO' }), 'media_type')
    expectRefused(
      initContent.input,
      photo({}, { source_info: { ...photos, source: 'FILE_UPLOAD' } }),
      'source_info.source',
    )
    expectRefused(initInboxVideo.input, { source_info: { source: 'URL', video_url: 'x' } }, 'source_info')
  })

  test('an unknown field in `fields`', () => {
    expect(unread(userInfo.query, { fields: 'open_id,email' })).toBe('fields.1')
    expect(z.safeEncode(videoList.query, { fields: ['views' as 'id'] }).success).toBe(false)
  })

  test('an unknown export category or format', () => {
    const good = { data_format: 'json', category_selection_list: ['video'] }
    expect(problems(addDataRequest.input, good)).toEqual(['accepted', 'accepted'])
    expectRefused(addDataRequest.input, { ...good, data_format: 'xml' }, 'data_format')
    expectRefused(
      addDataRequest.input,
      { ...good, category_selection_list: ['direct_messages'] },
      'category_selection_list.0',
    )
  })

  test('a challenge method that TikTok has not', () => {
    const query = { client_key: 'k', response_type: 'code', scope: 'user.info.basic', redirect_uri: 'r' }
    expect(unread(authorize.query, query)).toBe('accepted')
    for (const [field, value] of [
      ['code_challenge_method', 'plain'],
      ['response_type', 'token'],
      ['disable_auto_auth', '2'],
    ] as const)
      expect(unread(authorize.query, { ...query, [field]: value })).toBe(field)
  })
})

describe('what is sent must be of the right type and there', () => {
  test.each([
    ['post_info', { source_info: upload }, initVideo.input],
    ['source_info', { post_info: { privacy_level: 'SELF_ONLY' } }, initVideo.input],
    ['post_info.privacy_level', { post_info: {}, source_info: upload }, initVideo.input],
    ['post_info.disable_duet', video({ disable_duet: 'true' }), initVideo.input],
    ['post_info.title', video({ title: 5 }), initVideo.input],
    ['post_info.is_aigc', video({ is_aigc: 1 }), initVideo.input],
    ['post_info.auto_add_music', photo({ auto_add_music: 'yes' }), initContent.input],
    ['is_aigc', photo({}, { is_aigc: 'true' }), initContent.input],
    [
      'source_info.photo_images',
      photo({}, { source_info: { ...photos, photo_images: [] } }),
      initContent.input,
    ],
    [
      'source_info.photo_images',
      photo({}, { source_info: { ...photos, photo_images: Array(36).fill('https://example.com/1.jpg') } }),
      initContent.input,
    ],
    ['max_count', { max_count: 21 }, videoList.input],
    ['max_count', { max_count: 0 }, videoList.input],
    ['max_count', { max_count: 1.5 }, videoList.input],
    ['cursor', { cursor: 'yesterday' }, videoList.input],
    ['filters', {}, videoQuery.input],
    ['filters.video_ids', { filters: { video_ids: [] } }, videoQuery.input],
    ['filters.video_ids', { filters: { video_ids: Array(21).fill('1') } }, videoQuery.input],
    [
      'code',
      { client_key: 'k', client_secret: 's', grant_type: 'authorization_code', redirect_uri: 'r' },
      exchangeCode.input,
    ],
  ] as const)('%s', (field, value, schema) => {
    expectRefused(schema, value, field)
  })

  test('35 photos and 20 ids are not too many', () => {
    const many = { ...photos, photo_images: Array(35).fill('https://example.com/1.jpg') }
    expect(problems(initContent.input, photo({}, { source_info: many }))).toEqual(['accepted', 'accepted'])
    expect(problems(videoQuery.input, { filters: { video_ids: Array(20).fill('1') } })).toEqual([
      'accepted',
      'accepted',
    ])
  })

  test('sizes are whole numbers', () => {
    for (const video_size of [1.5, '10.0', Number.NaN, null, 'big'])
      expect(
        unread(initInboxVideo.input, { source_info: { ...upload, video_size } }),
        String(video_size),
      ).toMatch(/^source_info(\.video_size)?$/)
  })

  test('a form says which field is missing', () => {
    expect(unread(getQrCode.input, { scope: 'user.info.basic' })).toBe('client_key')
  })
})
