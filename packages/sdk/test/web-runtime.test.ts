/** The build for Bun, Deno, edge and browsers, run where nothing but Web globals exists. */

import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { rolldown } from 'rolldown'
import { describe, expect, test } from 'vitest'
import { fakeServer, ok, tokens } from './fake-server.ts'

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))
const webGlobals = {
  AbortController,
  AbortSignal,
  Blob,
  btoa,
  clearTimeout,
  crypto,
  fetch,
  Headers,
  ReadableStream,
  Request,
  Response,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  Uint8Array,
  Uint32Array,
  ArrayBuffer,
  Promise,
  Error,
}

async function webBuild(condition: string): Promise<string> {
  const bundle = await rolldown({
    input: entry,
    platform: 'neutral',
    resolve: { conditionNames: [condition, 'node', 'import', 'default'] },
  })
  const { output } = await bundle.generate({ format: 'iife', name: 'sdk', minify: true })
  await bundle.close()
  expect(output[0].imports).toEqual([])
  return output[0].code
}

describe.each(['bun', 'deno', 'workerd', 'edge-light', 'browser'])('the condition %s', (condition) => {
  test('logs in and calls without anything of Node', async () => {
    await using server = await fakeServer(({ path }) =>
      path === '/v2/oauth/token/' ? tokens() : ok({ user: { open_id: 'user-1' } }),
    )
    const answer = await runInNewContext(
      `${await webBuild(condition)}
      ;(async () => {
        if (typeof process !== 'undefined' || typeof Buffer !== 'undefined') throw new Error('this is Node')
        const tiktok = new sdk.TikTok({ clientKey: 'k', clientSecret: 's', redirectUri: 'https://example.com/callback', origin })
        const started = await tiktok.auth.start({ scopes: ['user.info.basic'] })
        await tiktok.auth.finish('?code=c&state=' + started.state, started)
        return tiktok.as('user-1').user.info(['open_id'])
      })()`,
      { ...webGlobals, origin: server.origin },
    )
    expect(answer).toEqual({ open_id: 'user-1' })
    expect(server.requests).toHaveLength(2)
  })
})
