import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeVideo, probe } from '../src/index.ts'
import { writeSampleVideo } from '../src/sample/index.ts'
import { ascii, box, concat, u32 } from '../src/sample/mp4-writer.ts'
import { videoRules } from './rules.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-media-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Generous, since test machines are busy. */
const SOON_MS = 5000
const LITTLE_BYTES = 64 * 2 ** 20

async function timed(path: string) {
  const before = process.memoryUsage()
  const begun = performance.now()
  const info = await probe({ kind: 'file', path })
  const elapsed = performance.now() - begun
  const after = process.memoryUsage()
  expect(elapsed).toBeLessThan(SOON_MS)
  expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(
    LITTLE_BYTES,
  )
  return info
}

test('4 GiB are looked at in a moment, and are exactly allowed', async () => {
  const path = join(folder, 'big.mp4')
  expect(await writeSampleVideo(path, { padToBytes: 4 * 2 ** 30 })).toBe(4 * 2 ** 30)
  const info = await timed(path)
  expect(info).toMatchObject({ sizeBytes: 4 * 2 ** 30, problems: [], durationSec: 5 })
  expect(judgeVideo(info, videoRules)).toEqual([])
})

test('one box more than 4 GiB has a 64-bit size, and is too large', async () => {
  const path = join(folder, 'bigger.mp4')
  await writeSampleVideo(path, { padToBytes: 5 * 2 ** 30 })
  const info = await timed(path)
  expect(info.problems).toEqual([])
  expect(judgeVideo(info, videoRules).map((finding) => finding.rule)).toEqual(['file-size'])
})

test('a movie header of 3 GiB is not taken into memory', async () => {
  const path = join(folder, 'header.mp4')
  const ftyp = box('ftyp', ascii('isom'), u32(0))
  writeFileSync(path, concat(ftyp, u32(3 * 2 ** 30), ascii('moov')))
  truncateSync(path, ftyp.length + 3 * 2 ** 30)
  expect((await timed(path)).problems).toMatchObject([{ code: 'too-complex' }])
})

test('three million tiny boxes end the walk', async () => {
  const tiny = new Uint8Array(24 * 2 ** 20)
  for (let at = 0; at < tiny.length; at += 8) tiny.set([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65], at)
  const begun = performance.now()
  const info = await probe({ kind: 'bytes', bytes: tiny })
  expect(performance.now() - begun).toBeLessThan(10 * SOON_MS)
  expect(info.problems).toMatchObject([{ code: 'too-complex' }])
})

test('a path that is no file is the caller’s mistake, an abort is an abort', async () => {
  await expect(probe({ kind: 'file', path: join(folder, 'missing.mp4') })).rejects.toMatchObject({
    code: 'usage',
  })
  await expect(probe({ kind: 'file', path: folder })).rejects.toMatchObject({ code: 'usage' })
  const bytes = new Uint8Array(100)
  await expect(
    probe({ kind: 'bytes', bytes }, { signal: AbortSignal.abort(new Error('enough')) }),
  ).rejects.toThrow('enough')
})
