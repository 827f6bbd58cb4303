import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpoints } from '@tockwork/contracts/all'
import { changesSince, lifecycle } from '@tockwork/contracts/knowledge'
import { ManualClock, UsageError } from '@tockwork/kernel'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toCalendar } from '../assistant/calendar.ts'
import type { Context } from '../context.ts'
import { changes } from './changes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-changes-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(options: { since?: string; ics?: string }) {
  let told: { value: unknown; lines: readonly string[] } | undefined
  const out = {
    style: (_style: string, text: string) => text,
    result: (value: unknown, lines: readonly string[]) => {
      told = { value, lines }
    },
  } as unknown as Context['out']
  await changes({ out, cwd: folder, clock: new ManualClock(Date.parse('2026-11-28T12:00:00Z')) }, options)
  return { value: told?.value as { changes: { id: string }[] }, text: told?.lines.join('\n') ?? '' }
}

test('what is older than the day is left out; what has no day never is', async () => {
  const { value } = await run({ since: '2026-02-26' })
  expect(value.changes.map(({ id }) => id)).toEqual([
    'research-all-public-videos',
    'research-favorites',
    'embed-videos-end',
    'legacy-consent',
  ])
})

test('all of it, by date, with what to do and whether it has passed', async () => {
  const { value, text } = await run({})
  expect(value.changes).toHaveLength(lifecycle.length)
  expect(value.changes[0]?.id).toBe('share-video-api-end')
  expect(text).toContain('By       2024-02-29 (has passed)')
  expect(text).toContain('announced 2026-10-23, no date')
  expect(text).toContain('Touches  embed.oembed, https://www.tiktok.com/embed.js')
})

test.each(['2026-02-30', 'yesterday', '2026-1-1'])('%s is no day', async (since) => {
  await expect(run({ since })).rejects.toThrow(UsageError)
})

test('everything that is touched exists', () => {
  const ids = new Set(endpoints.map(({ id }) => id))
  for (const { touches } of changesSince()) for (const id of touches.endpoints) expect(ids).toContain(id)
})

test('a calendar: whole days, folded lines, nothing unescaped', async () => {
  await run({ since: '2026-02-26', ics: 'tiktok.ics' })
  const text = await readFile(join(folder, 'tiktok.ics'), 'utf8')
  expect(text.startsWith('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n')).toBe(true)
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  const unfolded = text.replaceAll('\r\n ', '')
  expect(unfolded).toContain('UID:research-favorites@tockwork\r\nDTSTAMP:20261128T120000Z')
  expect(unfolded).toContain('DTSTART;VALUE=DATE:20260521')
  expect(unfolded).toContain('comments and replies return display_name. (unconfirmed)')
  // An announcement stands on the day it was made; what has no day at all has no place.
  expect(unfolded).toContain('DTSTART;VALUE=DATE:20261023')
  expect(unfolded).not.toContain('legacy-consent')
})

test('commas, semicolons, line ends and long characters in a calendar', () => {
  const [change] = changesSince('2026-05-21')
  if (change === undefined) throw new Error('no change')
  const text = toCalendar([{ ...change, what: `a, b; c\\ ${'é'.repeat(80)}` }], new Date(0))
  expect(text).toContain('a\\, b\\; c\\\\')
  expect(text.replaceAll('\r\n ', '')).toContain('é'.repeat(80))
})
