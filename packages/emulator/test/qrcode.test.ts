import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented } from './claim.ts'
import { DEMO, form, frozenEmulator, send } from './client.ts'

const PAGE = 'login-kit-qr-code-authorization'
const REGISTERED = 'https://example.com/callback'
let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const get = (fields: Record<string, string> = {}) =>
  form(emulator, '/v2/oauth/get_qrcode/', {
    client_key: DEMO.client_key,
    scope: 'user.info.basic,video.list',
    state: 's-1',
    ...fields,
  })
const check = (token: string) => form(emulator, '/v2/oauth/check_qrcode/', { ...DEMO, token })
const phone = (step: 'scan' | 'confirm', json: Record<string, unknown>) =>
  send(emulator, 'POST', `/_emulator/qrcode/${step}`, { json })

test('new, scanned, confirmed, utilised: then the code is exchanged as usual', documented(PAGE), async () => {
  const { body: qr } = await get()
  expect(qr.scan_qrcode_url).toMatch(
    /^aweme:\/\/authorize\?authType=100&client_key=tw-demo-app&client_ticket=tobefilled&/,
  )
  expect((await check(qr.token)).body).toEqual({ status: 'new', client_ticket: '' })
  const drawn = qr.scan_qrcode_url.replace('client_ticket=tobefilled', 'client_ticket=my-ticket-1')
  expect((await phone('scan', { scan_qrcode_url: drawn })).status).toBe(200)
  expect((await check(qr.token)).body).toEqual({ status: 'scanned', client_ticket: 'my-ticket-1' })
  await phone('confirm', { token: qr.token, user: 'mika', deny_scopes: ['video.list'] })
  const { body: confirmed } = await check(qr.token)
  expect(confirmed).toMatchObject({ status: 'confirmed', client_ticket: 'my-ticket-1', state: 's-1' })
  const redirect = new URL(confirmed.redirect_uri)
  expect(redirect.origin + redirect.pathname).toBe(REGISTERED)
  expect(redirect.searchParams.get('code')).toBe(confirmed.code)
  expect((await check(qr.token)).body).toEqual({ status: 'utilised', client_ticket: 'my-ticket-1' })
  const { body: tokens } = await form(emulator, '/v2/oauth/token/', {
    ...DEMO,
    grant_type: 'authorization_code',
    code: confirmed.code,
    redirect_uri: REGISTERED,
  })
  expect(tokens).toMatchObject({ scope: 'user.info.basic', token_type: 'Bearer' })
})

test('a code that nobody confirms expires with an empty ticket', documented(PAGE), async () => {
  const { body: untouched } = await get()
  const { body: scanned } = await get()
  await phone('scan', { token: scanned.token, client_ticket: 't' })
  await emulator.advance(299)
  expect((await check(scanned.token)).body.status).toBe('scanned')
  await emulator.advance(2)
  for (const { token } of [untouched, scanned])
    expect((await check(token)).body).toEqual({ status: 'expired', client_ticket: '' })
  expect((await phone('confirm', { token: scanned.token, user: 'mika' })).body.problem).toBe(
    'the code is expired',
  )
})

test('failures are flat OAuth errors that name the field', documented(PAGE), async () => {
  expect((await get({ scope: 'video.unknown' })).body).toMatchObject({
    error: 'invalid_scope',
    error_description: 'scope: video.unknown is unknown',
  })
  expect((await get({ client_key: 'nobody' })).body.error).toBe('invalid_client')
  expect((await check('nonsense')).body.error).toBe('invalid_request')
  const { body: qr } = await get()
  const wrong = { ...DEMO, client_secret: 'wrong', token: qr.token }
  expect((await form(emulator, '/v2/oauth/check_qrcode/', wrong)).body.error).toBe('invalid_client')
  const foreign = { client_key: 'tw-unaudited-app', client_secret: 'tw-unaudited-secret', token: qr.token }
  expect((await form(emulator, '/v2/oauth/check_qrcode/', foreign)).body.error).toBe('invalid_request')
})

test(
  'the phone scans once, only with a ticket, and confirms only what was scanned',
  assumed('the page shows the client only'),
  async () => {
    const { body: qr } = await get()
    const problem = async (step: 'scan' | 'confirm', json: Record<string, unknown>) =>
      (await phone(step, json)).body.problem
    expect(await problem('confirm', { token: qr.token, user: 'mika' })).toContain('scan it first')
    expect(await problem('scan', { scan_qrcode_url: qr.scan_qrcode_url })).toContain('replace tobefilled')
    expect(await problem('scan', { token: qr.token })).toBe('client_ticket: is missing')
    expect(await problem('scan', { token: qr.token, client_ticket: 'x'.repeat(512) })).toContain('512')
    expect(await problem('scan', { token: 'nonsense', client_ticket: 't' })).toBe(
      'token: there is no such code',
    )
    expect(await problem('scan', { scan_qrcode_url: 'https://example.com' })).toContain('aweme://authorize?')
    expect(await problem('scan', { token: qr.token, client_ticket: 't' })).toBeUndefined()
    expect(await problem('scan', { token: qr.token, client_ticket: 't' })).toBe('the code is scanned')
    expect(await problem('confirm', { token: qr.token, user: 'nobody' })).toContain('user: nobody')
    expect(await problem('confirm', { token: qr.token })).toMatch(/^user: /)
    expect(await problem('confirm', { token: qr.token, user: 'lane' })).toBeUndefined()
  },
)
