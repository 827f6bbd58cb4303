import { once } from 'node:events'
import { type AddressInfo, connect as connectSocket, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { operations, requestFor, TwoTenants } from './two-tenants.ts'

let world: TwoTenants
beforeAll(async () => {
  world = await TwoTenants.start()
}, 60_000)
afterAll(() => world?.close())
// Whatever was tried, the hub goes on, and it was never our own mistake.
afterEach(async () => {
  expect((await world.call(null, 'GET', '/healthz')).status).toBe(200)
  expect((await world.call(world.a.key, 'GET', '/v1/apps')).json.data).toHaveLength(1)
  expect(world.lines.filter((line) => line.includes('A request failed'))).toEqual([])
})

/** Bytes as they are, past every client that would put them right. */
async function raw(bytes: string | Buffer): Promise<string> {
  const { port } = new URL(world.hub.url)
  const socket = connectSocket(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await Promise.race([once(socket, 'close'), new Promise((done) => setTimeout(done, 400))])
  socket.destroy()
  return Buffer.concat(chunks).toString('latin1')
}

const statuses = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))
const auth = () => `authorization: Bearer ${world.a.key}\r\n`
const end = 'host: x\r\nconnection: close\r\n\r\n'

describe('a path', () => {
  test.each([
    '/v1/apps/..%2f..%2fmetrics',
    '/v1/apps/%2e%2e/%2e%2e/metrics',
    '/v1/../v1/apps/../../metrics',
    '/v1//apps',
    '//v1/apps',
    '/v1/apps/',
    '/V1/APPS',
    '/v1/apps/app_%00',
    '/v1/apps/%00',
    '/v1/apps/app_x%0d%0aset-cookie:%20a=b',
    '/v1/apps/app_%ff%fe',
    '/v1/apps/%zz',
    '/v1/apps/%c0%ae%c0%ae%2f',
    '/v1\\apps',
    '/v1/apps;jsessionid=1',
    '/v1/apps%2fapp_0',
    '/v1/apps/__proto__',
    '/v1/apps/constructor',
    '/v1/connected-accounts/acc_..%5c..%5c',
    `/v1/apps/${'a'.repeat(10_000)}`,
    `/v1/apps/${'%41'.repeat(400)}`,
    '/connect/..%2f..%2fv1%2fapps',
    '/connect/%00',
    '/webhooks/tiktok/..%2f..',
  ])('%s leads nowhere', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\n${auth()}${end}`)
    const [status] = statuses(answer)
    expect(status, answer.slice(0, 400)).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(answer).not.toMatch(/set-cookie|# HELP|"data":\[/i)
  })

  test.each([
    'GET http://169.254.169.254/latest HTTP/1.1',
    'CONNECT 127.0.0.1:22 HTTP/1.1',
    'GET * HTTP/1.1',
  ])('%s makes the hub no proxy', async (line) => {
    const answer = await raw(`${line}\r\n${auth()}${end}`)
    for (const status of statuses(answer)) expect(status).toBeGreaterThanOrEqual(400)
  })
})

describe('a query', () => {
  test.each([
    'limit=-1',
    'limit=1e9',
    'limit=NaN',
    'limit=1&limit=2',
    'limit[]=1',
    'limit=%00',
    'unknown=1',
    '__proto__[x]=1',
    'cursor=..%2f',
    'cursor=%00',
    `cursor=${'a'.repeat(5_000)}`,
    'cursor=eyJpZCI6Inh4In0',
    "cursor='%20or%201=1--",
  ])('?%s is refused', async (query) => {
    const { status, json } = await world.call(world.a.key, 'GET', `/v1/apps?${query}`)
    expect([status, json.code]).toEqual([
      400,
      query.startsWith('cursor') ? expect.stringMatching(/^invalid_(cursor|request)$/) : 'invalid_request',
    ])
  })

  test('that holds SQL is text like any other', async () => {
    for (const evil of ["x' or '1'='1", 'x"; drop table apps; --', '\\x00', '$1', '%s'])
      for (const path of ['/v1/connected-accounts?external_user_id=', '/v1/audit-log?subject=']) {
        const { status, json } = await world.call(world.a.key, 'GET', path + encodeURIComponent(evil))
        expect([200, 400]).toContain(status)
        if (status === 200) expect(json.data).toEqual([])
      }
  })
})

describe('headers', () => {
  const body = '{"name":"x"}'
  const post = (headers: string, content = body): Promise<string> =>
    raw(
      `POST /v1/apps HTTP/1.1\r\nhost: x\r\n${auth()}content-type: application/json\r\nconnection: close\r\n${headers}\r\n\r\n${content}`,
    )

  test.each([
    ['one that is huge', `x-big: ${'a'.repeat(40_000)}`],
    ['very many', Array.from({ length: 3_000 }, (_value, at) => `x-${at}: a`).join('\r\n')],
    ['a null byte', 'x-null: a\0b'],
    ['a bare line feed', 'x-lf: a\nx-injected: b\rc'],
    ['a name with a space', 'x bad: a'],
    ['a name with a colon before it', ': a'],
    ['two lengths', `content-length: ${body.length}\r\ncontent-length: 2`],
    ['a length and chunks', `content-length: ${body.length}\r\ntransfer-encoding: chunked`],
    ['chunks of an unknown kind', 'transfer-encoding: chunked, identity'],
    ['a length that is no number', 'content-length: 0x10'],
    ['a negative length', 'content-length: -1'],
  ])('%s: refused, and nothing is smuggled behind', async (_what, headers) => {
    const smuggled = `GET /v1/api-keys HTTP/1.1\r\n${auth()}${end}`
    const answer = await post(headers, `${body}${smuggled}`)
    for (const status of statuses(answer)) {
      expect(status, answer.slice(0, 300)).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
    expect(answer).not.toContain('"data":[')
  })

  test('two keys are none', async () => {
    const answer = await raw(
      `GET /v1/apps HTTP/1.1\r\n${auth()}authorization: Bearer ${world.b.key}\r\n${end}`,
    )
    // Node keeps the first of them; were it another, a proxy in front could check one and we the other.
    expect(statuses(answer)[0] === 401 || answer.includes(world.a.ids.app_id ?? '-')).toBe(true)
    expect(answer).not.toContain(world.b.ids.app_id ?? '-')
    for (const header of [
      'Basic dXNlcjpwYXNz',
      `bearer${world.a.key}`,
      `Bearer  ${world.a.key} x`,
      `Bearer ${world.a.key},${world.b.key}`,
    ])
      expect((await world.call(null, 'GET', '/v1/apps', undefined, { authorization: header })).status).toBe(
        401,
      )
  })

  test('forwarded ones are not believed, without a proxy that was named', async () => {
    await world.call(world.a.key, 'GET', '/v1/apps', undefined, {
      'x-forwarded-for': '203.0.113.99',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      host: 'evil.example',
    })
    expect(world.lines.join('')).not.toContain('203.0.113.99')
    const session = await world.must(
      world.a.key,
      'POST',
      '/v1/connect-sessions',
      { app_id: world.a.ids.app_id },
      { 'x-forwarded-host': 'evil.example' },
    )
    expect(session.url).not.toContain('evil.example')
  })

  test('of a browser’s other site get no permission to read anything', async () => {
    const { headers } = await world.call(world.a.key, 'GET', '/v1/apps', undefined, {
      origin: 'https://evil.example',
    })
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })

  test('an HTTP version, a method, or bytes that are none', async () => {
    for (const bytes of [
      'GET /healthz HTTP/9.9\r\n\r\n',
      'HACK / HTTP/1.1\r\nhost: x\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01',
      '\0'.repeat(500),
    ])
      for (const status of statuses(await raw(bytes))) expect(status).toBeGreaterThanOrEqual(400)
  })
})

// Those of whoever runs the installation are refused to a tenant before the body is looked at.
const withJson = operations.filter(
  ({ body, scope }) => body !== undefined && body !== 'stream' && scope !== 'workspaces:write',
)

describe('a body', () => {
  test.each(withJson.map((operation) => [operation.id, operation] as const))(
    '%s: of more than 1 MiB, of another type, or no JSON at all',
    async (_id, operation) => {
      const { a } = world
      const { path } = requestFor(operation, a.ids)
      const before = await world.stored()
      const send = (content: string | Buffer, type = 'application/json') =>
        world.call(a.key, operation.method, path, new Uint8Array(Buffer.from(content)), {
          'content-type': type,
        })
      const big = await send(JSON.stringify({ name: 'x'.repeat(2 ** 20) }))
      expect([big.status, big.json?.code]).toEqual([413, 'body_too_large'])
      for (const type of [
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json5',
        'nonsense',
      ])
        expect([415, 400], type).toContain((await send('{"name":"x"}', type)).status)
      for (const content of [
        '{',
        'nul',
        '[1,]',
        '"text"',
        '1',
        'null',
        '[]',
        '{"a":1}{"b":2}',
        '{"__proto__":{"scopes":["posts:write"]}}',
        '{"constructor":{"prototype":{"x":1}}}',
        '{"unknown_field":1}',
        '\uFEFF{',
      ])
        expect([400, 422], content).toContain((await send(content)).status)
      expect((await send(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))).json?.code).toBe(
        'malformed_json',
      )
      expect((await send(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)).status).toBe(400)
      expect((await send(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).status).toBe(400)
      expect(await world.stored()).toEqual(before)
    },
  )

  test('that is compressed is not blown up', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20, 32))
    const answer = await world.call(world.a.key, 'POST', '/v1/apps', bomb, {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
    expect([400, 413, 415]).toContain(answer.status)
  })

  test('with texts that a database cannot hold, or that are longer than their field, is refused by name', async () => {
    for (const name of ['', 'x'.repeat(5_000), 'nul\0byte', '\ud800', 'line\u0000']) {
      const { status, json } = await world.call(world.a.key, 'POST', '/v1/workspaces', { name })
      expect([status >= 400 && status < 500, json.code !== 'internal'], JSON.stringify(name)).toEqual([
        true,
        true,
      ])
      const app = await world.call(world.a.key, 'PATCH', `/v1/apps/${world.a.ids.app_id}`, { name })
      expect([app.status, app.json.code], JSON.stringify(name)).toEqual([400, 'invalid_request'])
    }
  })

  test('of an upload is bounded while it flows, and one that is broken off leaves nothing', async () => {
    const before = await world.stored()
    const answer = await raw(
      `POST /v1/assets?name=x.mp4 HTTP/1.1\r\nhost: x\r\n${auth()}content-type: application/octet-stream\r\ncontent-length: 99999999999999\r\n\r\nabc`,
    )
    for (const status of statuses(answer)) expect(status).toBeGreaterThanOrEqual(400)
    await raw(
      `POST /v1/assets?name=..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: x\r\n${auth()}content-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n`,
    )
    expect(await world.stored()).toEqual(before)
  })
})

describe('addresses that are given to the hub', () => {
  const INSIDE = [
    'http://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/x.mp4',
    'https://[::1]/x.mp4',
    'https://[::ffff:10.0.0.1]/x.mp4',
    'https://2130706433/x.mp4',
    'file:///etc/passwd',
    'ftp://example.com/x.mp4',
    'gopher://127.0.0.1:25/x',
    'https://user:pass@example.com/x.mp4',
  ]

  test('for webhooks lead inside nowhere', async () => {
    for (const url of INSIDE) {
      const made = await world.call(world.a.key, 'POST', '/v1/webhook-endpoints', { url })
      expect([made.status, made.json.code], url).toEqual([422, 'webhook_url_refused'])
      const changed = await world.call(
        world.a.key,
        'PATCH',
        `/v1/webhook-endpoints/${world.a.ids.endpoint_id}`,
        { url },
      )
      expect([changed.status, changed.json.code], url).toEqual([422, 'webhook_url_refused'])
    }
  })

  test('for media lead inside nowhere: TikTok fetches those of posts, and an import goes to public addresses only', async () => {
    let hits = 0
    const inside = createTcpServer((socket) => {
      hits += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(inside, 'listening')
    const { port } = inside.address() as AddressInfo
    const accounts = [world.a.ids.account_id]
    const scheduled_at = '2027-06-02T10:00:00Z'
    const ours = [
      `https://127.0.0.1:${port}/x.mp4`,
      `https://localhost:${port}/x.mp4`,
      `https://[::ffff:127.0.0.1]:${port}/`,
    ]
    for (const url of [...INSIDE, ...ours]) {
      for (const media of [{ video: { url } }, { photos: { urls: [url] } }])
        await world.call(world.a.key, 'POST', '/v1/posts', {
          accounts,
          mode: 'draft',
          scheduled_at,
          ...media,
        })
      const { status, text } = await world.call(world.a.key, 'POST', '/v1/assets/import', { url })
      expect(status, `${url} ${text}`).toBeGreaterThanOrEqual(400)
      expect(status, `${url} ${text}`).toBeLessThan(500)
    }
    expect(hits).toBe(0)
    inside.close()
  })

  test('to return to are https, or this machine, and carry nothing but what was agreed', async () => {
    for (const return_url of [
      'javascript:alert(1)',
      'http://example.com/',
      '//evil.example',
      'https://u:p@example.com/',
      'https://example.com/#x',
      'data:text/html,x',
      'https://',
      'https:///evil.example',
      'https:\\\\evil.example',
      ' ',
      'HTTPS:evil',
      'https://example.com/\r\nset-cookie:a=b',
      'https://exa\tmple.com/',
      `https://example.com/${'a'.repeat(3_000)}`,
    ]) {
      const { status, json } = await world.call(world.a.key, 'POST', '/v1/connect-sessions', {
        app_id: world.a.ids.app_id,
        return_url,
      })
      expect([status, json.field ?? json.errors?.[0]?.field], return_url).toEqual([400, 'return_url'])
    }
  })
})
