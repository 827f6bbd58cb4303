import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type CheckOptions,
  checkMedia,
  reportJson,
  type Watermark,
  type WatermarkReport,
} from '../src/index.ts'
import { makeSampleVideo } from '../src/sample/index.ts'
import { inMp4, manifestStore, withTags } from './content-credentials.ts'
import { photoRules, videoRules } from './rules.ts'

const rules = { video: videoRules, photo: photoRules }
const clip = makeSampleVideo({ width: 360, height: 640, durationSec: 1, moovLast: true })
const slow = makeSampleVideo({ width: 360, height: 640, durationSec: 1, frameRate: 10 })
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-check-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mark: Watermark = {
  kind: 'platform-text',
  platform: 'TikTok',
  text: 'TikTok',
  box: { x: 0.05, y: 0.9, width: 0.2, height: 0.05 },
  fromSec: 0,
  toSec: 0.8,
  confidence: 0.9,
  verdict: 'block',
  evidence: new Uint8Array(3),
}

/** Stands in for the decoder and the reader of text. */
function looking(report: Partial<WatermarkReport>, calls: string[] = []): Partial<CheckOptions> {
  return {
    frames: { source: { name: 'none', frames: () => (async function* () {})() } },
    finder: {
      find: (path) => {
        calls.push(path)
        return Promise.resolve({ watermarks: [], skipped: [], ...report })
      },
    },
  }
}

async function checkFile(content: Uint8Array, options: Partial<CheckOptions>) {
  const path = join(folder, 'clip.mp4')
  writeFileSync(path, content)
  return checkMedia({ kind: 'file', path }, { rules, ...options })
}

test('a clean file', async () => {
  const report = await checkFile(clip, looking({}))
  expect(reportJson(report)).toEqual({
    ok: true,
    verdict: 'ok',
    findings: [],
    watermarks: [],
    provenance: {},
    skipped: [],
  })
})

test('a mark that is certain blocks, and stands where and when it was seen; its picture is no JSON', async () => {
  const report = reportJson(await checkFile(clip, looking({ watermarks: [mark] })))
  expect(report).toMatchObject({
    ok: false,
    verdict: 'block',
    findings: [{ rule: 'watermark', fail_reason: null, found: expect.stringContaining('TikTok') }],
  })
  expect(report.watermarks).toEqual([
    {
      kind: 'platform-text',
      platform: 'TikTok',
      text: 'TikTok',
      box: mark.box,
      from_s: 0,
      to_s: 0.8,
      confidence: 0.9,
      verdict: 'block',
    },
  ])
})

test('one that is not certain is for a person; what was not looked at is said', async () => {
  const unsure = { ...mark, kind: 'unknown-mark' as const, verdict: 'review' as const }
  const report = await checkFile(clip, looking({ watermarks: [unsure], skipped: ['Text was not read.'] }))
  expect(report).toMatchObject({ ok: true, verdict: 'review', skipped: ['Text was not read.'] })
})

test('a refusal stays one whatever the pictures show, and is told before they are looked at', async () => {
  const order: string[] = []
  const report = await checkFile(slow, {
    ...looking({}, order),
    onRules: (findings) => order.push(findings.map(({ rule }) => rule).join()),
  })
  expect(report.verdict).toBe('block')
  expect(order).toEqual(['frame-rate', join(folder, 'clip.mp4')])
})

test('nothing is looked for in a file that cannot be read, and nothing without a decoder', async () => {
  const calls: string[] = []
  const cut = await checkFile(clip.subarray(0, 3000), looking({}, calls))
  expect(cut.skipped).toEqual(['Watermarks were not looked for: the file cannot be read.'])
  const blind = await checkFile(clip, { frames: { source: undefined, reason: 'No decoder.' } })
  expect(blind.skipped).toEqual(['Watermarks were not looked for: No decoder.'])
  const bytes = await checkMedia({ kind: 'bytes', bytes: clip }, { rules })
  expect(bytes.skipped).toEqual([
    'Watermarks were not looked for: that needs the whole file on this machine.',
  ])
  expect(calls).toEqual([])
})

test('a download from a platform is for a person to look at; the AI label is suggested and refuses nothing', async () => {
  const download = reportJson(
    await checkFile(withTags(clip, { '\xa9cmt': 'vid:v0f044gc0000abcdef' }), looking({})),
  )
  expect(download).toMatchObject({
    ok: true,
    verdict: 'review',
    findings: [{ rule: 'origin', fail_reason: null }],
    provenance: { origins: [{ name: 'TikTok', kind: 'download' }] },
  })
  const made = reportJson(await checkFile(inMp4(clip, manifestStore()), looking({})))
  expect(made).toMatchObject({
    verdict: 'ok',
    findings: [],
    provenance: { is_aigc_suggested: true, c2pa: { verified: false, claim_generator: 'Maker' } },
  })
})

test('an abort is an abort', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(checkFile(clip, { ...looking({}), signal })).rejects.toThrow('enough')
})
