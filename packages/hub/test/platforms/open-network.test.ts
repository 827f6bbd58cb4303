import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNetwork } from '../../src/platforms/open-network.ts'

let inside: Server
let port: number
let hits = 0
beforeAll(async () => {
  inside = createServer(async (request, response) => {
    hits += 1
    if (request.url === '/away') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    let body = ''
    for await (const piece of request) body += piece
    response.setHeader('x-method', String(request.method)).end(`heard ${body}`)
  }).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  port = (inside.address() as AddressInfo).port
})
afterAll(() => {
  inside.closeAllConnections()
  inside.close()
})

const here = async () => [{ address: '127.0.0.1', family: 4 }]

async function causeOf(asked: Promise<Response>): Promise<unknown> {
  return asked.then(
    () => 'it answered',
    (error: TypeError) => Object(error.cause).code,
  )
}

test.each([
  ['this machine by number', 'https://127.0.0.1:1/'],
  ['an inner network', 'https://10.0.0.1/'],
  ['the data of a cloud machine', 'http://169.254.169.254/latest/meta-data/'],
  ['an inner name', 'https://database.internal/'],
  ['a name that says an inner address when it is connected to', 'https://pretty.example.com/'],
  ['no https', 'http://pds.example.com/'],
])('%s is not reached', async (_what, url) => {
  const network = openNetwork({ toLoopback: false, resolve: here })
  const before = hits
  expect(await causeOf(network.fetch(url))).toBe('ADDRESS_REFUSED')
  expect(hits).toBe(before)
  network.close()
})

test('where it is allowed, this machine is; it answers like any fetch, and is not led on', async () => {
  const network = openNetwork({ toLoopback: true, resolve: here })
  const url = `http://localhost:${port}`
  const answer = await network.fetch(`${url}/`, {
    method: 'POST',
    body: 'a question',
    headers: { 'x-a': 'b' },
  })
  expect([answer.status, answer.headers.get('x-method'), await answer.text()]).toEqual([
    200,
    'POST',
    'heard a question',
  ])
  expect(await causeOf(network.fetch(`${url}/away`))).toBe('REDIRECTED')
  const reason = new Error('enough')
  await expect(network.fetch(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  network.close()
})
