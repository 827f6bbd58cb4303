/**
 * Where the hub sends its webhooks: a process of its own that is never killed, writes down what comes, and answers as
 * badly as receivers do until it is told to be calm. It ends with whoever started it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { seededRandom } from '@tockwork/kernel'
import type { Arrival } from '../webhook-verdict.ts'

const { seed } = JSON.parse(process.argv[2] ?? '{}') as { seed: number }
const random = seededRandom(seed)
const arrivals: Arrival[] = []
let secret: Buffer | undefined
let calm = false

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    return
  }
  const body = Buffer.concat(chunks).toString('utf8')
  switch (request.url) {
    case '/_secret':
      secret = Buffer.from(body.replace('whsec_', ''), 'base64')
      return void response.end()
    case '/_calm':
      calm = true
      return void response.end()
    case '/_arrivals':
      return void response.end(JSON.stringify(arrivals))
    default:
      take(request, response, body)
  }
})

/** An event counts as taken once it is written down and answered with 2xx, whether the sender hears that or not. */
function take(request: IncomingMessage, response: ServerResponse, body: string): void {
  const chance = calm ? 1 : random.next()
  if (chance < 0.05) return void response.writeHead(500).end()
  if (chance < 0.07) return void request.socket.destroy()
  arrivals.push(arrivalOf(request, body))
  if (chance < 0.1) return void request.socket.destroy()
  const slow = chance < 0.14 ? random.next() * 2_000 : 0
  setTimeout(() => response.writeHead(204).end(), slow)
}

function arrivalOf({ headers }: IncomingMessage, body: string): Arrival {
  const { id, type, data } = JSON.parse(body) as { id: string; type: string; data: Record<string, unknown> }
  const text = (name: string): string | null => {
    const value = data[name]
    return typeof value === 'string' ? value : null
  }
  return {
    id,
    type,
    account: text('account_id'),
    post: text('post_id'),
    from: text('from'),
    to: text('state'),
    postIds: Array.isArray(data.post_ids) ? (data.post_ids as string[]) : [],
    signed: isSigned(headers, body),
  }
}

/** Standard Webhooks: HMAC-SHA256 over id, time and body. */
function isSigned(headers: IncomingMessage['headers'], body: string): boolean {
  if (secret === undefined) return false
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = Buffer.from(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
  return String(headers['webhook-signature'])
    .split(' ')
    .map((one) => Buffer.from(one))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected))
}

process.once('SIGTERM', () => process.exit(0))
process.once('disconnect', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  process.send?.({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
