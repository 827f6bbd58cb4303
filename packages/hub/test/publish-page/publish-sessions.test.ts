import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rangeOf } from '../../src/publish-page/media-answer.ts'
import { originProblem } from '../../src/publish-page/origins.ts'
import { PageWorld } from './page-world.ts'

let world: PageWorld
let assetId = ''
beforeAll(async () => {
  world = await PageWorld.start({ browser: false })
  assetId = await world.upload()
}, 120_000)
afterAll(() => world?.close())

const video = () => ({ video: { asset_id: assetId } })

async function submit(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  return { status: response.status, json: (await response.json()) as any }
}

/** Everything that a creator may say, as far as it matters here. */
const said = (creator: 'mika' | 'noor' | 'lane', more: object = {}, choice: object = {}) => ({
  accounts: [{ account_id: world.accounts[creator], privacy_level: 'SELF_ONLY', ...choice }],
  agreed: ['music_usage'],
  ...more,
})

const refused = async (wish: object) => {
  const error = await world.link(['mika'], wish).catch((failure) => failure)
  return (error.json?.errors ?? []).map(
    ({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`,
  )
}

describe('a link to the publish page', () => {
  test('is refused with everything that is wrong with it', async () => {
    const gone = { video: { asset_id: 'ast_00000000000000000000000000' } }
    expect(await refused({ ...gone, origins: ['https://a.example/path', 'http://a.example'] })).toEqual([
      'video.asset_id not_found',
      'origins[0] origin',
      'origins[1] origin',
    ])
    expect(await refused({ ...video(), scheduled_at: '2020-01-01T00:00:00Z' })).toEqual([
      'scheduled_at in_the_past',
    ])
    expect(await refused({ allow_upload: false })).toEqual(['video required'])
    expect(await refused({ photos: { urls: ['https://a.example/1.jpg'] }, allow_upload: true })).toEqual([
      'allow_upload not_applicable',
    ])
    const accounts = [world.accounts.mika, world.accounts.mika, 'acc_00000000000000000000000000']
    expect(await refused({ ...video(), accounts })).toEqual([
      'accounts[1] duplicate',
      'accounts[2] not_found',
    ])
  })

  test('shows its token to nobody but whoever asked for it', async () => {
    const { id, url } = await world.link(['mika'], video())
    const token = url.split('/').at(-1) ?? ''
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(await world.call('GET', `/v1/publish-sessions/${id}`))).not.toContain(token)
    await (await fetch(url)).text()
    const { rows } = await world.database.pool.query(
      'select s::text as row from publish_sessions s union all select a::text from audit_log a',
    )
    for (const { row } of rows) expect(row).not.toContain(token)
    expect(world.lines.join()).toContain('/publish/[secret]')
    expect(world.lines.join()).not.toContain(token)
  })

  test('opens for its own token alone, until its end', async () => {
    const { id, url } = await world.link(['mika'], video())
    expect((await fetch(`${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`)).status).toBe(404)
    expect((await fetch(`${world.hub.url}/publish/..%2f..%2fetc`)).status).toBe(404)
    expect((await fetch(`${url}/media`)).status).toBe(200)
    await world.database.pool.query('update publish_sessions set expires_at = now() where id = $1', [id])
    expect((await fetch(url)).status).toBe(410)
    expect((await fetch(`${url}/media`)).status).toBe(404)
    expect(await submit(url, said('mika'))).toMatchObject({
      status: 410,
      json: { code: 'publish_session_expired' },
    })
    expect((await world.call('GET', `/v1/publish-sessions/${id}`)).status).toBe('expired')
  })

  test('lets frame it only who was named', async () => {
    const { url } = await world.link(['mika'], { ...video(), origins: ['https://app.example.com'] })
    const { headers } = await fetch(url)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'self' https://app.example.com")
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-frame-options')).toBeNull()
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('a submission', () => {
  test('makes one post, however often and from however many windows it comes', async () => {
    const { id, url } = await world.link(['noor'], video())
    const answers = await Promise.all(Array.from({ length: 5 }, () => submit(url, said('noor'))))
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1)
    for (const { status, json } of answers)
      if (status !== 200) expect([status, json.code]).toEqual([409, 'conflict'])
    const { accounts } = await world.call('GET', `/v1/publish-sessions/${id}`)
    const { rows } = await world.database.pool.query('select id from posts where made_by = $1', [
      `publish_page:${id}`,
    ])
    expect(rows.map((row) => row.id)).toEqual([accounts[0].post_id])
    expect((await submit(url, said('noor'))).json.accounts[0].post_id).toBe(accounts[0].post_id)
  })

  test('is held against the rules, whatever the script of the page let through', async () => {
    const { url, id } = await world.link(['lane'], video())
    const rules = async (body: object) => {
      const { status, json } = await submit(url, body)
      expect(status).toBe(422)
      return json.accounts[0].errors.map(({ rule }: { rule: string }) => rule)
    }
    expect(await rules(said('lane', { agreed: [] }))).toEqual(['consent_missing'])
    expect(await rules(said('lane', { disclose: true }))).toEqual(['disclosure_empty'])
    expect(await rules(said('lane', { your_brand: true }))).toEqual(['disclosure_off'])
    const branded = { disclose: true, branded_content: true }
    expect(await rules(said('lane', branded))).toEqual(['brand_content_private', 'consent_missing'])
    expect(await rules(said('lane', {}, { privacy_level: 'FOLLOWER_OF_CREATOR' }))).toEqual([
      'privacy_level_option_mismatch',
    ])
    expect(await rules(said('lane', {}, { privacy_level: undefined }))).toEqual(['required'])
    expect(await rules(said('lane', {}, { allow_comment: true }))).toEqual(['disabled_by_creator'])
    expect(await rules(said('lane', { title: 'x'.repeat(2201) }))).toEqual(['too_long'])
    expect((await submit(url, { ...said('lane'), more: 1 })).status).toBe(400)
    expect((await submit(url, 'no json')).status).toBe(400)
    expect((await submit(url, said('mika'))).status).toBe(404)
    expect((await submit(url, said('lane'), { 'sec-fetch-site': 'cross-site' })).status).toBe(404)
    expect((await submit(url, said('lane'), { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await world.call('GET', `/v1/publish-sessions/${id}`)).accounts[0].post_id).toBeNull()
  })

  test('of a place whose holder died is taken over after a minute', async () => {
    const { id, url } = await world.link(['lane'], video())
    const hold = (age: string) =>
      world.database.pool.query(
        'update publish_session_accounts set submitted_at = now() - $2::interval where session_id = $1',
        [id, age],
      )
    await hold('5 seconds')
    expect((await submit(url, said('lane'))).status).toBe(409)
    await hold('2 minutes')
    expect((await submit(url, said('lane'))).status).toBe(200)
  })
})

describe('the same gate on the API', () => {
  const post = (options: object, more: object = {}) =>
    world
      .call('POST', '/v1/posts', {
        accounts: [world.accounts.mika],
        mode: 'direct',
        ...video(),
        options: { privacy_level: 'PUBLIC_TO_EVERYONE', ...options },
        scheduled_at: '2099-01-01T00:00:00Z'.replace('2099', String(new Date().getUTCFullYear() + 1)),
        ...more,
      })
      .catch((error) => error.json)
  const given_at = '2026-11-24T12:00:00.000Z'

  test('a consent that is said is kept with the post, and must be enough for it', async () => {
    const made = await post({}, { consent: { agreed: ['music_usage'], given_at } })
    const { id } = made.posts[0]
    expect((await world.call('GET', `/v1/posts/${id}`)).consent).toEqual({
      source: 'api',
      agreed: ['music_usage'],
      given_at,
    })
    const branded = await post({ brand_content: true }, { consent: { agreed: ['music_usage'], given_at } })
    expect(branded.errors).toMatchObject([{ field: 'consent.agreed', rule: 'consent_missing' }])
    // What was agreed to was another post.
    const change = { options: { privacy_level: 'PUBLIC_TO_EVERYONE', brand_content: true } }
    const changed = await world.call('PATCH', `/v1/posts/${id}`, change).catch((error) => error.json)
    expect(changed.errors).toMatchObject([{ rule: 'consent_missing' }])
  })

  test('a workspace may require it; drafts are agreed to in TikTok', async () => {
    const { id } = (await world.call('GET', '/v1/workspaces')).data[0]
    const require = (creator_consent_required: boolean) =>
      world.call('PATCH', `/v1/workspaces/${id}`, { creator_consent_required })
    expect((await require(true)).creator_consent_required).toBe(true)
    try {
      expect((await post({})).errors).toMatchObject([{ rule: 'consent_missing' }])
      expect((await post({}, { mode: 'draft', options: {} })).posts).toHaveLength(1)
      expect((await post({}, { consent: { agreed: ['music_usage'], given_at } })).posts).toHaveLength(1)
    } finally {
      await require(false)
    }
    const free = await post({})
    expect((await world.call('GET', `/v1/posts/${free.posts[0].id}`)).consent).toBeNull()
  })

  test('goes with the account when that is erased', async () => {
    const { id, url } = await world.link(['noor'], { ...video(), title: 'About Noor' })
    const { json } = await submit(url, said('noor'))
    const postId = json.accounts[0].post_id
    await world.call('DELETE', `/v1/connected-accounts/${world.accounts.noor}`)
    const count = async (table: string) =>
      (await world.database.pool.query(`select t::text as row from ${table} t`)).rows
        .map(({ row }) => row)
        .join()
    expect(await count('publish_sessions')).not.toContain(id)
    expect(await count('publish_session_accounts')).not.toContain(world.accounts.noor)
    expect(await count('post_consents')).not.toContain(postId)
    expect((await fetch(url)).status).toBe(404)
  })
})

test('origins are origins', () => {
  for (const good of [
    'https://a.example',
    'https://a.example:8443',
    'http://localhost:3000',
    'http://[::1]:3',
  ])
    expect(originProblem(good), good).toBeUndefined()
  for (const bad of [
    'https://a.example/',
    'https://A.example',
    'https://a.example:443',
    'https://*.example',
    "https://a.example; script-src 'unsafe-inline'",
    'http://a.example',
    'null',
    'javascript:alert(1)',
    'https://a b',
    '',
  ])
    expect(originProblem(bad), bad).toBeDefined()
})

test('ranges are read as players send them', () => {
  expect(rangeOf('bytes=0-', 10)).toEqual({ first: 0, last: 9 })
  expect(rangeOf('bytes=2-4', 10)).toEqual({ first: 2, last: 4 })
  expect(rangeOf('bytes=2-400', 10)).toEqual({ first: 2, last: 9 })
  expect(rangeOf('bytes=-3', 10)).toEqual({ first: 7, last: 9 })
  expect(rangeOf('bytes=-30', 10)).toEqual({ first: 0, last: 9 })
  expect(rangeOf('bytes=10-', 10)).toBe('unsatisfiable')
  expect(rangeOf('bytes=-0', 10)).toBe('unsatisfiable')
  for (const odd of ['bytes=4-2', 'bytes=-', 'items=0-1', 'bytes=0-1,3-4', ''])
    expect(rangeOf(odd, 10)).toBeUndefined()
})
