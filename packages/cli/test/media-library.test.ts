import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSamplePhoto, makeSampleVideo } from '@tockwork/media/sample'
import { beforeEach, describe, expect, test } from 'vitest'
import { runHere } from './in-process.ts'

const small = { width: 360, height: 640, durationSec: 4 }
let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tockwork-media-library-'))
  const save = (name: string, bytes: Uint8Array): void => writeFileSync(join(cwd, name), bytes)
  save('clip.mp4', makeSampleVideo(small))
  // The same but for the end, encoded anew.
  save('shorter.mov', makeSampleVideo({ ...small, durationSec: 3.5, container: 'mov' }))
  // The same pictures in another file: other bytes, another container, the header elsewhere.
  save('again.mov', makeSampleVideo({ ...small, container: 'mov', moovLast: true }))
  save('photo.jpg', makeSamplePhoto({ width: 640, height: 480 }))
  save('notes.mp4', new TextEncoder().encode('no video'))
  return () => rmSync(cwd, { recursive: true, force: true })
})

const env = { PATH: process.env.PATH ?? '' }
const media = (...args: string[]) => runHere(['media', ...args], { cwd, env })
const json = async (...args: string[]) => JSON.parse((await media(...args, '--json')).stdout)

describe('what was uploaded before', () => {
  test('is found again, best first, with where it matches', async () => {
    const { id } = await json('add', 'clip.mp4')
    expect(id).toMatch(/^media_[\w-]{16}$/)
    const { matches } = await json('match', 'shorter.mov')
    expect(matches[0]).toMatchObject({ id, label: 'clip.mp4', verdict: 'duplicate' })
    expect(matches[0].score).toBeGreaterThan(0.95)
    expect(matches[0].segments[0]).toMatchObject({
      from_s: 0,
      match_from_s: 0,
      speed: 1,
      orientation: 'as-is',
    })
    expect(matches[0].segments[0].to_s).toBeGreaterThan(2.9)
    const { stdout } = await media('match', 'shorter.mov')
    expect(stdout).toContain(`✗ shorter.mov was uploaded before: ${id} (clip.mp4)`)
  })

  test.each([
    ['by its bytes', 'clip.mp4'],
    ['by its stream in another container', 'again.mov'],
  ])('is known %s without a decoder', async (_how, file) => {
    await media('add', 'clip.mp4', '--id', 'post-1')
    const { stdout, code } = await runHere(['media', 'match', file, '--json'], {
      cwd,
      env: { TOCKWORK_FFMPEG: join(cwd, 'none-here') },
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).matches).toEqual([
      expect.objectContaining({ id: 'post-1', score: 1, verdict: 'duplicate' }),
    ])
  })

  test('is listed, replaced by its id, forgotten, and gone for good when rebuilt', async () => {
    await media('add', 'clip.mp4', '--id', 'a')
    await media('add', 'photo.jpg', '--id', 'b')
    await media('add', 'clip.mp4', '--id', 'a')
    const { media: listed } = await json('list')
    expect(listed.map(({ id, kind }: { id: string; kind: string }) => [id, kind])).toEqual([
      ['b', 'photo'],
      ['a', 'video'],
    ])
    expect(await json('remove', 'a')).toEqual({ id: 'a', removed: true })
    expect((await json('match', 'again.mov')).matches).toEqual([])
    expect(await json('rebuild')).toMatchObject({ entries: 1 })
    const missing = await media('remove', 'a')
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('a is not in the library')
  })

  test('lies where it is told, and workspaces never meet', async () => {
    await media('add', 'clip.mp4', '--library', 'lib', '--workspace', 'east')
    expect((await json('match', 'clip.mp4')).matches).toEqual([])
    expect((await json('match', 'clip.mp4', '--library', 'lib', '--workspace', 'west')).matches).toEqual([])
    expect((await json('match', 'clip.mp4', '--library', 'lib', '--workspace', 'east')).matches).toHaveLength(
      1,
    )
  })

  test('a file that is none, an id that cannot be, and no decoder are said plainly', async () => {
    const none = await media('add', 'notes.mp4')
    expect(none.code).toBe(2)
    expect(none.stderr).toContain('notes.mp4 is no video or photo that can be read')
    expect((await media('add', 'clip.mp4', '--id', 'a b')).stderr).toContain('--id is 1 to 128 letters')
    const blind = await runHere(['media', 'add', 'clip.mp4'], {
      cwd,
      env: { TOCKWORK_FFMPEG: join(cwd, 'gone') },
    })
    expect(blind.code).toBe(2)
    expect(blind.stderr).toContain('TOCKWORK_FFMPEG: there is no')
  })
})
