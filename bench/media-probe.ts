/** How long it takes to say what a file of four gigabytes is, and whether TikTok takes it. */
import { mkdtempSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mediaProfiles } from '@tockwork/contracts'
import { checkMedia, probe } from '@tockwork/media'
import { makeSamplePhoto, writeSampleVideo } from '@tockwork/media/sample'
import { type Measurements, measured } from './measurement.ts'
import { writeLargeWebm } from './media-probe/large-webm.ts'

const AIM = { of: 'value', limit: 'most', number: 50 } as const
const FOUR_GIB = 4 * 2 ** 30
const PHOTO_BYTES = 20 * 2 ** 20
/** At 30 frames a second for ten minutes: a little under 4 GiB. */
const WEBM = { seconds: 600, framesASecond: 30, bytesAFrame: 220_000 }

export async function measureMediaProbe({ quick }: { quick: boolean }): Promise<Measurements> {
  const folder = mkdtempSync(join(tmpdir(), 'media-probe-'))
  const path = (name: string) => join(folder, name)
  await writeSampleVideo(path('front.mp4'), { durationSec: 600, padToBytes: FOUR_GIB })
  await writeSampleVideo(path('back.mov'), {
    durationSec: 600,
    frameRate: 60,
    container: 'mov',
    moovLast: true,
    padToBytes: FOUR_GIB,
  })
  await writeLargeWebm(path('clusters.webm'), { ...WEBM, live: false })
  await writeLargeWebm(path('live.webm'), { ...WEBM, live: true })
  // Phones put things behind a picture, so that its end is not among the last bytes.
  await writeFile(path('photo.jpg'), padded(makeSamplePhoto({ width: 4000, height: 3000 })))

  const files = [
    ['media-probe-mp4', 'front.mp4', '4 GiB MP4 of 10 min, header first'],
    ['media-probe-mov', 'back.mov', '4 GiB MOV of 10 min at 60 frames a second, header last'],
    ['media-probe-webm', 'clusters.webm', 'WebM of 4.0 GB and 10 min'],
    ['media-probe-webm-live', 'live.webm', 'live WebM of 4.0 GB and 10 min, without sizes and index'],
    ['media-probe-photo', 'photo.jpg', '20 MiB JPEG'],
  ] as const
  const rounds = quick ? 5 : 21
  const measurements: Measurements = {}
  for (const [name, file, what] of files) {
    const { values, against } = await race(
      rounds,
      () => probe({ kind: 'file', path: path(file) }),
      path(file),
    )
    const floor = 'reading 64 KiB at both ends'
    measurements[name] = measured({
      unit: 'ms',
      what: `probe of a ${what}; against ${floor}`,
      values,
      against,
      aim: AIM,
    })
  }
  const rules = { video: mediaProfiles['direct-post'].rules }
  const check = () => checkMedia({ kind: 'file', path: path('front.mp4') }, { rules, watermarks: false })
  measurements['media-check-rules'] = measured({
    unit: 'ms',
    what: 'rules and provenance of the 4 GiB MP4; against reading 64 KiB at both ends',
    ...(await race(rounds, check, path('front.mp4'))),
    aim: AIM,
  })
  return measurements
}

async function race(rounds: number, look: () => Promise<unknown>, path: string) {
  const values: number[] = []
  const against: number[] = []
  // The first run compiles, which a service does once and a command always: it is left out here.
  await look()
  for (let round = 0; round < rounds; round++) {
    values.push(await timed(look))
    against.push(await timed(() => readEnds(path)))
  }
  return { values, against }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

async function readEnds(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(64 * 2 ** 10)
    await file.read(bytes, 0, bytes.length, 0)
    await file.read(bytes, 0, bytes.length, Math.max(0, size - bytes.length))
  } finally {
    await file.close()
  }
}

function padded(jpeg: Uint8Array): Uint8Array {
  const out = new Uint8Array(PHOTO_BYTES)
  out.set(jpeg)
  return out
}
