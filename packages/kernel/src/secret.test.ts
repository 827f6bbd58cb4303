import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { redact, Secret } from './secret.ts'

test('a secret never shows itself', () => {
  const secret = new Secret('act.very-secret')
  expect(`${secret}${JSON.stringify({ secret })}${inspect({ secret })}`).not.toContain('very-secret')
  expect(secret.reveal()).toBe('act.very-secret')
})

test('redact removes credentials from URLs, forms, JSON and headers', () => {
  const lines = [
    'https://open-upload.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123',
    'grant_type=refresh_token&refresh_token=rft.Xza123&client_secret=Xza123',
    '{"access_token":"act.Xza123","expires_in":86400}',
    'Authorization: Bearer Xza123',
    'https://example.com/callback?code=Xza123*0!6410&scopes=user.info.basic',
  ]
  for (const line of lines) {
    expect(redact(line)).not.toContain('Xza123')
  }
  expect(redact(lines[0] as string)).toContain('upload_id=67890')
})

test('redact removes TikTok Shop’s tokens wherever they stand, and its one-time code', () => {
  for (const region of ['TTP', 'ROW', 'GCP']) {
    const token = `${region}_pXaz12AAAAAu1-pQ_9w0rd5Xza123`
    for (const line of [`x-tts-access-token: ${token}`, `the token ${token} has ended`, `["${token}"]`])
      expect(redact(line)).not.toContain('Xza123')
    expect(redact(`token ${token}.`)).toBe(`token ${region}_[secret].`)
  }
  const url =
    'https://auth.tiktok-shops.com/api/v2/token/get?app_key=6a&app_secret=Xza123&auth_code=ROW_Xza123&grant_type=x'
  expect(redact(url)).not.toContain('Xza123')
  expect(redact(url)).toContain('app_key=6a')
  expect(redact('ROW_COUNT and GCP_PROJECT_2 are no tokens')).toBe(
    'ROW_COUNT and GCP_PROJECT_2 are no tokens',
  )
})
