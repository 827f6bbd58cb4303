import { conformanceCases } from '@tockwork/connectors/conformance'
import { startEmulator } from '@tockwork/emulator'
import { cryptoRandom, Secret, systemClock } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { BUSINESS_SCOPES, BusinessConnector } from '../../src/tiktok/business-connector.ts'

const login = { redirectUri: 'https://example.com/callback', state: 'state-of-one-login' }

async function world() {
  // How often it may be called is the client's own care; here it would cost seconds.
  const emulator = await startEmulator({ port: 0, frozen: true, settings: { rateLimits: false } })
  const connector = new BusinessConnector({
    appId: '7000000000000000001',
    appSecret: new Secret('tw-business-secret'),
    origin: emulator.origin,
    clock: systemClock,
    random: cryptoRandom,
    keepWindows: false,
  })
  const authorize = async (scopes: readonly string[] = BUSINESS_SCOPES) => {
    const [page] = connector.authorization
    const begun = await page?.start({ ...login, scopes })
    if (begun?.ok !== true) throw new Error('no consent')
    const { url, secret } = begun.value
    const callback = new URL(emulator.consent(url, 'mika'))
    const answer = await page?.finish(callback.searchParams, { ...login, secret })
    if (answer?.ok !== true) throw new Error(answer?.failure.message)
    return answer.value
  }
  return { emulator, connector, authorize }
}

test('TikTok API for Business behind the port passes the suite that judges any', async () => {
  const { emulator, connector, authorize } = await world()
  await using _ = emulator
  const publication = (key: string) => ({ key, at: 0, text: '', media: [] })
  const stage = {
    connector,
    authorize,
    publication,
    refused: publication('refused'),
    loseAnswers: () => {},
    requests: () => emulator.requests().length,
  }
  for (const { name, run } of conformanceCases(stage))
    await run().catch((cause: unknown) => {
      throw new Error(name, { cause })
    })
}, 60_000)

test('replies come with their comments, the audience in shares; what was not granted is not asked for', async () => {
  const { emulator, connector, authorize } = await world()
  await using _ = emulator
  const { reading } = connector
  const grant = await authorize()
  const page = await reading.contents(grant)
  const [content] = page.ok ? page.value.contents : []
  const read = await reading.comments?.(grant, content?.id ?? '')
  const comments = read?.ok === true ? read.value.comments : []
  expect(comments.length).toBeGreaterThan(30)
  const ids = new Set(comments.map(({ id }) => id))
  const replies = comments.filter(({ parentId }) => parentId !== null)
  expect(replies.length).toBeGreaterThan(0)
  expect(replies.every(({ parentId }) => ids.has(parentId ?? ''))).toBe(true)
  const shares = await reading.audience?.(grant)
  const countries = shares?.ok === true ? shares.value.filter(({ dimension }) => dimension === 'country') : []
  expect(countries.length).toBe(10)
  expect(countries.every(({ share }) => share > 0 && share < 1)).toBe(true)
  const little = await authorize(['user.info.basic'])
  const before = emulator.requests().length
  expect(await reading.audience?.(little)).toEqual({ ok: true, value: [] })
  expect(await reading.contents(little)).toEqual({ ok: true, value: { contents: [] } })
  expect(emulator.requests().length).toBe(before)
  expect(await reading.profile(little)).toMatchObject({
    ok: true,
    value: { displayName: 'Mika', followers: null },
  })
})
