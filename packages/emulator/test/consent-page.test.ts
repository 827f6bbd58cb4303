import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { documented } from './claim.ts'
import { authorizeUrl, frozenEmulator, send } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const show = async (parameters: Record<string, string> = {}) =>
  (await send(emulator, 'GET', authorizeUrl(emulator, parameters))).text

const SCRIPT = '<script>alert(1)</script>'
const ESCAPED = '&#60;script&#62;alert(1)&#60;/script&#62;'

describe('the consent page', () => {
  test(
    'is a plain form with a choice of creators and a switch for each scope',
    documented('login-kit-web'),
    async () => {
      const page = await show({ scope: 'user.info.basic,video.publish' })
      expect(page).not.toContain('<script')
      expect(page.match(/type="radio"/g)).toHaveLength(3)
      expect(page).toMatch(/role="switch" name="scope" value="video.publish" checked>/)
      expect(page).toMatch(/name="scope" value="user.info.basic" checked disabled>/)
      expect(page).toContain('this is not TikTok')
    },
  )

  test('allows nothing but files of the emulator', async () => {
    const { headers } = await send(emulator, 'GET', authorizeUrl(emulator))
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("frame-ancestors 'none'")
    expect((await send(emulator, 'GET', '/_emulator/assets/base.css')).headers.get('content-type')).toContain(
      'text/css',
    )
    expect((await send(emulator, 'GET', '/_emulator/assets/..%2fpage.ts')).status).toBe(404)
  })

  test('says so when nobody may authorize a sandbox', async () => {
    const { body } = await send(emulator, 'POST', '/_emulator/apps/tw-demo-app/sandboxes', {
      json: { name: 'Staging' },
    })
    const page = await show({ client_key: body.client_key })
    expect(page).toContain('No account may authorize this app')
    expect(page).toContain(`/_emulator/portal/apps/${body.client_key}`)
    expect(page).toMatch(/value="allow" class="primary" disabled/)
  })

  test('what is denied is not granted', documented('login-kit-web'), async () => {
    const answer = await send(emulator, 'POST', authorizeUrl(emulator), {
      body: 'decision=allow&creator=lane&scope=video.list',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const back = new URL(answer.headers.get('location') ?? '').searchParams
    expect(back.get('scopes')).toBe('user.info.basic,video.list')
  })
})

describe('text of strangers stays text', () => {
  test('the app’s name', async () => {
    await send(emulator, 'PATCH', '/_emulator/apps/tw-demo-app', { json: { name: SCRIPT } })
    const page = await show()
    expect(page).toContain(ESCAPED)
    expect(page).not.toContain(SCRIPT)
  })

  test('a creator’s name', async () => {
    await send(emulator, 'PATCH', '/_emulator/creators/mika', { json: { display_name: SCRIPT } })
    expect(await show()).toContain(ESCAPED)
    expect(await show()).not.toContain(SCRIPT)
  })

  test('state and the other parameters', async () => {
    const page = await show({ state: `"><img src=x onerror=alert(1)>${SCRIPT}` })
    expect(page).not.toContain('<img src=x')
    expect(page).not.toContain(SCRIPT)
    const mistake = await show({ client_key: SCRIPT, scope: SCRIPT })
    expect(mistake).not.toContain(SCRIPT)
    const scope = await show({ scope: `user.info.basic,${SCRIPT}` })
    expect(scope).toContain(ESCAPED)
    expect(scope).not.toContain(SCRIPT)
  })
})
