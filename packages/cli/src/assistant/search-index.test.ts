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
  ['which scopes do I need to post a video', 'scopes/video.publish'],
  ['how do I get the follower count of a user', 'scopes/user.info.stats'],
  ['why is scope_not_authorized returned', 'errors/scope_not_authorized'],
  ['how large can video chunks be', 'endpoints/posting.uploadMedia'],
  ['how do I post photos', 'endpoints/posting.initContent'],
  ['url_ownership_unverified when pulling from a url', 'errors/url_ownership_unverified'],
  ['how do I verify a domain', 'lifecycle/url-verification'],
  ['how many sandboxes can I have', 'rules/sandbox'],
  ['how long does app review take', 'waiting-times/app-review'],
  ['why was my audit rejected', 'docs/going-live.md#why-an-audit-was-rejected'],
  ['does a refresh token expire', 'contradictions/refresh-token-lifetime'],
  ['invalid_grant when refreshing', 'errors/invalid_grant'],
  ['rate limit of the video list', 'endpoints/display.videoList'],
  ['how to cancel a post', 'endpoints/posting.cancelPublish'],
  ['can I post twice after a timeout', 'docs/hub.md#what-happens-at-each-point-of-a-post'],
  ['http status of oauth errors', 'contradictions/oauth-status'],
  ['redirect uri rules for the web', 'rules/redirect-uri-web'],
  ['PKCE code challenge hex or base64', 'contradictions/pkce-encoding'],
  ['what is reached_active_user_cap', 'errors/reached_active_user_cap'],
  ['how do I back up the hub', 'docs/operations.md#backup-and-restore'],
  ['can I run several hub processes', 'docs/operations.md#several-processes'],
  ['test my app without TikTok', 'README.md#in-your-tests'],
  ['move the clock of the emulator', 'README.md#emulator'],
  ['how do I verify the signature of a webhook', 'packages/sdk/README.md#webhooks'],
  ['my video was rejected for a watermark', 'docs/media.md#watermarks'],
  ['what does spam_risk_too_many_posts mean', 'errors/spam_risk_too_many_posts'],
  ['how do I export the data of a user', 'endpoints/portability.addDataRequest'],
  ['comments of a video for research', 'endpoints/research.listComments'],
  ['search the ads library', 'endpoints/commercial.queryAds'],
  ['what is a shop cipher', 'docs/shop.md#what-it-does'],
  ['how do I upgrade to a new version', 'docs/operations.md#upgrades'],
  ['which video formats are allowed', 'fail-reasons/file_format_check_failed'],
  ['which privacy levels can I offer', 'checklist/privacy-options'],
  ['run the doctor in CI with sarif', 'docs/assistant.md#doctor'],
  ['mcp server for my editor', 'docs/assistant.md#mcp'],
  ['how does it compare with an aggregator', 'docs/alternatives.md#compared-with-the-alternatives'],
  ['setup of the portal step by step', 'docs/assistant.md#setup'],
])('%s: the right section is among the first three', (question, cite) => {
  expect(index.find(question, 3).map((hit) => hit.cite)).toContain(cite)
})

test('what nobody wrote about finds nothing', () => {
  expect(index.find('zzzqqqxxx', 5)).toEqual([])
})
