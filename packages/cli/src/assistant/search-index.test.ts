import { expect, test } from 'vitest'
import { buildIndex } from './search-index.ts'

const index = await buildIndex(new URL('../../../../docs/', import.meta.url))

test.each([
  ['how many posts per day', 'contradictions/daily-posts'],
  ['access token lifetime', 'contradictions/access-token-lifetime'],
  ['redirect uri android', 'lifecycle/android-app-links'],
  ['why is my post private only', 'errors/unaudited_client_can_only_post_to_private_accounts'],
  ['daily quota research', 'errors/daily_quota_limit_exceeded'],
  ['search id invalid or expired', 'messages/search-id'],
  ['embed videos deprecated', 'lifecycle/embed-videos-end'],
  ['is_aigc photo', 'contradictions/photo-is-aigc'],
  ['sandbox target users', 'sandbox/sandbox-only-targets'],
  ['rotate master key', 'docs/hub.md#master-keys'],
  ['refesh token lifetime', 'contradictions/refresh-token-lifetime'],
])('%s: the right section is among the first three', (question, cite) => {
  expect(index.find(question, 3).map((hit) => hit.cite)).toContain(cite)
})

test('what nobody wrote about finds nothing', () => {
  expect(index.find('zzzqqqxxx', 5)).toEqual([])
})
