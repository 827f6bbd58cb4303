/** Uploads files through the SDK as any program does, and watches this process's memory. */
import { writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { TikTok } from '@tockwork/sdk'
import { fileSource } from '@tockwork/sdk/node'
import { answerQuestions, residentBytes } from '../worker.ts'

export interface UploadAnswer {
  seconds: number
  /** Resident bytes before the upload, and the highest during it; absent where the system does not tell. */
  before: number | undefined
  peak: number | undefined
}

/** Makes the system count the highest use from now on. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Not Linux, or not allowed: the peak is then that of the whole life, which can only be higher.
  }
}

answerQuestions({
  async upload({
    origin,
    path,
    token,
  }: {
    origin: string
    path: string
    token: string
  }): Promise<UploadAnswer> {
    const tiktok = new TikTok({
      clientKey: 'tw-demo-app',
      clientSecret: 'tw-demo-secret',
      origin,
      // Six inits a minute are allowed; rounds come faster.
      limits: { keepWindows: false },
    })
    forgetPeak()
    const before = residentBytes('self')?.now
    const from = performance.now()
    await tiktok.withToken(token).posts.publishVideo({ source: fileSource(path), privacyLevel: 'SELF_ONLY' })
    const seconds = (performance.now() - from) / 1000
    return { seconds, before, peak: residentBytes('self')?.peak }
  },
})
