/** Collects a study as the command does; or moves the same bytes and writes the same rows, and nothing else. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { cryptoRandom, systemClock } from '@tockwork/kernel'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { Output, readConfig, run } from 'tockwork'
import { answerQuestions } from '../worker.ts'

interface Range {
  origin: string
  /** `YYYYMMDD` */
  from: string
  to: string
}

const QUERY = { and: [{ operation: 'GTE', field_name: 'view_count', field_values: ['0'] }] }
const FIELDS =
  'id,create_time,username,region_code,video_description,music_id,like_count,comment_count,share_count,view_count,favorites_count,hashtag_names,video_duration'

async function collect({ origin, from, to }: Range) {
  const cwd = await mkdtemp(join(tmpdir(), 'study-'))
  const stdout = new PassThrough()
  let text = ''
  stdout.on('data', (piece) => {
    text += piece
  })
  const started = performance.now()
  const args = ['research', 'videos', '--query', 'views:>=0', '--from', from, '--to', to, '--out', 'study']
  const code = await run([...args, '--fields', FIELDS, '--daily-requests', '1000000', '--json'], {
    version: '0',
    makeOutput: (options) =>
      new Output({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), ...options, colours: false }),
    makeContext: (out) => ({
      config: readConfig({ TOCKWORK_TIKTOK_ORIGIN: origin }, cwd),
      cwd,
      clock: systemClock,
      random: cryptoRandom,
      fetch: globalThis.fetch,
      out,
      signal: new AbortController().signal,
      pid: process.pid,
    }),
  })
  const seconds = (performance.now() - started) / 1000
  await rm(cwd, { recursive: true, force: true })
  if (code !== 0) throw new Error(text)
  const { videos } = JSON.parse(text) as { videos: number }
  return { seconds, videos, peak: process.resourceUsage().maxRSS * 1024 }
}

/** The pages fetched one after another without looking into them, then as many rows written by the Parquet library. */
async function bare({ origin, from, to, videos }: Range & { videos: number }) {
  const agent = new Agent({ keepAlive: true })
  const post = (path: string, body: string, headers: Record<string, string>) =>
    new Promise<string>((resolve, reject) => {
      const call = request(`${origin}${path}`, { agent, method: 'POST', headers }, (answer) => {
        let got = ''
        answer.setEncoding('utf8').on('data', (piece: string) => {
          got += piece
        })
        answer.on('end', () => resolve(got))
      })
      call.once('error', reject)
      call.end(body)
    })
  const form = 'client_key=tw-research-app&client_secret=tw-research-secret&grant_type=client_credentials'
  const token = /"access_token":"([^"]+)"/.exec(
    await post('/v2/oauth/token/', form, { 'content-type': 'application/x-www-form-urlencoded' }),
  )?.[1]
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const started = performance.now()
  for (const window of windows(from, to)) {
    let next = {}
    for (;;) {
      const body = JSON.stringify({ query: QUERY, ...window, max_count: 100, ...next })
      const text = await post(`/v2/research/video/query/?fields=${FIELDS}`, body, headers)
      const tail = text.slice(-300)
      if (!tail.includes('"has_more":true')) break
      next = {
        cursor: Number(/"cursor":(\d+)/.exec(tail)?.[1]),
        search_id: /"search_id":"(\d+)"/.exec(tail)?.[1],
      }
    }
  }
  const transfer = (performance.now() - started) / 1000
  agent.destroy()
  const writing = performance.now()
  writeRows(videos)
  return { seconds: transfer + (performance.now() - writing) / 1000 }
}

function windows(from: string, to: string): { start_date: string; end_date: string }[] {
  const at = (day: string): number => Date.UTC(+day.slice(0, 4), +day.slice(4, 6) - 1, +day.slice(6))
  const text = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
  const found = []
  for (let start = at(from); start <= at(to); start += 30 * 86_400_000)
    found.push({ start_date: text(start), end_date: text(Math.min(at(to), start + 29 * 86_400_000)) })
  return found
}

/** Rows of the study's shape, in groups of its size. */
function writeRows(videos: number): void {
  const group = 10_000
  const ids = Array.from({ length: group }, (_, n) => String(7_500_000_000_000_000_000n + BigInt(n) * 7919n))
  const counts = ids.map((_, n) => BigInt((n * 7919) % 100_003))
  const texts = ids.map((_, n) => `a caption of the usual length, number ${n} #some #tags`)
  const names = ['id', 'username', 'region', 'description', 'music']
  const columnData = [
    ...names.map((name, k) => ({ name, data: k === 3 ? texts : ids, type: 'STRING' as const })),
    ...Array.from({ length: 8 }, (_, k) => ({ name: `n${k}`, data: counts, type: 'INT64' as const })),
  ]
  const file = openSync(join(tmpdir(), 'bare.parquet'), 'w')
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData }) })
  for (let rows = 0; rows < videos; rows += group) {
    void parquet.write({ columnData, rowGroupSize: group })
    writeSync(file, new Uint8Array(bytes.buffer, 0, bytes.index))
    bytes.index = 0
  }
  void parquet.finish()
  closeSync(file)
}

answerQuestions({ collect, bare })
