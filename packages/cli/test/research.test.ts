/** A study from the command line: collected, killed, resumed, read by other programs, and kept lawful. */
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runHere } from './in-process.ts'
import { type Json, Shop } from './tockwork.ts'

const QUERY = 'region:US,DE -length:extra_long'
const DAYS = ['--from', '2026-03-01', '--to', '2026-05-15']

let emulator: Emulator
let shop: Shop
beforeEach(async () => {
  emulator = await startEmulator({
    now: '2026-08-01T10:00:00Z',
    settings: { researchVideos: 60_000, researchNotReady: 0, researchDailyRequests: 1_000_000 },
  })
  shop = await Shop.open()
})
afterEach(async () => {
  await shop.close()
  await emulator.close()
})

const env = () => ({ TOCKWORK_TIKTOK_ORIGIN: emulator.origin })
const here = async (...args: string[]) => {
  const { code, stdout, stderr } = await runHere(['research', ...args, '--json'], {
    cwd: shop.folder,
    env: env(),
  })
  return { code, stderr, value: (stdout === '' ? undefined : JSON.parse(stdout)) as Json }
}
const collect = (out: string, ...more: string[]) =>
  here('videos', '--query', QUERY, ...DAYS, '--out', out, ...more)
const idsOf = async (folder: string): Promise<string[]> =>
  (await readFile(join(shop.folder, folder, 'videos.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id)

/** What the world holds, asked of it directly. */
async function expected(): Promise<string[]> {
  const { parseVideoQuery, Research } = await import('@tockwork/sdk/research')
  const { TikTok } = await import('@tockwork/sdk')
  const tiktok = new TikTok({
    clientKey: 'tw-research-app',
    clientSecret: 'tw-research-secret',
    origin: emulator.origin,
  })
  const ids: string[] = []
  for await (const { id } of new Research(tiktok).videos({
    query: parseVideoQuery(QUERY),
    from: '2026-03-01',
    to: '2026-05-15',
  }))
    ids.push(id as string)
  return ids
}

test('one command makes a study: files, manifest and a way to look at them', async () => {
  const { code, value } = await collect('study', '--format', 'parquet,csv,jsonl')
  expect([code, value.state]).toEqual([0, 'complete'])
  const ids = await idsOf('study')
  expect(ids.length).toBeGreaterThan(500)
  expect(ids).toEqual(await expected())
  expect(value.videos).toBe(ids.length)

  const manifest = JSON.parse(await readFile(join(shop.folder, 'study/manifest.json'), 'utf8')) as Json
  expect(manifest.question).toMatchObject({ text: QUERY, from: '20260301', to: '20260515' })
  expect(manifest.runs).toEqual([expect.objectContaining({ ended_by: 'complete', videos: ids.length })])
  expect(manifest.files.map((file: Json) => file.name).sort()).toEqual([
    'videos.csv',
    'videos.jsonl',
    'videos.parquet',
  ])
  for (const file of manifest.files)
    expect((await stat(join(shop.folder, 'study', file.name))).size).toBe(file.bytes)

  const described = await here('describe', 'study')
  expect(described.value.videos).toBe(ids.length)
  expect(described.value.days).toHaveLength(76)
  expect(described.value.regions.map(({ name }: Json) => name).sort()).toEqual(['DE', 'US'])
  const page = await readFile(join(shop.folder, 'study/report.html'), 'utf8')
  expect(page).toContain('region:US,DE -length:extra_long')
  expect(page).not.toMatch(/<script|https?:\/\/(?!localhost)/)
})

describe('the Parquet file', () => {
  test('is read by DuckDB with types, lists and all rows', async () => {
    await collect('study', '--format', 'parquet,jsonl')
    const rows = (await readFile(join(shop.folder, 'study/videos.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json)
    const db = await DuckDBInstance.create(':memory:')
    const connection = await db.connect()
    const file = join(shop.folder, 'study/videos.parquet')
    const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Json[]
    const [sums] = await ask(
      `select count(*) as n, count(distinct id) as ids, sum(view_count)::bigint as views, count(hashtag_names) as tagged, sum(len(hashtag_names))::bigint as tags, count(voice_to_text) as spoken from '${file}'`,
    )
    expect({ ...sums }).toEqual({
      n: String(rows.length),
      ids: String(rows.length),
      views: String(rows.reduce((sum, row) => sum + row.view_count, 0)),
      tagged: String(rows.filter((row) => row.hashtag_names).length),
      tags: String(rows.reduce((sum, row) => sum + (row.hashtag_names?.length ?? 0), 0)),
      spoken: String(rows.filter((row) => row.voice_to_text).length),
    })
    const types = Object.fromEntries(
      (await ask(`describe select * from '${file}'`)).map((row) => [row.column_name, row.column_type]),
    )
    expect(types).toMatchObject({
      id: 'VARCHAR',
      create_time: 'TIMESTAMP WITH TIME ZONE',
      view_count: 'BIGINT',
      hashtag_names: 'VARCHAR[]',
      is_stem_verified: 'BOOLEAN',
      video_tag: 'VARCHAR',
    })
    const [first] = await ask(
      `select id, epoch(create_time)::bigint as t, hashtag_names as h from '${file}' where id = '${rows[7].id}'`,
    )
    expect(first).toMatchObject({
      id: rows[7].id,
      t: String(rows[7].create_time),
      h: rows[7].hashtag_names ?? null,
    })
    connection.closeSync()
    db.closeSync()
  })

  test('has row groups, so that it can be written and read in pieces', async () => {
    emulator.configure({ researchVideos: 800_000 })
    await collect('study')
    const file = await asyncBufferFromFile(join(shop.folder, 'study/videos.parquet'))
    const metadata = await parquetMetadataAsync(file)
    expect(metadata.row_groups.length).toBeGreaterThan(1)
    const last = await parquetReadObjects({ file, columns: ['id'], rowStart: Number(metadata.num_rows) - 1 })
    expect(last).toEqual([{ id: expect.stringMatching(/^7\d{18}$/) as string }])
  })
})

describe('whatever ends a run, the next one goes on where it was', () => {
  test('the quota of the day', async () => {
    emulator.configure({ researchVideos: 200_000 })
    const first = await collect('study', '--daily-requests', '5', '--format', 'jsonl')
    expect([first.code, first.value.error.code]).toEqual([4, 'daily_quota_limit_exceeded'])
    expect((await here('status', 'study')).value).toMatchObject({ state: 'collecting', runs: 1 })
    const second = await here('resume', 'study', '--daily-requests', '1000')
    expect([second.code, second.value.state]).toEqual([0, 'complete'])
    expect(await idsOf('study')).toEqual(await expected())
  })

  test('kill -9 at any moment', { timeout: 60_000 }, async () => {
    emulator.configure({ researchVideos: 300_000 })
    const args = [
      'research',
      'videos',
      '--query',
      QUERY,
      ...DAYS,
      '--out',
      'study',
      '--format',
      'jsonl',
      '--page-size',
      '50',
    ]
    const journal = join(shop.folder, 'study/journal/000001.jsonl')
    const size = async (): Promise<number> => (await stat(journal).catch(() => ({ size: 0 }))).size
    let running = shop.start(args, env())
    for (let kills = 0; kills < 5; kills += 1) {
      const before = await size()
      await running.until(async () => (await size()) > before + kills * 7_001).catch(() => undefined)
      await running.kill('SIGKILL')
      // What was read is known although the run could not say so.
      const lines = (await readFile(journal, 'utf8').catch(() => '')).split('\n').slice(0, -1)
      const rows = lines.reduce((sum, line) => sum + (JSON.parse(line) as Json).videos.length, 0)
      const { value } = await here('status', 'study')
      expect([value.videos, value.pages]).toEqual([rows, lines.length])
      running = shop.start(['research', 'resume', 'study'], env())
    }
    expect((await running.ended).code).toBe(0)
    const ids = await idsOf('study')
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(await expected())
  })

  test('a torn page at the end is read again; a damaged one in the middle is told', async () => {
    await collect('study', '--daily-requests', '3', '--format', 'jsonl')
    const journal = join(shop.folder, 'study/journal/000001.jsonl')
    await appendFile(journal, '{"at":"2026-08-01T10:00:00Z","window":{"fr')
    expect((await here('resume', 'study')).value.state).toBe('complete')
    expect(await idsOf('study')).toEqual(await expected())
    const text = await readFile(journal, 'utf8')
    await writeFile(journal, `${text.slice(0, 100)}\n${text.slice(100)}`)
    const damaged = await here('describe', 'study')
    expect([damaged.code, damaged.value.error.code]).toEqual([1, 'journal_damaged'])
  })

  test('result sets that are not ready, and failures of TikTok', { timeout: 60_000 }, async () => {
    emulator.configure({ researchFailures: 0.05 })
    const { value } = await runFast('study')
    expect(value.state).toBe('complete')
    expect(await idsOf('study')).toEqual(await expected())
  })

  /** Waits do not take their time. */
  async function runFast(out: string) {
    const { Output, readConfig, run } = await import('../src/index.ts')
    const { PassThrough } = await import('node:stream')
    const { cryptoRandom } = await import('@tockwork/kernel')
    const stdout = new PassThrough()
    let text = ''
    stdout.on('data', (piece) => {
      text += piece
    })
    await run(
      ['research', 'videos', '--query', QUERY, ...DAYS, '--out', out, '--format', 'jsonl', '--json'],
      {
        version: '0',
        makeOutput: (options) =>
          new Output({
            stdin: new PassThrough(),
            stdout,
            stderr: new PassThrough(),
            ...options,
            colours: false,
          }),
        makeContext: (output) => ({
          config: readConfig(env(), shop.folder),
          cwd: shop.folder,
          clock: { now: () => Date.now(), sleep: async () => undefined },
          random: cryptoRandom,
          fetch: globalThis.fetch,
          out: output,
          signal: new AbortController().signal,
          pid: process.pid,
        }),
      },
    )
    return { value: JSON.parse(text) as Json }
  }
})

describe('the refresh duty', () => {
  test('what is gone is removed from pages and files, and that is recorded', async () => {
    await collect('study', '--format', 'jsonl,csv')
    const before = await idsOf('study')
    await emulator.advance(300 * 86_400)
    const { code, value } = await comply('study')
    expect(code).toBe(0)
    expect(value.checked).toBe(before.length)
    expect(value.gone).toBeGreaterThan(5)
    const after = await idsOf('study')
    expect(after.length).toBe(before.length - value.gone)
    const journal = await readFile(join(shop.folder, 'study/journal/000001.jsonl'), 'utf8')
    for (const id of before.filter((one) => !after.includes(one))) expect(journal).not.toContain(id)
    const manifest = JSON.parse(await readFile(join(shop.folder, 'study/manifest.json'), 'utf8')) as Json
    expect(manifest.compliance.checks).toEqual([
      expect.objectContaining({ policy: 'remove', gone: value.gone }),
    ])
    expect((await here('comply', 'study', '--due')).value).toMatchObject({ checked: 0 })
  })

  test('or flagged, with the time', async () => {
    await collect('study', '--format', 'jsonl,parquet')
    const before = await idsOf('study')
    await emulator.advance(300 * 86_400)
    const { value } = await comply('study', '--flag')
    expect(await idsOf('study')).toEqual(before)
    const rows = (await readFile(join(shop.folder, 'study/videos.jsonl'), 'utf8')).trim().split('\n')
    expect(rows.filter((row) => row.includes('withdrawn_at'))).toHaveLength(value.gone)
  })

  /** The command's clock goes with the emulator's, since a task takes its time there. */
  async function comply(folder: string, ...more: string[]) {
    const moving = setInterval(() => void emulator.advance(30), 200)
    try {
      return await here('comply', folder, ...more)
    } finally {
      clearInterval(moving)
    }
  }
})

describe('what is wrong is told before a request is spent', () => {
  test.each([
    [['videos', '--query', 'colour:red', ...DAYS, '--out', 'x'], 'no field colour'],
    [
      ['videos', '--query', QUERY, '--from', '2026-02-30', '--to', '2026-03-01', '--out', 'x'],
      'is not a day',
    ],
    [['videos', '--query', QUERY, '--from', '2026-03-02', '--to', '2026-03-01', '--out', 'x'], 'is before'],
    [['videos', '--query', QUERY, ...DAYS], '--out is needed'],
    [['videos', '--query', QUERY, ...DAYS, '--out', 'x', '--fields', 'id,likes'], 'there is no likes'],
    [['videos', '--query', QUERY, ...DAYS, '--out', 'x', '--format', 'xlsx'], 'there is no xlsx'],
    [['videos', '--query', QUERY, ...DAYS, '--out', 'x', '--page-size', '101'], '1 to 100'],
    [['status', 'nowhere'], 'There is no study in'],
    [['comments', 'abc'], 'is no id'],
  ])('%j', async (args, words) => {
    const { code, value } = await here(...args)
    expect(code).toBe(2)
    expect(value.error.message).toContain(words)
    expect(emulator.requests()).toEqual([])
  })

  test('a folder with something in it, and one that another process works on', async () => {
    await writeFile(join(shop.folder, 'manifest.json'), '{}')
    expect((await collect('.')).value.error.message).toContain('There is a study in')
    const running = shop.start(['research', 'videos', '--query', QUERY, ...DAYS, '--out', 'busy'], env())
    await running.until(
      async () => (await stat(join(shop.folder, 'busy/lock')).catch(() => undefined)) !== undefined,
    )
    const { value } = await here('resume', 'busy')
    expect(['study_locked', 'usage', undefined]).toContain(value.error?.code)
    await running.ended
  })
})

test('the smaller calls print what they read', async () => {
  const { value } = await collect(
    'study',
    '--fields',
    'username,playlist_id,comment_count',
    '--format',
    'jsonl',
  )
  expect(value.state).toBe('complete')
  const rows = (await readFile(join(shop.folder, 'study/videos.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
  const lines = async (...args: string[]): Promise<Json[]> => {
    const { stdout } = await runHere([...args, '--json'], { cwd: shop.folder, env: env() })
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json)
  }
  const busy = rows.find((row) => row.comment_count > 12)
  expect(await lines('research', 'comments', busy.id, '--limit', '5')).toHaveLength(5)
  const profiles = await Promise.all(
    rows.slice(0, 8).map((row) => lines('research', 'user', `@${row.username}`)),
  )
  expect(profiles.flat().some((profile) => profile.follower_count >= 0)).toBe(true)
  const listed = rows.find((row) => row.playlist_id !== undefined)
  const [playlist] = await lines('research', 'playlist', listed.playlist_id)
  expect(playlist.playlist_id).toBe(listed.playlist_id)
  const [shopFound] = await lines('research', 'shops', 'cup')
  expect((await lines('research', 'products', shopFound.shop_id, '--limit', '3'))[0].product_name).toMatch(
    /no\. 1$/,
  )
  const ads = await lines(
    'ads',
    'search',
    'coffee',
    '--from',
    '2026-01-01',
    '--to',
    '2026-03-01',
    '--limit',
    '3',
  )
  expect(ads[0].advertiser.business_name).toContain('Coffee')
  expect((await lines('ads', 'show', ads[0].ad.id))[0].ad.id).toBe(ads[0].ad.id)
  expect(
    Object.keys((await lines('ads', 'report', '--from', '2026-01-01', '--to', '2026-01-31'))[0]).length,
  ).toBeGreaterThan(5)
})
