import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock, systemClock } from '@tockwork/kernel'
import { openFrameSource, probe } from '@tockwork/media'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LookTask } from '../../src/originality/look.ts'
import { MediaLooker } from '../../src/originality/media-looker.ts'
import { LookFailedError, WorkerLooker } from '../../src/originality/worker-looker.ts'
import { PaintedFrames } from './painted-frames.ts'

let folder: string
const PATH = process.env['PATH'] ?? ''
/** ffmpeg, or the decoder that came with the repository; on a machine with neither the painted one stands in. */
const real = (await openFrameSource({ env: process.env })).source

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-look-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function taskOf(name: string, bytes: Uint8Array): Promise<LookTask> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  const info = await probe({ kind: 'file', path })
  return { path, info, watermarks: false, ownHandles: [], brandWords: [] }
}

describe('looking in a thread of its own', () => {
  it.skipIf(real === undefined)(
    'finds a clip that was made smaller, and shows both',
    async () => {
      await using looker = new WorkerLooker({ env: { PATH }, clock: systemClock })
      const original = await taskOf('one.mp4', makeSampleVideo({ durationSec: 6, seed: 3 }))
      const first = await looker.look(original)
      expect(first.report).toMatchObject({ decoder: real?.name, watermarks: [], aiSigns: [] })
      const data = first.fingerprint ?? new Uint8Array()
      await looker.add('ws_a', [{ assetId: 'ast_one', data }], 1)
      expect(await looker.indexedUpTo('ws_a')).toBe(1)

      const smaller = makeSampleVideo({ durationSec: 6, seed: 3, width: 540, height: 960, moovLast: true })
      const copy = await taskOf('two.mp4', smaller)
      const second = await looker.look(copy)
      expect(await looker.near('ws_a', second.id)).toEqual(['ast_one'])
      expect(await looker.near('ws_b', second.id)).toEqual([])
      const [match] = await looker.compare(second.id, [{ assetId: 'ast_one', data }])
      expect(match).toMatchObject({ assetId: 'ast_one' })
      const shown = await looker.sideBySide({ one: copy, other: original, moments: [[1, 1]] })
      expect(
        Buffer.from(shown[0] ?? [])
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG')
      // Of a look that is over nothing is compared by mistake.
      await expect(looker.near('ws_a', first.id)).rejects.toThrow(LookFailedError)
    },
    60_000,
  )

  it('says why when nothing decodes, and when the file is gone', async () => {
    await using looker = new WorkerLooker({
      env: { PATH: folder, TOCKWORK_FFMPEG: join(folder, 'no-ffmpeg') },
      clock: systemClock,
    })
    const task = await taskOf('three.mp4', makeSampleVideo({ durationSec: 4 }))
    const { report, fingerprint } = await looker.look(task)
    expect([report.decoder, fingerprint]).toEqual([null, undefined])
    expect(report.skipped[0]).toMatch(/not compared with earlier uploads: TOCKWORK_FFMPEG/)
    await expect(looker.look({ ...task, path: join(folder, 'gone.mp4') })).rejects.toThrow(LookFailedError)
  }, 30_000)

  it('ends what takes too long, and begins anew with the next', async () => {
    const clock = new ManualClock()
    await using looker = new WorkerLooker({ env: { PATH }, clock, callMs: 1000 })
    const hangs = looker.decoder()
    const ended = expect(hangs).rejects.toThrow(/took too long/)
    await clock.advance(1001)
    await ended
    expect(await looker.indexedUpTo('ws_a')).toBe(0)
  }, 30_000)

  it('refuses work once it is closed, so that the job goes to another process', async () => {
    const looker = new WorkerLooker({ env: { PATH }, clock: systemClock })
    await looker[Symbol.asyncDispose]()
    await expect(looker.decoder()).rejects.toThrow(/about to stop/)
  })
})

describe('the indexes', () => {
  const painted = new PaintedFrames()
  const finder = {
    find: () => Promise.resolve({ watermarks: [], skipped: [] }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const frames = () => Promise.resolve({ source: painted })

  it('stay within their memory: the workspace that was not asked for longest goes first', async () => {
    const measure = new MediaLooker({ frames, finder })
    const { fingerprint: data = new Uint8Array() } = await measure.look(
      await taskOf('a.mp4', painted.clip(1)),
    )
    // A picture's hash is 32 bytes, and six regions of six pictures are kept at most: room for one workspace, not two.
    const looker = new MediaLooker({ frames, finder, limits: { indexBytes: 1500 } })
    await looker.add('ws_a', [{ assetId: 'ast_a', data }], 4)
    await looker.add('ws_b', [{ assetId: 'ast_b', data }], 9)
    expect([await looker.indexedUpTo('ws_a'), await looker.indexedUpTo('ws_b')]).toEqual([0, 9])
  })

  it('keep the latest uploads of a workspace that has more than they hold', async () => {
    const looker = new MediaLooker({ frames, finder, limits: { mostIndexed: 2 } })
    const { id, fingerprint: data = new Uint8Array() } = await looker.look(
      await taskOf('b.mp4', painted.clip(2)),
    )
    for (const [n, assetId] of ['ast_1', 'ast_2', 'ast_3'].entries())
      await looker.add('ws_a', [{ assetId, data }], n + 1)
    expect((await looker.near('ws_a', id)).sort()).toEqual(['ast_2', 'ast_3'])
  })
})
