import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { authorizeUrl, frozenEmulator } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator({ allowedHosts: ['emulator.internal'] })
})
afterEach(() => emulator.close())

/** `fetch` does not let a caller choose these headers. */
function ask(method: string, path: string, headers: Record<string, string>, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(emulator.origin)
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const clock = (headers: Record<string, string>) =>
  ask('POST', '/_emulator/clock', headers, JSON.stringify({ advance_seconds: 1 }))

test('programs, which say nothing of an origin, pass', async () => {
  expect(await clock({})).toBe(200)
})

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['another port of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }],
  ['an old browser on another site', { origin: 'https://evil.example' }],
  ['an old browser on another port', { origin: 'http://localhost:3000' }],
  ['a sandboxed frame', { origin: 'null' }],
])('%s cannot change the world', async (_who, headers) => {
  expect(await clock(headers)).toBe(403)
  expect(await ask('POST', '/_emulator/portal/apps', headers, 'name=Evil&platform=web')).toBe(403)
  expect(await ask('DELETE', '/_emulator/faults', headers)).toBe(403)
  expect(await ask('PUT', '/_emulator/snapshot', headers, '{}')).toBe(403)
  expect(emulator.clock.now()).toBe(Date.parse('2026-11-24T12:00:00Z'))
  expect(emulator.world.apps.size).toBe(4)
})

test('another site cannot consent for the person', async () => {
  const path = authorizeUrl(emulator).replace(emulator.origin, '')
  const form = 'decision=allow&creator=mika&scope=video.publish'
  expect(await ask('POST', path, { origin: 'https://evil.example' }, form)).toBe(403)
  expect(await ask('POST', path, { 'sec-fetch-site': 'cross-site' }, form)).toBe(403)
  expect(emulator.world.codes.size).toBe(0)
  const { host } = new URL(emulator.origin)
  expect(await ask('POST', path, { host, origin: emulator.origin }, form)).toBe(302)
  // Through the proxy the page stands at TikTok's address.
  expect(await ask('POST', path, { host: 'www.tiktok.com', origin: 'https://www.tiktok.com' }, form)).toBe(
    302,
  )
  expect(emulator.world.codes.size).toBe(2)
})

test('the emulator’s own pages may', async () => {
  const { host } = new URL(emulator.origin)
  expect(await clock({ host, origin: emulator.origin, 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(await clock({ host, origin: emulator.origin })).toBe(200)
  expect(await clock({ host, 'sec-fetch-site': 'none' })).toBe(200)
})

test('a reverse proxy may keep the public name', async () => {
  expect(await clock({ origin: 'https://tools.example', 'x-forwarded-host': 'tools.example' })).toBe(200)
})

test.each([
  ['evil.example', 403],
  ['localhost.evil.example', 403],
  ['eviltiktok.com', 403],
  ['evil.example:4646', 403],
  ['localhost', 200],
  ['app.localhost:4646', 200],
  ['127.0.0.1:4646', 200],
  ['[::1]:4646', 200],
  ['192.168.1.20:4646', 200],
  ['open.tiktokapis.com', 200],
  ['www.tiktok.com', 200],
  ['emulator.internal:4646', 200],
])('under the name %s the control API answers %i: a rebound name reads nothing', async (host, status) => {
  expect(await ask('GET', '/_emulator/apps/tw-demo-app/secret', { host })).toBe(status)
  expect(await ask('GET', '/_emulator/', { host })).toBe(status)
})

test('TikTok’s API and pictures answer under any name', async () => {
  expect(await ask('GET', '/v2/user/info/?fields=open_id', { host: 'emulator:4646' })).toBe(401)
  expect(await ask('GET', '/_emulator/media/avatar/mika_168.png', { host: 'emulator:4646' })).toBe(200)
})
