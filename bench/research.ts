/** What a study costs beyond moving its bytes and writing its rows, and whether its memory grows with it. */
import { startEmulatorProcess } from './emulator-process.ts'
import { type Measurements, measured } from './measurement.ts'
import { startWorker } from './worker.ts'

/** Days that hold about as many videos as wanted, of a world of three million. */
const FULL = { from: '20250601', to: '20260731' }
/** A heap that is held small, so that a peak is what is needed and not garbage that nobody collected yet. */
const SMALL_HEAP = ['--max-old-space-size=128', '--max-semi-space-size=8']
const SHORT = { from: '20260601', to: '20260630' }

export async function measureResearch({ quick }: { quick: boolean }): Promise<Measurements> {
  const emulator = await startEmulatorProcess({
    researchVideos: quick ? 600_000 : 3_000_000,
    researchDailyRequests: 1_000_000,
    researchNotReady: 0,
  })
  const range = { origin: emulator.origin, ...(quick ? SHORT : FULL) }
  const small = { origin: emulator.origin, from: SHORT.from, to: quick ? '20260603' : '20260627' }
  try {
    // Each in a process of its own, so that a peak is that of one collection.
    const tenth = await alone<Collected>('collect', small, SMALL_HEAP)
    const held = await alone<Collected>('collect', range, SMALL_HEAP)
    const whole = await alone<Collected>('collect', range)
    const bare = await alone<{ seconds: number }>('bare', { ...range, videos: whole.videos })
    return {
      'research-collect': measured({
        unit: 'videos/s',
        what: `a study of ${whole.videos.toLocaleString('en')} videos to Parquet, every page on the disk before the next; against the same pages fetched unread and as many rows written by the Parquet library alone`,
        values: [whole.videos / whole.seconds],
        against: [whole.videos / bare.seconds],
        note: 'the emulator works on the same cores',
      }),
      'research-memory': measured({
        unit: 'MB',
        what: `highest memory of that collection with a heap of 128 MB; against one of ${tenth.videos.toLocaleString('en')} videos`,
        values: [held.peak / 1e6],
        against: [tenth.peak / 1e6],
        aim: { of: 'ratio', limit: 'most', number: 1.5 },
      }),
    }
  } finally {
    await emulator.stop()
  }
}

interface Collected {
  seconds: number
  videos: number
  peak: number
}

async function alone<T>(question: string, details: object, nodeFlags: string[] = []): Promise<T> {
  const worker = await startWorker('study', nodeFlags)
  try {
    return await worker.ask<T>(question, details)
  } finally {
    await worker.stop()
  }
}
