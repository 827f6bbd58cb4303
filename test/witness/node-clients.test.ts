import { expect, test } from 'vitest'
import { runNodeClient, stage, warnings } from './witness.ts'

test('arctic: consent with base64url PKCE, exchange, refresh, revoke', async () => {
  await using on = await stage()
  expect(await runNodeClient(on, 'arctic.mjs')).toEqual({
    stateCameBack: true,
    expiresIn: 86_400,
    scopes: ['user.info.basic,video.list'],
    user: 'Mika',
    afterRevoke: 401,
    // A failure comes with status 200, as observed of TikTok: to this client it looks like tokens until they are read.
    refused: 'invalid_grant',
  })
  expect(warnings(on)).toEqual([
    'path without its trailing slash: /v2/auth/authorize',
    'code_challenge is base64url; TikTok documents hex',
  ])
})

test('Auth.js: a whole sign-in with its TikTok provider, to a session', async () => {
  await using on = await stage()
  expect(await runNodeClient(on, 'auth-js.mjs')).toMatchObject({
    host: 'www.tiktok.com',
    landed: 'https://app.example.com',
    user: 'Mika',
    image: expect.stringMatching(/^https:\/\/p16-sign\.tiktokcdn-us\.com\//),
  })
  expect(warnings(on).join('\n')).toContain('client_id')
})

test('passport-tiktok-auth: its default profile, fields of the retired v1 included', async () => {
  await using on = await stage()
  expect(await runNodeClient(on, 'passport.mjs')).toMatchObject({
    token: 'act.',
    refresh: 'rft.',
    username: 'mika',
    followers: expect.any(Number),
  })
  expect(warnings(on).join('\n')).toContain('avatar_url_200')
})

test('oauth4webapi: strict about every answer, from code to revocation', async () => {
  await using on = await stage()
  expect(await runNodeClient(on, 'oauth4webapi.mjs')).toEqual({
    type: 'bearer',
    expires: 86_400,
    user: 'Mika',
  })
})

test('Better Auth: its default scope, which leaves user.info.basic to TikTok, and a verifier without a challenge', async () => {
  await using on = await stage()
  expect(await runNodeClient(on, 'better-auth.mjs')).toEqual({
    scopes: 'user.info.basic,user.info.profile',
    name: 'Mika',
    image: expect.stringMatching(/^https:/),
  })
  expect(warnings(on).join()).toContain('code_verifier')
})
