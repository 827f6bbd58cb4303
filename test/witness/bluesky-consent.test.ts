/** OAuth with Bluesky's own server as the judge: of the connector alone, and of a whole hub. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BlueskyConnector, blueskyLoopbackClientId, type Grant } from '@tockwork/connectors'
import { conformanceCases } from '@tockwork/connectors/conformance'
import { parseConfig, startHub } from '@tockwork/hub'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HANDLE, type OwnPds, PDS_MISSING, startOwnPds } from './own-pds.ts'

const AT = Date.UTC(2026, 10, 28, 12)
const REDIRECT = 'http://127.0.0.1:4848/connect/callback'

let pds: OwnPds
let requests = 0
let lost = false

beforeAll(async () => {
  if (PDS_MISSING === undefined) pds = await startOwnPds()
}, 120_000)
afterAll(() => pds?.stop())

const connector = new BlueskyConnector({
  client: { clientId: blueskyLoopbackClientId(REDIRECT) },
  fetch: async (input, init) => {
    requests += 1
    const response = await fetch(String(input).replace('https://plc.directory', pds.directory), init)
    // A proof that wants another nonce was refused, not lost.
    if (!lost || !String(input).endsWith('putRecord') || response.status === 401) return response
    await response.arrayBuffer()
    throw new TypeError('fetch failed', { cause: { code: 'UND_ERR_SOCKET' } })
  },
})

async function authorize(): Promise<Grant> {
  const page = connector.consentPage
  const login = { state: `state-${requests}-of-one-login`, redirectUri: REDIRECT }
  const scopes = page?.defaultScopes ?? []
  const begun = await page?.start({ ...login, scopes, identifier: pds.did })
  if (begun?.ok !== true) throw new Error(`${begun?.failure.code}: ${begun?.failure.message}`)
  const { url, secret } = begun.value
  const answer = await page?.finish((await pds.consent(url)).searchParams, { ...login, secret })
  if (answer?.ok !== true) throw new Error(`${answer?.failure.code}: ${answer?.failure.message}`)
  return answer.value
}

describe("the connector, let in by the page of Bluesky's own server", () => {
  const stage = {
    connector,
    authorize,
    publication: (key: string) => ({ key, at: AT, text: `${key} 🦋`, media: [] }),
    refused: { key: 'refused', at: AT, text: 'a'.repeat(301), media: [] },
    loseAnswers: (now: boolean) => {
      lost = now
    },
    requests: () => requests,
  }
  for (const { name, run } of conformanceCases(stage))
    test(name, async (ctx) => {
      if (PDS_MISSING !== undefined) ctx.skip(PDS_MISSING)
      await run()
    })
})

test("a hub connects, reads and posts on Bluesky's own server", async (ctx) => {
  if (PDS_MISSING !== undefined) ctx.skip(PDS_MISSING)
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-witness-'))
  const hub = await startHub(
    parseConfig({
      TOCKWORK_DATA_DIR: folder,
      TOCKWORK_HUB_PORT: '0',
      TOCKWORK_BLUESKY_TO_LOOPBACK: 'true',
      TOCKWORK_PLC_DIRECTORY: pds.directory,
      TOCKWORK_MEDIA_CHECKS: 'rules',
      TOCKWORK_LOG_LEVEL: 'error',
    }),
    // The server's own names end in .test, which no resolver knows.
    { network: { resolveTxt: async (name) => (name === `_atproto.${HANDLE}` ? [[`did=${pds.did}`]] : []) } },
  )
  try {
    const key = hub.adminKey?.reveal() ?? ''
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(hub.url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      // biome-ignore lint/suspicious/noExplicitAny: read by what is expected to be in it
      return (await answer.json()) as any
    }
    const app = await call('POST', '/v1/apps', {
      name: 'Soup',
      environment: 'production',
      platform: 'bluesky',
    })
    const session = await call('POST', '/v1/connect-sessions', { app_id: app.id })
    const gone = await fetch(`${hub.url}/connect/${session.id}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ identifier: HANDLE }),
    })
    const back = await pds.consent(gone.headers.get('location') ?? '')
    const page = await fetch(`${hub.url}${back.pathname}${back.search}`)
    expect(await page.text()).toContain('mika.test')
    const { account_id } = await call('GET', `/v1/connect-sessions/${session.id}`)
    expect(await call('GET', `/v1/connected-accounts/${account_id}`)).toMatchObject({
      platform: 'bluesky',
      external_id: pds.did,
      username: 'mika.test',
      status: 'connected',
    })
    const { posts } = await call('POST', '/v1/posts', {
      accounts: [account_id],
      mode: 'direct',
      options: { title: 'From a hub, on the real thing' },
    })
    const until = async (done: () => Promise<boolean>) => {
      for (let tries = 0; !(await done()); tries += 1) {
        if (tries > 150) throw new Error('it did not come')
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    await until(async () => (await call('GET', `/v1/posts/${posts[0].id}`)).state === 'published')
    const { post_ids } = await call('GET', `/v1/posts/${posts[0].id}`)
    const [, , repo = '', collection = '', rkey = ''] = post_ids[0].split('/')
    const query = new URLSearchParams({ repo, collection, rkey })
    const there = await fetch(`${pds.home}/xrpc/com.atproto.repo.getRecord?${query}`)
    expect(await there.json()).toMatchObject({ value: { text: 'From a hub, on the real thing' } })
    await until(
      async () => (await call('GET', `/v1/connected-accounts/${account_id}/sync`)).last_completed_at !== null,
    )
    // By an app password it is the same account.
    const again = await call('POST', '/v1/connect-sessions', { app_id: app.id })
    await fetch(`${hub.url}/connect/${again.id}`, {
      method: 'POST',
      body: new URLSearchParams({ identifier: HANDLE, password: pds.appPassword }),
    })
    expect(await call('GET', `/v1/connect-sessions/${again.id}`)).toMatchObject({
      outcome: 'connected',
      account_id,
    })
    const ended = await call('POST', `/v1/connected-accounts/${account_id}/disconnect`)
    expect(ended).toMatchObject({ status: 'disconnected' })
  } finally {
    await hub.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
