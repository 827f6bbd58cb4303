import { describe, expect, test } from 'vitest'
import { lookUpError, mediaProfiles } from '../src/index.ts'
import * as posting from '../src/posting/index.ts'

const endpoints = new Set<string>(
  Object.values(posting).flatMap((each) =>
    typeof each === 'object' && each !== null && 'id' in each ? [each.id] : [],
  ),
)

describe.each(Object.entries(mediaProfiles))('%s', (_, profile) => {
  test('belongs to an endpoint and says where it is written down', () => {
    // The Business API is known here by its path alone.
    expect(endpoints.has(profile.endpoint) || profile.endpoint.startsWith('/business/')).toBe(true)
    expect(profile.doc).toMatch(/^https:\/\/(developers|business-api)\.tiktok\.com\//)
  })

  test('every refusal is a reason that can be explained', () => {
    for (const reason of Object.values(profile.rules.failReasons)) {
      expect(lookUpError(reason)[0]?.action).toBeTruthy()
    }
  })
})

test('a draft is shortened in the app, a direct post is refused; Business wants three seconds and takes a gigabyte', () => {
  expect(mediaProfiles['direct-post'].rules.creatorDuration).toBe('holds')
  expect(mediaProfiles['inbox-upload'].rules.creatorDuration).toBe('trimmed in the app')
  expect(mediaProfiles['business-video'].rules).toMatchObject({ minDurationSec: 3, maxBytes: 2 ** 30 })
})
