/** The whole way to a published post, as steps that any client can take: hosts and paths are TikTok's own. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { makeSampleVideo } from '@tockwork/media/sample'
import { type Emulator, type EmulatorOptions, type EmulatorProxy, startEmulator } from '../src/index.ts'

export const run = promisify(execFile)

export const REDIRECT = 'https://example.com/callback'
export const APP = { client_key: 'tw-demo-app', client_secret: 'tw-demo-secret' }
const SCOPES = ['user.info.basic', 'user.info.profile', 'video.list', 'video.publish', 'video.upload']
export const AUTHORIZE = `https://www.tiktok.com/v2/auth/authorize/?${new URLSearchParams({
  client_key: APP.client_key,
  response_type: 'code',
  scope: SCOPES.join(','),
  redirect_uri: REDIRECT,
  state: 'state-1',
})}`

/** The consent form as a browser sends it back. */
export const CONSENT = new URLSearchParams([
  ['decision', 'allow'],
  ['creator', 'mika'],
  ...SCOPES.map((scope) => ['scope', scope]),
] as [string, string][]).toString()

export const clip = makeSampleVideo()

export const initBody = JSON.stringify({
  post_info: { title: 'through the proxy', privacy_level: 'PUBLIC_TO_EVERYONE' },
  source_info: {
    source: 'FILE_UPLOAD',
    video_size: clip.length,
    chunk_size: clip.length,
    total_chunk_count: 1,
  },
})

/** An emulator with a proxy beside it; posts are through at once, so that clients in other processes need not wait. */
export async function proxiedEmulator(
  options: EmulatorOptions = {},
): Promise<{ emulator: Emulator; proxy: EmulatorProxy }> {
  const emulator = await startEmulator({
    proxyPort: 0,
    seed: 'proxy',
    ...options,
    settings: { processingSeconds: 0, moderationSeconds: 0, ...options.settings },
  })
  if (emulator.proxy === undefined) throw new Error('no proxy was started')
  return { emulator, proxy: emulator.proxy }
}

/** Whether a program is on this machine. */
export async function has(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  )
}
