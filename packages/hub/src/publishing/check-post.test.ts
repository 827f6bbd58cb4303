import { describe, expect, it } from 'vitest'
import { postingRules } from '../tiktok/posting-rules.ts'
import {
  type CreatorRules,
  checkAccount,
  checkApp,
  checkContent,
  checkCreator,
  mediaErrors,
  type PostContent,
} from './check-post.ts'
import type { PostOptions } from './post.ts'

const rules = postingRules(undefined)
const asset = { type: 'asset', assetId: 'ast_1' } as const
const photos = (count: number, coverIndex = 0) => ({
  type: 'photos' as const,
  urls: Array.from({ length: count }, (_, n) => `https://media.example.com/${n}.jpg`),
  coverIndex,
})
const video = (options: PostOptions = {}, more: Partial<PostContent> = {}): PostContent => ({
  kind: 'video',
  mode: 'direct',
  options: { privacyLevel: 'SELF_ONLY', ...options },
  source: asset,
  ...more,
})
const carousel = (options: PostOptions = {}, more: Partial<PostContent> = {}): PostContent =>
  video(options, { kind: 'photo', source: photos(1), ...more })
const found = (post: PostContent, with_ = rules): string[] =>
  checkContent(post, with_).map(({ field, rule }) => `${field} ${rule}`)

describe('a caption', () => {
  it('is counted in UTF-16 code units, as TikTok does', () => {
    expect(found(video({ title: 'x'.repeat(2200) }))).toEqual([])
    expect(found(video({ title: 'x'.repeat(2201) }))).toEqual(['options.title too_long'])
    // A pot of food is one character and two units.
    expect(found(video({ title: '🍲'.repeat(1100) }))).toEqual([])
    expect(found(video({ title: `${'🍲'.repeat(1100)}.` }))).toEqual(['options.title too_long'])
  })

  it('of photos is a short title and a long description', () => {
    expect(found(carousel({ title: 'x'.repeat(90), description: 'x'.repeat(4000) }))).toEqual([])
    expect(found(carousel({ title: 'x'.repeat(91), description: 'x'.repeat(4001) }))).toEqual([
      'options.title too_long',
      'options.description too_long',
    ])
    expect(found(video({ description: 'x' }))).toEqual(['options.description not_applicable'])
  })
})

describe('options', () => {
  it('that do not apply are all named', () => {
    expect(found(video({ autoAddMusic: true, description: 'x' }))).toEqual([
      'options.description not_applicable',
      'options.auto_add_music not_applicable',
    ])
    expect(found(carousel({ disableDuet: true, disableStitch: true, coverTimestampMs: 1 }))).toEqual([
      'options.disable_duet not_applicable',
      'options.disable_stitch not_applicable',
      'options.cover_timestamp_ms not_applicable',
    ])
  })

  it('of a draft are the creator’s own: none for a video, a caption and the label for photos', () => {
    const all = { title: 'x', privacyLevel: 'SELF_ONLY', aigc: true, brandOrganic: false }
    expect(found({ ...video(), mode: 'draft', options: all })).toEqual([
      'options.title not_applicable',
      'options.privacy_level not_applicable',
      'options.brand_organic not_applicable',
      'options.aigc not_applicable',
    ])
    expect(found({ ...carousel(), mode: 'draft', options: all })).toEqual([
      'options.privacy_level not_applicable',
      'options.brand_organic not_applicable',
    ])
    expect(found({ ...video(), mode: 'draft', options: {} })).toEqual([])
  })
})

describe('privacy and disclosure', () => {
  it('has no default, and is one of TikTok’s words', () => {
    expect(found(video({ privacyLevel: undefined }))).toEqual(['options.privacy_level required'])
    expect(found(video({ privacyLevel: 'PUBLIC' }))).toEqual(['options.privacy_level unknown_value'])
  })

  it('does not let a paid partnership be private, on videos and on photos', () => {
    for (const make of [video, carousel]) {
      expect(found(make({ brandContent: true }))).toEqual(['options.brand_content brand_content_private'])
      expect(found(make({ brandContent: true, brandOrganic: true }))).toEqual([
        'options.brand_content brand_content_private',
      ])
      for (const privacyLevel of ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'FOLLOWER_OF_CREATOR'])
        expect(found(make({ brandContent: true, privacyLevel }))).toEqual([])
    }
  })

  it('lets the creator’s own business be private, and toggles that are off be anything', () => {
    expect(found(video({ brandOrganic: true, brandContent: false }))).toEqual([])
  })

  it('is SELF_ONLY until the app is audited', () => {
    const app = { id: 'app_1', audited: false }
    const open = { mode: 'direct' as const, options: { privacyLevel: 'PUBLIC_TO_EVERYONE' } }
    expect(checkApp(open, app)).toMatchObject([{ field: 'options.privacy_level', rule: 'unaudited_app' }])
    expect(checkApp(open, { ...app, audited: true })).toEqual([])
    expect(checkApp({ mode: 'direct', options: { privacyLevel: 'SELF_ONLY' } }, app)).toEqual([])
    expect(checkApp({ mode: 'draft', options: {} }, app)).toEqual([])
  })
})

describe('photos and addresses', () => {
  it('are 1 to 35, with a cover among them', () => {
    expect(found(carousel({}, { source: photos(35, 34) }))).toEqual([])
    expect(found(carousel({}, { source: photos(36) }))).toEqual(['photos.urls photo_count'])
    expect(found(carousel({}, { source: photos(2, 2) }))).toEqual(['photos.cover_index cover_index'])
    expect(found(carousel({}, { source: photos(0) }))).toEqual([
      'photos.urls photo_count',
      'photos.cover_index cover_index',
    ])
  })

  it('are public https addresses, each looked at', () => {
    const urls = ['http://media.example.com/a.jpg', 'a.jpg', 'https://me:pw@media.example.com/a.jpg']
    expect(found(carousel({}, { source: { type: 'photos', urls, coverIndex: 0 } }))).toEqual([
      'photos.urls[0] https_needed',
      'photos.urls[1] not_a_url',
      'photos.urls[2] url_credentials',
    ])
    const local = video({}, { source: { type: 'url', url: 'http://localhost:4747/a.mp4' } })
    expect(found(local)).toEqual(['video.url https_needed'])
    expect(found(local, postingRules('http://localhost:4747'))).toEqual([])
  })
})

describe('an account', () => {
  const account = { id: 'acc_1', status: 'connected', scopes: ['video.publish'] }

  it('needs the scope of the mode', () => {
    expect(checkAccount(account, 'direct', 'accounts[0]')).toEqual([])
    expect(checkAccount(account, 'draft', 'accounts[0]')).toMatchObject([{ rule: 'scope_missing' }])
    expect(checkAccount({ ...account, scopes: ['video.upload'] }, 'draft', 'accounts[0]')).toEqual([])
    expect(checkAccount({ ...account, scopes: ['video.upload'] }, 'direct', 'accounts[0]')).toMatchObject([
      { field: 'accounts[0]', rule: 'scope_missing' },
    ])
  })

  it('needs its grant', () => {
    for (const status of ['reauthorization_required', 'disconnected', 'erased'])
      expect(checkAccount({ ...account, status }, 'direct', 'accounts[3]')).toMatchObject([
        { field: 'accounts[3]', rule: 'not_connected' },
      ])
  })
})

describe('what the creator allows', () => {
  const creator: CreatorRules = {
    privacyLevelOptions: ['FOLLOWER_OF_CREATOR', 'SELF_ONLY'],
    commentDisabled: true,
    duetDisabled: true,
    stitchDisabled: true,
    maxVideoPostDurationSec: 600,
  }
  const held = (post: PostContent): string[] =>
    checkCreator(post, creator, 'mika').map(({ field, rule }) => `${field} ${rule}`)

  it('is a choice of privacy levels', () => {
    expect(held(video())).toEqual([])
    expect(held(video({ privacyLevel: 'PUBLIC_TO_EVERYONE' }))).toEqual([
      'options.privacy_level privacy_level_option_mismatch',
    ])
  })

  it('is not overridden where comments, duets or stitches are switched off', () => {
    const on = { disableComment: false, disableDuet: false, disableStitch: false }
    expect(held(video(on))).toEqual([
      'options.disable_comment disabled_by_creator',
      'options.disable_duet disabled_by_creator',
      'options.disable_stitch disabled_by_creator',
    ])
    expect(held(carousel({ disableComment: false }))).toEqual(['options.disable_comment disabled_by_creator'])
    expect(held(video({ disableComment: true, disableDuet: true, disableStitch: true }))).toEqual([])
    expect(held(video())).toEqual([])
  })
})

it('what a gate finds names the field, the rule and the way out', () => {
  expect(
    mediaErrors(
      [{ rule: 'frame-rate', found: '12 fps', allowed: '23 to 60 fps', fix: 'convert it' } as never],
      'video.asset_id',
    ),
  ).toEqual([
    {
      field: 'video.asset_id',
      rule: 'media_frame_rate',
      message: '12 fps; allowed: 23 to 60 fps. To mend it: convert it.',
    },
  ])
})
