import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { rewrapAll } from '../../src/vault/rewrap.ts'
import { Vault } from '../../src/vault/sealing.ts'
import { AccountWorld, TEST_MASTER_KEY, type Tenant } from '../account-world.ts'

let world: AccountWorld
let tenant: Tenant
beforeAll(async () => {
  world = await AccountWorld.start()
  tenant = await world.tenant()
})
afterAll(() => world.close())

test('a new master key takes over while the hub runs: no pair is unreadable at any moment', async () => {
  const accounts = await Promise.all(['mika', 'noor', 'lane'].map((user) => world.connect(tenant, user)))
  const next = Buffer.alloc(32, 9).toString('base64')
  const both = new Vault(parseMasterKeys(`2:${next},1:${TEST_MASTER_KEY}`))
  const alone = new Vault(parseMasterKeys(`2:${next}`))
  const { db, pool } = world.database

  const before = await pool.query('select account_id, sealed from token_vault order by account_id')
  expect(await rewrapAll(db, both, { batch: 2 })).toEqual({ tokens: 3, apps: 1, failed: 0 })
  expect(await rewrapAll(db, both)).toEqual({ tokens: 0, apps: 0, failed: 0 })
  const after = await pool.query(
    'select account_id, sealed, key_version from token_vault order by account_id',
  )
  for (const [at, row] of after.rows.entries()) {
    expect(row.key_version).toBe(2)
    expect(row.sealed).not.toEqual(before.rows[at].sealed)
    // The content itself was not touched.
    expect(row.sealed.subarray(77)).toEqual(before.rows[at].sealed.subarray(77))
  }
  const renewed = world.anotherProcess('renewed', alone)
  for (const account of accounts)
    expect(await renewed.services.tokens.accessToken(tenant.workspaceId, account)).toMatchObject({ ok: true })
  expect(await world.services.tokens.accessToken(tenant.workspaceId, accounts[0]!)).toMatchObject({
    ok: false,
    failure: { code: 'unknown_key_version', retry: 'after' },
  })

  // Taken back: the other way round works as well.
  const back = new Vault(parseMasterKeys(`1:${TEST_MASTER_KEY},2:${next}`))
  // A damaged row is left behind and counted; it holds up no other.
  await pool.query(`update token_vault set sealed = '\\x01' where account_id = $1`, [accounts[2]])
  expect(await rewrapAll(db, back, { batch: 2 })).toEqual({ tokens: 2, apps: 1, failed: 1 })
  expect(await rewrapAll(db, back)).toMatchObject({ failed: 1 })
  expect(await world.services.tokens.accessToken(tenant.workspaceId, accounts[0]!)).toMatchObject({
    ok: true,
  })
})
