import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpoints } from '@tockwork/contracts/all'
import { changesSince, lifecycle, toCalendar } from '@tockwork/contracts/knowledge'
import { shopChangesSince } from '@tockwork/contracts/shop/changes'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import { ManualClock, seededRandom, UsageError } from '@tockwork/kernel'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import type { Context } from '../context.ts'
import { type ChangesOptions, changes } from './changes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-changes-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(options: ChangesOptions, answers: Record<string, unknown> = {}) {
  let told: { value: unknown; lines: readonly string[] } | undefined
  const out = {
    style: (_style: string, text: string) => text,
    result: (value: unknown, lines: readonly string[]) => {
      told = { value, lines }
    },
  } as unknown as Context['out']
  const fetch = (async (input: string | URL) => {
    const { pathname } = new URL(input)
    return pathname in answers ? Response.json(answers[pathname]) : new Response('', { status: 404 })
  }) as typeof globalThis.fetch
  const context = {
    out,
    cwd: folder,
    clock: new ManualClock(Date.parse('2026-11-28T12:00:00Z')),
    config: readConfig(
      { TOCKWORK_HUB_URL: 'http://127.0.0.1:4848', TOCKWORK_API_KEY: 'key-1234567' },
      folder,
    ),
    fetch,
    random: seededRandom(1),
  }
  await changes(context, options)
  return { value: told?.value as { changes: { id: string }[] }, text: told?.lines.join('\n') ?? '' }
}

test('what is older than the day is left out; what has no day never is', async () => {
  const { value } = await run({ since: '2026-02-26', api: 'open' })
  expect(value.changes.map(({ id }) => id)).toEqual([
    'research-all-public-videos',
    'research-favorites',
    'embed-videos-end',
    'legacy-consent',
  ])
})

test('all of it, by date, with what to do and whether it has passed', async () => {
  const { value, text } = await run({ api: 'open' })
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
  const ids = new Set([...endpoints, ...shopOperations()].map(({ id }) => id))
  const all = [...changesSince(), ...shopChangesSince()]
  for (const { touches } of all) for (const id of touches.endpoints) expect(ids).toContain(id)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
})

test('TikTok Shop: operations that end, with their successors, and attributes that become mandatory', async () => {
  const { value, text } = await run({ since: '2026-07-01', api: 'shop' })
  expect(value.changes.map(({ id }) => id)).toEqual([
    'shop-mandatory-my-700648',
    'shop-mandatory-th-917896',
    'shop-mandatory-my-851080',
    'shop-mandatory-ph-876040',
    'shop-mandatory-th-874376',
    'shop-affiliate_creator-end-2026-08-15',
    'shop-finance-end-2026-08-15',
    'shop-affiliate_seller-end-2026-10-12',
    // Without a day.
    'shop-product-deprecated-unknown',
  ])
  expect(text).toContain('To do    Call the newer versions: GetPayments 202605.')
  expect(text).toContain(
    'PH: listings in categories 876040, 877704, 879624 are refused without Material (100701)',
  )
  expect((await run({ since: '2026-07-01' })).value.changes.length).toBeGreaterThan(9)
  await expect(run({ api: 'ads' })).rejects.toMatchObject({ field: '--api' })
})

test('--hub: what its apps have called, with when they last did', async () => {
  const used = [
    { app_id: 'app_1', endpoint: 'research.queryVideos', last_called_at: '2026-11-27T09:00:00.000Z' },
  ]
  const answers = {
    '/healthz': { status: 'ok' },
    '/v1/changes': { data: [{ id: 'research-all-public-videos', used }] },
  }
  const { value, text } = await run({ hub: true }, answers)
  expect(value.changes.map(({ id }) => id)).toEqual(['research-all-public-videos'])
  expect(text).toContain('Used     research.queryVideos (last 2026-11-27)')
  await expect(run({ hub: true })).rejects.toMatchObject({ code: 'no_hub' })
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
