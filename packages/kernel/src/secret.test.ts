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
