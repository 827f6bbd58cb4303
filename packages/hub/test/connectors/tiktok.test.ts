import { type ConformanceStage, conformanceCases } from '@tockwork/connectors/conformance'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { cryptoRandom, Secret, systemClock } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, test } from 'vitest'
import { DEFAULT_SCOPES } from '../../src/tiktok/capabilities.ts'
import { TikTokConnector } from '../../src/tiktok/connector.ts'
import { TikTokPlatform } from '../../src/tiktok/platform.ts'

const AT = Date.UTC(2026, 10, 28, 12)
const REDIRECT = 'http://127.0.0.1:4848/callback'
const clip = makeSampleVideo()

let emulator: Emulator
let connector: TikTokConnector

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, settings: { processingSeconds: 0, moderationSeconds: 0 } })
  const clientSecret = new Secret('tw-demo-secret')
  const [clock, random] = [systemClock, cryptoRandom]
  const app = { clientKey: 'tw-demo-app', clientSecret, origin: emulator.origin, clock, random }
  connector = new TikTokConnector({ platform: new TikTokPlatform(app), clientSecret, clock })
})

afterAll(() => emulator.close())

const stage: ConformanceStage = {
  get connector() {
    return connector
  },
  async authorize() {
    const login = { redirectUri: REDIRECT, state: 'state-of-one-login' }
    const begun = await connector.consentPage.start({ ...login, scopes: DEFAULT_SCOPES })
    if (!begun.ok) throw new Error(begun.failure.message)
    const { url, secret } = begun.value
    const callback = new URL(emulator.consent(url, 'mika'))
    const answer = await connector.consentPage.finish(callback.searchParams, { ...login, secret })
    if (!answer.ok) throw new Error(answer.failure.message)
    return answer.value
  },
  publication: (key) => ({
    key,
    at: AT,
    text: `${key} #tockwork`,
    media: [{ kind: 'video', contentType: 'video/mp4', sizeBytes: clip.byteLength, bytes: async () => clip }],
    options: { privacyLevel: 'PUBLIC_TO_EVERYONE' },
  }),
  refused: { key: 'refused', at: AT, text: 'no video', media: [], options: {} },
  settle: async () => {
    await emulator.advance(300)
  },
  loseAnswers(lost) {
    if (lost) emulator.addFault({ match: { endpoint: 'posting.initVideo' }, action: { drop: 'after' } })
    else emulator.clearFaults()
  },
  requests: () => emulator.requests().length,
}

test('TikTok behind the port of all platforms passes the suite that judges any', async () => {
  for (const { name, run } of conformanceCases(stage))
    await run().catch((cause: unknown) => {
      throw new Error(name, { cause })
    })
}, 60_000)
