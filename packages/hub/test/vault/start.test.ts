import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cryptoRandom, systemClock } from '@tockwork/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMasterKey, parseConfig, parseKmsConfig, startHub } from '../../src/index.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { scratchFolder, type TestDatabase, testDatabase } from '../database.ts'
import { FakeService, Sealer } from './fake-kms.ts'

let folder: string
let database: TestDatabase
let transit: FakeService

beforeAll(async () => {
  folder = mkdtempSync(join(scratchFolder(), 'tockwork-kms-'))
  database = await testDatabase({ empty: true })
  const sealer = new Sealer()
  transit = await new FakeService(({ url, body }) => {
    const { plaintext, ciphertext, associated_data } = JSON.parse(body)
    const opened = sealer.open(String(ciphertext).replace('vault:v1:', ''), associated_data)
    if (url.includes('encrypt'))
      return {
        status: 200,
        body: { data: { ciphertext: `vault:v1:${sealer.seal(plaintext, associated_data)}` } },
      }
    return opened === undefined
      ? { status: 400, body: { errors: ['cipher: message authentication failed'] } }
      : { status: 200, body: { data: { plaintext: opened } } }
  }).start()
})
afterAll(async () => {
  transit.stop()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

const service = () => ({
  TOCKWORK_KMS_VAULT_KEY: 'tock',
  VAULT_ADDR: transit.origin,
  VAULT_TOKEN: 's.hidden',
})
const start = (secretKey: string, lines: string[] = []) =>
  startHub(
    parseConfig({
      ...service(),
      TOCKWORK_DATA_DIR: folder,
      TOCKWORK_HUB_PORT: '0',
      TOCKWORK_DATABASE_URL: database.url,
      TOCKWORK_SECRET_KEY: secretKey,
    }),
    {
      log: createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }),
      graceSeconds: 1,
    },
  )
const newKey = (version: number) =>
  newMasterKey({ version, scheme: 'vault' }, parseKmsConfig(service()), {
    fetch,
    clock: systemClock,
    random: cryptoRandom,
  })

test('a hub whose master key only a service can unwrap goes from the first key to the next, and never starts with the wrong one', async () => {
  const [first, next, foreign] = [await newKey(1), await newKey(2), await newKey(1)]
  const lines: string[] = []
  const hub = await start(first, lines)
  const asked = transit.seen.length
  // Something is sealed: a client secret.
  const key = hub.adminKey?.reveal()
  const made = await fetch(`${hub.url}/v1/apps`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'x', environment: 'production', client_key: 'k', client_secret: 'hidden' }),
  })
  expect(made.status).toBe(201)
  // The service is asked at the start, and not for what is sealed.
  expect(transit.seen).toHaveLength(asked)
  await hub.close()

  await expect(start(foreign)).rejects.toMatchObject({ code: 'master_key_wrong' })
  await expect(start(next)).rejects.toMatchObject({
    code: 'master_key_missing',
    message: expect.stringContaining('version 1 for apps.secret_sealed'),
  })
  await expect(start(first.replace('1:', '3:'))).rejects.toMatchObject({ code: 'kms_refused' })

  const rotated = await start(`${next},${first}`, lines)
  await expect
    .poll(async () => (await database.pool.query('select key_version from apps')).rows, { timeout: 10_000 })
    .toEqual([{ key_version: 2 }])
  await expect.poll(() => lines.join('')).toContain('"unused":[1]')
  const metrics = await (await fetch(`${rotated.url}/metrics`)).text()
  expect(metrics).toContain('tockwork_vault_old_envelopes{key_version="1",column="apps.secret_sealed"} 0')
  await rotated.close()
  const alone = await start(next)
  await alone.close()
  expect(lines.join('')).not.toMatch(/s\.hidden|"hidden"|vault:v1:/)
}, 60_000)
