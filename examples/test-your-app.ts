/**
 * Tests of an application against the emulator, each with a TikTok of its own, a clock to move and faults to order.
 * Copy it into your tests: `vitest run`.
 */

import { startEmulator } from '@tockwork/emulator'
import { TikTok } from '@tockwork/sdk'
import { expect, test } from 'vitest'

/** Stands for the code under test: what your app does with a creator. */
async function followers(tiktok: TikTok, openId: string): Promise<number | undefined> {
  const { follower_count } = await tiktok.as(openId).user.info(['follower_count'])
  return follower_count
}

async function world() {
  const emulator = await startEmulator({ frozen: true, seed: 'my test' })
  const tiktok = new TikTok({
    clientKey: 'tw-demo-app',
    clientSecret: 'tw-demo-secret',
    redirectUri: 'https://example.com/callback',
    origin: emulator.origin,
    clock: emulator.clock,
  })
  const started = await tiktok.auth.start({ scopes: ['user.info.basic', 'user.info.stats'] })
  // mika agrees, without a browser.
  const { openId } = await tiktok.auth.finish(emulator.consent(started.url, 'mika'), started)
  return { emulator, tiktok, openId }
}

test('reads the followers', async () => {
  const { emulator, tiktok, openId } = await world()
  expect(await followers(tiktok, openId)).toBe(48_200)
  await emulator.close()
})

test('still does a month later, when the access token is long over', async () => {
  const { emulator, tiktok, openId } = await world()
  await emulator.advance(30 * 86_400)
  expect(await followers(tiktok, openId)).toBeGreaterThan(48_200)
  await emulator.close()
})

test('hears of it when TikTok refuses the token', async () => {
  const { emulator, tiktok, openId } = await world()
  emulator.addFault({
    match: { endpoint: 'display.userInfo' },
    action: { status: 401, code: 'access_token_invalid' },
  })
  await expect(followers(tiktok, openId)).rejects.toMatchObject({ code: 'access_token_invalid' })
  await emulator.close()
})
