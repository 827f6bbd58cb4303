import { afterEach, beforeEach, expect, test } from 'vitest'
import { runHere } from './in-process.ts'
import { type Json, Shop } from './tockwork.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

async function run(...args: string[]): Promise<{ code: number; stdout: string }> {
  return runHere(args, { cwd: shop.folder, env: { TOCKWORK_HUB_PORT: '0' } })
}

async function json(...args: string[]): Promise<{ code: number; value: Json }> {
  const { code, stdout } = await run(...args, '--json')
  return { code, value: JSON.parse(stdout) as Json }
}

test('nothing on a machine that works; what went wrong at the emulator is found, and the exit code says so', {
  timeout: 90_000,
}, async () => {
  const { origin } = await shop.emulate()
  expect((await json('login', '--user', 'mika')).code).toBe(0)
  expect((await json('videos')).code).toBe(0)
  const well = await json('doctor')
  expect(well).toMatchObject({ code: 0, value: { findings: [], looked_at: { logins: 1, clocks: 1 } } })
  expect(well.value.looked_at.requests).toBeGreaterThan(0)

  for (let tries = 0; tries < 3; tries += 1)
    await fetch(`${origin}/v2/oauth/token/`, {
      method: 'POST',
      body: new URLSearchParams({
        client_key: 'tw-demo-app',
        client_secret: 'tw-demo-secret',
        grant_type: 'refresh_token',
        refresh_token: 'rft.made-up',
      }),
    })
  const ill = await json('doctor')
  expect(ill.code).toBe(1)
  expect(ill.value.findings.map(({ rule, level }: Json) => `${level} ${rule}`)).toEqual([
    'error refresh-refused',
    'warning retry-in-vain',
  ])
  const text = await run('doctor')
  expect(text.stdout).toContain('✗ Renewals of tokens are refused with invalid_grant. [refresh-refused]')
  expect(text.stdout).toContain('1 errors, 1 warnings, 0 notes.')
  const sarif = await run('doctor', '--sarif')
  expect(sarif.code).toBe(1)
  expect(JSON.parse(sarif.stdout).runs[0].results).toHaveLength(2)
})
