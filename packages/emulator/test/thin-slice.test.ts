import { createHash } from 'node:crypto'
import { makeSampleVideo } from '@tockwork/media/sample'
import { expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'

test('a plain HTTP client logs in, uploads a real MP4 and sees it published', async () => {
  await using emulator = await startEmulator({ frozen: true, seed: 'thin', now: '2026-11-24T12:00:00Z' })
  const at = emulator.origin
  const verifier = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG'
  const challenge = createHash('sha256').update(verifier).digest('hex')
  const redirectUri = 'http://127.0.0.1:9999/callback'
  const authorizeUrl = `${at}/v2/auth/authorize/?client_key=tw-demo-app&response_type=code&scope=user.info.basic,video.publish,video.list&redirect_uri=${encodeURIComponent(redirectUri)}&state=s1&code_challenge=${challenge}&code_challenge_method=S256`

  const form = await fetch(authorizeUrl)
  expect(await form.text()).toContain('Post content to TikTok')
  const granted = await fetch(authorizeUrl, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams([
      ['decision', 'allow'],
      ['creator', 'mika'],
      ['scope', 'video.publish'],
      ['scope', 'video.list'],
    ]),
  })
  const back = new URL(granted.headers.get('location') ?? '')
  expect(back.searchParams.get('state')).toBe('s1')
  expect(back.searchParams.get('scopes')).toBe('user.info.basic,video.publish,video.list')

  const token = (await (
    await fetch(`${at}/v2/oauth/token/`, {
      method: 'POST',
      body: new URLSearchParams({
        client_key: 'tw-demo-app',
        client_secret: 'tw-demo-secret',
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    })
  ).json()) as { access_token: string }
  expect(token).toMatchObject({
    token_type: 'Bearer',
    expires_in: 86400,
    scope: 'user.info.basic,video.publish,video.list',
  })

  const call = async (
    path: string,
    body: unknown,
  ): Promise<{ data: Record<string, unknown>; error: { code: string } }> =>
    (await (
      await fetch(at + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json()) as never
  const clip = makeSampleVideo()
  const init = await call('/v2/post/publish/video/init/', {
    post_info: { title: 'hello #world', privacy_level: 'PUBLIC_TO_EVERYONE' },
    source_info: {
      source: 'FILE_UPLOAD',
      video_size: clip.length,
      chunk_size: clip.length,
      total_chunk_count: 1,
    },
  })
  expect(init.error.code).toBe('ok')
  const put = await fetch(init.data.upload_url as string, {
    method: 'PUT',
    headers: { 'content-type': 'video/mp4', 'content-range': `bytes 0-${clip.length - 1}/${clip.length}` },
    body: clip as Uint8Array<ArrayBuffer>,
  })
  expect(put.status).toBe(201)
  const status = () => call('/v2/post/publish/status/fetch/', { publish_id: init.data.publish_id })
  expect((await status()).data).toMatchObject({ status: 'PROCESSING_UPLOAD', uploaded_bytes: clip.length })
  await emulator.advance(10)
  const done = await status()
  expect(done.data.status).toBe('PUBLISH_COMPLETE')
  expect(done.data.publicaly_available_post_id).toHaveLength(1)
  const list = await call('/v2/video/list/?fields=id,title', { max_count: 3 })
  expect((list.data.videos as { title: string }[])[0]?.title).toBe('hello #world')
})
