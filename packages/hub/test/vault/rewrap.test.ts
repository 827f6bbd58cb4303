import { cryptoRandom } from '@tockwork/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { SEALED_COLUMNS } from '../../src/storage/sealed-columns.ts'
import { insertEndpoint, insertSecret } from '../../src/storage/webhook-endpoints.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { checkKeys } from '../../src/vault/open-vault.ts'
import { rewrapAll } from '../../src/vault/rewrap.ts'
import { oldKeysInUse, rotateEnvelopes } from '../../src/vault/rotation.ts'
import { keyVersionOf, Vault } from '../../src/vault/sealing.ts'
import { webhookSecretPlace } from '../../src/webhooks/secrets.ts'
import { AccountWorld, TEST_MASTER_KEY, type Tenant } from '../account-world.ts'

const NEXT = Buffer.from(cryptoRandom.bytes(32)).toString('base64')
const both = parseMasterKeys(`2:${NEXT},1:${TEST_MASTER_KEY}`)
const alone = parseMasterKeys(`2:${NEXT}`)

let world: AccountWorld
let tenant: Tenant
beforeAll(async () => {
  world = await AccountWorld.start()
  tenant = await world.tenant()
})
afterAll(() => world.close())

const checking = () => ({ db: world.database.db, clock: world.emulator.clock, random: cryptoRandom })

/** An upload under way, a login under way, an answer kept for a key, a webhook secret: whatever else is sealed. */
async function sealEverything(accountId: string) {
  const { db, pool } = world.database
  const { vault } = world
  const { workspaceId } = tenant
  const now = world.emulator.clock.now()
  const postId = newId('post', world.emulator.clock, cryptoRandom)
  const upload = { workspaceId, ownerId: postId, column: 'posts.upload_sealed', generation: 3 }
  await pool.query(
    `insert into posts (id, workspace_id, group_id, account_id, kind, mode, state, options, source, init_attempt,
       upload_sealed, created_at, changed_at)
     values ($1, $2, 'g', $3, 'video', 'direct', 'uploading', '{}', '{}', 3, $4, now(), now())`,
    [postId, workspaceId, accountId, Buffer.from(await vault.seal('https://upload.example/x', upload))],
  )
  const login = await world.invite(tenant)
  const wish = { app_id: tenant.appId }
  await world.call(tenant, 'POST', '/v1/connect-sessions', wish, { 'idempotency-key': 'kept' })
  const endpointId = newId('whk', world.emulator.clock, cryptoRandom)
  const secret = { endpointId, workspaceId, generation: 1 }
  await db.transaction().execute(async (tx) => {
    await insertEndpoint(tx, {
      id: endpointId,
      workspaceId,
      url: 'https://example.com/',
      description: null,
      events: [],
      environment: null,
      status: 'enabled',
      disabledReason: null,
      failingSince: null,
      createdAt: now,
      changedAt: now,
    })
    const sealed = await vault.seal('whsec_x', webhookSecretPlace(secret))
    await insertSecret(tx, { ...secret, sealed }, { keyVersion: 1, now, othersEndAt: now })
  })
  return { upload, login, secret }
}

test('a new master key takes over while the hub runs: everything that is sealed, and nothing is unreadable meanwhile', async () => {
  const accounts = await Promise.all(['mika', 'noor', 'lane'].map((user) => world.connect(tenant, user)))
  const { upload, login, secret } = await sealEverything(accounts[0]!)
  const { db, pool } = world.database
  const renewed = new Vault(both)

  // Before: the version that is needed is told, per column, and a start without it is refused.
  const uses = await oldKeysInUse(db, 2)
  expect(uses.map(({ column }) => column).sort()).toEqual(
    SEALED_COLUMNS.map(({ table, sealed }) => `${table}.${sealed}`).sort(),
  )
  expect(uses.find(({ column }) => column === 'token_vault.sealed')).toEqual({
    version: 1,
    column: 'token_vault.sealed',
    envelopes: 3,
  })
  await expect(checkKeys(alone, checking())).rejects.toMatchObject({
    code: 'master_key_missing',
    message: expect.stringMatching(
      /TOCKWORK_SECRET_KEY.*version 1 for token_vault\.sealed, apps\.secret_sealed/,
    ),
  })
  await checkKeys(both, checking())

  const before = await pool.query('select account_id, sealed from token_vault order by account_id')
  const lines: string[] = []
  const log = createLogger({ level: 'info', destination: { write: (line: string) => lines.push(line) } })
  expect(await rotateEnvelopes({ db, vault: renewed, log })).toEqual([])
  const told = lines.map((line) => JSON.parse(line))
  expect(told[0].renewed).toEqual({
    'token_vault.sealed': 3,
    'apps.secret_sealed': 1,
    'webhook_secrets.sealed': 1,
    'posts.upload_sealed': 1,
    'connect_sessions.verifier_sealed': 1,
    'idempotency_keys.answer_sealed': 1,
  })
  expect(told[1]).toMatchObject({ unused: [1], keyVersion: 2 })
  expect(await rewrapAll(db, renewed)).toEqual({ renewed: {}, failed: 0 })
  const after = await pool.query(
    'select account_id, sealed, key_version from token_vault order by account_id',
  )
  for (const [at, row] of after.rows.entries()) {
    expect(row.key_version).toBe(2)
    expect(row.sealed).not.toEqual(before.rows[at].sealed)
    // The content itself was not touched.
    expect(row.sealed.subarray(77)).toEqual(before.rows[at].sealed.subarray(77))
  }

  // The old key is not needed any more, for any of it.
  await checkKeys(alone, checking())
  const vault = new Vault(alone)
  const post = await pool.query('select upload_sealed from posts where id = $1', [upload.ownerId])
  expect((await vault.open(post.rows[0].upload_sealed, upload)).reveal()).toBe('https://upload.example/x')
  const stored = await pool.query('select sealed, key_version from webhook_secrets')
  expect((await vault.open(stored.rows[0].sealed, webhookSecretPlace(secret))).reveal()).toBe('whsec_x')
  const process = world.anotherProcess('renewed', vault)
  for (const account of accounts)
    expect(await process.services.tokens.accessToken(tenant.workspaceId, account)).toMatchObject({ ok: true })
  const callback = new URL(world.emulator.consent(login.authorizeUrl, 'mika'))
  const visitor = { ip: null, userAgent: null }
  expect(await process.services.flow.callback(callback.searchParams, visitor)).toMatchObject({
    kind: 'connected',
  })
  const caller = { keyId: 'key', workspaceId: tenant.workspaceId, scopes: [] }
  const { rows } = await pool.query("select operation, body_hash from idempotency_keys where key = 'kept'")
  const again = { caller, key: 'kept', operation: rows[0].operation, hash: rows[0].body_hash }
  expect(await process.services.idempotency.begin(again)).toMatchObject({
    kind: 'repeat',
    answer: { status: 201 },
  })

  expect(await world.services.tokens.accessToken(tenant.workspaceId, accounts[1]!)).toMatchObject({
    ok: false,
    failure: { code: 'unknown_key_version', retry: 'after' },
  })

  // Taken back: the other way round works as well. A damaged row is left behind and counted; it holds up no other,
  // not even when it comes first in every batch.
  const back = new Vault(parseMasterKeys(`1:${TEST_MASTER_KEY},2:${NEXT}`))
  const damaged = [...accounts].sort()[0]!
  await pool.query(`update token_vault set sealed = '\\x01' where account_id = $1`, [damaged])
  expect(await rewrapAll(db, back, { batch: 1 })).toMatchObject({
    renewed: { 'token_vault.sealed': 2, 'apps.secret_sealed': 1 },
    failed: 1,
  })
  expect(await rewrapAll(db, back)).toEqual({ renewed: {}, failed: 1 })
  const whole = accounts.filter((account) => account !== damaged)
  for (const account of whole)
    expect(await world.services.tokens.accessToken(tenant.workspaceId, account)).toMatchObject({ ok: true })
})

test('a key that is not the one of the database is refused at the start, whatever its version says', async () => {
  const right = parseMasterKeys(TEST_MASTER_KEY)
  const wrong = parseMasterKeys(Buffer.from(cryptoRandom.bytes(32)).toString('base64'))
  const { pool } = world.database
  await pool.query("delete from token_vault where sealed = '\\x01'")
  await pool.query('delete from vault_keys')
  // Without a proof, as after an update, rows tell.
  await expect(checkKeys(wrong, checking())).rejects.toMatchObject({ code: 'master_key_wrong' })
  expect((await pool.query('select 1 from vault_keys')).rowCount).toBe(0)
  await checkKeys(right, checking())
  const { rows } = await pool.query('select version, proof_sealed from vault_keys')
  expect(rows.map((row) => [row.version, keyVersionOf(row.proof_sealed)])).toEqual([[1, 1]])
  await expect(checkKeys(wrong, checking())).rejects.toThrow(/version 1 .* is not the one that this database/)
  // Two that start at once on an empty database with different keys: one of them is told.
  await pool.query('delete from vault_keys')
  const fresh = [9, 9].map(() =>
    parseMasterKeys(`9:${Buffer.from(cryptoRandom.bytes(32)).toString('base64')},1:${TEST_MASTER_KEY}`),
  )
  const outcomes = await Promise.allSettled(fresh.map((keys) => checkKeys(keys, checking())))
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('what old keys hold is found by index, however many rows there are', async () => {
  const { pool } = world.database
  await pool.query('set enable_seqscan = off')
  for (const { table, sealed, keyVersion } of SEALED_COLUMNS) {
    const version = keyVersion === true ? 'key_version' : `sealed_under(${sealed})`
    const { rows } = await pool.query(
      `explain select 1 from ${table} where ${sealed} is not null and ${version} < 2 order by ${version} limit 1`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan, table).toMatch(/Index/)
  }
})

test('every column of envelopes that the schema has is among those that a rotation reaches', async () => {
  const { rows } = await world.database.pool.query(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea' and column_name ~ 'sealed$' order by 1`,
  )
  const reached = SEALED_COLUMNS.map(({ table, sealed }) => `${table}.${sealed}`)
  // The proof of a key stays under that very key.
  expect(rows.map(({ name }) => name)).toEqual([...reached, 'vault_keys.proof_sealed'].sort())
})
