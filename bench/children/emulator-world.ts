/** An emulator with as many creators as a bench wants, `creator0` and on, and the one clip that TikTok downloads. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defaultSeed, type Settings, startEmulator } from '@tockwork/emulator'
import { makeSampleVideo } from '@tockwork/media/sample'
import { answerQuestions } from '../worker.ts'

answerQuestions({
  async start({ creators, settings }: { creators: number; settings: Partial<Settings> }) {
    const usernames = Array.from({ length: creators }, (_, n) => `creator${n}`)
    const emulator = await startEmulator({
      seed: 'bench',
      settings,
      world: {
        // TikTok's cap of users who post in a day is a matter of the app's approval, not of speed.
        apps: defaultSeed.apps?.map((app) => ({ ...app, active_user_cap: creators + 1_000 })),
        creators: usernames.map((username) => ({ username, daily_post_cap: 1000 })),
      },
    })
    const clip = makeSampleVideo({ durationSec: 4 })
    const files = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': clip.length }).end(clip)
    })
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    return {
      origin: emulator.origin,
      videoUrl: `http://127.0.0.1:${(files.address() as AddressInfo).port}/clip.mp4`,
    }
  },
})
