/**
 * Receives TikTok's webhooks with node:http, checks their signatures, and tells what happened.
 *
 *   npx node examples/webhook-receiver.ts                # then set the printed address as the app's webhook URL
 *
 * Environment: TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, PORT.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TikTok } from '@tockwork/sdk'

const { env } = process
const tiktok = new TikTok({
  clientKey: env.TIKTOK_CLIENT_KEY ?? 'tw-demo-app',
  clientSecret: env.TIKTOK_CLIENT_SECRET ?? 'tw-demo-secret',
})

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    // The signature covers the raw bytes: verify before anything parses them.
    const event = await tiktok.webhooks.verify({
      body: Buffer.concat(chunks),
      signature: String(request.headers['tiktok-signature'] ?? ''),
    })
    // TikTok may deliver an event more than once: what you do with it must bear that.
    if (event.type === 'post.publish.failed') console.log(`failed: ${event.content.reason}`)
    else console.log(`${event.event}: ${JSON.stringify(event.content)}`)
    response.end('ok')
  } catch (error) {
    console.log(`refused: ${(error as Error).message}`)
    response.writeHead(401).end()
  }
})
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`)
})
