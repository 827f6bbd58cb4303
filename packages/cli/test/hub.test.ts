import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Json, Shop } from './tockwork.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

async function call(facts: Json, path: string): Promise<Json> {
  const key = (await readFile(facts.api_key_file, 'utf8')).trim()
  const answer = await fetch(`${facts.hub}${path}`, { headers: { authorization: `Bearer ${key}` } })
  return { status: answer.status, body: await answer.json() }
}

test('dev brings up the hub on the emulator, with the demo app in it, and a key that only its user can read', {
  timeout: 60_000,
}, async () => {
  const dev = shop.start(['dev', '--json'])
  const facts = JSON.parse(await dev.line()) as Json
  const { status, body } = await call(facts, '/v1/apps')
  expect(status).toBe(200)
  expect(body.data).toMatchObject([{ client_key: 'tw-demo-app' }])
  expect((await stat(facts.api_key_file)).mode & 0o777).toBe(0o600)
  const listed = await call(facts, '/v1/connected-accounts')
  expect(listed.body.data).toEqual([])
  expect((await dev.kill('SIGTERM')).code).toBe(0)
})

test('serve and its database: out into a file, and into another folder', { timeout: 90_000 }, async () => {
  const first = shop.start(['serve', '--json'])
  const facts = JSON.parse(await first.line()) as Json
  const before = await call(facts, '/v1/workspaces')
  expect(before.body.data).toHaveLength(1)
  expect((await first.kill('SIGTERM')).code).toBe(0)
  const out = await shop.json('db', 'export', 'hub.jsonl.gz')
  expect(out.value.rows).toMatchObject({ workspaces: 1, api_keys: 1 })
  const other = { TOCKWORK_DATA_DIR: join(shop.folder, 'other') }
  expect((await shop.run(['db', 'import', 'hub.jsonl.gz'], other)).code).toBe(0)
  const again = await shop.run(['db', 'import', 'hub.jsonl.gz'], other)
  expect(again.code).toBe(1)
  expect(again.stderr).toMatch(/empty/)
})

test('without a hub on request, and with wrong settings, each variable is named', {
  timeout: 60_000,
}, async () => {
  const dev = shop.start(['dev', '--json', '--no-hub'])
  expect(JSON.parse(await dev.line())).not.toHaveProperty('hub')
  await dev.kill('SIGTERM')
  const wrong = await shop.run(['serve'], {
    TOCKWORK_HUB_PORT: 'x',
    TOCKWORK_DATABASE_URL: 'postgres://h/db',
  })
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toMatch(
    /TOCKWORK_HUB_PORT[\s\S]*TOCKWORK_SECRET_KEY|TOCKWORK_SECRET_KEY[\s\S]*TOCKWORK_HUB_PORT/,
  )
})
