import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSamplePhoto, makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runHere } from './in-process.ts'

const small = { width: 360, height: 640 }
const clip = makeSampleVideo({ ...small, durationSec: 4 })
let cwd: string
const server = createServer((request, response) => {
  if (request.url === '/clip.mp4') response.end(clip)
  else response.writeHead(302, { location: '/clip.mp4' }).end()
})
let origin: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
})
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tockwork-media-check-'))
  writeFileSync(join(cwd, 'clip.mp4'), clip)
  writeFileSync(join(cwd, 'slow.mp4'), makeSampleVideo({ ...small, frameRate: 10 }))
  writeFileSync(join(cwd, 'photo.png'), makeSamplePhoto({ container: 'png', width: 90, height: 60 }))
  mkdirSync(join(cwd, 'photos'))
  for (const name of ['10.jpg', '9.jpg', '.hidden.jpg', 'notes.txt']) {
    writeFileSync(join(cwd, 'photos', name), makeSamplePhoto({ width: 64, height: 64 }))
  }
  return () => rmSync(cwd, { recursive: true, force: true })
})

const check = (...args: string[]) => runHere(['media', 'check', ...args, '--rules-only'], { cwd })

describe('for a person', () => {
  test('a file that passes, and what it is', async () => {
    const { code, stdout } = await check('clip.mp4')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^✓ clip\.mp4: TikTok takes this \(mp4, h264 Constrained Baseline 3, 360x640, 30 fps, 4 s, .* kB\)\n$/,
    )
  })

  test('several: each with its reasons, and a sum', async () => {
    const { code, stdout } = await check('clip.mp4', 'slow.mp4', 'photos')
    expect(code).toBe(1)
    expect(stdout).toContain('frame-rate    10 frames a second  [frame_rate_check_failed]')
    expect(stdout).toContain('allowed  23 to 60 frames a second')
    expect(stdout.indexOf('9.jpg')).toBeLessThan(stdout.indexOf('10.jpg'))
    expect(stdout).not.toContain('hidden')
    expect(stdout).toContain('4 files: 3 pass, 0 to look at, 1 refused')
  })
})

describe('for a program', () => {
  const json = async (...args: string[]) => JSON.parse((await check(...args, '--json')).stdout)

  test('several files come as a list, one as itself', async () => {
    const several = await json('clip.mp4', 'slow.mp4')
    expect(Object.keys(several)).toEqual(['ok', 'verdict', 'files'])
    expect(several).toMatchObject({
      ok: false,
      verdict: 'block',
      files: [{ file: 'clip.mp4', ok: true }, { file: 'slow.mp4' }],
    })
    expect(Object.keys(await json('clip.mp4'))).toEqual([
      'ok',
      'verdict',
      'findings',
      'watermarks',
      'provenance',
      'skipped',
    ])
  })

  test('the endpoint and the creator decide', async () => {
    const reasons = async (...args: string[]) =>
      (await json('clip.mp4', ...args)).findings.map(
        (finding: { fail_reason: string }) => finding.fail_reason,
      )
    expect(await reasons('--creator-max-duration', '3')).toEqual(['duration_check_failed'])
    expect(await reasons('--creator-max-duration', '3', '--endpoint', 'inbox-upload')).toEqual([])
    expect(await reasons('--endpoint', 'photo-post')).toEqual(['file_format_check_failed'])
    writeFileSync(join(cwd, 'clip.mp4'), makeSampleVideo({ ...small, durationSec: 2 }))
    expect(await reasons('--endpoint', 'business-video')).toEqual(['duration_check_failed'])
    expect(await reasons('--endpoint', 'direct-post')).toEqual([])
  })

  test('an address', async () => {
    expect(await json(`${origin}/clip.mp4`)).toMatchObject({ ok: true, findings: [] })
    const { code, stdout } = await check(`${origin}/elsewhere`, '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'media_redirects' })
  })
})

describe('--fix', () => {
  test('a photo is mended beside its original, and the exit code is the result’s', async () => {
    const { code, stdout } = await check('photo.png', '--fix')
    expect(stdout).toContain('✓ wrote photo.fixed.jpg (encoded again, with sharp)')
    expect(code).toBe(0)
    expect((await check('photo.fixed.jpg')).code).toBe(0)
    expect((await check('photo.png', '--fix')).stderr).toContain('nothing is overwritten')
  })

  test('--json says what was done', async () => {
    const { stdout } = await check('photo.png', '--fix', '--out', 'good.jpg', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      fix: {
        status: 'fixed',
        path: 'good.jpg',
        lossless: false,
        steps: ['save it as JPEG instead of png'],
        findings: [],
      },
    })
  })

  test('what cannot be mended here is said, with what is missing', async () => {
    const { code, stdout } = await runHere(['media', 'check', 'slow.mp4', '--rules-only', '--fix'], {
      cwd,
      env: { TOCKWORK_FFMPEG: 'none' },
    })
    expect(code).toBe(1)
    expect(stdout).toContain('to mend it, this machine needs ffmpeg 5 or newer')
    expect(stdout).toContain('bring 10 frames a second to 30')
    expect(readdirSync(cwd).filter((name) => name.includes('fixed'))).toEqual([])
  })
})

test.each([
  [['clip.mp4', '--endpoint', 'tube'], /no endpoint "tube"; there are direct-post/],
  [['clip.mp4', '--creator-max-duration', 'long'], /it takes seconds/],
  [['clip.mp4', '--out', 'x.mp4'], /belong to --fix/],
  [['clip.mp4', 'slow.mp4', '--fix', '--out', 'x.mp4'], /names one file/],
  [['missing.mp4'], /cannot open/],
])('%j is wrong input', async (args, message) => {
  const { code, stderr } = await check(...args)
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('pictures that nothing can decode are named, not passed over', async () => {
  const { stdout } = await runHere(['media', 'check', 'clip.mp4', '--json'], {
    cwd,
    env: { TOCKWORK_FFMPEG: join(cwd, 'no-such-program') },
  })
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'ok',
    skipped: [expect.stringContaining('TOCKWORK_FFMPEG')],
  })
})
