/**
 * Logs a creator in and posts a video, from the consent page to PUBLISH_COMPLETE.
 *
 *   npm start                                            # in another terminal
 *   npx tockwork sample clip.mp4
 *   npx node examples/login-and-post.ts clip.mp4
 *
 * Environment: TOCKWORK_TIKTOK_ORIGIN (default: the emulator), TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, PORT.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryTokenStore, TikTok } from '@tockwork/sdk'
import { fileSource } from '@tockwork/sdk/node'

const { env } = process
const file = process.argv[2] ?? 'clip.mp4'

// The address that TikTok sends the user back to; it is registered with the app.
const server = createServer().listen(Number(env.PORT ?? 0), '127.0.0.1')
await once(server, 'listening')
const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`

const tiktok = new TikTok({
  clientKey: env.TIKTOK_CLIENT_KEY ?? 'tw-demo-app',
  clientSecret: env.TIKTOK_CLIENT_SECRET ?? 'tw-demo-secret',
  redirectUri,
  tokens: new MemoryTokenStore(), // FileTokenStore from @tockwork/sdk/node keeps them
  origin: env.TOCKWORK_TIKTOK_ORIGIN ?? 'http://localhost:4646',
})

const started = await tiktok.auth.start({ scopes: ['user.info.basic', 'video.publish'] })
console.log(`Open ${started.url}`)
const [request, response] = await once(server, 'request')
response.end('Thank you. You can close this page.')
server.close()
const grant = await tiktok.auth.finish(new URL(request.url, redirectUri).href, started)

const creator = tiktok.as(grant.openId)
const { creator_nickname, privacy_level_options } = await creator.posts.creatorInfo()
console.log(`Posting as ${creator_nickname}, who may choose ${privacy_level_options.join(', ')}`)

const post = await creator.posts.publishVideo({
  source: await fileSource(file),
  title: 'Hello #tockwork',
  privacyLevel: 'SELF_ONLY',
  onProgress: ({ sentBytes, totalBytes }) => console.log(`${sentBytes} of ${totalBytes} bytes`),
})
const { status } = await post.completed()
console.log(`${post.publishId}: ${status}`)
