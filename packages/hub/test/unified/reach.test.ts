/** Who reaches what, and the document that describes it all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { lint, loadConfig } from '@redocly/openapi-core'
import { API_SCOPES } from '@tockwork/api'
import { systemClock } from '@tockwork/kernel'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { verifySdkToken } from '../../src/unified/sdk-tokens.ts'
import { basic, UnifiedWorld } from './unified-world.ts'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required: boolean }[]
  requestBody?: unknown
}

let world: UnifiedWorld
let document: { paths: Record<string, Record<string, Operation>> }
/** One of everything, by the name of its parameter. */
const ids: Record<string, string> = {}
/** A workspace that has nothing, and a test key of the one that has everything. */
const strangers: Record<string, string> = {}

beforeAll(async () => {
  world = await UnifiedWorld.start()
  document = (await (await fetch(`${world.hub.url}/openapi/creators.json`)).json()) as typeof document
  await world.connect('mika', { external_user_id: 'secret-person' })
  const [account] = (await world.get('/v1/accounts')).json.data
  Object.assign(ids, { account_id: account.id, user_id: account.user.id, external_id: 'secret-person' })
  await vi.waitFor(
    async () => {
      const { json } = await world.get(`/v1/social/contents?account_id=${account.id}`)
      expect(json.data.length).toBeGreaterThan(0)
      ids.content_id = json.data[0].id
      ids.profile_id = (await world.get('/v1/profiles')).json.data[0].id
    },
    { timeout: 60_000, interval: 250 },
  )
  const url = 'https://receiver.example/hook'
  ids.webhook_id = (await world.post('/v1/webhooks', { url, events: ['PAYOUTS.ADDED'] })).json.id
  const published = await world.post('/v1/social/contents/publish', {
    account_id: account.id,
    type: 'VIDEO',
    description: 'secret-caption',
    media: [{ media_type: 'VIDEO', additional_info: { asset_id: 'ast_none' } }],
  })
  ids.publish_id = published.json.data.id

  const scopes = API_SCOPES.filter((scope) => !scope.startsWith('workspaces:'))
  const workspace = await world.own('POST', '/v1/workspaces', { name: 'Another' })
  const first = basic(workspace.json.api_key.id, workspace.json.api_key.key)
  strangers['another workspace'] = first
  const test_ = await world.own('POST', '/v1/api-keys', { name: 'test', mode: 'test', scopes })
  strangers['a test key'] = basic(test_.json.id, test_.json.key)
}, 90_000)
afterAll(() => world?.close())

const sorted = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...operation,
    })),
  )

const BODIES: Record<string, object> = {
  'accounts.update': { data: {} },
  'webhooks.update': { url: 'https://receiver.example/x', events: ['PAYOUTS.ADDED'] },
}

function bodyOf(operationId: string): object | undefined {
  if (BODIES[operationId] !== undefined) return BODIES[operationId]
  if (/refresh$/i.test(operationId)) return { account_id: ids.account_id }
  if (/fetchHistoric$/.test(operationId)) return { account_id: ids.account_id, from_date: '2026-01-01' }
  return undefined
}

test('there is one of everything to try', () => {
  expect(Object.values(ids).every((id) => typeof id === 'string' && id.length > 5)).toBe(true)
  expect(sorted().length).toBeGreaterThan(60)
})

test('what is of another workspace, or live for a test key, is not there, for any operation', async () => {
  const about = sorted().filter(
    ({ path, operationId }) => path.includes('{') || /refresh|fetchHistoric/i.test(operationId),
  )
  const lists = sorted().filter(({ method, path }) => method === 'GET' && !path.includes('{'))
  for (const authorization of Object.values(strangers)) {
    for (const { path, method, operationId } of about) {
      if (operationId.startsWith('workPlatforms.')) continue
      const address = path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? ids.content_id ?? '')
      const answer = await world.call(
        method,
        address,
        method === 'GET' ? undefined : (bodyOf(operationId) ?? {}),
        {
          authorization,
        },
      )
      expect([operationId, answer.status, answer.json?.error.type]).toEqual([
        operationId,
        404,
        'RECORD_NOT_FOUND',
      ])
    }
    for (const { path, operationId } of lists) {
      const days = ['', 'transaction_', 'payout_', 'balance_']
        .map((prefix) => `${prefix}from_date=2020-01-01&${prefix}to_date=2030-01-01`)
        .join('&')
      for (const query of ['', `?account_id=${ids.account_id}&${days}`]) {
        const { text, status } = await world.get(path + query, { authorization })
        for (const id of Object.values(ids)) if (query === '') expect(text, operationId).not.toContain(id)
        if (query !== '' && /account_id/.test(JSON.stringify(document.paths[path])))
          expect([operationId, status]).toEqual([operationId, 404])
      }
    }
    const search = await world.post(
      '/v1/social/contents/search',
      { ids: [ids.content_id] },
      { authorization },
    )
    expect(search.json).toEqual({ data: [] })
    const token = await world.post(
      '/v1/sdk-tokens',
      { user_id: ids.user_id, products: ['IDENTITY'] },
      { authorization },
    )
    expect(token.status).toBe(404)
  }
})

test('an account that is connected again for somebody else goes over to them, and keeps its id', async () => {
  await world.connect('mika', { external_user_id: 'other-person' })
  const { json } = await world.get(`/v1/accounts/${ids.account_id}`)
  const { json: other } = await world.get('/v1/users/external_id/other-person')
  expect(json.user).toEqual({ id: other.id, name: 'other-person' })
})

test('a user that a test key makes lives in the sandbox, with tokens that say so', async () => {
  const authorization = strangers['a test key'] ?? ''
  const wish = { name: 'Sandy', external_id: 'secret-person' }
  const made = await world.post('/v1/users', wish, { authorization })
  // The same person may be in production too.
  expect(made.status).toBe(201)
  expect((await world.get('/v1/users', { authorization })).json.data).toEqual([made.json])
  expect((await world.get('/v1/users/external_id/secret-person')).json.id).toBe(ids.user_id)
  const body = { user_id: made.json.id, products: ['IDENTITY'] }
  const { json } = await world.post('/v1/sdk-tokens', body, { authorization })
  const verified = await verifySdkToken({ db: world.database.db, clock: systemClock }, json.sdk_token)
  expect(verified?.environment).toBe('sandbox')
})

test('nothing is answered to nobody', async () => {
  for (const { path, method, operationId } of sorted()) {
    const address = path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? 'x')
    const answer = await world.call(method, address, method === 'GET' ? undefined : {}, { authorization: '' })
    expect([operationId, answer.status]).toEqual([operationId, 401])
  }
})

test('the document passes the linter without so much as a warning', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-creators-'))
  try {
    const file = join(folder, 'creators.json')
    writeFileSync(file, JSON.stringify(document))
    const config = await loadConfig({ configPath: resolve(import.meta.dirname, '../../../../redocly.yaml') })
    const problems = await lint({ ref: file, config })
    // `/contents/publish/{id}` beside `/contents/{id}/metrics`: the first is other services' and stays as it is.
    const told = problems.filter(({ ruleId }) => ruleId !== 'no-ambiguous-paths')
    expect(told.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([])
    expect(problems.length - told.length).toBe(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
