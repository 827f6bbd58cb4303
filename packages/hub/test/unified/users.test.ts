import { systemClock } from '@tockwork/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifySdkToken } from '../../src/unified/sdk-tokens.ts'
import { basic, UnifiedWorld } from './unified-world.ts'

let world: UnifiedWorld
beforeAll(async () => {
  world = await UnifiedWorld.start()
}, 60_000)
afterAll(() => world?.close())

const NOBODY = '00000000-0000-4000-8000-000000000000'
const verify = (token: string) => verifySdkToken({ db: world.database.db, clock: systemClock }, token)

describe('access', () => {
  const refused = {
    type: 'UNAUTHENTICATED',
    code: 'incorrect_client_credentials',
    error_code: 'incorrect_client_credentials',
    status_code: 401,
    http_status_code: 401,
  }

  test.each([
    ['nothing', () => ''],
    ['another scheme', () => 'Digest username="x"'],
    ['a wrong secret', () => basic(world.clientId, `${world.key.slice(0, -1)}x`)],
    ["another key's id", () => basic('key_01ARZ3NDEKTSV4RRFFQ69G5FAV', world.key)],
    ['no id', () => basic('', world.key)],
    ['no colon', () => `Basic ${Buffer.from(world.key).toString('base64')}`],
  ])('%s is refused in the error envelope', async (_what, header) => {
    const answer = await world.get('/v1/users', { authorization: header() })
    expect(answer.status).toBe(401)
    expect(answer.json.error).toMatchObject(refused)
    expect(answer.json.error.request_id).toBe(answer.headers.get('x-request-id'))
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(answer.text).not.toContain(world.key)
  })

  test('a key without the scope may not', async () => {
    const made = await world.own('POST', '/v1/api-keys', {
      name: 'reader',
      mode: 'live',
      scopes: ['accounts:read'],
    })
    const authorization = basic(made.json.id, made.json.key)
    expect((await world.get('/v1/users', { authorization })).status).toBe(200)
    const answer = await world.post('/v1/users', { name: 'A', external_id: 'a' }, { authorization })
    expect([answer.status, answer.json.error.error_code]).toEqual([403, 'scope_missing'])
  })
})

describe('users', () => {
  test('are made, found by either id, and made once', async () => {
    const body = { name: 'Juno', external_id: 'user-1' }
    const made = await world.post('/v1/users', body)
    expect(made.status).toBe(201)
    expect(Object.keys(made.json)).toEqual([
      'id',
      'created_at',
      'updated_at',
      'name',
      'external_id',
      'status',
    ])
    expect(made.json).toMatchObject({ ...body, status: 'ACTIVE' })
    expect(made.json.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(made.json.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
    expect((await world.get(`/v1/users/${made.json.id}`)).json).toEqual(made.json)
    expect((await world.get('/v1/users/external_id/user-1')).json).toEqual(made.json)
    const again = await world.post('/v1/users', body)
    expect([again.status, again.json.error.error_code]).toEqual([409, 'duplicate_external_id'])
  })

  test('that do not exist are not found, whatever the id looks like', async () => {
    for (const path of [`/v1/users/${NOBODY}`, '/v1/users/x', '/v1/users/external_id/nobody']) {
      const answer = await world.get(path)
      expect(answer.json.error, path).toMatchObject({
        type: 'RECORD_NOT_FOUND',
        error_code: 'incorrect_user_id',
        http_status_code: 404,
      })
    }
  })

  test('unknown fields are passed over, and refused for those who ask for it', async () => {
    const body = { name: 'Kai', external_id: 'user-2', nickname: 'K' }
    const strict = await world.post('/v1/users', body, { 'tockwork-extend': 'strict' })
    expect([strict.status, strict.json.error.errors]).toEqual([
      400,
      [{ field: 'nickname', rule: 'unknown_field', message: 'There is no such field' }],
    ])
    expect((await world.post('/v1/users', body)).status).toBe(201)
  })

  test('a request that is sent twice with one Idempotency-Key makes one', async () => {
    const send = () =>
      world.post('/v1/users', { name: 'Lio', external_id: 'user-3' }, { 'idempotency-key': 'lio' })
    const first = await send()
    const second = await send()
    expect(first.status).toBe(201)
    expect([second.status, second.json]).toEqual([201, first.json])
    expect(second.headers.get('idempotent-replayed')).toBe('true')
  })

  test('are listed newest first, by offset without gaps and by cursor with a total', async () => {
    for (let n = 10; n < 15; n += 1)
      await world.post('/v1/users', { name: `U${n}`, external_id: `user-${n}` })
    const all = await world.get('/v1/users?limit=100')
    expect(Object.keys(all.json.metadata)).toEqual(['offset', 'limit', 'from_date', 'to_date'])
    const ids = all.json.data.map(({ id }: { id: string }) => id)
    const paged: string[] = []
    for (let offset = 0; ; offset += 3) {
      const { json } = await world.get(`/v1/users?limit=3&offset=${offset}`)
      paged.push(...json.data.map(({ id }: { id: string }) => id))
      if (json.data.length < 3) break
    }
    expect(paged).toEqual(ids)
    const walked: string[] = []
    let cursor = ''
    do {
      const { json } = await world.get(`/v1/users?limit=3&cursor=${cursor}`, { 'tockwork-extend': 'paging' })
      expect(json.metadata.total).toBe(ids.length)
      walked.push(...json.data.map(({ id }: { id: string }) => id))
      cursor = json.metadata.next_cursor ?? ''
    } while (cursor !== '')
    expect(walked).toEqual(ids)
  })

  test.each(['limit=0', 'limit=101', 'offset=-1', 'limit=x'])('a page of %s is refused', async (query) => {
    const answer = await world.get(`/v1/users?${query}`)
    expect([answer.status, answer.json.error.type]).toEqual([400, 'INVALID_REQUEST'])
  })

  test('other methods, and bodies that are no JSON, are refused in the envelope', async () => {
    const answer = await world.call('DELETE', '/v1/users')
    expect([answer.status, answer.json.error.error_code, answer.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'GET, POST',
    ])
    expect((await world.post('/v1/users', '{')).json.error.error_code).toBe('malformed_json')
  })
})

describe('SDK tokens', () => {
  test('say whose they are, and are good until they or their key end', async () => {
    const user = (await world.get('/v1/users/external_id/user-1')).json
    const key = await world.own('POST', '/v1/api-keys', {
      name: 'tokens',
      mode: 'live',
      scopes: ['accounts:write'],
    })
    const made = await world.post(
      '/v1/sdk-tokens',
      { user_id: user.id, products: ['IDENTITY', 'ENGAGEMENT', 'PUBLISH.CONTENT'] },
      { authorization: basic(key.json.id, key.json.key) },
    )
    expect(made.status).toBe(201)
    expect(Object.keys(made.json)).toEqual(['sdk_token', 'expires_at'])
    const [, claims = ''] = made.json.sdk_token.split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      user_id: user.id,
      products: ['IDENTITY', 'ENGAGEMENT', 'PUBLISH.CONTENT'],
      iss: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    })
    const verified = await verify(made.json.sdk_token)
    expect(verified).toMatchObject({ userId: user.id, environment: 'production', apiKeyId: key.json.id })
    expect((verified?.expiresAt ?? 0) - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
    const { database } = world
    const late = { now: () => Date.now() + 8 * 86_400_000, sleep: systemClock.sleep }
    expect(await verifySdkToken({ db: database.db, clock: late }, made.json.sdk_token)).toBeUndefined()
    for (const other of [`${made.json.sdk_token}x`, made.json.sdk_token.slice(0, -1), 'a.b.c', ''])
      expect(await verify(other)).toBeUndefined()
    await world.own('DELETE', `/v1/api-keys/${key.json.id}`)
    expect(await verify(made.json.sdk_token)).toBeUndefined()
  })

  test('are made for users that there are, and products that there are', async () => {
    const nobody = await world.post('/v1/sdk-tokens', { user_id: NOBODY, products: ['IDENTITY'] })
    expect([nobody.status, nobody.json.error.error_code]).toEqual([404, 'incorrect_user_id'])
    const user = (await world.get('/v1/users/external_id/user-1')).json
    for (const products of [[], ['EVERYTHING']])
      expect((await world.post('/v1/sdk-tokens', { user_id: user.id, products })).status).toBe(400)
  })

  test('are not stored, nor is anything from which one could be made', async () => {
    const user = (await world.get('/v1/users/external_id/user-1')).json
    const { json } = await world.post('/v1/sdk-tokens', { user_id: user.id, products: ['IDENTITY'] })
    const { rows } = await world.database.pool.query('select t::text as row from unified_sdk_tokens t')
    const proof = json.sdk_token.split('.')[2]
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) expect(row).not.toContain(proof)
  })
})
