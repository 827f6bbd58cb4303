import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { sendWebhook } from '../../src/webhooks/sender.ts'

test('a name is asked once a try, and what it said then is what is connected to', async () => {
  let hits = 0
  const inside = createServer((_request, response) => {
    hits += 1
    response.writeHead(200).end()
  }).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  const { port } = inside.address() as AddressInfo
  let asked = 0
  // Says this machine's address whatever it was before: judged by the look whose answer is connected to.
  const rebound = async () => [{ address: '127.0.0.1', family: 4 }]
  const strict = { toLoopback: false, resolve: rebound, signal: AbortSignal.timeout(5_000) }
  expect(await sendWebhook(`https://pretty.example:${port}/`, '{}', {}, strict)).toEqual({
    error: 'The name points to an internal address.',
  })
  expect(hits).toBe(0)
  // Pinned: this name leads to the test's own server at the one look it gets, and is not looked up again.
  const pinned = async () => {
    asked += 1
    return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.9', family: 4 }]
  }
  const local = { toLoopback: true, resolve: pinned, signal: AbortSignal.timeout(5_000) }
  expect(await sendWebhook(`http://localhost:${port}/`, '{}', {}, local)).toEqual({ status: 200 })
  expect([asked, hits]).toEqual([1, 1])
  inside.close()
})
