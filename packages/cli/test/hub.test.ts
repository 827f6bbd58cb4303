import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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

  // Somebody who is locked out has the machine: a link by which another password is set, while the hub runs.
  const at = { TOCKWORK_PUBLIC_URL: facts.hub }
  const early = await shop.run(['people', 'reset', 'ada'], at)
  expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('Nobody has an account yet')])
  const accept = async (link: string, more: object) => {
    const { origin, hash } = new URL(link)
    return await fetch(`${origin}/session/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ token: hash.slice(1), ...more }),
    })
  }
  const first = { login: 'ada', name: 'Ada', password: 'the first password' }
  expect((await accept(facts.owner_link, first)).status).toBe(200)
  const unknown = await shop.run(['people', 'reset', 'bea'], at)
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There is ada')])
  const reset = await shop.run(['people', 'reset', 'Ada'], at)
  const link = reset.stdout.trim()
  expect(link).toContain('/welcome#')
  expect((await accept(link, { password: 'another password' })).status).toBe(200)
  expect((await accept(link, { password: 'a third password' })).status).toBe(404)
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

test('a new master key is wrapped by a service, printed alone, and its version follows the others', async () => {
  const key = Buffer.alloc(32, 3).toString('base64')
  const asked: string[] = []
  const transit = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Json
    asked.push(`${request.url} ${request.headers['x-vault-token']}`)
    const data = request.url?.includes('encrypt')
      ? { ciphertext: `vault:v1:${body.plaintext}` }
      : { plaintext: String(body.ciphertext).slice('vault:v1:'.length) }
    response.end(JSON.stringify({ data }))
  }).listen(0, '127.0.0.1')
  await once(transit, 'listening')
  const env = {
    TOCKWORK_SECRET_KEY: `4:${key},1:${key}`,
    TOCKWORK_KMS_VAULT_KEY: 'tock',
    VAULT_ADDR: `http://127.0.0.1:${(transit.address() as AddressInfo).port}`,
    VAULT_TOKEN: 's.cli',
  }
  const made = await shop.run(['vault', 'new-key', '--with', 'vault'], env)
  expect(made.stdout).toMatch(/^5:vault:v1:[A-Za-z0-9+/]{43}=\n$/)
  expect(asked).toEqual(['/v1/transit/encrypt/tock s.cli', '/v1/transit/decrypt/tock s.cli'])
  const none = await shop.run(['vault', 'new-key', '--with', 'awskms'], env)
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('TOCKWORK_KMS_AWS_KEY') })
  const unknown = await shop.run(['vault', 'new-key', '--with', 'paper'], env)
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('awskms, vault, gcpkms') })
  transit.close()
})
