import { SmallServer } from '@tockwork/connectors/small-server'
import { cryptoRandom, ManualClock } from '@tockwork/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountServices, createAccountServices } from '../../src/connect/services.ts'
import { newId } from '../../src/ids.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { insertWorkspace } from '../../src/storage/workspaces.ts'
import type { AccountEvent } from '../../src/tokens/account-events.ts'
import { refreshDue } from '../../src/tokens/refresh-due.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'
import { TEST_MASTER_KEY } from '../account-world.ts'
import { type TestDatabase, testDatabase } from '../database.ts'

const clock = new ManualClock('2026-11-28T12:00:00Z')
const server = new SmallServer({ appView: true, clock })
const events: AccountEvent[] = []
let database: TestDatabase
let workspaceId: string
let appId: string
let one: AccountServices
let other: AccountServices

beforeAll(async () => {
  database = await testDatabase({ max: 10 })
  const { db } = database
  const vault = new Vault(parseMasterKeys(TEST_MASTER_KEY))
  const process = (holder: string) =>
    createAccountServices({
      db,
      unitOfWork: createUnitOfWork(db, { send: async () => null }),
      vault,
      clock,
      random: cryptoRandom,
      log: silentLog,
      holder,
      // Of this machine, so that servers take its word for who it is.
      publicUrl: 'http://localhost:4848',
      network: { publicUrl: 'http://localhost:4848', fetch: server.fetch, resolveTxt: async () => [] },
      onAccountEvent: async (_work, event) => {
        events.push(event)
      },
    })
  one = process('one')
  other = process('other')
  workspaceId = newId('ws', clock, cryptoRandom)
  await insertWorkspace(db, { id: workspaceId, name: 'Soup', createdAt: clock.now() })
  const wish = { name: 'Soup', environment: 'production', platform: 'bluesky' } as const
  appId = (await one.apps.create(workspaceId, wish, 'test')).id
})
afterAll(() => database.close())

async function connect(): Promise<string> {
  const { id } = await one.flow.create(workspaceId, { appId }, 'test')
  const begun = await one.flow.start(id, server.handle)
  if (begun === undefined || !('url' in begun)) throw new Error(JSON.stringify(begun))
  const back = new URL(server.signIn.consent(begun.url)).searchParams
  const end = await one.flow.callback(back, { ip: null, userAgent: null })
  if (end.kind !== 'connected') throw new Error(JSON.stringify(end))
  return end.session.accountId ?? ''
}

const row = () => database.db.selectFrom('token_vault').selectAll().executeTakeFirstOrThrow()
const account = () => database.db.selectFrom('accounts').selectAll().executeTakeFirstOrThrow()
const access = (accountId: string, services: AccountServices) =>
  services.tokens.accessToken(workspaceId, accountId)

test('a grant that is bound to a key is renewed ahead of its end, by one process alone, and keeps its key', async () => {
  const accountId = await connect()
  const { generation, due_at } = await row()
  const life = 1_800_000
  const wait = (due_at?.getTime() ?? 0) - clock.now()
  expect(wait).toBeGreaterThan(0.69 * life)
  expect(wait).toBeLessThan(0.86 * life)
  await clock.advance(wait)
  const before = await access(accountId, one)
  const reports = await Promise.all([one, other].map(({ refreshDueParts }) => refreshDue(refreshDueParts)))
  expect(reports.reduce((sum, { renewed }) => sum + renewed, 0)).toBe(1)
  expect(Number((await row()).generation)).toBe(Number(generation) + 1)
  const after = await access(accountId, other)
  if (!before.ok || !after.ok) throw new Error('no access')
  expect(after.value.token.reveal()).not.toBe(before.value.token.reveal())
  expect(after.value.tokens.binding?.reveal()).toBe(before.value.tokens.binding?.reveal())
  expect(after.value.tokens.home).toBe(server.home)
})

test('the key is nowhere in the database but sealed', async () => {
  const found = await access((await account()).id, one)
  if (!found.ok) throw new Error(found.failure.code)
  const key = JSON.parse(JSON.parse(found.value.tokens.binding?.reveal() ?? '').key) as { d: string }
  const { sealed } = await row()
  expect(Buffer.from(sealed).includes(key.d)).toBe(false)
})

test('a consent that its owner took back is believed at the second no, and told', async () => {
  const { id } = await account()
  server.endAll()
  await clock.advance(1_700_000)
  expect(await refreshDue(one.refreshDueParts)).toMatchObject({ failed: 1 })
  expect((await account()).status).toBe('connected')
  await clock.advance(40_000)
  expect(await refreshDue(one.refreshDueParts)).toMatchObject({ gone: 1 })
  expect(await account()).toMatchObject({ status: 'reauthorization_required', status_reason: 'grant_gone' })
  expect(events.at(-1)).toMatchObject({ type: 'account.reauthorization_required', accountId: id })
  // Connecting again brings the same account back.
  expect(await connect()).toBe(id)
  expect((await account()).status).toBe('connected')
})

test('disconnecting gives the grant up at the server, and its tokens are worthless from then on', async () => {
  const { id } = await account()
  const before = await access(id, one)
  await one.accountEnd.disconnect(workspaceId, id, 'test')
  expect((await account()).status).toBe('disconnected')
  if (!before.ok) throw new Error(before.failure.code)
  const { connector } = await one.platforms.connectorOf(workspaceId, appId)
  const { tokens } = before.value
  const { home, binding } = tokens
  const grant = {
    accountId: tokens.openId,
    access: tokens.accessToken,
    refresh: tokens.refreshToken,
    scopes: tokens.scopes,
    obtainedAt: tokens.obtainedAt,
    ...(home === undefined ? {} : { home }),
    ...(binding === undefined ? {} : { binding }),
  }
  expect(await connector.refresh?.(grant)).toMatchObject({ ok: false, failure: { needs: 'reconnect' } })
})
